// SPDX-License-Identifier: MIT
/* What is told of accounts: their windows as the answers had them, when each runs out,
   what they were used for today; by the management API and by command. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { ask as sql, bookings, noSqlite } from '../support/bookings.mjs';
import { HELLO, message } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { command, describe, stage, startRelay, until } from '../support/processes.mjs';

const HOUR_S = 3600;
const seconds = (from, count) => Math.floor(from / 1000) + count;

describe('accounts show how they are', { skip: noSqlite }, () => {
  const s = stage({});
  const run = (relay, line) => command(line.split(' '), { env: { DATA_DIR: relay.dataDir } });

  function add(dataDir, name) {
    const done = command(['account', 'add', name, '--api-key', '-'], { env: { DATA_DIR: dataDir }, input: `sk-ant-api03-${'x'.repeat(40)}${name}\n` });
    assert.equal(done.status, 0, done.stderr);
  }

  it('requests and cost of today are those of the bookings', async () => {
    const relay = await startRelay({ upstream: s.sim.apiUrl, accounts: (dataDir) => ['one', 'two', 'idle'].forEach((name) => add(dataDir, name)) });
    assert.equal((await admin(relay, 'PATCH', '/oauth/accounts/idle', { priority: 0 })).status, 200);
    for (const name of ['one', 'two']) {
      assert.equal((await admin(relay, 'PATCH', `/oauth/accounts/${name}`, { priority: 5 })).status, 200);
    }
    const key = await createKey(relay, 'alice');
    for (let i = 0; i < 30; i++) {
      assert.equal((await key.message({ body: HELLO })).status, 200);
    }
    await until(() => bookings(relay.dataDir).length === 30, { every: 20, what: 'all are booked' });
    const rows = bookings(relay.dataDir);
    const { doc } = await admin(relay, 'GET', '/admin/api/accounts');
    for (const { account, today } of doc.accounts) {
      const own = rows.filter((row) => row.account_text === account);
      assert.deepEqual(today, { requests: own.length, failed: 0, unpriced: 0, cost_microusd: own.reduce((sum, row) => sum + row.cost_microusd, 0) });
    }
    assert.equal(doc.accounts.find(({ account }) => account === 'idle').today.requests, 0);
    assert.deepEqual((await admin(relay, 'GET', '/oauth/accounts/one/status')).doc.today, doc.accounts.find(({ account }) => account === 'one').today);
    const list = run(relay, 'account list');
    assert.match(list.stdout, /^idle +api-key +ready +- +0 +\$0\.00 +never expires$/m);
    await relay.stop();
  });

  it('windows are told as answers had them, with their age and when they run out', async () => {
    const relay = await startRelay({ upstream: s.sim.apiUrl, accounts: (dataDir) => add(dataDir, 'one') });
    const key = await createKey(relay, 'alice');
    const unknown = (await admin(relay, 'GET', '/oauth/accounts/one/status')).doc;
    assert.deepEqual([unknown.state, unknown.windows, unknown.families, unknown.last_error], ['ready', [], [], null]);
    const before = Date.now();
    await s.sim.fault({
      path: '/v1/messages',
      times: 1,
      directives: {
        'reply-header': [
          'anthropic-ratelimit-unified-status: allowed',
          'anthropic-ratelimit-unified-5h-status: allowed_warning',
          `anthropic-ratelimit-unified-5h-reset: ${seconds(before, 2 * HOUR_S)}`,
          'anthropic-ratelimit-unified-5h-utilization: 0.81',
          'anthropic-ratelimit-unified-7d-status: allowed',
          `anthropic-ratelimit-unified-7d-reset: ${seconds(before, 96 * HOUR_S)}`,
        ],
      },
    });
    assert.equal((await key.message({ body: HELLO })).status, 200);
    const { windows } = (await admin(relay, 'GET', '/oauth/accounts/one/status')).doc;
    const [five, seven] = ['5h', '7d'].map((name) => windows.find((window) => window.name === name));
    assert.deepEqual([five.status, five.used_ppm], ['allowed_warning', 810000]);
    assert.equal(Date.parse(five.resets_at), 1000 * seconds(before, 2 * HOUR_S));
    assert.deepEqual(five.samples.map(({ used_ppm }) => used_ppm), [810000]);
    assert.ok(Date.parse(five.seen_at) >= before - 1000, five.seen_at);
    /* Nothing is invented: it was not told how much of this one is used. */
    assert.deepEqual([seven.status, seven.used_ppm, seven.runs_out_at, seven.samples], ['allowed', null, null, []]);
    /* Of the limits of an API key, which claude-sim tells too, nothing is used. */
    const list = run(relay, 'account list');
    assert.match(list.stdout, /^one +api-key +ready +5h 81% \(1h 59m left\)|^one +api-key +ready +5h 81% \(2h left\)/m);
    assert.deepEqual(JSON.parse(run(relay, 'account show one').stdout).windows, windows);
    await relay.stop();
  });

  it('what the operator said is on the disk when it is answered', async () => {
    let relay = await startRelay({ upstream: s.sim.apiUrl, accounts: (dataDir) => add(dataDir, 'one') });
    const { dataDir } = relay;
    for (const [word, body, state] of [['pause', { for: '1h', note: 'tea' }, 'paused'], ['clear', undefined, 'paused'], ['resume', undefined, 'ready'], ['pause', { for: '2h' }, 'paused']]) {
      assert.equal((await admin(relay, 'POST', `/admin/api/accounts/one/${word}`, body)).doc.state, state);
      await relay.program.kill();
      relay = await startRelay({ upstream: s.sim.apiUrl, dataDir, accounts: () => {} });
      assert.equal((await admin(relay, 'GET', '/oauth/accounts/one/status')).doc.state, state, word);
    }
    await relay.stop();
  });

  it('one that is named is as the only one, and its owner may ask it all the same', async () => {
    const relay = await startRelay({ upstream: s.sim.apiUrl, accounts: (dataDir) => ['one', 'two'].forEach((name) => add(dataDir, name)) });
    const two = { 'x-account-name': 'two' };
    const say = async (word, body) => assert.equal((await admin(relay, 'POST', `/admin/api/accounts/two/${word}`, body)).status, 200);
    const own = () => message(relay.url, { headers: two });
    const isPaused = (answer, atLeast, text) => {
      assert.equal(answer.status, 429);
      assert.ok(Number(answer.headers['retry-after']) > atLeast, answer.headers['retry-after']);
      assert.match(JSON.parse(answer.body.toString()).error.message, text);
    };
    await say('pause', { for: '1h', note: 'holidays' });
    isPaused(await own(), 3500, /^the account is paused by the operator until [0-9TZ:.-]+$/);
    await say('resume');
    await s.sim.fault({ path: '/v1/messages', times: 1, directives: { status: 429, body: '{"type":"error","error":{"type":"rate_limit_error","message":"x"}}', 'reply-header': ['retry-after: 1000'] } });
    assert.equal((await own()).status, 429);
    assert.equal((await own()).status, 200, 'the provider was asked again');

    const key = await createKey(relay, 'carol');
    const named = () => key.message({ body: HELLO, headers: two });
    isPaused(await named(), 900, /^the account that the relay key "carol" may use has no more to give before .*: its limit at the provider is used up$/);
    await say('pause', { for: '1h', note: 'holidays' });
    isPaused(await named(), 3500, /^the account that the relay key "carol" may use is paused by the operator until [0-9TZ:.-]+$/);
    const explained = async (body) => (await admin(relay, 'POST', '/admin/api/explain', body)).doc;
    const why = await explained({ key: 'carol', account: 'two' });
    assert.equal(why.account, null);
    assert.deepEqual(why.accounts.map(({ account, why: reason, cause }) => [account, reason, cause]), [['two', 'paused', 'paused by the operator: holidays']]);
    assert.equal((await explained({ key: 'carol' })).account, 'one');
    await say('resume');
    await say('clear');
    assert.equal((await named()).status, 200);
    await relay.stop();
  });

  it('what is known of an account goes with it', async () => {
    const relay = await startRelay({ upstream: s.sim.apiUrl, accounts: (dataDir) => ['one', 'two'].forEach((name) => add(dataDir, name)) });
    const kept = () => ['account_state', 'account_said'].flatMap((table) => sql(relay.dataDir, `SELECT name FROM ${table}`));
    const key = await createKey(relay, 'bob', { accounts: ['one'] });
    assert.equal((await key.message({ body: HELLO })).status, 200);
    assert.equal((await admin(relay, 'POST', '/admin/api/accounts/one/pause', { for: '1h' })).doc.state, 'paused');
    await until(() => kept().length === 2, { every: 50, what: 'it is kept' });
    assert.equal(run(relay, 'account remove one').status, 0);
    await until(() => kept().length === 0, { every: 50, what: 'it is forgotten' });
    add(relay.dataDir, 'one');
    const account = async (of) => (await admin(of, 'GET', '/oauth/accounts/one/status')).doc;
    assert.equal((await account(relay)).state, 'ready');
    await relay.stop();
    const again = await startRelay({ upstream: s.sim.apiUrl, dataDir: relay.dataDir, accounts: () => {} });
    assert.equal((await account(again)).state, 'ready');
    await again.stop();
  });
});
