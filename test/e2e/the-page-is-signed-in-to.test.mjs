// SPDX-License-Identifier: MIT
/* Browsers sign in with the admin token and get a session: what it opens, to whom, for
   how long, and what pages of others, forged changes and wrong tokens come to. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { call, HELLO, open } from '../support/http.mjs';
import { command, commandBeside, describe, rawStage, root, stage, startRelay, until } from '../support/processes.mjs';
import { makeCertificate } from '../support/proxies.mjs';
import { exchange, rawUpstream, responseBytes } from '../support/raw.mjs';
import { find, missing, proxyMissing, startProxy } from '../support/users.mjs';

const TOKEN = 'CANARY-admin-token-0123456789';
/* Nobody is this machine, and everybody says where it comes from. */
const AWAY = { env: { ADMIN_TOKEN: TOKEN, TRUSTED_PROXIES: '127.0.0.0/8' } };
const NAME = 'claude_relay_session';
const COOKIE = new RegExp(`^${NAME}=([A-Za-z0-9_-]{43}); Path=/; HttpOnly; SameSite=Strict; Max-Age=43200(; Secure)?$`);
const MANAGED = '/admin/api/keys';

let addresses = 0;
/* Another one for each test: what others tried there slows nobody. */
const address = () => `198.18.${++addresses >> 8}.${addresses & 255}`;

/* A browser, as far as it matters here. */
class Browser {
  constructor(url, { from = address(), host = 'relay.example', scheme = 'http', fields = {} } = {}) {
    Object.assign(this, { url, from, host, scheme, fields });
  }

