// SPDX-License-Identifier: MIT
/* What was shown of a key is on the disk: a relay that is killed the moment after has
   lost nothing of it.  Its text is nowhere: not in a file, not in the log, and not in
   the relay's memory. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { message } from '../support/http.mjs';
import { admin, createGroup, createKey, createKeyByCommand, keyCommand, keyOf, KEY_TEXT } from '../support/keys.mjs';
import { leaveMemory } from '../support/memory.mjs';
import { addApiKey, describe, filesBelow, sanitized, startRelay, startSim, tempFolder } from '../support/processes.mjs';
import { isRoot } from '../support/users.mjs';

const KILLS = 5;

describe('a created key is durable', () => {
  let sim;
  before(async () => {
    sim = await startSim();
  });
  after(() => sim.program.child.kill('SIGKILL'));

  const start = (dataDir) => startRelay({ upstream: sim.apiUrl, ...(dataDir ? { dataDir, accounts: () => {} } : {}), env: { WORKERS: '2' } });
  const kill = async (relay) => {
    await relay.program.kill();
    assert.doesNotMatch(relay.log, KEY_TEXT);
  };
  const status = async (relay, key) => (await message(relay.url, { headers: key.headers })).status;

  it('kill -9 right after it was shown', async () => {
    let relay = await start();
    const { dataDir } = relay;
    const made = [];
    for (let i = 0; i < KILLS; i++) {
      /* Several at a time: one answer comes first. */
      const first = await Promise.race([1, 2, 3].map((n) => createKey(relay, `key ${i}.${n}`, { owner: 'me', tags: ['a', 'b'], limits: { rpm: 7, cost_day: 1.25 } })));
      await kill(relay);
      made.push(first);
      relay = await start(dataDir);
    }
    for (const key of made) {
      assert.equal(await status(relay, key), 200, key.name);
      const shown = await keyOf(relay, { ...key, key: key.text }).show();
      assert.deepEqual([shown.name, shown.owner, shown.tags, shown.limits], [key.name, 'me', ['a', 'b'], { rpm: 7, cost_day: 1.25 }]);
    }
    await relay.stop();
  });

  it('kill -9 right after it was created by command', async () => {
    let relay = await start();
    const { dataDir } = relay;
    const key = createKeyByCommand(relay, 'by command', '--limit', 'rpm=7');
    await kill(relay);
    relay = await start(dataDir);
    assert.equal(await status(relay, key), 200);
    await relay.stop();
  });

  /* What was answered is so, whatever it was. */
  const changes = {
    'it was revoked': [(key) => key.revoke(), 401],
    'it was switched off': [(key) => key.change({ enabled: false }), 401],
    'it was revoked and restored': [async (key) => (await key.revoke(), await key.restore()), 200],
    'it was purged': [async (key) => (await key.revoke(), await key.purge()), 401],
    'its limit was set': [(key) => key.change({ limits: { rpd: 0 } }), 429],
    'it may call nothing of that': [(key) => key.change({ allow: ['files'] }), 403],
    'it has expired': [(key) => key.change({ expires: '2020-01-01' }), 401],
    'its text was changed': [(key) => key.rotate('0s'), 401],
    'its group may do nothing': [(key) => admin(key.relay, 'PATCH', '/admin/api/groups/all', { limits: { cost_total: 0 } }), 402],
  };
  it('kill -9 right after it was changed', async () => {
    const relay = await start();
    const keys = [];
    await createGroup(relay, 'all');
    for (const what of Object.keys(changes)) {
      keys.push([what, await createKey(relay, what, what.startsWith('its group') ? { group: 'all' } : {})]);
    }
    const newer = {};
    for (const [what, key] of keys) {
      newer[what] = await changes[what][0](key);
    }
    await kill(relay);
    const again = await start(relay.dataDir);
    for (const [what, key] of keys) {
      assert.equal(await status(again, key), changes[what][1], what);
    }
    assert.equal(await status(again, keyOf(again, newer['its text was changed'])), 200, 'its new text');
    await again.stop();
  });

  it('without a relay, by command', async () => {
    const folder = path.join(tempFolder(), 'data');
    addApiKey(folder, 'demo');
    const key = createKeyByCommand({ dataDir: folder }, 'alone');
    const relay = await start(folder);
    assert.equal(await status(relay, key), 200);
    assert.equal((await message(relay.url)).status, 401, 'this machine, without a key');
    await relay.stop();
  });

  /* ---- nowhere ------------------------------------------------------------- */

  /* Bytes of the text, and of it without its beginning, which is shown. */
  const spellings = (text) => [text, text.slice(3), text.slice(12), Buffer.from(text.slice(3), 'base64url').toString('hex')].map((part) => Buffer.from(part)).concat(Buffer.from(text.slice(3), 'base64url'));

  it('its text is in no file', async () => {
    const relay = await start();
    const keys = [await createKey(relay, 'api'), createKeyByCommand(relay, 'command')];
    const rotated = keyOf(relay, await keys[0].rotate('1h'));
    for (const key of [...keys, rotated]) {
      assert.equal(await status(relay, key), 200);
      assert.equal((await message(relay.url, { headers: { 'x-api-key': `${key.text}x` } })).status, 401);
    }
    keyCommand(relay.dataDir, 'list');
    const search = () => {
      for (const file of filesBelow(relay.dataDir)) {
        const bytes = fs.readFileSync(file);
        for (const key of [...keys, rotated]) {
          assert.ok(spellings(key.text).every((part) => !bytes.includes(part)), `the key ${key.name} stands in ${file}`);
        }
      }
    };
    search();
    await relay.stop();
    search();
    assert.doesNotMatch(relay.log, KEY_TEXT);
  });

  /* Only root may look there; and a sanitizer keeps what was freed. */
  it('its text stays not in memory', { skip: !isRoot || sanitized }, async () => {
    const relay = await start();
    const texts = [];
    for (let i = 0; i < 5; i++) {
      const key = await createKey(relay, `key ${i}`);
      texts.push(key.text, (await key.rotate('1h')).key);
    }
    texts.push(createKeyByCommand(relay, 'by command').text);
    /* An answer may be there a moment before what it was made of is wiped. */
    await leaveMemory(relay.pid, texts.map((text) => text.slice(12)));
    await relay.stop();
  });
});
