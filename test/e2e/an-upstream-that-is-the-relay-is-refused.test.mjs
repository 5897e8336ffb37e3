// SPDX-License-Identifier: MIT
/* CLAUDE_API_URL or OAUTH_TOKEN_URL that leads back to the relay is refused at start. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { it } from 'node:test';

import { freePort } from '../support/ports.mjs';
import { cleanEnv, command, describe, relayBinary, startRelay, tempFolder } from '../support/processes.mjs';

const own = Object.values(os.networkInterfaces()).flat().find((one) => !one.internal && one.family === 'IPv4')?.address;

/* A machine whose system gives out this port and no other. */
const PORT = 40001;
const namespace = (...args) => spawnSync('unshare', [...(process.getuid() === 0 ? [] : ['-r']), '-n', 'sh', '-c', `ip link set lo up && echo "${PORT} ${PORT}" >/proc/sys/net/ipv4/ip_local_port_range && exec "$@"`, 'sh', ...args], { env: cleanEnv({ DATA_DIR: path.join(tempFolder(), 'data'), WORKERS: '1', CLAUDE_API_URL: `http://127.0.0.1:${PORT}` }), encoding: 'utf8', timeout: 60000 });

describe('an upstream that is the relay', () => {
  for (const url of ['http://localhost:PORT', 'http://127.0.0.1:PORT/v1/messages', 'http://127.9.9.9:PORT', 'https://relay.localhost:PORT', ...(own ? [`https://${own}:PORT`] : [])]) {
    it(`${url} is refused`, async () => {
      const port = await freePort();
      for (const name of ['CLAUDE_API_URL', 'OAUTH_TOKEN_URL']) {
        const done = command(['serve', '--port', String(port)], { env: { [name]: url.replace('PORT', port) } });
        assert.equal(done.status, 1, done.stderr);
        assert.match(done.stderr, new RegExp(`cannot start: ${name} leads to host .* port ${port}, which is this relay itself`));
        assert.equal(done.stdout, '');
      }
    });
  }

  it('the port that --port 0 finds counts', { skip: namespace('true').status === 0 ? false : 'no network namespace can be made here' }, () => {
    const done = namespace(relayBinary, '--port', '0');
    assert.equal(done.status, 1, done.stderr);
    assert.match(done.stderr, new RegExp(`CLAUDE_API_URL leads to host 127.0.0.1 port ${PORT}, which is this relay itself`));
  });

  it('another port of this machine is fine, and so is another of its addresses', async () => {
    const port = await freePort();
    const relay = await startRelay({ env: { HOST: '127.0.0.1' }, upstream: `http://127.0.0.2:${port}/v1/messages`, args: [`--port=${port}`] });
    await relay.stop();
    const other = await startRelay({ upstream: `http://127.0.0.1:${port}/v1/messages` });
    await other.stop();
  });
});
