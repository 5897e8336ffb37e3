// SPDX-License-Identifier: MIT
/* What a request may cost, and what it came to: a key that is strict sends nothing whose
   most is not proven, and every call that an answer took is booked, by its model. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { HELLO, call } from '../support/http.mjs';
import { KEY_TEXT, createGroup, createKey, nothingHeld } from '../support/keys.mjs';
import { describe, rawStage, until } from '../support/processes.mjs';
import { rawUpstream, responseBytes } from '../support/raw.mjs';

const BIG = { allow: ['messages', 'batches', 'other'], limits: { cost_total: 1000 } };
const STRICT = { ...BIG, reserve: 'strict' };

/* As Claude Code 2.1 asks. */
const CLAUDE_CODE = {
  model: 'claude-opus-5-5',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hello', cache_control: { type: 'ephemeral', ttl: '1h' } }] }],
  system: [{ type: 'text', text: 'You are Claude Code.' }],
  tools: [{ name: 'Task', description: 'x', input_schema: { type: 'object', properties: { model: { type: 'string' } } } }],
  metadata: { user_id: '{"device_id":"x"}' },
  max_tokens: 128000,
  thinking: { type: 'adaptive', display: 'omitted' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  output_config: { effort: 'medium' },
  stream: true,
};

/* What is said of it, and more members of a body; a text is a whole body. */
const REFUSED = [
  ['fallbacks', { fallbacks: [{ model: 'claude-opus-4-1' }] }],
  ['fallbacks', { fallbacks: 'default' }],
  ['speed', { speed: 'fast' }],
  ['inference_geo', { inference_geo: 'us' }],
  ['service_tier', { service_tier: 'flex' }],
  ['container', { container: { skills: [] } }],
  ['mcp_servers', { mcp_servers: [{ type: 'url', url: 'https://x', name: 'x' }] }],
  ['thread', { thread: { type: 'create' } }],
  ['compaction', { compaction: {} }],
  ['compact_20260112', { context_management: { edits: [{ type: 'compact_20260112' }] } }],
  ['advisor_20260301', { tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5', max_uses: 1 }] }],
  ['bash_20990101', { tools: [{ type: 'bash_20990101', name: 'bash' }] }],
  ['max_uses', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
  ['code_execution_20250825', { tools: [{ type: 'code_execution_20250825', name: 'x', max_uses: 1 }] }],
  ['tool_addition', { messages: [{ role: 'system', content: [{ type: 'tool_addition', tool: {} }] }] }],
  ['something_new', { something_new: 1 }],
  ['claude-unheard-of', { model: 'claude-unheard-of' }],
  ['twice the member max_tokens', '{"model":"claude-sonnet-5","max_tokens":1,"max\\u005ftokens":64000,"messages":[]}'],
  ['twice the member model', '{"model":"claude-haiku-4-5","model":"claude-opus-4-1","max_tokens":1,"messages":[]}'],
  ['twice the member tools', '{"model":"claude-sonnet-5","max_tokens":1,"tools":[{"type":"web_search_20250305"}],"tools":[]}'],
];

const iteration = (type, input, output, more = {}) => ({ type, input_tokens: input, output_tokens: output, ...more });

/* [what, the model asked for, the one answered, usage, micro-dollars] */
const BOOKED = [
  ['compaction', 'claude-opus-4-8', 'claude-opus-4-8',
    { input_tokens: 23000, output_tokens: 1000, iterations: [iteration('compaction', 180000, 3500), iteration('message', 23000, 1000)] },
    203000 * 5 + 4500 * 25],
  ['the advisor', 'claude-haiku-4-5', 'claude-haiku-4-5',
    { input_tokens: 400, output_tokens: 500,
      iterations: [iteration('message', 200, 250), iteration('advisor_message', 823, 1612, { model: 'claude-opus-4-8' }), iteration('message', 200, 250)] },
    400 + 500 * 5 + 823 * 5 + 1612 * 25],
  ['another model after a refusal', 'claude-haiku-4-5', 'claude-opus-4-1',
    { input_tokens: 20, output_tokens: 100,
      iterations: [iteration('message', 20, 3, { model: 'claude-haiku-4-5' }), iteration('fallback_message', 20, 100, { model: 'claude-opus-4-1' })] },
    20 + 15 + 20 * 15 + 100 * 75],
  ['iterations that say nothing new', 'claude-sonnet-5', 'claude-sonnet-5',
    { input_tokens: 20, output_tokens: 100, iterations: [iteration('message', 20, 100, { model: null })] },
    20 * 2 + 100 * 10],
];

const event = (type, doc) => `event: ${type}\ndata: ${JSON.stringify({ type, ...doc })}\n\n`;

/* The stream names the first model at its beginning, and tells iterations at its end. */
const streamOf = (asked, usage) =>
  event('message_start', { message: { model: asked, usage: { input_tokens: usage.input_tokens, output_tokens: 1 } } }) +
  event('message_delta', { usage: { output_tokens: 1, iterations: usage.iterations.slice(0, 1) } }) +
  event('message_delta', { usage }) +
  event('message_stop', {});

async function answering() {
  const upstream = await rawUpstream((connection) => connection.write(responseBytes(upstream.answer)));
  return upstream;
}

describe('a strict key is a promise', () => {
  const s = rawStage(answering);
  let strict;
  let usual;
  before(async () => {
    s.upstream.answer = { headers: [['Content-Type', 'application/json']], body: '{"usage":{"input_tokens":1,"output_tokens":1}}' };
    strict = await createKey(s, 'strict', STRICT);
    usual = await createKey(s, 'usual', BIG);
  });
  const post = (key, body, target = '/v1/messages') => call(s.url + target, { method: 'POST', headers: key.headers, body });
  const bodyOf = (more) => (typeof more === 'string' ? more : { ...HELLO, ...more });

  for (const [name, more] of REFUSED) {
    it(`a strict key does not send ${name}; others do: ${JSON.stringify(more).slice(0, 60)}`, async () => {
      const before = s.upstream.requests.length;
      const answer = await post(strict, bodyOf(more));
      assert.equal(answer.status, 403, answer.body.toString());
      assert.match(answer.body.toString(), /the key strict reserves the most .*nothing bounds/);
      assert.ok(JSON.parse(answer.body).error.message.includes(name), answer.body.toString());
      assert.equal(answer.headers['x-should-retry'], 'false');
      assert.equal(s.upstream.requests.length, before, 'something was sent');
      assert.equal((await post(usual, bodyOf(more))).status, 200);
      assert.equal(s.upstream.requests.length, before + 1);
    });
  }

  it('other keys send what is new side by side', async () => {
    const key = await createKey(s, 'side by side', { ...BIG, limits: { cost_total: 100 } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(key, bodyOf({ something_new: 1, tools: [{ type: 'bash_20990101', name: 'bash' }] }))));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
  });

  it('Claude Code works with it', async () => {
    for (const body of [CLAUDE_CODE, { ...CLAUDE_CODE, speed: null, fallbacks: null, service_tier: 'auto' }]) {
      assert.equal((await post(strict, body)).status, 200);
    }
    assert.equal((await post(strict, { ...CLAUDE_CODE, fallbacks: [{ model: 'x' }] }, '/v1/messages/count_tokens')).status, 200);
  });

  for (const [what, asked, answered, usage, microusd] of BOOKED) {
    for (const stream of [false, true]) {
      it(`${what} is booked${stream ? ', of a stream' : ''}`, async () => {
        const key = await createKey(s, `${what} ${stream}`, BIG);
        s.upstream.answer = stream
          ? { headers: [['Content-Type', 'text/event-stream']], body: streamOf(asked, usage) }
          : { headers: [['Content-Type', 'application/json']], body: JSON.stringify({ model: answered, usage }) };
        assert.equal((await post(key, { ...HELLO, model: asked, stream })).status, 200);
        await nothingHeld(key);
        const { total } = await key.me();
        assert.equal(Math.round(total.cost * 1e6), microusd);
        assert.equal(total.output_tokens, [...usage.iterations].reduce((sum, one) => sum + one.output_tokens, 0));
      });
    }
  }

  it('no batch is created where nothing may be spent', async () => {
    await createGroup(s, 'poor', { limits: { cost_month: 0 } });
    const target = '/v1/messages/batches';
    const poor = await createKey(s, 'of the poor', { allow: ['batches'], group: 'poor' });
    const broke = await createKey(s, 'broke', { allow: ['batches'], limits: { cost_day: 0 } });
    const before = s.upstream.requests.length;
    for (const [key, status, text] of [[strict, 403, /reserve: strict/], [poor, 402, /group poor .*cost_month is 0/], [broke, 402, /cost_day is 0/]]) {
      const answer = await post(key, { requests: [] }, target);
      assert.equal(answer.status, status);
      assert.match(answer.body.toString(), text);
    }
    assert.equal(s.upstream.requests.length, before);
    assert.equal((await post(usual, { requests: [] }, target)).status, 200);
  });

  it('a model without a price is told of, once, and no key that was sent as one', async () => {
    const answer = (model) => ({ headers: [['Content-Type', 'application/json']], body: JSON.stringify({ model, usage: { input_tokens: 1, output_tokens: 1 } }) });
    for (const model of ['claude-from-afar-20270101', 'claude-from-afar-20270101', usual.text]) {
      s.upstream.answer = answer(model);
      assert.equal((await post(usual, { ...HELLO, model })).status, 200);
    }
    await until(() => /does not know the model claude-from-afar-20270101: limits count it/.test(s.relay.log), { what: 'the warning' });
    await nothingHeld(usual);
    await until(() => /model=\?/.test(s.relay.log), { what: 'the last line' });
    assert.equal(s.relay.log.match(/does not know the model claude-from-afar-20270101/g).length, 1);
    assert.doesNotMatch(s.relay.log, KEY_TEXT);
  });
});

describe('rules about models', () => {
  const s = rawStage(answering);
  let key;
  before(async () => {
    s.upstream.answer = { headers: [['Content-Type', 'application/json']], body: '{}' };
    key = await createKey(s, 'haiku', { models: ['claude-haiku-*'], allow: ['messages', 'other'] });
  });
  const ask = (more, target = '/v1/messages') => call(s.url + target, { method: 'POST', headers: key.headers, body: { ...HELLO, model: 'claude-haiku-4-5', ...more } });

  it('hold for each model that may serve the request', async () => {
    for (const more of [
      { fallbacks: [{ model: 'claude-haiku-4-5' }, { model: 'claude-opus-5' }] },
      { tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5' }] },
      { next_year: [{ model: 'claude-opus-5' }] },
      { messages: [{ role: 'system', content: [{ type: 'tool_addition', tool: { type: 'tool_definition', definition: { type: 'advisor_20260301', model: 'claude-opus-5' } } }] }] },
    ]) {
      const answer = await ask(more);
      assert.equal(answer.status, 403, JSON.stringify(more));
      assert.match(answer.body.toString(), /names below its top: .*may not use the model claude-opus-5/);
    }
    assert.equal(s.upstream.requests.length, 0);
  });

  it('are not noticed by ordinary requests', async () => {
    for (const more of [
      { fallbacks: [{ model: 'claude-haiku-5-5' }] },
      { ...CLAUDE_CODE, model: 'claude-haiku-4-5' },
      { tools: [{ name: 'buy', input_schema: { type: 'object', properties: { model: { type: 'string', enum: ['t'] } } }, input_examples: [{ model: 't' }] }] },
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'buy', input: { model: 't' } }] }] },
      { output_config: { format: { type: 'json_schema', schema: { properties: { model: { const: 'x' } } } } } },
    ]) {
      assert.equal((await ask(more)).status, 200, JSON.stringify(more));
    }
  });
});
