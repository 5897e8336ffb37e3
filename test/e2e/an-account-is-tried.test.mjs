// SPDX-License-Identifier: MIT
/* claude-relay account test: the smallest message through an account and its proxy, step
   by step; what the provider answered is shown as it is, and teaches the account. */
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { beforeEach, it } from 'node:test';

import { call } from '../support/http.mjs';
import { admin } from '../support/keys.mjs';
import { API_KEY, command, commandBeside, describe, inMinutes, stage, tempFolder, until, ways, writeOauth } from '../support/processes.mjs';
import { listen, startCutter } from '../support/proxies.mjs';
import { accountOf, addAccount, addAll, KEYS, used } from '../support/several.mjs';

describe('an account is tried', () => {
  const s = stage({
    relay: {
      accounts: (dir) => {
        addAll(dir);
        writeOauth(dir, 'off', { enabled: false });
      },
    },
  });
  const run = (line) => command([...line.split(' '), '--data-dir', s.relay.dataDir]);
  const test = async (name, body = {}) => (await admin(s.relay, 'POST', `/admin/api/accounts/${name}/test`, body)).doc;
  const fault = (account, directives) => s.sim.fault({ path: '/v1/messages', account, times: 1, directives });
  const error = (type, message) => JSON.stringify({ type: 'error', error: { type, message } });
  const sent = async () => (await s.sim.ledger()).filter((row) => row.path === '/v1/messages');

  beforeEach(async () => {
    await s.sim.forgetFaults();
    await s.sim.clear();
  });

  it('by command: the steps, the model, the tokens, the state', async () => {
    const done = run('account test one');
    assert.equal(done.status, 0, done.stdout + done.stderr);
    assert.match(done.stdout, /^To 127\.0\.0\.1:\d+ directly:$/m);
    assert.match(done.stdout, /^ {2}connect +[\d.]+ ms {2}ok$/m);
    assert.match(done.stdout, /^ {2}message +[\d.]+ ms {2}ok$/m);
    assert.match(done.stdout, /^Answered: HTTP 200, model \S*haiku\S*, tokens in \d+, out \d+, request id \S+$/m);
    assert.match(done.stdout, /^The account is ready$/m);
    const [row] = await sent();
    assert.equal((await sent()).length, 1);
    assert.match(row.model, /haiku/, 'a cheap one');
    assert.ok(!(done.stdout + done.stderr).includes('sk-ant-'));
  });

  it('it is one message of one token, with no invented field, and booked', async () => {
    const report = await test('two', { model: 'claude-sonnet-5' });
    assert.deepEqual([report.ok, report.status, report.model, report.model_answered, report.taught, report.state, report.next], [true, 200, 'claude-sonnet-5', 'claude-sonnet-5', 'well', 'ready', null]);
    assert.equal(report.steps.at(-1).step, 'message');
    assert.ok(report.steps.every(({ ok }) => ok));
    const [row] = await sent();
    assert.equal(row.max_tokens ?? 1, 1);
    assert.equal(report.request_id, row.request_id);
    const find = async () => (await admin(s.relay, 'GET', '/admin/api/requests')).doc.requests.find(({ upstream_id }) => upstream_id === report.request_id);
    await until(find, { what: 'its booking' });
    const booked = await find();
    assert.deepEqual([booked.account, booked.key, booked.model, booked.status], ['two', null, 'claude-sonnet-5', 200]);
  });

  it('what the provider answers is shown as it is, with what to do', async () => {
    const only = 'This credential is only authorized for use with Claude Code and cannot be used for other API requests.';
    for (const [status, body, taught, state, next] of [
      [400, error('invalid_request_error', only), 'none', 'ready', /not at fault.*account test three --model MODEL/],
      [404, error('not_found_error', 'model: x'), 'none', 'ready', /not at fault/],
      [529, error('overloaded_error', 'Overloaded'), 'overloaded', 'ready', /overloaded/],
      [401, error('authentication_error', 'invalid x-api-key'), 'login', 'login_required', /its key was refused: .*account set three --api-key -`/],
      [403, error('permission_error', 'This organization has been disabled.'), 'blocked', 'blocked', /account clear three/],
    ]) {
      await fault(KEYS.three, { status, body });
      const report = await test('three');
      assert.deepEqual([report.ok, report.status, report.taught, report.state, report.failed_step], [false, status, taught, state, 'message'], body);
      assert.deepEqual(report.answer, JSON.parse(body));
      assert.match(report.next, next);
    }
    assert.equal((await accountOf(s.relay, 'three')).state, 'blocked');
    assert.equal(run('account clear three').status, 0);
    await fault(KEYS.three, { status: 400, body: error('invalid_request_error', only) });
    const done = run('account test three');
    assert.equal(done.status, 1);
    assert.ok(done.stdout.includes(only), done.stdout);
    assert.match(done.stdout, /^ {2}message +[\d.]+ ms {2}failed$/m);
    assert.match(done.stdout, /^Next: the account is not at fault/m);
  });

  it('a 200 that is no message is a failure, and shown', async () => {
    for (const body of ['<!doctype html><title>Welcome</title>', '[]', '{"id":"m"}']) {
      await fault(KEYS.two, { status: 200, body });
      const done = run('account test two');
      assert.equal(done.status, 1, done.stdout);
      assert.match(done.stdout, /^ {2}message +[\d.]+ ms {2}failed: .* does not look like Anthropic's API$/m);
      assert.ok(done.stdout.includes(`\n  ${body}\n`), done.stdout);
      assert.match(done.stdout, /^Next: look at where its requests go: .*account show two/m);
    }
    await fault(KEYS.two, { status: 400, body: JSON.stringify({ error: { message: 'x'.repeat(5000) } }) });
    const long = run('account test two').stdout.split('\n').find((line) => line.includes('xxx'));
    assert.ok(long.length < 2100 && long.endsWith('...'), long);
    /* No first message either. */
    await fault(KEYS.two, { status: 200, body: '{"id":"m"}' });
    const first = await admin(s.relay, 'POST', '/admin/api/accounts/two/message');
    assert.equal(first.status, 502);
    assert.match(JSON.stringify(first.doc), /does not look like Anthropic's API/);
  });

  it('it takes no longer than it may, list and message together', async () => {
    const drip = (res, ms, end) => {
      res.write(' ');
      const timer = setInterval(() => res.write(' '), 50);
      res.on('close', () => clearInterval(timer));
      setTimeout(() => {
        clearInterval(timer);
        res.end(end);
      }, ms).unref();
    };
    const server = http.createServer((req, res) => {
      req.resume();
      if (req.method === 'HEAD') {
        res.end();
      } else if (req.url.startsWith('/v1/models')) {
        drip(res, 1000, '{"data":[]}');
      } else {
        drip(res, 60_000);
      }
    });
    const at = await listen(server);
    const dataDir = path.join(tempFolder(), 'data');
    writeOauth(dataDir, 'mine', { expires_at: inMinutes(60) });
    const done = await commandBeside(['account', 'test', 'mine', '--json'], { env: { DATA_DIR: dataDir, ...ways({ upstream: `http://127.0.0.1:${at.port}` }), CLAUDE_TIMEOUT: '1500ms' } });
    const report = JSON.parse(done.stdout);
    assert.deepEqual([report.ok, report.failed_step, report.status], [false, 'message', null], done.stdout);
    assert.match(report.error, /no whole answer after 1500 ms/);
    await at.stop();
  });

  it('a limit that is used up pauses it, and the pause is told', async () => {
    await fault(KEYS.one, { status: 429, body: error('rate_limit_error', 'x'), 'reply-header': used('5h', 3600) });
    const report = await test('one');
    assert.deepEqual([report.taught, report.state], ['pause', 'paused']);
    assert.ok(Date.parse(report.until) > Date.now());
    assert.equal((await accountOf(s.relay, 'one')).state, 'paused');
    /* One that is paused is tried all the same: it may be over. */
    assert.equal((await test('one')).status, 200);
    run('account clear one');
  });

  it('without a relay: one that has to get a token first says how long that took', () => {
    const dataDir = path.join(tempFolder(), 'data');
    writeOauth(dataDir, 'mine', { expires_at: inMinutes(-1) });
    const test = () => command(['account', 'test', 'mine', '--json'], { env: { DATA_DIR: dataDir, ...ways({ upstream: s.sim.apiUrl }) } });
    const first = JSON.parse(test().stdout);
    assert.equal(first.ok, true, JSON.stringify(first));
    assert.equal(first.steps[0].step, 'token');
    assert.equal(JSON.parse(test().stdout).steps.some(({ step }) => step === 'token'), false);
  });

  it('one that is switched off is tried, and stays off', async () => {
    const report = await test('off');
    assert.deepEqual([report.ok, report.state], [true, 'disabled']);
    assert.equal((await accountOf(s.relay, 'off')).enabled, false);
  });

  it('its proxy is used, or the step that failed is named and nothing is sent', async () => {
    const set = (proxy_config) => admin(s.relay, 'PATCH', '/oauth/accounts/two', { proxy_config });
    await set({ type: 'http', host: '127.0.0.1', port: 9 });
    const report = await test('two');
    assert.deepEqual([report.ok, report.status, report.failed_step, report.route], [false, null, 'connect', 'account']);
    assert.match(report.next, /proxy test --account two/);
    assert.equal((await sent()).length, 0);
    const done = run('account test two');
    assert.equal(done.status, 1);
    assert.match(done.stdout, /through the http proxy 127\.0\.0\.1:9:\n[^]*connect +[\d.]+ ms {2}failed: /);
    assert.match(done.stdout, /^Next: nothing was sent: look at the way with .*proxy test --account two.*\.$/m);
    const proxy = await startCutter('http', Infinity);
    await set({ type: 'http', host: '127.0.0.1', port: proxy.port });
    const through = await test('two');
    assert.deepEqual([through.ok, through.proxy.port], [true, proxy.port], JSON.stringify(through));
    assert.ok(proxy.hosts.length >= 2, 'the way, and the message');
    await set(null);
    await proxy.stop();
  });

  it('of another gateway: at its own place, and by the names of its models', async () => {
    addAccount(s.relay.dataDir, 'gateway', 'd4d4', '--url', s.sim.url, '--map', 'claude-sonnet-5=claude-opus-4-8');
    const report = await test('gateway', { model: 'claude-sonnet-5' });
    assert.deepEqual([report.ok, report.model, report.model_answered], [true, 'claude-sonnet-5', 'claude-opus-4-8'], JSON.stringify(report));
    assert.equal((await test('gateway')).model_answered, 'claude-opus-4-8');
  });

  it('what is asked wrongly is said', async () => {
    assert.match(run('account test nobody').stderr, /no account "nobody"; .*account list/);
    assert.equal(run('account test').status, 2);
    assert.equal(run('account test one --model').status, 2);
    assert.equal((await admin(s.relay, 'POST', '/admin/api/accounts/one/test', { model: '' })).status, 400);
    const odd = await admin(s.relay, 'POST', '/admin/api/accounts/one/test', { model: API_KEY });
    assert.equal(odd.status, 400);
    assert.doesNotMatch(JSON.stringify(odd.doc), /CANARY/);
    const json = run('account test one --json --model=claude-sonnet-5');
    assert.equal(JSON.parse(json.stdout).model, 'claude-sonnet-5');
    assert.equal((await call(`${s.url}/admin/api/accounts/one/test`, { method: 'GET' })).status, 405);
  });
});
