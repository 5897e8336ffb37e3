// SPDX-License-Identifier: MIT
/* Who may use /oauth/*: this machine by the whole loopback rule, and whoever has the
   admin token. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { assertCode } from '../support/codes.mjs';
import { call } from '../support/http.mjs';
import { describe, stage } from '../support/processes.mjs';
import { exchange } from '../support/raw.mjs';

const endpoints = [
  ['POST', '/oauth/auth-url'],
  ['POST', '/oauth/token'],
  ['GET', '/oauth/accounts'],
  ['GET', '/oauth/accounts/demo/status'],
  ['POST', '/oauth/accounts/demo/refresh'],
  ['POST', '/oauth/accounts/demo/proxy-test'],
  ['PATCH', '/oauth/accounts/demo'],
  ['DELETE', '/oauth/accounts/demo'],
  ['GET', '/oauth/nothing'],
];
const strangers = [
  ['x-forwarded-for', '127.0.0.1'],
  ['forwarded', 'for=127.0.0.1'],
  ['x-real-ip', '127.0.0.1'],
  ['via', '1.1 proxy'],
  ['host', 'evil.example'],
  ['origin', 'https://evil.example'],
  ['sec-fetch-site', 'cross-site'],
  ['authorization', 'Bearer wrong'],
  ['authorization', 'Bearer '],
  ['authorization', 'Basic OmFueQ=='],
];

function assertRefused(answer) {
  assert.equal(answer.status, 401, answer.body.toString());
  const { error, code, params, ...more } = JSON.parse(answer.body);
  assert.deepEqual(more, {});
  assertCode({ code, params }, error);
  assert.match(error, /admin token/);
  assert.equal(answer.headers['www-authenticate'], 'Bearer');
}

describe('with a token that was made', () => {
  const s = stage();
  const token = () => fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim();

  it('the token lies in the data folder, for its owner alone', () => {
    assert.match(token(), /^[A-Za-z0-9_-]{43}$/);
    assert.equal(fs.statSync(path.join(s.relay.dataDir, 'admin_token')).mode & 0o777, 0o600);
    assert.ok(!s.relay.log.includes(token()));
  });

  for (const [name, value] of strangers) {
    it(`a request with ${name}: ${value} is a stranger's, everywhere`, async () => {
      for (const [method, target] of endpoints) {
        assertRefused(await call(s.url + target, { method, headers: { [name]: value } }));
      }
    });
  }

  it('the token opens it to a stranger', async () => {
    const headers = { authorization: `Bearer ${token()}`, 'x-forwarded-for': '192.0.2.1' };
    const answer = await call(`${s.url}/oauth/accounts`, { headers });
    assert.equal(answer.status, 200);
    assert.deepEqual(JSON.parse(answer.body), { accounts: ['demo'] });
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  it('this machine needs none', async () => {
    assert.equal((await call(`${s.url}/oauth/accounts`)).status, 200);
  });

  it('the relay credential of a client gives no access', async () => {
    assertRefused(await call(`${s.url}/oauth/accounts`, { headers: { authorization: 'Bearer any-text' } }));
  });
});

describe('with ADMIN_LOOPBACK=off and a token of its own', () => {
  const own = 'CANARY-admin-token-0123456789';
  const s = stage({ relay: { env: { ADMIN_LOOPBACK: 'off', ADMIN_TOKEN: own } } });

  it('this machine needs the token too', async () => {
    assertRefused(await call(`${s.url}/oauth/accounts`));
    assert.equal((await call(`${s.url}/oauth/accounts`, { headers: { authorization: `bearer ${own}` } })).status, 200);
    assert.ok(!fs.existsSync(path.join(s.relay.dataDir, 'admin_token')));
  });
});

describe('a stranger who guesses', () => {
  const s = stage({ relay: { args: ['--host', '0.0.0.0'] } });

  it('learns nothing of accounts from paths', async () => {
    const bodies = new Set();
    for (const name of ['demo', 'other', '../x', '%2e%2e', '']) {
      const answer = await call(`${s.url}/oauth/accounts/${name}/status`, { headers: { via: '1.1 x' } });
      bodies.add(`${answer.status} ${answer.body}`);
    }
    assert.equal(bodies.size, 1);
  });

  it('a body that never comes holds nothing up', async () => {
    const answer = await exchange(s.port, 'POST /oauth/token HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 1000000\r\n\r\n');
    assert.equal(answer.status, 401);
  });
});
