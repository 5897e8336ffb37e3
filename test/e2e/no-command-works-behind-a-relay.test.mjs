// SPDX-License-Identifier: MIT
/* A command writes into the folder itself only while no relay runs or starts there.
   One that has no control socket, or none yet, is waited for; then the command goes
   through it, or does nothing and fails. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, after, it } from 'node:test';

import { admin, createKey, keyCommand, keyOf } from '../support/keys.mjs';
import { addApiKey, API_KEY, command, commandBeside, describe, Program, relayBinary, SEEN, startRelay, startSim, tempFolder, until, ways } from '../support/processes.mjs';
import { sleep } from '../support/time.mjs';

describe('commands and a relay that cannot be asked', () => {
  let sim;
  before(async () => {
    sim = await startSim();
  });
  after(() => sim.program.child.kill('SIGKILL'));

  const start = (options = {}) => startRelay({ upstream: sim.apiUrl, ...options });
  const socketOf = (dir) => path.join(dir, 'control.sock');
  const status = async (key) => (await key.message()).status;
  const keyBeside = (dir, ...args) => commandBeside(['key', ...args, '--data-dir', dir]);

  /* Keys of a folder on which no relay runs. */
  function folderWith(names) {
    const dir = path.join(tempFolder(), 'data');
    addApiKey(dir, 'demo');
    const docs = names.map((name) => {
      const made = keyCommand(dir, 'create', name, '--json');
      assert.equal(made.status, 0, made.stderr);
      return JSON.parse(made.stdout);
    });
    return { dir, docs };
  }

  /* Revoked while it starts, at whatever moment of that: when the command says that it
     is done, no relay serves the key. */
  it('a key that is revoked while the relay starts is not served by it', { timeout: 600000 }, async () => {
    const rounds = 12;
    const { dir, docs } = folderWith(['stays', ...Array.from({ length: rounds }, (_, i) => `goes-${i}`)]);
    for (let i = 0; i < rounds; i++) {
      const starting = start({ dataDir: dir, accounts: () => {} });
      const revoking = sleep(i * 4).then(() => keyBeside(dir, 'revoke', `goes-${i}`));
      const [relay, done] = await Promise.all([starting, revoking]);
      assert.equal(done.status, 0, done.stderr);
      assert.equal(await status(keyOf(relay, docs[0])), 200);
      assert.equal(await status(keyOf(relay, docs[i + 1])), 401, `round ${i}: ${done.stderr}`);
      await relay.stop();
    }
  });

  /* `flock` has the lock that such a command has, for as long as the test wants. */
  it('a relay waits with its start for a command that works on the folder', { skip: spawnSync('flock', ['--version']).error && 'there is no flock' }, async () => {
    const { dir } = folderWith(['stays']);
    const holder = new Program('flock', ['-x', path.join(dir, '.in-use'), 'sh', '-c', 'echo held; read line'], {}, tempFolder(), 'pipe');
    await holder.ready(/held/);
    const relay = new Program(relayBinary, ['--port', '0'], { DATA_DIR: dir, ...ways({ upstream: sim.apiUrl }), ...SEEN }, tempFolder());
    await until(() => /another command works on \S+ itself: waiting for it, \d+ s more at most/.test(relay.err), { what: 'the relay at the lock' });
    assert.equal(fs.existsSync(socketOf(dir)), false);
    holder.child.stdin.end('\n');
    await relay.ready(/listening on/);
    assert.deepEqual(await relay.terminate(), { code: 0, signal: null });
  });

  it('a socket that was removed is waited for, and used', async () => {
    const relay = await start();
    await createKey(relay, 'stays');
    const key = await createKey(relay, 'goes');
    fs.rmSync(socketOf(relay.dataDir));
    const done = await keyBeside(relay.dataDir, 'revoke', 'goes');
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, new RegExp(`pid ${relay.pid}\\b`));
    assert.equal(await status(key), 401);
    await relay.stop();
  });

  it('where none can be made, commands do nothing, say so, and what to do', async () => {
    const relay = await start({
      accounts: (dir) => {
        addApiKey(dir, 'demo');
        fs.mkdirSync(socketOf(dir));
      },
    });
    await createKey(relay, 'stays');
    const key = await createKey(relay, 'goes');
    const before = fs.readdirSync(relay.dataDir).sort();
    const all = await Promise.all([
      keyBeside(relay.dataDir, 'revoke', 'goes'),
      keyBeside(relay.dataDir, 'create', 'another'),
      commandBeside(['account', 'add', 'more', '--api-key', '-'], { env: relay.settings, input: `${API_KEY}\n` }),
      commandBeside(['account', 'remove', 'demo'], { env: relay.settings }),
    ]);
    for (const done of all) {
      assert.equal(done.status, 1, done.stdout + done.stderr);
      assert.equal(done.stdout, '');
      assert.match(done.stderr, /waiting for the control socket of the relay that runs on/);
      assert.match(done.stderr, new RegExp(`a relay runs on \\S+ \\(pid ${relay.pid}\\), or is starting or ending there, and has had no control socket.*nothing was done.*see its log.*stop the relay first`));
    }
    assert.deepEqual(fs.readdirSync(relay.dataDir).sort(), before);
    assert.equal(await status(key), 200);
    /* Back again, and nothing has to be tried twice. */
    fs.rmdirSync(socketOf(relay.dataDir));
    const done = await keyBeside(relay.dataDir, 'revoke', 'goes');
    assert.equal(done.status, 0, done.stderr);
    assert.equal(await status(key), 401);
    assert.equal((await admin(relay, 'GET', '/admin/api/keys/another')).status, 404);
    await relay.stop();
  });

  it('a lock that was removed, with the socket, is taken again', async () => {
    const relay = await start();
    await createKey(relay, 'stays');
    const key = await createKey(relay, 'goes');
    const lock = path.join(relay.dataDir, '.in-use');
    fs.rmSync(lock);
    await until(() => fs.existsSync(lock), { what: 'the lock' });
    fs.rmSync(socketOf(relay.dataDir));
    const done = await keyBeside(relay.dataDir, 'revoke', 'goes');
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, new RegExp(`pid ${relay.pid}\\b`));
    assert.equal(await status(key), 401);
    await relay.stop();
  });

  /* Somebody types for minutes: a relay may start meanwhile. */
  it('a sign-in that waits for its code keeps no relay from starting, and then goes through it', async () => {
    const dir = path.join(tempFolder(), 'data');
    addApiKey(dir, 'demo');
    const settings = { DATA_DIR: dir, ...ways({ upstream: sim.apiUrl }) };
    const login = new Program(relayBinary, ['login', 'max'], settings, tempFolder(), 'pipe');
    await login.ready(/3\. Paste the code/);
    assert.match(login.err, /itself: no relay runs on it/);
    const relay = await start({ dataDir: dir, accounts: () => {} });
    login.child.stdin.end('CANARY_code\n');
    assert.deepEqual(await login.ended, { code: 0, signal: null }, login.log);
    assert.match(login.err, new RegExp(`asking the relay that runs on .* \\(pid ${relay.pid}\\)`));
    const names = async () => JSON.parse((await (await fetch(`${relay.url}/oauth/accounts`)).text())).accounts;
    assert.ok((await names()).includes('max'));
    await relay.stop();
  });

  it('commands that work on the folder take turns', async () => {
    const dir = path.join(tempFolder(), 'data');
    addApiKey(dir, 'demo');
    const all = await Promise.all(Array.from({ length: 6 }, (_, i) => keyBeside(dir, 'create', `k${i}`, '--json')));
    for (const done of all) {
      assert.equal(done.status, 0, done.stderr);
    }
    assert.equal(JSON.parse(command(['key', 'list', '--json'], { env: { DATA_DIR: dir } }).stdout).keys.length, 6);
  });
});
