// SPDX-License-Identifier: MIT
/* Keys in the order that is asked for, page after page, over the API and by command; and
   the tags that there are. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { admin, createGroup, createKey, keyCommand } from '../support/keys.mjs';
import { addApiKey, describe, stage } from '../support/processes.mjs';

const relay = { env: { WORKERS: '2' }, accounts: (dataDir) => addApiKey(dataDir, 'demo') };

describe('lists of keys', () => {
  const s = stage({ relay });

  const ask = async (query) => (await admin(s.relay, 'GET', `/admin/api/keys?${new URLSearchParams(query)}`)).doc;

  /* The names on all pages of two. */
  async function names(query) {
    const all = [];
    let cursor;
    do {
      const page = await ask({ ...query, limit: '2', ...(cursor && { cursor }) });
      assert.ok(page.keys, JSON.stringify(page));
      all.push(...page.keys.map(({ name }) => name));
      assert.equal(page.total === null, cursor !== undefined);
      cursor = page.next_cursor;
    } while (cursor);
    return all.join(' ');
  }

  it('go by what is asked for', async () => {
    await createKey(s.relay, 'b.2', { owner: 'Zoe', tags: ['Dev', 'x.y'], limits: { cost_total: 1 } });
    const used = await createKey(s.relay, 'C 3', { owner: 'anna. b', tags: ['dev'], limits: { rpd: 4 } });
    await createKey(s.relay, 'a', { owner: 'Zoe' });
    assert.equal((await used.message()).status, 200);
    assert.equal(await names({}), 'b.2 C 3 a');
    assert.equal(await names({ order: 'desc' }), 'a C 3 b.2');
    assert.equal(await names({ sort: 'name' }), 'a b.2 C 3');
    assert.equal(await names({ sort: 'owner' }), 'C 3 b.2 a');
    assert.equal(await names({ sort: 'owner', order: 'desc' }), 'a b.2 C 3');
    for (const sort of ['last_used_at', 'requests_today', 'cost_30d', 'tightest']) {
      assert.match(await names({ sort, order: 'desc' }), /^C 3 /, sort);
    }
    assert.equal(await names({ sort: 'name', used_since: '1h' }), 'C 3');
    assert.equal(await names({ unused_since: '1h' }), '');
    const [row] = (await ask({ search: 'C 3' })).keys;
    assert.equal(row.today.requests, 1);
    assert.equal(row.last_30d.requests, 1);
    assert.equal(row.last_30d.cost, row.total.cost);
  });

  it('say what may be asked for', async () => {
    for (const [query, text] of [
      [{ sort: 'size' }, /sort must be id, name, /],
      [{ order: 'up' }, /order must be asc or desc/],
      [{ sort: 'name', cursor: '7' }, /cursor must be the next_cursor/],
      [{ used_since: 'soon' }, /used_since must be a time like/],
    ]) {
      const answer = await admin(s.relay, 'GET', `/admin/api/keys?${new URLSearchParams(query)}`);
      assert.equal(answer.status, 400);
      assert.match(answer.doc.error, text);
    }
  });

  it('are the same by command', () => {
    const list = keyCommand(s.relay.dataDir, 'list', '--sort', 'name', '--order', 'desc', '--json');
    assert.deepEqual(JSON.parse(list.stdout).keys.map(({ name }) => name), ['C 3', 'b.2', 'a']);
    const tags = keyCommand(s.relay.dataDir, 'tags');
    assert.equal(tags.stdout, '      2  dev\n      1  x.y\n');
  });

  const MB = 1024 * 1024;
  const patterns = (what) => Array.from({ length: 64 }, (_, i) => `${what}${i}-`.padEnd(128, 'x'));

  it('end a page where it is full', async () => {
    const long = { models: patterns('m'), deny_models: patterns('d'), clients: patterns('c') };
    const made = [];
    for (let i = 0; i < 60; i++) {
      made.push((await createKey(s.relay, `long-${String(i).padStart(2, '0')}`, long)).name);
    }
    for (const query of [{}, { sort: 'name' }, { sort: 'id', order: 'desc' }, { sort: 'cost_30d' }]) {
      const all = [];
      let pages = 0;
      for (let cursor; cursor !== null; pages++) {
        const page = await ask({ ...query, search: 'long-', limit: '200', ...(cursor && { cursor }) });
        assert.equal(page.total, cursor ? null : made.length);
        assert.ok(JSON.stringify(page).length < 1.1 * MB);
        all.push(...page.keys.map(({ name }) => name));
        cursor = page.next_cursor;
      }
      assert.ok(pages > 1, JSON.stringify(query));
      assert.deepEqual(query.order ? all.reverse() : all, made, JSON.stringify(query));
    }
    const listed = keyCommand(s.relay.dataDir, 'list', '--search', 'long-');
    assert.equal(listed.status, 0, listed.stderr);
    assert.deepEqual(listed.stdout.match(/long-\d\d/g), made);
  });
});

describe('lists of groups', () => {
  const s = stage({ relay });
  const NAMES = Array.from({ length: 250 }, (_, i) => `group-${i}`);
  const names = (doc) => doc.groups.map(({ name }) => name);
  const ask = async (query) => (await admin(s.relay, 'GET', `/admin/api/groups?${new URLSearchParams(query)}`)).doc;

  it('have all of them, or pages', async () => {
    assert.deepEqual(await ask({}), { groups: [], next_cursor: null });
    for (const name of NAMES) await createGroup(s.relay, name);
    const whole = await ask({});
    assert.deepEqual(names(whole), NAMES);
    assert.equal(whole.next_cursor, null);
    const all = [];
    for (let cursor; cursor !== null;) {
      const page = await ask({ limit: '100', ...(cursor && { cursor }) });
      assert.ok(page.groups.length <= 100);
      all.push(...names(page));
      cursor = page.next_cursor;
    }
    assert.deepEqual(all, NAMES);
    assert.equal((await ask({ limit: '250' })).next_cursor, null);
    const listed = keyCommand(s.relay.dataDir, 'group', 'list', '--json');
    assert.equal(listed.status, 0, listed.stderr);
    assert.deepEqual(names(JSON.parse(listed.stdout)), NAMES);
  });

  it('say what may be asked for', async () => {
    for (const query of ['limit=0', 'limit=x', 'cursor=0', 'cursor=-1']) {
      const answer = await admin(s.relay, 'GET', `/admin/api/groups?${query}`);
      assert.equal(answer.status, 400, query);
      assert.match(answer.doc.error, /must be a whole number/);
    }
  });
});
