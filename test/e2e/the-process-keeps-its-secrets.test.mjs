// SPDX-License-Identifier: MIT
/* What other processes can see of the relay: its environment, its memory and its
   core files hold no secret. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { CANARY, cleanEnv, describe, relayBinary, SEEN, startRelay, tempFolder, until } from '../support/processes.mjs';

const SECRETS = {
  RELAY_SECRET: Buffer.from('CANARY-of-environ-32-bytes-long!').toString('base64'),
  ADMIN_TOKEN: 'CANARY-of-the-admin-token',
  METRICS_TOKEN: 'CANARY-of-the-metrics-token',
  GLOBAL_PROXY_ENABLED: 'true',
  GLOBAL_PROXY_TYPE: 'http',
  GLOBAL_PROXY_HOST: '127.0.0.1',
  GLOBAL_PROXY_PORT: '9',
  GLOBAL_PROXY_USERNAME: 'u',
  GLOBAL_PROXY_PASSWORD: 'CANARY-of-environ',
  GLOBAL_PROXY_PASSWROD: 'CANARY-of-a-slip',
  ANTHROPIC_API_KEY: 'sk-ant-api03-CANARY-of-the-shell',
};
const root = process.getuid() === 0 ? false : 'needs root';

const environ = (pid) => fs.readFileSync(`/proc/${pid}/environ`, 'latin1');
const coreLimits = (pid) => /^Max core file size +(\S+) +(\S+)/m.exec(fs.readFileSync(`/proc/${pid}/limits`, 'utf8')).slice(1);

/* As another user, whose /proc entries tell whether the process may be dumped. */
async function asUser(uid, args, env, look) {
  const folder = tempFolder();
  const binary = path.join(folder, 'claude-relay');
  fs.copyFileSync(relayBinary, binary);
  fs.chmodSync(binary, 0o755);
  fs.chmodSync(folder, 0o711);
  const home = path.join(folder, 'home');
  fs.mkdirSync(home, { mode: 0o700 });
  fs.chownSync(home, uid, uid);
  const child = spawn(binary, args, { env: cleanEnv({ DATA_DIR: path.join(home, 'data'), ...env }), cwd: home, uid, gid: uid, stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (out += data));
  const ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, out })));
  try {
    await look(child, () => out);
  } finally {
    child.kill('SIGTERM');
    child.stdin.destroy();
  }
  return ended;
}

const owner = (pid) => fs.statSync(`/proc/${pid}/environ`).uid;

describe('the process keeps its secrets', () => {
  it('they leave the environment, also that of /proc', async () => {
    const relay = await startRelay({ env: { ...SECRETS, ...SEEN } });
    const text = environ(relay.pid);
    await relay.stop();
    assert.match(text, /GLOBAL_PROXY_USERNAME=u\0/, 'nothing was read: this test shows nothing');
    for (const [name, value] of Object.entries(SECRETS)) {
      assert.equal(text.includes(value), !/CANARY/.test(value) && name !== 'RELAY_SECRET', name);
    }
    assert.ok(!text.includes(CANARY));
  });

  it('a relay cannot be dumped, and writes no core file', { skip: root }, async () => {
    const { code } = await asUser(12345, ['--port', '0'], {}, async (child, out) => {
      await until(() => /listening on/.test(out()), { what: 'the relay' });
      assert.equal(owner(child.pid), 0);
      assert.equal(coreLimits(child.pid)[0], '0');
    });
    assert.equal(code, 0);
  });

  it('nor can a command', { skip: root }, async () => {
    await asUser(12345, ['account', 'add', 'demo', '--api-key', '-'], { RELAY_SECRET: SECRETS.RELAY_SECRET }, async (child) => {
      await until(() => owner(child.pid) === 0 && !environ(child.pid).includes(SECRETS.RELAY_SECRET), { what: 'a command that keeps its secrets' });
      assert.equal(coreLimits(child.pid)[0], '0');
    });
  });

  it('CORE_DUMPS=on: as any other process', { skip: root }, async () => {
    const { code } = await asUser(12345, ['--port', '0'], { CORE_DUMPS: 'on', ...SECRETS, GLOBAL_PROXY_ENABLED: 'false' }, async (child, out) => {
      await until(() => /listening on/.test(out()), { what: 'the relay' });
      assert.equal(owner(child.pid), 12345);
      const [soft, hard] = coreLimits(child.pid);
      assert.equal(soft, hard);
      assert.ok(!environ(child.pid).includes(CANARY));
    });
    assert.equal(code, 0);
  });
});
