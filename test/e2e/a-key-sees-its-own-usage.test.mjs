// SPDX-License-Identifier: MIT
/* GET /v1/me/usage and /v1/me/requests: what a key used, for whoever holds it, and
   nothing of anybody else: neither in what is told, nor in what is found or not. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { call, HELLO, message } from '../support/http.mjs';
import { createGroup, createKey } from '../support/keys.mjs';
import { addApiKey, describe, stage, startRelay, until } from '../support/processes.mjs';

const OTHERS = ['bobs-key', 'secret-account', 'bobs-group', 'bobs-session', 'bobs-model', 'owner-of-bob'];

describe("a key's holder", () => {
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        addApiKey(dataDir, 'secret-account');
        addApiKey(dataDir, 'second');
      },
    },
  });
  let alice;
  let bob;
  const get = async (key, target, headers = {}) => {
    const answer = await call(s.url + target, { headers: { ...key?.headers, ...headers } });
    const text = answer.body.toString();
    return { status: answer.status, headers: answer.headers, text, doc: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
  const good = async (key, target) => {
    const answer = await get(key, target);
    assert.equal(answer.status, 200, answer.text);
    return answer.doc;
  };
  const send = async (key, model = HELLO.model, headers = {}) => {
    const { status } = await key.message({ body: { ...HELLO, model }, headers: { 'x-account-name': 'secret-account', ...headers } });
    assert.equal(status, 200);
  };

  before(async () => {
    await createGroup(s.relay, 'bobs-group');
    alice = await createKey(s.relay, 'alice');
    bob = await createKey(s.relay, 'bobs-key', { group: 'bobs-group', owner: 'owner-of-bob' });
    for (let i = 0; i < 5; i++) {
      await send(alice, i % 2 ? 'claude-haiku-4-5' : 'claude-sonnet-5', { 'x-claude-code-session-id': 'of-alice' });
      await send(bob, 'bobs-model', { 'x-claude-code-session-id': 'bobs-session' });
    }
    await until(async () => (await good(alice, '/v1/me/requests')).requests.length === 5, { every: 50, what: 'the bookings' });
    await until(async () => (await good(bob, '/v1/me/requests')).requests.length === 5, { every: 50, what: 'the bookings' });
  });

  const assertNothingOfOthers = (text, whose) => {
    for (const word of OTHERS) {
      assert.ok(!text.includes(word), `${word} stands in ${whose}: ${text}`);
    }
  };

  it('is told why it is refused by a code, under any base URL', async () => {
    for (const base of ['', '/api', '/v1', '/api/v1']) {
      for (const target of ['/v1/me', '/v1/me/usage', '/v1/me/requests']) {
        const answer = await get({ headers: { 'x-api-key': `cr_${'a'.repeat(43)}` } }, base + target);
        assert.equal(answer.status, 401);
        assert.match(answer.doc.error.code, /^[a-z_]+$/, base + target);
      }
    }
  });

  it('sees its usage by day, hour and model', async () => {
    for (const by of ['day', 'hour', 'model']) {
      const answer = await get(alice, `/v1/me/usage?by=${by}&since=7d`);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.doc.total.requests, 5);
      assert.ok(answer.doc.total.cost_microusd > 0);
      assert.equal(answer.doc.rows.reduce((sum, row) => sum + row.requests, 0), 5);
      assert.ok(answer.doc.rows.every((row) => Object.keys(row)[0] === by));
      assertNothingOfOthers(answer.text, by);
    }
    const { rows } = await good(alice, '/v1/me/usage?by=model');
    assert.deepEqual(rows.map((row) => [row.model, row.requests]).sort(), [['claude-haiku-4-5', 2], ['claude-sonnet-5', 3]]);
    assert.ok('day' in (await good(alice, '/v1/me/usage')).rows[0]);
  });

  it('sees its last requests, without accounts', async () => {
    const { text, doc } = await get(alice, '/v1/me/requests');
    assert.equal(doc.requests.length, 5);
    assert.equal(doc.next_cursor, null);
    assertNothingOfOthers(text, 'requests');
    const [row] = doc.requests;
    for (const told of ['account', 'failures', 'key', 'key_id', 'group', 'owner']) {
      assert.ok(!(told in row), told);
    }
    assert.equal(row.model, 'claude-sonnet-5');
    assert.equal(row.end, 'complete');
    assert.equal(row.session, 'of-alice');
    assert.match(row.id, /^req_relay_/);
  });

  it('asks for some of them', async () => {
    assert.equal((await good(alice, '/v1/me/requests?model=claude-haiku-4-5')).requests.length, 2);
    assert.equal((await good(alice, '/v1/me/requests?status=4xx')).requests.length, 0);
    assert.equal((await good(alice, '/v1/me/requests?end=complete&session=of-alice&limit=3')).requests.length, 3);
    assert.equal((await good(alice, '/v1/me/usage?model=claude-haiku-4-5')).total.requests, 2);
    assert.equal((await good(alice, '/v1/me/usage?until=2020-01-01')).total.requests, 0);
  });

  it('pages, by a cursor that is nobody else\'s and counts nothing', async () => {
    const seen = [];
    const cursors = [];
    for (let cursor = ''; cursor !== null; ) {
      const page = await good(alice, `/v1/me/requests?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      seen.push(...page.requests.map((row) => row.id));
      cursor = page.next_cursor;
      if (cursor) {
        cursors.push(cursor);
      }
    }
    assert.equal(new Set(seen).size, 5);
    assert.equal(cursors.length, 2);
    for (const cursor of cursors) {
      assert.doesNotMatch(cursor, /^\d+-\d+$/);
      const stolen = await get(bob, `/v1/me/requests?cursor=${encodeURIComponent(cursor)}`);
      assert.equal(stolen.status, 400);
      assert.match(stolen.doc.error.message, /begin with the first page again/);
    }
    for (const made of ['1-1', '', 'sealed:v1:00000000:AAAA', 'x'.repeat(5000)]) {
      assert.equal((await get(alice, `/v1/me/requests?cursor=${made}`)).status, 400, made);
    }
  });

  it('learns nothing by asking for what is not its own', async () => {
    for (const filter of ['key=bobs-key', 'key_id=2', 'account=secret-account', 'group=bobs-group', 'owner=owner-of-bob', 'id=req_relay_0000000000000000000000', 'format=csv', 'upstream_id=x', 'client_id=x']) {
      for (const target of ['usage', 'requests']) {
        const answer = await get(alice, `/v1/me/${target}?${filter}`);
        assert.equal(answer.status, 400, `${target} ${filter}: ${answer.text}`);
        assert.equal(answer.doc.type, 'error');
      }
    }
    assert.equal((await get(alice, '/v1/me/usage?by=account')).status, 400);
    assert.equal((await get(alice, '/v1/me/usage?by=key')).status, 400);
    /* What others have and what nobody has is answered alike. */
    for (const [name, theirs] of [['model', 'bobs-model'], ['session', 'bobs-session']]) {
      const there = await get(alice, `/v1/me/requests?${name}=${theirs}`);
      const nowhere = await get(alice, `/v1/me/requests?${name}=nobodys`);
      assert.deepEqual([there.status, there.text], [200, nowhere.text]);
    }
    assert.deepEqual((await good(alice, '/v1/me/usage?model=bobs-model')).rows, []);
  });

  it('sees under any base URL the same, and a HEAD nothing', async () => {
    assert.equal((await good(alice, '/api/v1/me/usage')).total.requests, 5);
    const head = await call(`${s.url}/v1/me/requests`, { method: 'HEAD', headers: alice.headers });
    assert.deepEqual([head.status, head.body.length], [200, 0]);
  });

  it('is told nothing without a key, with a wrong or a revoked one', async () => {
    const gone = await createKey(s.relay, 'gone');
    assert.deepEqual((await good(gone, '/v1/me/requests')).requests, []);
    assert.deepEqual((await good(gone, '/v1/me/usage')).rows, []);
    await gone.revoke();
    for (const target of ['/v1/me/usage', '/v1/me/requests']) {
      for (const headers of [{}, { 'x-api-key': `cr_${'A'.repeat(43)}` }, gone.headers]) {
        const answer = await get(undefined, target, headers);
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answer.doc.error.type, 'authentication_error');
        assertNothingOfOthers(answer.text, target);
      }
    }
  });

  it('and guesses are slowed', async () => {
    const statuses = new Set();
    for (let i = 0; i < 40; i++) {
      statuses.add((await get(undefined, '/v1/me/requests', { 'x-api-key': `cr_${String(i).padEnd(43, 'x')}`, via: '1.1 x' })).status);
    }
    assert.deepEqual([...statuses].sort(), [401, 429]);
    assert.equal((await get(alice, '/v1/me/requests', { via: '1.1 x' })).status, 200);
  });

  /* Whoever has its answer may ask on any worker: its turn has ended. */
  it('one question after the other is never too many', async () => {
    for (let i = 0; i < 40; i++) {
      const target = i % 4 === 3 ? '/v1/me/requests?limit=0' : '/v1/me/usage?by=model';
      assert.equal((await get(alice, target, { connection: 'close' })).status, i % 4 === 3 ? 400 : 200);
    }
  });

  it('many at once are told to come back', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => get(alice, '/v1/me/usage?by=hour')));
    assert.ok(answers.every(({ status }) => status === 200 || status === 429));
    assert.ok(answers.some(({ status }) => status === 200));
    for (const { headers } of answers.filter(({ status }) => status === 429)) {
      assert.equal(headers['retry-after'], '1');
    }
    await until(async () => (await get(alice, '/v1/me/usage')).status === 200, { what: 'an answer' });
  });

  it('and are not in the way of a third one', async () => {
    const carol = await createKey(s.relay, 'carol');
    let over = false;
    const asks = async (key) => {
      while (!over) await get(key, '/v1/me/usage?by=hour');
    };
    const others = [alice, bob].flatMap((key) => Array.from({ length: 5 }, () => asks(key)));
    try {
      for (let i = 0; i < 40; i++) {
        await good(carol, '/v1/me/usage');
      }
    } finally {
      over = true;
      await Promise.all(others);
    }
  });
});
