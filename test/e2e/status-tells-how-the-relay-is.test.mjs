// SPDX-License-Identifier: MIT
/* claude-relay status, for people, scripts and health checks. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { addApiKey, command, describe, startRelay, tempFolder, until, writeOauth } from '../support/processes.mjs';

const status = (dataDir, ...args) => command(['status', ...args, '--data-dir', dataDir]);

describe('claude-relay status', () => {
  it('healthy: 0, and what it is', async () => {
    const relay = await startRelay();
    const told = status(relay.dataDir);
    assert.equal(told.status, 0, told.stderr);
    assert.match(told.stdout, new RegExp(`^claude-relay \\S+, pid ${relay.pid}, up \\d+ s$`, 'm'));
    assert.match(told.stdout, new RegExp(`^Listening on .*http://0\\.0\\.0\\.0:${relay.port}`, 'm'));
    assert.match(told.stdout, /^ {2}demo +api-key +ready$/m);
    assert.match(told.stdout, /^In flight +0$/m);
    assert.match(told.stdout, /^State +healthy$/m);
    const doc = JSON.parse(status(relay.dataDir, '--json').stdout);
    assert.equal(doc.pid, relay.pid);
    assert.deepEqual(doc.accounts, [{ account: 'demo', kind: 'api-key', state: 'ready' }]);
    assert.deepEqual(doc.degraded, []);
    await relay.stop();
  });

  it('degraded: 0 as well, for a restart mends nothing of it; and why', async () => {
    const relay = await startRelay({
      accounts: (dir) => {
        addApiKey(dir, 'demo');
        writeOauth(dir, 'old', { expires_at: '2020-01-01T00:00:00Z', refresh_token: undefined });
      },
    });
    const told = status(relay.dataDir);
    assert.equal(told.status, 0, told.stderr);
    assert.match(told.stdout, /^State +degraded:\n +.*old.*expired/m);
    assert.equal(JSON.parse(status(relay.dataDir, '--json').stdout).degraded.length, 1);
    await relay.stop();
  });

  it('no relay: 3, nothing is made, and nothing but the text is said', async () => {
    const dir = path.join(tempFolder(), 'data-of-the-relay-number-1');
    const none = status(dir);
    assert.equal(none.status, 3);
    assert.equal(none.stdout, '');
    assert.ok(none.stderr.includes(`no relay runs on ${dir}: start one with`), none.stderr);
    assert.equal(fs.existsSync(dir), false);
    const relay = await startRelay();
    relay.program.child.kill('SIGKILL');
    await relay.program.ended;
    assert.equal(status(relay.dataDir, '--json').status, 3);
    assert.equal(command(['status', '--what']).status, 2);
  });

  it('one that has no control socket, or does not answer: 1', async () => {
    const relay = await startRelay({
      accounts: (dir) => {
        addApiKey(dir, 'demo');
        fs.mkdirSync(path.join(dir, 'control.sock'));
      },
    });
    const told = status(relay.dataDir);
    assert.equal(told.status, 1);
    assert.match(told.stderr, new RegExp(`pid ${relay.pid}\\), but has no control socket`));
    await relay.stop();
    const stopped = await startRelay();
    process.kill(stopped.pid, 'SIGSTOP');
    await until(() => /^State:\s+T/m.test(fs.readFileSync(`/proc/${stopped.pid}/status`, 'utf8')), { what: 'the stop' });
    const silent = status(stopped.dataDir);
    process.kill(stopped.pid, 'SIGCONT');
    assert.equal(silent.status, 1, silent.stdout);
    assert.match(silent.stderr, /did not answer in time/);
    await stopped.stop();
  });
});
