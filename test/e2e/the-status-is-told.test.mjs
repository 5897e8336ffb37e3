// SPDX-License-Identifier: MIT
/* GET /admin/api/status tells what runs, as it is now. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { call, fetchJson, HELLO } from '../support/http.mjs';
import { addApiKey, describe, stage, until } from '../support/processes.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';

describe('the status', () => {
  const s = stage({
    relay: {
      env: { WORKERS: '2' },
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        addApiKey(dataDir, 'spare');
      },
    },
  });
  const status = () => fetchJson(`${s.url}/admin/api/status`);
  const stateOf = async (name) => (await status()).accounts.find(({ account }) => account === name)?.state;

  it('names the process, its version and where it listens', async () => {
    const told = await status();
    const { version } = await fetchJson(`${s.url}/health`);
    assert.equal(told.pid, s.relay.pid);
    assert.equal(told.version, version);
    assert.ok(told.addresses.length > 0);
    told.addresses.forEach((address) => assert.match(address, new RegExp(`^(\\d+\\.\\d+\\.\\d+\\.\\d+|\\[[0-9a-f:]+\\]):${s.port}$`)));
    assert.ok(told.uptime_s >= 0 && told.uptime_s < 3600);
    assert.equal(told.keys, 0);
    assert.deepEqual(told.degraded, []);
  });

  it('counts the requests that are being relayed, on all workers', async () => {
    const headers = Object.entries({ 'anthropic-version': '2023-06-01', 'x-account-name': 'demo', 'x-sim-after-head-ms': '3600000' });
    const clients = [];
    for (let i = 0; i < 6; i++) {
      const client = await RawClient.connect(s.port);
      client.write(requestBytes({ headers, body: JSON.stringify({ ...HELLO, stream: true }) }));
      clients.push(client);
    }
    await until(async () => (await status()).in_flight === 6, { what: 'six requests' });
    clients.slice(0, 2).forEach((client) => client.reset());
    clients.slice(2).forEach((client) => client.leave());
    await until(async () => (await status()).in_flight === 0, { what: 'no request' });
  });

  it('tells how each account is', async () => {
    assert.equal(await stateOf('spare'), 'ready');
    await call(`${s.url}/oauth/accounts/spare`, { method: 'PATCH', body: { enabled: false } });
    assert.equal(await stateOf('spare'), 'disabled');
    await call(`${s.url}/oauth/accounts/spare`, { method: 'DELETE' });
    assert.equal(await stateOf('spare'), undefined);
  });

  it('says what /health says is wrong', async () => {
    fs.writeFileSync(path.join(s.relay.dataDir, 'apikey_broken.json'), '{', { mode: 0o600 });
    /* It may be read while it is being written, and then again. */
    const { degraded } = await until(async () => {
      const told = await status();
      return /broken.*column 1\)/.test(told.degraded.join()) && told;
    }, { what: 'a reason' });
    assert.deepEqual((await fetchJson(`${s.url}/health`)).problems, degraded);
    assert.equal(await stateOf('broken'), 'unusable');
  });

  it('is for the admin alone', async () => {
    const answer = await call(`${s.url}/admin/api/status`, { headers: { via: '1.1 x' } });
    assert.equal(answer.status, 401);
    assert.match(JSON.parse(answer.body).error, /admin token/);
    assert.ok(!answer.body.includes(String(s.relay.pid)));
  });
});

describe('/v1/me', () => {
  const s = stage();

  it('is no business of the upstream, whatever the base URL', async () => {
    for (const target of ['/v1/me', '/api/v1/me', '/v1/v1/me', '/api//v1/v1/me', '/v1/me?x=1']) {
      const answer = await call(s.url + target, { headers: { 'x-api-key': 'CANARY-any-text' } });
      assert.equal(answer.status, 401, target);
      assert.equal(JSON.parse(answer.body).error.type, 'authentication_error', target);
      assert.equal((await call(s.url + target, { method: 'POST', body: {} })).headers.allow, 'GET, HEAD', target);
    }
    assert.deepEqual(await s.sim.ledger(), []);
  });
});
