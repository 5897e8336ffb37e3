// SPDX-License-Identifier: MIT
/* Several accounts at an upstream that answers byte by byte as each test says: no answer
   has to be whole to be judged, places are those of the model, sessions stay, and models
   go where they are known. */
import assert from 'node:assert/strict';
import zlib from 'node:zlib';
import { after, before, beforeEach, it } from 'node:test';

import { noSqlite } from '../support/bookings.mjs';
import { call, HELLO, message, stream } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { commandBeside, describe, startRelay, until } from '../support/processes.mjs';
import { rawUpstream, responseBytes } from '../support/raw.mjs';
import { accountOf, addAccount, addAll, KEYS } from '../support/several.mjs';

const NAMES = Object.keys(KEYS);
const JSON_TYPE = ['Content-Type', 'application/json'];
const OK = responseBytes({ headers: [JSON_TYPE], body: '{"type":"message","model":"claude-sonnet-5","usage":{"input_tokens":1,"output_tokens":1}}' });
const error = (status, type, text, headers = []) => responseBytes({ status, headers: [JSON_TYPE, ...headers], body: JSON.stringify({ type: 'error', error: { type, message: text } }) });
const head = (status, ...fields) => Buffer.from([`HTTP/1.1 ${status} X`, 'Content-Type: application/json', ...fields, '', ''].join('\r\n'));
const nameOf = (request) => NAMES.find((name) => request.get('x-api-key').endsWith(KEYS[name]));

