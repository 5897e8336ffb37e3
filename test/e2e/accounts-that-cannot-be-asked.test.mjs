// SPDX-License-Identifier: MIT
/* Accounts that nothing can be sent to, for want of a token or of money: others that are
   ready serve, whoever those are, and nobody waits for long. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';

import { bookings, noSqlite } from '../support/bookings.mjs';
import { HELLO } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { command, describe, inMinutes, startRelay, until, writeOauth } from '../support/processes.mjs';
import { rawUpstream, responseBytes } from '../support/raw.mjs';
import { accountOf, addAccount } from '../support/several.mjs';

const JSON_FIELDS = [['Content-Type', 'application/json']];
const FINE = responseBytes({ headers: JSON_FIELDS, body: '{"model":"claude-sonnet-5","usage":{"input_tokens":10,"output_tokens":5}}' });
const DOWN = responseBytes({ status: 503, headers: JSON_FIELDS, body: '{"error":"down"}' });
const TOKENS = responseBytes({ headers: JSON_FIELDS, body: JSON.stringify({ access_token: 'sk-ant-oat01-CANARY-new', refresh_token: 'sk-ant-ort01-CANARY-new', expires_in: 3600, scope: 'user:inference' }) });

describe('accounts that cannot be asked', { skip: noSqlite }, () => {
  let upstream;
  let tokenCall; /* what becomes of one */
  before(async () => {
    upstream = await rawUpstream((connection, request) => (request.target.startsWith('/v1/oauth/') ? tokenCall(connection) : connection.write(FINE)));
  });
  beforeEach(() => upstream.forget());
  after(() => upstream?.stop());

  /* Some whose tokens have expired, and a key that serves after them. */
  const start = async (...names) => {
    const relay = await startRelay({
      upstream: `${upstream.url}/v1/messages`,
      accounts: (dir) => {
        names.forEach((name) => writeOauth(dir, name, { expires_at: inMinutes(-1), pool: true, priority: 10 }));
        addAccount(dir, 'three', 'c3c3');
      },
    });
    return { relay, key: await createKey(relay, 'alice') };
  };
  const ask = async (key, headers = {}) => {
    const answer = await key.message({ headers: { 'x-relay-explain': '1', ...headers }, body: HELLO });
    assert.equal(answer.status, 200, answer.body.toString());
    return answer.headers['x-relay-account'];
  };

  it('no token can be had: others serve', async () => {
    tokenCall = (connection) => connection.write(DOWN);
    const { relay, key } = await start('one', 'two');
    for (let i = 0; i < 10; i++) {
      assert.equal(await ask(key, i % 2 ? { 'x-claude-code-session-id': `s-${i}` } : {}), 'three');
    }
    for (const name of ['one', 'two']) {
      const { last_error: none } = await accountOf(relay, name);
      assert.equal(none, null, 'it has refused nothing');
    }
    await relay.stop();
  });

  it('a token does not come: nobody waits for it long, and only once', async () => {
    const waiting = [];
    tokenCall = (connection) => waiting.push(connection);
    const { relay, key } = await start('one');
    assert.equal(await ask(key), 'three');
    for (let i = 0; i < 5; i++) {
      assert.equal(await ask(key), 'three');
    }
    await until(() => bookings(relay.dataDir).length === 6, { every: 50, what: 'all are booked' });
    assert.deepEqual(bookings(relay.dataDir).map((row) => row.attempts), [2, 1, 1, 1, 1, 1]);
    assert.match(bookings(relay.dataDir)[0].failures, /"account":"one","result":"no_token"/);
    const { state, why, until: end } = await accountOf(relay, 'one');
    assert.deepEqual([state, why], ['paused', 'its token has expired, and the next one is long in coming']);
    assert.ok(Date.parse(end) > Date.now());
    const { doc } = await admin(relay, 'POST', '/admin/api/explain', { key: 'alice' });
    assert.equal(doc.accounts.find(({ account }) => account === 'one').why, 'later');
    await until(() => waiting.length > 0, { what: 'its token is asked for' });
    await waiting[0].write(TOKENS);
    await until(async () => (await accountOf(relay, 'one')).state === 'ready', { every: 50, what: 'it is ready' });
    assert.equal(await ask(key), 'one');
    await relay.stop();
  });

  it('a strict key passes over whoever costs too much, however many', async () => {
    const relay = await startRelay({ upstream: `${upstream.url}/v1/messages`, accounts: (dir) => addAccount(dir, 'three', 'c3c3') });
    for (const name of ['dear-1', 'dear-2', 'dear-3', 'dear-4']) {
      const done = command(['account', 'add', name, '--api-key', '-', '--url', `${upstream.url}/base`, '--map', 'claude-haiku-4-5=claude-opus-4-1'], { env: relay.settings, input: `another-${name}\n` });
      assert.equal(done.status, 0, done.stderr);
      assert.equal((await admin(relay, 'PATCH', `/oauth/accounts/${name}`, { priority: 10 })).status, 200);
    }
    const key = await createKey(relay, 'poor', { reserve: 'strict', limits: { cost_total: 0.01 } });
    const body = { ...HELLO, model: 'claude-haiku-4-5', max_tokens: 1000 };
    const answer = await key.message({ headers: { 'x-relay-explain': '1' }, body });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.deepEqual([answer.headers['x-relay-account'], answer.headers['x-relay-attempts']], ['three', '1']);
    assert.equal((await admin(relay, 'PATCH', '/oauth/accounts/three', { enabled: false })).status, 200);
    const none = await key.message({ body });
    assert.equal(none.status, 402, none.body.toString());
    await relay.stop();
  });
});