  /* `headers`: a value of undefined takes a field away. */
  async ask(method, target, { body, headers = {}, page = `${this.scheme}://${this.host}` } = {}) {
    const all = {
      host: this.host,
      'x-forwarded-for': this.from,
      ...(this.scheme === 'https' ? { 'x-forwarded-proto': 'https' } : {}),
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' || method === 'HEAD' ? {} : { origin: page }),
      ...(this.cookie ? { cookie: this.cookie } : {}),
      ...(this.csrf ? { 'x-csrf-token': this.csrf } : {}),
      ...this.fields,
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const answer = await call(this.url + target, { method, headers: sent, body });
    const isJson = answer.headers['content-type'] === 'application/json' && answer.body.length > 0;
    return { ...answer, json: isJson ? JSON.parse(answer.body) : undefined };
  }

  async signIn(token = TOKEN, options = {}) {
    const answer = await this.ask('POST', '/admin/api/session', { body: { token }, ...options });
    if (answer.status === 200) {
      const [, text] = COOKIE.exec(answer.headers['set-cookie'][0]);
      this.cookie = `${NAME}=${text}`;
      this.csrf = answer.json.csrf;
    }
    return answer;
  }
}

async function signedIn(url, options) {
  const browser = new Browser(url, options);
  /* Hundreds at once are more than a slow disk takes notes of. */
  const answer = await until(async () => {
    const came = await browser.signIn();
    return came.json?.code !== 'audit_full' && came;
  }, { what: 'room in the audit log' });
  assert.equal(answer.status, 200, answer.body.toString());
  return browser;
}

const make = (browser, options) => browser.ask('POST', MANAGED, { body: { name: `key ${Math.random()}` }, ...options });

/* ---- what a session is ------------------------------------------------------- */

describe('a browser that signs in', () => {
  const s = stage({ relay: AWAY });

  it('gets a session, which manages the relay', async () => {
    const browser = new Browser(s.url);
    const answer = await browser.signIn();
    assert.equal(answer.status, 200);
    assert.match(answer.headers['set-cookie'][0], COOKIE);
    assert.doesNotMatch(answer.headers['set-cookie'][0], /Secure/, 'over plain HTTP the browser would not keep it');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.json.who, 'session');
    assert.match(answer.json.csrf, /^[A-Za-z0-9_-]{43}$/);
    const lasts = Date.parse(answer.json.expires_at) - Date.now();
    assert.ok(lasts > 11.9 * 3600e3 && lasts <= 12 * 3600e3, `it lasts ${lasts} ms`);
    assert.ok(!answer.body.includes(browser.cookie.split('=')[1]), 'a script can read the cookie');
    assert.equal((await browser.ask('GET', MANAGED)).status, 200);
    assert.equal((await browser.ask('HEAD', MANAGED)).status, 200);
    assert.equal((await browser.ask('GET', '/oauth/accounts')).status, 200);
    assert.equal((await browser.ask('GET', '/metrics')).status, 200);
    assert.equal((await make(browser)).status, 201);
    assert.match((await browser.ask('GET', '/health')).body.toString(), /version/);
  });

  it('keeps its connection, which strangers do not', async () => {
    const browser = await signedIn(s.url);
    for (const [cookie, connection] of [[`Cookie: ${browser.cookie}\r\n`, undefined], ['', 'close']]) {
      const answer = await exchange(s.port, `GET ${MANAGED} HTTP/1.1\r\nHost: relay.example\r\nX-Forwarded-For: ${browser.from}\r\n${cookie}\r\n`);
      assert.equal(answer.status, cookie ? 200 : 401);
      assert.equal(answer.get('connection'), connection);
    }
  });

  it('is told what it has when the page is loaded again', async () => {
    const browser = await signedIn(s.url);
    const { json } = await browser.ask('GET', '/admin/api/session');
    assert.equal(json.who, 'session');
    assert.equal(json.csrf, browser.csrf);
    assert.match(json.version, /^\d+\.\d+/);
  });

  it('without one it is a stranger, and so is whoever comes with an odd one', async () => {
    const browser = await signedIn(s.url);
    const text = browser.cookie.split('=')[1];
    for (const cookie of [undefined, `${NAME}=`, `${NAME}=x`, `${NAME}=${text.slice(1)}`, `${NAME}=${text}0`, `${NAME}=${text.toLowerCase()}`, `${NAME.toUpperCase()}=${text}`, `${NAME}="${text}"`, `x${NAME}=${text}`, text]) {
      const answer = await browser.ask('GET', MANAGED, { headers: { cookie } });
      assert.equal(answer.status, 401, `${cookie}`);
      assert.match(answer.json.error, /admin token/);
      assert.equal((await browser.ask('GET', '/admin/api/session', { headers: { cookie } })).status, 401);
    }
  });

  it('one that others set beside it does no harm', async () => {
    const browser = await signedIn(s.url);
    for (const cookie of [`${NAME}=theirs; ${browser.cookie}`, `a=b; ${browser.cookie}; ${NAME}=theirs`]) {
      assert.equal((await browser.ask('GET', MANAGED, { headers: { cookie } })).status, 200);
    }
  });

  it('each sign-in makes a new one: none can be brought along, and the former ends', async () => {
    const browser = new Browser(s.url);
    browser.cookie = `${NAME}=${'A'.repeat(43)}`;
    await browser.signIn();
    assert.notEqual(browser.cookie, `${NAME}=${'A'.repeat(43)}`);
    const former = browser.cookie;
    await browser.signIn();
    assert.equal((await browser.ask('GET', MANAGED, { headers: { cookie: former } })).status, 401);
    assert.equal((await browser.ask('GET', MANAGED)).status, 200);
  });

  it('signs out', async () => {
    const browser = await signedIn(s.url);
    const other = await signedIn(s.url);
    const answer = await browser.ask('DELETE', '/admin/api/session');
    assert.deepEqual(answer.json, { ended: 1 });
    assert.match(answer.headers['set-cookie'][0], new RegExp(`^${NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0$`));
    assert.equal((await browser.ask('GET', MANAGED)).status, 401);
    assert.equal((await other.ask('GET', MANAGED)).status, 200);
  });

  it('signs out everywhere', async () => {
    const browser = await signedIn(s.url);
    const other = await signedIn(s.url);
    const before = (await browser.ask('GET', '/admin/api/sessions')).json.sessions.length;
    assert.deepEqual((await browser.ask('DELETE', '/admin/api/session?everywhere=true')).json, { ended: before });
    assert.equal((await other.ask('GET', MANAGED)).status, 401);
  });

  it('live events end with their session, and are for no page of others', async () => {
    const browser = await signedIn(s.url);
    const listen = (headers) => new Promise((resolve, reject) => {
      const fields = { host: browser.host, 'x-forwarded-for': browser.from, cookie: browser.cookie, accept: 'text/event-stream', ...headers };
      open(`${s.url}/admin/api/live`, { headers: fields }, resolve).on('error', reject);
    });
    for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'same-site' }]) {
      assert.equal((await listen(headers)).resume().statusCode, 403);
    }
    assert.equal((await listen({ cookie: '' })).resume().statusCode, 401);
    const events = await listen({ 'sec-fetch-site': 'same-origin' });
    assert.equal(events.statusCode, 200);
    const ended = new Promise((done) => events.on('close', done).on('error', done).resume());
    await browser.ask('DELETE', '/admin/api/session');
    await ended;
  });

  it('nobody else sees what makes a session', async () => {
    const browser = await signedIn(s.url);
    const { json, body } = await browser.ask('GET', '/admin/api/sessions');
    assert.equal(json.sessions.at(-1).peer, browser.from);
    assert.ok(!body.includes(browser.cookie.split('=')[1]) && !body.includes(browser.csrf));
    assert.ok(!s.relay.log.includes(browser.cookie.split('=')[1]), 'it stands in the log');
  });

  it('a cookie makes up for no other credential', async () => {
    const browser = await signedIn(s.url);
    await make(browser); /* while there is no key, none is looked at */
    for (const headers of [{ authorization: 'Bearer wrong' }, { authorization: 'wrong' }, { authorization: '' }, { 'x-api-key': 'cr_wrong' }]) {
      assert.equal((await browser.ask('GET', MANAGED, { headers })).status, 401, JSON.stringify(headers));
    }
  });

  it('a password for a proxy, passed on by it, is none', async () => {
    const browser = await signedIn(s.url, { fields: { authorization: 'Basic eA==' } });
    assert.equal((await make(browser)).status, 201);
    assert.equal((await browser.ask('GET', MANAGED)).status, 200);
    assert.equal((await browser.ask('GET', MANAGED, { headers: { cookie: undefined } })).status, 401);
  });
});

