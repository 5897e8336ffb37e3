// SPDX-License-Identifier: MIT
/* The strictness of docs/architecture.md, rule by rule, over raw sockets.  Each case comes whole, one
   byte at a time, and pipelined behind a good request; whatever is refused must
   never reach the upstream, which counts. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { describe, rawStage, sanitized, sleep, testdata, until } from '../support/processes.mjs';
import { atLeast } from '../support/time.mjs';
import { chunk, exchange, RawClient, rawUpstream, readResponses, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';

const counting = () => rawUpstream((connection) => connection.write(responseBytes({ body: '{"fine":true}' })));

const POST = 'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n';
const GET = 'GET /v1/models HTTP/1.1\r\nHost: localhost\r\n';
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
const LENGTH = 'Content-Length: 2\r\n';

/* Refused with 400, and the connection ends.  Bytes are latin1. */
const refused = {
  'bare LF': {
    'after the request line': 'GET /v1/models HTTP/1.1\nHost: localhost\r\n\r\n',
    'after a field': 'GET /v1/models HTTP/1.1\r\nHost: localhost\n\r\n',
    'at the end of the head': `${GET}\n`,
    'everywhere': 'GET /v1/models HTTP/1.1\nHost: localhost\n\n',
    'after a chunk size': `${CHUNKED}2\n{}\r\n0\r\n\r\n`,
    'after chunk data': `${CHUNKED}2\r\n{}\n0\r\n\r\n`,
    'after the last chunk size': `${CHUNKED}2\r\n{}\r\n0\n\r\n`,
    'at the end of the trailer': `${CHUNKED}2\r\n{}\r\n0\r\n\n`,
    'in a chunk extension': `${CHUNKED}2;a\n{}\r\n0\r\n\r\n`,
  },
  'bare CR': {
    'in the request line': 'GET /v1/models\r HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'in a value': `${GET}X-A: a\rb\r\n\r\n`,
    'before a field': `${GET}\rX-A: a\r\n\r\n`,
    'instead of CRLF': 'GET /v1/models HTTP/1.1\rHost: localhost\r\r',
    'in a chunk size': `${CHUNKED}2\r\r\n{}\r\n0\r\n\r\n`,
  },
  'obs-fold': {
    'with a space': `${GET}X-A: a\r\n b\r\n\r\n`,
    'with a tab': `${GET}X-A: a\r\n\tb\r\n\r\n`,
    'as the first line': 'GET /v1/models HTTP/1.1\r\n Host: localhost\r\n\r\n',
    'of Transfer-Encoding': `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    'of white space alone': `${GET}X-A: a\r\n \r\n\r\n`,
  },
  'Transfer-Encoding': {
    'gzip, chunked': `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    'chunked, chunked': `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    'chunked twice': `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'chunked and identity': `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    'identity': `${POST}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    'xchunked': `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'quoted': `${POST}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`,
    'empty': `${POST}Transfer-Encoding:\r\n\r\n0\r\n\r\n`,
    'with a parameter': `${POST}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`,
    'with a comma': `${POST}Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n`,
    'with an underscore': `${POST}Transfer_Encoding: chunked\r\n${LENGTH}\r\n{}`,
    'in HTTP/1.0': 'POST /v1/messages HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'together with Content-Length': `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    'behind Content-Length': `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'other than chunked with Content-Length': `${POST}Content-Length: 2\r\nTransfer-Encoding: identity\r\n\r\n{}`,
  },
  'Content-Length': {
    'twice, alike': `${POST}${LENGTH}${LENGTH}\r\n{}`,
    'twice, unlike': `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `,
    'a list': `${POST}Content-Length: 2, 2\r\n\r\n{}`,
    'signed': `${POST}Content-Length: +2\r\n\r\n{}`,
    'negative': `${POST}Content-Length: -2\r\n\r\n{}`,
    'hexadecimal': `${POST}Content-Length: 0x2\r\n\r\n{}`,
    'a fraction': `${POST}Content-Length: 2.0\r\n\r\n{}`,
    'empty': `${POST}Content-Length:\r\n\r\n`,
    'a space inside': `${POST}Content-Length: 1 2\r\n\r\n{}          `,
    'beyond 64 bits': `${POST}Content-Length: 18446744073709551618\r\n\r\n{}`,
    'text': `${POST}Content-Length: two\r\n\r\n{}`,
    'with an underscore': `${POST}Content_Length: 2\r\n\r\n`,
  },
  'Host': {
    'missing': 'GET /v1/models HTTP/1.1\r\n\r\n',
    'missing in HTTP/1.0': 'GET /v1/models HTTP/1.0\r\n\r\n',
    'twice, alike': `${GET}Host: localhost\r\n\r\n`,
    'twice, unlike': `${GET}host: other\r\n\r\n`,
    'empty': 'GET /v1/models HTTP/1.1\r\nHost:\r\n\r\n',
    'with a space': 'GET /v1/models HTTP/1.1\r\nHost: local host\r\n\r\n',
    'with a path': 'GET /v1/models HTTP/1.1\r\nHost: localhost/x\r\n\r\n',
    'with a user': 'GET /v1/models HTTP/1.1\r\nHost: a@localhost\r\n\r\n',
    'with a comma': 'GET /v1/models HTTP/1.1\r\nHost: localhost, b\r\n\r\n',
  },
  'fields': {
    'NUL in a value': `${GET}X-A: a\0b\r\n\r\n`,
    'a control character in a value': `${GET}X-A: a\x01b\r\n\r\n`,
    'an escape in a value': `${GET}X-A: \x1b[0m\r\n\r\n`,
    'DEL in a value': `${GET}X-A: a\x7fb\r\n\r\n`,
    'NUL in a name': `${GET}X\0A: a\r\n\r\n`,
    'no colon': `${GET}X-A\r\n\r\n`,
    'no colon in the last': `${GET}nonsense\r\n\r\n`,
    'a space before the colon': `${GET}X-A : a\r\n\r\n`,
    'a tab before the colon': `${GET}X-A\t: a\r\n\r\n`,
    'a space before the colon of Host': 'GET /v1/models HTTP/1.1\r\nHost : localhost\r\n\r\n',
    'a space before the colon of Transfer-Encoding': `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    'a space inside a name': `${GET}X A: a\r\n\r\n`,
    'no name': `${GET}: a\r\n\r\n`,
    'brackets in a name': `${GET}X(A): a\r\n\r\n`,
    'a quote in a name': `${GET}X"A: a\r\n\r\n`,
    'a slash in a name': `${GET}X/A: a\r\n\r\n`,
    'a byte above 127 in a name': `${GET}X\xe9: a\r\n\r\n`,
  },
  'the request line': {
    'absolute form': 'GET http://localhost/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'absolute form, https': 'POST https://api.anthropic.com/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',
    'authority form': 'GET localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'CONNECT': 'CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'asterisk form': 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a relative target': 'GET v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'no target': 'GET  HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a space in the target': 'GET /v1/ models HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a tab for a space': 'GET\t/v1/models\tHTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a fragment': 'GET /v1/models#x HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a raw byte above 127 in the target': 'GET /v1/mod\xe9ls HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'NUL in the target': 'GET /v1/\0models HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'HTTP/0.9': 'GET /v1/models\r\n\r\n',
    'HTTP/2.0': 'GET /v1/models HTTP/2.0\r\nHost: localhost\r\n\r\n',
    'HTTP/1.2': 'GET /v1/models HTTP/1.2\r\nHost: localhost\r\n\r\n',
    'HTTP/0.9 spelt out': 'GET /v1/models HTTP/0.9\r\nHost: localhost\r\n\r\n',
    'HTTP/3': 'GET /v1/models HTTP/3\r\nHost: localhost\r\n\r\n',
    'http in lower case': 'GET /v1/models http/1.1\r\nHost: localhost\r\n\r\n',
    'version 1.10': 'GET /v1/models HTTP/1.10\r\nHost: localhost\r\n\r\n',
    'another protocol': 'GET /v1/models ICE/1.0\r\nHost: localhost\r\n\r\n',
    'the HTTP/2 preface': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a TLS greeting': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
    'a method in lower case': 'get /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a method that is no token': 'GE(T /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'a leading space': ' GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n',
  },
  'chunks': {
    'a size that is no number': `${CHUNKED}xyz\r\n{}\r\n0\r\n\r\n`,
    'a negative size': `${CHUNKED}-2\r\n{}\r\n0\r\n\r\n`,
    'a signed size': `${CHUNKED}+2\r\n{}\r\n0\r\n\r\n`,
    'a size with 0x': `${CHUNKED}0x2\r\n{}\r\n0\r\n\r\n`,
    'an empty size': `${CHUNKED}\r\n{}\r\n0\r\n\r\n`,
    'a space before the size': `${CHUNKED} 2\r\n{}\r\n0\r\n\r\n`,
    'a size beyond 64 bits': `${CHUNKED}10000000000000002\r\n{}\r\n0\r\n\r\n`,
    'more data than the size says': `${CHUNKED}2\r\n{}{}\r\n0\r\n\r\n`,
    'less data than the size says': `${CHUNKED}4\r\n{}\r\n0\r\n\r\n`,
    'an extension of 300 bytes': `${CHUNKED}2;${'e'.repeat(300)}\r\n{}\r\n0\r\n\r\n`,
    'a value of 300 bytes in an extension': `${CHUNKED}2;a="${'e'.repeat(300)}"\r\n{}\r\n0\r\n\r\n`,
    'a control character in an extension': `${CHUNKED}2;a\x01\r\n{}\r\n0\r\n\r\n`,
    'a folded trailer': `${CHUNKED}2\r\n{}\r\n0\r\nX-A: a\r\n b\r\n\r\n`,
  },
};

/* Good requests that are close to bad ones: the tables above must not refuse
   everything. */
const accepted = {
  'the plainest': `${GET}\r\n`,
  'an empty value': `${GET}X-A:\r\n\r\n`,
  'white space around a value': `${GET}X-A: \t a \t\r\n\r\n`,
  'bytes above 127 in a value': `${GET}X-A: \xe9\xff\r\n\r\n`,
  'an IPv6 host': 'GET /v1/models HTTP/1.1\r\nHost: [::1]:80\r\n\r\n',
  'HTTP/1.0': 'GET /v1/models HTTP/1.0\r\nHost: localhost\r\n\r\n',
  'Content-Length with zeros in front': `${POST}Content-Length: 0002\r\n\r\n{}`,
  'chunks': `${CHUNKED}2\r\n{}\r\n0\r\n\r\n`,
  'chunks with zeros in front': `${CHUNKED}0002\r\n{}\r\n000\r\n\r\n`,
  'a short extension': `${CHUNKED}2;name=value\r\n{}\r\n0\r\n\r\n`,
  'Transfer-Encoding in capitals': `${POST}TRANSFER-ENCODING: CHUNKED\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  'an empty line in front': `\r\n${GET}\r\n`,
};

const bytes = (text) => Buffer.from(text, 'latin1');
const GOOD = bytes('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');

/* Send, and take everything until the relay ends the connection. */
async function converse(port, raw, { bytewise = false, before } = {}) {
  const client = await RawClient.connect(port);
  if (before) {
    client.write(Buffer.concat([before, raw]));
  } else if (bytewise) {
    await client.writeBytewise(raw);
  } else {
    client.write(raw);
  }
  await client.end();
  const responses = readResponses(client.bytes);
  client.leave();
  return responses;
}

describe('malformed requests are refused and never relayed', () => {
  const s = rawStage(counting);
  const refuse = async (raw, ways) => {
    const seen = s.upstream.requests.length;
    for (const way of ways) {
      const responses = await converse(s.port, raw, way);
      if (way.before) {
        assert.equal(responses.shift()?.status, 200, 'the good request in front was not answered');
      }
      assert.equal(responses.length, 1, `${responses.length} answers to one bad request`);
      assertProblem(responses[0], 400, 'invalid_request_error');
      assert.match(responses[0].get('connection') ?? '', /close/);
    }
    assert.equal(s.upstream.requests.length, seen, 'it reached the upstream');
  };

  for (const [group, cases] of Object.entries(refused)) {
    for (const [name, text] of Object.entries(cases)) {
      it(`${group}: ${name}`, () => refuse(bytes(text), [{}, { bytewise: true }, { before: GOOD }]));
    }
  }

  it('bytes behind "connection: close" are no second request', async () => {
    const seen = s.upstream.requests.length;
    for (const bytewise of [false, true]) {
      const responses = await converse(s.port, bytes(`${GET}Connection: close\r\n\r\n${GET}\r\n`), { bytewise });
      assert.ok(responses.length <= 1);
    }
    assert.ok(s.upstream.requests.length <= seen + 2);
  });

  for (const close of ['close', 'close\t', '\tclose', 'CLOSE \t', 'x-tea,\tclose\t', 'keep-alive\r\nConnection: close\t']) {
    it(`the connection ends after ${JSON.stringify(close)}`, async () => {
      const client = await RawClient.connect(s.port);
      client.write(bytes(`${GET}Connection: ${close}\r\n\r\n`));
      const answer = await client.response();
      assert.equal(answer.status, 200);
      assert.match(answer.get('connection') ?? '', /close/);
      await client.wait(() => client.over, { what: 'the end of the connection' });
      client.leave();
    });
  }

  it('trailers reach nobody', async () => {
    const client = await RawClient.connect(s.port);
    client.write(bytes(`${CHUNKED}2\r\n{}\r\n0\r\nX-Api-Key: evil\r\nX-Trailer: 1\r\n\r\n`));
    const answer = await client.response();
    client.leave();
    assert.ok([200, 400].includes(answer.status));
    if (answer.status === 200) {
      const got = s.upstream.requests.at(-1);
      assert.equal(got.get('x-trailer'), undefined);
      assert.ok(!got.raw.toString('latin1').includes('evil'));
      assert.equal(got.body.toString(), '{}');
      assert.ok(!s.upstream.connections.some((c) => c.bytes.includes('evil')));
    }
  });

  it('an upload that turns malformed half-way ends the upstream request', async () => {
    const client = await RawClient.connect(s.port);
    client.write(bytes('POST /v1/files HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'));
    await until(() => s.upstream.connections.some((c) => !c.closed && c.bytes.includes('hello')), { what: 'the first part at the upstream' });
    const there = s.upstream.connections.find((c) => !c.closed && c.bytes.includes('hello'));
    const seen = s.upstream.requests.length;
    client.write(bytes('zz\r\n'));
    const answer = await client.response();
    assertProblem(answer, 400);
    await client.end();
    await until(() => there.closed, { what: 'the end of the upstream connection' });
    assert.equal(s.upstream.requests.length, seen);
  });

  for (const [name, text] of Object.entries(accepted)) {
    it(`accepted: ${name}`, async () => {
      for (const bytewise of [false, true]) {
        const seen = s.upstream.requests.length;
        const client = await RawClient.connect(s.port);
        if (bytewise) {
          await client.writeBytewise(bytes(text));
        } else {
          client.write(bytes(text));
        }
        const answer = await client.response();
        client.leave();
        assert.equal(answer.status, 200, answer.body.toString());
        assert.equal(s.upstream.requests.length, seen + 1);
      }
    });
  }

  it('ten good requests in one write get ten answers in order', async () => {
    const client = await RawClient.connect(s.port);
    client.write(bytes(Array.from({ length: 10 }, (_, i) => (i % 2 ? `${POST}Content-Length: 2\r\n\r\n{}` : 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')).join('')));
    for (let i = 0; i < 10; i++) {
      const answer = await client.response();
      assert.equal(answer.status, 200);
      assert.match(answer.body.toString(), i % 2 ? /fine/ : /healthy/);
    }
    client.leave();
  });
});

/* ---- limits --------------------------------------------------------------- */

describe('limits', () => {
  const s = rawStage(counting);
  const ask = async (raw, options = {}) => {
    const client = await RawClient.connect(s.port);
    client.write(raw);
    const answer = await client.response(options);
    if (options.ends) {
      await client.end();
    }
    client.leave();
    return answer;
  };
  const get = (target, headers = []) => requestBytes({ method: 'GET', target, headers });

  it('a target over 8 KB: 414', async () => {
    const fits = `/v1/models?${'q'.repeat(8192 - '/v1/models?'.length)}`;
    assert.equal((await ask(get(fits))).status, 200);
    assertProblem(await ask(get(`${fits}q`), { ends: true }), 414);
    assertProblem(await ask(get(`/${'q'.repeat(50000)}`), { ends: true }), 414);
  });

  it('a target without end: 414 before it ends', async () => {
    const client = await RawClient.connect(s.port);
    client.write('GET /');
    for (let i = 0; i < 100 && !client.over; i++) {
      client.write('q'.repeat(1024));
      await sleep(1);
    }
    assertProblem(await client.response(), 414);
    client.leave();
  });

  it('too many fields: 431', async () => {
    const fields = (n) => Array.from({ length: n }, (_, i) => [`X-${i}`, 'v']);
    assert.equal((await ask(get('/v1/models', fields(127)))).status, 200);
    assertProblem(await ask(get('/v1/models', fields(128)), { ends: true }), 431);
    assertProblem(await ask(get('/v1/models', fields(1000)), { ends: true }), 431);
  });

  it('a head over 64 KB: 431', async () => {
    assert.equal((await ask(get('/v1/models', [['X-A', 'v'.repeat(60000)]]))).status, 200);
    assertProblem(await ask(get('/v1/models', [['X-A', 'v'.repeat(66000)]]), { ends: true }), 431);
    assertProblem(await ask(get('/v1/models', Array.from({ length: 100 }, (_, i) => [`X-${i}`, 'v'.repeat(700)])), { ends: true }), 431);
  });

  it('a field name without end: 431 before it ends', async () => {
    const client = await RawClient.connect(s.port);
    client.write('GET /v1/models HTTP/1.1\r\nHost: localhost\r\n');
    for (let i = 0; i < 200 && !client.over; i++) {
      client.write('n'.repeat(1024));
      await sleep(1);
    }
    assertProblem(await client.response(), 431);
    client.leave();
  });

  it('a body over the limit: 413 before any of it is sent', async () => {
    for (const [target, max] of [
      ['/v1/messages', 32],
      ['/v1/messages/count_tokens', 32],
      ['/v1/complete', 32],
      ['/v1/messages/batches', 256],
      ['/v1/files', 500],
    ]) {
      const seen = s.upstream.connections.length;
      const length = max * 1024 * 1024 + 1;
      const answer = await ask(bytes(`POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`), { ends: true });
      assertProblem(answer, 413, 'request_too_large');
      assert.equal(s.upstream.connections.length, seen);
    }
  });

  it('a chunked body over the limit: 413 when it gets there', async () => {
    const seen = s.upstream.requests.length;
    const client = await RawClient.connect(s.port);
    client.write(bytes(CHUNKED));
    const part = chunk(Buffer.alloc(1 << 20, ' '));
    for (let i = 0; i < 34 && !client.over; i++) {
      await new Promise((resolve) => client.socket.write(part, resolve));
    }
    assertProblem(await client.response(), 413, 'request_too_large');
    client.leave();
    assert.equal(s.upstream.requests.length, seen);
  });

  it('Expect: 100-continue is answered before the body comes', async () => {
    for (const target of ['/v1/messages', '/v1/files']) {
      const client = await RawClient.connect(s.port);
      client.write(bytes(`POST ${target} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n${LENGTH}\r\n`));
      const go = await client.response();
      assert.equal(go.status, 100);
      client.write('{}');
      const answer = await client.response();
      client.leave();
      assert.equal(answer.status, 200);
      assert.equal(s.upstream.requests.at(-1).get('expect'), undefined);
      assert.equal(s.upstream.requests.at(-1).body.toString(), '{}');
    }
  });

  it('Expect: 100-continue of a body that is too large: 413 at once', async () => {
    const answer = await ask(bytes(`${POST}Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n`), { ends: true });
    assertProblem(answer, 413);
  });

  it('another expectation: 417', async () => {
    assertProblem(await ask(bytes(`${POST}Expect: miracles\r\n${LENGTH}\r\n{}`)), 417);
    assertProblem(await ask(bytes(`${POST}Expect: 100-continue\r\nExpect: miracles\r\n${LENGTH}\r\n{}`)), 417);
    assertProblem(await ask(bytes('GET /health HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n')), 417);
  });

  it('answers to HEAD have no body', async () => {
    for (const target of ['/', '/api/hello', '/v1/models', '/health', '/nothing']) {
      const client = await RawClient.connect(s.port);
      client.write(requestBytes({ method: 'HEAD', target }));
      const answer = await client.response({ method: 'HEAD' });
      assert.ok(answer.status >= 200, target);
      /* The next answer begins right behind the head. */
      client.write(requestBytes({ method: 'GET', target: '/health' }));
      const next = await client.response();
      if (next) {
        assert.match(next.body.toString(), /healthy/, target);
      } else {
        assert.match(answer.get('connection') ?? '', /close/, target);
      }
      client.leave();
    }
  });

  it('what is only read says so to other methods', async () => {
    for (const target of ['/', '/health']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const answer = await exchange(s.port, requestBytes({ method, target }));
        assertProblem(answer, 405, 'invalid_request_error', /GET, HEAD/);
        assert.equal(answer.get('allow'), 'GET, HEAD');
      }
      const client = await RawClient.connect(s.port);
      client.write(requestBytes({ method: 'HEAD', target }));
      assert.equal((await client.response({ method: 'HEAD' })).status, 200, target);
      client.leave();
    }
  });

  it('who leaves a body unread says that the connection ends', async () => {
    for (const target of ['/', '/nothing', '/health']) {
      const client = await RawClient.connect(s.port);
      client.write(requestBytes({ target, body: 'x'.repeat(2000) }));
      const answer = await client.response();
      assert.ok(answer.status >= 400, target);
      if (/close/.test(answer.get('connection') ?? '')) {
        await client.end();
      } else {
        client.write(GOOD);
        assert.equal((await client.response()).status, 200, `${target}: the head and the connection disagree`);
      }
      client.leave();
    }
  });

  it('a connection serves many requests, and an HTTP/1.0 one ends', async () => {
    const client = await RawClient.connect(s.port);
    for (let i = 0; i < 50; i++) {
      client.write(requestBytes({ body: '{}' }));
      assert.equal((await client.response()).status, 200);
    }
    assert.equal(client.over, false);
    client.write(requestBytes({ body: '{}', version: '1.0' }));
    assert.equal((await client.response()).status, 200);
    await client.end();
    client.leave();
  });
});

describe('more connections than MAX_CONNECTIONS', () => {
  const s = rawStage(counting, { env: { MAX_CONNECTIONS: '16', WORKERS: '3' } });

  it('are told so with 503, and there is room again when one leaves', async () => {
    const open = await Promise.all(Array.from({ length: 16 }, () => RawClient.connect(s.port)));
    for (const client of open) {
      client.write(GOOD);
      assert.equal((await client.response()).status, 200);
    }
    const tooMany = await RawClient.connect(s.port);
    tooMany.write(GOOD);
    const answer = await tooMany.response();
    assertProblem(answer, 503, 'api_error');
    assert.ok(answer.get('retry-after'));
    tooMany.leave();
    open[0].leave();
    await until(async () => {
      const client = await RawClient.connect(s.port);
      client.write(GOOD);
      const status = (await client.response())?.status;
      client.leave();
      return status === 200;
    }, { what: 'room for another' });
    open.forEach((client) => client.leave());
  });
});

describe('what the relay does not have', () => {
  const s = rawStage(counting);

  it('is told in a status whose text Claude Code shows, to those who may ask', async () => {
    for (const target of ['/v1/messages/', '/messages/', '/v1/%6dessages', '/v1/skills/../messages', '/api/v1/models/a%2fb', '/v1/v1/skills/%2e%2E/x', '/v1/agents/a%5Cb']) {
      assertProblem(await exchange(s.port, bytes(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`)), 400, 'invalid_request_error', /no such endpoint/);
      assertProblem(await exchange(s.port, bytes(`GET ${target} HTTP/1.1\r\nHost: evil.example\r\n\r\n`)), 401, 'authentication_error');
    }
    assertProblem(await exchange(s.port, bytes('GET /v1/messages HTTP/1.1\r\nHost: evil.example\r\n\r\n')), 401, 'authentication_error');
    assertProblem(await exchange(s.port, bytes('GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n')), 404, 'not_found_error');
  });
});

