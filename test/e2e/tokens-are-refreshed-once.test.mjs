// SPDX-License-Identifier: MIT
/* The refresh rules: one call for everybody, across processes; durable before use;
   nothing that was sent is cancelled; a refusal is final, everything else is not. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, it } from 'node:test';

import { call, HELLO, message, open } from '../support/http.mjs';
import { describe, inMinutes, readAccount, sleep, startRelay, startSim, tempFolder, until, writeOauth } from '../support/processes.mjs';

const OLD = (name) => `sk-ant-oat01-CANARY-access-of-${name}`;

describe('refreshing', () => {
  let sim;
  let relays = [];
  const tokenCalls = async () => (await sim.totals()).token_calls;
  const asked = () => until(async () => (await sim.ledger()).some((row) => row.path === '/v1/oauth/token'), { what: 'the token call' });
  const rows = async () => (await sim.ledger()).filter((row) => row.path === '/v1/messages');

  before(async () => {
    sim = await startSim();
  });
  beforeEach(async () => {
    await stopAll();
    await sim.forgetFaults();
    await sim.forgetOauth();
    await sim.clear();
  });
  async function stopAll() {
    for (const relay of relays.splice(0)) {
      await relay.stop();
    }
  }
  after(async () => {
    relays.forEach((relay) => relay.program.child.kill('SIGKILL'));
    sim.program.child.kill('SIGKILL');
  });

  async function relayWith(members = {}, options = {}) {
    const dataDir = options.dataDir ?? path.join(tempFolder(), 'data');
    const relay = await startRelay({
      upstream: sim.apiUrl,
      dataDir,
      accounts: options.accounts ?? ((dir) => writeOauth(dir, 'me', { expires_at: inMinutes(-5), ...members })),
      env: { WORKERS: '2', ...options.env },
    });
    relays.push(relay);
    return relay;
  }
  /* A token that has just expired, seen by nobody's sweep: the first request asks. */
  const quiet = { refresh_token: undefined };
  const expire = (relay, members = {}) => {
    const file = { ...readAccount(relay.dataDir, 'me'), refresh_token: 'sk-ant-ort01-CANARY-refresh-of-me', expires_at: inMinutes(-5), ...members };
    fs.writeFileSync(path.join(relay.dataDir, 'oauth_me.json'), JSON.stringify(file), { mode: 0o600 });
  };

  const isMarked = async (relay) => JSON.parse((await call(`${relay.url}/oauth/accounts/me/status`)).body).login_required;

  it('50 requests at once on an expired token: one token call, 50 answers with the new token', async () => {
    await sim.oauth({ delay_ms: 300 });
    const relay = await relayWith();
    const answers = await Promise.all(Array.from({ length: 50 }, () => message(relay.url)));
    assert.deepEqual(answers.map((answer) => answer.status), Array(50).fill(200));
    assert.equal(await tokenCalls(), 1);
    const file = readAccount(relay.dataDir, 'me');
    assert.notEqual(file.access_token, OLD('me'));
    assert.notEqual(file.refresh_token, 'sk-ant-ort01-CANARY-refresh-of-me');
    for (const row of await rows()) {
      assert.equal(row.credential.last4, file.access_token.slice(-4));
    }
  });

  it('two processes on one folder: one token call', async () => {
    await sim.oauth({ delay_ms: 500 });
    const one = await relayWith();
    const two = await relayWith({}, { dataDir: one.dataDir, accounts: () => {} });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => message((i % 2 ? one : two).url)));
    assert.deepEqual(answers.map((answer) => answer.status), Array(20).fill(200));
    assert.equal(await tokenCalls(), 1);
    assert.equal((await sim.totals()).token_refused, 0);
  });

  it('ahead of time, without anybody asking', async () => {
    const relay = await relayWith({ expires_at: inMinutes(14) });
    await until(async () => readAccount(relay.dataDir, 'me').access_token !== OLD('me'), { what: 'a refresh ahead of time' });
    assert.equal(await tokenCalls(), 1);
    await sleep(300);
    assert.equal(await tokenCalls(), 1);
  });

  it('a token with an hour to live is left alone', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    assert.equal((await message(relay.url)).status, 200);
    await sleep(200);
    assert.equal(await tokenCalls(), 0);
  });

  it('a token that lives for a minute is not refreshed all the time', async () => {
    await sim.oauth({ expires_in: 60 });
    const relay = await relayWith();
    for (let i = 0; i < 10; i++) {
      assert.equal((await message(relay.url)).status, 200);
      await sleep(50);
    }
    assert.equal(await tokenCalls(), 1);
  });

  it('an answer without a refresh token keeps the old one', async () => {
    await sim.oauth({ omit_refresh_token: true });
    const relay = await relayWith();
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(readAccount(relay.dataDir, 'me').refresh_token, 'sk-ant-ort01-CANARY-refresh-of-me');
  });

  it('a 401 refreshes once and repeats the same request, unseen', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    await sim.oauth({ tokens: [{ token: OLD('me'), state: 'expired' }] });
    const body = { ...HELLO, odd: [1.50, 'é'] };
    const answers = await Promise.all(Array.from({ length: 10 }, () => message(relay.url, { body })));
    assert.deepEqual(answers.map((answer) => answer.status), Array(10).fill(200));
    assert.equal(await tokenCalls(), 1);
    const sizes = new Set((await rows()).map((row) => row.body_bytes));
    assert.deepEqual([...sizes], [Buffer.byteLength(JSON.stringify(body))]);
  });

  it('a second 401 goes to the client as it is and marks the account', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    await sim.fault({ path: '/v1/messages', times: 2, directives: { status: 401 } });
    const answer = await message(relay.url);
    assert.equal(answer.status, 401);
    assert.match(answer.headers['request-id'], /^req_(?!relay)/);
    assert.equal(await tokenCalls(), 1);
    await until(() => isMarked(relay), { what: 'the mark' });
    assert.ok(readAccount(relay.dataDir, 'me').login_required);
    const next = await message(relay.url);
    assert.equal(next.status, 401);
    assert.match(next.body.toString(), /sign in again/);
    assert.equal((await rows()).length, 2);
    assert.equal(await tokenCalls(), 1);
  });

  it('an endpoint that refuses sign-ins marks none', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    const body = '{"type":"error","error":{"type":"authentication_error","message":"OAuth authentication is currently not supported."}}';
    await sim.fault({ path: '/v1/files', times: 2, directives: { status: 401, body } });
    const answer = await call(`${relay.url}/v1/files`, { headers: { 'anthropic-version': '2023-06-01' } });
    assert.equal(answer.status, 401);
    assert.equal(answer.body.toString(), body);
    assert.equal((await message(relay.url)).status, 200);
    assert.ok(!readAccount(relay.dataDir, 'me').login_required);
  });

  it('an endpoint that refuses all tokens does not have them renewed again and again', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    await sim.fault({ path: '/v1/files', times: 4, directives: { status: 401 } });
    for (let i = 0; i < 3; i++)
      assert.equal((await call(`${relay.url}/v1/files`, { headers: { 'anthropic-version': '2023-06-01' } })).status, 401);
    assert.equal(await tokenCalls(), 1);
    assert.equal((await message(relay.url)).status, 200);
    assert.ok(!readAccount(relay.dataDir, 'me').login_required);
  });

  it('a setup token that is refused twice is marked, without a token call', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60), ...quiet });
    await sim.fault({ path: '/v1/messages', times: 2, directives: { status: 401 } });
    assert.equal((await message(relay.url)).status, 401);
    assert.equal(await tokenCalls(), 0);
    await until(() => isMarked(relay), { what: 'the mark' });
    assert.ok(readAccount(relay.dataDir, 'me').login_required);
    assert.match((await message(relay.url)).body.toString(), /sign in again/);
  });

  it('invalid_grant: sign in again, said once, never a loop, and known after a restart', async () => {
    const relay = await relayWith({ expires_at: inMinutes(-5) }, { accounts: (dir) => writeOauth(dir, 'me', { expires_at: inMinutes(60) }) });
    await sim.oauth({ tokens: [{ token: 'sk-ant-ort01-CANARY-refresh-of-me', state: 'spent' }] });
    expire(relay);
    await until(async () => (await message(relay.url)).status === 401, { what: 'the refusal' });
    for (let i = 0; i < 5; i++) {
      const answer = await message(relay.url);
      assert.equal(answer.status, 401);
      assert.equal(answer.headers['x-should-retry'], 'false');
      assert.match(answer.body.toString(), /claude-relay login/);
    }
    assert.equal(await tokenCalls(), 1);
    const health = JSON.parse((await call(`${relay.url}/health`)).body);
    assert.equal(health.status, 'degraded');
    assert.match(health.problems[0], /"me"/);
    await stopAll();
    const again = await relayWith({}, { dataDir: relay.dataDir, accounts: () => {} });
    assert.equal((await message(again.url)).status, 401);
    assert.equal(await tokenCalls(), 1);
    const status = JSON.parse((await call(`${again.url}/oauth/accounts/me/status`)).body);
    assert.equal(status.is_valid, false);
    assert.equal(status.login_required, true);
  });

  for (const [what, directives] of [
    ['500', { status: 500 }],
    ['429', { status: 429, 'reply-header': ['retry-after: 1'] }],
    ['403 with a page', { status: 403, body: '<html>Access denied</html>' }],
    ['400 that is no OAuth error', { status: 400, body: '{"type":"error","error":{"type":"invalid_request_error","message":"no"}}' }],
  ]) {
    it(`transient (${what}): the token stays, and the next try gets a new one`, async () => {
      await sim.fault({ path: '/v1/oauth/token', times: 1, directives });
      const relay = await relayWith({}, { env: { PROXY_TIMEOUT: '2s' } });
      const first = await message(relay.url);
      assert.ok(first.status === 502 || first.status === 504, `${first.status} ${first.body}`);
      assert.equal(first.headers['x-should-retry'], undefined);
      assert.equal(readAccount(relay.dataDir, 'me').login_required, undefined);
      await until(async () => (await message(relay.url)).status === 200, { every: 200, what: 'the next try' });
    });
  }

  it('an answer that was lost marks nothing: that is for the provider to say', async () => {
    await sim.fault({ path: '/v1/oauth/token', times: 2, directives: { 'before-head': 'reset' } });
    const relay = await relayWith();
    const answer = await message(relay.url);
    assert.equal(answer.status, 502);
    assert.match(answer.body.toString(), /first byte failed/);
    assert.equal(readAccount(relay.dataDir, 'me').login_required, undefined);
    assert.equal(await tokenCalls(), 2, 'once more at once, and no more');
  });

  it('a token call whose connection is lost before an answer is made once more, at once', async () => {
    let connections = 0;
    const flaky = net.createServer((socket) => {
      socket.on('error', () => {});
      if (++connections === 1) {
        socket.once('data', () => socket.resetAndDestroy());
        return;
      }
      const beyond = net.connect(sim.port, '127.0.0.1');
      beyond.on('error', () => {});
      socket.pipe(beyond).pipe(socket);
    });
    await new Promise((resolve) => flaky.listen(0, '127.0.0.1', resolve));
    const relay = await relayWith({}, { env: { OAUTH_TOKEN_URL: `http://127.0.0.1:${flaky.address().port}/v1/oauth/token` } });
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(connections, 2);
    assert.equal(await tokenCalls(), 1);
    flaky.close();
  });

  it('an answer that takes longer than PROXY_TIMEOUT counts', async () => {
    await sim.oauth({ delay_ms: 1500 });
    const relay = await relayWith({}, { env: { PROXY_TIMEOUT: '500ms' } });
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(await tokenCalls(), 1);
  });

  it('while it backs off, requests do not hammer the token endpoint', async () => {
    await sim.fault({ path: '/v1/oauth/token', times: 0, directives: { status: 429, 'reply-header': ['retry-after: 60'] } });
    const relay = await relayWith();
    for (let i = 0; i < 20; i++) {
      assert.equal((await message(relay.url)).status, 502);
    }
    assert.equal(await tokenCalls(), 1);
  });

  it('a client that leaves cancels nothing: the others get their answer', async () => {
    await sim.oauth({ hold: true });
    const relay = await relayWith({ expires_at: inMinutes(60), ...quiet });
    expire(relay);
    await asked();
    const first = open(`${relay.url}/v1/messages`, { method: 'POST', headers: { 'anthropic-version': '2023-06-01' }, body: HELLO }, () => {});
    first.on('error', () => {});
    await sleep(100);
    const others = Array.from({ length: 5 }, () => message(relay.url));
    await sleep(100);
    first.destroy();
    await sim.oauth({ hold: false });
    assert.deepEqual((await Promise.all(others)).map((answer) => answer.status), Array(5).fill(200));
    assert.equal(await tokenCalls(), 1);
  });

  it('all clients leave: the new token is saved all the same', async () => {
    await sim.oauth({ hold: true });
    const relay = await relayWith({ expires_at: inMinutes(60), ...quiet });
    expire(relay);
    await asked();
    const only = open(`${relay.url}/v1/messages`, { method: 'POST', headers: { 'anthropic-version': '2023-06-01' }, body: HELLO }, () => {});
    only.on('error', () => {});
    await sleep(200);
    only.destroy();
    await sim.oauth({ hold: false });
    await until(() => readAccount(relay.dataDir, 'me').access_token !== OLD('me'), { what: 'the new token' });
  });

  it('SIGTERM waits for a refresh that was sent, and saves it', async () => {
    await sim.oauth({ delay_ms: 1000 });
    const relay = await relayWith();
    await asked();
    await stopAll();
    assert.notEqual(readAccount(relay.dataDir, 'me').access_token, OLD('me'));
    assert.equal((await sim.totals()).token_refused, 0);
  });

  it('a change of the account during a refresh never brings the old tokens back', async () => {
    await sim.oauth({ delay_ms: 600 });
    const relay = await relayWith();
    await asked();
    const change = await call(`${relay.url}/oauth/accounts/me`, { method: 'PATCH', body: { note: 'meanwhile' } });
    assert.equal(change.status, 200, change.body.toString());
    await until(() => readAccount(relay.dataDir, 'me').access_token !== OLD('me'), { what: 'the new token' });
    assert.equal(readAccount(relay.dataDir, 'me').note, 'meanwhile');
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(await tokenCalls(), 1);
  });

  it('an account that is removed during its refresh stays removed', async () => {
    await sim.oauth({ delay_ms: 600 });
    const relay = await relayWith();
    await asked();
    assert.equal((await call(`${relay.url}/oauth/accounts/me`, { method: 'DELETE' })).status, 200);
    await sleep(1000);
    assert.ok(!fs.existsSync(path.join(relay.dataDir, 'oauth_me.json')));
    assert.deepEqual(JSON.parse((await call(`${relay.url}/oauth/accounts`)).body), { accounts: [] });
  });

  it('a sign-in behind a removal during a refresh is not lost, and who waits is told', async () => {
    await sim.oauth({ delay_ms: 800 });
    const relay = await relayWith();
    await asked();
    const waiting = message(relay.url);
    await sleep(50);
    assert.equal((await call(`${relay.url}/oauth/accounts/me`, { method: 'DELETE' })).status, 200);
    const told = await waiting;
    assert.equal(told.status, 400);
    assert.match(told.body.toString(), /removed|no account/);
    await sim.oauth({ delay_ms: 0 });
    const again = await relayWith({}, { accounts: (dir) => writeOauth(dir, 'me', { expires_at: inMinutes(-5) }), env: {} });
    await sim.oauth({ delay_ms: 800 });
    writeOauth(again.dataDir, 'late', { expires_at: inMinutes(-5) });
    await until(async () => (await call(`${again.url}/oauth/accounts/late/status`)).status === 200, { what: 'the account' });
    await sleep(100);
    assert.equal((await call(`${again.url}/oauth/accounts/late`, { method: 'DELETE' })).status, 200);
    const { state } = JSON.parse((await call(`${again.url}/oauth/auth-url`, { method: 'POST' })).body);
    const signed = await call(`${again.url}/oauth/token`, { method: 'POST', body: { authorization_code: 'code', state, account_name: 'late' } });
    assert.equal(signed.status, 200, signed.body.toString());
    assert.ok(readAccount(again.dataDir, 'late').access_token);
  });

  it('SIGTERM with tokens that could not be saved goes on trying for a while', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    const limit = (size) => assert.equal(spawnSync('prlimit', ['--pid', String(relay.pid), `--fsize=${size}:`]).status, 0);
    limit(0);
    const byHand = await call(`${relay.url}/oauth/accounts/me/refresh`, { method: 'POST' });
    assert.equal(byHand.status, 500);
    assert.match(String(byHand.body), /no room could be reserved .* nothing was spent/);
    assert.equal(await tokenCalls(), 0, 'a token that works is not spent');
    await sim.fault({ path: '/v1/messages', times: 1, directives: { status: 401 } });
    assert.equal((await message(relay.url)).status, 200);
    await sleep(2500);
    relay.program.child.kill('SIGTERM');
    await sleep(100);
    limit('unlimited');
    await relay.program.ended;
    assert.notEqual(readAccount(relay.dataDir, 'me').access_token, OLD('me'));
  });

  it('tokens of 5 KB are tokens', async () => {
    const long = 'x'.repeat(5000);
    await sim.fault({ path: '/v1/oauth/token', times: 1, directives: { status: 200, body: JSON.stringify({ access_token: `sk-ant-oat01-${long}`, refresh_token: `sk-ant-ort01-${long}`, expires_in: 3600 }) } });
    const relay = await relayWith();
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(readAccount(relay.dataDir, 'me').refresh_token.length, 5013);
  });

  it('a file that is away while its refresh runs is written back, whole', async () => {
    await sim.oauth({ delay_ms: 600 });
    const relay = await relayWith({ note: 'mine' });
    await asked();
    const file = path.join(relay.dataDir, 'oauth_me.json');
    fs.renameSync(file, `${file}.away`);
    await until(() => fs.existsSync(file), { what: 'the file' });
    assert.notEqual(readAccount(relay.dataDir, 'me').access_token, OLD('me'));
    assert.equal(readAccount(relay.dataDir, 'me').note, 'mine');
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(await tokenCalls(), 1);
  });

  it('an older file put back does not bring its spent tokens back', async () => {
    /* As it was before the start: the relay may renew it on its own. */
    let older;
    const accounts = (dir) => {
      writeOauth(dir, 'me', { expires_at: inMinutes(-5) });
      older = fs.readFileSync(path.join(dir, 'oauth_me.json'));
    };
    const relay = await relayWith({}, { accounts });
    const file = path.join(relay.dataDir, 'oauth_me.json');
    assert.equal((await message(relay.url)).status, 200);
    const newer = readAccount(relay.dataDir, 'me');
    fs.writeFileSync(`${file}.older`, older, { mode: 0o600 });
    fs.renameSync(`${file}.older`, file);
    await until(() => readAccount(relay.dataDir, 'me').refresh_token === newer.refresh_token, { what: 'the newer tokens' });
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(await tokenCalls(), 1);
    assert.equal((await sim.totals()).token_refused, 0);
    await relay.logged(/older than those in memory/);
  });

  it('a full disk: the new token is in use, saving is tried again, and health says so', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    const limit = (size) => assert.equal(spawnSync('prlimit', ['--pid', String(relay.pid), `--fsize=${size}:`]).status, 0);
    await sim.oauth({ tokens: [{ token: OLD('me'), state: 'expired' }] });
    limit(0);
    for (let i = 0; i < 3; i++) {
      assert.equal((await message(relay.url)).status, 200);
    }
    assert.equal(await tokenCalls(), 1);
    assert.equal(readAccount(relay.dataDir, 'me').access_token, OLD('me'));
    const health = JSON.parse((await call(`${relay.url}/health`)).body);
    assert.equal(health.status, 'degraded');
    /* Bookings may wait for room by now, too. */
    assert.ok(health.problems.some((problem) => /not saved/.test(problem)), String(health.problems));
    /* Reading the folder again does not bring the spent token back. */
    fs.writeFileSync(path.join(relay.dataDir, 'apikey_x.json'), '{}', { mode: 0o600 });
    await sleep(200);
    assert.equal((await message(relay.url, { target: '/v1/messages?account=me' })).status, 200);
    fs.rmSync(path.join(relay.dataDir, 'apikey_x.json'));
    limit('unlimited');
    await until(() => readAccount(relay.dataDir, 'me').access_token !== OLD('me'), { what: 'the save' });
    await until(async () => JSON.parse((await call(`${relay.url}/health`)).body).status === 'healthy', { what: 'health' });
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(await tokenCalls(), 1);
  });

  it('by hand: POST .../refresh, and of an API key a clear refusal', async () => {
    const relay = await relayWith({ expires_at: inMinutes(60) });
    const answer = await call(`${relay.url}/oauth/accounts/me/refresh`, { method: 'POST' });
    assert.equal(answer.status, 200);
    assert.notEqual(readAccount(relay.dataDir, 'me').access_token, OLD('me'));
    assert.equal((await call(`${relay.url}/oauth/accounts/you/refresh`, { method: 'POST' })).status, 404);
    fs.writeFileSync(path.join(relay.dataDir, 'apikey_key.json'), '{"api_key":"sk-ant-api03-CANARY"}', { mode: 0o600 });
    await until(async () => (await call(`${relay.url}/oauth/accounts/key/refresh`, { method: 'POST' })).status === 400, { what: 'the refusal' });
  });

  it('in the end all programs end well', async () => {
    await stopAll();
    await sim.stop();
  });
});
