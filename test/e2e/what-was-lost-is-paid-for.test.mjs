// SPDX-License-Identifier: MIT
/* What was sent and lost may be billed.  Other accounts are asked all the same, but only as
   far as the budget goes; what makes something is not sent again. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';

import { assertAddsUp, bookings, noSqlite } from '../support/bookings.mjs';
import { call } from '../support/http.mjs';
import { admin, createKey, nothingHeld } from '../support/keys.mjs';
import { describe, relayBinary, startRelay, until } from '../support/processes.mjs';
import { rawUpstream, responseBytes } from '../support/raw.mjs';
import { addAll, KEYS } from '../support/several.mjs';

/* Its worst case is three quarters of a dollar, or so. */
const BIG = { model: 'claude-opus-5', max_tokens: 32000, messages: [{ role: 'user', content: 'x' }] };
const LOST = 'lost';
const FINE = { headers: [['Content-Type', 'application/json'], ['Connection', 'close']], body: '{"model":"claude-opus-5","usage":{"input_tokens":1000,"output_tokens":100}}' };
const no = (status, text) => ({ status, reason: 'No', headers: [['Content-Type', 'application/json'], ['Connection', 'close']], body: JSON.stringify({ type: 'error', error: { type: 'x', message: text } }) });

describe('what was lost is paid for', { skip: noSqlite }, () => {
  let upstream;
  let relay;
  let script; /* what becomes of each request that comes */
  before(async () => {
    upstream = await rawUpstream(async (connection) => {
      const answer = script.shift() ?? FINE;
      if (answer !== LOST) {
        await connection.write(responseBytes(answer));
      }
      connection.end();
    });
    relay = await startRelay({ upstream: `${upstream.url}/v1/messages`, accounts: addAll });
  });
  beforeEach(async () => {
    script = [];
    upstream.requests.length = 0;
    for (const name of Object.keys(KEYS)) {
      assert.equal((await admin(relay, 'POST', `/admin/api/accounts/${name}/clear`)).status, 200);
    }
  });
  after(async () => {
    await relay?.stop();
    await upstream?.stop();
  });
  const ask = async (key, answers, target = '/v1/messages', body = BIG) => {
    script = [...answers];
    upstream.requests.length = 0;
    const answer = await call(relay.url + target, { method: 'POST', headers: { ...key.headers, 'x-relay-explain': '1' }, body });
    await nothingHeld(key);
    return answer;
  };
  const used = async (key) => (await key.limit('cost_total')).used;
  const rows = async (key, count) => {
    const own = () => bookings(relay.dataDir).filter((row) => row.key_name === key.name);
    await until(() => own().length === count, { every: 50, what: `${count} are booked` });
    return own();
  };
  const strict = (name, cost_total) => createKey(relay, name, { reserve: 'strict', limits: { cost_total } });

  it('a strict key never goes over its budget', async () => {
    const key = await strict('poor', 1);
    let sent = 0;
    let status;
    for (let i = 0; i < 6; i++) {
      status = (await ask(key, [LOST, no(400, 'bad')])).status;
      sent += upstream.requests.length;
    }
    assert.equal(sent, 1, 'there is no room for a second one');
    assert.equal(status, 402);
    const spent = await used(key);
    assert.ok(spent > 0.5 && spent <= 1, `${spent}`);
    const [row] = await rows(key, 1);
    assert.deepEqual([row.status, row.attempts, row.partial, row.cost_microusd], [502, 1, 1, null]);
  });

  it('each that was lost is charged as one that is lost alone, and the booking says that it does not know', async () => {
    const key = await strict('rich', 100);
    const alone = async () => {
      await ask(key, [LOST, LOST, LOST]);
      return (await used(key)) / 3;
    };
    const worst = await alone();
    assert.ok(worst > 0.5);
    const told = (1000 * 5 + 100 * 25) / 1e6;
    const cases = [
      [[LOST, FINE], 200, 1, told],
      [[LOST, no(400, 'bad')], 400, 1, null],
      [[LOST, no(429, 'first'), no(429, 'second')], 429, 1, null],
      [[LOST, LOST, FINE], 200, 2, told],
      [[no(429, 'first'), LOST, no(503, 'third')], 429, 1, null],
    ];
    for (const [i, [answers, status, lost, cost]] of cases.entries()) {
      const before = await used(key);
      const answer = await ask(key, answers);
      assert.equal(answer.status, status, answer.body.toString());
      assert.equal(upstream.requests.length, answers.length);
      const charged = (await used(key)) - before;
      assert.ok(Math.abs(charged - lost * worst - (cost ?? 0)) < 1e-5, `${JSON.stringify(answers)}: ${charged}`);
      const row = (await rows(key, i + 2)).at(-1);
      const failures = JSON.parse(row.failures);
      assert.deepEqual([row.status, row.attempts, row.partial, row.cost_microusd], [status, answers.length, 1, cost === null ? null : cost * 1e6]);
      assert.equal(failures.filter(({ result }) => result === 'lost').length, lost);
      assert.equal(row.account_text, answer.headers['x-relay-account']);
      assert.ok(!failures.some(({ account }) => account === row.account_text), row.failures);
      for (const name of Object.keys(KEYS)) {
        await admin(relay, 'POST', `/admin/api/accounts/${name}/clear`);
      }
    }
    assertAddsUp(relay.dataDir);
  });

  it('what makes something is not sent again', async () => {
    const key = await createKey(relay, 'maker', { allow: ['messages', 'batches', 'other'] });
    for (const target of ['/v1/messages/batches', '/v1/skills']) {
      const answer = await ask(key, [LOST], target, { requests: [] });
      assert.equal(answer.status, 502);
      assert.equal(upstream.requests.length, 1);
    }
  });

  it('what a holder of a key is told names no place of this machine', async () => {
    const key = await createKey(relay, 'guest', { accounts: ['one'] });
    assert.equal((await ask(key, [no(401, 'invalid x-api-key')])).status, 401);
    await admin(relay, 'POST', '/admin/api/accounts/one/clear');
    assert.equal((await ask(key, [{ ...no(400, 'Your credit balance is too low to access the Anthropic API'), status: 400 }])).status, 400);
    const answer = await ask(key, []);
    const text = answer.body.toString();
    assert.equal(answer.status, 401, text);
    assert.match(text, /`claude-relay account show one`/);
    assert.ok(!text.includes(relay.dataDir) && !text.includes(relayBinary), text);
  });
});
