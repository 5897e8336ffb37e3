// SPDX-License-Identifier: MIT
/* How an upstream ends its answer is how the client sees it end.  The upstreams are
   raw scripts, the client counts bytes. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import Anthropic from 'sdk';

import { CLIENT_KEY, describe, rawStage, sleep, stage } from '../support/processes.mjs';
import { HELLO } from '../support/http.mjs';
import { RawClient, rawUpstream, readResponse, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';

describe('the end of an answer', () => {
  let script;
  const s = rawStage(() => rawUpstream((connection, request) => script(connection, request)), { env: { WORKERS: '1' } });

  /* Send one request; what the client sees until the connection ends or, if it lives
     on, until a whole answer has come and nothing behind it.  A step `{ seen }` waits until
     the client has read that: Node takes a reset that it finds together with bytes for
     an end. */
  const see = async (steps, { version = '1.1' } = {}) => {
    let client = null;
    script = async (connection) => {
      for (const step of steps) {
        if (step.seen) {
          await client.wait(() => client.bytes.includes(step.seen), { what: step.seen });
        } else if (typeof step === 'string' && connection[step]) {
          connection[step]();
        } else {
          await connection.write(Buffer.from(step, 'latin1'));
          await sleep(5);
        }
      }
    };
    client = await RawClient.connect(s.port);
    client.write(requestBytes({ body: '{}', version }));
    await client.wait(() => client.over || isFinal(client.bytes), { what: 'an answer or the end' });
    await sleep(20);
    const seen = { over: client.over, reset: client.wasReset, response: client.take() };
    client.leave();
    return { ...seen, bytes: client.bytes };
  };
  const isFinal = (bytes) => {
    const response = readResponse(bytes);
    return response?.complete && response.status >= 200;
  };
  const head = (field) => `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n${field}\r\n\r\n`;

  it('Content-Length, body too short: the client misses bytes', async () => {
    const got = await see([head('Content-Length: 100'), 'x'.repeat(50), 'end']);
    assert.equal(got.over, true);
    assert.equal(got.response.complete, false);
    assert.equal(got.response.get('content-length'), '100');
    assert.equal(got.response.body.toString(), 'x'.repeat(50));
  });

  it('Content-Length, body too short, reset', async () => {
    const got = await see([head('Content-Length: 100'), 'x'.repeat(50), 'reset']);
    assert.equal(got.over, true);
    assert.ok(!got.response?.complete);
  });

  it('Content-Length, more bytes than it says: they reach nobody', async () => {
    const got = await see([head('Content-Length: 10'), '0123456789HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison']);
    assert.equal(got.response.complete, true);
    assert.equal(got.response.body.toString(), '0123456789');
    assert.equal(got.bytes.length, 0);
    const next = await see([responseBytes({ body: 'fresh' }).toString('latin1')]);
    assert.equal(next.response.body.toString(), 'fresh');
  });

  for (const [name, tail] of Object.entries({
    'between chunks': '',
    'inside a chunk': '20\r\nhalf',
    'inside a size line': '2',
    'behind a size line': '5\r\n',
    'behind chunk data': '5\r\nhello',
    'before the last CRLF': '5\r\nhello\r\n0\r\n',
  })) {
    for (const end of ['end', 'reset']) {
      it(`chunked, cut ${name} (${end}): no last chunk`, async () => {
        const got = await see([`${head('Transfer-Encoding: chunked')}4\r\ndata\r\n`, tail, end]);
        assert.equal(got.over, true, 'the connection stays open');
        assert.equal(got.response.complete, false, 'it looks complete');
        assert.match(got.response.body.toString(), /^data/);
      });
    }
  }

  for (const [name, garbage] of Object.entries({ 'a size that is no number': 'zz\r\n', 'data behind the chunk': '2\r\nabc\r\n', 'a bare LF': '2\nab\n' })) {
    it(`chunked, then ${name}: cut`, async () => {
      const got = await see([`${head('Transfer-Encoding: chunked')}4\r\ndata\r\n`, garbage]);
      assert.equal(got.over, true, 'the connection stays open');
      assert.equal(got.response.complete, false, 'it looks complete');
    });
  }

  it('ended by the end of the connection: whole', async () => {
    const got = await see([head('Connection: close'), 'all of it', 'end']);
    assert.equal(got.over, true);
    assert.equal(got.reset, false);
    assert.equal(got.response.complete, true);
    assert.equal(got.response.body.toString(), 'all of it');
  });

  it('ended by the end of the connection, but reset: reset for the client too', async () => {
    const got = await see([head('Connection: close'), 'part of it', { seen: 'part of it' }, 'reset']);
    assert.equal(got.over, true);
    assert.equal(got.reset, true, 'it ended like a complete answer');
  });

  it('HTTP/1.0 upstream without a length: whole', async () => {
    const got = await see(['HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n', 'old', ' times', 'end']);
    assert.equal(got.response.body.toString(), 'old times');
    assert.equal(got.response.complete, true);
  });

  it('chunks for an HTTP/1.0 client: plain bytes until the end', async () => {
    const got = await see([`${head('Transfer-Encoding: chunked')}4\r\ndata\r\n`, '3\r\n, x\r\n0\r\n\r\n'], { version: '1.0' });
    assert.equal(got.over, true);
    assert.equal(got.response.get('transfer-encoding'), undefined);
    assert.equal(got.response.body.toString(), 'data, x');
  });

  it('chunks for an HTTP/1.0 client, cut: reset', async () => {
    const got = await see([`${head('Transfer-Encoding: chunked')}4\r\ndata\r\n`, { seen: 'data' }, 'end'], { version: '1.0' });
    assert.equal(got.over, true);
    assert.equal(got.reset, true, 'it ended like a complete answer');
  });

  it('1xx answers come before the real one and are not it', async () => {
    const got = await see(['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', responseBytes({ status: 201, reason: 'Real', body: '{"a":1}' }).toString('latin1')]);
    const response = got.response.status < 200 ? null : got.response;
    assert.equal(response?.status, 201);
    assert.equal(response.reason, 'Real');
    assert.equal(response.body.toString(), '{"a":1}');
  });

  it('204 and 304 have no body, and the connection lives', async () => {
    for (const start of ['204 No Content\r\n', '304 Not Modified\r\nContent-Length: 77\r\n']) {
      const got = await see([`HTTP/1.1 ${start}\r\n`]);
      assert.equal(got.over, false);
      assert.equal(got.response.body.length, 0);
      assert.equal(got.bytes.length, 0);
    }
  });

  for (const [name, garbage] of Object.entries({
    'no HTTP at all': '\x00\x01\x02 garbage\r\n\r\n',
    'an SSH greeting': 'SSH-2.0-OpenSSH_9.2\r\n',
    'a status that is none': 'HTTP/1.1 2x0 OK\r\n\r\n',
    'a field without colon': 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc',
    'a negative length': 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'length and chunks': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a NUL in a value': 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n',
    'a CR in a value': 'HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: x=1\r\nContent-Length: 0\r\n\r\n',
    'a head of 1 MB': `HTTP/1.1 200 OK\r\n${`X-A: ${'v'.repeat(1000)}\r\n`.repeat(1000)}\r\n`,
  })) {
    it(`${name} in place of a head: 502`, async () => {
      const got = await see([garbage]);
      assertProblem(got.response, 502, 'api_error', /first byte/);
    });
  }

  it('the connection ends inside the head: 502', async () => {
    const got = await see(['HTTP/1.1 200 OK\r\nContent-', 'end']);
    assertProblem(got.response, 502, 'api_error', /first byte/);
  });
});

