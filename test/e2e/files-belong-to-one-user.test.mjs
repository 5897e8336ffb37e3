// SPDX-License-Identifier: MIT
/* Another user's file, folder or .env is not trusted; root may help a service user
   without locking it out; and a file or lock that cannot be opened is said to be
   that, and no reason to sign in again. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { addApiKey, API_KEY, command, describe, inMinutes, readAccount, startRelay, startSim, tempFolder, until, writeOauth } from '../support/processes.mjs';
import { call, message } from '../support/http.mjs';

const SERVICE = 12345;
const OTHER = 12346;
const skip = process.getuid() === 0 ? false : 'needs root';

function dataFolder() {
  const folder = path.join(tempFolder(), 'data');
  addApiKey(folder, 'demo');
  return folder;
}

function refused(env, cwd, ...patterns) {
  const done = command(['serve', '--port', '0'], { env, cwd });
  assert.equal(done.status, 1, done.stderr);
  for (const pattern of patterns) {
    assert.match(done.stderr, pattern);
  }
}

const health = async (relay) => JSON.parse((await call(`${relay.url}/health`)).body);

describe('files belong to one user', () => {
  it("another user's folder or file is refused at start", { skip }, () => {
    const folder = dataFolder();
    const file = path.join(folder, 'apikey_demo.json');
    fs.chownSync(file, OTHER, OTHER);
    refused({ DATA_DIR: folder }, undefined, /DATA_DIR/, /apikey_demo\.json belongs to another user \(uid 12346\)/, /chown 0 \S*apikey_demo\.json/);
    assert.equal(command(['account', 'list'], { env: { DATA_DIR: folder } }).status, 1, 'commands trust it neither');
    fs.chownSync(folder, SERVICE, SERVICE);
    refused({ DATA_DIR: folder }, undefined, /belongs to another user/, /chown 12345 /);
  });

  it('a folder with other uses that others can write is refused at start', () => {
    const folder = dataFolder();
    fs.mkdirSync(path.join(folder, 'project'));
    fs.chmodSync(folder, 0o777);
    refused({ DATA_DIR: folder }, undefined, /can be changed by other users \(mode 777\): run `chmod go-w /, /give DATA_DIR one of its own/);
  });

  it('a .env that others can write is refused at start, one that they can read is warned of', () => {
    const cwd = tempFolder();
    const file = path.join(cwd, '.env');
    fs.writeFileSync(file, 'ADMIN_TOKEN=CANARY-of-the-admin\n');
    fs.chmodSync(file, 0o646);
    refused({ DATA_DIR: dataFolder() }, cwd, /\.env can be changed by other users \(mode 646\): run `chmod go-w \.env`/);
    fs.chmodSync(file, 0o644);
    const done = command(['account', 'list'], { env: { DATA_DIR: dataFolder() }, cwd });
    assert.equal(done.status, 0);
    assert.match(done.stderr, /\.env holds ADMIN_TOKEN and can be read by other users \(mode 644\): .*chmod 600 \.env/);
    fs.writeFileSync(file, 'PORT=3000\n');
    const folder = path.join(tempFolder(), 'data-of-the-relay-number-1');
    fs.mkdirSync(path.join(folder, 'db'), { recursive: true, mode: 0o700 });
    assert.equal(command(['account', 'list'], { env: { DATA_DIR: folder }, cwd }).stderr, `claude-relay: working on ${folder} itself: no relay runs on it\n`);
  });

  it('a folder above that everybody can write is refused at start, for the data folder and for .env', () => {
    const above = tempFolder();
    const data = path.join(above, 'data');
    addApiKey(data, 'demo');
    fs.writeFileSync(path.join(above, '.env'), '', { mode: 0o600 });
    fs.chmodSync(above, 0o777);
    refused({ DATA_DIR: data }, tempFolder(), /everybody can write \S+ \(mode 777\), and put another thing in the place of \S+\/data: run `chmod o-w /);
    refused({ DATA_DIR: dataFolder() }, above, /everybody can write \S+ \(mode 777\), and put another thing in the place of \.env/);
    assert.equal(command(['account', 'list'], { env: { DATA_DIR: data } }).status, 1, 'commands trust it neither');
    fs.chmodSync(above, 0o1777);
    assert.equal(command(['account', 'list'], { env: { DATA_DIR: data } }).status, 0, 'with the sticky bit others only add');
  });

  it('a link in the folder never has the mode of its target changed', async () => {
    const folder = dataFolder();
    const target = path.join(tempFolder(), 'target');
    fs.writeFileSync(target, '{}');
    fs.chmodSync(target, 0o644);
    fs.symlinkSync(target, path.join(folder, 'oauth_link.json'));
    /* No file, as a device is none; the machine's own devices are left alone. */
    const pipe = path.join(tempFolder(), 'pipe');
    assert.equal(spawnSync('mkfifo', ['-m', '644', pipe]).status, 0);
    fs.symlinkSync(pipe, path.join(folder, 'oauth_pipe.json'));
    const relay = await startRelay({ dataDir: folder, accounts: () => {} });
    await relay.stop();
    assert.equal(fs.statSync(target).mode & 0o777, 0o644);
    assert.ok(fs.statSync(pipe).isFIFO());
    assert.equal(fs.statSync(pipe).mode & 0o777, 0o644);
  });

  it("a link as the folder has no mode changed behind it, and another user's stops the start", { skip }, () => {
    const site = tempFolder();
    const cwd = tempFolder();
    fs.writeFileSync(path.join(site, 'site.json'), '{}');
    fs.chmodSync(site, 0o755);
    fs.chmodSync(path.join(site, 'site.json'), 0o644);
    fs.symlinkSync(site, path.join(cwd, 'data'));
    refused({ DATA_DIR: './data' }, cwd, /\.\/data is reached through a link and open to others \(mode 755\).*`chmod 700 \.\/data\/`/);
    fs.chmodSync(cwd, 0o1777);
    fs.lchownSync(path.join(cwd, 'data'), OTHER, OTHER);
    refused({ DATA_DIR: './data' }, cwd, /\.\/data is a link of another user \(uid 12346\)/);
    fs.chownSync(cwd, OTHER, OTHER);
    refused({ DATA_DIR: './data' }, cwd, /\.\/data is a link in a folder of uid 12346 .*as root it is not followed/);
    assert.deepEqual(fs.readdirSync(site), ['site.json']);
    assert.equal(fs.statSync(site).mode & 0o777, 0o755);
    assert.equal(fs.statSync(path.join(site, 'site.json')).mode & 0o777, 0o644);
  });

  it('a .env that is a pipe stops the start at once', () => {
    const cwd = tempFolder();
    execFileSync('mkfifo', [path.join(cwd, '.env')]);
    refused({ DATA_DIR: dataFolder() }, cwd, /\.env (can be changed by other users|is not a regular file)/);
  });

  it("what root makes in a service user's folder is that user's", { skip }, async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl, uid: SERVICE, accounts: (dir) => writeOauth(dir, 'max', { expires_at: inMinutes(60) }) && fs.chownSync(path.join(dir, 'oauth_max.json'), SERVICE, SERVICE) });
    const run = (...args) => {
      const done = command(args, { env: relay.settings, input: `${API_KEY}\n` });
      assert.equal(done.status, 0, done.stderr);
    };
    await sim.oauth({});
    run('account', 'add', 'demo', '--api-key', '-');
    run('account', 'refresh', 'max');
    for (const name of fs.readdirSync(relay.dataDir)) {
      assert.equal(fs.statSync(path.join(relay.dataDir, name)).uid, SERVICE, name);
    }
    await until(async () => (await message(relay.url, { target: '/v1/messages?account=demo' })).status === 200, { what: 'the account that root added' });
    assert.equal((await message(relay.url, { target: '/v1/messages?account=max' })).status, 200);
    await relay.stop();
    await sim.stop();
  });

  it('an account file that cannot be opened is a 500, and health says so', { skip }, async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl, uid: SERVICE });
    const answer = await message(relay.url);
    assert.equal(answer.status, 500);
    assert.equal(JSON.parse(answer.body).error.type, 'api_error');
    assert.match(String(answer.body), /apikey_demo\.json: Permission denied/);
    const { status, problems } = await health(relay);
    assert.equal(status, 'degraded');
    assert.match(problems.join(), /apikey_demo\.json: Permission denied/);
    await relay.logged(/account demo cannot be used: .*Permission denied/);
    await relay.stop();
    await sim.stop();
  });

  it('a lock that cannot be opened is a 500, and health says so until it can', { skip }, async () => {
    const sim = await startSim();
    const relay = await startRelay({
      upstream: sim.apiUrl,
      uid: SERVICE,
      accounts: (dir) => {
        writeOauth(dir, 'max', { expires_at: '2020-01-01T00:00:00Z' });
        fs.chownSync(path.join(dir, 'oauth_max.json'), SERVICE, SERVICE);
        fs.writeFileSync(path.join(dir, '.lock_oauth_max'), '', { mode: 0o600 });
      },
    });
    const lock = path.join(relay.dataDir, '.lock_oauth_max');
    const answer = await message(relay.url);
    assert.equal(answer.status, 500);
    assert.match(String(answer.body), /\.lock_oauth_max: Permission denied/);
    await relay.logged(/account=max .*\.lock_oauth_max: Permission denied/);
    const { status, problems } = await health(relay);
    assert.equal(status, 'degraded');
    assert.match(problems.join(), /\.lock_oauth_max: Permission denied/);
    fs.chownSync(lock, SERVICE, SERVICE);
    await until(async () => (await message(relay.url)).status === 200, { what: 'the account' });
    await until(async () => (await health(relay)).status === 'healthy', { what: 'health' });
    assert.match(readAccount(relay.dataDir, 'max').access_token, /^sk-ant-oat/);
    await relay.stop();
    await sim.stop();
  });
});
