// SPDX-License-Identifier: MIT
/* Who asks and asks, and reads nothing, gets no memory for that: the next request waits
   until the answers before it were taken.  Who reads then gets all of them, in order. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { it } from 'node:test';

import { call } from '../support/http.mjs';
import { createKey } from '../support/keys.mjs';
import { describe, sanitized, stage, until } from '../support/processes.mjs';
import { readResponses, requestBytes } from '../support/raw.mjs';

const CLIENTS = 2;
const ASKED = 400;
const MB = 1024 * 1024;

/* Reads nothing before it is let go; `got` is what it read then. */
function heldClient(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1' }, () => resolve(client));
    const client = {
      socket,
      parts: [],
      read: 0,
      letGo: () => socket.on('data', (data) => {
        client.parts.push(data);
        client.read += data.length;
      }),
    };
    socket.on('error', reject);
    socket.write(bytes);
  });
}

describe('pipelined requests without a reader', () => {
  const s = stage({ relay: { env: { WORKERS: '1' } } });

  it('cost a few answers of memory, and are all answered', async () => {
    const key = await createKey(s.relay, 'greedy');
    const page = (await call(`${s.url}/admin/`, { headers: { accept: 'text/html' } })).body.toString();
    const base = /\/admin\/assets\/[^/"]+\//.exec(page)[0];
    const files = [];
    for (const name of ['lang/en.js', 'lang/zh.js', 'js/icons.js']) {
      const target = base + name;
      const { status, body } = await call(s.url + target);
      assert.equal(status, 200, target);
      files.push({ target, body });
    }
    /* An order that shows if one is missing or displaced. */
    const order = Array.from({ length: ASKED }, (_, i) => files[(i * i + (i >> 3)) % 3]);
    const models = requestBytes({ method: 'GET', target: '/v1/models', headers: [['x-api-key', key.text], ['anthropic-version', '2023-06-01']] });
    const bytes = Buffer.concat([models, ...order.map(({ target }) => requestBytes({ method: 'GET', target }))]);

    const before = s.relay.memory();
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => heldClient(s.port, bytes)));
    /* The worker has been round often enough to have answered all that it wants to. */
    for (let i = 0; i < 300; i++) {
      await call(`${s.url}/health`);
    }
    const grown = s.relay.memory() - before;
    if (!sanitized) {
      assert.ok(grown < 6 * MB, `the relay grew by ${(grown / MB).toFixed(1)} MB`);
    }

    clients.forEach((client) => client.letGo());
    const wanted = order.reduce((sum, file) => sum + file.body.length, 0);
    for (const client of clients) {
      const answers = await until(() => {
        const all = client.read > wanted ? readResponses(Buffer.concat(client.parts), false) : [];
        return all.length > ASKED && all[ASKED].complete && all;
      }, { every: 100, what: 'all answers' });
      assert.equal(answers.length, ASKED + 1);
      order.forEach((file, i) => assert.ok(answers[i + 1].status === 200 && answers[i + 1].body.equals(file.body), `answer ${i} is not ${file.target}`));
      client.socket.destroy();
    }
  });
});
