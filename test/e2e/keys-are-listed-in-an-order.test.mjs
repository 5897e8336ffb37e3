// SPDX-License-Identifier: MIT
/* Keys in the order that is asked for, page after page, over the API and by command; and
   the tags that there are. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { admin, createKey, keyCommand } from '../support/keys.mjs';
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
});