/* ---- the same through the SDK --------------------------------------------- */

for (const tls of [false, true]) {
  describe(`the SDK notices a cut${tls ? ', through TLS' : ''}`, () => {
    const s = stage({ sim: { tls } });
    const run = (headers) =>
      new Anthropic({ baseURL: s.url, apiKey: CLIENT_KEY, maxRetries: 0 }).messages
        .stream({ ...HELLO }, { headers })
        .finalMessage();

    for (const [name, headers] of Object.entries({
      'cut in the middle': { 'x-sim-cut-at': '500' },
      'reset in the middle': { 'x-sim-reset-at': '500' },
      'cut inside a chunk': { 'x-sim-cut-at': '500', 'x-sim-cut-chunk': '1' },
      'garbage for a chunk': { 'x-sim-garbage-at': '500' },
      'cut without a length': { 'x-sim-framing': 'close', 'x-sim-reset-at': '500' },
      'cut before an answer': { 'x-sim-before-head': 'cut' },
      'reset before an answer': { 'x-sim-before-head': 'reset' },
      'garbage for an answer': { 'x-sim-garbage-head': '1' },
      'an error event': { 'x-sim-error-at': '2' },
    })) {
      it(name, () => assert.rejects(run(headers)));
    }

    it('and sees a whole answer as whole', async () => {
      assert.equal((await run({})).stop_reason, 'end_turn');
      assert.equal((await run({ 'x-sim-framing': 'close' })).stop_reason, 'end_turn');
    });
  });
}
