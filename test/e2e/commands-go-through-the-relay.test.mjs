// SPDX-License-Identifier: MIT
/* A command beside a running relay asks that relay: it acts with the relay's settings,
   and what it did takes effect at once.  Where none runs, it works on the folder, and
   says so. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, it } from 'node:test';

import { message } from '../support/http.mjs';
import { addApiKey, API_KEY, cleanEnv, command, commandBeside, describe, inMinutes, readAccount, relayBinary, startRelay, startSim, tempFolder, until, writeOauth } from '../support/processes.mjs';

const SECRET = Buffer.alloc(32, 'CANARY').toString('base64');
const RELAY = /asking the relay that runs on/;
const FOLDER = /itself: no relay runs on it/;

describe('commands beside a running relay', () => {
  let sim;
  before(async () => {
    sim = await startSim();
  });
  after(() => sim.program.child.kill('SIGKILL'));
  beforeEach(async () => {
    await sim.forgetOauth();
    await sim.clear();
  });

  /* Nothing but the folder is known to the command. */
  const run = (relay, line, input = '') => command([...line.split(' '), '--data-dir', relay.dataDir], { input });
  const start = (options = {}) => startRelay({ upstream: sim.apiUrl, ...options });

  it('an account that was added is served at once, sealed with the secret of the relay', async () => {
    const relay = await start({ accounts: () => {}, env: { RELAY_SECRET: SECRET } });
    assert.equal((await message(relay.url)).status, 400);
    const added = run(relay, 'account add demo --api-key -', `${API_KEY}\n`);
    assert.equal(added.status, 0, added.stderr);
    assert.match(added.stderr, RELAY);
    assert.match(added.stderr, new RegExp(`pid ${relay.pid}\\b`));
    assert.match(added.stdout, /the relay uses it from now on/);
    assert.equal((await message(relay.url)).status, 200);
    assert.doesNotMatch(fs.readFileSync(path.join(relay.dataDir, 'apikey_demo.json'), 'utf8'), /CANARY/);
    const again = run(relay, 'account add demo --api-key -', `${API_KEY}\n`);
    assert.equal(again.status, 1);
    assert.match(again.stderr, /"demo" exists already/);
    assert.equal(run(relay, 'account remove demo').status, 0);
    assert.equal((await message(relay.url)).status, 400);
    await relay.stop();
  });

  it('signing in: the whole of it through the relay, with a token that is sealed', async () => {
    const relay = await start({ accounts: () => {}, env: { RELAY_SECRET: SECRET } });
    const done = run(relay, 'login max --message', 'CANARY_code\n');
    assert.equal(done.status, 0, done.stdout + done.stderr);
    assert.match(done.stderr, RELAY);
    assert.match(done.stdout, /Signed in: account "max", token valid until 20\S+, renewed by itself\./);
    assert.match(done.stdout, /It belongs to sim@example\.com/);
    assert.match(done.stdout, /says: Hello/);
    assert.match(done.stdout, new RegExp(`ANTHROPIC_BASE_URL=http://\\S+:${relay.port}`));
    assert.equal((await message(relay.url)).status, 200);
    assert.doesNotMatch(fs.readFileSync(path.join(relay.dataDir, 'oauth_max.json'), 'utf8'), /sk-ant-/);
    const bad = run(relay, 'login max', 'bad\n');
    assert.equal(bad.status, 1);
    assert.match(bad.stderr, /not accepted.*invalid_grant/);
    await relay.stop();
  });

  it('list, show and refresh say what the relay knows', async () => {
    const relay = await start({
      accounts: (dir) => {
        writeOauth(dir, 'max', { expires_at: inMinutes(60) });
        writeOauth(dir, 'odd', { access_token: 5 });
      },
      env: { RELAY_SECRET: SECRET },
    });
    const list = run(relay, 'account list');
    assert.match(list.stdout, /^max +oauth +ready +- .* 20/m);
    assert.match(list.stdout, /^odd +oauth +unusable +- .* unknown$/m);
    assert.match(list.stdout, /^account "odd" cannot be used: access_token/m);
    assert.equal(JSON.parse(run(relay, 'account show max').stdout).can_refresh, true);
    assert.equal(run(relay, 'account refresh max').status, 0);
    const later = JSON.parse(run(relay, 'account show max').stdout);
    assert.ok(Date.parse(later.expires_at) > Date.now() + 3600e3 * 2, later.expires_at);
    const none = run(relay, 'account show nobody');
    assert.equal(none.status, 1);
    assert.match(none.stderr, /no account "nobody"; .*account list/);
    await relay.stop();
  });

  it('an import goes through the relay, and is served', async () => {
    const seed = tempFolder();
    writeOauth(seed, 'a', { note: 'theirs' });
    writeOauth(seed, 'b', { access_token: 5 });
    const relay = await start({ accounts: () => {}, env: { RELAY_SECRET: SECRET } });
    const done = run(relay, `account import ${seed}`);
    assert.equal(done.status, 1, 'b was left out');
    assert.match(done.stdout, /^a +oauth +imported$/m);
    assert.match(done.stdout, /1 imported, 1 left out/);
    assert.equal((await message(relay.url)).status, 200);
    assert.equal(readAccount(relay.dataDir, 'a').note, 'theirs');
    assert.doesNotMatch(fs.readFileSync(path.join(relay.dataDir, 'oauth_a.json'), 'utf8'), /CANARY/);
    await relay.stop();
  });

  it('proxy test tries the way out of the relay', async () => {
    const relay = await start();
    const direct = run(relay, 'proxy test');
    assert.equal(direct.status, 0, direct.stdout + direct.stderr);
    assert.match(direct.stdout, new RegExp(`^To 127\\.0\\.0\\.1:${sim.port} directly:$`, 'm'));
    assert.match(direct.stdout, /Reached: HTTP 200/);
    assert.match(run(relay, 'proxy test --account demo').stdout, /has no proxy of its own/);
    await relay.stop();
  });

  it('a command that is ended leaves the work to the relay', async () => {
    const relay = await start({ accounts: (dir) => writeOauth(dir, 'max', { expires_at: inMinutes(60) }) });
    await sim.oauth({ delay_ms: 1500 });
    const child = spawn(relayBinary, ['account', 'refresh', 'max'], { env: cleanEnv({ DATA_DIR: relay.dataDir }), stdio: 'ignore' });
    const before = readAccount(relay.dataDir, 'max').access_token;
    await until(async () => (await sim.ledger()).some((row) => row.path === '/v1/oauth/token'), { what: 'the token call' });
    child.kill('SIGINT');
    const ended = await new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
    await until(() => readAccount(relay.dataDir, 'max').access_token !== before, { what: 'the new token' });
    assert.ok(ended === 'SIGINT' || ended === 0, String(ended));
    await relay.stop();
  });

  it('where no relay runs, the folder itself is worked on, which is said', async () => {
    const relay = await start();
    await relay.stop();
    const list = run(relay, 'account list');
    assert.equal(list.status, 0);
    assert.match(list.stderr, FOLDER);
    assert.match(list.stdout, /^demo /m);
    relay.program.child.kill('SIGKILL');
  });

  it('a relay that was killed is none', async () => {
    const relay = await start();
    relay.program.child.kill('SIGKILL');
    await relay.program.ended;
    const added = run(relay, 'account add more --api-key -', `${API_KEY}\n`);
    assert.equal(added.status, 0, added.stderr);
    assert.match(added.stderr, FOLDER);
  });

  it('--data-dir leads every command, and is in the commands that are printed', async () => {
    const dir = path.join(tempFolder(), 'here');
    addApiKey(dir, 'demo');
    for (const args of [['--data-dir', dir, 'account', 'list'], ['account', `--data-dir=${dir}`, 'list'], ['account', 'list', '--data-dir', dir]]) {
      assert.match(command(args, { env: { DATA_DIR: '/nowhere/at/all' } }).stdout, /^demo /m);
    }
    const begun = path.join(tempFolder(), 'new');
    fs.mkdirSync(path.join(begun, 'db'), { recursive: true, mode: 0o700 });
    const none = command(['account', 'list', '--data-dir', begun]);
    assert.match(none.stdout, /DATA_DIR=\S+\/new \S+ login main/);
    assert.equal((await commandBeside(['account', 'list', '--data-dir'])).status, 2);
  });

  it('what only looks makes nothing where --data-dir was mistyped', () => {
    const outer = tempFolder();
    const looks = ['account list', 'account show a', 'account refresh a', 'account remove a', 'key list', 'key show a', 'key revoke a', 'key group list', 'proxy test --account a', 'status', 'backup x.tar', 'check', 'secret rotate'];
    for (const place of ['typo', '.']) {
      const dir = path.join(outer, place);
      for (const line of looks) {
        const done = command([...line.split(' '), '--data-dir', dir]);
        if (!['status', 'check'].includes(line)) {
          assert.equal(done.status, 1, line);
          assert.match(done.stderr, place === '.' ? /nothing of a relay's is in the folder/ : /no folder|No such file/i, line);
        }
        assert.deepEqual(fs.readdirSync(outer), [], line);
      }
    }
  });
});
