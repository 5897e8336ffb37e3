// SPDX-License-Identifier: MIT
/* Several accounts: one that cannot serve is passed over before the client sees a byte,
   what refused is passed on unchanged if no other can, and sessions stay where they are. */
import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';

import { bookings, noSqlite } from '../support/bookings.mjs';
import { call, HELLO, message } from '../support/http.mjs';
import { admin, createKey, keyOf } from '../support/keys.mjs';
import { describe, stage, startRelay, until } from '../support/processes.mjs';
import { startCutter, startDoor } from '../support/proxies.mjs';
import { rawUpstream } from '../support/raw.mjs';
import { accountOf, addAccount, addAll, KEYS, used } from '../support/several.mjs';

/* So many at once, so often. */
async function times(rounds, width, run) {
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: width }, (_, i) => run(round * width + i)));
  }
}

describe('accounts fail over', { skip: noSqlite }, () => {
  const s = stage({});
  const start = (options = {}) => startRelay({
    upstream: s.sim.apiUrl,
    env: { WORKERS: '2' },
    accounts: addAll,
    ...options,
  });
  const fault = (account, directives, times = 0) => s.sim.fault({ path: '/v1/messages', account, times, directives });
  const ask = (key, session) => key.message({ headers: session ? { 'x-claude-code-session-id': session } : {}, body: HELLO });
  const metric = async (relay, name) => Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec((await call(`${relay.url}/metrics`)).body)[1]);
  const booked = (relay, count) => until(() => bookings(relay.dataDir).length === count, { every: 50, what: `${count} are booked` });
  const statesOf = async (relay) => (await admin(relay, 'GET', '/admin/api/accounts')).doc.accounts.map(({ state }) => state);
  /* Which account each session was served by. */
  const homesOf = (rows) => {
    const homes = new Map();
    for (const row of rows) {
      homes.set(row.session_name, [...new Set([...(homes.get(row.session_name) ?? []), row.account_text])]);
    }
    return homes;
  };
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
    await booked(relay, 200);
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
    await booked(relay, 60);
    assert.equal(bookings(relay.dataDir).filter((row) => row.attempts > 1).length, 1);
    assert.ok(!accountsOf(relay).includes('two'));
    const { state, why } = await accountOf(relay, 'two');
    assert.deepEqual([state, why], ['login_required', 'its credential was refused']);
    await relay.stop();
  });

  it("one's proxy dies: no client sees it, and nothing goes directly", async () => {
    const door = await startDoor(s.sim.port);
    const [dying, other] = [await startCutter('http', Infinity), await startCutter('http', Infinity)];
    const relay = await start({ upstream: `http://127.0.0.1:${door.port}/v1/messages` });
    const key = await createKey(relay, 'alice');
    for (const name of Object.keys(KEYS)) {
      const proxy_config = { type: 'http', host: '127.0.0.1', port: (name === 'one' ? dying : other).port };
      assert.equal((await admin(relay, 'PATCH', `/oauth/accounts/${name}`, { proxy_config })).status, 200);
    }
    for (let i = 0; i < 80; i++) {
      if (i === 40) {
        await dying.stop();
      }
      assert.equal((await ask(key)).status, 200);
    }
    await booked(relay, 80);
    const [before, after] = [accountsOf(relay).slice(0, 40), accountsOf(relay).slice(40)];
    assert.ok(before.includes('one') && !after.includes('one'));
    assert.ok(bookings(relay.dataDir).some((row) => /"account":"one","result":"unreachable"/.test(row.failures)));
    assert.equal(door.direct, 0);
    assert.ok(door.proxied > 0);
    await relay.stop();
    await other.stop();
    await door.stop();
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
    /* Whichever of them it is from, which said nothing of it. */
    assert.ok(first.headers['retry-after'] > 590 && first.headers['retry-after'] <= 600, first.headers['retry-after']);
    assert.deepEqual([await metric(relay, 'claude_relay_attempts_total{result="passed_over"}'), await metric(relay, 'claude_relay_attempts_total{result="delivered"}')], [2, 1]);
    await booked(relay, 1);
    assert.ok(bookings(relay.dataDir)[0].first_byte_ms > 0);
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
    assert.deepEqual(await statesOf(relay), ['ready', 'ready', 'ready']);
    assert.equal(await metric(relay, 'claude_relay_overloaded_total'), 40);
    await s.sim.forgetFaults();
    for (let i = 0; i < 20; i++) {
      assert.equal((await ask(key)).status, 200);
    }
    await booked(relay, 40);
    const rows = bookings(relay.dataDir);
    assert.ok(rows.every((row) => row.attempts <= 2));
    assert.equal(rows.filter((row) => row.attempts === 2).length, 20);
    await relay.stop();
  });

  it('an error inside a 200 counts as a 529, and passes as it came', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    const body = 'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}\n\nevent: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
    for (const end of Object.values(KEYS)) {
      await fault(end, { status: 200, body, 'reply-header': ['content-type: text/event-stream'] });
    }
    for (let i = 0; i < 20; i++) {
      const answer = await key.message({ body: { ...HELLO, stream: true } });
      assert.equal(answer.status, 200);
      assert.equal(answer.body.toString(), body);
    }
    await booked(relay, 20);
    assert.ok(bookings(relay.dataDir).every((row) => row.end === 'error_event' && row.attempts === 1));
    assert.equal(await metric(relay, 'claude_relay_overloaded_total'), 20);
    assert.equal(await metric(relay, 'claude_relay_requests_total{end="error_event",status="2xx"}'), 20);
    assert.deepEqual(await statesOf(relay), ['ready', 'ready', 'ready']);
    const { doc } = await admin(relay, 'GET', '/admin/api/accounts');
    assert.ok(doc.accounts.some(({ last_error }) => last_error?.text === 'an error came inside of an answer'));
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
    await booked(relay, 5);
    assert.ok(bookings(relay.dataDir).every((row) => row.attempts === 1));
    await relay.stop();
  });

  it('sessions stay where they are: over 1,000 requests, a restart, and a fourth account', async () => {
    const SESSIONS = 40;
    const relay = await start();
    const key = await createKey(relay, 'alice');
    const run = async (of, i) => assert.equal((await ask(of, `s-${i % SESSIONS}`)).status, 200);
    await times(1, SESSIONS, (i) => run(key, i));
    await times(23, 20, (i) => run(key, i));
    await booked(relay, 500);
    const homes = homesOf(bookings(relay.dataDir));
    assert.equal(homes.size, SESSIONS);
    assert.ok([...homes.values()].every((accounts) => accounts.length === 1), JSON.stringify([...homes]));
    assert.equal(new Set([...homes.values()].flat()).size, 3);
    await relay.stop();
    addAccount(relay.dataDir, 'four', 'd4d4');
    const again = await start({ dataDir: relay.dataDir, accounts: () => {} });
    const sameKey = keyOf(again, { ...key, key: key.text });
    await times(25, 20, (i) => run(sameKey, i));
    await times(4, 20, (i) => ask(sameKey, `new-${i}`));
    await booked(again, 1080);
    const rows = bookings(again.dataDir);
    assert.deepEqual([...homesOf(rows.filter(({ session_name }) => session_name.startsWith('s-')))], [...homes]);
    assert.ok(rows.some(({ account_text }) => account_text === 'four'), 'new ones go to it, too');
    await again.stop();
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

  it('what is no message binds no session', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    const session = { 'x-claude-code-session-id': 's', 'x-relay-explain': '1' };
    const servedBy = async (target) => (await call(`${relay.url}${target}`, { method: 'POST', headers: { 'x-api-key': key.text, 'anthropic-version': '2023-06-01', ...session }, body: JSON.stringify(HELLO) })).headers['x-relay-account'];
    const home = await servedBy('/v1/messages');
    await s.sim.fault({ path: '/v1/messages/count_tokens', account: KEYS[home], times: 1, directives: { status: 429, body: '{}' } });
    assert.notEqual(await servedBy('/v1/messages/count_tokens'), home);
    assert.equal(await servedBy('/v1/messages'), home);
    await relay.stop();
  });

  it('a stream that began before its session moved does not take it back', async () => {
    let held;
    let overloaded;
    const upstream = await rawUpstream((connection, request) => {
      const end = request.get('x-api-key').slice(-4);
      if (request.body.includes('"stream":true')) {
        held = { connection, end };
        connection.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
      } else if (end === overloaded) {
        overloaded = undefined;
        connection.write('HTTP/1.1 529 Overloaded\r\nContent-Length: 2\r\n\r\n{}');
      } else {
        connection.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
      }
    });
    const relay = await start({ upstream: `${upstream.url}/v1/messages` });
    const key = await createKey(relay, 'alice');
    const servedBy = async () => (await key.message({ headers: { 'x-claude-code-session-id': 's', 'x-relay-explain': '1' }, body: HELLO })).headers['x-relay-account'];
    const home = await servedBy();
    const stream = key.message({ headers: { 'x-claude-code-session-id': 's' }, body: { ...HELLO, stream: true } });
    await until(() => held, { what: 'the stream has begun' });
    assert.equal(held.end, KEYS[home]);
    overloaded = held.end;
    const other = await servedBy();
    assert.notEqual(other, home);
    held.connection.write('0\r\n\r\n');
    assert.equal((await stream).status, 200);
    for (let i = 0; i < 5; i++) {
      assert.equal(await servedBy(), other);
    }
    await relay.stop();
    await upstream.stop();
  });

  it("accounts' own limits hold exactly, with two workers and 500 streams", async () => {
    const LIMIT = 30;
    const held = [];
    const upstream = await rawUpstream((connection, request) => {
      held.push({ connection, account: request.headers.find(([name]) => name.toLowerCase() === 'x-api-key')[1].slice(-4) });
      connection.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
    });
    const relay = await start({ upstream: `${upstream.url}/v1/messages` });
    const key = await createKey(relay, 'alice');
    for (const name of Object.keys(KEYS)) {
      assert.equal((await admin(relay, 'PATCH', `/oauth/accounts/${name}`, { concurrency: LIMIT })).status, 200);
    }
    for (let round = 0; round < 2; round++) {
      let refused = 0;
      const streams = Array.from({ length: 500 }, async () => {
        const answer = await message(relay.url, { headers: key.headers, body: { ...HELLO, stream: true } });
        refused += answer.status === 429;
        return answer.status;
      });
      await until(() => refused + held.length >= 500, { what: 'all are begun or refused' });
      const counts = Object.values(KEYS).map((end) => held.filter(({ account }) => account === end).length);
      assert.deepEqual(counts, [LIMIT, LIMIT, LIMIT]);
      const { doc } = await admin(relay, 'GET', '/admin/api/accounts');
      assert.ok(doc.accounts.every((account) => account.in_flight === LIMIT));
      held.splice(0).forEach(({ connection }) => connection.write('0\r\n\r\n'));
      const done = await Promise.all(streams);
      assert.equal(done.filter((status) => status === 200).length, 3 * LIMIT);
      await until(async () => (await admin(relay, 'GET', '/admin/api/accounts')).doc.accounts.every((account) => account.in_flight === 0), { what: 'nothing is in flight' });
    }
    await relay.stop();
    await upstream.stop();
  });

  it('pauses, windows and sessions outlive a restart, and a fourth account', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice');
    await fault(KEYS.one, { status: 429, body: '{"error":{}}', 'reply-header': [...used('5h', 3600, ['7d', 'allowed', 4 * 86400]), 'anthropic-ratelimit-unified-5h-utilization: 1.0'] });
    for (let i = 0; i < 30; i++) {
      assert.equal((await ask(key, `s-${i}`)).status, 200);
    }
    const before = await accountOf(relay, 'one');
    assert.equal(before.state, 'paused');
    const wait = Date.parse(before.until) - Date.now();
    assert.ok(wait > 3500_000 && wait <= 3600_000, 'the window that is used up counts, not the one that ends last');
    assert.equal(before.why, 'a limit is used up');
    assert.equal(before.windows.find(({ name }) => name === '5h').used_ppm, 1000000);
    await booked(relay, 30);
    const homes = homesOf(bookings(relay.dataDir));
    await relay.stop();
    addAccount(relay.dataDir, 'four', 'd4d4');
    const again = await start({ dataDir: relay.dataDir, accounts: () => {} });
    const sameKey = keyOf(again, { ...key, key: key.text });
    const after = await accountOf(again, 'one');
    assert.deepEqual([after.state, after.until, after.since, after.windows], ['paused', before.until, before.since, before.windows]);
    /* Who names it waits as well. */
    const named = await sameKey.message({ headers: { 'x-account-name': 'one' }, body: HELLO });
    assert.deepEqual([named.status, named.headers['request-id'].startsWith('req_relay_')], [429, true]);
    assert.equal((await accountOf(again, 'one')).until, before.until);
    await s.sim.forgetFaults();
    for (let i = 0; i < 30; i++) {
      assert.equal((await ask(sameKey, `s-${i}`)).status, 200);
    }
    await booked(again, 60);
    assert.deepEqual(homesOf(bookings(again.dataDir).slice(-30)), homes);
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/one/clear')).doc.state, 'ready');
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/two/pause', { for: '1h', note: 'holidays' })).doc.why, 'holidays');
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/two/pause', { for: '1 day' })).status, 400);
    assert.equal((await admin(again, 'POST', '/admin/api/accounts/two/resume')).doc.state, 'ready');
    await again.stop();
  });

  it('without keys, those that were put into the pool serve whoever names none', async () => {
    const relay = await start();
    const ask = (headers = {}) => message(relay.url, { headers: { 'x-relay-explain': '1', ...headers } });
    const pool = async (name, on) => assert.equal((await admin(relay, 'PATCH', `/oauth/accounts/${name}`, { pool: on })).status, 200);
    /* An API key is in the pool of keys by its kind; here it has to be said. */
    const unsaid = await ask();
    assert.equal(unsaid.status, 400);
    assert.match(unsaid.body.toString(), /3 accounts are set up: choose one .*account pool NAME on/);
    await pool('one', true);
    await pool('two', true);
    await fault(KEYS.one, { status: 503, body: '{}' }, 1);
    const served = new Set();
    for (let i = 0; i < 40; i++) {
      const answer = await ask();
      assert.equal(answer.status, 200);
      served.add(answer.headers['x-relay-account']);
    }
    assert.deepEqual([...served].sort(), ['one', 'two']);
    const homes = new Set();
    for (let i = 0; i < 10; i++) {
      homes.add((await ask({ 'x-claude-code-session-id': 's' })).headers['x-relay-account']);
    }
    assert.equal(homes.size, 1, 'a session stays');
    assert.equal((await ask({ 'x-account-name': 'three' })).headers['x-relay-account'], 'three');
    const { doc } = await admin(relay, 'POST', '/admin/api/explain', { session: 's' });
    assert.deepEqual([doc.account, doc.accounts[1].why], [[...homes][0], 'not_allowed']);
    await fault(KEYS.one, { status: 429, body: '{"error":{}}', 'reply-header': used('5h', 3600) });
    await fault(KEYS.two, { status: 429, body: '{"error":{}}', 'reply-header': used('5h', 600) });
    assert.equal((await ask()).status, 429);
    const refused = await ask();
    assert.equal(refused.status, 429);
    assert.match(refused.body.toString(), /of the accounts in the pool none has more to give before/);
    assert.ok(Number(refused.headers['retry-after']) > 590);
    await pool('one', false);
    await pool('two', false);
    const none = await ask();
    assert.equal(none.status, 400);
    assert.match(none.body.toString(), /3 accounts are set up: choose one .*account pool NAME on/);
    await relay.stop();
  });

  it('a batch of an account that is not in the pool is found without a key', async () => {
    const relay = await start();
    assert.equal((await admin(relay, 'PATCH', '/oauth/accounts/three', { pool: false })).status, 200);
    const send = (method, path, headers, body) => call(relay.url + path, { method, headers: { 'anthropic-version': '2023-06-01', 'x-relay-explain': '1', ...headers }, body });
    const made = await send('POST', '/v1/messages/batches', { 'x-account-name': 'three' }, { requests: [{ custom_id: 'a', params: HELLO }] });
    assert.equal(made.status, 200, made.body.toString());
    for (let i = 0; i < 5; i++) {
      const answer = await send('GET', `/v1/messages/batches/${JSON.parse(made.body).id}`, {});
      assert.deepEqual([answer.status, answer.headers['x-relay-account']], [200, 'three']);
    }
    await relay.stop();
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
