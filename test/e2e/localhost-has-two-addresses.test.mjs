// SPDX-License-Identifier: MIT
/* Clients that look for localhost find the relay, whichever address they try first;
   and HOST may be written as it is in a URL. */
import assert from 'node:assert/strict';
import net from 'node:net';
import os from 'node:os';
import { it } from 'node:test';

import { describe, startRelay } from '../support/processes.mjs';
import { exchange, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';

const v6 = Object.values(os.networkInterfaces()).flat().some((address) => address.address === '::1');

const listens = (port, host) => new Promise((resolve) => {
  const socket = net.connect({ port, host });
  socket.once('connect', () => resolve(true) || socket.destroy());
  socket.once('error', () => resolve(false));
});

describe('addresses to listen on', () => {
  for (const [name, options, both] of [
    ['the default', {}, true],
    ['HOST=localhost', { env: { HOST: 'localhost' } }, true],
    ['--host localhost', { args: ['--host', 'localhost'] }, true],
    ['HOST=127.0.0.1', { env: { HOST: '127.0.0.1' } }, false],
  ]) {
    it(`${name}: ${both ? 'both' : 'one'}`, async () => {
      const upstream = await rawUpstream((connection) => connection.write(responseBytes({ body: '{}' })));
      const relay = await startRelay({ upstream: upstream.url, ...options });
      const hosts = ['127.0.0.1', ...(v6 && both ? ['::1'] : [])];
      for (const host of hosts) {
        /* More than once: every worker has a door at each. */
        for (let i = 0; i < 10; i++) {
          const answer = await exchange(relay.port, requestBytes({ body: '{}', host: host === '::1' ? '[::1]' : 'localhost' }), { host });
          assert.equal(answer.status, 200, `${host}: ${answer.body}`);
        }
      }
      assert.equal(await listens(relay.port, '::1'), v6 && both);
      assert.equal(/ and http:\/\/\[::1\]:\d+\n/.test(relay.program.out), v6 && both, relay.program.out);
      await relay.stop();
      await upstream.stop();
    });
  }

  for (const options of [{ env: { HOST: '[::1]' } }, { args: ['--host', '[::1]'] }, { args: ['--host=::1'] }]) {
    it(`${JSON.stringify(options)} is ::1`, { skip: v6 ? false : 'there is no ::1' }, async () => {
      const relay = await startRelay(options);
      assert.match(relay.program.out, /listening on http:\/\/\[::1\]:\d+\n/);
      assert.equal(await listens(relay.port, '::1'), true);
      assert.equal(await listens(relay.port, '127.0.0.1'), false);
      await relay.stop();
    });
  }
});
