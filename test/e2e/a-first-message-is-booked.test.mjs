// SPDX-License-Identifier: MIT
/* `claude-relay login --message` and POST /admin/api/accounts/NAME/message reach the
   account, and are booked like what is relayed, without a key: with a relay or
   without one, however it ends. */
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { it } from 'node:test';

import { ask, assertAddsUp, noSqlite } from '../support/bookings.mjs';
import { call } from '../support/http.mjs';
import { command, describe, stage, startRelay, tempFolder, until, ways } from '../support/processes.mjs';

const MESSAGE = '/admin/api/accounts/demo/message';
const post = (url) => call(`${url}${MESSAGE}`, { method: 'POST' });
const booked = async (url) => JSON.parse((await call(`${url}/admin/api/requests`, { method: 'GET' })).body).requests;

/* Newest first: the message, and the look at the models before it. */
function assertBooked([sent, models], account, row) {
  assert.deepEqual([models.endpoint, models.account, models.key, models.status, models.cost_microusd], ['/v1/models', account, null, 200, 0]);
  assert.deepEqual([sent.endpoint, sent.account, sent.key, sent.key_id, sent.status, sent.end], ['/v1/messages', account, null, null, 200, 'complete']);
  assert.deepEqual([sent.model, sent.upstream_id, sent.attempts, sent.partial], [row.model, row.request_id, 1, false]);
  assert.deepEqual([sent.input_tokens, sent.output_tokens, sent.service_tier], [row.usage.input_tokens, row.usage.output_tokens, 'standard']);
  /* Sonnet 5: $2 and $10 a million. */
  assert.equal(sent.cost_microusd, 2 * row.usage.input_tokens + 10 * row.usage.output_tokens);
  assert.match(sent.price_version, /^2\d{3}-/);
}

describe('a first message', () => {
  const s = stage();
  const sent = async () => (await s.sim.ledger()).filter((row) => row.path === '/v1/messages').at(-1);

  it('is booked by the relay', async () => {
    assert.equal((await post(s.url)).status, 200);
    await until(async () => (await booked(s.url)).length === 2, { what: 'two bookings' });
    assertBooked(await booked(s.url), 'demo', await sent());
  });

  it('is found by its id, and so is the look at the models', async () => {
    const [message, models] = await booked(s.url);
    for (const { id, endpoint } of [message, models]) {
      const page = JSON.parse((await call(`${s.url}/admin/api/requests?id=${id}&limit=1`, { method: 'GET' })).body);
      assert.deepEqual([page.requests.map((row) => [row.id, row.endpoint]), page.next_cursor], [[[id, endpoint]], null]);
    }
    assert.notEqual(message.id, models.id);
  });

  it('is booked without a relay, on days of the zone that counts', async () => {
    const env = { DATA_DIR: path.join(tempFolder(), 'data'), ...ways({ upstream: s.sim.apiUrl }) };
    const run = (args, zone) => command(args, { env: { ...env, TIME_ZONE: zone }, input: 'code\n' });
    const zone = () => (noSqlite ? [] : ask(env.DATA_DIR, 'SELECT zone FROM calendar'));
    for (const [count, name, where] of [[2, 'one', 'UTC'], [4, 'two', '+14:00'], [6, 'three', 'UTC']]) {
      const done = run(['login', name, '--message'], where);
      assert.equal(done.status, 0, done.stderr);
      assert.match(done.stdout, /says: Hello/);
      const { requests } = JSON.parse(run(['requests', '--json'], where).stdout);
      assert.equal(requests.length, count);
      assertBooked(requests, name, await sent());
      if (!noSqlite) assert.deepEqual(zone(), [{ zone: where }]);
    }
    if (!noSqlite) assertAddsUp(env.DATA_DIR);
    assert.equal(run(['account', 'list'], '+14:00').status, 0);
    if (!noSqlite) assert.deepEqual(zone(), [{ zone: 'UTC' }], 'a command that books nothing sums up nothing again');
  });
});

describe('a first message that goes wrong', () => {
  const USED = '{"model":"claude-sonnet-5","usage":{"input_tokens":12,"output_tokens":34}}';
  const messages = {
    refused: (res) => res.writeHead(529, { 'request-id': 'req_busy' }).end('{"type":"error","error":{"type":"overloaded_error","message":"no"}}'),
    cut: (res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      res.write('{"type":', () => res.destroy());
    },
    late: (res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': USED.length });
      res.write(USED.slice(0, -1), () => res.destroy());
    },
    odd: (res) => res.setHeader('content-type', 'application/json').end('{"type":"message","model":"claude-sonnet-5","usage":{"input_tokens":12,"output_tokens":-3}}'),
    made: (res) => res.writeHead(201, { 'content-type': 'application/json' }).end(USED),
    closed: (res) => res.destroy(),
    silent: () => {},
  };
  let how;
  const upstream = http.createServer((req, res) => {
    if (req.method === 'GET') res.setHeader('content-type', 'application/json').end('{"data":[{"id":"claude-sonnet-5"}]}');
    else messages[how](res);
  });
  let relay;

  it('is booked as what it came to', async () => {
    await new Promise((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    relay = await startRelay({ upstream: `http://127.0.0.1:${upstream.address().port}` });
    const latest = async (count) => {
      await until(async () => (await booked(relay.url)).length === count, { what: `${count} bookings` });
      /* Within a millisecond the look before it may be told as the later one. */
      const one = (await booked(relay.url)).find((row) => row.endpoint === '/v1/messages');
      return [one.endpoint, one.status, one.end, one.cost_microusd, one.upstream_id, one.partial, one.input_tokens, one.output_tokens];
    };
    how = 'refused';
    assert.equal((await post(relay.url)).status, 502);
    assert.deepEqual(await latest(2), ['/v1/messages', 529, 'complete', 0, 'req_busy', false, 0, 0]);
    let count = 2;
    for (const [name, answered, ...want] of [
      ['cut', 502, 200, 'cut', null, null, true, 0, 0],
      ['late', 502, 200, 'cut', 2 * 12 + 10 * 34, null, true, 12, 34],
      ['odd', 200, 200, 'complete', 2 * 12, null, true, 12, 0],
      ['made', 502, 201, 'complete', null, null, true, 0, 0],
      ['closed', 502, null, 'refused', null, null, true, 0, 0],
    ]) {
      how = name;
      assert.equal((await post(relay.url)).status, answered, name);
      count += 2;
      assert.deepEqual(await latest(count), ['/v1/messages', ...want], name);
    }
    how = 'silent';
    const leaving = http.request(`${relay.url}${MESSAGE}`, { method: 'POST' });
    leaving.on('error', () => {});
    const came = new Promise((resolve) => upstream.on('request', (req) => req.method === 'POST' && resolve()));
    leaving.end();
    await came;
    leaving.destroy();
    assert.deepEqual(await latest(count + 2), ['/v1/messages', null, 'client_left', null, null, true, 0, 0]);
  });

  it('is not booked if it reached nobody', async () => {
    upstream.closeAllConnections();
    await new Promise((resolve) => upstream.close(resolve));
    assert.equal((await post(relay.url)).status, 502);
    await relay.stop();
    assert.equal(JSON.parse(command(['requests', '--json'], { env: { ...relay.settings, DATA_DIR: relay.dataDir } }).stdout).requests.length, 14);
  });
});
