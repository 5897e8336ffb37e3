// SPDX-License-Identifier: MIT
/* Over 10,000 requests of every kind the bookings are what the upstream billed, to the
   token: of those that were completed all of it, of those that broke off what had
   passed, marked as partial. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { ask, assertAddsUp, bookings, noSqlite } from '../support/bookings.mjs';
import { admin, createGroup, createKey, nothingHeld } from '../support/keys.mjs';
import { microusd, planned, sendMixed } from '../support/mix.mjs';
import { describe, sanitized, stage, until } from '../support/processes.mjs';
import { timed } from '../support/time.mjs';

const SEED = 20261129;
const COUNT = sanitized ? 2000 : 10000;
/* On a quiet machine IN_FLIGHT_MS=1000 holds. */
const IN_FLIGHT_MS = Number(process.env.IN_FLIGHT_MS ?? Infinity);
const LEDGER_ROWS_MAX = 20000;

const NOTHING = { tokens_in: 0, tokens_out: 0, cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, searches: 0 };
const asBooked = (usage) => ({
  tokens_in: usage.input_tokens,
  tokens_out: usage.output_tokens,
  cache_read: usage.cache_read_input_tokens,
  cache_write_5m: usage.cache_creation.ephemeral_5m_input_tokens,
  cache_write_1h: usage.cache_creation.ephemeral_1h_input_tokens,
  searches: usage.server_tool_use?.web_search_requests ?? 0,
});
const countsOf = (row) => Object.fromEntries(Object.keys(NOTHING).map((name) => [name, row[name]]));
const add = (a, b) => Object.fromEntries(Object.keys(NOTHING).map((name) => [name, a[name] + b[name]]));
const asUsage = (counts) => ({ input: counts.tokens_in, output: counts.tokens_out, read: counts.cache_read, write5m: counts.cache_write_5m, write1h: counts.cache_write_1h, searches: counts.searches });