describe('accounts are chosen well', { skip: noSqlite }, () => {
  const made = {};
  before(async () => {
    /* What each answers: bytes, or (connection) => ... */
    made.upstream = await rawUpstream((connection, request) => {
      const name = nameOf(request);
      const answer = made.answers[name] ?? OK;
      made.asked.push(name);
      return typeof answer === 'function' ? answer(connection, name) : connection.write(answer);
    });
    made.relay = await startRelay({ upstream: `${made.upstream.url}/v1/messages`, env: { WORKERS: '2' }, accounts: addAll });
    made.key = await createKey(made.relay, 'alice');
  });
  after(async () => {
    await made.relay.stop();
    await made.upstream.stop();
  });
  beforeEach(async () => {
    Object.assign(made, { answers: {}, asked: [] });
    for (const name of NAMES) {
      await change(name, { concurrency: 0, priority: 0, enabled: true });
      assert.equal((await admin(made.relay, 'POST', `/admin/api/accounts/${name}/clear`)).status, 200);
    }
  });

  const change = async (name, members) => assert.equal((await admin(made.relay, 'PATCH', `/oauth/accounts/${name}`, members)).status, 200);
  const ask = (headers = {}, body = HELLO, key = made.key) => key.message({ headers: { 'x-relay-explain': '1', ...headers }, body });
  const session = (name) => ({ 'x-claude-code-session-id': name });
  const by = (answer) => answer.headers['x-relay-account'];
  /* In this order, by priority. */
  const inOrder = async () => {
    for (const [i, name] of NAMES.entries()) {
      await change(name, { priority: 10 - i });
    }
  };
  const explain = async (members) => (await admin(made.relay, 'POST', '/admin/api/explain', members)).doc;

  /* ---- answers that are not whole ---------------------------------------------- */

  const big = (status, ...fields) => Buffer.concat([head(status, 'Content-Length: 200000', ...fields), Buffer.alloc(200000, 'x')]);
  const drip = (connection, status) => {
    connection.write(head(status, 'Transfer-Encoding: chunked'));
    const timer = setInterval(() => (connection.closed ? clearInterval(timer) : connection.write('1\r\n{\r\n')), 100);
    connection.gone.then(() => clearInterval(timer));
  };
  const refusals = {
    'a 503 that is cut': (connection) => connection.write(Buffer.concat([head(503, 'Content-Length: 100'), Buffer.from('{"type":"err')])).then(() => connection.end()),
    'a 429 that is cut': (connection) => connection.write(Buffer.concat([head(429, 'Content-Length: 100'), Buffer.from('{"type":"err')])).then(() => connection.end()),
    'a long 503': big(503),
    'a long 429': big(429, 'retry-after: 30'),
    'a 529 that stalls': head(529, 'Content-Length: 100'),
    'a 429 that stalls': head(429, 'Content-Length: 100', 'retry-after: 30'),
    'a 429 that drips': (connection) => drip(connection, 429),
    'a 429 that unpacks to a lot': responseBytes({ status: 429, headers: [JSON_TYPE, ['Content-Encoding', 'gzip']], body: zlib.gzipSync(Buffer.alloc(2000000, ' ')) }),
  };
  for (const [what, answer] of Object.entries(refusals)) {
    it(`${what} is passed over`, async () => {
      await inOrder();
      made.answers.one = answer;
      const got = await ask();
      assert.deepEqual([got.status, by(got), got.headers['x-relay-attempts']], [200, 'two', '2']);
      assert.deepEqual(made.asked, ['one', 'two']);
    });
  }

  it('a refusal that nobody else takes is passed on as it comes', async () => {
    await inOrder();
    await change('two', { enabled: false });
    await change('three', { enabled: false });
    made.answers.one = big(503);
    const got = await ask();
    assert.deepEqual([got.status, got.body.length], [503, 200000]);
    /* Its head does not wait for what nobody needs. */
    let write;
    made.answers.one = (connection) => {
      write = (bytes) => connection.write(bytes);
      return connection.write(head(529, 'Content-Length: 4'));
    };
    const slow = await stream(made.relay.url, { headers: made.key.headers, body: HELLO });
    assert.equal(slow.status, 529);
    write('over');
    assert.equal(await slow.ended, true);
    /* What a 400 means is in its text, which is not awaited for ever. */
    made.answers.one = (connection) => drip(connection, 400);
    const dripping = await stream(made.relay.url, { headers: made.key.headers, body: HELLO });
    assert.equal(dripping.status, 400);
    dripping.leave();
  });

  it('what was cut is not kept for the client, what was whole is', async () => {
    await inOrder();
    made.answers = { one: error(429, 'rate_limit_error', 'whole'), two: refusals['a 429 that is cut'], three: error(503, 'api_error', 'last') };
    const got = await ask();
    assert.equal(got.status, 429);
    assert.match(got.body.toString(), /whole/);
    await change('three', { enabled: false });
    for (const name of NAMES) {
      await admin(made.relay, 'POST', `/admin/api/accounts/${name}/clear`);
    }
    assert.match((await ask()).body.toString(), /whole/, 'if the one that broke off is the last');
  });

  /* ---- how many are asked ------------------------------------------------------- */

  for (const statuses of [[529, 503, 529], [529, 429, 200], [503, 529, 200]]) {
    it(`${statuses.join(', ')}: two are asked, for the provider is overloaded`, async () => {
      const left = [...statuses];
      const next = (connection) => {
        const status = left.shift();
        return connection.write(status === 200 ? OK : error(status, 'x', `${status}`));
      };
      made.answers = Object.fromEntries(NAMES.map((name) => [name, next]));
      assert.notEqual((await ask()).status, 200);
      assert.equal(made.asked.length, 2);
    });
  }

  /* ---- retry-after ---------------------------------------------------------------- */

  it('a 429 says when the first can be asked again, be it a guess', async () => {
    made.answers = Object.fromEntries(NAMES.map((name) => [name, error(429, 'rate_limit_error', 'x')]));
    const all = await ask();
    assert.equal(all.status, 429);
    assert.ok(all.headers['retry-after'] >= 1 && all.headers['retry-after'] <= 5, all.headers['retry-after']);
    const single = await createKey(made.relay, 'single', { accounts: ['one'] });
    await admin(made.relay, 'POST', '/admin/api/accounts/one/clear');
    const reset = String(Math.floor(Date.now() / 1000) + 600);
    made.answers.one = error(429, 'rate_limit_error', 'x', [['anthropic-ratelimit-unified-status', 'rejected'], ['anthropic-ratelimit-unified-5h-status', 'rejected'], ['anthropic-ratelimit-unified-5h-reset', reset]]);
    const untold = await ask({}, HELLO, single);
    assert.ok(untold.headers['retry-after'] > 590 && untold.headers['retry-after'] <= 601, untold.headers['retry-after']);
    await admin(made.relay, 'POST', '/admin/api/accounts/one/clear');
    made.answers.one = error(429, 'rate_limit_error', 'x', [['anthropic-ratelimit-unified-status', 'rejected'], ['anthropic-ratelimit-unified-5h-status', 'rejected'], ['anthropic-ratelimit-unified-5h-reset', reset], ['retry-after', '77']]);
    assert.equal((await ask({}, HELLO, single)).headers['retry-after'], '77', 'its own passes');
  });

  /* ---- places ------------------------------------------------------------------------ */

  it('only what the model answers takes a place', async () => {
    const held = [];
    const hold = (connection) => {
      held.push(connection);
    };
    made.answers = Object.fromEntries(NAMES.map((name) => [name, hold]));
    for (const name of NAMES) {
      await change(name, { concurrency: 1 });
    }
    const first = NAMES.map(() => ask());
    await until(() => held.length === 3, { what: 'all places are taken' });
    assert.equal((await ask()).status, 429);
    made.answers = {};
    const count = () => message(made.relay.url, { target: '/v1/messages/count_tokens', headers: made.key.headers, body: HELLO });
    const counted = await Promise.all(Array.from({ length: 14 }, count));
    assert.deepEqual(counted.map(({ status }) => status), Array(14).fill(200));
    assert.equal((await call(`${made.relay.url}/v1/models`, { headers: made.key.headers })).status, 200);
    assert.equal((await ask({ 'x-account-name': 'one' })).status, 429);
    const named = await message(made.relay.url, { target: '/v1/messages/count_tokens', headers: { ...made.key.headers, 'x-account-name': 'one' }, body: HELLO });
    assert.equal(named.status, 200);
    held.splice(0).forEach((connection) => connection.write(OK));
    assert.ok((await Promise.all(first)).every(({ status }) => status === 200));
    await until(async () => (await accountOf(made.relay, 'one')).in_flight === 0, { what: 'nothing is in flight' });
  });

  /* ---- sessions ---------------------------------------------------------------------- */

  it('a session is a guest while its account is full', async () => {
    const home = by(await ask(session('full')));
    await change(home, { concurrency: 1 });
    const held = [];
    NAMES.forEach((name) => (made.answers[name] = (connection) => {
      held.push(connection);
    }));
    const first = ask(session('full'));
    await until(() => held.length === 1, { what: 'the place is taken' });
    const guest = ask(session('full'));
    await until(() => held.length === 2, { what: 'another one serves' });
    held[0].write(OK);
    assert.equal(by(await first), home);
    held[1].write(OK);
    assert.notEqual(by(await guest), home);
    made.answers = {};
    for (let i = 0; i < 5; i++) {
      assert.equal(by(await ask(session('full'))), home);
    }
  });

  it('an error inside a 200 binds no session', async () => {
    const sse = (text) => responseBytes({ headers: [['Content-Type', 'text/event-stream']], body: text });
    const home = by(await ask(session('event')));
    await admin(made.relay, 'POST', `/admin/api/accounts/${home}/pause`, { for: '1h' });
    NAMES.forEach((name) => (made.answers[name] = sse('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n')));
    assert.notEqual(by(await ask(session('event'))), home);
    made.answers = {};
    await admin(made.relay, 'POST', `/admin/api/accounts/${home}/resume`);
    assert.equal(by(await ask(session('event'))), home);
    /* One that was well, elsewhere, does. */
    await admin(made.relay, 'POST', `/admin/api/accounts/${home}/pause`, { for: '1h' });
    const other = by(await ask(session('event')));
    await admin(made.relay, 'POST', `/admin/api/accounts/${home}/resume`);
    assert.equal(by(await ask(session('event'))), other);
  });

  /* ---- models -------------------------------------------------------------------------- */

  it('another provider has the models of its map', async () => {
    const ends = 'd4d4';
    KEYS.glm = ends;
    NAMES.push('glm');
    try {
      addAccountBeside('glm', ends);
      await until(async () => (await accountOf(made.relay, 'glm')) !== undefined, { what: 'it is there' });
      const key = await createKey(made.relay, 'both', { accounts: ['one', 'glm'] });
      const served = async (model) => {
        const names = new Set();
        for (let i = 0; i < 30; i++) {
          names.add(by(await ask({}, { ...HELLO, model }, key)));
        }
        return [...names].sort();
      };
      assert.deepEqual(await served('claude-opus-5'), ['one']);
      assert.deepEqual(await served('claude-sonnet-5'), ['glm', 'one']);
      assert.deepEqual(await served('glm-5'), ['glm', 'one']);
      const { accounts } = await explain({ key: 'both', model: 'claude-opus-5' });
      assert.deepEqual(accounts.filter(({ why }) => why !== 'not_allowed').map(({ account, why }) => [account, why]), [['glm', 'no_model'], ['one', 'chosen']]);
      /* Named, it is asked all the same. */
      assert.equal(by(await ask({ 'x-account-name': 'glm' }, { ...HELLO, model: 'claude-opus-5' }, key)), 'glm');
      /* A session that asks for another model in between stays where it is. */
      await change('glm', { priority: 5 });
      assert.equal(by(await ask(session('m'), HELLO, key)), 'glm');
      assert.equal(by(await ask(session('m'), { ...HELLO, model: 'claude-opus-5' }, key)), 'one');
      await change('one', { priority: 9 });
      assert.equal(by(await ask(session('m'), HELLO, key)), 'glm');
      await change('one', { enabled: false });
      const refused = await ask({}, { ...HELLO, model: 'claude-opus-5' }, await createKey(made.relay, 'glm-only', { accounts: ['glm'] }));
      assert.equal(refused.status, 403);
      assert.match(refused.body.toString(), /permission_error.*has the model \\"claude-opus-5\\"/);
      await change('glm', { model_map: { 'claude-sonnet-5': 'glm-5', '*': '*' } });
      assert.deepEqual(await served('claude-opus-5'), ['glm']);
      assert.equal(JSON.parse(made.upstream.requests.at(-1).body).model, 'claude-opus-5');
      await change('glm', { model_map: { 'claude-sonnet-5': 'glm-5', '*': 'glm-4' } });
      assert.deepEqual(await served('claude-opus-5'), ['glm']);
      assert.equal(JSON.parse(made.upstream.requests.at(-1).body).model, 'glm-4');
    } finally {
      NAMES.pop();
      delete KEYS.glm;
      await admin(made.relay, 'DELETE', '/oauth/accounts/glm');
    }
  });
  const addAccountBeside = (name, end) => addAccount(made.relay.dataDir, name, end, '--url', `${made.upstream.url}/base`, '--map', 'claude-sonnet-5=glm-5');

  /* ---- explained ------------------------------------------------------------------------ */

  it('what the key may not do is explained, and nothing is reserved', async () => {
    const key = await createKey(made.relay, 'bob', { models: ['claude-sonnet-5'], limits: { rpm: 2, cost_total: 5 } });
    const model = 'claude-sonnet-5';
    const refused = async (pattern, members = {}) => {
      const doc = await explain({ key: 'bob', model, ...members });
      assert.equal(doc.account, null, JSON.stringify(doc));
      assert.match(doc.refused, pattern);
      assert.ok(doc.accounts.every(({ why }) => why !== 'chosen'));
    };
    for (let i = 0; i < 5; i++) {
      assert.ok(NAMES.includes((await explain({ key: 'bob', model })).account));
    }
    await refused(/claude-opus-5/, { model: 'claude-opus-5' });
    assert.equal((await ask({}, HELLO, key)).status, 200);
    assert.equal((await ask({}, HELLO, key)).status, 200);
    const told = JSON.parse((await ask({}, HELLO, key)).body).error.message;
    await refused(/2 of 2 requests a minute/);
    assert.match(told, /2 of 2 requests a minute/);
    await key.change({ limits: { rpm: null, cost_total: 0 } });
    await refused(/cost_total/);
    await key.change({ limits: { cost_total: null } });
    assert.ok(NAMES.includes((await explain({ key: 'bob', model })).account));
    await key.change({ enabled: false });
    await refused(/is switched off/);
    await key.change({ enabled: true, allow: ['files'] });
    await refused(/messages/);
    await key.change({ allow: null });
    await key.revoke();
    await refused(/was revoked/);
  });

  it('a command explains as the API does', async () => {
    await inOrder();
    await change('three', { enabled: false });
    const run = (...args) => commandBeside(['explain', ...args], { env: { DATA_DIR: made.relay.dataDir } });
    const done = await run('--key', 'alice', '--model=claude-sonnet-5');
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /^It would go to "one"\.\nACCOUNT +STATE +WHY\none +ready +chosen\ntwo +ready +another one's priority is higher\nthree +disabled +does not serve\n$/);
    assert.deepEqual(JSON.parse((await run('--key', 'alice', '--json')).stdout), await explain({ key: 'alice' }));
    const refused = await run('--key', 'nobody');
    assert.deepEqual([refused.status, refused.stdout], [1, '']);
    assert.equal((await run('--key')).status, 2);
  });
});