/* ---- what it must not do ----------------------------------------------------- */

describe('pages of others', () => {
  const s = stage({ relay: AWAY });
  const pages = ['http://evil.example', 'http://relay.example:8080', 'https://relay.example', 'http://relay.example.evil.example', 'null', ''];

  it('change nothing and read nothing, though the browser sends the cookie along', async () => {
    const browser = await signedIn(s.url);
    for (const page of pages) {
      const answer = await make(browser, { page });
      assert.equal(answer.status, 403, `${page}: ${answer.body}`);
      assert.match(answer.json.error, /another origin/);
      assert.equal((await browser.ask('GET', MANAGED, { headers: { origin: page } })).status, 403, page);
    }
    for (const site of ['same-site', 'cross-site', 'none', '']) {
      assert.equal((await make(browser, { headers: { 'sec-fetch-site': site, origin: undefined } })).status, 403, site);
      assert.equal((await browser.ask('GET', '/admin/api/audit', { headers: { 'sec-fetch-site': site } })).status, 403, site);
    }
    assert.equal((await make(browser, { headers: { origin: undefined, 'sec-fetch-site': undefined } })).status, 201, 'an old browser of ours');
  });

  it('cannot forge a change, whatever form it has', async () => {
    const browser = await signedIn(s.url);
    const forged = { origin: undefined, 'sec-fetch-site': undefined };
    for (const csrf of [undefined, '', 'x', browser.csrf.slice(1), `${browser.csrf}0`, browser.cookie.split('=')[1]]) {
      for (const [method, target, body] of [['POST', MANAGED, '{"name":"forged"}'], ['PATCH', '/admin/api/log', '{"level":"debug"}'], ['DELETE', '/oauth/accounts/demo'], ['DELETE', '/admin/api/session?everywhere=true'], ['POST', '/admin/api/accounts/demo/pause']]) {
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
          const answer = await browser.ask(method, target, { body, headers: { ...forged, 'content-type': type, 'x-csrf-token': csrf } });
          assert.equal(answer.status, 403, `${method} ${target} ${csrf}: ${answer.body}`);
          assert.match(answer.json.error, /X-CSRF-Token/);
        }
      }
    }
    assert.equal((await browser.ask('GET', MANAGED)).json.keys.filter(({ name }) => name === 'forged').length, 0);
    const other = await signedIn(s.url);
    assert.equal((await make(browser, { headers: { 'x-csrf-token': other.csrf } })).status, 403, 'that of another session');
  });

  it('are told nothing that they could read: no CORS', async () => {
    const browser = await signedIn(s.url);
    for (const [method, headers] of [['GET', {}], ['OPTIONS', { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf-token', cookie: undefined }]]) {
      const answer = await browser.ask(method, MANAGED, { page: 'http://evil.example', headers: { origin: 'http://evil.example', ...headers } });
      assert.ok(answer.status >= 400);
      assert.deepEqual(Object.keys(answer.headers).filter((name) => name.startsWith('access-control')), []);
    }
  });

  it('cannot use up what the owner may try', async () => {
    const from = address();
    const victim = new Browser(s.url, { from });
    for (let i = 0; i < 50; i++) {
      assert.equal((await victim.signIn(`guess ${i}`, { page: 'http://evil.example' })).status, 403);
      assert.equal((await victim.signIn(`guess ${i}`, { headers: { 'sec-fetch-site': 'cross-site', origin: undefined, 'content-type': 'text/plain' } })).status, 403);
    }
    assert.equal((await victim.signIn()).status, 200);
  });

  it('a name that was made to lead here (DNS rebinding) is not this machine', async () => {
    for (const fields of [{ host: 'evil.example' }, { host: `evil.example:${s.port}`, origin: `http://evil.example:${s.port}` }]) {
      const answer = await call(`${s.url}/admin/api/session`, { headers: fields });
      assert.equal(answer.status, 401);
    }
  });
});

/* ---- it relays nothing ------------------------------------------------------- */

describe('a session and the upstream', () => {
  const s = rawStage(() => rawUpstream((connection) => connection.write(responseBytes({ body: '{"fine":true}' }))), AWAY);

  it('opens nothing below /v1/', async () => {
    const browser = await signedIn(s.url);
    for (const [method, target] of [['POST', '/v1/messages'], ['GET', '/v1/models'], ['GET', '/v1/me'], ['POST', '/messages']]) {
      const answer = await browser.ask(method, target, { body: method === 'POST' ? HELLO : undefined });
      assert.equal(answer.status, 401, `${method} ${target}: ${answer.body}`);
    }
    assert.equal(s.upstream.requests.length, 0);
  });

  it('and never gets there beside a key', async () => {
    const browser = await signedIn(s.url);
    const { json } = await make(browser);
    const answer = await browser.ask('POST', '/v1/messages', { body: HELLO, headers: { 'x-api-key': json.key } });
    assert.equal(answer.status, 200, answer.body.toString());
    const sent = Buffer.concat([s.upstream.requests.at(-1).raw, s.upstream.requests.at(-1).body]).toString();
    assert.ok(!sent.includes(browser.cookie.split('=')[1]), sent);
    assert.doesNotMatch(sent, /cookie:/i);
  });
});

/* ---- wrong tokens ------------------------------------------------------------ */

describe('whoever tries tokens', () => {
  const s = stage({ relay: AWAY });

  it('is slowed, and the owner elsewhere is not', async () => {
    const guesser = new Browser(s.url);
    const owner = await signedIn(s.url);
    let answer;
    for (let i = 0; i < 25; i++) {
      answer = await guesser.signIn(`guess ${i}`);
      assert.ok([401, 429].includes(answer.status));
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    assert.equal(answer.status, 429);
    assert.match(answer.json.error, /for another \d+ s/);
    assert.ok(Number(answer.headers['retry-after']) >= 1);
    assert.equal((await guesser.signIn()).status, 429, 'the right one is looked at');
    assert.equal((await owner.ask('GET', MANAGED)).status, 200);
    assert.equal((await new Browser(s.url, { from: owner.from }).signIn()).status, 200);
    await s.relay.logged(/a wrong admin token/);
  });

  it('learns nothing from odd bodies', async () => {
    const browser = new Browser(s.url);
    for (const [body, status] of [
      ['', 400], ['{}', 400], ['[]', 400], ['null', 400], ['{"token":5}', 400], ['{"token":null}', 400], ['{"token":"x","more":1}', 400], ['{"token":"x"', 400],
      ['{"token":""}', 401], [`{"token":"${TOKEN} "}`, 401], [`{"token":"${TOKEN}\\u0000"}`, 400], [`{"token":"Bearer ${TOKEN}"}`, 401],
      [`{"token":"${'x'.repeat(5000)}"}`, 413], [`{"token":"${TOKEN}"${' '.repeat(5000)}}`, 413],
    ]) {
      const answer = await browser.ask('POST', '/admin/api/session', { body });
      assert.equal(answer.status, status, `${body.slice(0, 60)}: ${answer.body}`);
      assert.equal(answer.headers['set-cookie'], undefined);
      assert.ok(!answer.body.includes(TOKEN));
    }
  });

  it('and from odd heads: the answer is no place for what was sent', async () => {
    for (const field of ['Cookie: claude_relay_session=x\r\nSet-Cookie: a=b', 'Host: relay.example\r\nOrigin: http://x\r\n\r\nHTTP/1.1 200 OK', 'X-CSRF-Token: a\r\nX-CSRF-Token: b']) {
      const answer = await exchange(s.port, `DELETE /admin/api/session HTTP/1.1\r\n${/Host/.test(field) ? '' : 'Host: relay.example\r\n'}${field}\r\nConnection: close\r\n\r\n`);
      assert.equal(answer.status, 401, field);
      assert.equal(answer.get('set-cookie'), undefined);
    }
  });

  it('cannot push others out of the audit log', async () => {
    const owner = await signedIn(s.url);
    for (let i = 0; i < 60; i++) {
      await new Browser(s.url).signIn('guess');
      await make(owner, { headers: { 'x-csrf-token': 'forged' } });
    }
    const { json } = await owner.ask('GET', '/admin/api/audit?limit=200');
    const refused = json.entries.filter(({ done }) => !done);
    assert.ok(refused.length >= 1 && refused.length <= 20, `${refused.length} entries`);
  });
});

describe('what the audit log says', () => {
  const s = stage({ relay: AWAY });

  it('of sign-ins, of what a session did, of forged changes, and of sign-outs', async () => {
    const stranger = new Browser(s.url);
    await stranger.signIn('wrong');
    const browser = await signedIn(s.url);
    await browser.ask('PATCH', '/admin/api/log', { body: { level: 'info' } });
    await browser.ask('PATCH', '/admin/api/log', { body: { level: 'debug' }, page: 'http://evil.example' });
    await browser.ask('DELETE', '/admin/api/session');
    const last = await signedIn(s.url);
    const { json } = await last.ask('GET', '/admin/api/audit');
    const said = json.entries.reverse().filter(({ who }) => who !== 'command').map(({ who, peer, action, done }) => [who, peer, action, done]);
    assert.deepEqual(said, [
      ['stranger', stranger.from, 'session.begin', false],
      ['admin-token', browser.from, 'session.begin', true],
      ['session', browser.from, 'log.level', true],
      ['session', browser.from, 'log.level', false],
      ['session', browser.from, 'session.end', true],
      ['admin-token', last.from, 'session.begin', true],
    ]);
    await s.relay.logged(/who=session .*path=\/admin\/api\/log/);
  });
});

/* ---- how long ---------------------------------------------------------------- */

describe('sessions and the relay', () => {
  it('a restart ends them, with the same token and with another one', async () => {
    const relay = await startRelay(AWAY);
    const { dataDir } = relay;
    const browser = await signedIn(relay.url);
    await relay.stop();
    for (const token of [TOKEN, 'CANARY-another-token-0123456789']) {
      const next = await startRelay({ env: { ...AWAY.env, ADMIN_TOKEN: token }, dataDir, accounts: () => {} });
      browser.url = next.url;
      assert.equal((await browser.ask('GET', MANAGED)).status, 401);
      assert.equal((await browser.ask('GET', MANAGED, { headers: { cookie: undefined, authorization: `Bearer ${token}` } })).status, 200);
      await next.stop();
    }
  });

  it('too many push out the oldest, and memory stays what it was', async () => {
    const relay = await startRelay(AWAY);
    const first = await signedIn(relay.url);
    const from = address();
    for (let i = 0; i < 1000; i += 50) {
      await Promise.all(Array.from({ length: 50 }, () => signedIn(relay.url, { from })));
    }
    assert.equal((await first.ask('GET', MANAGED)).status, 401);
    const last = await signedIn(relay.url, { from });
    assert.equal((await last.ask('GET', '/admin/api/sessions')).json.sessions.length, 1000);
    await relay.stop();
  });
});

describe('the command', () => {
  const s = stage({ relay: AWAY });
  const run = (...args) => commandBeside(['sessions', ...args], { env: { DATA_DIR: s.relay.dataDir } });

  it('shows who is signed in, and signs everybody out', async () => {
    assert.match((await run()).stdout, /nobody is signed in/i);
    const browser = await signedIn(s.url);
    const shown = await run();
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(shown.stdout, new RegExp(browser.from.replaceAll('.', '\\.')));
    assert.ok(!shown.stdout.includes(browser.cookie.split('=')[1]));
    const listed = JSON.parse((await run('--json')).stdout);
    assert.deepEqual(listed, (await browser.ask('GET', '/admin/api/sessions')).json);
    const ended = await run('end');
    assert.equal(ended.status, 0, ended.stderr);
    assert.match(ended.stdout, /1 session/);
    assert.equal((await browser.ask('GET', MANAGED)).status, 401);
    assert.notEqual((await run('none')).status, 0);
  });

  it('says so if no relay runs', () => {
    const done = command(['sessions'], {});
    assert.notEqual(done.status, 0);
    assert.match(done.stderr + done.stdout, /no relay runs|nothing runs|not running/i);
  });
});

/* ---- this machine ------------------------------------------------------------ */

describe('on this machine', () => {
  const s = stage();
  const token = () => fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim();
  const here = (port) => ({ 'x-forwarded-for': undefined, host: `localhost:${port}` });

  it('nobody has to sign in', async () => {
    const { json } = await new Browser(s.url, { host: `localhost:${s.port}`, fields: here(s.port) }).ask('GET', '/admin/api/session');
    assert.deepEqual([json.who, json.csrf, json.expires_at], ['machine', null, null]);
  });

  it('the cookie of another relay on another port does no harm', async () => {
    const browser = new Browser(s.url, { host: `localhost:${s.port}`, fields: here(s.port) });
    browser.cookie = `${NAME}=${'B'.repeat(43)}`;
    assert.equal((await browser.ask('GET', '/admin/api/session')).json.who, 'machine');
    assert.equal((await make(browser)).status, 201);
  });

  it('a session is held to its rules here, too', async () => {
    const browser = new Browser(s.url, { host: `localhost:${s.port}`, fields: here(s.port) });
    assert.equal((await browser.signIn(token())).status, 200);
    assert.equal((await browser.ask('GET', '/admin/api/session')).json.who, 'session');
    assert.equal((await make(browser, { headers: { 'x-csrf-token': undefined } })).status, 403);
    assert.equal((await make(browser, { page: 'http://localhost:1' })).status, 403);
    assert.equal((await make(browser)).status, 201);
    assert.equal((await browser.ask('GET', '/admin/api/session', { headers: { cookie: undefined, 'x-csrf-token': undefined, authorization: `Bearer ${token()}` } })).json.who, 'token');
  });
});

/* ---- behind nginx ------------------------------------------------------------ */

const certificate = missing('openssl') ? null : makeCertificate();
const told = (file, from) => fs.readFileSync(`${root}/${file}`, 'utf8').slice(fs.readFileSync(`${root}/${file}`, 'utf8').indexOf(from));
const block = (text) => /```nginx\n([^]*?)```/.exec(text)[1];
const inREADME = block(told('README.md', 'With nginx:'));
const onlyForKeys = block(told('docs/operations.md', 'let the proxy pass `/v1/`'));
const whereAll = /location \/ \{\n([^]*?)\n {4}\}\n/.exec(inREADME);

/* What the documents say, but for ports and files. */
const asTold = (server) => ({
  program: 'nginx',
  user: 'www-data',
  ca: certificate?.cert,
  make: (port, relay, folder) => ({
    file: `user www-data;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
daemon off;
events {}
http {
  access_log off;
  ${server
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate.cert};`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${certificate.key};`)
    .replaceAll('proxy_pass http://127.0.0.1:3000', `proxy_pass http://127.0.0.1:${relay}`)}
}
`,
    command: (file) => [find('nginx'), '-c', file],
  }),
});
const tls = asTold(inREADME);
const keysAlone = asTold(inREADME.replace(whereAll[0], onlyForKeys.replace('# as above', whereAll[1])));
const noTls = certificate ? proxyMissing(tls) : missing('openssl');

describe('behind nginx with TLS', { skip: noTls }, () => {
  const s = stage({ relay: { env: { ADMIN_TOKEN: TOKEN, TRUSTED_PROXIES: '127.0.0.1' } } });
  const plain = stage({ relay: { env: { ADMIN_TOKEN: TOKEN } } });
  let proxy;
  let untrusted;
  let narrow;
  before(async () => {
    proxy = await startProxy(tls, s.port);
    untrusted = await startProxy(tls, plain.port);
    narrow = await startProxy(keysAlone, s.port);
  });
  after(() => Promise.all([proxy, untrusted, narrow].map((each) => each?.stop())));

  const ask = (port, method, target, headers, body) =>
    call(`https://127.0.0.1:${port}${target}`, {
      method,
      body,
      ca: fs.readFileSync(certificate.cert),
      headers: { host: `127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin', ...headers },
    });

  it('the cookie is for TLS alone, and the page works', async () => {
    const origin = `https://127.0.0.1:${proxy.port}`;
    const page = await ask(proxy.port, 'GET', '/admin/', { accept: 'text/html' });
    assert.equal(page.status, 200);
    for (const [, path] of page.body.toString().matchAll(/(?:href|src)="([^"]+)"/g)) {
      const asset = await ask(proxy.port, 'GET', path, { 'accept-encoding': 'gzip' });
      assert.equal(asset.status, 200, path);
      assert.equal(asset.headers['content-encoding'], 'gzip');
    }
    const began = await ask(proxy.port, 'POST', '/admin/api/session', { origin }, JSON.stringify({ token: TOKEN }));
    assert.equal(began.status, 200, began.body.toString());
    assert.match(began.headers['set-cookie'][0], /; Secure$/);
    const cookie = began.headers['set-cookie'][0].split(';')[0];
    const csrf = JSON.parse(began.body).csrf;
    assert.equal((await ask(proxy.port, 'GET', MANAGED, { cookie })).status, 200);
    assert.equal((await ask(proxy.port, 'POST', MANAGED, { cookie, origin, 'x-csrf-token': csrf }, '{"name":"by nginx"}')).status, 201);
    assert.equal((await ask(proxy.port, 'POST', MANAGED, { cookie, origin }, '{"name":"x"}')).status, 403);
    assert.equal((await ask(proxy.port, 'POST', MANAGED, { cookie, origin: origin.replace('https', 'http'), 'x-csrf-token': csrf }, '{"name":"x"}')).status, 403);
    const ended = await ask(proxy.port, 'DELETE', '/admin/api/session', { cookie, origin, 'x-csrf-token': csrf });
    assert.match(ended.headers['set-cookie'][0], /=; .*Max-Age=0; Secure$/);
  });

  it('a proxy that is not trusted is not believed, and the refusal says what to do', async () => {
    const answer = await ask(untrusted.port, 'POST', '/admin/api/session', { origin: `https://127.0.0.1:${untrusted.port}` }, JSON.stringify({ token: TOKEN }));
    assert.equal(answer.status, 403);
    assert.match(answer.body.toString(), /TRUSTED_PROXIES.*Host.*X-Forwarded-Proto/);
  });

  it('where the proxy passes only what those need who hold keys, nothing else is there', async () => {
    for (const target of ['/admin/', '/admin', '/admin/api/status', '/oauth/accounts', '/metrics', '/', '/admin/assets/../api/status', '/me/../admin/api/status']) {
      assert.equal((await ask(narrow.port, 'GET', target, { accept: 'text/html' })).status, 404, target);
    }
    const page = await ask(narrow.port, 'GET', '/me', {});
    assert.equal(page.status, 200);
    for (const [, path] of page.body.toString().matchAll(/(?:href|src)="([^"]+)"/g)) {
      assert.equal((await ask(narrow.port, 'GET', path, {})).status, 200, path);
    }
    assert.equal((await ask(narrow.port, 'GET', '/v1/me', {})).status, 401);
  });
});
