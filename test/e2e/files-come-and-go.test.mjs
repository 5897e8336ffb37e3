// SPDX-License-Identifier: MIT
/* What becomes of a running relay's accounts when files in the data folder are away,
   broken, older, linked, removed, or held by another process. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { call, message } from '../support/http.mjs';
import { command, describe, readAccount, stage, startRelay, tempFolder, until, writeOauth } from '../support/processes.mjs';

const NAME = 'main';

describe('a running relay', () => {
  const s = stage({ relay: { accounts: (dir) => writeOauth(dir, NAME) } });
  const file = () => path.join(s.relay.dataDir, `oauth_${NAME}.json`);
  const get = async (target) => JSON.parse((await call(`${s.url}${target}`)).body);
  const health = () => get('/health');
  const status = (name = NAME) => get(`/oauth/accounts/${name}/status`);
  const names = async () => (await get('/oauth/accounts')).accounts;
  const refresh = () => call(`${s.url}/oauth/accounts/${NAME}/refresh`, { method: 'POST' });
  const degraded = (pattern) =>
    until(async () => {
      const said = await health();
      return said.status === 'degraded' && said.problems.some((text) => pattern.test(text)) && said;
    }, { ms: 20000, what: `${pattern} in /health` });
  const healthy = () => until(async () => (await health()).status === 'healthy', { ms: 20000, what: 'health' });
  const serves = async () => assert.equal((await message(s.url)).status, 200);
  const env = () => ({ ...s.relay.settings, DATA_DIR: s.relay.dataDir });

  it('serves on while an account\'s file is away, and says so', async () => {
    const away = `${file()}.away`;
    fs.renameSync(file(), away);
    await degraded(/account "main": its file is gone: put it back, or remove/);
    assert.match((await status()).problem, /its file is gone/);
    assert.equal((await status()).is_valid, true);
    await serves();
    const patch = await call(`${s.url}/oauth/accounts/${NAME}`, { method: 'PATCH', body: '{"note":"x"}', headers: { 'content-type': 'application/json' } });
    assert.equal(patch.status, 500, 'a change that could not be saved is an error');
    fs.renameSync(away, file());
    await healthy();
    assert.equal((await status()).problem, null);
  });

  it('says that a file is broken, at once and in its status', async () => {
    const good = fs.readFileSync(file());
    fs.writeFileSync(file(), '{"access_token":"sk-ant-oat01-CANARY');
    const said = await degraded(/main.*last good version stays in use.*oauth_main\.json: not valid JSON/);
    assert.equal(JSON.stringify(said).includes('CANARY'), false);
    assert.match((await status()).problem, /cannot be used/);
    await serves();
    fs.writeFileSync(file(), good);
    await healthy();
  });

  it('keeps newer tokens when an older file is put back, and writes them there', async () => {
    const old = fs.readFileSync(file());
    assert.equal((await refresh()).status, 200);
    const renewed = readAccount(s.relay.dataDir, NAME);
    fs.writeFileSync(`${file()}.new`, old, { mode: 0o600 });
    fs.renameSync(`${file()}.new`, file());
    await s.relay.logged(/account main: its file was replaced by an older one/);
    await until(() => readAccount(s.relay.dataDir, NAME).refresh_token === renewed.refresh_token, { ms: 20000, what: 'the newer tokens' });
    await healthy();
    await serves();
  });

  it('keeps them when it is one of so many refreshes ago that nothing in memory names its tokens', async () => {
    const signed = '2025-01-01T00:00:00.000Z';
    const now = { ...readAccount(s.relay.dataDir, NAME), signed_in_at: signed };
    fs.writeFileSync(file(), JSON.stringify(now), { mode: 0o600 });
    await until(async () => (await status()).signed_in_at !== null, { what: 'the time of the sign-in' });
    writeOauth(s.relay.dataDir, NAME, { ...now, access_token: 'sk-ant-oat01-CANARY-weeks-ago', refresh_token: 'sk-ant-ort01-CANARY-weeks-ago', replaced: [], expires_at: '2025-01-05T00:00:00.000Z' });
    await until(() => readAccount(s.relay.dataDir, NAME).refresh_token === now.refresh_token, { ms: 20000, what: 'the newer tokens' });
    await healthy();
    await serves();
  });

  it('asks with no token that was spent under another name, and says which account has the new ones', async () => {
    const other = path.join(s.relay.dataDir, 'oauth_copy.json');
    const old = { ...readAccount(s.relay.dataDir, NAME), expires_at: '2025-01-05T00:00:00.000Z' };
    assert.equal((await refresh()).status, 200);
    const refused = (await s.sim.totals()).token_refused;
    fs.writeFileSync(`${other}.new`, JSON.stringify(old), { mode: 0o600 });
    fs.renameSync(`${other}.new`, other);
    await degraded(/the tokens of account "copy" are those of account "main", which renews them/);
    const byHand = await call(`${s.url}/oauth/accounts/copy/refresh`, { method: 'POST' });
    assert.equal(byHand.status, 502);
    assert.match(String(byHand.body), /account remove copy.*"login_required"/);
    assert.equal((await s.sim.totals()).token_refused, refused, 'nothing was asked with it');
    assert.equal(command(['account', 'remove', 'copy'], { env: env() }).status, 0);
    await healthy();
    await serves();
  });

  it('saves through a link to a file elsewhere', async () => {
    const target = path.join(tempFolder(), 'real.json');
    const before = readAccount(s.relay.dataDir, NAME);
    fs.renameSync(file(), target);
    fs.symlinkSync(target, file());
    await healthy();
    assert.equal((await refresh()).status, 200);
    assert.ok(fs.lstatSync(file()).isSymbolicLink());
    assert.notEqual(JSON.parse(fs.readFileSync(target)).refresh_token, before.refresh_token);
    assert.equal(fs.statSync(target).mode & 0o777, 0o600);
    fs.unlinkSync(file());
    await degraded(/its file is gone/);
    /* What is asked for meanwhile is written back. */
    assert.equal((await refresh()).status, 200);
    assert.equal(fs.lstatSync(file()).isFile(), true);
    await healthy();
  });

  it('sees what a link leads to break, go and come back, though no watch tells of it', async () => {
    const target = path.join(tempFolder(), 'real.json');
    fs.renameSync(file(), target);
    fs.symlinkSync(target, file());
    await healthy();
    const good = fs.readFileSync(target);
    fs.writeFileSync(target, '{bro');
    await degraded(/its file cannot be used: oauth_main\.json: not valid JSON/);
    fs.unlinkSync(target);
    await degraded(/oauth_main\.json is a link to a file that is not there: put the file back, or remove the link/);
    await serves();
    fs.writeFileSync(target, good, { mode: 0o600 });
    await healthy();
    fs.renameSync(target, file());
    await healthy();
  });

  it('shows an account whose link leads nowhere yet, and reads it when there is something', async () => {
    const target = path.join(tempFolder(), 'late.json');
    fs.symlinkSync(target, path.join(s.relay.dataDir, 'oauth_late.json'));
    await s.relay.logged(/the file of account late cannot be used: oauth_late\.json is a link to a file that is not there/);
    await degraded(/account "late" cannot be used/);
    assert.ok((await names()).includes('late'));
    assert.match((await status('late')).problem, /is a link to a file that is not there/);
    writeOauth(path.dirname(target), 'x');
    fs.renameSync(path.join(path.dirname(target), 'oauth_x.json'), target);
    await healthy();
    assert.equal((await status('late')).is_valid, true);
    fs.unlinkSync(target);
    assert.equal(command(['account', 'remove', 'late'], { env: env() }).status, 0);
    await until(async () => !(await names()).includes('late'), { ms: 20000, what: 'the removal' });
    await healthy();
  });

  it('is healthy again when what kept a refresh from going on is over', async () => {
    const lock = path.join(s.relay.dataDir, `.lock_oauth_${NAME}`);
    fs.rmSync(lock, { force: true });
    fs.mkdirSync(lock);
    assert.equal((await refresh()).status, 500);
    await degraded(/\.lock_oauth_main/);
    fs.rmdirSync(lock);
    await healthy();
    assert.equal((await refresh()).status, 200);
  });

  it('says that a refresh token is none, and serves on', async () => {
    const good = fs.readFileSync(file());
    fs.writeFileSync(file(), JSON.stringify({ ...JSON.parse(good), refresh_token: 5 }));
    await degraded(/its refresh_token is no token.*claude-relay login main/);
    await serves();
    fs.writeFileSync(file(), good);
    await healthy();
  });

  it('serves on while the whole folder is away', async () => {
    const away = `${s.relay.dataDir}.away`;
    fs.renameSync(s.relay.dataDir, away);
    await degraded(/data folder cannot be read/);
    await serves();
    fs.renameSync(away, s.relay.dataDir);
    await healthy();
    /* An empty one is no removal either: a volume that is not mounted yet, say. */
    fs.renameSync(s.relay.dataDir, away);
    fs.mkdirSync(s.relay.dataDir, { mode: 0o700 });
    await degraded(/its file is gone/);
    await serves();
    fs.rmSync(s.relay.dataDir, { recursive: true });
    fs.renameSync(away, s.relay.dataDir);
    await healthy();
  });

  it('waits for nobody who holds the folder, and says so', async () => {
    const holder = spawn('flock', ['-x', s.relay.dataDir, 'sleep', '60'], { stdio: 'ignore', detached: true });
    try {
      await until(() => fs.readFileSync('/proc/locks', 'utf8').includes(`:${fs.statSync(s.relay.dataDir).ino} `), { what: 'the lock' });
      const patched = call(`${s.url}/oauth/accounts/${NAME}`, { method: 'PATCH', body: '{"note":"x"}', headers: { 'content-type': 'application/json' } });
      await degraded(/another process holds the data folder/);
      /* Reading goes on. */
      writeOauth(s.relay.dataDir, 'second');
      await until(async () => (await names()).includes('second'), { what: 'the second account' });
      const answer = await patched;
      assert.equal(answer.status, 503);
      assert.match(answer.body.toString(), /another process/);
    } finally {
      process.kill(-holder.pid, 'SIGKILL');
      await new Promise((resolve) => holder.on('close', resolve));
    }
    assert.equal((await status()).note, null);
  });

  it('forgets at once what a command removes, be its file there or not', async () => {
    const removed = command(['account', 'remove', 'second'], { env: env() });
    assert.equal(removed.status, 0, removed.stderr);
    await until(async () => !(await names()).includes('second'), { what: 'the removal' });
    fs.renameSync(file(), `${file()}.away`);
    await degraded(/its file is gone/);
    const unseen = command(['account', 'remove', NAME], { env: env() });
    assert.equal(unseen.status, 0, unseen.stderr);
    assert.match(unseen.stdout, /^Account "main" removed\.$/m);
    await until(async () => (await names()).length === 0, { ms: 20000, what: 'the removal' });
    await healthy();
    /* By hand again: it is an account again. */
    fs.renameSync(`${file()}.away`, file());
    await until(async () => (await names()).length === 1, { what: 'the account' });
  });
});