describe('bookings equal the bill', { skip: noSqlite }, () => {
  const s = stage({ relay: { env: { WORKERS: '2', LOG_LEVEL: 'warn' } } });
  const plans = Array.from({ length: COUNT }, (_, i) => planned(SEED, i));
  let keys;
  let rows; /* bookings by name */
  let billed; /* by name: what claude-sim has of it, attempt by attempt */
  let results;

  before(async () => {
    await createGroup(s, 'team', { limits: { cost_total: 1000000 } });
    keys = await Promise.all(['alice', 'bob', 'carol', 'dave', 'erin'].map((name, i) => createKey(s, name, { limits: { rpd: 1000000 }, ...(i % 2 ? { group: 'team' } : {}) })));
    assert.ok(COUNT < LEDGER_ROWS_MAX / 1.5);
    for (const { name, fault } of plans.filter((plan) => plan.fault)) {
      await s.sim.fault({ name, directives: fault });
    }
  });

  it(`${COUNT} requests end as they should`, async () => {
    const sent = sendMixed({ seed: SEED, count: COUNT, targets: keys.map((key) => ({ port: s.port, key: key.text })) });
    results = new Map((await sent.done).map((result) => [result.name, result]));
    for (const plan of plans) {
      const complete = ['complete', 'error_event', 'refused'].includes(plan.end);
      assert.equal(results.get(plan.name)?.complete, complete, JSON.stringify([plan, results.get(plan.name)]));
    }
  });

  it('soon nothing is under way, and nothing is held', async (t) => {
    const took = await timed(() => until(async () => (await admin(s, 'GET', '/admin/api/status')).doc.in_flight === 0, { what: 'none is in flight' }));
    t.diagnostic(`nothing was in flight after ${took.toFixed()} ms`);
    assert.ok(took <= IN_FLIGHT_MS, `nothing was in flight after ${took} ms`);
    for (const key of keys) {
      await nothingHeld(key);
    }
    await until(async () => (await s.sim.totals()).streams_open === 0, { what: 'no stream is open upstream' });
    billed = new Map();
    for (const row of await s.sim.ledger()) {
      billed.set(row.name, [...(billed.get(row.name) ?? []), row]);
    }
  });

  it('each that reached the account is one booking', async () => {
    await until(() => ask(s.relay.dataDir, 'SELECT count(*) AS n FROM booking')[0].n >= billed.size, { every: 200, what: 'all bookings' });
    rows = new Map();
    for (const row of bookings(s.relay.dataDir)) {
      assert.ok(!rows.has(row.client_id), `${row.client_id} is booked twice`);
      rows.set(row.client_id, row);
    }
    assert.equal(rows.size, billed.size);
    assertAddsUp(s.relay.dataDir);
  });

  it('with what was billed, and how it ended', () => {
    for (const [i, plan] of plans.entries()) {
      const row = rows.get(plan.name);
      const attempts = billed.get(plan.name) ?? [];
      if (!row && plan.leave === 'asked') {
        assert.equal(attempts.length, 0, 'it left before it was sent');
        continue;
      }
      const what = () => JSON.stringify([plan, row, attempts]);
      assert.ok(row, what());
      assert.deepEqual(countsOf(row), attempts.map((attempt) => asBooked(attempt.usage)).reduce(add, NOTHING), what());
      assert.equal(row.end, plan.end, what());
      assert.equal(Boolean(row.partial), plan.partial, what());
      /* What went to a connection that was closed already never arrived. */
      assert.ok(row.attempts === attempts.length || /stale/.test(row.failures), what());
      assert.equal(row.status ?? 0, results.get(plan.name).status, what());
      assert.equal(row.key_name, ['alice', 'bob', 'carol', 'dave', 'erin'][i % 5]);
      assert.equal(row.account_text, 'demo');
      assert.equal(row.model_text ?? row.asked_text, plan.model);
      assert.equal(row.upstream_id ?? attempts.at(-1).request_id, attempts.at(-1).request_id);
    }
  });

  it('and costs what the table says, to the micro-dollar', () => {
    for (const plan of plans) {
      const row = rows.get(plan.name);
      if (row && Object.values(countsOf(row)).some((count) => count > 0)) {
        assert.equal(row.cost_microusd, microusd(plan.model, asUsage(row)), JSON.stringify(row));
      }
    }
  });

  it('and /metrics counts the same', async () => {
    const answer = await fetch(`${s.url}/metrics`);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const lines = (await answer.text()).split('\n').filter((line) => line && !line.startsWith('#'));
    const figures = new Map(lines.map((line) => line.match(/^(\S+) (\S+)$/).slice(1)));
    const all = [...rows.values()];
    const sum = (name) => all.reduce((total, row) => total + (row[name] ?? 0), 0);
    const sumOf = (name) => [...figures].filter(([key]) => key.startsWith(name)).reduce((total, [, value]) => total + Number(value), 0);
    for (const [kind, name] of [['input', 'tokens_in'], ['output', 'tokens_out'], ['cache_read', 'cache_read'], ['cache_write_5m', 'cache_write_5m'], ['cache_write_1h', 'cache_write_1h']]) {
      assert.equal(Number(figures.get(`claude_relay_tokens_total{kind="${kind}"}`)), sum(name), kind);
    }
    assert.equal(Math.round(Number(figures.get('claude_relay_cost_dollars_total')) * 1e6), sum('cost_microusd'));
    assert.equal(Number(figures.get('claude_relay_web_search_requests_total')), sum('searches'));
    for (const end of ['complete', 'cut', 'error_event']) {
      assert.equal(sumOf(`claude_relay_requests_total{end="${end}"`), all.filter((row) => row.end === end).length, end);
    }
    /* Of those who left as soon as they had asked, some may have gone before they were heard. */
    const requests = sumOf('claude_relay_requests_total');
    assert.ok(requests >= rows.size && requests <= plans.length, `${requests} of ${plans.length}, ${rows.size} booked`);
    assert.equal(Number(figures.get('claude_relay_bookings_total')), rows.size);
    assert.equal(Number(figures.get('claude_relay_bookings_waiting')), 0);
    assert.equal(Number(figures.get('claude_relay_bookings_lost_total')), 0);
    assert.equal(Number(figures.get('claude_relay_requests_in_flight')), 0);
  });
});
