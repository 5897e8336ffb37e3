// SPDX-License-Identifier: MIT
/* What Claude Code sends, in its order, with every form of base URL people set. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { CLIENT_KEY, describe, stage } from '../support/processes.mjs';
import { call, HELLO, stream } from '../support/http.mjs';

const bases = ['', '/', '/api', '/api/', '/v1', '/api/v1', '/v1/', '/api/v1/'];

/* Claude Code joins base and path with a plain slash. */
const headers = {
  accept: 'application/json',
  'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
  'anthropic-dangerous-direct-browser-access': 'true',
  'anthropic-version': '2023-06-01',
  authorization: `Bearer ${CLIENT_KEY}`,
  'user-agent': 'claude-cli/2.1.0 (external, cli)',
  'x-app': 'cli',
  'x-stainless-lang': 'js',
  'x-stainless-retry-count': '0',
  'accept-encoding': 'gzip, deflate, br, zstd',
};

describe('Claude Code is served', () => {
  const s = stage();

  for (const base of bases) {
    const slash = base.endsWith('/') ? '' : '/';

    it(`looks whether anybody is there: HEAD ${base || '(no path)'}`, async () => {
      for (const target of [base || '/', `${base}${slash}api/hello`]) {
        const head = await call(s.url + target, { method: 'HEAD' });
        assert.equal(head.status, 200, target);
        assert.equal(head.body.length, 0);
      }
    });

    it(`finds models, counts tokens, streams: ${base || '(no path)'}`, async () => {
      const models = await call(`${s.url}${base}${slash}v1/models?limit=1000`, { headers });
      assert.equal(models.status, 200);
      assert.ok(JSON.parse(models.body).data.length > 0);

      const count = await call(`${s.url}${base}${slash}v1/messages/count_tokens?beta=true`, { method: 'POST', headers, body: HELLO });
      assert.equal(count.status, 200);
      assert.ok(JSON.parse(count.body).input_tokens > 0);

      const target = `${base}${slash}v1/messages?beta=true`;
      const name = `stream under ${base || 'nothing'}`;
      const events = await stream(s.url, { target, headers: { ...headers, 'accept-encoding': 'identity', 'x-sim-name': name } });
      assert.equal(events.status, 200);
      assert.match(events.headers['content-type'], /^text\/event-stream/);
      assert.equal(await events.ended, true);
      assert.equal((await s.sim.row(name)).target, '/v1/messages?beta=true');
    });

    it(`posts its event log: ${base || '(no path)'}`, async () => {
      const log = await call(`${s.url}${base}${slash}api/event_logging/batch`, { method: 'POST', headers, body: { events: [] } });
      assert.equal(log.status, 200);
    });
  }

  it('counts tokens 26 times at once for /context', async () => {
    const answers = await Promise.all(
      Array.from({ length: 26 }, () => call(`${s.url}/v1/messages/count_tokens?beta=true`, { method: 'POST', headers, body: HELLO })),
    );
    assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
  });

  it('may have its compressed answers', async () => {
    for (const encoding of ['gzip', 'br', 'zstd', 'deflate']) {
      const answer = await call(`${s.url}/v1/messages`, { method: 'POST', headers: { ...headers, 'x-sim-encoding': encoding }, body: HELLO });
      assert.equal(answer.headers['content-encoding'], encoding);
    }
  });

  it('gets no 404 for a method that the API does not use', async () => {
    for (const target of ['/v1/messages', '/api/v1/files/x', '/v1/skills', '/messages']) {
      const answer = await call(`${s.url}${target}`, { method: 'OPTIONS', headers });
      assert.equal(answer.status, 405);
      assert.match(answer.body.toString(), /POST/);
      assert.equal(answer.headers.allow, 'GET, HEAD, POST, PUT, PATCH, DELETE');
    }
  });

  it('gets an answer in the API\'s shape for a path nobody knows', async () => {
    const answer = await call(`${s.url}/v1/nothing`, { method: 'POST', headers, body: HELLO });
    assert.equal(JSON.parse(answer.body).type, 'error');
    assert.ok(answer.status >= 400 && answer.status < 500);
  });
});
