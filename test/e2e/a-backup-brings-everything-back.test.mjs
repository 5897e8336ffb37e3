// SPDX-License-Identifier: MIT
/* claude-relay backup of a relay that runs, and restore on one that does not. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { message } from '../support/http.mjs';
import { addApiKey, API_KEY, command, describe, startRelay, startSim, tempFolder, writeOauth } from '../support/processes.mjs';

const run = (dataDir, ...args) => command([...args, '--data-dir', dataDir], { input: `${API_KEY}\n` });

describe('backup and restore', () => {
  it('a copy of a running relay serves in another folder', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl, accounts: (dir) => writeOauth(dir, 'max') });
    const file = path.join(tempFolder(), 'relay.tar');
    const made = run(relay.dataDir, 'backup', file);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /\d+ files of .* are in .*relay\.tar/);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.equal((await message(relay.url)).status, 200);

    const busy = run(relay.dataDir, 'restore', file, '--force');
    assert.equal(busy.status, 1);
    assert.match(busy.stderr, /relay/);
    await relay.stop();

    const dir = path.join(tempFolder(), 'new');
    const back = run(dir, 'restore', file);
    assert.equal(back.status, 0, back.stderr);
    assert.match(back.stdout, /files of the backup of 20/);
    assert.equal(fs.statSync(dir).mode & 0o777, 0o700);
    assert.equal(fs.statSync(path.join(dir, 'oauth_max.json')).mode & 0o777, 0o600);
    assert.equal(fs.existsSync(path.join(dir, 'control.sock')), false);
    const second = await startRelay({ upstream: sim.apiUrl, dataDir: dir, accounts: () => {} });
    assert.equal((await message(second.url)).status, 200);
    await second.stop();
    await sim.stop();
  });

  it('what is there is in the way, and kept aside with --force', () => {
    const from = path.join(tempFolder(), 'from');
    const to = path.join(tempFolder(), 'to');
    const file = path.join(tempFolder(), 'relay.tar');
    addApiKey(from, 'old');
    addApiKey(to, 'mine');
    assert.equal(run(from, 'backup', file).status, 0);
    const refused = run(to, 'restore', file);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /--force/);
    assert.match(run(to, 'account', 'list').stdout, /^mine /m);
    const forced = run(to, 'restore', file, '--force');
    assert.equal(forced.status, 0, forced.stderr);
    const [, aside] = /What was there is kept in (.*)\./.exec(forced.stdout);
    assert.ok(fs.readdirSync(aside).includes('apikey_mine.json'), aside);
    assert.match(run(to, 'account', 'list').stdout, /^old /m);
  });

  it('what is no backup changes nothing', () => {
    const dir = path.join(tempFolder(), 'data');
    const file = path.join(tempFolder(), 'odd.tar');
    fs.writeFileSync(file, 'no tar');
    assert.equal(run(dir, 'restore', file).status, 1);
    assert.equal(run(dir, 'restore', `${file}.none`).status, 1);
    assert.equal(run(dir, 'restore').status, 2);
    assert.equal(run(dir, 'restore', file, '--forse').status, 2);
    assert.equal(run(dir, 'backup').status, 2);
    assert.equal(run(dir, 'backup', 'a', 'b').status, 2);
    const left = fs.existsSync(dir) ? fs.readdirSync(dir) : [];
    assert.deepEqual(left.filter((name) => !name.startsWith('.')), []);
  });
});
