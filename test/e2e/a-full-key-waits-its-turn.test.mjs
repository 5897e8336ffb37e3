// SPDX-License-Identifier: MIT
/* queue_wait: a request that finds all places of its key taken waits for one, first
   come first served; who leaves, leaves the queue. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { assertProblem } from '../support/check.mjs';
import { HELLO } from '../support/http.mjs';
import { admin, createGroup, createKey, keepingUpstream, nothingHeld } from '../support/keys.mjs';
import { describe, rawStage, until } from '../support/processes.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';
import { atLeast } from '../support/time.mjs';

const QUEUE_MAX = 64;
const USED = { tokensIn: 1, tokensOut: 1 };

describe('a full key waits its turn', () => {
  const s = rawStage(keepingUpstream, { env: { WORKERS: '2' } });

  const inFlight = async () => (await admin(s, 'GET', '/admin/api/status')).doc.in_flight;

  /* One after the other: whoever is sent next comes after those who wait already.
     `label` stands in the body, and so in what the upstream got. */
  async function send(key, label, target = '/v1/messages') {
    const client = await RawClient.connect(s.port);
    const before = await inFlight();
    const body = JSON.stringify({ ...HELLO, metadata: { user_id: label } });
    client.write(requestBytes({ target, body, headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01']] }));
    await until(async () => (await inFlight()) > before || client.bytes.length > 0, { what: `${label} is under way` });
    return Object.assign(client, { label });
  }

  const labels = () => s.upstream.kept.map(({ body }) => body.metadata.user_id);
  const reaches = (label) => until(() => labels().includes(label), { what: `${label} reaches the upstream` });

  async function sendMany(key, names) {
    const clients = [];
    for (const name of names) {
      clients.push(await send(key, name));
    }
    return clients;
  }

  async function status(client) {
    return (await client.response()).status;
  }

  it('first come, first served, over both workers', async () => {
    const key = await createKey(s, 'in turn', { queue_wait: '10m', limits: { concurrency: 1 } });
    const names = Array.from({ length: 12 }, (_, i) => `turn ${i}`);
    const clients = await sendMany(key, names);
    const order = [];
    for (const name of names) {
      await reaches(name);
      order.push(...labels());
      s.upstream.release(USED);
    }
    assert.deepEqual(order, names);
    for (const client of clients) {
      assert.equal(await status(client), 200);
      client.leave();
    }
    await nothingHeld(key);
  });

  it('two keys of a group wait in one queue for its places', async () => {
    await createGroup(s, 'all in turn', { limits: { concurrency: 1 } });
    const keys = [];
    for (const name of ['first', 'second']) {
      keys.push(await createKey(s, `${name} in turn`, { group: 'all in turn', queue_wait: '10m' }));
    }
    const names = Array.from({ length: 6 }, (_, i) => `member ${i}`);
    for (const [i, name] of names.entries()) {
      await send(keys[i % 2], name);
    }
    const order = [];
    for (const name of names) {
      await reaches(name);
      order.push(...labels());
      s.upstream.release(USED);
    }
    assert.deepEqual(order, names);
    await nothingHeld(keys[0]);
  });

  for (const end of ['leave', 'reset']) {
    it(`a client that leaves, leaves the queue (${end})`, async () => {
      const key = await createKey(s, `left by ${end}`, { queue_wait: '10m', limits: { concurrency: 1, rpd: 100 } });
      const clients = await sendMany(key, ['a', 'b', 'c', 'd', 'e']);
      const before = await inFlight();
      [clients[1], clients[2], clients[4]].forEach((client) => client[end]());
      await until(async () => (await inFlight()) === before - 3, { what: 'they are gone' });
      await reaches('a');
      s.upstream.release(USED);
      await reaches('d');
      assert.deepEqual(labels(), ['d']);
      /* The one that is served leaves, too: the place goes on. */
      clients.push(await send(key, 'f'));
      clients[3][end]();
      await until(() => labels().includes('f'), { what: 'the place of d goes to f' });
      s.upstream.release(USED);
      await nothingHeld(key);
      assert.equal((await key.limit('rpd')).used, 3, 'those that only waited were counted');
    });
  }

  it('at most so many wait', async () => {
    const key = await createKey(s, 'crowded', { queue_wait: '10m', limits: { concurrency: 1 } });
    const first = await send(key, 'first');
    await reaches('first');
    const before = await inFlight();
    const crowd = await Promise.all(Array.from({ length: QUEUE_MAX + 10 }, () => RawClient.connect(s.port)));
    crowd.forEach((client) => client.write(requestBytes({ body: JSON.stringify({ ...HELLO, metadata: { user_id: 'one' } }), headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01']] })));
    const refused = () => crowd.filter((client) => client.bytes.length > 0);
    await until(async () => refused().length === 10 && (await inFlight()) === before + QUEUE_MAX, { what: `${QUEUE_MAX} wait` });
    for (const client of refused()) {
      assertProblem(await client.response(), 429, 'rate_limit_error', /concurrency/);
    }
    crowd.forEach((client) => client.reset());
    first.reset();
    await nothingHeld(key);
    s.upstream.forget();
    s.upstream.kept.length = 0;
  });

  it('who has waited long enough is refused, and may come again', async () => {
    const key = await createKey(s, 'impatient', { queue_wait: '1s', limits: { concurrency: 1 } });
    await send(key, 'keeps');
    await reaches('keeps');
    const late = await atLeast(1000, async () => (await send(key, 'late')).response());
    assertProblem(late, 429, 'rate_limit_error', /concurrency/);
    assert.ok(Number(late.get('retry-after')) >= 1);
    s.upstream.release(USED);
    await nothingHeld(key);
  });

  it('no other limit is waited for, and without queue_wait none', async () => {
    const key = await createKey(s, 'hurried', { limits: { concurrency: 1 } });
    await send(key, 'goes');
    await reaches('goes');
    assertProblem(await (await send(key, 'refused')).response(), 429, 'rate_limit_error', /concurrency/);
    s.upstream.release(USED);
    await nothingHeld(key);
    const patient = await createKey(s, 'patient', { queue_wait: '10m', limits: { rpm: 1, concurrency: 1 } });
    await send(patient, 'in the minute');
    await reaches('in the minute');
    assertProblem(await (await send(patient, 'too many')).response(), 429, 'rate_limit_error', /rpm/);
    s.upstream.release(USED);
    await nothingHeld(patient);
  });

  it('count_tokens takes no place and waits for none', async () => {
    const key = await createKey(s, 'counts', { queue_wait: '10m', limits: { concurrency: 1 } });
    await send(key, 'a message');
    await reaches('a message');
    await send(key, 'a count', '/v1/messages/count_tokens');
    await reaches('a count');
    s.upstream.release(USED);
    await nothingHeld(key);
  });

  it('a change of the key meanwhile takes nobody out of the queue', async () => {
    const key = await createKey(s, 'changes', { queue_wait: '10m', limits: { concurrency: 1 } });
    const names = ['one', 'two', 'three'];
    const clients = await sendMany(key, names);
    await key.change({ owner: 'somebody else', limits: { concurrency: 3 } });
    for (const [i, name] of names.entries()) {
      await reaches(name);
      s.upstream.release(USED);
      assert.equal(await status(clients[i]), 200);
    }
    await nothingHeld(key);
  });
});
