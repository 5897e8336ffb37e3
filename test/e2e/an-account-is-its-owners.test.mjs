// SPDX-License-Identifier: MIT
/* Which accounts serve a relay key: those that it names, or the pool, in which a
   personal account is only if it was put there on purpose; its owner is warned. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { call } from '../support/http.mjs';
import { createKey } from '../support/keys.mjs';
import { addApiKey, command, describe, stage, writeOauth } from '../support/processes.mjs';

describe('accounts that serve a key', () => {
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        writeOauth(dataDir, 'mine');
        addApiKey(dataDir, 'team');
        addApiKey(dataDir, 'x-last');
      },
    },
  });
  const named = (account) => ({ headers: { 'x-account-name': account } });
  const served = async (answer) => {
    const text = answer.body.toString();
    assert.equal(answer.status, 200, text);
    const rows = await s.sim.ledger();
    return rows.filter((row) => row.path === '/v1/messages').at(-1).credential.kind;
  };
  const refused = (answer, reason) => {
    assert.equal(answer.status, 403, answer.body.toString());
    assert.equal(answer.headers['x-should-retry'], 'false');
    const { error } = JSON.parse(answer.body);
    assert.equal(error.type, 'permission_error');
    assert.match(error.message, reason);
    return error.message;
  };
  const pool = (account, state) => command(['account', 'pool', account, state], { env: { DATA_DIR: s.relay.dataDir } });

  it('a key for the pool gets no personal account', async () => {
    const key = await createKey(s.relay, 'pool');
    assert.equal(await served(await key.message()), 'api_key');
    const there = refused(await key.message(named('mine')), /"mine" is not in it/);
    const absent = refused(await key.message(named('nope')), /"nope" is not in it/);
    assert.equal(there.replace('mine', 'nope'), absent);
    refused(await key.message({ target: '/v1/messages?account=mine' }), /mine/);
  });

  it('a key that names one gets that alone', async () => {
    const key = await createKey(s.relay, 'owner', { accounts: ['mine'] });
    assert.equal(await served(await key.message()), 'oauth');
    refused(await key.message(named('team')), /not in its `accounts`/);
    await key.change({ accounts: ['gone'] });
    refused(await key.message(), /may use no account/);
  });

  it('one that is put into the pool serves, and its owner is warned', async () => {
    const key = await createKey(s.relay, 'all');
    const on = pool('mine', 'on');
    assert.equal(on.status, 0, on.stderr);
    assert.match(on.stderr, /Pro, Max, Team\s+and\s+Enterprise/);
    assert.equal(await served(await key.message(named('mine'))), 'oauth');
    const off = await call(`${s.url}/oauth/accounts/mine`, { method: 'PATCH', body: { pool: false } });
    assert.equal(JSON.parse(off.body).pool, false);
    assert.equal(JSON.parse(off.body).warning, undefined);
    refused(await key.message(named('mine')), /is not in it/);
    const again = JSON.parse((await call(`${s.url}/oauth/accounts/mine`, { method: 'PATCH', body: { pool: true } })).body);
    assert.match(again.warning, /Console API keys/);
    for (const account of ['mine', 'team', 'x-last']) assert.equal(pool(account, 'off').status, 0);
    refused(await key.message(), /there is none in the pool/);
  });

  it('so is the owner of one that gets a tag, which other keys may name', async () => {
    const key = await createKey(s.relay, 'tagged', { accounts: ['tag:team'] });
    const tag = (account) => command(['account', 'set', account, '--tag', 'team'], { env: { DATA_DIR: s.relay.dataDir } });
    assert.equal(tag('team').stderr.includes('Warning'), false);
    assert.equal(await served(await key.message()), 'api_key');
    const on = tag('mine');
    assert.equal(on.status, 0, on.stderr);
    assert.match(on.stderr, /names\s+one\s+of\s+its\s+tags.*Pro,\s+Max,\s+Team\s+and\s+Enterprise/s);
    assert.equal(await served(await key.message(named('mine'))), 'oauth');
    const patch = async (body) => JSON.parse((await call(`${s.url}/oauth/accounts/mine`, { method: 'PATCH', body })).body);
    assert.match((await patch({ pool: true })).warning, /says "pool" or names one of its tags.*Console API keys/);
    assert.match((await patch({ pool: false })).warning, /serves every relay key that names one of its tags\. .*Console API keys/);
    assert.equal((await patch({ tags: null })).warning, undefined);
    for (const account of ['mine', 'team', 'x-last']) command(['account', 'set', account, '--tag', 'none'], { env: { DATA_DIR: s.relay.dataDir } });
  });

  it('a key-holder does not manage', async () => {
    const key = await createKey(s.relay, 'curious');
    const headers = { ...key.headers, 'x-forwarded-for': '192.0.2.1' };
    for (const [method, target] of [
      ['GET', '/oauth/accounts'],
      ['GET', '/oauth/accounts/mine/status'],
      ['PATCH', '/oauth/accounts/mine'],
      ['GET', '/admin/api/accounts'],
    ]) {
      const answer = await call(s.url + target, { method, headers, body: method === 'PATCH' ? { pool: true } : undefined });
      assert.ok(answer.status === 401 || answer.status === 403, `${target}: ${answer.status}`);
    }
  });
});
