// SPDX-License-Identifier: MIT
/* Whoever leaves just before an answer tells what it came to pays for what came, however
   that travelled. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import zlib from 'node:zlib';

import { HELLO } from '../support/http.mjs';
import { createKey, nothingHeld } from '../support/keys.mjs';
import { describe, rawStage, until } from '../support/processes.mjs';
import { RawClient, chunk, rawUpstream, readResponse, requestBytes, responseBytes } from '../support/raw.mjs';

/* Answers of 4,000 tokens in 1,000 events. */
const TOKENS = 4000;
const LONG = { ...HELLO, max_tokens: 32000, stream: true };
const event = (name, members) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...members })}\n\n`;
const delta = (text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
const begin = (model) => event('message_start', { message: { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage: { input_tokens: 50, output_tokens: 1 } } });
const TEXT = delta('the quick brown fox again ').repeat(1000);
const END = event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: TOKENS } }) + event('message_stop', {});

const codings = {
  plain: (text) => Buffer.from(text),
  gzip: (text) => zlib.gzipSync(text, { finishFlush: zlib.constants.Z_SYNC_FLUSH }),
  br: (text) => zlib.brotliCompressSync(text, { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  zstd: zlib.zstdCompressSync && ((text) => zlib.zstdCompressSync(text, { finishFlush: zlib.constants.ZSTD_e_flush })),
};

/* As far as its end if `whole`, in the coding. */
const bodyOf = (model, coding, whole) => codings[coding](begin(model) + TEXT + (whole ? END : ''));

function answer(connection, { get, body }) {
  const coding = get('accept-encoding');
  const whole = get('x-whole');
  const headers = [['Content-Type', 'text/event-stream'], ...(coding === 'plain' ? [] : [['Content-Encoding', coding]])];
  const bytes = bodyOf(JSON.parse(body).model, coding, whole);
  const head = responseBytes({ headers, framing: 'chunked' });
  /* Without the last chunk, which is that of an empty body. */
  connection.write(Buffer.concat([head.subarray(0, head.length - 5), chunk(bytes), Buffer.from(whole ? '0\r\n\r\n' : '')]));
}

describe('leaving early is not free', () => {
  const s = rawStage(() => rawUpstream(answer));

  const ask = async (key, model, headers) => {
    const client = await RawClient.connect(s.port);
    const fields = Object.entries({ 'anthropic-version': '2023-06-01', ...key.headers, ...headers });
    client.write(requestBytes({ headers: fields, body: JSON.stringify({ ...LONG, model }) }));
    return client;
  };

  /* What is held before it leaves, and booked afterwards. */
  const leave = async (key, model, coding) => {
    const { cost } = (await key.show()).total;
    const client = await ask(key, model, { 'accept-encoding': coding });
    /* All of it: a plain one comes in pieces, and pays for those that came. */
    const { length } = bodyOf(model, coding);
    await client.wait(() => (readResponse(client.bytes)?.body.length ?? 0) === length);
    const reserved = await until(async () => {
      const limit = await key.limit('cost_total');
      return limit.reserved > 0.04 && limit.reserved;
    }, { what: 'a reservation that is raised' });
    client.leave();
    await nothingHeld(key);
    return { reserved, booked: (await key.show()).total.cost - cost };
  };

  const learn = async (key, model, coding) => {
    for (let i = 0; i < 4; i++) {
      const client = await ask(key, model, { 'accept-encoding': coding, 'x-whole': '1' });
      assert.equal((await client.response()).status, 200);
      client.leave();
    }
    await nothingHeld(key);
    const { total } = await key.show();
    assert.equal(total.output_tokens, 4 * TOKENS);
  };

  for (const coding of Object.keys(codings).filter((name) => codings[name])) {
    it(`${coding}: what came is paid for, by what its like came to`, async () => {
      const key = await createKey(s, `left ${coding}`, { limits: { cost_total: 100 } });
      await learn(key, 'claude-sonnet-5', 'plain');
      const { reserved, booked } = await leave(key, 'claude-sonnet-5', coding);
      assert.ok(booked > 0.95 * 0.04 && booked <= 0.0402, `${booked}`);
      /* That, and as much as its like once more. */
      assert.ok(reserved > 0.95 * 0.08, `${reserved} is held`);
    });

    it(`${coding}: histories that were learned in it are no others`, async () => {
      const key = await createKey(s, `learned ${coding}`, { limits: { cost_total: 100 } });
      await learn(key, 'claude-sonnet-5', coding);
      const { booked } = await leave(key, 'claude-sonnet-5', 'plain');
      assert.ok(booked > 0.95 * 0.04 && booked <= 0.0402, `${booked}`);
    });
  }

  it('without history each coding costs the same', async () => {
    const costs = [];
    for (const coding of ['plain', 'gzip', 'br']) {
      const key = await createKey(s, `new ${coding}`, { limits: { cost_total: 100 } });
      costs.push((await leave(key, 'claude-opus-4-8', coding)).booked.toFixed(6));
    }
    assert.deepEqual(costs, Array(3).fill(costs[0]));
    assert.ok(Number(costs[0]) > 0.05, costs[0]);
  });
});
