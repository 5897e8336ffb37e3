// SPDX-License-Identifier: MIT
/* While no relay key exists only this machine is served, by the whole rule of
   docs/api.md; strangers learn nothing. */
import assert from 'node:assert/strict';
import os from 'node:os';
import { it } from 'node:test';

import { describe, rawStage } from '../support/processes.mjs';
import { exchange, RawClient, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';

const relayed = [
  ['POST', '/v1/messages'],
  ['POST', '/api/v1/messages'],
  ['POST', '/v1/messages/count_tokens'],
  ['POST', '/v1/complete'],
  ['POST', '/v1/messages/batches'],
  ['GET', '/v1/messages/batches'],
  ['GET', '/v1/messages/batches/x'],
  ['GET', '/v1/messages/batches/x/results'],
  ['POST', '/v1/messages/batches/x/cancel'],
  ['DELETE', '/v1/messages/batches/x'],
  ['POST', '/v1/files'],
  ['GET', '/v1/files'],
  ['GET', '/v1/files/x'],
  ['GET', '/v1/files/x/content'],
  ['DELETE', '/v1/files/x'],
  ['GET', '/v1/models'],
  ['GET', '/v1/models/x'],
];

const strangers = {
  'Forwarded': [['Forwarded', 'for=192.0.2.1']],
  'X-Forwarded-For': [['X-Forwarded-For', '192.0.2.1']],
  'X-Forwarded-For, even of this machine': [['X-Forwarded-For', '127.0.0.1']],
  'X-Forwarded-For, empty': [['X-Forwarded-For', '']],
  'X-Forwarded-Host': [['X-Forwarded-Host', 'localhost']],
  'X-Forwarded-Proto': [['x-forwarded-proto', 'https']],
  'X-Forwarded-anything': [['X-FORWARDED-Whatever', '1']],
  'X-Real-IP': [['X-Real-IP', '127.0.0.1']],
  'Via': [['Via', '1.1 proxy']],
  'a foreign Origin': [['Origin', 'https://evil.example']],
  'Origin null': [['Origin', 'null']],
  'an Origin on another port': [['Origin', 'http://127.0.0.1:1']],
  'an Origin with https': [['Origin', 'https://127.0.0.1']],
  'two Origins': [['Origin', 'http://127.0.0.1'], ['Origin', 'https://evil.example']],
  'Sec-Fetch-Site: cross-site': [['Sec-Fetch-Site', 'cross-site']],
  'Sec-Fetch-Site: same-site': [['Sec-Fetch-Site', 'same-site']],
  'Sec-Fetch-Site: none': [['Sec-Fetch-Site', 'none']],
  'Sec-Fetch-Site twice': [['Sec-Fetch-Site', 'same-origin'], ['Sec-Fetch-Site', 'cross-site']],
};
const foreignHosts = ['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost.', '127.0.0.2', '0.0.0.0', '127.1', '[::]', '[::ffff:127.0.0.1]', '192.0.2.1', 'notlocalhost', 'localhost:x', 'localhost:99999', '::1'];
const ownHosts = ['localhost', 'LocalHost', 'localhost:3000', '127.0.0.1', '127.0.0.1:80', '[::1]', '[::1]:3000'];

function assertStranger(answer) {
  const { error } = assertProblem(answer, 401, 'authentication_error');
  assert.equal(answer.get('x-should-retry'), 'false');
  assert.match(error.message, /because/, 'no reason is given');
  return error.message;
}

function assertLivesOnly(answer) {
  assert.equal(answer.status, 200);
  const text = answer.body.toString();
  assert.ok(!/version|endpoint|account|\d+\.\d+\.\d+/i.test(text), `a stranger learns too much: ${text}`);
  assert.deepEqual(answer.headers.filter(([n]) => /server|version|powered/i.test(n)), []);
}

describe('this machine alone is served', () => {
  const s = rawStage(() => rawUpstream((c) => c.write(responseBytes({ body: '{"fine":true}' }))));
  const ask = (options) => exchange(s.port, requestBytes({ body: options?.method === 'GET' ? undefined : '{}', ...options }), { method: options?.method });
  const unseen = async (work) => {
    const before = s.upstream.connections.length + s.upstream.requests.length;
    await work();
    assert.equal(s.upstream.connections.length + s.upstream.requests.length, before, 'the upstream heard of it');
  };

  for (const [name, headers] of Object.entries(strangers)) {
    it(`refused: ${name}`, () =>
      unseen(async () => {
        assertStranger(await ask({ headers }));
        for (const target of ['/health', '/']) {
          assertLivesOnly(await ask({ method: 'GET', target, headers }));
        }
      }));
  }

  for (const host of foreignHosts) {
    it(`refused: Host ${host}`, () =>
      unseen(async () => {
        const answer = await ask({ host });
        if (answer.status !== 400) { /* not even a host */
          assert.match(assertStranger(answer), /Host/);
          assertLivesOnly(await ask({ method: 'GET', target: '/health', host }));
        }
      }));
  }

  it('refused on every relayed endpoint', () =>
    unseen(async () => {
      for (const [method, target] of relayed) {
        assertStranger(await ask({ method, target, headers: [['Via', '1.1 x']] }));
      }
    }));

  it('refused before the body is read', async () => {
    const client = await RawClient.connect(s.port);
    client.write('POST /v1/files HTTP/1.1\r\nHost: localhost\r\nVia: 1.1 x\r\nContent-Length: 100000000\r\n\r\n');
    assertStranger(await client.response());
    await client.end();
    client.leave();
  });

  it('no event log of a page elsewhere', async () => {
    const answer = await ask({ target: '/api/event_logging/batch', headers: [['Origin', 'https://evil.example']] });
    assert.ok(answer.status >= 400);
  });

  it('served: every own host name, with and without port', async () => {
    for (const host of ownHosts) {
      assert.equal((await ask({ host })).status, 200, host);
    }
  });

  it('served: a page of the relay itself', async () => {
    const host = `127.0.0.1:${s.port}`;
    assert.equal((await ask({ host, headers: [['Origin', `http://${host}`], ['Sec-Fetch-Site', 'same-origin']] })).status, 200);
  });

  it('served: through IPv6, if the relay listens there', async () => {
    const client = await RawClient.connect(s.port, '::1').catch(() => null);
    if (client) {
      client.write(requestBytes({ body: '{}', host: '[::1]' }));
      assert.equal((await client.response()).status, 200);
      client.leave();
    }
  });

  const outside = Object.values(os.networkInterfaces()).flat().find((a) => a.family === 'IPv4' && !a.internal)?.address;
  it('refused: over the network, whatever the request says', { skip: outside ? false : 'this machine has no other address' }, () =>
    unseen(async () => {
      for (const host of ['localhost', '127.0.0.1', outside, `${outside}:${s.port}`]) {
        const client = await RawClient.connect(s.port, outside);
        client.write(requestBytes({ body: '{}', host }));
        assert.match(assertStranger(await client.response()), /machine/);
        client.write(requestBytes({ method: 'GET', target: '/health', host }));
        client.leave();
        for (const target of ['/', '/health']) {
          assertLivesOnly(await exchange(s.port, requestBytes({ method: 'GET', target, host }), { host: outside }));
        }
      }
    }));

  it('this machine sees the version, and a browser a page', async () => {
    const health = JSON.parse((await ask({ method: 'GET', target: '/health' })).body);
    assert.equal(health.status, 'healthy');
    assert.equal(health.service, 'claude-relay-service');
    assert.match(health.version, /^\d+\.\d+/);
    const about = JSON.parse((await ask({ method: 'GET', target: '/' })).body);
    assert.deepEqual(Object.keys(about).sort(), ['description', 'endpoints', 'service', 'usage', 'version']);
    const page = await ask({ method: 'GET', target: '/', headers: [['Accept', 'text/html,*/*;q=0.8']] });
    assert.match(page.get('content-type'), /^text\/html/);
    assert.match(page.get('content-security-policy'), /default-src 'none'/);
    assertLivesOnly(await ask({ method: 'GET', target: '/', headers: [['Accept', 'text/html'], ['Via', '1.1 x']] }));
  });

  it("a client's own claude.ai login is refused, not passed on and not repeated", () =>
    unseen(async () => {
      const token = 'sk-ant-oat01-CANARY-of-the-client';
      for (const headers of [[['Authorization', `Bearer ${token}`]], [['authorization', `bearer   ${token}`]], [['X-Api-Key', token]], [['x-api-key', 'fine'], ['Authorization', `Bearer ${token}`]]]) {
        const answer = await ask({ headers });
        const { error } = assertProblem(answer, 401, 'authentication_error', /ANTHROPIC_AUTH_TOKEN/);
        assert.ok(!error.message.includes(token));
        assert.equal(answer.get('x-should-retry'), 'false');
      }
    }));
});
