// SPDX-License-Identifier: MIT
/* Every byte of an answer leaves as it comes.  Mostly in lock-step: the upstream
   sends its next event only when the client has the last one, or never, so that a
   relay that holds anything back makes the test hang, however fast the machine is.
   How soon an event leaves is script/bench's to say. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import zlib from 'node:zlib';
import { it } from 'node:test';

import { describe, rawStage, stage, until } from '../support/processes.mjs';
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
    const events = await stream(s.url, { headers: { 'x-sim-after-head-ms': '3600000' } });
    assert.equal(events.status, 200);
    events.leave();
  });
});

describe('curl shows events one by one', { skip: spawnSync('curl', ['--version']).status === 0 ? false : 'no curl here' }, () => {
  const s = stage();

  it('with the command that the demo prints', async () => {
    const stall = 'x-sim-stall-at: 700'; /* behind the first event of text; the rest never comes */
    const child = spawn('curl', ['-sN', `${s.url}/v1/messages`, '-H', 'content-type: application/json', '-H', stall, '-d', JSON.stringify({ ...HELLO, stream: true })], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    await until(() => text.includes('content_block_delta'), { what: 'the first words' });
    assert.ok(!text.includes('message_stop'), 'the sim did not stall: this test shows nothing');
    child.kill();
    await new Promise((resolve) => child.on('close', resolve));
  });
});
