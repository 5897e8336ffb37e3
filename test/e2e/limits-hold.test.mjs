// SPDX-License-Identifier: MIT
/* The limits of keys, under bursts on two workers: never overshot, and nothing stays
   reserved, whatever way requests end. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { HELLO, call, message, stream } from '../support/http.mjs';
import { addApiKey, describe, stage, until } from '../support/processes.mjs';

/* $0.15 by the prices of claude-sonnet-5. */
const TOKENS = { 'x-sim-input-tokens': '12500', 'x-sim-output-tokens': '12500' };

describe('limits', () => {
  const s = stage({ relay: { env: { WORKERS: '2' }, accounts: (dataDir) => addApiKey(dataDir, 'demo') } });

  const make = async (name, rules) => {
    const answer = await call(`${s.url}/admin/api/keys`, { method: 'POST', body: { name, accounts: ['demo'], ...rules } });
    assert.equal(answer.status, 201, String(answer.body));
    return JSON.parse(answer.body).key;
  };
  const set = async (name, rules) => {
    const answer = await call(`${s.url}/admin/api/keys/${name}`, { method: 'PATCH', body: rules });
    assert.equal(answer.status, 200, String(answer.body));
  };
  const me = async (key) => JSON.parse((await call(`${s.url}/v1/me`, { method: 'GET', headers: { 'x-api-key': key } })).body);
  const ask = (key, headers = {}, body = HELLO) => message(s.url, { headers: { 'x-api-key': key, ...headers }, body });
  const burst = async (key, count, headers) => {
    const answers = await Promise.all(Array.from({ length: count }, () => ask(key, headers)));
    return answers.map((answer) => answer.status);
  };
  const count = (statuses, status) => statuses.filter((one) => one === status).length;

  const free = (key) => until(async () => {
    const { limits } = await me(key);
    return Object.values(limits).every((limit) => limit.reserved === 0) && (limits.concurrency?.used ?? 0) === 0;
  }, { what: 'nothing reserved' });

  for (const [name, limits, status] of [
    ['rpm', { rpm: 10 }, 429],
    ['rpd', { rpd: 10 }, 429],
    ['concurrency', { concurrency: 10 }, 429],
  ]) {
    it(`${name}: of 200 at once exactly so many`, async () => {
      const key = await make(`burst-${name}`, { limits });
      const statuses = await burst(key, 200, { 'x-sim-first-byte-ms': name === 'concurrency' ? '3000' : '50' });
      assert.equal(count(statuses, 200), 10);
      assert.equal(count(statuses, status), 190);
      await free(key);
    });
  }

  it('two of five fit into what is left of a budget', async () => {
    const key = await make('budget', {});
    for (let i = 0; i < 4; i++) {
      assert.equal((await ask(key, TOKENS)).status, 200);
    }
    await set('budget', { limits: { cost_day: '100' } });
    const used = (await me(key)).limits.cost_day.used;
    assert.ok(used > 0.1, `a budget put on later counts what was used: ${used}`);
    await set('budget', { limits: { cost_day: (used / 4 * 6.25).toFixed(6) } });
    const statuses = await burst(key, 5, { ...TOKENS, 'x-sim-first-byte-ms': '500' });
    assert.deepEqual([count(statuses, 200), count(statuses, 402)], [2, 3]);
    await free(key);
    const refused = await ask(key, TOKENS);
    assert.equal(refused.status, 402);
    assert.equal(refused.headers['x-should-retry'], 'false');
    assert.match(String(refused.body), /billing_error.*the key budget has used \$[0-9.]+ of \$[0-9.]+ a day.*opens again/);
  });

  it('a key that is strict takes the worst', async () => {
    const key = await make('strict', { reserve: 'strict', limits: { cost_total: '0.001' } });
    assert.equal((await ask(key)).status, 402);
  });

  it('whatever way requests end, all is given back', async () => {
    const key = await make('ends', { limits: { concurrency: 40, cost_day: '1000', rpm: 100000 } });
    const ends = [
      async () => { const one = await stream(s.url, { headers: { 'x-api-key': key, 'x-sim-gap-ms': '50', 'x-sim-events': '200' } }); await one.next?.(); one.leave(); },
      () => ask(key, { 'x-sim-cut-at': '20' }).catch(() => {}),
      () => ask(key, { 'x-sim-status': '529' }),
      () => ask(key),
    ];
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, i) => ends[i % 4]()));
    }
    await free(key);
    assert.deepEqual(await burst(key, 40, {}).then((all) => count(all, 200)), 40);
    await free(key);
  });
});
