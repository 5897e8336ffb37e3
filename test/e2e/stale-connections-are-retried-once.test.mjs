// SPDX-License-Identifier: MIT
/* A pooled connection that the upstream closes at the wrong moment costs nobody an
   error; anything that may have been served is never sent twice. */
import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';

import { describe, rawStage, sleep, until } from '../support/processes.mjs';
import { RawClient, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';

describe('a stale pooled connection', () => {
  let script;
  const s = rawStage(() => rawUpstream((connection, request) => script(connection, request)), { env: { WORKERS: '1' } });
  const fine = (connection) => connection.write(responseBytes({ body: '{"fine":true}' }));

  const post = async (options) => {
    const client = await RawClient.connect(s.port);
    client.write(requestBytes({ body: '{"n":1}', ...options }));
    const answer = await client.response();
    client.leave();
    return answer;
  };

  /* One good request, so that there is a connection in the pool. */
  beforeEach(async () => {
    s.upstream.forget();
    await sleep(30);
    script = fine;
    assert.equal((await post()).status, 200);
    assert.equal(s.upstream.connections.length, 1);
  });

  it('connections are used again', async () => {
    for (let i = 0; i < 20; i++) {
      assert.equal((await post()).status, 200);
    }
    assert.equal(s.upstream.connections.length, 1);
    assert.equal(s.upstream.requests.length, 21);
  });

  for (const close of ['close', 'close\t', 'x-tea,\tCLOSE\t']) {
    it(`an upstream that says ${JSON.stringify(close)} is not asked again over that connection`, async () => {
      script = (connection) => connection.write(responseBytes({ headers: [['Connection', close]], body: '{"fine":true}' }));
      assert.equal((await post()).status, 200);
      script = fine;
      assert.equal((await post()).status, 200);
      assert.equal(s.upstream.connections.length, 2);
    });
  }

  for (const end of ['destroy', 'reset', 'end']) {
    it(`closed when the request arrives (${end}): once more, unseen`, async () => {
      script = (connection, request) => (connection.number === 0 ? connection[end]() : fine(connection, request));
      const answer = await post();
      assert.equal(answer.status, 200);
      assert.equal(answer.body.toString(), '{"fine":true}');
      assert.equal(s.upstream.connections.length, 2);
      const [, first, second] = s.upstream.requests;
      assert.deepEqual(second.raw, first.raw);
      assert.deepEqual(second.body, first.body);
    });
  }

  it('closed while idle: the next request takes a fresh one', async () => {
    for (const target of ['/v1/messages', '/v1/files']) {
      s.upstream.connections.at(-1).end();
      await sleep(50);
      const seen = s.upstream.connections.length;
      assert.equal((await post({ target })).status, 200);
      assert.equal(s.upstream.connections.length, seen + 1);
    }
  });

  it('the second connection fails too: that is an error, not a third try', async () => {
    script = (connection) => connection.destroy();
    assertProblem(await post(), 502, 'api_error', /first byte/);
    assert.equal(s.upstream.requests.length, 3);
  });

  it('a fresh connection that fails is not tried again', async () => {
    s.upstream.connections[0].destroy();
    await sleep(50);
    const seen = s.upstream.requests.length;
    script = (connection) => connection.destroy();
    assertProblem(await post(), 502, 'api_error', /first byte/);
    assert.equal(s.upstream.requests.length, seen + 1);
  });

  it('one that dies late may have been served: not again', async () => {
    script = async (connection) => {
      await sleep(1500);
      connection.destroy();
    };
    assertProblem(await post(), 502, 'api_error', /first byte/);
    assert.equal(s.upstream.requests.length, 2);
  });

  it('one that said a word is not tried again', async () => {
    script = async (connection) => {
      await connection.write('HTTP/1.1 2');
      connection.destroy();
    };
    assertProblem(await post(), 502);
    assert.equal(s.upstream.requests.length, 2);
  });

  it('bytes that come unasked spoil the connection', async () => {
    await s.upstream.connections[0].write(responseBytes({ body: '{"poison":true}' }));
    await sleep(50);
    const answer = await post();
    assert.equal(answer.body.toString(), '{"fine":true}');
    assert.equal(s.upstream.connections.length, 2);
  });

  it('bytes behind an answer spoil the connection', async () => {
    script = (connection) => connection.write(Buffer.concat([responseBytes({ body: '{"a":1}' }), responseBytes({ body: '{"poison":true}' })]));
    assert.equal((await post()).body.toString(), '{"a":1}');
    script = fine;
    assert.equal((await post()).body.toString(), '{"fine":true}');
    assert.equal(s.upstream.connections.length, 2);
  });

  it('an answer before the upload has ended: passed on, connection not used again', async () => {
    script = fine;
    const seen = s.upstream.connections.length;
    s.upstream.onBytes = (connection) => {
      if (connection.bytes.includes('/v1/files') && !connection.early) {
        connection.early = true;
        connection.write(responseBytes({ status: 413, reason: 'Too Large', body: '{"early":true}' }));
      }
    };
    const client = await RawClient.connect(s.port);
    client.write('POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\nstart');
    const answer = await client.response();
    s.upstream.onBytes = undefined;
    client.leave();
    assert.equal(answer.status, 413);
    assert.equal(answer.body.toString(), '{"early":true}');
    await until(() => s.upstream.connections.find((c) => c.early)?.closed, { what: 'the end of the half-used connection' });
    assert.equal((await post()).status, 200);
    assert.ok(s.upstream.connections.length > seen);
  });
});
