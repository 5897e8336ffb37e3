// SPDX-License-Identifier: MIT
/* claude-relay login, account import, show, refresh and remove, as a person uses
   them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, it } from 'node:test';

import { message } from '../support/http.mjs';
import { addApiKey, cleanEnv, command, describe, inMinutes, readAccount, relayBinary, startRelay, startSim, tempFolder, until, ways, writeOauth } from '../support/processes.mjs';
import { startProxy } from '../support/proxies.mjs';
import { missing } from '../support/users.mjs';

describe('accounts by command', () => {
  let sim;
  let dataDir;
  const env = (more = {}) => ({ DATA_DIR: dataDir, ...ways({ upstream: sim.apiUrl }), ...more });
  const run = (line, input = '', more = {}) => command(line.split(' '), { env: env(more), input });
  const files = () => fs.readdirSync(dataDir).filter((name) => name.endsWith('.json'));

  before(async () => {
    sim = await startSim();
  });
  after(() => sim.program.child.kill('SIGKILL'));
  beforeEach(async () => {
    dataDir = path.join(tempFolder(), 'data');
    await sim.forgetOauth();
    await sim.clear();
  });

  it('login: the link, the code, the account, a first message', () => {
    const done = run('login max --message', 'CANARY_code\n');
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /https:\/\/claude\.com\/cai\/oauth\/authorize\?code=true/);
    assert.match(done.stdout, /Signed in: account "max"/);
    assert.match(done.stdout, /It belongs to sim@example\.com/);
    assert.match(done.stdout, /says: Hello/);
    assert.ok(!(done.stdout + done.stderr).includes('CANARY'));
    assert.ok(!(done.stdout + done.stderr).includes('sk-ant-'));
    assert.deepEqual(files(), ['oauth_max.json']);
    assert.equal(fs.statSync(path.join(dataDir, 'oauth_max.json')).mode & 0o777, 0o600);
  });

  it('login without a name is "main"; without --message no message is sent', async () => {
    assert.equal(run('login', 'code\n').status, 0);
    assert.deepEqual(files(), ['oauth_main.json']);
    assert.ok(!(await sim.ledger()).some((row) => row.path === '/v1/messages'));
  });

  it('login: what goes wrong is said, with what to do', () => {
    for (const [line, input, reason] of [
      ['login max', '', /no code was entered/],
      ['login max', '\n', /authorization_code|no code/],
      ['login max', 'bad\n', /not accepted.*invalid_grant/],
      ['login max', `code#${'0'.repeat(64)}\n`, /another\s+sign-in/],
    ]) {
      const done = run(line, input);
      assert.equal(done.status, 1, line + input);
      assert.match(done.stderr, reason);
    }
    assert.ok(!files().includes('oauth_max.json'));
    for (const line of ['login ../x', 'login a b', 'login --nope']) {
      assert.equal(run(line).status, 2, line);
    }
  });

  it('login --proxy: through its own proxy from the first request on, which it keeps', { skip: missing('microsocks') }, async () => {
    const proxy = await startProxy('socks5');
    const url = `socks5://127.0.0.1:${proxy.port}`;
    assert.equal(run(`login max --proxy ${url}`, 'code\n').status, 0);
    assert.equal(readAccount(dataDir, 'max').proxy_config.port, proxy.port);
    assert.equal(run('login lin --proxy -', `${url}\ncode\n`).status, 0);
    assert.equal(readAccount(dataDir, 'lin').proxy_config.port, proxy.port);
    await until(() => proxy.connects().length > 0, { what: 'the proxy was used' });
    await proxy.stop();
    const closed = run('login other --proxy http://127.0.0.1:1', 'code\n');
    assert.equal(closed.status, 1);
    assert.match(closed.stderr, /proxy connect failed: 127\.0\.0\.1:1/);
    for (const line of ['login max --proxy', 'login max --proxy=http://u:CANARY@127.0.0.1:1', 'login max --bearer']) {
      const wrong = run(line);
      assert.equal(wrong.status, 2, line);
      assert.match(wrong.stderr, /usage:/);
      assert.ok(!wrong.stderr.includes('CANARY'), wrong.stderr);
    }
  });

  it('login: a running relay sees the account at once', async () => {
    const relay = await startRelay({ upstream: sim.apiUrl, dataDir, accounts: () => {} });
    assert.equal((await message(relay.url)).status, 400);
    const child = spawn(relayBinary, ['login', 'max'], { env: cleanEnv(env()), stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end('code\n');
    await new Promise((resolve) => child.on('close', resolve));
    await until(async () => (await message(relay.url)).status === 200, { what: 'the account' });
    await relay.stop();
  });

  it('profile: whose it is, by the relay or without one', async () => {
    writeOauth(dataDir, 'max', { expires_at: inMinutes(60) });
    assert.equal(run('account profile max').stdout, 'It belongs to sim@example.com, plan claude_max.\n');
    assert.deepEqual(JSON.parse(run('account profile max --json').stdout), { email: 'sim@example.com', plan: 'claude_max' });
    assert.match(run('account profile nobody').stderr, /no account "nobody"/);
    for (const line of ['account profile', 'account profile --json', 'account profile max --nope', 'account profile max lin']) {
      const wrong = run(line);
      assert.equal(wrong.status, 2, line);
      assert.match(wrong.stderr, /account profile needs a name[^]*usage:[^]*account profile NAME \[--json\]/);
    }
    const relay = await startRelay({ upstream: sim.apiUrl, dataDir, accounts: () => {} });
    assert.match(run('account profile max').stdout, /belongs to sim@example\.com/);
    await relay.stop();
  });

  it('show, refresh, remove', () => {
    writeOauth(dataDir, 'max', { note: 'mine', expires_at: inMinutes(60) });
    addApiKey(dataDir, 'key');
    const shown = run('account show max');
    assert.equal(shown.status, 0);
    assert.equal(JSON.parse(shown.stdout).note, 'mine');
    assert.ok(!shown.stdout.includes('CANARY'));
    const before = readAccount(dataDir, 'max');
    assert.equal(run('account refresh max').status, 0);
    const now = readAccount(dataDir, 'max');
    assert.notEqual(now.access_token, before.access_token);
    assert.equal(now.note, 'mine');
    assert.match(run('account refresh key').stderr, /API key/);
    assert.equal(run('account remove max').status, 0);
    assert.deepEqual(files(), ['apikey_key.json']);
    for (const what of ['show', 'refresh', 'remove']) {
      const done = run(`account ${what} nobody`);
      assert.equal(done.status, 1);
      assert.match(done.stderr, /no account "nobody"/);
    }
  });

  it('refresh: a grant that is gone is said to be gone', async () => {
    writeOauth(dataDir, 'max');
    await sim.oauth({ tokens: [{ token: 'sk-ant-ort01-CANARY-refresh-of-max', state: 'spent' }] });
    const done = run('account refresh max');
    assert.equal(done.status, 1);
    assert.match(done.stderr, /sign in again/);
    assert.ok(!done.stderr.includes('CANARY'));
    assert.ok(readAccount(dataDir, 'max').login_required);
  });

  it("import: the seed's data folder", () => {
    const seed = tempFolder();
    writeOauth(seed, 'a', { proxy_config: { type: 'socks5', host: 'h', port: 1 } });
    writeOauth(seed, 'b', { access_token: 5 });
    writeOauth(seed, 'c');
    fs.writeFileSync(path.join(seed, `pkce_${'ab'.repeat(32)}.json`), '{}');
    const before = fs.readdirSync(seed).map((name) => fs.readFileSync(path.join(seed, name), 'utf8'));
    writeOauth(dataDir, 'c', { note: 'ours' });
    const dry = run(`account import --dry-run ${seed}`);
    assert.match(dry.stdout, /^a +oauth +would be imported$/m);
    assert.match(dry.stdout, /^b +.*access_token/m);
    assert.match(dry.stdout, /^c +oauth +exists already/m);
    assert.deepEqual(files(), ['oauth_c.json']);
    const done = run(`account import ${seed}`);
    assert.equal(done.status, 1, 'b was left out');
    assert.deepEqual(files().sort(), ['oauth_a.json', 'oauth_c.json']);
    assert.deepEqual(readAccount(dataDir, 'a'), readAccount(seed, 'a'));
    assert.equal(readAccount(dataDir, 'c').note, 'ours');
    assert.deepEqual(fs.readdirSync(seed).map((name) => fs.readFileSync(path.join(seed, name), 'utf8')), before);
  });

  it("import: Claude Code's own login", () => {
    const home = tempFolder();
    fs.mkdirSync(path.join(home, '.claude'));
    const expiresAt = Date.now() + 3600e3;
    const login = (refreshToken) => fs.writeFileSync(path.join(home, '.claude/.credentials.json'), JSON.stringify({ claudeAiOauth: { accessToken: 'sk-ant-oat01-CANARY', refreshToken, expiresAt, scopes: ['user:inference'], subscriptionType: 'max' } }));
    login('sk-ant-ort01-CANARY');
    const done = run('account import', '', { HOME: home });
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /Claude Code asks to sign in again/);
    assert.ok(!done.stdout.includes('CANARY'));
    assert.deepEqual(readAccount(dataDir, 'claude-code'), { access_token: 'sk-ant-oat01-CANARY', refresh_token: 'sk-ant-ort01-CANARY', expires_at: new Date(expiresAt).toISOString(), scopes: ['user:inference'] });
    const again = run(`account import ${home}/.claude/.credentials.json mine`);
    assert.match(again.stdout, /^claude-code +oauth +exists already, with the same sign-in/m);
    assert.equal(again.status, 0);
    assert.ok(!files().includes('oauth_mine.json'), 'a refresh token works once: it is in one account');
    login('sk-ant-ort01-CANARY-2');
    assert.equal(run(`account import ${home}/.claude/.credentials.json mine`).status, 0);
    assert.ok(files().includes('oauth_mine.json'));
  });

  it('import: what is nothing of the kind', () => {
    const folder = tempFolder();
    fs.writeFileSync(path.join(folder, 'x.json'), '{"other":1}');
    for (const from of [path.join(folder, 'x.json'), path.join(folder, 'none'), folder]) {
      assert.equal(run(`account import ${from}`).status, 1, from);
    }
    assert.equal(run('account import a b c').status, 2);
    assert.equal(run(`account import ${folder}/x.json ../x`).status, 1);
    assert.equal(fs.existsSync(dataDir), false, 'what cannot be read makes no folder');
  });
});
