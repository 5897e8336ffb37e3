// SPDX-License-Identifier: MIT
/* A body that comes in pieces is looked at while it comes: what is said of it does not
   depend on where it was cut. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { assertProblem } from '../support/check.mjs';
import { describe, rawStage } from '../support/processes.mjs';
import { chunk, exchange, rawUpstream, RawClient, requestBytes, responseBytes } from '../support/raw.mjs';

const HEADERS = [['anthropic-version', '2023-06-01'], ['content-type', 'application/json']];
/* Nobody listens there: who goes through it gets nowhere. */
const MEMBER = '"proxy_config":{"type":"http","host":"127.0.0.1","port":1,"username":"u","password":"CANARY-password"}';
const ESCAPED = MEMBER.replace('proxy_config', 'pr\\u006fxy\\u005fconfig');

describe('a body in pieces', () => {
  const s = rawStage(() => rawUpstream((connection) => connection.write(responseBytes({ body: '{}' }))));

  const bytewise = (body) => exchange(s.port, requestBytes({ headers: HEADERS, body }), { bytewise: true });
  const chunked = (body) => {
    const head = requestBytes({ headers: [...HEADERS, ['transfer-encoding', 'chunked']], body: '' });
    const pieces = [...body].map((c) => chunk(Buffer.from(c)));
    return exchange(s.port, Buffer.concat([head, ...pieces, Buffer.from('0\r\n\r\n')]), { bytewise: true });
  };

  for (const [way, send] of Object.entries({ bytewise, chunked })) {
    it(`passes unchanged if it names no proxy: ${way}`, async () => {
      for (const text of [
        '{"model":"m","a":[1,{"proxy_config":2}],"b":"\\"proxy_config\\""} ',
        '{"proxy_config2":1,"proxy\\u005fconfi":2,"":3}\n',
        '{"a":1}}',
        '["proxy_config"]',
      ]) {
        const answer = await send(text);
        assert.equal(answer?.status, 200, `${text}: ${answer?.body}`);
        assert.equal(s.upstream.requests.at(-1).body.toString(), text);
      }
    });

    it(`goes by the proxy that it names, or nowhere: ${way}`, async () => {
      const before = s.upstream.requests.length;
      for (const text of [`{"model":"m",${MEMBER}}`, `{${ESCAPED},"a":1}`, `{"a":{"b":[]},${MEMBER},"c":2} `]) {
        assert.equal((await send(text))?.status, 502, text);
      }
      for (const text of [`{"a":1 ${MEMBER}}`, `{"a":{"b":1,${MEMBER}}`, `{"a":1},${MEMBER}}`, `{"a":[1,${MEMBER}`, `{"a":1,,${MEMBER}}`]) {
        assertProblem(await send(text), 400, 'invalid_request_error', /proxy_config/);
      }
      /* a quote in the middle of an escape ends the name */
      const torn = `{"\\u":12,":[":2,${MEMBER},"],":[\\u1],"x":1}`;
      assert.equal((await exchange(s.port, requestBytes({ headers: HEADERS, body: torn })))?.status, 502);
      assert.equal((await send(torn))?.status, 502);
      assert.equal(s.upstream.requests.length, before, 'it went out all the same');
    });
  }

  it('may be left in the middle', async () => {
    const before = s.upstream.requests.length;
    const bytes = requestBytes({ headers: HEADERS, body: `{"text":"${'x'.repeat(300000)}",${MEMBER}}` });
    for (const part of [300, 70000, 200000, bytes.length - 5]) {
      const client = await RawClient.connect(s.port);
      client.write(bytes.subarray(0, part));
      await new Promise((resolve) => setTimeout(resolve, 50));
      client.leave();
    }
    assert.equal((await bytewise('{"a":1}'))?.status, 200);
    assert.equal(s.upstream.requests.length, before + 1);
  });
});
