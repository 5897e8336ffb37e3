// SPDX-License-Identifier: MIT
/* Every byte of an answer leaves as it comes.  Mostly in lock-step: the upstream
   sends its next event only when the client has the last one, so that a relay that
   holds anything back makes the test hang, however fast the machine is. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import zlib from 'node:zlib';
import { it } from 'node:test';

import { describe, patience, rawStage, stage } from '../support/processes.mjs';
import { HELLO, stream } from '../support/http.mjs';
import { chunk, RawClient, rawUpstream, requestBytes } from '../support/raw.mjs';

const fields = { chunked: 'Transfer-Encoding: chunked', length: 'Content-Length: 40000', close: 'Connection: close' };

describe('in lock-step with the upstream', () => {
  let gate; /* resolves the upstream's wait for the client */
  const s = rawStage(() =>
    rawUpstream(async (connection, request) => {
      const { framing, pieces } = JSON.parse(request.body);
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n${fields[framing]}\r\n\r\n`);
      for (const piece of pieces) {
        await gate.client();
        const bytes = Buffer.from(piece, 'base64');
        await connection.write(framing === 'chunked' ? chunk(bytes) : bytes);
      }
    }),
  );

  const lockstep = async (framing, pieces) => {
    let open;
    gate = { client: () => new Promise((resolve) => (open = resolve)) };
    const client = await RawClient.connect(s.port);
    client.write(requestBytes({ body: JSON.stringify({ framing, pieces: pieces.map((p) => p.toString('base64')) }) }));
    await client.wait(() => client.bytes.includes('\r\n\r\n'), { what: 'the head on its own' });
    let expected = client.bytes.indexOf('\r\n\r\n') + 4;
    for (const piece of pieces) {
      await new Promise((resolve) => {
        const look = () => (open ? resolve() : setImmediate(look));
        look();
      });
      const go = open;
      open = undefined;
      go();
      expected += framing === 'chunked' ? chunk(piece).length : piece.length;
      await client.wait(() => client.bytes.length >= expected, { what: `${piece.length} bytes in ${framing} framing` });
      assert.equal(client.bytes.length, expected);
    }
    client.leave();
  };

  for (const framing of ['chunked', 'length', 'close']) {
    it(`${framing}: the head, then each event`, () =>
      lockstep(framing, Array.from({ length: 50 }, (_, i) => Buffer.from(`event: ping\ndata: {"n":${i}}\n\n`))));
    it(`${framing}: single bytes`, () => lockstep(framing, Array.from('data: 1\n\n', (c) => Buffer.from(c))));
  }

  it('compressed, flushed after each event', async () => {
    for (const make of [zlib.createGzip, zlib.createBrotliCompress]) {
      const packer = make();
      const pieces = [];
      for (let i = 0; i < 10; i++) {
        packer.write(`event: ping\ndata: {"n":${i}}\n\n`);
        await new Promise((resolve) => packer.flush(resolve));
        pieces.push(packer.read() ?? Buffer.from('.'));
      }
      await lockstep('chunked', pieces);
    }
  });
});

describe('the head comes before the body', () => {
  const s = stage();

  it('when the upstream pauses between them', async () => {
    const started = Date.now();
    const events = await stream(s.url, { headers: { 'x-sim-after-head-ms': '1500' } });
    assert.ok(Date.now() - started < 1400, 'the head was held back');
    await events.next();
    assert.ok(Date.now() - started >= 1400, 'the sim did not pause: this test shows nothing');
    await events.ended;
  });
});

describe('curl shows events one by one', { skip: spawnSync('curl', ['--version']).status === 0 ? false : 'no curl here' }, () => {
  const s = stage();

  it('with the command that the demo prints', async () => {
    const child = spawn('curl', ['-sN', `${s.url}/v1/messages`, '-H', 'content-type: application/json', '-H', 'x-sim-gap-ms: 300', '-H', 'x-sim-events: 4', '-d', JSON.stringify({ ...HELLO, stream: true })], { stdio: ['ignore', 'pipe', 'inherit'] });
    const arrivals = [];
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
      if (String(data).includes('content_block_delta')) {
        arrivals.push(Date.now());
      }
    });
    assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
    assert.match(text, /event: message_stop/);
    assert.equal(arrivals.length, 4, `${arrivals.length} arrivals of 4 events`);
    assert.ok(arrivals[3] - arrivals[0] > 600, 'they came together');
  });
});

/* Milliseconds from the sim's write to our read of each event. */
async function delays(url, { count, gap, ca }) {
  const events = await stream(url, { ca, headers: { 'x-api-key': 'sk-ant-api03-CANARY-direct', 'x-sim-events': String(count), 'x-sim-gap-ms': String(gap), 'x-sim-stamp': '1' } });
  const found = [];
  for (let event = await events.next(); event; event = await events.next()) {
    const stamp = /\[t=(\d{18})\]/.exec(event.text);
    if (stamp) {
      found.push(Number(event.at - BigInt(stamp[1])) / 1e6);
    }
  }
  assert.equal(found.length, count);
  return found.sort((a, b) => a - b);
}

for (const tls of [false, true]) {
  describe(`events leave within a millisecond${tls ? ', through TLS' : ''}`, () => {
    const s = stage({ sim: { tls } });

    it('the median, against the same stream without the relay', async () => {
      await delays(s.url, { count: 50, gap: 1 });
      const direct = await delays(s.sim.url, { count: 300, gap: 3, ca: s.sim.caPem });
      const relayed = await delays(s.url, { count: 300, gap: 3 });
      const median = (list) => list[list.length >> 1];
      const added = median(relayed) - median(direct);
      assert.ok(added < 1 * patience, `the relay adds ${added.toFixed(3)} ms at the median`);
      /* A corked tail would show as 40 ms and more on many events. */
      const late = relayed.filter((ms) => ms > 35 * patience).length;
      assert.ok(late < relayed.length / 20, `${late} of ${relayed.length} events came 35 ms late and more`);
    });
  });
}
