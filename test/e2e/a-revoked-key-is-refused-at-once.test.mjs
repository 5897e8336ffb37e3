// SPDX-License-Identifier: MIT
/* When the answer to "revoke it" is there, the very next request with the key is
   refused: on each worker, on connections that are open already, whoever revoked it
   and how.  A key that is refused is not used. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { HELLO, stream } from '../support/http.mjs';
import { admin, createGroup, createKey, createKeyByCommand, keyCommand, keyOf } from '../support/keys.mjs';
import { describe, stage } from '../support/processes.mjs';
import { assertProblem } from '../support/check.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';

/* Connections are spread over the workers by the kernel: with so many, none of two is
   left out. */
const CROWD = 24;

const request = (key) => requestBytes({ body: JSON.stringify(HELLO), headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01']] });

describe('a revoked key is refused at once', () => {
  const s = stage({ relay: { env: { WORKERS: '2' } } });

  const crowdOf = (count = CROWD) => Promise.all(Array.from({ length: count }, () => RawClient.connect(s.port)));

  async function ask(clients, key) {
    clients.forEach((client) => client.write(request(key)));
    return Promise.all(clients.map((client) => client.response()));
  }

  async function assertAll(clients, key, status, text) {
    for (const answer of await ask(clients, key)) {
      if (status === 200) {
        assert.equal(answer.status, 200, answer.body.toString());
      } else {
        assertProblem(answer, status, null, text);
      }
    }
  }

  const command = (...args) => {
    const done = keyCommand(s.relay.dataDir, ...args);
    assert.equal(done.status, 0, done.stderr);
  };

  /* [what is done, what comes of it, what takes it back] */
  const ways = {
    'revoked over HTTP': [(key) => key.revoke(), 401, /revoked/, (key) => key.restore()],
    'revoked by command': [(key) => command('revoke', key.name), 401, /revoked/, (key) => command('restore', key.name)],
    'switched off over HTTP': [(key) => key.change({ enabled: false }), 401, /off|disabled/, (key) => key.change({ enabled: true })],
    'switched off by command': [(key) => command('edit', key.name, '--enabled', 'off'), 401, /off|disabled/, (key) => command('edit', key.name, '--enabled', 'on')],
    expired: [(key) => key.change({ expires: '2020-01-01T00:00:00Z' }), 401, /expired/, (key) => key.change({ expires: null })],
    'allowed something else': [(key) => key.change({ allow: ['files'] }), 403, /may not call this.*messages/, (key) => key.change({ allow: null })],
    'not for this model any more': [(key) => key.change({ deny_models: ['claude-*'] }), 403, /claude-sonnet-5/, (key) => key.change({ deny_models: null })],
    'not from this address any more': [(key) => key.change({ addresses: ['192.0.2.0/24'] }), 403, /address/, (key) => key.change({ addresses: null })],
    'without any budget': [(key) => key.change({ limits: { cost_total: 0 } }), 402, /cost_total/, (key) => key.change({ limits: { cost_total: null } })],
    'in a group that may do nothing': [(key) => key.change({ group: 'nothing' }), 429, /group nothing.*rpm/, (key) => key.change({ group: null })],
  };

  for (const [name, [take, status, text, give]] of Object.entries(ways)) {
    it(`${name}: refused at the very next request, and served as soon as that is taken back`, async () => {
      if (name.startsWith('in a group')) {
        await createGroup(s, 'nothing', { limits: { rpm: 0 } });
      }
      const key = await createKey(s, name);
      const clients = await crowdOf();
      for (let i = 0; i < 3; i++) {
        await assertAll(clients, key, 200);
        await take(key);
        /* Refused ones of which no more is expected are hung up on. */
        const fresh = await crowdOf();
        await assertAll(fresh, key, status, text);
        await assertAll(clients.splice(0), key, status, text);
        await give(key);
        clients.push(...(await crowdOf()));
      }
      await assertAll(clients, key, 200);
      clients.forEach((client) => client.leave());
    });
  }

  it('purged: as if it had never been', async () => {
    const key = await createKey(s, 'purged');
    /* Guesses beyond twenty are slowed down, and that is one now. */
    const clients = await crowdOf(12);
    await assertAll(clients, key, 200);
    await key.revoke();
    await key.purge();
    await assertAll(clients, key, 401, /not a relay key/);
    assert.equal((await admin(s, 'GET', '/admin/api/keys/purged')).status, 404);
  });

  it('rotated: the former text ends when it was said, the new one works at once', async () => {
    const key = await createKey(s, 'rotated');
    const second = keyOf(s, await key.rotate('1h'));
    for (const each of [key, second]) {
      await assertAll(await crowdOf(), each, 200);
    }
    const third = keyOf(s, await second.rotate('0s'));
    await assertAll(await crowdOf(), second, 401);
    await assertAll(await crowdOf(), third, 200);
    await third.revoke();
    for (const each of [key, second, third]) {
      await assertAll(await crowdOf(), each, 401);
    }
  });

  it('it was not used while it was refused', async () => {
    const key = createKeyByCommand(s.relay, 'never used');
    await key.revoke();
    await assertAll(await crowdOf(), key, 401, /revoked/);
    let shown = await key.show();
    assert.deepEqual([shown.first_used_at, shown.last_used_at, shown.total.requests], [null, null, 0]);
    await key.restore();
    assert.equal((await key.message()).status, 200);
    shown = await key.show();
    assert.ok(shown.first_used_at && shown.last_used_at);
    assert.equal(shown.total.requests, 1);
  });

  it('the days after its first use do not begin while it is refused', async () => {
    const key = await createKey(s, 'thirty days', { expires: '30d after first use', enabled: false });
    await assertAll(await crowdOf(), key, 401);
    assert.equal((await key.show()).expires_at, null);
    await key.change({ enabled: true });
    assert.equal((await key.message()).status, 200);
    const { first_used_at: first, expires_at: end } = await key.show();
    assert.equal(Date.parse(end) - Date.parse(first), 30 * 86400e3);
  });

  it('an answer that streams already goes on to its end', async () => {
    const key = await createKey(s, 'streams');
    const events = await stream(s.url, { headers: { ...key.headers, 'x-sim-events': '20', 'x-sim-gap-ms': '5' }, body: { ...HELLO, stream: true } });
    assert.equal(events.status, 200);
    await key.revoke();
    assert.equal(await events.ended, true);
    assert.equal((await key.message()).status, 401);
  });

  it('one who asks all the time, while it is revoked and restored', async () => {
    const key = await createKey(s, 'to and fro');
    for (let i = 0; i < 40; i++) {
      await key.revoke();
      const refused = await Promise.all(Array.from({ length: 4 }, () => key.message()));
      assert.deepEqual(refused.map((answer) => answer.status), [401, 401, 401, 401]);
      await key.restore();
      const served = await Promise.all(Array.from({ length: 4 }, () => key.message()));
      assert.deepEqual(served.map((answer) => answer.status), [200, 200, 200, 200]);
    }
  });
});
