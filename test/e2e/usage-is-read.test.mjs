// SPDX-License-Identifier: MIT
/* What an answer says it cost stands in the log line of its request, whatever way it
   came, and is what the upstream billed. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import zlib from 'node:zlib';
import Anthropic from 'sdk';

import { CLIENT_KEY, describe, stage, until } from '../support/processes.mjs';
import { HELLO, call, message } from '../support/http.mjs';
import { RawClient, exchange, requestBytes } from '../support/raw.mjs';

const MODEL = HELLO.model;
const STREAM = { ...HELLO, stream: true };
const COUNTS = ['input_tokens', 'output_tokens', 'cache_write_tokens', 'cache_read_tokens'];
const TOKENS = {
  'x-sim-input-tokens': '1234',
  'x-sim-output-tokens': '567890',
  'x-sim-cache-write-tokens': '89',
  'x-sim-cache-read-tokens': '1000000000',
};

/* Not every Node knows zstd. */
const UNPACK = { gzip: zlib.gunzipSync, deflate: zlib.inflateSync, br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync };

const requestLines = (log) =>
  log
    .split('\n')
    .filter((line) => line.includes('"event":"request"') && line.endsWith('}'))
    .map((line) => JSON.parse(line));

for (const tls of [false, true]) {
  describe(`the log tells what was billed${tls ? ', through TLS' : ''}`, () => {
    const s = stage({ sim: { tls }, relay: { env: { LOG_FORMAT: 'json' } } });
    let count = 0;

    const lines = () => requestLines(s.relay.log);

    /* One request by `ask(headers)`: its log line and the sim's ledger row. */
    const run = async (directives, ask) => {
      const name = `usage-${++count}`;
      const before = lines().length;
      const answer = await ask({ ...TOKENS, ...directives, 'x-sim-name': name });
      await until(() => lines().length > before, { what: 'the log line' });
      const row = await until(async () => {
        const found = await s.sim.row(name);
        return found?.outcome !== 'running' && found;
      }, { what: 'the end of the request at the sim' });
      return { answer, line: lines().at(-1), row };
    };
    const ask = (body) => (headers) => message(s.url, { headers, body });

    const assertBilled = ({ line, row }, partial) => {
      assert.equal(line.model, MODEL);
      assert.deepEqual(
        COUNTS.map((name) => line[name]),
        [row.usage.input_tokens, row.usage.output_tokens, row.usage.cache_creation_input_tokens, row.usage.cache_read_input_tokens],
        JSON.stringify(line),
      );
      assert.equal(line.partial, partial);
    };
    const assertUnknown = ({ line }, partial) => {
      assert.deepEqual(Object.keys(line).filter((name) => /tokens/.test(name)), [], JSON.stringify(line));
      assert.equal(line.partial, partial);
    };

    for (const [kind, body] of Object.entries({ 'an object': HELLO, 'a stream': STREAM })) {
      for (const framing of ['chunked', 'length', 'close']) {
        for (const piece of [1, 7, 4096]) {
          it(`${kind}, ${framing}, in pieces of ${piece}`, async () => {
            const got = await run({ 'x-sim-framing': framing, 'x-sim-piece': String(piece) }, ask(body));
            assert.equal(got.answer.complete, true);
            assert.equal(got.row.usage.output_tokens, 567890);
            assertBilled(got, 'no');
          });
        }
      }

      for (const coding of ['gzip', 'br', 'zstd', 'deflate']) {
        it(`${kind}, compressed (${coding}): read, and the bytes pass`, async () => {
          const got = await run({ 'x-sim-encoding': coding, 'accept-encoding': coding }, ask(body));
          assert.equal(got.answer.headers['content-encoding'], coding);
          assert.equal(got.answer.complete, true);
          assertBilled(got, 'no');
        });
      }

      for (const coding of ['gzip', 'br', 'zstd', 'deflate']) {
        it(`${kind} that is a bomb (${coding}): it passes, unread, and the log says why`, async () => {
          const got = await run({ 'x-sim-encoding': coding, 'accept-encoding': coding, 'x-sim-events': '2', 'x-sim-event-size': '2000000' }, ask(body));
          assert.equal(got.answer.headers['content-encoding'], coding);
          assert.equal(got.answer.complete, true);
          assert.equal(got.answer.body.length, got.row.bytes_sent);
          assert.ok(got.answer.body.length < 4e6 / 64, `4 MB in ${got.answer.body.length} bytes`);
          const plain = UNPACK[coding]?.(got.answer.body);
          assert.ok(!plain || (plain.length > 4e6 && plain.includes('"output_tokens":567890')));
          assert.match(got.line.unread, /unpacks to more than 64 times its size/);
          assert.notEqual(got.line.output_tokens, 567890);
          assert.notEqual(got.line.partial, 'no');
        });
      }

      it(`${kind}, for an HTTP/1.0 client`, async () => {
        const got = await run({ 'x-sim-framing': 'chunked' }, (headers) =>
          exchange(s.port, requestBytes({ headers: Object.entries({ 'anthropic-version': '2023-06-01', ...headers }), body: JSON.stringify(body), version: '1.0' })),
        );
        assert.equal(got.answer.get('transfer-encoding'), undefined);
        assert.match(got.answer.body.toString(), /"output_tokens":567890/);
        assertBilled(got, 'no');
      });

      it(`${kind}, below /api, an upper-case type with parameters`, async () => {
        const type = body.stream ? 'Text/Event-Stream; charset=utf-8' : 'Application/JSON ; charset=utf-8';
        const got = await run({ 'x-sim-reply-header': `content-type: ${type}` }, (headers) => message(s.url, { headers, body, target: '/api/v1/messages?beta=true' }));
        assertBilled(got, 'no');
      });
    }

    it('a burst of 300 events', async () => {
      const got = await run({ 'x-sim-events': '300', 'x-sim-event-size': '250' }, ask(STREAM));
      assertBilled(got, 'no');
    });

    it('usage in the text of an answer is text', async () => {
      const body = '{"content":[{"text":"\\"usage\\":{\\"output_tokens\\":1}"},{"usage":{"output_tokens":2}}],"usage":{"output_tokens":3}}';
      const got = await run({ 'x-sim-body': body, 'x-sim-reply-header': 'content-type: application/json' }, ask(HELLO));
      assert.equal(got.answer.body.toString(), body);
      assert.equal(got.line.output_tokens, 3);
    });

    for (const way of ['cut', 'reset']) {
      it(`a stream, ${way} among its deltas: what is known, partial`, async () => {
        const got = await run({ [`x-sim-${way}-at`]: '900' }, ask(STREAM));
        assert.equal(got.line.end, 'cut');
        assert.equal(got.row.usage.output_tokens, 1);
        assertBilled(got, 'yes');
      });
    }

    it('an object, cut in front of its usage: unknown', async () => {
      const got = await run({ 'x-sim-cut-at': '150' }, ask(HELLO));
      assert.equal(got.line.end, 'cut');
      assert.equal(got.line.model, MODEL);
      assertUnknown(got, 'yes');
    });

    it('an error event: what is known, partial', async () => {
      const got = await run({ 'x-sim-error-at': '2' }, ask(STREAM));
      assert.equal(got.line.end, 'error_event');
      assertBilled(got, 'yes');
    });

    for (const way of ['leave', 'reset']) {
      it(`the client goes mid-stream (${way}): what is known, partial`, async () => {
        const got = await run({ 'x-sim-endless': '1', 'x-sim-gap-ms': '5' }, async (headers) => {
          const client = await RawClient.connect(s.port);
          client.write(requestBytes({ headers: Object.entries({ 'anthropic-version': '2023-06-01', ...headers }), body: JSON.stringify(STREAM) }));
          await client.wait(() => client.bytes.includes('content_block_delta'));
          client[way]();
        });
        assert.equal(got.line.end, 'client_left');
        assert.equal(got.row.outcome, 'aborted');
        assertBilled(got, 'yes');
      });
    }

    it('other statuses and endpoints are not metered', async () => {
      assertUnknown(await run({ 'x-sim-status': '529' }, ask(HELLO)));
      assertUnknown(await run({ 'x-sim-status': '201' }, ask(HELLO)), 'yes');
      assertUnknown(await run({}, (headers) => message(s.url, { headers, target: '/v1/messages/count_tokens' })));
      assertUnknown(await run({}, (headers) => call(`${s.url}/v1/models`, { headers: { 'anthropic-version': '2023-06-01', ...headers } })));
    });

    it('the SDK sees the same', async () => {
      const client = new Anthropic({ baseURL: s.url, apiKey: CLIENT_KEY, maxRetries: 0 });
      const got = await run({}, (headers) => client.messages.stream({ ...HELLO }, { headers: { 'accept-encoding': 'identity', ...headers } }).finalMessage());
      assertBilled(got, 'no');
      assert.equal(got.answer.usage.output_tokens, got.line.output_tokens);
      assert.equal(got.answer.usage.input_tokens, got.line.input_tokens);
    });

    it('many at once: each has its own', async () => {
      const before = lines().length;
      const numbers = Array.from({ length: 60 }, (_, i) => i + 1);
      await Promise.all(
        numbers.map((n) =>
          message(s.url, { body: n % 2 ? STREAM : HELLO, headers: { ...TOKENS, 'x-sim-gap-ms': '2', 'x-sim-input-tokens': String(n), 'x-sim-output-tokens': String(n * 1000) } }),
        ),
      );
      await until(() => lines().length === before + 60, { what: '60 log lines' });
      const seen = lines().slice(before);
      assert.ok(seen.every((line) => line.output_tokens === line.input_tokens * 1000 && line.partial === 'no'));
      assert.deepEqual(seen.map((line) => line.input_tokens).sort((a, b) => a - b), numbers);
    });
  });
}

