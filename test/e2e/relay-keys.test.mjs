// SPDX-License-Identifier: MIT
/* Relay keys over the management API: made, shown once, changed, revoked, rotated, and
   what is there after a kill. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';

import { call } from '../support/http.mjs';
import { addApiKey, describe, filesBelow, stage, startRelay } from '../support/processes.mjs';

const KEY = /^cr_[A-Za-z0-9_-]{43}$/;

function api(s) {
  const ask = async (method, target, body, headers) => {
    const answer = await call(`${s.url}${target}`, { method, body, headers });
    return { status: answer.status, ...(answer.body.length > 0 ? JSON.parse(answer.body) : {}) };
  };
  return {
    ask,
    create: (body) => ask('POST', '/admin/api/keys', body),
    get: (id) => ask('GET', `/admin/api/keys/${encodeURIComponent(id)}`),
    list: (query = '') => ask('GET', `/admin/api/keys${query}`),
    patch: (id, body) => ask('PATCH', `/admin/api/keys/${encodeURIComponent(id)}`, body),
    remove: (id, query = '') => ask('DELETE', `/admin/api/keys/${encodeURIComponent(id)}${query}`),
    rotate: (id, body) => ask('POST', `/admin/api/keys/${encodeURIComponent(id)}/rotate`, body),
    restore: (id) => ask('POST', `/admin/api/keys/${encodeURIComponent(id)}/restore`),
    me: (key, headers = { 'x-api-key': key }) => ask('GET', '/v1/me', undefined, headers),
  };
}

const relay = { env: { WORKERS: '2' }, accounts: (dataDir) => addApiKey(dataDir, 'demo') };

describe('relay keys', () => {
  const s = stage({ relay });
  const { ask, create, get, list, patch, remove, rotate, restore, me } = api(s);

  it('are made with a text that is shown once', async () => {
    const made = await create({ name: 'alice', owner: 'Bob', tags: ['dev'], limits: { rpm: 60, cost_day: '3.10' } });
    assert.equal(made.status, 201);
    assert.match(made.key, KEY);
    assert.equal(made.prefix, made.key.slice(0, 7));
    assert.equal(made.last4, made.key.slice(-4));
    assert.deepEqual(made.limits, { rpm: 60, cost_day: 3.1 });
    const shown = await get('alice');
    assert.equal(shown.key, undefined);
    assert.ok(!JSON.stringify(shown).includes(made.key.slice(7, -4)));
    assert.deepEqual(await get(String(made.id)), shown);
    assert.equal((await me(made.key)).name, 'alice');
    assert.equal((await me(undefined, { authorization: `Bearer ${made.key}` })).name, 'alice');
    assert.equal((await me(undefined, { authorization: `Bearer ${made.key}`, 'x-api-key': 'something else' })).name, 'alice');
  });

  it('tell their holder the limits, and nothing of the owner\'s notes', async () => {
    const made = await create({ name: 'holder', note: 'SECRET-NOTE', accounts: ['demo'], addresses: ['127.0.0.0/8'], limits: { rpd: 5, cost_month: 12.5 } });
    const told = await me(made.key);
    assert.deepEqual(told.limits.rpd, { limit: 5, used: 0, reserved: 0, resets_at: told.limits.rpd.resets_at });
    assert.match(told.limits.rpd.resets_at, /T00:00:00\.000Z$/);
    assert.equal(told.limits.cost_month.limit, 12.5);
    assert.equal(told.limits.cost_month.used, 0);
    assert.ok(!JSON.stringify(told).includes('SECRET-NOTE'));
    assert.equal(told.accounts, undefined);
    assert.equal(told.key, undefined);
  });

  it('have names that nobody else has', async () => {
    const again = await create({ name: 'alice' });
    assert.equal(again.status, 409);
    assert.match(again.error, /"alice" already/);
    assert.equal((await create({})).status, 400);
    assert.equal((await create({ name: '12' })).status, 400);
    assert.equal((await create({ name: 'a/b' })).status, 400);
    const odd = await create({ name: '小明 & co?' });
    assert.equal(odd.status, 201);
    assert.equal((await get('小明 & co?')).id, odd.id);
  });

  it('say what is wrong with a member, and make nothing', async () => {
    const before = (await list()).total;
    for (const [body, reason] of [
      [{ limits: { rpm: -1 } }, /rpm/],
      [{ limits: { cost_day: '1.0000001' } }, /cost_day/],
      [{ addresses: ['10.0.0.1/8'] }, /addresses\[0\]/],
      [{ models: [] }, /models must be/],
      [{ expires: '2026-02-30' }, /expires must be/],
      [{ time_zone: 'Mars/Olympus' }, /time_zone/],
      [{ group: 'nobody' }, /no group nobody/],
      [{ accounts: 'demo' }, /accounts must be/],
    ]) {
      const answer = await create({ name: 'wrong', ...body });
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.match(answer.error, reason);
    }
    assert.equal((await list()).total, before);
  });

  it('are changed by member', async () => {
    const changed = await patch('alice', { limits: { rpm: null, rpd: 7 }, owner: null });
    assert.deepEqual(changed.limits, { cost_day: 3.1, rpd: 7 });
    assert.equal(changed.owner, null);
    assert.deepEqual(changed.tags, ['dev']);
    assert.equal((await patch('nobody', { owner: 'x' })).status, 404);
  });

  it('are refused at the very next request once revoked, until restored', async () => {
    const { key } = await create({ name: 'carol' });
    for (let i = 0; i < 10; i++) {
      assert.equal((await remove('carol')).state, 'revoked');
      const answers = await Promise.all(Array.from({ length: 8 }, () => me(key)));
      answers.forEach(({ status, error }) => {
        assert.equal(status, 401);
        assert.match(error.message, /"carol" was revoked/);
      });
      assert.equal((await restore('carol')).state, 'active');
      assert.equal((await me(key)).status, 200);
    }
  });

  it('are purged only when revoked', async () => {
    const { key, id } = await create({ name: 'dora' });
    assert.equal((await remove('dora', '?purge=true')).status, 409);
    assert.equal((await me(key)).status, 200);
    await remove('dora');
    for (const query of ['?purge=no', '?purge=off', '?purge=2', '?purge=TRUE', '?purge=', '?purge', '?purge=true&purge=false', '?Purge=true']) {
      assert.equal((await remove('dora', query)).status, 400, query);
    }
    assert.equal((await remove('dora', '?purge=false')).state, 'revoked');
    assert.equal((await remove('dora', '?purge=true')).status, 200);
    assert.equal((await get('dora')).status, 404);
    assert.match((await me(key)).error.message, /not a relay key/);
    assert.ok((await create({ name: 'dora' })).id > id);
  });

  it('get a new text, and the former one lives on for the overlap', async () => {
    const first = await create({ name: 'emil' });
    const second = await rotate('emil', { overlap: '1h' });
    assert.match(second.key, KEY);
    assert.notEqual(second.key, first.key);
    assert.equal(second.rotated.length, 1);
    assert.equal((await me(first.key)).name, 'emil');
    assert.equal((await me(second.key)).name, 'emil');
    const third = await rotate('emil', { overlap: '0s' });
    assert.equal((await me(third.key)).name, 'emil');
    for (const key of [first.key, second.key]) {
      assert.match((await me(key)).error.message, /rotated/);
    }
    const day = await rotate('emil');
    const ends = Date.parse(day.rotated[0].expires_at) - Date.parse(day.changed_at);
    assert.ok(Math.abs(ends - 86400000) < 5000);
    assert.equal((await rotate('emil', { overlap: 'soon' })).status, 400);
  });

  it('are listed in pages and searched', async () => {
    for (let i = 0; i < 25; i++) {
      await create({ name: `page-${i}`, owner: i % 2 ? 'Odd' : 'Even', tags: [`t${i % 5}`] });
    }
    const names = [];
    let cursor = '';
    let pages = 0;
    do {
      const page = await list(`?name=PAGE-&limit=10${cursor && `&cursor=${cursor}`}`);
      names.push(...page.keys.map(({ name }) => name));
      cursor = page.next_cursor;
      pages++;
    } while (cursor);
    assert.equal(pages, 3);
    assert.deepEqual(names, Array.from({ length: 25 }, (_, i) => `page-${i}`));
    assert.equal((await list('?owner=odd&limit=200')).keys.length, 12);
    assert.equal((await list('?tag=t3')).keys.length, 5);
    assert.equal((await list('?search=even')).keys.length, 13);
    assert.equal((await list('?state=revoked')).keys.length, 0);
    assert.equal((await list('?limit=0')).status, 400);
    assert.equal((await list('?limit=201')).status, 400);
    assert.equal((await list('?cursor=x')).status, 400);
    assert.equal((await list('?state=odd')).status, 400);
  });

  /* A page is described in parts, between which others have their turn. */
  it('are listed whole, however many a page has', async () => {
    const many = Array.from({ length: 120 }, (_, i) => `many-${String(i).padStart(3, '0')}`);
    for (const name of many) {
      assert.equal((await create({ name })).status, 201);
    }
    const pages = await Promise.all(Array.from({ length: 8 }, () => list('?name=many-&limit=110')));
    for (const { keys, total, next_cursor } of pages) {
      assert.deepEqual(keys.map(({ name }) => name), many.slice(0, 110));
      assert.equal(total, 120);
      const rest = await list(`?name=many-&limit=110&cursor=${next_cursor}`);
      assert.deepEqual(rest.keys.map(({ name }) => name), many.slice(110));
      assert.equal(rest.next_cursor, null);
      assert.equal(rest.total, null, 'the first page has told it');
    }
  });

  it('belong to groups with limits of their own', async () => {
    assert.equal((await ask('POST', '/admin/api/groups', { name: 'students', limits: { rpm: 5 } })).status, 201);
    const made = await create({ name: 'fred', group: 'students' });
    assert.equal((await me(made.key)).group.limits.rpm.limit, 5);
    await ask('PATCH', '/admin/api/groups/students', { limits: { rpm: 7 } });
    assert.equal((await me(made.key)).group.limits.rpm.limit, 7);
    assert.equal((await ask('DELETE', '/admin/api/groups/students')).status, 409);
    assert.deepEqual((await list('?group=students')).keys.map(({ name }) => name), ['fred']);
    assert.equal((await patch('fred', { group: null })).group, null);
    assert.equal((await ask('DELETE', '/admin/api/groups/students')).status, 200);
    assert.deepEqual((await ask('GET', '/admin/api/groups')).groups, []);
  });

  it('are nobody\'s business but the admin\'s', async () => {
    const { key } = await create({ name: 'gina' });
    for (const [headers, status] of [
      [{ via: '1.1 x' }, 401],
      [{ via: '1.1 x', 'x-api-key': key }, 403],
      [{ via: '1.1 x', authorization: `Bearer ${key}` }, 403],
    ]) {
      for (const [method, target] of [['GET', '/admin/api/keys'], ['POST', '/admin/api/keys'], ['DELETE', '/admin/api/keys/gina'], ['GET', '/admin/api/groups']]) {
        assert.equal((await ask(method, target, undefined, headers)).status, status);
      }
    }
    assert.equal((await me(key, { via: '1.1 x', 'x-api-key': key })).name, 'gina');
  });
});

describe('what was shown of a key', () => {
  it('is there after a kill, and its text is nowhere', async () => {
    const first = await startRelay(relay);
    const before = api(first);
    const alice = await before.create({ name: 'alice' });
    const bob = await before.create({ name: 'bob' });
    await before.remove('bob');
    const carol = await before.create({ name: 'carol' });
    const again = await before.rotate('carol', { overlap: '0s' });
    await first.program.kill();
    const texts = [alice, bob, carol, again].map(({ key }) => key);
    for (const file of filesBelow(first.dataDir)) {
      const bytes = fs.readFileSync(file);
      texts.forEach((key) => assert.ok(!bytes.includes(key) && !bytes.includes(key.slice(8, -4)), file));
    }
    texts.forEach((key) => assert.ok(!first.log.includes(key.slice(8, -4))));

    const second = await startRelay({ ...relay, accounts: () => {}, dataDir: first.dataDir });
    const after = api(second);
    assert.equal((await after.me(alice.key)).name, 'alice');
    assert.match((await after.me(bob.key)).error.message, /"bob" was revoked/);
    assert.match((await after.me(carol.key)).error.message, /rotated/);
    assert.equal((await after.me(again.key)).name, 'carol');
    await second.stop();
  });
});
