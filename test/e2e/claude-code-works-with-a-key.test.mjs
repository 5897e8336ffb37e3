// SPDX-License-Identifier: MIT
/* Claude Code itself with a relay key, through nginx with TLS in front: it is served,
   byte for byte; the key goes no further than the relay; and a refusal is shown at
   once, in the relay's own words. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, it } from 'node:test';

import { claudeCode, claudeCodeMissing } from '../support/claude_code.mjs';
import { stream } from '../support/http.mjs';
import { createKey } from '../support/keys.mjs';
import { describe, filesBelow, rawStage, startSim, until } from '../support/processes.mjs';
import { makeCertificate } from '../support/proxies.mjs';
import { startTap } from '../support/taps.mjs';
import { missing, nginxInFront, proxyMissing, startProxy } from '../support/users.mjs';

const certificate = missing('openssl') ? null : makeCertificate();
const nginx = certificate && nginxInFront(certificate);
const why = claudeCodeMissing || (certificate ? proxyMissing(nginx) : missing('openssl'));

/* What a relay changes (docs/api.md), and what belongs to a connection. */
const OTHERS = /^(host|connection|content-length|authorization|x-api-key)$/i;
const passed = (request) => request.headers.filter(([name]) => !OTHERS.test(name));

/* Each run has its own. */
const session = (request) => request.get('x-claude-code-session-id');

/* Twelve characters are enough to call it the key; seven and four are kept. */
const PART = 12;
const parts = (text) => Array.from({ length: text.length - PART + 1 }, (_, i) => text.slice(i, i + PART));

function assertNowhere(key, bytes, where) {
  const text = bytes.toString('latin1');
  const found = parts(key.text).find((part) => text.includes(part));
  assert.equal(found, undefined, `a part of the key stands in ${where}`);
}

async function tappedSim() {
  const sim = await startSim();
  const tap = await startTap(sim.port);
  const stop = async () => {
    await tap.stop();
    await sim.stop();
  };
  return { ...tap, url: `http://127.0.0.1:${tap.port}`, stop };
}

