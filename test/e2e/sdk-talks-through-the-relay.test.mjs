// SPDX-License-Identifier: MIT
/* The TypeScript SDK, in its present and in an older version, through the relay. */
import assert from 'node:assert/strict';
import { File } from 'node:buffer';
import { it } from 'node:test';
import Now, { toFile as toFileNow } from 'sdk';
import Old, { toFile as toFileOld } from 'sdk-060';

import { CLIENT_KEY, describe, stage, until } from '../support/processes.mjs';

const bases = ['', '/', '/api', '/api/', '/v1', '/api/v1'];
const sdks = [
  { name: 'SDK 1.x', Client: Now, toFile: toFileNow },
  { name: 'SDK 0.60', Client: Old, toFile: toFileOld },
];
const model = 'claude-sonnet-5';
const messages = [{ role: 'user', content: 'hello' }];
const FILES = 'files-api-2025-04-14';

/* Node 18, which Debian 12 has, keeps the class that the SDK uploads in a module. */
globalThis.File ??= File;

async function collect(pages) {
  const all = [];
  for await (const item of pages) {
    all.push(item);
  }
  return all;
}

describe('the SDK talks through the relay', () => {
  const s = stage();
  const client = (sdk, base = '', options = {}) =>
    new sdk.Client({ baseURL: s.url + base, apiKey: CLIENT_KEY, maxRetries: 0, ...options });

  for (const sdk of sdks) {
    for (const base of bases) {
      it(`${sdk.name}: base URL http://host:port${base}`, async () => {
        const c = client(sdk, base);
        const made = await c.messages.create({ model, max_tokens: 50, messages });
        assert.equal(made.type, 'message');
        const text = await c.messages.stream({ model, max_tokens: 50, messages }).finalText();
        assert.ok(text.length > 0);
        const count = await c.messages.countTokens({ model, messages });
        assert.ok(count.input_tokens > 0);
        assert.ok((await collect(c.models.list({ limit: 1000 }))).length > 0);
        const batches = await c.messages.batches.list();
        assert.ok(Array.isArray(batches.data));
      });
    }

    it(`${sdk.name}: messages.create brings usage, request id and rate limits`, async () => {
      const { data, response, request_id } = await client(sdk).messages
        .create({ model, max_tokens: 50, messages }).withResponse();
      assert.equal(data.role, 'assistant');
      assert.equal(data.model, model);
      assert.equal(data.content[0].type, 'text');
      assert.ok(data.usage.input_tokens > 0 && data.usage.output_tokens > 0);
      assert.match(request_id, /^req_/);
      assert.ok(response.headers.get('anthropic-ratelimit-requests-limit'));
    });

    it(`${sdk.name}: messages.stream gives every event in order`, async () => {
      const types = [];
      const stream = client(sdk).messages.stream(
        { model, max_tokens: 50, messages },
        { headers: { 'x-sim-events': '40' } },
      );
      for await (const event of stream) {
        types.push(event.type);
      }
      const whole = await stream.finalMessage();
      assert.equal(types[0], 'message_start');
      assert.equal(types.at(-1), 'message_stop');
      assert.equal(types.filter((t) => t === 'content_block_delta').length, 40);
      assert.equal(whole.stop_reason, 'end_turn');
      assert.ok(whole.usage.output_tokens >= 40);
    });

    it(`${sdk.name}: a tool call, streamed and not`, async () => {
      const request = {
        model,
        max_tokens: 50,
        messages,
        tools: [{ name: 'weather', description: 'd', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }],
        tool_choice: { type: 'tool', name: 'weather' },
      };
      const c = client(sdk);
      const made = await c.messages.create(request);
      const use = made.content.find((block) => block.type === 'tool_use');
      assert.equal(use.name, 'weather');
      assert.equal(made.stop_reason, 'tool_use');
      const streamed = await c.messages.stream(request).finalMessage();
      assert.deepEqual(streamed.content.find((b) => b.type === 'tool_use').input, use.input);
    });

    it(`${sdk.name}: models.list and models.retrieve`, async () => {
      const c = client(sdk);
      const models = await collect(c.models.list({ limit: 2 }));
      assert.ok(models.length > 2, 'auto-pagination ends after one page');
      assert.equal(new Set(models.map((m) => m.id)).size, models.length);
      const one = await c.models.retrieve(models[0].id);
      assert.equal(one.id, models[0].id);
      await assert.rejects(c.models.retrieve('no-such-model'), (e) => e.status === 404 && e.error.error.type === 'not_found_error');
    });

    it(`${sdk.name}: batches.create, list, retrieve, cancel`, async () => {
      const c = client(sdk).messages.batches;
      const made = await c.create({ requests: [{ custom_id: 'a', params: { model, max_tokens: 5, messages } }] });
      assert.equal(made.processing_status, 'in_progress');
      assert.ok((await collect(c.list({ limit: 1 }))).some((b) => b.id === made.id));
      assert.equal((await c.retrieve(made.id)).id, made.id);
      assert.equal((await c.cancel(made.id)).id, made.id);
    });

    it(`${sdk.name}: a file goes up and comes down unchanged`, async () => {
      const c = client(sdk).beta.files;
      const bytes = Buffer.from(Array.from({ length: 70000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
      const up = await c.upload({ file: await sdk.toFile(bytes, 'all bytes.bin', { type: 'application/octet-stream' }), betas: [FILES] });
      assert.equal(up.size_bytes, bytes.length);
      const down = await c.download(up.id, { betas: [FILES] });
      assert.deepEqual(Buffer.from(await down.arrayBuffer()), bytes);
      assert.ok((await collect(c.list({ betas: [FILES] }))).some((f) => f.id === up.id));
      assert.equal((await c.retrieveMetadata(up.id, { betas: [FILES] })).id, up.id);
      await c.delete(up.id, { betas: [FILES] });
    });

    it(`${sdk.name}: an upstream error reaches the caller as itself`, async () => {
      const c = client(sdk);
      const directive = (headers) => c.messages.create({ model, max_tokens: 5, messages }, { headers });
      await assert.rejects(
        directive({ 'x-sim-status': '529' }),
        (e) => e.status === 529 && e.error.error.type === 'overloaded_error',
      );
      await assert.rejects(
        directive({ 'x-sim-status': '429', 'x-sim-reply-header': 'retry-after: 7' }),
        (e) => e.status === 429 && e instanceof sdk.Client.RateLimitError && new Headers(e.headers).get('retry-after') === '7',
      );
      await assert.rejects(
        c.messages.stream({ model, max_tokens: 5, messages }, { headers: { 'x-sim-cut-at': '300' } }).finalMessage(),
      );
    });

    it(`${sdk.name}: authToken serves as well as apiKey`, async () => {
      const c = client(sdk, '', { apiKey: null, authToken: CLIENT_KEY });
      assert.equal((await c.messages.create({ model, max_tokens: 5, messages })).type, 'message');
    });

    it(`${sdk.name}: an aborted stream ends the upstream's work`, async () => {
      const name = `abort ${sdk.name}`;
      const stream = client(sdk).messages.stream(
        { model, max_tokens: 50, messages },
        { headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '5', 'x-sim-name': name } },
      );
      stream.on('error', () => {});
      for await (const event of stream) {
        if (event.type === 'content_block_delta') {
          break;
        }
      }
      stream.abort();
      await until(async () => (await s.sim.row(name))?.outcome === 'aborted', { what: 'the abort at the sim' });
    });
  }
});
