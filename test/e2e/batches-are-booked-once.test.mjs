// SPDX-License-Identifier: MIT
/* Results of batches are booked when they are fetched through the relay: each once, at
   half the price, whoever fetches it, however often, through whichever relay of a
   folder, whole or interrupted; and so they count in limits. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { it } from 'node:test';

import { ask, assertAddsUp, bookings, noSqlite } from '../support/bookings.mjs';
import { call } from '../support/http.mjs';
import { admin, createKey, keyOf } from '../support/keys.mjs';
import { CODINGS, microusd } from '../support/mix.mjs';
import { describe, stage, startRelay, until } from '../support/processes.mjs';
import { listen } from '../support/proxies.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';
import { addAccount } from '../support/several.mjs';

const VERSION = { 'anthropic-version': '2023-06-01' };
const ITEMS = 40; /* of which a few fail */
const MEMBERS = { allow: ['messages', 'batches'], limits: { cost_total: 1000, rpd: 1000 } };

describe('batches are booked once', { skip: noSqlite }, () => {
  const s = stage({ relay: { env: { WORKERS: '2' } } });
  const results = (key, id, headers = {}, relay = s) => call(`${relay.url}/v1/messages/batches/${id}/results`, { headers: { ...VERSION, ...key.headers, ...headers } });
  const booked = (id) => bookings(s.relay.dataDir).filter((row) => row.batch && row.upstream_id.startsWith(`msg_${id}_`));
  const used = async (key) => Math.round((await key.limit('cost_total')).used * 1e6);

  /* A batch that was carried out: { id, bill: what it was billed }. */
  async function made(key) {
    const requests = Array.from({ length: ITEMS }, (_, i) => ({
      custom_id: i % 10 === 9 ? `error-${i}` : `item-${i}`,
      params: { model: i % 2 ? 'claude-sonnet-5' : 'claude-haiku-4-5', max_tokens: 1000 + i, messages: [{ role: 'user', content: 'hello' }] },
    }));
    const answer = await call(`${s.url}/v1/messages/batches`, { method: 'POST', headers: { ...VERSION, ...key.headers }, body: { requests } });
    assert.equal(answer.status, 200, answer.body.toString());
    const { id } = JSON.parse(answer.body);
    await call(`${s.url}/v1/messages/batches/${id}`, { headers: { ...VERSION, ...key.headers } });
    const bill = (await s.sim.batches()).find((rows) => rows[0]?.batch === id);
    assert.equal(bill.length, ITEMS - ITEMS / 10);
    return { id, bill };
  }
  const cost = ({ model, usage }) => Math.round(microusd(model, { input: usage.input_tokens, output: usage.output_tokens, read: 0, write5m: 0, write1h: 0, searches: 0 }) / 2);
  const costs = (bill) => bill.reduce((sum, row) => sum + cost(row), 0);

  async function assertBooked({ id, bill }, key) {
    await until(() => booked(id).length >= bill.length, { every: 50, what: 'all results are booked' });
    const rows = new Map(booked(id).map((row) => [row.client_id, row]));
    assert.equal(booked(id).length, bill.length);
    for (const one of bill) {
      const row = rows.get(one.custom_id);
      assert.deepEqual(
        [row.upstream_id, row.model_text, row.tokens_in, row.tokens_out, row.cost_microusd, row.tier_text, row.key_name, row.end],
        [one.message_id, one.model, one.usage.input_tokens, one.usage.output_tokens, cost(one), 'batch', key.name, 'complete'],
      );
    }
    assertAddsUp(s.relay.dataDir);
  }
  /* All that is booked of a key is in its limits, in memory and in the database. */
  async function assertCharged(key, microusdUsed) {
    await until(async () => (await used(key)) === microusdUsed, { what: `${key.name} is charged` }).catch(async (error) => {
      throw new Error(`${error.message}: ${await used(key)} and not ${microusdUsed}`);
    });
    assert.equal(ask(s.relay.dataDir, `SELECT coalesce(sum(cost_microusd), 0) AS n FROM use_total WHERE subject = ${2 * key.id}`)[0].n, microusdUsed);
  }

  it('at half the price, when they are fetched, and not again by another key', async () => {
    const alice = await createKey(s, 'alice', MEMBERS);
    const bob = await createKey(s, 'bob', MEMBERS);
    const batch = await made(alice);
    assert.equal(booked(batch.id).length, 0);
    assert.equal((await results(alice, batch.id)).status, 200);
    await assertBooked(batch, alice);
    await assertCharged(alice, costs(batch.bill));
    for (const key of [alice, bob, bob]) {
      assert.equal((await results(key, batch.id)).status, 200);
    }
    /* The next one is booked after what was fetched again. */
    const next = await made(bob);
    await results(bob, next.id);
    await assertBooked(next, bob);
    await assertBooked(batch, alice);
    await assertCharged(alice, costs(batch.bill));
    await assertCharged(bob, costs(next.bill));
    assert.equal((await bob.limit('rpd')).used, 5, 'results are no requests');
  });

  for (const coding of CODINGS) {
    it(`compressed (${coding})`, async () => {
      const key = await createKey(s, coding, MEMBERS);
      const batch = await made(key);
      const answer = await results(key, batch.id, { 'x-sim-encoding': coding, 'accept-encoding': coding, 'x-sim-piece': '100' });
      assert.equal(answer.headers['content-encoding'], coding);
      await assertBooked(batch, key);
    });
  }

  it('what nobody can read of them is not taken for nothing', async () => {
    const key = await createKey(s, 'odd', MEMBERS);
    const batch = await made(key);
    await s.sim.fault({ path: `/v1/messages/batches/${batch.id}/results`, directives: { body: 'rubbish\n{"custom_id":"x"}\n' } });
    await results(key, batch.id);
    const fetches = () => bookings(s.relay.dataDir).filter((row) => row.key_name === 'odd' && !row.batch && row.endpoint_text.endsWith('/results'));
    await until(() => fetches().length === 1, { every: 50, what: 'the fetch is booked' });
    assert.deepEqual([fetches()[0].partial, fetches()[0].cost_microusd, fetches()[0].end], [1, null, 'complete']);
    await results(key, batch.id);
    await assertBooked(batch, key);
    assert.deepEqual(fetches().map((row) => row.cost_microusd), [null, 0]);
  });

  it('interrupted: what had come, and the rest with the next fetch', async () => {
    const key = await createKey(s, 'leaves', MEMBERS);
    const batch = await made(key);
    const client = await RawClient.connect(s.port);
    client.write(requestBytes({ method: 'GET', target: `/v1/messages/batches/${batch.id}/results`, headers: Object.entries({ ...VERSION, ...key.headers, 'x-sim-piece': '500', 'x-sim-gap-ms': '20' }) }));
    await client.wait(() => client.bytes.includes('item-5'));
    client.leave();
    await until(() => booked(batch.id).length >= 5, { every: 50, what: 'some are booked' });
    assert.ok(booked(batch.id).length < batch.bill.length);
    assert.equal((await results(key, batch.id, { 'x-sim-cut-at': '3000' })).complete, false);
    await results(key, batch.id);
    await assertBooked(batch, key);
    await assertCharged(key, costs(batch.bill));
  });

  it('an id that is spelt otherwise is the same', async () => {
    const key = await createKey(s, 'spells', MEMBERS);
    const batch = await made(key);
    await results(key, batch.id.replace('msgbatch', '%6dsgb%61tch'));
    await results(key, batch.id);
    await until(() => booked(batch.id).length > 0, { every: 50, what: 'they are booked' });
    await assertBooked(batch, key);
  });

  it('another provider that answers for it first is another batch', async () => {
    const line = (i) => JSON.stringify({ custom_id: `item-${i}`, result: { type: 'succeeded', message: { id: `msg_${i}`, type: 'message', model: 'claude-haiku-4-5', usage: { input_tokens: 1, output_tokens: 1 } } } });
    const gateway = await listen(http.createServer((req, res) => {
      res.writeHead(200, { 'content-type': 'application/x-jsonl' });
      res.end(Array.from({ length: ITEMS }, (_, i) => `${line(i)}\n`).join(''));
    }));
    addAccount(s.relay.dataDir, 'elsewhere', 'e1e1', '--url', `http://127.0.0.1:${gateway.port}`);
    const [{ account: home }] = (await admin(s, 'GET', '/admin/api/accounts')).doc.accounts.filter(({ account }) => account !== 'elsewhere');
    const carol = await createKey(s, 'carol', { ...MEMBERS, accounts: [home, 'elsewhere'] });
    const batch = await made(await createKey(s, 'dora', { ...MEMBERS, accounts: [home] }));
    assert.equal((await results(carol, batch.id, { 'x-account-name': 'elsewhere' })).status, 200);
    await until(() => bookings(s.relay.dataDir).filter((row) => row.batch && row.key_name === 'carol').length === ITEMS, { every: 50, what: "the gateway's are booked" });
    assert.equal((await results(carol, batch.id, { 'x-account-name': home })).status, 200);
    await assertBooked(batch, carol);
    await call(`${s.url}/oauth/accounts/elsewhere`, { method: 'DELETE' });
    await gateway.stop();
  });

  it('and in /metrics once', async () => {
    const rows = bookings(s.relay.dataDir);
    const metrics = await (await fetch(`${s.url}/metrics`)).text();
    const figure = (name) => Number(metrics.match(new RegExp(`^claude_relay_${name} (\\S+)$`, 'm'))[1]);
    assert.equal(figure('bookings_total'), rows.length);
    assert.equal(figure('batch_results_total'), rows.filter((row) => row.batch).length);
    assert.equal(Math.round(figure('cost_dollars_total') * 1e6), rows.reduce((sum, row) => sum + (row.cost_microusd ?? 0), 0));
    assert.equal(figure('tokens_total\\{kind="input"\\}'), rows.reduce((sum, row) => sum + (row.tokens_in ?? 0), 0));
  });

  it('by two relays on one folder, at once', async () => {
    const key = await createKey(s, 'both', MEMBERS);
    const other = await startRelay({ dataDir: s.relay.dataDir, upstream: s.sim.apiUrl, accounts: () => {} });
    const there = keyOf(other, { id: key.id, name: key.name, key: key.text });
    const batch = await made(key);
    await Promise.all(Array.from({ length: 8 }, (_, i) => results(i % 2 ? key : there, batch.id, {}, i % 2 ? s : other)));
    await assertBooked(batch, key);
    await other.stop();
    assert.equal(ask(s.relay.dataDir, `SELECT cost_microusd AS n FROM use_total WHERE subject = ${2 * key.id}`)[0].n, costs(batch.bill));
  });

  it('a budget that they used up is closed to the next batch', async () => {
    const key = await createKey(s, 'spent', { ...MEMBERS, limits: { cost_total: 0.01 } });
    const batch = await made(key);
    await results(key, batch.id);
    await until(async () => (await used(key)) === costs(batch.bill), { what: 'it is charged' });
    const answer = await call(`${s.url}/v1/messages/batches`, { method: 'POST', headers: { ...VERSION, ...key.headers }, body: { requests: [] } });
    assert.equal(answer.status, 402, answer.body.toString());
    assert.equal((await results(key, batch.id)).status, 200, 'what there is may be fetched');
  });
});
