// SPDX-License-Identifier: MIT
/* The list of models: under /api for clients of Anthropic's and of OpenAI's shape,
   under /v1 byte for byte; and it needs no account's name. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import Now from 'sdk';
import Old from 'sdk-060';

import { assertProblem } from '../support/check.mjs';
import { addApiKey, CLIENT_KEY, describe, rawStage, stage, writeOauth } from '../support/processes.mjs';
import { call, message } from '../support/http.mjs';
import { chunk, chunked, exchange, RawClient, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';

const several = (dir) => {
  addApiKey(dir, 'b');
  addApiKey(dir, 'c');
  writeOauth(dir, 'a', { expires_at: '2020-01-01T00:00:00Z', refresh_token: undefined });
};

describe('the list of models', () => {
  const s = stage({ relay: { accounts: several } });

  it('under /api it is read by clients of both shapes', async () => {
    const plain = JSON.parse((await call(`${s.url}/v1/models`)).body);
    const answer = await fetch(`${s.url}/api/v1/models`, { headers: { authorization: `Bearer ${CLIENT_KEY}` } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^application\/json/);
    assert.equal(answer.headers.get('content-length'), String(bytes.length));
    assert.ok(answer.headers.get('request-id'));
    const { object, data, ...rest } = JSON.parse(bytes);
    assert.equal(object, 'list');
    const kept = data.map(({ object, created, owned_by, ...model }) => {
      assert.equal(object, 'model');
      assert.equal(created, Date.parse(model.created_at) / 1000);
      assert.equal(owned_by, 'anthropic');
      return model;
    });
    assert.deepEqual({ data: kept, ...rest }, plain);
  });

  for (const [name, Client] of [['SDK 1.x', Now], ['SDK 0.60', Old]]) {
    it(`${name} reads it page by page`, async () => {
      const client = new Client({ baseURL: `${s.url}/api`, apiKey: CLIENT_KEY, maxRetries: 0 });
      const ids = [];
      for await (const model of client.models.list({ limit: 2 })) {
        assert.equal(model.type, 'model');
        assert.equal(model.object, 'model');
        ids.push(model.id);
      }
      assert.ok(ids.length > 2);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal((await client.models.retrieve(ids[0])).id, ids[0]);
    });
  }

  it('needs no account named, with and without the prefix; a message does', async () => {
    for (const target of ['/v1/models', '/api/v1/models', '/v1/models/claude-opus-5', '/api/v1/models/claude-opus-5']) {
      assert.equal((await call(s.url + target)).status, 200, target);
    }
    assertProblem(await call(`${s.url}/api/v1/models?account=nobody`), 400, 'invalid_request_error', /nobody/);
    assertProblem(await message(s.url), 400, 'invalid_request_error', /choose one/);
  });
});

const LIST = '{"data": [ {"id":"a","created_at":"2025-01-01T00:00:00Z"} ]}';
const WIDE = '{"data":[{"id":"a","created_at":"2025-01-01T00:00:00Z","object":"model","created":1735689600,"owned_by":"anthropic"}],"object":"list"}';
const JSON_TYPE = ['Content-Type', 'application/json'];
const get = (target, more = {}) => requestBytes({ method: 'GET', target, ...more });

describe('what the upstream answers to a request for models', () => {
  let answer;
  const s = rawStage(() => rawUpstream((connection) => answer(connection)));
  const answering = (options) => {
    answer = (connection) => connection.write(responseBytes(options));
  };
  const asked = (target, more) => exchange(s.port, get(target, more), { method: 'GET' });

  const inPieces = (connection, pieces) => {
    connection.write(responseBytes({ headers: [JSON_TYPE, ['Transfer-Encoding', 'chunked']], framing: 'none' }));
    connection.write(Buffer.concat([...pieces.map(chunk), chunked('')]));
  };

  it('/v1/models passes byte for byte', async () => {
    answering({ headers: [JSON_TYPE], body: LIST });
    assert.equal((await asked('/v1/models', { headers: [['Accept-Encoding', 'gzip']] })).body.toString(), LIST);
    assert.equal(s.upstream.requests.at(-1).get('accept-encoding'), 'gzip');
  });

  it('the other fields stay, and accept-encoding does not leave', async () => {
    answering({ headers: [['X-One', '1'], JSON_TYPE, ['request-id', 'req_1']], body: LIST });
    const got = await asked('/api/v1/models?limit=5', { headers: [['Accept-Encoding', 'gzip'], ['X-Own', '1']] });
    assert.equal(got.body.toString(), WIDE);
    assert.equal(got.get('x-one'), '1');
    assert.equal(got.get('request-id'), 'req_1');
    assert.equal(got.get('content-length'), String(WIDE.length));
    const request = s.upstream.requests.at(-1);
    assert.equal(request.target, '/v1/models?limit=5');
    assert.equal(request.get('accept-encoding'), undefined);
    assert.equal(request.get('x-own'), '1');
  });

  it('a chunked list is widened, for an HTTP/1.0 client too', async () => {
    answer = (connection) => {
      inPieces(connection, [LIST.slice(0, 20), LIST.slice(20)]);
    };
    for (const version of ['1.1', '1.0']) {
      const got = await asked('/api/v1/models', { version });
      assert.equal(got.body.toString(), WIDE);
      assert.equal(got.get('transfer-encoding'), undefined);
    }
  });

  for (const [what, options] of [
    ['an error', { status: 429, reason: 'Too Many Requests', headers: [JSON_TYPE, ['retry-after', '7']], body: LIST }],
    ['no JSON', { headers: [['Content-Type', 'text/html']], body: LIST }],
    ['broken JSON', { headers: [JSON_TYPE], body: LIST.slice(1) }],
    ['another document', { headers: [JSON_TYPE], body: '{"data" : {}}' }],
    ['nothing', { headers: [JSON_TYPE], body: '' }],
    ['compressed', { headers: [JSON_TYPE, ['Content-Encoding', 'x']], body: LIST }],
    ['over 4 MB', { headers: [JSON_TYPE], body: LIST + ' '.repeat(4 * 1024 * 1024) }],
  ]) {
    it(`${what} passes unchanged`, async () => {
      answering(options);
      const got = await asked('/api/v1/models');
      assert.equal(got.status, options.status ?? 200);
      assert.equal(got.body.toString(), options.body);
      assert.equal(got.get('retry-after'), options.headers.find(([name]) => name === 'retry-after')?.[1]);
    });
  }

  for (const version of ['1.1', '1.0']) {
    it(`over 4 MB in chunks passes unchanged to HTTP/${version}`, async () => {
      const body = LIST + ' '.repeat(6 * 1024 * 1024);
      answer = (connection) => {
        inPieces(connection, body.match(/[^]{1,100000}/g));
      };
      const got = await asked('/api/v1/models', { version });
      assert.equal(got.body.length, body.length);
      assert.ok(got.body.toString() === body);
    });
  }

  it('a list that was cut looks cut', async () => {
    answer = async (connection) => {
      await connection.write(responseBytes({ headers: [JSON_TYPE, ['Content-Length', '1000']], body: LIST, framing: 'none' }));
      connection.end();
    };
    const response = await call(`${s.url}/api/v1/models`);
    assert.equal(response.status, 200);
    assert.equal(response.complete, false);
  });

  it('a client that leaves meanwhile cancels', async () => {
    let upstream;
    answer = (connection) => {
      upstream = connection;
      connection.write(responseBytes({ headers: [JSON_TYPE, ['Content-Length', '1000']], body: LIST, framing: 'none' }));
    };
    const client = await RawClient.connect(s.port);
    client.write(get('/api/v1/models'));
    while (!upstream) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    client.leave();
    await upstream.gone;
  });
});
