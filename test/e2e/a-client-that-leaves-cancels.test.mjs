// SPDX-License-Identifier: MIT
/* A client that leaves, in whatever way and at whatever moment, ends the upstream's
   work, which would go on for an hour without that, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { describe, rawStage, sleep, stage, until } from '../support/processes.mjs';
import { HELLO } from '../support/http.mjs';
import { RawClient, rawUpstream, requestBytes } from '../support/raw.mjs';

const HOUR_MS = '3600000';
const ways = ['leave', 'reset', 'halfClose'];

for (const tls of [false, true]) {
  describe(`the sim sees the abort${tls ? ', through TLS' : ''}`, () => {
    const s = stage({ sim: { tls } });
    let count = 0;

    /* Start a request with these directives, leave when `ready` says so. */
    const leave = async (way, directives, ready, body = { ...HELLO, stream: true }) => {
      const name = `leaving-${++count}`;
      const headers = Object.entries({ 'anthropic-version': '2023-06-01', 'x-sim-name': name, ...directives });
      const client = await RawClient.connect(s.port);
      client.write(requestBytes({ headers, body: JSON.stringify(body) }));
      await ready(client, name);
      client[way]();
      const row = await until(async () => {
        const found = await s.sim.row(name);
        return found && found.outcome !== 'running' && found;
      }, { what: `the end of ${name} at the sim` });
      client.leave();
      assert.equal(row.outcome, 'aborted');
    };

    for (const way of ways) {
      it(`while waiting for the first byte: ${way}`, () =>
        leave(way, { 'x-sim-first-byte-ms': HOUR_MS }, (_, name) => until(() => s.sim.row(name), { what: 'the request at the sim' })));

      it(`between head and body: ${way}`, () =>
        leave(way, { 'x-sim-after-head-ms': HOUR_MS }, (client) => client.wait(() => client.bytes.includes('\r\n\r\n'))));

      it(`mid-stream: ${way}`, () =>
        leave(way, { 'x-sim-endless': '1', 'x-sim-gap-ms': '5' }, (client) => client.wait(() => client.bytes.includes('content_block_delta'))));

      it(`in the middle of a flood: ${way}`, () =>
        leave(way, { 'x-sim-endless': '1', 'x-sim-event-size': '8000', 'x-sim-burst': '16', 'x-sim-gap-ms': '1' }, (client) => client.wait(() => client.bytes.length > 500000)));

      it(`while the stream stalls: ${way}`, () =>
        leave(way, { 'x-sim-stall-at': '400' }, (client) => client.wait(() => client.bytes.length > 400)));
    }

    it('while its reading is stopped altogether', () =>
      leave('reset', { 'x-sim-endless': '1', 'x-sim-event-size': '20000', 'x-sim-burst': '8', 'x-sim-gap-ms': '1' }, async (client, name) => {
        client.socket.pause();
        let last = -1;
        await until(async () => {
          const sent = (await s.sim.row(name))?.bytes_sent ?? 0;
          const still = sent > 100000 && sent === last;
          last = sent;
          return still;
        }, { every: 200, what: 'the upstream to be paused' });
      }));

    it('200 clients that leave: no descriptor stays behind', async () => {
      await until(async () => (await s.sim.totals()).streams_open === 0, { what: 'the end of earlier streams' });
      const before = s.relay.sockets();
      for (let round = 0; round < 4; round++) {
        await Promise.all(
          Array.from({ length: 50 }, async (_, i) => {
            const client = await RawClient.connect(s.port);
            client.write(requestBytes({ headers: [['anthropic-version', '2023-06-01'], ['x-sim-endless', '1'], ['x-sim-gap-ms', '2']], body: JSON.stringify({ ...HELLO, stream: true }) }));
            await client.wait(() => client.bytes.includes('content_block_delta'));
            client[ways[i % 2]]();
          }),
        );
      }
      await until(async () => (await s.sim.totals()).streams_open === 0, { what: 'the end of all streams at the sim' });
      await until(() => s.relay.sockets() <= before + 2, { what: `descriptors back at ${before}` });
    });
  });
}

describe('a client that leaves behind pipelined requests', () => {
  const s = stage();

  for (const way of ways) {
    for (const size of [2000, 200000]) {
      it(`${size} bytes of them: ${way}`, async () => {
        const name = `pipelined-${way}-${size}`;
        const client = await RawClient.connect(s.port);
        client.write(requestBytes({ headers: [['anthropic-version', '2023-06-01'], ['x-sim-name', name], ['x-sim-first-byte-ms', HOUR_MS]], body: JSON.stringify(HELLO) }));
        await until(() => s.sim.row(name), { what: 'the request at the sim' });
        client.write(requestBytes({ body: JSON.stringify({ filler: 'x'.repeat(size) }) }));
        await sleep(50); /* the relay may look at them, or not */
        client[way]();
        const row = await until(async () => {
          const found = await s.sim.row(name);
          return found.outcome !== 'running' && found;
        }, { what: 'the abort' });
        client.leave();
        assert.equal(row.outcome, 'aborted');
      });
    }
  }
});

describe('a client that leaves before its body has come', () => {
  const s = rawStage(() => rawUpstream(() => {}));

  for (const way of ways) {
    it(`a message is never sent: ${way}`, async () => {
      const seen = s.upstream.connections.length;
      const client = await RawClient.connect(s.port);
      client.write('POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"model":');
      await sleep(30);
      client[way]();
      await sleep(100);
      client.leave();
      assert.equal(s.upstream.connections.length, seen);
    });

    it(`an upload under way is ended: ${way}`, async () => {
      const seen = s.upstream.connections.length;
      const client = await RawClient.connect(s.port);
      client.write('POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhello');
      await until(() => s.upstream.connections[seen]?.bytes.includes('hello'), { what: 'the first bytes at the upstream' });
      client[way]();
      await s.upstream.connections[seen].gone;
      client.leave();
      assert.equal(s.upstream.requests.length, 0, 'a half upload became a request');
    });
  }
});