describe('Claude Code works with a key, through nginx with TLS', { skip: why }, () => {
  const s = rawStage(tappedSim, { env: { TRUSTED_PROXIES: '127.0.0.1', WORKERS: '2' } });
  let proxy;
  before(async () => {
    proxy = await startProxy(nginx, s.port);
  });
  after(() => proxy?.stop());

  /* One run, and what went through in front of nginx and behind the relay. */
  async function run(env, { base = '', ...options } = {}) {
    const front = await startTap(proxy.port, certificate);
    const done = await claudeCode({ base: `https://127.0.0.1:${front.port}${base}`, certificate, env, ...options });
    const asked = front.exchanges();
    await front.stop();
    const calls = asked.filter((request) => request.method === 'POST');
    assert.ok(calls.every(session));
    return { ...done, asked, calls, up: s.upstream.exchanges().filter((request) => calls.some((call) => session(call) === session(request))) };
  }

  /* They go over several connections: in no order. */
  function assertPassed({ calls, up }) {
    assert.ok(calls.length > 0);
    assert.equal(up.length, calls.length);
    for (const call of calls) {
      const twin = up.find((request) => request.body.equals(call.body));
      assert.ok(twin, `a body of ${call.body.length} bytes was changed`);
      assert.equal(twin.target, call.target.replace(/^\/(api|v1)(?=\/v1)/, ''));
      assert.deepEqual(passed(twin), passed(call));
    }
  }

  for (const [name, base, env] of [
    ['ANTHROPIC_AUTH_TOKEN', '', (text) => ({ ANTHROPIC_AUTH_TOKEN: text })],
    ['ANTHROPIC_API_KEY', '/v1', (text) => ({ ANTHROPIC_API_KEY: text })],
    ['both', '/api', (text) => ({ ANTHROPIC_API_KEY: text, ANTHROPIC_AUTH_TOKEN: text })],
  ]) {
    it(`is answered, with the key in ${name}`, async () => {
      const key = await createKey(s, `in ${name}`, { limits: { rpm: 100, tpm_in: 1e7, cost_day: 1000, concurrency: 4 }, clients: ['claude-cli/*'] });
      const done = await run(env(key.text), { base, args: ['--include-partial-messages'] });
      assert.equal(done.code, 0, done.out);
      assert.equal(done.result.result, 'Hello from the simulated upstream:');
      assert.equal(done.lines.filter((line) => line.event?.type === 'content_block_delta').length, 5);
      /* It looks at the base URL without a credential: strangers see / alone. */
      const seen = done.asked.filter((request) => request.method === 'POST' || base === '');
      assert.deepEqual([...new Set(seen.map((request) => request.status ?? 200))], [200]);
      assertPassed(done);
      assertNowhere(key, s.upstream.bytes(), 'what went upstream');
      assertNowhere(key, Buffer.from(s.relay.log), 'the log');
      for (const file of filesBelow(s.relay.dataDir)) {
        assertNowhere(key, fs.readFileSync(file), file);
      }
      assert.equal((await key.show()).total.requests, done.calls.length);
    });
  }

  it('uses a tool', async () => {
    const key = await createKey(s, 'of a tool', { reserve: 'strict', limits: { cost_day: 1000 } });
    const done = await run({ ANTHROPIC_AUTH_TOKEN: key.text, ANTHROPIC_CUSTOM_HEADERS: 'x-sim-tool: Read' }, { args: ['--max-turns', '2'] });
    assert.equal(done.result.subtype, 'error_max_turns', done.out);
    assert.ok(done.calls.some((call) => call.body.includes('"type":"tool_result"')));
    assertPassed(done);
  });

  it('counts tokens for /context, whatever the key has left', async () => {
    const key = await createKey(s, 'of context', { limits: { rpm: 0, rpd: 0, concurrency: 0, tpm_in: 0, cost_total: 0 } });
    const done = await run({ ANTHROPIC_AUTH_TOKEN: key.text }, { prompt: '/context' });
    assert.equal(done.code, 0, done.out);
    assert.ok(done.calls.length > 10);
    assert.deepEqual([...new Set(done.calls.map((call) => `${call.target} ${call.status}`))], ['/v1/messages/count_tokens?beta=true 200']);
  });

  /* ---- refusals ------------------------------------------------------------- */

  for (const [name, members, status, text] of [
    ['a wrong key', null, 401, /what this client sent is not a relay key of this relay/],
    ['a model that is not allowed', { models: ['claude-nothing-*'] }, 403, /may not use the model claude-.*: allowed are claude-nothing-\*/],
    ['another client', { clients: ['curl/*'] }, 403, /is for the clients curl\/\*, not for claude-cli\/[0-9.]+ \(external, /],
    ['no budget', { limits: { cost_day: 0.01 } }, 402, /has used \$0\.00 of \$0\.01 a day \(limit cost_day\)/],
    ['no requests a day', { limits: { rpd: 0 } }, 429, /has used 0 of 0 requests a day \(limit rpd\)/],
  ]) {
    it(`shows a refusal at once: ${name}`, async () => {
      const sent = members ? (await createKey(s, name, members)).text : `cr_${'A'.repeat(43)}`;
      const done = await run({ ANTHROPIC_AUTH_TOKEN: sent });
      assert.equal(done.code, 1, done.out);
      assert.equal(done.result.api_error_status, status);
      assert.match(done.result.result, text);
      assert.deepEqual(done.calls.map((call) => call.status), [status], 'it asked once');
      assert.equal(done.up.length, 0);
    });
  }

  it('tries again by itself when all places are taken', async () => {
    const key = await createKey(s, 'full', { limits: { concurrency: 1 } });
    const holder = await stream(s.url, { headers: { ...key.headers, 'x-sim-endless': '1', 'x-sim-gap-ms': '50' } });
    const refused = s.relay.logged(/key=full .*status=429/).then(() => holder.leave());
    const done = await run({ ANTHROPIC_AUTH_TOKEN: key.text });
    await refused;
    assert.equal(done.code, 0, done.out);
    assert.ok(done.calls.length >= 2);
    assert.deepEqual([done.calls[0].status, done.calls.at(-1).status], [429, 200]);
    await until(async () => (await key.limit('concurrency')).used === 0, { what: 'its places are free' });
  });
});