/* One worker logs requests that come one after the other in their order: the lines,
   which wait a quarter of a second for each other, are awaited once. */
for (const tls of [false, true]) {
  describe(`a cut is never billed wrongly${tls ? ', through TLS' : ''}`, () => {
    const s = stage({ sim: { tls }, relay: { env: { LOG_FORMAT: 'json', WORKERS: '1' } } });
    const ask = (directives) => message(s.url, { headers: { ...TOKENS, ...directives }, body: STREAM });

    it('a stream, cut at every 5th byte', async () => {
      const whole = (await ask({})).body;
      const cuts = Array.from({ length: Math.ceil(whole.length / 5) - 1 }, (_, i) => 1 + 5 * i);
      for (const at of cuts) {
        await ask({ 'x-sim-cut-at': String(at) });
      }
      await until(() => requestLines(s.relay.log).length === cuts.length + 1, { what: 'a line for each' });
      const lines = requestLines(s.relay.log).slice(1);
      const wanted = { input_tokens: [1234], output_tokens: [1, 567890], cache_write_tokens: [89], cache_read_tokens: [1000000000] };
      for (const [i, line] of lines.entries()) {
        const begun = whole.subarray(0, cuts[i]);
        for (const name of COUNTS) {
          assert.ok(line[name] === undefined || wanted[name].includes(line[name]), `${name}=${line[name]}, cut at ${cuts[i]}`);
        }
        const stopped = begun.includes('event: message_stop\n');
        assert.ok(!stopped || begun.includes('"output_tokens":567890}'));
        assert.equal(line.partial, stopped ? 'no' : 'yes', `cut at ${cuts[i]}`);
      }
    });
  });
}
