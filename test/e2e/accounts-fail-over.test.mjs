// SPDX-License-Identifier: MIT
/* Several accounts: one that cannot serve is passed over before the client sees a byte,
   what refused is passed on unchanged if no other can, and sessions stay where they are. */
import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';

import { bookings, noSqlite } from '../support/bookings.mjs';
import { HELLO } from '../support/http.mjs';
import { admin, createKey, keyOf } from '../support/keys.mjs';
import { command, describe, stage, startRelay, until } from '../support/processes.mjs';

const KEYS = { one: 'a1a1', two: 'b2b2', three: 'c3c3' };
function add(dataDir, name, end) {
  const done = command(['account', 'add', name, '--api-key', '-'], { env: { DATA_DIR: dataDir }, input: `sk-ant-api03-${'x'.repeat(40)}${end}\n` });
  assert.equal(done.status, 0, done.stderr);
}
const inSeconds = (seconds) => String(Math.floor(Date.now() / 1000) + seconds);
const used = (window, seconds) => [
  'anthropic-ratelimit-unified-status: rejected',
  `anthropic-ratelimit-unified-${window}-status: rejected`,
  `anthropic-ratelimit-unified-${window}-reset: ${inSeconds(seconds)}`,
];

describe('accounts fail over', { skip: noSqlite }, () => {
  const s = stage({});
  const start = (options = {}) => startRelay({
    upstream: s.sim.apiUrl,
    env: { WORKERS: '2' },
    accounts: (dataDir) => Object.entries(KEYS).forEach(([name, end]) => add(dataDir, name, end)),
    ...options,
  });
  const fault = (account, directives, times = 0) => s.sim.fault({ path: '/v1/messages', account, times, directives });
  const ask = (key, session) => key.message({ headers: session ? { 'x-claude-code-session-id': session } : {}, body: HELLO });
  const accountsOf = (relay) => bookings(relay.dataDir).map((row) => row.account_text);

  beforeEach(() => s.sim.forgetFaults());

  it('one runs into its limit in the middle of 200 requests: no client sees it', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    for (let i = 0; i < 200; i++) {
      if (i === 50) {
        await fault(KEYS.one, { status: 429, body: '{"type":"error","error":{"type":"rate_limit_error","message":"x"}}', 'reply-header': used('5h', 3600) });
      }
      const answer = await ask(key);
      assert.equal(answer.status, 200, answer.body.toString());
    }
    await until(() => bookings(relay.dataDir).length === 200, { every: 50, what: 'all are booked' });
    const moved = bookings(relay.dataDir).filter((row) => row.attempts > 1);
    assert.equal(moved.length, 1, 'it is asked no more');
    assert.match(moved[0].failures, /"account":"one","result":"passed_over","status":429/);
    await relay.stop();
  });

  it('one is revoked: no client sees it', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    await fault(KEYS.two, { status: 401, body: '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}' });
    for (let i = 0; i < 60; i++) {
      assert.equal((await ask(key)).status, 200);
    }
    await until(() => bookings(relay.dataDir).length === 60, { every: 50, what: 'all are booked' });
    assert.equal(bookings(relay.dataDir).filter((row) => row.attempts > 1).length, 1);
    assert.ok(!accountsOf(relay).includes('two'));
    await relay.stop();
  });

  it('all are exhausted: the last 429, then our own, with the right retry-after', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    const body = '{"type":"error","error":{"type":"rate_limit_error","message":"theirs"}}';
    for (const [end, seconds] of [[KEYS.one, 3600], [KEYS.two, 600], [KEYS.three, 7200]]) {
      await fault(end, { status: 429, body, 'reply-header': used('5h', seconds) });
    }
    const first = await ask(key);
    assert.equal(first.status, 429);
    assert.equal(first.body.toString(), body);
    const second = await ask(key);
    assert.equal(second.status, 429);
    assert.match(second.body.toString(), /none has more to give before/);
    const wait = Number(second.headers['retry-after']);
    assert.ok(wait > 590 && wait <= 600, `${wait}`);
    await relay.stop();
  });

  it('the provider is overloaded: passed through, tried twice at most, nobody is paused', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    const body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    for (const end of Object.values(KEYS)) {
      await fault(end, { status: 529, body });
    }
    for (let i = 0; i < 20; i++) {
      const answer = await ask(key);
      assert.equal(answer.status, 529);
      assert.equal(answer.body.toString(), body);
    }
    await s.sim.forgetFaults();
    for (let i = 0; i < 20; i++) {
      assert.equal((await ask(key)).status, 200);
    }
    await until(() => bookings(relay.dataDir).length === 40, { every: 50, what: 'all are booked' });
    const rows = bookings(relay.dataDir);
    assert.ok(rows.every((row) => row.attempts <= 2));
    assert.equal(rows.filter((row) => row.attempts === 2).length, 20);
    await relay.stop();
  });

  it("a client's mistake leads nowhere else", async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    const body = '{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}';
    for (const end of Object.values(KEYS)) {
      await fault(end, { status: 400, body });
    }
    for (let i = 0; i < 5; i++) {
      const answer = await ask(key);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.toString(), body);
    }
    await until(() => bookings(relay.dataDir).length === 5, { every: 50, what: 'all are booked' });
    assert.ok(bookings(relay.dataDir).every((row) => row.attempts === 1));
    await relay.stop();
  });

  it('a session stays where it is', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    for (let i = 0; i < 100; i++) {
      assert.equal((await ask(key, `s-${i % 10}`)).status, 200);
    }
    await until(() => bookings(relay.dataDir).length === 100, { every: 50, what: 'all are booked' });
    const homes = new Map();
    for (const row of bookings(relay.dataDir)) {
      homes.set(row.session_name, new Set([...(homes.get(row.session_name) ?? []), row.account_text]));
    }
    assert.equal(homes.size, 10);
    assert.ok([...homes.values()].every((accounts) => accounts.size === 1), JSON.stringify([...homes].map(([k, v]) => [k, [...v]])));
    assert.ok(new Set([...homes.values()].flatMap((accounts) => [...accounts])).size > 1);
    await relay.stop();
  });

  it('after a failover a session stays at the new one, and two keys are two', async () => {
    const relay = await start();
    const [alice, bob] = [await createKey(relay, 'alice'), await createKey(relay, 'bob')];
    const homeOf = async (key, session) => {
      const count = bookings(relay.dataDir).length;
      assert.equal((await ask(key, session)).status, 200);
      await until(() => bookings(relay.dataDir).length > count, { every: 10, what: 'it is booked' });
      return bookings(relay.dataDir).at(-1).account_text;
    };
    const homes = [];
    for (let i = 0; i < 12; i++) {
      homes.push([await homeOf(alice, `s-${i}`), await homeOf(bob, `s-${i}`)]);
    }
    assert.ok(homes.some(([a, b]) => a !== b));
    const index = homes.findIndex(([a]) => a === 'one');
    await fault(KEYS.one, { status: 503, body: '{}' }, 1);
    const other = await homeOf(alice, `s-${index}`);
    assert.notEqual(other, 'one');
    for (let i = 0; i < 5; i++) {
      assert.equal(await homeOf(alice, `s-${index}`), other);
    }
    await relay.stop();
  });

  it("accounts' own limits hold exactly", async () => {
    const relay = await start({ env: { WORKERS: '2' } });
    const key = await createKey(relay, 'alice');
    for (const name of Object.keys(KEYS)) {
      assert.equal((await admin(relay, 'PATCH', `/oauth/accounts/${name}`, { concurrency: 4 })).status, 200);
    }
    const streams = await Promise.all(Array.from({ length: 40 }, () => key.message({ headers: { 'x-sim-events': '20', 'x-sim-gap-ms': '50' }, body: { ...HELLO, stream: true } })));
    const counts = (status) => streams.filter((answer) => answer.status === status).length;
    assert.deepEqual([counts(200), counts(429)], [12, 28]);
    const { doc } = await admin(relay, 'GET', '/admin/api/accounts');
    assert.ok(doc.accounts.every((account) => account.in_flight === 0));
    assert.equal((await ask(key)).status, 200);
    await relay.stop();
  });

  it('pauses, windows and sessions outlive a restart, and a fourth account', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    await fault(KEYS.one, { status: 429, body: '{"error":{}}', 'reply-header': [...used('5h', 3600), 'anthropic-ratelimit-unified-5h-utilization: 1.0'] });
    for (let i = 0; i < 30; i++) {
      assert.equal((await ask(key, `s-${i}`)).status, 200);
    }
    const stateOf = async (of, name) => (await admin(of, 'GET', '/admin/api/accounts')).doc.accounts.find((account) => account.account === name);
    const before = await stateOf(relay, 'one');
    assert.equal(before.state, 'paused');
    assert.equal(before.why, 'a limit is used up');
    assert.equal(before.windows.find(({ name }) => name === '5h').used_ppm, 1000000);
    const homesOf = (rows) => new Map(rows.map((row) => [row.session_name, row.account_text]));
    await until(() => bookings(relay.dataDir).length === 30, { every: 10, what: 'all are booked' });
    const homes = homesOf(bookings(relay.dataDir));
    await relay.stop();
    add(relay.dataDir, 'four', 'd4d4');
    const again = await start({ dataDir: relay.dataDir, accounts: () => {} });
    const sameKey = keyOf(again, { ...key, key: key.text });
    const after = await stateOf(again, 'one');
    assert.deepEqual([after.state, after.until, after.since, after.windows], ['paused', before.until, before.since, before.windows]);
    for (let i = 0; i < 30; i++) {
      assert.equal((await ask(sameKey, `s-${i}`)).status, 200);
    }
    await until(() => bookings(again.dataDir).length === 60, { every: 10, what: 'all are booked' });
    assert.deepEqual(homesOf(bookings(again.dataDir).slice(30)), homes);
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/one/clear')).doc.state, 'ready');
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/two/pause', { for: '1h', note: 'holidays' })).doc.why, 'holidays');
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/two/pause', { for: '1 day' })).status, 400);
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/two/resume')).doc.state, 'ready');
    await again.stop();
  });

  it('explains itself', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', { accounts: ['one', 'two'] });
    const explain = (members = {}) => admin(relay, 'POST', '/admin/api/explain', { key: 'alice', ...members });
    await fault(KEYS.one, { status: 429, body: '{"error":{}}', 'reply-header': used('5h', 3600) });
    for (let i = 0; i < 20; i++) {
      const answer = await key.message({ headers: { 'x-relay-explain': '1' }, body: HELLO });
      assert.equal(answer.headers['x-relay-account'], 'two');
      assert.match(answer.headers['x-relay-attempts'], /^[12]$/);
    }
    const { doc } = await explain({ model: 'claude-sonnet-5', session: 's' });
    assert.equal(doc.account, 'two');
    assert.deepEqual(doc.accounts.map(({ account, why, state }) => [account, why, state]), [['one', 'paused', 'paused'], ['three', 'not_allowed', 'ready'], ['two', 'chosen', 'ready']]);
    assert.equal(doc.accounts[0].cause, 'a limit is used up');
    assert.equal((await explain({ key: 'nobody' })).status, 404);
    assert.equal((await key.message({ body: HELLO })).headers['x-relay-account'], undefined);
    await relay.stop();
  });
});