/* ---- leaving in every state, and slowness ---------------------------------- */

describe('clients that stop, in every state', { concurrency: true }, () => {
  const s = rawStage(counting);
  const parts = {
    'nothing sent': '',
    'half a request line': 'GET /v1/mo',
    'half a head': GET,
    'half a body': `${POST}Content-Length: 100\r\n\r\n{"a":`,
    'half a chunk': `${CHUNKED}10\r\n{"a`,
    'half a streamed upload': 'POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhello',
    'a whole request': `${POST}${LENGTH}\r\n{}`,
  };

  for (const [name, text] of Object.entries(parts)) {
    for (const way of ['halfClose', 'reset', 'leave']) {
      it(`${name}, then ${way}`, async () => {
        for (let i = 0; i < 5; i++) {
          const client = await RawClient.connect(s.port);
          await new Promise((resolve) => (text ? client.socket.write(bytes(text), resolve) : resolve()));
          await sleep(i);
          client[way]();
          if (way === 'halfClose') {
            await client.end();
            client.leave();
          }
        }
        const alive = await RawClient.connect(s.port);
        alive.write(GOOD);
        assert.equal((await alive.response()).status, 200);
        alive.leave();
      });
    }
  }

  it('a head slower than 10 s: 408, byte after byte or all at once', async () => {
    await Promise.all(
      ['silent', 'dripping'].map(async (way) => {
        const client = await RawClient.connect(s.port);
        const drip = setInterval(() => way === 'dripping' && client.write('X: y\r\n'), 500);
        const answer = await atLeast(8000, () => {
          client.write('GET /v1/models HTTP/1.1\r\n');
          return client.response();
        });
        clearInterval(drip);
        assertProblem(answer, 408);
        client.leave();
      }),
    );
  });

  it('a body slower than the least rate: 408', async () => {
    await Promise.all(
      ['/v1/messages', '/v1/files'].map(async (target) => {
        const client = await RawClient.connect(s.port);
        client.write(`POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n`);
        const drip = setInterval(() => client.write('x'), 200);
        const answer = await client.response();
        clearInterval(drip);
        assertProblem(answer, 408);
        client.leave();
      }),
    );
  });

  it('a body that begins fast and stops: 408, no credit for the beginning', async () => {
    const client = await RawClient.connect(s.port);
    client.write(`${POST}Content-Length: 10000000\r\n\r\n`);
    client.write('x'.repeat(5000000));
    assertProblem(await client.response(), 408);
    client.leave();
  });

  it('a body that is slow but not too slow arrives', async () => {
    const seen = s.upstream.requests.length;
    const client = await RawClient.connect(s.port);
    client.write(`${POST}Content-Length: 26000\r\n\r\n`);
    for (let i = 0; i < 26; i++) {
      client.write('x'.repeat(1000));
      await sleep(450);
    }
    assert.equal((await client.response()).status, 200);
    assert.ok(s.upstream.requests.slice(seen).some((r) => r.body.length === 26000));
    client.leave();
  });

  it('1,000 silent connections are closed in time, and harm nobody', async () => {
    const silent = await Promise.all(Array.from({ length: 1000 }, () => RawClient.connect(s.port)));
    const asking = (async () => {
      let answers = 0;
      while (silent.some((c) => !c.over)) {
        const client = await RawClient.connect(s.port);
        client.write(GOOD);
        assert.equal((await client.response()).status, 200);
        answers++;
        client.leave();
        await sleep(100);
      }
      return answers;
    })();
    await until(() => silent.every((c) => c.over), { every: 100, what: 'the end of silent connections' });
    assert.ok((await asking) > 0, 'nobody asked meanwhile');
    assert.ok(silent.every((c) => c.bytes.length === 0), 'nothing was asked, so nothing should be answered');
  });
});

