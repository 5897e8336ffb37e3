// SPDX-License-Identifier: MIT
/* queue_wait: a request that finds all places of its key taken waits for one, first
   come first served; who leaves, leaves the queue. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { assertProblem } from '../support/check.mjs';
import { HELLO } from '../support/http.mjs';
import { admin, createGroup, createKey, keepingUpstream, nothingHeld } from '../support/keys.mjs';
import { describe, rawStage, startRelay, until } from '../support/processes.mjs';
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

  /* ---- changes while they wait: nobody gives a place back ---------------------- */

  async function letGo(names) {
    for (const name of names) {
      await reaches(name);
    }
    names.forEach(() => s.upstream.release(USED));
  }

  /* In the order in which they reached the upstream; more than one at a time are on
     connections of their own, so that theirs is what the relay admitted them in. */
  it('a raised limit lets those in who are next, over both workers', async () => {
    const key = await createKey(s, 'raised', { queue_wait: '10m', limits: { concurrency: 1 } });
    const names = Array.from({ length: 8 }, (_, i) => `raised ${i}`);
    const clients = await sendMany(key, names);
    await reaches(names[0]);
    for (const [limit, name] of names.slice(1).entries()) {
      await key.change({ limits: { concurrency: limit + 2 } });
      await reaches(name);
    }
    assert.deepEqual(labels(), names);
    await letGo(names);
    for (const client of clients) {
      assert.equal(await status(client), 200);
    }
    await nothingHeld(key);
  });

  it('nobody who comes after the change overtakes', async () => {
    const key = await createKey(s, 'overtaken', { queue_wait: '10m', limits: { concurrency: 1 } });
    for (let round = 0; round < 5; round++) {
      const [running, ...waiting] = Array.from({ length: 6 }, (_, i) => `before ${round} ${i}`);
      await send(key, running);
      await reaches(running);
      await sendMany(key, waiting);
      const late = await RawClient.connect(s.port);
      const body = JSON.stringify({ ...HELLO, metadata: { user_id: 'late' } });
      await Promise.all([
        key.change({ limits: { concurrency: 1 + waiting.length } }),
        Promise.resolve().then(() => late.write(requestBytes({ body, headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01']] }))),
      ]);
      await letGo([running, ...waiting]);
      await reaches('late');
      s.upstream.release(USED);
      assert.equal(await status(late), 200);
      await key.change({ limits: { concurrency: 1 } });
      await nothingHeld(key);
    }
  });

  it('a raised limit of the group lets them in, and so does another group, or none', async () => {
    await createGroup(s, 'narrow', { limits: { concurrency: 1 } });
    await createGroup(s, 'wide', { limits: { concurrency: 1 } });
    const taker = await createKey(s, 'takes the place', { group: 'narrow' });
    const keys = [];
    for (const name of ['moves', 'goes out', 'stays']) {
      keys.push(await createKey(s, name, { group: 'narrow', queue_wait: '10m' }));
    }
    await send(taker, 'takes');
    await reaches('takes');
    for (const key of keys) {
      await send(key, key.name);
    }
    await keys[0].change({ group: 'wide' });
    await reaches('moves');
    /* That one is full now. */
    await keys[1].change({ group: 'wide' });
    await keys[1].change({ group: null });
    await reaches('goes out');
    await admin(s, 'PATCH', '/admin/api/groups/narrow', { limits: { concurrency: 2 } });
    await reaches('stays');
    assert.deepEqual(labels(), ['takes', 'moves', 'goes out', 'stays']);
    labels().forEach(() => s.upstream.release(USED));
    for (const key of [taker, ...keys]) {
      await nothingHeld(key);
    }
  });

  const refused = [
    ['is revoked', (key) => key.revoke(), 401, 'authentication_error', /was revoked/],
    ['is purged', (key) => key.revoke().then(() => key.purge()), 401, 'authentication_error', /was revoked|is not known/],
    ['is switched off', (key) => key.change({ enabled: false }), 401, 'authentication_error', /switched off/],
    ['is rotated without an overlap', (key) => key.rotate('0s'), 401, 'authentication_error', /rotated/],
    ['expires', (key) => key.change({ expires: new Date(Date.now() + 1500).toISOString() }), 401, 'authentication_error', /expired/],
    ['may not use the model', (key) => key.change({ deny_models: ['*'] }), 403, 'permission_error', /may not use the model/],
    ['may not call this', (key) => key.change({ allow: ['files'] }), 403, 'permission_error', /may not call this/],
    ['may not be used from here', (key) => key.change({ addresses: ['10.9.8.7'] }), 403, 'permission_error', /addresses/],
    ['is for other clients', (key) => key.change({ clients: ['claude-cli/*'] }), 403, 'permission_error', /is for the clients/],
    ['has no budget any more', (key) => key.change({ limits: { cost_total: 0 } }), 402, 'billing_error', /cost_total/],
    ['may do nothing at all', (key) => key.change({ limits: { concurrency: 0 } }), 429, 'rate_limit_error', /concurrency/],
    ['does not wait any more', (key) => key.change({ queue_wait: '0s' }), 429, 'rate_limit_error', /concurrency/],
  ];
  for (const [what, change, code, type, text] of refused) {
    it(`those who wait are refused at once when their key ${what}`, async () => {
      const key = await createKey(s, `waits and ${what}`, { queue_wait: '10m', limits: { concurrency: 1 } });
      await send(key, 'runs');
      await reaches('runs');
      const clients = await sendMany(key, ['one', 'two', 'three']);
      await change(key);
      for (const client of clients) {
        assertProblem(await client.response(), code, type, text);
      }
      assert.deepEqual(labels(), ['runs'], 'none of them was sent');
      s.upstream.release(USED);
    });
  }

  it('a change of the key meanwhile takes nobody out of the queue', async () => {
    const key = await createKey(s, 'changes', { queue_wait: '10m', limits: { concurrency: 1 } });
    const names = ['one', 'two', 'three'];
    const clients = await sendMany(key, names);
    await key.change({ owner: 'somebody else', limits: { rpm: 1000 } });
    for (const [i, name] of names.entries()) {
      await reaches(name);
      s.upstream.release(USED);
      assert.equal(await status(clients[i]), 200);
    }
    await nothingHeld(key);
  });

  /* On both workers, at the key and at the group, and in the midst of a change: nobody
     holds up the relay's end. */
  it('a relay that stops waits for none of them', async () => {
    const relay = await startRelay({ upstream: `${s.upstream.url}/v1/messages`, env: { WORKERS: '2' } });
    await createGroup(relay, 'full', { limits: { concurrency: 1 } });
    const members = { queue_wait: '10m', limits: { concurrency: 2 }, group: 'full', accounts: ['demo'] };
    const key = await createKey(relay, 'waits at the end', members);
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(relay.port)));
    clients.forEach((client, i) => client.write(requestBytes({ body: JSON.stringify({ ...HELLO, metadata: { user_id: `end ${i}` } }), headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01']] })));
    await until(async () => (await admin(relay, 'GET', '/admin/api/status')).doc.in_flight === clients.length, { what: 'all are under way' });
    await until(() => labels().length === 1, { what: 'one of them is sent' });
    const change = key.change({ owner: 'somebody else' }).catch(() => {});
    await relay.stop();
    await change;
    const answers = await Promise.all(clients.map((client) => client.response().catch(() => undefined)));
    const refused = answers.filter((answer) => answer?.status === 503);
    assert.equal(refused.length, clients.length - 1);
    refused.forEach((answer) => assertProblem(answer, 503, 'api_error', /the relay is stopping/));
    assert.equal(labels().length, 1, 'nobody else is sent');
    s.upstream.forget();
    s.upstream.kept.length = 0;
  });
});
