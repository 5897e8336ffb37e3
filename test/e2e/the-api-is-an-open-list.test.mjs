// SPDX-License-Identifier: MIT
/* What the API has, or will have, below /v1/ passes: any path, any method, any body,
   under every base URL that people set. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { describe, rawStage, until } from '../support/processes.mjs';
import { RawClient, exchange, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const chunk = (text, end = '') => `${text.length.toString(16)}\r\n${text}\r\n${end}`;
const bytes = (text) => Buffer.from(text, 'latin1');

describe('the API is an open list', () => {
  const s = rawStage(() => rawUpstream((connection, request) =>
    connection.write(request.method === 'HEAD'
      ? 'HTTP/1.1 200 OK\r\nX-Tea: green\r\nContent-Length: 10000\r\n\r\n'
      : responseBytes({ headers: [['X-Tea', 'green']], body: '{"fine":true}' }))));

  for (const method of METHODS) {
    it(`${method} passes, with a body and without`, async () => {
      for (const target of ['/v1/skills', '/v1/agents/a%20b/sessions?limit=3', '/v1/messages', '/v1/models/x']) {
        for (const body of [undefined, Buffer.from([0x7b, 0xff, 0, 0x22])]) {
          const answer = await exchange(s.port, requestBytes({ method, target, body }), { method });
          assert.equal(answer.status, 200, `${target}: ${answer.body}`);
          assert.equal(answer.get('x-tea'), 'green');
          const got = s.upstream.requests.at(-1);
          assert.equal(`${got.method} ${got.target}`, `${method} ${target}`);
          assert.deepEqual(got.body, body ?? Buffer.alloc(0));
        }
      }
    });
  }

  it('an answer to HEAD has no body, and its connection is used again', async () => {
    const client = await RawClient.connect(s.port);
    for (const method of ['HEAD', 'GET', 'HEAD']) {
      client.write(requestBytes({ method, target: '/v1/files/x' }));
      const answer = await client.response({ method });
      assert.equal(answer.get('content-length'), method === 'HEAD' ? '10000' : '13');
    }
    client.leave();
  });

  it('under every base URL', async () => {
    for (const base of ['', '/', '/api', '/api/', '/v1', '/v1/', '/api/v1', '//api//v1//']) {
      await exchange(s.port, requestBytes({ target: `${base}/v1/skills/x/versions?beta=true`, body: '{}' }));
      assert.equal(s.upstream.requests.at(-1).target, '/v1/skills/x/versions?beta=true');
    }
  });

  it('names that the relay knows pass without /v1 too', async () => {
    for (const path of ['/messages', '/messages/count_tokens', '/messages/batches', '/complete', '/files', '/models', '/models/x', '/files/x/content']) {
      for (const base of ['', '/', '/api', '/api/']) {
        await exchange(s.port, requestBytes({ method: 'GET', target: `${base}${path}?a=b` }));
        assert.equal(s.upstream.requests.at(-1).target, `/v1${path}?a=b`);
      }
    }
    for (const base of ['/v1/', '/api/v1/', '//v1//']) {
      await exchange(s.port, requestBytes({ method: 'GET', target: `${base}/messages?a=b` }));
      assert.equal(s.upstream.requests.at(-1).target, '/v1/messages?a=b');
    }
    const seen = s.upstream.requests.length;
    for (const [target, status] of [['/', 200], ['/health', 200], ['/oauth/accounts', 200], ['/skills', 404], ['/messagesx', 404], ['/x/messages', 404]]) {
      assert.equal((await exchange(s.port, requestBytes({ method: 'GET', target }))).status, status, target);
    }
    assert.equal(s.upstream.requests.length, seen);
  });

  it('names may have the marks that a path may have', async () => {
    for (const target of ['/v1/skills:search', '/v1/agents@2', '/v1/~x', "/v1/a!$'()*+,=b", '/v1/messages/a:b']) {
      const answer = await exchange(s.port, requestBytes({ target, body: '{}' }));
      assert.equal(answer.status, 200, `${target}: ${answer.body}`);
      assert.equal(s.upstream.requests.at(-1).target, target);
    }
    const seen = s.upstream.requests.length;
    for (const target of ['/v1/messages;x', '/v1/skills;x', '/v1/messages:', '/v1/%6dessages']) {
      assertProblem(await exchange(s.port, requestBytes({ target, body: '{}' })), 400, 'invalid_request_error', /: @ !/);
    }
    assert.equal(s.upstream.requests.length, seen);
  });

  it('an upload passes as it comes', async () => {
    for (const [field, parts] of [['Content-Length: 6', ['abc', 'def']], ['Transfer-Encoding: chunked', ['3\r\nabc\r\n', '3\r\ndef\r\n0\r\n\r\n']]]) {
      const client = await RawClient.connect(s.port);
      client.write(`POST /v1/skills HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\n${field}\r\n\r\n${parts[0]}`);
      await until(() => s.upstream.connections.some((c) => c.total > 0 && c.bytes.includes('abc')), { what: 'the first part' });
      client.write(parts[1]);
      assert.equal((await client.response()).status, 200);
      assert.equal(s.upstream.requests.at(-1).body.toString(), 'abcdef');
      client.leave();
    }
  });

  it('more than 500 MB are refused before they are read', async () => {
    const length = (n) => bytes(`POST /v1/skills HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${n}\r\n\r\n`);
    assertProblem(await exchange(s.port, length((500 << 20) + 1)), 413, 'request_too_large');
  });

  const PROXY = '{"type":"http","host":"127.0.0.1","port":1,"username":"u","password":"CANARY-password"}';
  const NAMES = ['proxy_config', 'proxy\\u005fconfig'];

  it('a body may name its own proxy, or none', async () => {
    const seen = s.upstream.requests.length;
    for (const method of METHODS.filter((m) => m !== 'HEAD')) {
      for (const name of NAMES) {
        const answer = await exchange(s.port, requestBytes({ method, target: '/v1/agents', body: `{"a":1,"${name}":${PROXY}}` }));
        assertProblem(answer, 502, 'api_error', /connect failed/);
        assert.ok(!answer.body.includes('CANARY'));
      }
    }
    assert.equal(s.upstream.requests.length, seen, 'it went out all the same');
    for (const method of METHODS.filter((m) => m !== 'HEAD')) {
      for (const target of ['/v1/agents', '/v1/messages/batches']) {
        for (const part of [{ body: '{"proxy_config":null}' }, { body: chunk('{"proxy_config":null}', '0\r\n\r\n'), headers: [['Transfer-Encoding', 'chunked']] }]) {
          const answer = await exchange(s.port, requestBytes({ method, target, ...part }));
          assert.equal(answer.status, 200, `${method} ${target}: ${answer.body}`);
          assert.equal(s.upstream.requests.at(-1).body.toString(), '{}');
        }
      }
    }
  });

  it('what is passed on as it comes cannot, and does not go out directly', async () => {
    const filler = Buffer.alloc(8 << 20, 'x').toString();
    for (const [target, body] of [['/v1/agents', `{"a":"${filler}","proxy_config":${PROXY}}`], ['/v1/agents', `\ufeff{"a":"${filler}","proxy_config":${PROXY}}`],
      ['/v1/files', `{"proxy_config":${PROXY}}`], ['/v1/files', `\ufeff{"a":1,"proxy\\u005fconfig":${PROXY}}`]]) {
      const answer = await exchange(s.port, requestBytes({ target, headers: [['Content-Type', 'application/json']], body }));
      assertProblem(answer, 400, 'invalid_request_error', /proxy_config/);
      assert.ok(!s.upstream.connections.some((c) => c.bytes.includes('CANARY-password')), 'it went out all the same');
    }
  });

  it('other bodies pass, whatever they hold', async () => {
    for (const target of ['/v1/agents', '/v1/files']) {
      for (const body of ['["proxy_config"]', '{"a":{"proxy_config":1}}', '--b\r\n{"proxy_config":1}', '\ufeff{"a":1}', '{"a":1}\n{"proxy_config":']) {
        if (target === '/v1/agents' && body.includes('\n{"')) {
          continue; /* kept, it may be refused */
        }
        assert.equal((await exchange(s.port, requestBytes({ target, body }))).status, 200, body);
        assert.equal(s.upstream.requests.at(-1).body.toString(), body);
      }
    }
  });

  it('what is compressed is not looked at', async () => {
    const body = '{"a":1,"proxy_config":{}}';
    for (const target of ['/v1/messages', '/v1/messages/batches', '/v1/agents', '/v1/files']) {
      for (const [encoding, status] of [['gzip', 200], ['identity, br', 200], ['identity', 400]]) {
        const answer = await exchange(s.port, requestBytes({ target, headers: [['Content-Encoding', encoding]], body }));
        assert.equal(answer.status, status, `${target} ${encoding}: ${answer.body}`);
        if (status === 200) {
          assert.equal(s.upstream.requests.at(-1).body.toString(), body);
        }
      }
    }
  });

  it('strangers are refused', async () => {
    const answer = await exchange(s.port, requestBytes({ method: 'GET', target: '/v1/skills', host: 'evil.example' }));
    assertProblem(answer, 401, 'authentication_error');
  });
});
