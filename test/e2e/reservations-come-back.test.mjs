// SPDX-License-Identifier: MIT
/* Whatever way requests end, what they held of their key's limits is given back, and
   what still fits is served. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { HELLO, stream } from '../support/http.mjs';
import { admin, createGroup, createKey, held, nothingHeld, usd, worst } from '../support/keys.mjs';
import { describe, stage, until, writeOauth } from '../support/processes.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';

const MANY = 500;
const AT_ONCE = 50;
const STREAM = { ...HELLO, stream: true };
/* Far away, so that all is counted and nothing refused. */
const ALL = { rpm: 100000, tpm_in: 1e9, tpm_out: 1e9, rpd: 100000, concurrency: 1000, cost_5h: 1e4, cost_day: 1e4, cost_week: 1e4, cost_month: 1e4, cost_total: 1e4 };

/* All of them, so many at a time. */
async function each(list, run) {
  const left = list.entries();
  const one = async () => {
    for (const [i, item] of left) {
      await run(item, i);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/* ---- ways to end ----------------------------------------------------------- */

const ways = {
  'the answer is complete': async (key, i) => {
    if (i % 2) {
      const answer = await key.message();
      assert.equal(answer.status, 200);
      assert.ok(answer.complete);
    } else {
      const events = await stream(key.relay.url, { headers: key.headers, body: STREAM });
      assert.equal(await events.ended, true);
    }
  },
  'the client leaves': async (key, i) => {
    const events = await stream(key.relay.url, { headers: { ...key.headers, 'x-sim-endless': '1', 'x-sim-gap-ms': '5' }, body: STREAM });
    for (let n = 0; n < i % 4; n++) {
      await events.next();
    }
    events.leave();
  },
  'the upstream cuts it': async (key, i) => {
    const fault = [{ 'x-sim-cut-at': '40' }, { 'x-sim-reset-at': '400' }, { 'x-sim-before-head': 'reset' }, { 'x-sim-garbage-head': '1', 'x-sim-close': '1' }, { 'x-sim-before-head': 'cut' }][i % 5];
    const answer = await key.message({ headers: fault, body: STREAM }).catch(() => null);
    assert.ok(!answer || answer.status === 502 || !answer.complete, `${answer?.status}`);
  },
  'the upstream refuses it': async (key, i) => {
    const answer = await key.message({ headers: { 'x-sim-status': i % 2 ? '529' : '429' } });
    assert.equal(answer.status, i % 2 ? 529 : 429);
  },
};

describe('reservations come back', () => {
  const s = stage({ relay: { env: { WORKERS: '2' } } });
  let number = 0;
  const newKey = (members = {}) => createKey(s, `key ${++number}`, { limits: ALL, ...members });

  async function assertServed(key) {
    const answer = await key.message();
    assert.equal(answer.status, 200, answer.body.toString());
    await nothingHeld(key);
  }

  /* Places are counted by the relay, requests by the other side. */
  async function assertAllIsBack(key, name, group) {
    await nothingHeld(key);
    const me = await key.me();
    for (const [limit, view] of Object.entries({ ...me.limits, ...me.group?.limits })) {
      assert.equal(view.reserved, 0, `${limit} of ${name}`);
    }
    assert.equal(me.limits.concurrency.used, 0);
    if (group) {
      assert.deepEqual(me.group.limits.rpd.used, me.limits.rpd.used);
    }
    await assertServed(key);
  }

  it(`${MANY} requests that end in all ways at once`, async () => {
    await createGroup(s, 'all ways', { limits: ALL });
    const key = await newKey({ group: 'all ways' });
    const runs = Object.values(ways);
    await s.sim.clear();
    await each(Array.from({ length: MANY }), (_, i) => runs[i % runs.length](key, i >> 2));
    await nothingHeld(key);
    const { limits } = await key.me();
    const arrived = (await s.sim.totals()).requests;
    /* One may have been sent again over a fresh connection, and is one request. */
    assert.equal(limits.rpd.used, MANY);
    assert.ok(arrived >= MANY, `${arrived} arrived`);
    await assertAllIsBack(key, 'all ways', true);
    /* Not one place is missing. */
    await key.change({ limits: { concurrency: 4 } });
    const four = await Promise.all(Array.from({ length: 4 }, () => stream(s.url, { headers: { ...key.headers, 'x-sim-endless': '1', 'x-sim-gap-ms': '5' }, body: STREAM })));
    assert.deepEqual(four.map(({ status }) => status), [200, 200, 200, 200]);
    assert.equal((await key.message()).status, 429);
    four.forEach((one) => one.leave());
    await nothingHeld(key);
  });

  /* Of an answer that broke off before it said what it cost, the most is booked. */
  it('with one place, and a budget that only just suffices, what still fits is served', async () => {
    const most = worst(STREAM);
    const runs = 4;
    const all = 1 + 2 * Object.keys(ways).length * runs;
    const key = await newKey({ reserve: 'strict', limits: { concurrency: 1, cost_total: usd(all * most.microusd) } });
    for (const [name, run] of Object.entries(ways)) {
      for (let i = 0; i < runs; i++) {
        await run({ ...key, relay: s, message: (options) => key.message({ ...options, body: options?.body ?? HELLO }) }, i);
        await nothingHeld(key);
      }
      const answer = await key.message();
      assert.equal(answer.status, 200, `${name}: ${answer.body}`);
      await nothingHeld(key);
    }
  });

  /* ---- clients that are killed, in every state ------------------------------- */

  const body = JSON.stringify(STREAM);
  const bytes = (key, extra = []) =>
    requestBytes({ body, headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01'], ['content-type', 'application/json'], ...extra] });

  /* Each brings the client to where it is killed. */
  const states = {
    'in the middle of its head': async (client, key) => {
      client.write(bytes(key).subarray(0, 60));
    },
    'in the middle of its body': async (client, key) => {
      client.write(bytes(key).subarray(0, -10));
    },
    'with a body that is just complete': async (client, key) => {
      client.write(bytes(key));
    },
    'while the upstream is silent': async (client, key, name) => {
      client.write(bytes(key, [['x-sim-before-head', 'stall'], ['x-sim-name', name]]));
      await until(async () => (await s.sim.ledger(name)).length > 0, { what: 'the request is upstream' });
      assert.notDeepEqual(await held(key), [], 'nothing was held');
    },
    'behind the head': async (client, key, name) => {
      client.write(bytes(key, [['x-sim-after-head-ms', '600000'], ['x-sim-name', name]]));
      await client.wait(() => client.bytes.includes('\r\n\r\n'), { what: 'a head' });
    },
    'in the stream': async (client, key) => {
      client.write(bytes(key, [['x-sim-endless', '1'], ['x-sim-gap-ms', '5']]));
      await client.wait(() => client.bytes.includes('content_block_delta'), { what: 'an event' });
      assert.notDeepEqual(await held(key), [], 'nothing was held');
    },
    'while it reads nothing': async (client, key) => {
      client.write(bytes(key, [['x-sim-endless', '1'], ['x-sim-event-size', '100000']]));
      await client.wait(() => client.bytes.length > 0);
      client.socket.pause();
    },
    'with a second request behind it': async (client, key) => {
      client.write(Buffer.concat([bytes(key, [['x-sim-endless', '1'], ['x-sim-gap-ms', '5']]), bytes(key)]));
      await client.wait(() => client.bytes.includes('content_block_delta'), { what: 'an event' });
    },
  };

  for (const [state, bring] of Object.entries(states)) {
    for (const end of ['reset', 'leave']) {
      it(`the client is gone (${end}) ${state}`, async () => {
        const key = await newKey();
        for (let i = 0; i < 4; i++) {
          const client = await RawClient.connect(s.port);
          await bring(client, key, `${end} ${state} ${i}`);
          client[end]();
        }
        await nothingHeld(key);
        await assertServed(key);
      });
    }
  }

  it('the client is gone while it waits for a place', async () => {
    const key = await newKey({ queue_wait: '10m', limits: { ...ALL, concurrency: 1 } });
    const first = await stream(s.url, { headers: { ...key.headers, 'x-sim-endless': '1', 'x-sim-gap-ms': '5' }, body: STREAM });
    assert.equal(first.status, 200);
    const rpd = async () => (await key.limit('rpd')).used;
    const waiting = await Promise.all(Array.from({ length: 6 }, () => RawClient.connect(s.port)));
    waiting.forEach((client) => client.write(bytes(key)));
    await until(async () => (await inFlight()) >= 7, { what: 'six wait' });
    waiting.forEach((client, i) => (i % 2 ? client.reset() : client.leave()));
    await until(async () => (await inFlight()) === 1, { what: 'nobody waits' });
    first.leave();
    await nothingHeld(key);
    assert.equal(await rpd(), 1, 'those that only waited were counted');
    await assertServed(key);
  });

  const inFlight = async () => (await admin(s, 'GET', '/admin/api/status')).doc.in_flight;
});

describe('reservations come back from a token that is being refreshed', () => {
  let file;
  const s = stage({ relay: { accounts: (dir) => (file = writeOauth(dir, 'old')) } });
  const request = (key) => requestBytes({ body: JSON.stringify(HELLO), headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01']] });

  it('whether the clients leave or the refresh fails', async () => {
    const key = await createKey(s, 'waits for a token', { limits: ALL, accounts: ['old'] });
    await s.sim.oauth({ hold: true, tokens: [{ token: file.access_token, state: 'expired' }, { token: file.refresh_token, state: 'spent' }] });
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(s.port)));
    clients.forEach((client) => client.write(request(key)));
    await until(async () => (await s.sim.totals()).requests >= clients.length, { what: 'the token is refused' });
    const places = async () => (await held(key)).find(([name]) => name === 'concurrency')?.[1] ?? 0;
    assert.equal(await places(), clients.length);
    clients.splice(0, 4).forEach((client) => client.reset());
    await until(async () => (await places()) === clients.length, { what: 'those that left gave their places back' });
    await s.sim.oauth({ hold: false });
    for (const client of clients) {
      assert.equal((await client.response()).status, 401);
      client.leave();
    }
    await nothingHeld(key);
  });
});
