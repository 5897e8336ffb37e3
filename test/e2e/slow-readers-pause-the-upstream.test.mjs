// SPDX-License-Identifier: MIT
/* Fifty clients read a little now and then from streams that never end: the upstream
   is paused, the relay's memory stays flat, and a client that is fast is served. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { it } from 'node:test';

import { describe, sanitized, sleep, stage, until } from '../support/processes.mjs';
import { HELLO, stream } from '../support/http.mjs';
import { requestBytes } from '../support/raw.mjs';

const READERS = 50;
const MB = 1024 * 1024;

function slowReader(port) {
  const socket = net.connect({ port, host: '127.0.0.1', highWaterMark: 1024 });
  socket.on('error', () => {});
  socket.write(
    requestBytes({
      headers: [['anthropic-version', '2023-06-01'], ['x-sim-endless', '1'], ['x-sim-event-size', '4000'], ['x-sim-burst', '16'], ['x-sim-gap-ms', '1'], ['x-sim-name', 'slow']],
      body: JSON.stringify({ ...HELLO, stream: true }),
    }),
  );
  const reader = { socket, read: 0 };
  reader.timer = setInterval(() => {
    reader.read += socket.read(1024)?.length ?? 0;
  }, 1000);
  socket.on('readable', () => {}); /* paused mode: bytes come by read() alone */
  return reader;
}

for (const tls of [false, true]) {
  describe(`slow readers${tls ? ', TLS upstream' : ''}`, () => {
    const s = stage({ sim: { tls } });

    it('memory stays flat and the upstream waits', async () => {
      const idle = s.relay.memory();
      const readers = Array.from({ length: READERS }, () => slowReader(s.port));
      const sent = async () => (await s.sim.ledger('slow')).reduce((sum, row) => sum + row.bytes_sent, 0);
      try {
        /* Until every buffer on the way is full: one still moment may be a busy machine's. */
        let last = -1;
        let still = 0;
        await until(async () => {
          const now = await sent();
          still = now > READERS * 100000 && now - last < READERS * 4096 ? still + 1 : 0;
          last = now;
          return still === 4;
        }, { every: 500, what: 'the upstream to be paused' });
        const full = s.relay.memory();
        const sentBefore = await sent();
        await sleep(3000);
        const later = s.relay.memory();
        const more = (await sent()) - sentBefore;
        assert.ok(later - full < 2 * MB, `memory grew from ${full} to ${later}`);
        if (!sanitized) {
          assert.ok(full - idle < READERS * 0.75 * MB, `${((full - idle) / READERS / 1024).toFixed(0)} KB a stream`);
        }
        assert.ok(more < READERS * 300000, `the upstream sent ${more} bytes although nobody reads`);
        await until(() => readers.every((r) => r.read > 0), { what: 'every reader to get something' });
        assert.ok(readers.every((r) => !r.socket.destroyed), 'a slow reader was dropped');

        /* The slow ones never end: it does not wait for them. */
        const fast = await stream(s.url, { headers: { 'x-sim-events': '50' } });
        assert.equal(await fast.ended, true);
      } finally {
        readers.forEach((r) => {
          clearInterval(r.timer);
          r.socket.destroy();
        });
      }
      await until(async () => (await s.sim.totals()).streams_open === 0, { what: 'the end of all streams' });
    });
  });
}
