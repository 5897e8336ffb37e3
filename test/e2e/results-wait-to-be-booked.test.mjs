// SPDX-License-Identifier: MIT
/* Results of a batch are fetched no faster than they are booked: they fill no memory,
   and whatever else is booked meanwhile does not wait for them. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, it } from 'node:test';

import { ask, assertAddsUp, noSqlite } from '../support/bookings.mjs';
import { call } from '../support/http.mjs';
import { admin } from '../support/keys.mjs';
import { CLIENT_KEY, describe, startRelay, until } from '../support/processes.mjs';

const COUNT = 20000;
const FETCHES = 4;
const MOST = 8000; /* a few thousand */

const line = (i) => `{"custom_id":"item-${i}","result":{"type":"succeeded","message":{"id":"msg_${i}","model":"claude-sonnet-5","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}}\n`;
const LINES = Buffer.from(Array.from({ length: COUNT }, (_, i) => line(i)).join(''));
const MESSAGE = '{"id":"msg","model":"claude-sonnet-5","usage":{"input_tokens":1,"output_tokens":1}}';

describe('results wait to be booked', { skip: noSqlite }, () => {
  let upstream;
  let relay;
  before(async () => {
    upstream = http.createServer((request, response) => {
      request.resume().on('end', () => {
        const results = request.url.endsWith('/results');
        response.setHeader('content-type', results ? 'application/x-jsonl' : 'application/json');
        response.end(results ? LINES : MESSAGE);
      });
    });
    await new Promise((done) => upstream.listen(0, '127.0.0.1', done));
    relay = await startRelay({ upstream: `http://127.0.0.1:${upstream.address().port}`, env: { WORKERS: '2' } });
  });
  after(async () => {
    await relay.stop();
    upstream.close();
  });

  const headers = { 'anthropic-version': '2023-06-01', 'x-api-key': CLIENT_KEY };
  const fetch = () => call(`${relay.url}/v1/messages/batches/msgbatch_1/results`, { headers });
  const message = () => call(`${relay.url}/v1/messages`, { method: 'POST', headers, body: { model: 'claude-sonnet-5', max_tokens: 1, messages: [] } });
  const waiting = async () => (await admin(relay, 'GET', '/health')).doc.bookings;

  it('few at a time, and none is lost, of whatever kind', async () => {
    let left = FETCHES;
    let most = 0;
    let messages = 0;
    const fetches = Array.from({ length: FETCHES }, async () => {
      const answer = await fetch();
      left--;
      assert.ok(answer.body.equals(LINES));
    });
    while (left > 0) {
      most = Math.max(most, (await waiting()).waiting);
      assert.equal((await message()).status, 200);
      messages++;
    }
    await Promise.all(fetches);
    await until(async () => (await waiting()).waiting === 0, { what: 'all are booked' });
    assert.ok(most < MOST, `${most} waited`);
    assert.equal((await waiting()).lost, 0);
    assert.deepEqual(ask(relay.dataDir, 'SELECT count(*) AS n FROM booking GROUP BY batch ORDER BY batch'), [{ n: messages + FETCHES }, { n: COUNT }]);
    assertAddsUp(relay.dataDir);
  });
});