/* ---- public cases --------------------------------------------------------- */

const lines = (file) => fs.readFileSync(path.join(testdata, file), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const absent = fs.existsSync(testdata) ? false : 'no ../shared/testdata';

describe('public cases', { skip: absent }, () => {
  const s = rawStage(counting);

  it('no reject case of llhttp is accepted', async () => {
    const cases = lines('llhttp_cases.jsonl').filter((c) => c.kind === 'request' && c.expect_parser === 'reject' && c.mode === 'strict');
    assert.ok(cases.length > 50, `only ${cases.length} cases`);
    const wrong = [];
    for (const one of cases) {
      const raw = Buffer.from(one.raw_b64, 'base64');
      for (const way of [{}, { bytewise: true }, { before: GOOD }]) {
        const seen = s.upstream.requests.length;
        const client = await RawClient.connect(s.port);
        if (way.bytewise) {
          await client.writeBytewise(raw);
        } else {
          client.write(way.before ? Buffer.concat([GOOD, raw]) : raw);
        }
        /* Whatever is incomplete ends here. */
        client.halfClose();
        await client.end().catch(() => wrong.push(`${one.id}: connection stays open`));
        const responses = readResponses(client.bytes);
        if (way.before) {
          responses.shift();
        }
        client.leave();
        if (responses.some((r) => r.status < 400) || s.upstream.requests.length !== seen) {
          wrong.push(`${one.id} ${JSON.stringify(way)}: ${responses.map((r) => r.status)} upstream ${s.upstream.requests.length - seen}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
  });

  const disguised = (name) => /^transfer.?encoding$/i.test(name.replace(/[^a-z]/gi, '')) && name !== 'transfer-encoding';

  it('no smuggled request ever reaches the upstream', async () => {
    const cases = lines('smuggler_mutations.jsonl').filter((_, i) => !sanitized || i % 10 === 0);
    const smuggled = 'GET /v1/models?smuggled=1 HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const wrong = [];
    let passed = 0;
    const one = async ({ id, header_b64 }) => {
      for (const body of [`0\r\n\r\n${smuggled}`, `${'1'.padStart(4, '0')}\r\nZ\r\nQ`]) {
        const head = Buffer.from(header_b64, 'base64').toString('latin1').replace('__REPLACE_CL__', String(body.length)).replace(/relay\.test/g, 'localhost');
        const client = await RawClient.connect(s.port);
        client.write(bytes(`${head}\r\n${body}`));
        client.halfClose();
        await client.end().catch(() => wrong.push(`${id}: connection stays open`));
        const responses = readResponses(client.bytes);
        client.leave();
        /* Text in the value of another field is text. */
        const harmless = head.trimEnd().split('\r\n').slice(1).every((line) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*$/.test(line) && !disguised(line.split(':')[0]));
        if (responses.some((r) => r.status < 300) && !harmless) {
          passed++;
          wrong.push(`${id} ${responses.map((r) => r.status)} ${JSON.stringify(head)}`);
        }
      }
    };
    const queue = [...cases];
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (let next = queue.pop(); next; next = queue.pop()) {
        await one(next);
      }
    }));
    const strange = s.upstream.requests.filter((r) => r.target.includes('smuggled') || r.headers.some(([name]) => disguised(name)));
    assert.deepEqual(strange.map((r) => r.raw.toString('latin1')), []);
    assert.deepEqual(wrong.slice(0, 20), [], `${passed} of ${cases.length} were served`);
  });
});
