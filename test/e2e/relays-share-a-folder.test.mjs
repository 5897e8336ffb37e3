// SPDX-License-Identifier: MIT
/* Two relays on one folder: what is done to keys and groups by way of one of them
   holds at the other within moments, and both go on being able to change them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { admin, createGroup, createKey, createKeyByCommand, keyCommand, keyOf } from '../support/keys.mjs';
import { describe, stage, startRelay, until } from '../support/processes.mjs';

describe('two relays on one folder', () => {
  const s = stage({ relay: {} });

  /* The same key, at the other relay. */
  const there = (other, key) => keyOf(other, { id: key.id, name: key.name, key: key.text });
  const status = async (key) => (await key.message()).status;
  const becomes = (key, wanted, what) => until(async () => (await status(key)) === wanted, { what });

  async function withSecond(run) {
    const second = await startRelay({ dataDir: s.relay.dataDir, upstream: s.sim.apiUrl, accounts: () => {} });
    await run(second).finally(() => second.stop());
  }

  const command = (...args) => {
    const done = keyCommand(s.relay.dataDir, ...args);
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, new RegExp(`pid ${s.relay.pid}\\b`));
  };

  it('a key that is made, revoked, restored and purged by command', () =>
    withSecond(async (second) => {
      await createKey(s, 'one that stays');
      const key = createKeyByCommand(s.relay, 'shared');
      const far = there(second, key);
      await becomes(far, 200, 'the key at the second relay');
      command('revoke', 'shared');
      assert.equal(await status(key), 401, 'at once where it was done');
      await becomes(far, 401, 'the revocation at the second relay');
      command('restore', 'shared');
      await becomes(far, 200, 'the key again');
      command('revoke', 'shared');
      command('purge', 'shared');
      await becomes(far, 401, 'the end of the key');
      await until(async () => (await admin(second, 'GET', '/admin/api/keys/shared')).status === 404, { what: 'no key' });
    }));

  it('each changes what the other has just changed, without being told to try again', () =>
    withSecond(async (second) => {
      const key = await createKey(s, 'to and fro');
      const far = there(second, key);
      for (let i = 0; i < 10; i++) {
        await far.change({ note: `far ${i}` });
        await key.change({ owner: `near ${i}` });
      }
      const shown = await key.show();
      assert.deepEqual([shown.note, shown.owner], ['far 9', 'near 9']);
      const rotated = keyOf(s, await far.rotate('0s'));
      await key.revoke();
      assert.equal(await status(rotated), 401);
      await far.restore();
      assert.equal(await status(there(second, rotated)), 200);
      await becomes(rotated, 200, 'the key');
    }));

  it('groups and their limits', () =>
    withSecond(async (second) => {
      const group = await createGroup(s, 'students', { limits: { rpm: 100 } });
      const key = await createKey(second, 'of students', { group: 'students' });
      const near = there(s, key);
      await becomes(near, 200, 'the key at the first relay');
      assert.equal((await admin(second, 'PATCH', `/admin/api/groups/${group.id}`, { limits: { rpm: 0 } })).status, 200);
      await becomes(near, 429, 'the limit of the group');
      await near.change({ group: null });
      assert.equal((await admin(s, 'DELETE', '/admin/api/groups/students')).status, 200);
      await becomes(key, 200, 'the key without its group');
    }));

  it('what the operator says of an account', () =>
    withSecond(async (second) => {
      const of = async (relay) => (await admin(relay, 'GET', '/admin/api/accounts')).doc.accounts[0];
      const { account } = await of(s);
      const say = async (relay, word, body) => assert.equal((await admin(relay, 'POST', `/admin/api/accounts/${account}/${word}`, body)).status, 200);
      const stateBecomes = (relay, state) => until(async () => (await of(relay)).state === state, { what: `${state} at the other` });
      const key = await createKey(s, 'patient');
      const far = there(second, key);
      await becomes(far, 200, 'the key at the second relay');
      await say(s, 'pause', { for: '1h', note: 'tea' });
      await stateBecomes(second, 'paused');
      assert.equal((await of(second)).why, (await of(s)).why);
      assert.equal(await status(far), 429);
      await say(second, 'resume');
      assert.equal(await status(far), 200);
      await stateBecomes(s, 'ready');
      /* What one of them learns does not undo it. */
      await say(s, 'pause', { for: '1h' });
      assert.equal(await status(far) === 200 || (await of(second)).state === 'paused', true);
      await stateBecomes(second, 'paused');
      await say(second, 'clear');
      assert.deepEqual([(await of(s)).state, (await of(second)).state], ['paused', 'paused']);
      await say(s, 'resume');
      await stateBecomes(second, 'ready');
    }));
});
