// SPDX-License-Identifier: MIT
/* API keys of other gateways: what arrives there is what the client sent, but for the
   model's name; and no account's credential goes to another's place. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { after, before, beforeEach, it } from 'node:test';

import { bookings, noSqlite } from '../support/bookings.mjs';
import { startGateway } from '../support/gateways.mjs';
import { HELLO } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { makeCertificate, startProxy } from '../support/proxies.mjs';
import { exchange, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { freePort } from '../support/ports.mjs';
import { addApiKey, commandBeside, describe, startRelay, tempFolder, until } from '../support/processes.mjs';
import { missing } from '../support/users.mjs';

const OURS = 'sk-ant-api03-CANARY-of-anthropic';
const THEIRS = 'CANARY.of/the+gateway==';
const MAP = { 'claude-sonnet-5': 'glm-5' };
/* With what no serialiser would write so. */
const odd = (model) => Buffer.from(`\n{ "max_tokens":1e2 ,"x":"\\u0041\\/\u00ff", "model" :\t"${model}" , "messages":[{"role":"user","content":"claude-sonnet-5 \\ud83d"}],"model2":"claude-sonnet-5"}\r\n`, 'latin1');

const count = (text, pattern) => (text.match(pattern) ?? []).length;

describe('accounts of other gateways', { skip: noSqlite || missing('openssl') }, () => {
  const made = {};
  before(async () => {
    made.certificate = makeCertificate();
    made.gateway = await startGateway(made);
    /* Where the relay's own accounts go. */
    made.home = await rawUpstream((connection) => connection.write(made.answer));
    made.relay = await startRelay({ upstream: `${made.home.url}/v1/messages`, accounts: () => {}, env: { WORKERS: '2' } });
    const { relay } = made;
    await add('ours', OURS);
    await add('theirs', THEIRS, ['--url', made.gateway.url, '--bearer', '--map', 'claude-sonnet-5=glm-5', '--tls-ca', 'cert.pem'], path.dirname(made.certificate.cert));
    made.key = await createKey(relay, 'alice', { allow: ['messages', 'batches'] });
  });
  after(async () => {
    await made.relay.stop();
    await made.gateway.stop();
    await made.home.stop();
  });
  beforeEach(async () => {
    made.answer = responseBytes({ headers: [['Content-Type', 'application/json']], body: '{"type":"message","model":"claude-sonnet-5","usage":{"input_tokens":1,"output_tokens":1}}' });
    made.gateway.reply = { status: 200, body: '{"type":"message","model":"glm-5","usage":{"input_tokens":1,"output_tokens":1}}' };
    for (const name of ['ours', 'theirs']) {
      await change(name, { priority: 0, enabled: true });
      assert.equal((await admin(made.relay, 'POST', `/admin/api/accounts/${name}/clear`)).status, 200);
    }
  });

  async function add(name, key, args = [], cwd = undefined) {
    const done = await commandBeside(['account', 'add', name, '--api-key', '-', '--data-dir', made.relay.dataDir, ...args], { input: `${key}\n`, cwd });
    assert.equal(done.status, 0, done.stderr);
  }
  async function change(name, members, status = 200) {
    const answer = await admin(made.relay, 'PATCH', `/oauth/accounts/${name}`, members);
    assert.equal(answer.status, status, JSON.stringify(answer.doc));
    return answer.doc;
  }
  const NAMED = ['X-Account-Name', 'theirs'];
  const first = (name) => change(name, { priority: 5 });
  const ask = (body, target = '/v1/messages?beta=true', headers = []) => exchange(made.relay.port, requestBytes({ target, headers: [['x-api-key', made.key.text], ['anthropic-version', '2023-06-01'], ['anthropic-beta', 'x-1'], ['content-type', 'application/json'], ['X-Odd', 'é'], ...headers], body }));

  it('a redirect of theirs leads no client away, for it would bring its key along', async () => {
    const location = async () => {
      const answer = await ask(odd('claude-sonnet-5'));
      assert.equal(answer.status, 307);
      return /elsewhere\.example/.test(JSON.stringify(answer.headers));
    };
    await first('theirs');
    made.gateway.reply = { status: 307, headers: { location: 'https://elsewhere.example/' }, body: '{}' };
    assert.equal(await location(), false);
    await change('theirs', { enabled: false });
    made.answer = responseBytes({ status: 307, headers: [['Location', 'https://elsewhere.example/']], body: '{}' });
    assert.equal(await location(), true);
  });

  /* ---- what arrives ---------------------------------------------------------- */

  it('the body is the same, but for the name of the model', async () => {
    await first('theirs');
    for (const target of ['/v1/messages?beta=true', '/v1/messages/count_tokens']) {
      await ask(odd('claude-sonnet-5'), target);
      const got = made.gateway.last();
      assert.equal(got.target, `/base${target}`);
      assert.deepEqual(got.body, odd('glm-5'));
      assert.equal(got.headers['content-length'], String(odd('glm-5').length));
      assert.equal(got.headers.host, `127.0.0.1:${made.gateway.port}`);
      assert.equal(got.headers.authorization, `Bearer ${THEIRS}`);
      assert.equal(got.headers['x-api-key'], undefined);
      assert.equal(got.headers['anthropic-beta'], 'x-1', 'and no flag of ours');
    }
  });

  it('a model that is not on the map passes byte for byte', async () => {
    for (const body of [odd('claude-opus-5'), odd('glm-5'), Buffer.from('{"model":["claude-sonnet-5"]}'), Buffer.from('no JSON')]) {
      assert.equal((await ask(body, undefined, [NAMED])).status, 200);
      assert.deepEqual(made.gateway.last().body, body);
    }
    const batch = Buffer.from('{"requests":[{"custom_id":"a","params":{"model":"claude-sonnet-5"}}]}');
    assert.equal((await ask(batch, '/v1/messages/batches', [NAMED])).status, 200);
    assert.deepEqual(made.gateway.last().body, batch);
    const packed = zlib.gzipSync(odd('claude-sonnet-5'));
    assert.equal((await ask(packed, '/v1/messages', [['Content-Encoding', 'gzip'], NAMED])).status, 200);
    assert.deepEqual(made.gateway.last().body, packed);
  });

  it('the client gets the answer as it comes, streams too', async () => {
    await first('theirs');
    made.gateway.reply = null;
    const answer = await made.key.message({ body: { ...HELLO, stream: true } });
    assert.equal(answer.status, 200);
    assert.match(answer.body.toString(), /"model":"glm-5"/);
    assert.match(answer.body.toString(), /message_stop/);
  });

  it('x-api-key unless it is a bearer token, and all of it can be changed', async () => {
    await first('theirs');
    const doc = await change('theirs', { bearer: false, model_map: { 'claude-opus-5': 'glm-6' } });
    assert.deepEqual(doc.model_map, { 'claude-opus-5': 'glm-6' });
    await ask(odd('claude-sonnet-5'), undefined, [NAMED]);
    assert.equal(made.gateway.last().headers['x-api-key'], THEIRS);
    assert.equal(made.gateway.last().headers.authorization, undefined);
    assert.deepEqual(made.gateway.last().body, odd('claude-sonnet-5'));
    const set = await commandBeside(['account', 'set', 'theirs', '--bearer', 'on', '--map', 'claude-sonnet-5=glm-5', '--data-dir', made.relay.dataDir]);
    assert.equal(set.status, 0, set.stderr);
    await ask(odd('claude-sonnet-5'));
    assert.equal(made.gateway.last().headers.authorization, `Bearer ${THEIRS}`);
    assert.deepEqual(made.gateway.last().body, odd('glm-5'));
  });

  it('its key is replaced in place: what was held against the old one is forgotten, all else stays', async () => {
    const another = `${THEIRS}another`;
    const set = (key) => commandBeside(['account', 'set', 'theirs', '--api-key', '-', '--data-dir', made.relay.dataDir], { input: `${key}\n` });
    const told = async () => (await admin(made.relay, 'GET', '/oauth/accounts/theirs/status')).doc;
    await first('theirs');
    const was = await change('theirs', { tags: ['x'], weight: 7, note: 'mine' });
    made.gateway.reply = { status: 401, body: '{"type":"error","error":{"type":"authentication_error","message":"no such key"}}' };
    assert.equal((await ask(odd('claude-sonnet-5'))).status, 200);
    assert.equal((await told()).state, 'login_required');
    made.gateway.reply = { status: 200, body: '{"type":"message","model":"glm-5","usage":{"input_tokens":1,"output_tokens":1}}' };
    const refused = await set('two words');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /no spaces or quotes, at most 1024 characters, and is no token of a sign-in/);
    assert.match((await change('ours', { api_key: another }, 400)).error, /begins with sk-ant-.*keys of other providers go with a base_url/);
    assert.equal((await told()).state, 'login_required');
    const done = await set(another);
    assert.equal(done.status, 0, done.stderr);
    assert.doesNotMatch(done.stdout + done.stderr, /CANARY/);
    assert.deepEqual(((doc) => ['state', 'base_url', 'bearer', 'model_map', 'tls_ca', 'tags', 'weight', 'priority', 'note'].map((name) => doc[name]))(await told()), ['ready', was.base_url, true, MAP, was.tls_ca, ['x'], 7, 5, 'mine']);
    await ask(odd('claude-sonnet-5'));
    assert.equal(made.gateway.last().headers.authorization, `Bearer ${another}`);
    await change('theirs', { api_key: THEIRS, tags: null, note: null });
    await ask(odd('claude-sonnet-5'));
    assert.equal(made.gateway.last().headers.authorization, `Bearer ${THEIRS}`);
  });

  it('one that is added with its proxy never goes without it', async () => {
    const port = await freePort();
    const dead = { type: 'http', host: '127.0.0.1', port };
    assert.equal((await admin(made.relay, 'POST', '/admin/api/accounts', { name: 'behind', api_key: OURS, proxy_config: dead })).status, 201);
    const add2 = await commandBeside(['account', 'add', 'behind2', '--api-key', '-', '--proxy', '-', '--data-dir', made.relay.dataDir], { input: `${OURS}\nhttp://user:CANARY@127.0.0.1:${port}\n` });
    assert.equal(add2.status, 0, add2.stderr);
    assert.doesNotMatch(add2.stdout + add2.stderr, /CANARY/);
    const count = made.home.requests.length;
    for (const [name, proxy] of [['behind', dead], ['behind2', { ...dead, username: 'user' }]]) {
      assert.deepEqual((await admin(made.relay, 'GET', `/oauth/accounts/${name}/status`)).doc.proxy_config, proxy);
      const answer = await ask(odd('claude-sonnet-5'), undefined, [['X-Account-Name', name]]);
      assert.equal(answer.status, 502);
      assert.match(answer.body.toString(), /proxy/);
    }
    assert.equal(made.home.requests.length, count);
    /* Beside a document it would not be taken. */
    const beside = await admin(made.relay, 'POST', '/admin/api/accounts', { name: 'doc', kind: 'api-key', document: { api_key: OURS }, proxy_config: dead });
    assert.equal(beside.status, 400);
    assert.match(beside.doc.error, /put the rest into the document/);
    const none = await commandBeside(['account', 'set', 'behind', '--proxy', 'none', '--data-dir', made.relay.dataDir]);
    assert.equal(none.status, 0, none.stderr);
    assert.equal((await ask(odd('claude-sonnet-5'), undefined, [['X-Account-Name', 'behind']])).status, 200);
    for (const name of ['behind', 'behind2']) {
      assert.equal((await admin(made.relay, 'DELETE', `/oauth/accounts/${name}`)).status, 200);
    }
  });

  /* ---- failover -------------------------------------------------------------- */

  it('from the gateway to Anthropic: its own body, and nothing of the other credential', async () => {
    await first('theirs');
    made.gateway.reply = { status: 503, body: '{"type":"error","error":{"type":"api_error","message":"the gateway"}}' };
    const answer = await ask(odd('claude-sonnet-5'));
    assert.equal(answer.status, 200);
    assert.deepEqual(made.gateway.last().body, odd('glm-5'));
    assert.doesNotMatch(made.gateway.last().head, new RegExp(OURS));
    const got = made.home.requests.at(-1);
    assert.deepEqual(got.body, odd('claude-sonnet-5'));
    assert.equal(got.get('x-api-key'), OURS);
    assert.equal(got.target, '/v1/messages?beta=true');
    assert.equal(got.get('host'), `127.0.0.1:${made.home.port}`);
    assert.ok(!got.raw.includes(THEIRS));
  });

  it('and back', async () => {
    await first('ours');
    made.answer = responseBytes({ status: 503, body: '{}' });
    const answer = await ask(odd('claude-sonnet-5'));
    assert.equal(answer.status, 200);
    assert.match(answer.body.toString(), /"model":"glm-5"/);
    assert.deepEqual(made.home.requests.at(-1).body, odd('claude-sonnet-5'));
    assert.deepEqual(made.gateway.last().body, odd('glm-5'));
    assert.doesNotMatch(made.gateway.last().head, new RegExp(OURS));
  });

  /* ---- what is kept of it ---------------------------------------------------- */

  it('it is booked under the model that answered, and the one that was asked for', async () => {
    await first('theirs');
    await ask(odd('claude-sonnet-5'));
    await until(() => bookings(made.relay.dataDir).at(-1)?.account_text === 'theirs', { every: 50, what: 'it is booked' });
    const row = bookings(made.relay.dataDir).at(-1);
    assert.deepEqual([row.model_text, row.asked_text, row.cost_microusd], ['glm-5', 'claude-sonnet-5', null]);
  });

  /* ---- trust ----------------------------------------------------------------- */

  it('TLS trusts what the account says, and nobody else', async () => {
    await first('theirs');
    await change('ours', { enabled: false });
    const other = makeCertificate();
    await change('theirs', { tls_ca: other.cert });
    assert.match((await ask(odd('claude-sonnet-5'))).body.toString(), /TLS.*(certificate|verif)/i);
    await change('theirs', { tls_ca: null });
    assert.match((await ask(odd('claude-sonnet-5'))).body.toString(), /TLS.*(certificate|verif)/i);
    await change('theirs', { tls_ca: made.certificate.cert });
    assert.equal((await ask(odd('claude-sonnet-5'))).status, 200);
  });

  it('a file of trust that is none is refused, and the account stays as it was', async () => {
    const folder = tempFolder();
    fs.writeFileSync(path.join(folder, 'empty.pem'), '');
    for (const [file, why] of [['not-there.pem', /tls_ca=".*must be a PEM file: No such file/], ['empty.pem', /tls_ca=".*must be a PEM file with certificates/], ['.', /not a folder/]]) {
      const { error } = await change('theirs', { tls_ca: path.join(folder, file) }, 400);
      assert.match(error, why);
    }
    await first('theirs');
    assert.equal((await ask(odd('claude-sonnet-5'))).status, 200);
  });

  it('one that is gone at a start is a problem that says so, until it is there', async () => {
    const file = path.join(tempFolder(), 'ca.pem');
    const relay = await startRelay({
      upstream: `${made.home.url}/v1/messages`,
      accounts: (dataDir) => {
        fs.mkdirSync(dataDir, { mode: 0o700 });
        fs.writeFileSync(path.join(dataDir, 'apikey_g.json'), JSON.stringify({ api_key: THEIRS, base_url: made.gateway.url, tls_ca: file }), { mode: 0o600 });
      },
    });
    const status = async () => (await admin(relay, 'GET', '/oauth/accounts/g/status')).doc;
    assert.match((await status()).problem, /tls_ca=".*": must be a PEM file/);
    assert.equal((await admin(relay, 'POST', '/v1/messages', HELLO)).status >= 400, true);
    fs.copyFileSync(made.certificate.cert, file);
    await until(async () => (await status()).problem === null, { every: 100, what: 'the file was found' });
    assert.equal((await admin(relay, 'POST', '/v1/messages', HELLO)).status, 200);
    await relay.stop();
  });

  it('what the operator says holds, although the file cannot be used', async () => {
    const folder = tempFolder();
    const file = path.join(folder, 'ca.pem');
    fs.copyFileSync(made.certificate.cert, file);
    await change('theirs', { tls_ca: file });
    fs.unlinkSync(file);
    const before = made.gateway.requests.length;
    const named = async () => (await ask(odd('x'), undefined, [['X-Account-Name', 'theirs']])).status;
    try {
      assert.equal(await named(), 200, 'its last good way');
      const off = await change('theirs', { enabled: false });
      assert.deepEqual([off.enabled, off.state], [false, 'disabled']);
      assert.equal(await named(), 400);
      assert.equal(made.gateway.requests.length, before + 1);
      const said = { enabled: true, pool: false, tags: ['slow'], priority: 3, weight: 4, concurrency: 5 };
      const on = await change('theirs', said);
      assert.deepEqual(Object.fromEntries(Object.keys(said).map((member) => [member, on[member]])), said);
      assert.equal(await named(), 403, 'it is in the pool no more');
    } finally {
      await change('theirs', { tls_ca: made.certificate.cert, pool: true, tags: null, weight: 100, concurrency: 0 });
    }
  });

  it('a strict key stays within its budget, whatever the model is called there', async () => {
    const alone = await createKey(made.relay, 'strict', { accounts: ['theirs'], reserve: 'strict', limits: { cost_total: 0.0062 } });
    const both = await createKey(made.relay, 'strict and free', { accounts: ['theirs', 'ours'], reserve: 'strict', limits: { cost_total: 0.0102 } });
    const body = { model: 'claude-sonnet-5', max_tokens: 100, messages: [] };
    const before = made.gateway.requests.length;
    /* glm-5 has no price: it counts as the dearest. */
    const refused = await alone.message({ body });
    assert.equal(refused.status, 402);
    assert.match(refused.body.toString(), /no room for that where the model is \\"glm-5\\"/);
    assert.equal((await alone.show()).total.requests, 0);
    await first('theirs');
    const moved = await both.message({ body, headers: { 'x-relay-explain': '1' } });
    assert.deepEqual([moved.status, moved.headers['x-relay-account']], [200, 'ours']);
    assert.equal(made.gateway.requests.length, before);
  });

  it('nor does it leave that for what the model is called in the answer', async () => {
    const limits = (cost) => ({ accounts: ['theirs'], reserve: 'strict', limits: { cost_total: cost } });
    const [key, poor] = [await createKey(made.relay, 'strict there', limits(1)), await createKey(made.relay, 'poor', limits(0.0001))];
    const body = { model: 'claude-haiku-4-5', max_tokens: 100, messages: [] };
    await change('theirs', { model_map: null });
    /* As the dearest it would cost three times of what is reserved. */
    made.gateway.reply = { status: 200, body: '{"type":"message","model":"vendor/haiku","usage":{"input_tokens":60,"output_tokens":100}}' };
    try {
      const reserved = Number((await poor.message({ body })).body.toString().match(/may cost \$([0-9.]+)/)[1]);
      assert.equal((await key.message({ body })).status, 200);
      await until(async () => (await key.limit('cost_total')).used > 0, { what: 'it is counted' });
      assert.equal((await key.limit('cost_total')).used, reserved);
    } finally {
      await change('theirs', { model_map: MAP });
    }
  });

  /* ---- the way --------------------------------------------------------------- */

  it("an account's own proxy leads there", { skip: missing('microsocks') }, async () => {
    const proxy = await startProxy('socks5');
    await first('theirs');
    await change('theirs', { proxy_config: { type: 'socks5', host: '127.0.0.1', port: proxy.port } });
    assert.equal((await ask(odd('claude-sonnet-5'))).status, 200);
    await until(() => proxy.connects().includes('127.0.0.1:' + made.gateway.port) || proxy.connects().length > 0, { what: 'the proxy was used' });
    const { doc } = await admin(made.relay, 'POST', '/oauth/accounts/theirs/proxy-test');
    assert.deepEqual([doc.ok, doc.route, doc.target], [true, 'account', `127.0.0.1:${made.gateway.port}`]);
    await change('theirs', { proxy_config: null });
    await proxy.stop();
  });

  it("a first message goes there too, and names a model of the gateway's", async () => {
    made.gateway.reply = null;
    const { status, doc } = await admin(made.relay, 'POST', '/admin/api/accounts/theirs/message');
    assert.equal(status, 200, JSON.stringify(doc));
    assert.equal(made.gateway.last().target, '/base/v1/messages');
    assert.equal(doc.model, 'glm-5');
    assert.ok(!made.gateway.requests.some(({ target }) => target.includes('/models')), 'and asks for no list');
    assert.equal(made.gateway.last().headers.authorization, `Bearer ${THEIRS}`);
  });

  /* ---- what is refused ------------------------------------------------------- */

  it('a URL that leads back to the relay, or is none, is refused', async () => {
    const { port } = made.relay;
    for (const [url, why] of [
      [`http://127.0.0.1:${port}`, /this relay itself/],
      /* lint: nobody connects to it */
      [`http://localhost:${port}/x/v1/messages`, /this relay itself/],
      [`https://127.0.0.1:${port}`, /this relay itself/],
      ['http://gateway.example', /must be https/],
      ['https://user:CANARY@gateway.example', /without user/],
      ['gateway', /must be http/],
    ]) {
      assert.match((await change('theirs', { base_url: url }, 400)).error, why);
      const { status, doc } = await admin(made.relay, 'POST', '/admin/api/accounts', { name: 'new', api_key: THEIRS, base_url: url });
      assert.equal(status, 400);
      assert.match(doc.error, why);
      assert.doesNotMatch(doc.error, /CANARY/);
    }
    assert.match((await change('theirs', { base_url: null }, 400)).error, /keys of other providers go with a base_url/);
  });

  it('a relay that moved to where an account leads says so, until that gets another address, and others serve', async () => {
    const port = await freePort();
    const write = (dataDir) => fs.writeFileSync(path.join(dataDir, 'apikey_round.json'), JSON.stringify({ api_key: THEIRS, base_url: `http://127.0.0.1:${port}`, priority: 5 }), { mode: 0o600 });
    const accounts = (dataDir) => {
      addApiKey(dataDir, 'demo');
      write(dataDir);
    };
    const relay = await startRelay({ upstream: `${made.home.url}/v1/messages`, accounts, args: ['--port', String(port)] });
    const why = new RegExp(`base_url leads to host 127.0.0.1 port ${port}, which is this relay itself: put the address of the other gateway behind .*account set round --url`);
    await relay.logged(new RegExp(`account round.*${why.source}`));
    const status = async () => (await admin(relay, 'GET', '/oauth/accounts/round/status')).doc;
    const health = async () => (await admin(relay, 'GET', '/health')).doc;
    assert.match((await status()).problem, why);
    assert.equal((await health()).status, 'degraded');
    assert.match(JSON.stringify((await health()).problems), why);
    const key = await createKey(relay, 'alice', {});
    assert.equal((await key.message({ body: HELLO })).status, 200);
    assert.equal((await status()).last_error, null, 'it was not asked');
    /* Another change of it changes nothing about that. */
    assert.equal((await admin(relay, 'PATCH', '/oauth/accounts/round', { priority: 7 })).status, 200);
    assert.match((await status()).problem, why);
    assert.equal((await admin(relay, 'PATCH', '/oauth/accounts/round', { base_url: made.home.url })).status, 200);
    assert.deepEqual([(await status()).state, (await status()).problem], ['ready', null]);
    assert.equal((await health()).status, 'healthy');
    /* Nor does a file that is changed by hand lead it back: what was good stays in use. */
    write(relay.dataDir);
    await until(async () => why.test((await status()).problem), { what: 'its file is looked at' });
    assert.equal((await status()).state, 'ready');
    assert.equal(count(relay.log, /status=508/g), 0);
    await relay.stop();
  });

  it('what somebody signed in for goes nowhere else', async () => {
    const document = { access_token: 'sk-ant-oat01-CANARY', expires_at: '2999-01-01T00:00:00Z', base_url: made.gateway.url };
    const { status, doc } = await admin(made.relay, 'POST', '/admin/api/accounts', { name: 'max', kind: 'oauth', document });
    assert.equal(status, 400);
    assert.match(doc.error, /for API keys/);
  });
});
