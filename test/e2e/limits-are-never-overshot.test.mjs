// SPDX-License-Identifier: MIT
/* Bursts on each limit, of keys and of groups, over two workers.  The upstream keeps
   what reaches it until everybody else was refused: then so many are under way as the
   limit allows, and not one more. */
import assert from 'node:assert/strict';
import { before, beforeEach, it } from 'node:test';

import { HELLO, message } from '../support/http.mjs';
import { admin, burst, createGroup, createKey, keepingUpstream, nothingHeld, usd, worst } from '../support/keys.mjs';
import { describe, rawStage } from '../support/processes.mjs';
import { rng } from '../support/payloads.mjs';

const CROWD = 200;
const WORKERS = { env: { WORKERS: '2' } };
/* May come to $0.32, for claude-sonnet-5, and does come to $0.20. */
const LONG = { ...HELLO, max_tokens: 32000 };
const TWENTY_CENTS = { tokensIn: 500, tokensOut: 19900 };

/* Where it is about noon: no day ends while a test runs. */
function noon() {
  const hours = 12 - new Date().getUTCHours();
  return `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
}

/* Each with a limit that `FIT` of these requests use up, but for half a one where they
   are counted by what they use. */
const most = worst(HELLO);
const FIT = 7;
const BOTH_MOST = { tokensIn: most.tokensIn, tokensOut: most.tokensOut };
const exact = [
  ['rpm', 1, 429],
  ['rpd', 1, 429],
  ['concurrency', 1, 429],
  ['tpm_in', most.tokensIn, 429],
  ['tpm_out', most.tokensOut, 429],
  ['cost_5h', usd(most.microusd), 402],
  ['cost_day', usd(most.microusd), 402],
  ['cost_week', usd(most.microusd), 402],
  ['cost_month', usd(most.microusd), 402],
  ['cost_total', usd(most.microusd), 402],
].map(([name, each, status]) => {
  const strict = each !== 1;
  const at = strict ? Number(((FIT + 0.5) * each).toFixed(name.startsWith('cost') ? 6 : 0)) : FIT;
  return { name, each, at, status, strict };
});

describe('limits are never overshot', () => {
  const s = rawStage(keepingUpstream, WORKERS);
  let zone;
  before(() => {
    zone = noon();
  });
  beforeEach(() => {
    s.upstream.passes = null;
  });

  async function history(key, count, used) {
    s.upstream.passes = used;
    for (let i = 0; i < count; i++) {
      const answer = await key.message({ body: LONG });
      assert.equal(answer.status, 200, answer.body.toString());
    }
    s.upstream.passes = null;
    await nothingHeld(key);
  }

  /* Two keys of one group, or one key. */
  async function owners(where, name, members, limits) {
    if (where === 'key') {
      return [await createKey(s, `${name} of a key`, { ...members, limits, time_zone: zone })];
    }
    await createGroup(s, `${name} group`, { limits, time_zone: zone });
    return Promise.all(['one', 'two'].map((which) => createKey(s, `${name} of ${which} in a group`, { ...members, group: `${name} group` })));
  }

  for (const where of ['key', 'group']) {
    for (const { name, each, at, status, strict } of exact) {
      it(`${name} of a ${where}: exactly as many as fit${strict ? ' (strict)' : ''}`, async () => {
        const keys = await owners(where, name, strict ? { reserve: 'strict' } : {}, { [name]: at });
        const crowd = await burst(s.upstream, keys, CROWD, { body: HELLO });
        assert.equal(crowd.kept, FIT, 'under way at once');
        assert.deepEqual([...new Set(crowd.refused.map((answer) => answer.status))], [status]);
        assert.match(crowd.refused[0].body.toString(), new RegExp(`limit ${name}\\b`));
        /* They cost as much as they can. */
        const passed = await crowd.release(BOTH_MOST);
        assert.equal(passed.length, FIT);
        for (const key of keys) {
          await nothingHeld(key);
        }
        const me = await keys[0].me();
        const view = (where === 'key' ? me : me.group).limits[name];
        assert.equal(view.used, name === 'concurrency' ? 0 : Number((FIT * each).toFixed(6)));
        const next = await burst(s.upstream, keys, 1, { body: HELLO });
        assert.equal(next.kept, name === 'concurrency' ? 1 : 0, 'what is used stays used');
        await next.release(BOTH_MOST);
      });
    }
  }

  it('a little less than what one more needs is not enough', async () => {
    const key = await createKey(s, 'a little less', { reserve: 'strict', limits: { cost_total: usd(3 * most.microusd - 1) } });
    const crowd = await burst(s.upstream, [key], 5, { body: HELLO });
    assert.equal(crowd.kept, 2);
    await crowd.release(BOTH_MOST);
  });

  it('the smaller one of key and group holds', async () => {
    await createGroup(s, 'small', { limits: { concurrency: 3 } });
    const [wide, narrow] = await Promise.all([5, 2].map((concurrency) => createKey(s, `${concurrency} in small`, { group: 'small', limits: { concurrency } })));
    for (const [key, fit] of [[wide, 3], [narrow, 2]]) {
      const crowd = await burst(s.upstream, [key], 20, { body: HELLO });
      assert.equal(crowd.kept, fit);
      await crowd.release({ tokensIn: 1, tokensOut: 1 });
      await nothingHeld(key);
    }
  });

  it('nothing at all is allowed by 0', async () => {
    for (const { name } of exact) {
      const key = await createKey(s, `no ${name}`, { limits: { [name]: 0 } });
      const crowd = await burst(s.upstream, [key], 3, { body: HELLO });
      assert.equal(crowd.kept, 0, name);
    }
  });

  it('five at once of $0.20 each with $0.45 left: two', async () => {
    const key = await createKey(s, 'twenty cents');
    await history(key, 20, TWENTY_CENTS);
    assert.equal((await key.show()).total.cost, 4);
    /* It may be put on only now. */
    await key.change({ limits: { cost_total: 4.45 } });
    const sent = s.upstream.requests.length;
    const five = await burst(s.upstream, [key], 5, { body: LONG });
    assert.equal(five.kept, 2);
    assert.deepEqual(five.refused.map((answer) => answer.status), [402, 402, 402]);
    assert.equal(s.upstream.requests.length - sent, 2, 'of the others something was sent');
    await five.release(TWENTY_CENTS);
    await nothingHeld(key);
    assert.equal((await key.limit('cost_total')).used, 4.4);
    assert.equal((await key.message({ body: LONG })).status, 402);
  });

  it('a key without history: what the worst case allows, and no more', async () => {
    const body = { ...HELLO, model: 'claude-haiku-4-5', max_tokens: 40000 };
    const each = worst(body).microusd;
    const key = await createKey(s, 'new', { limits: { cost_total: usd(Math.floor(2.5 * each)) } });
    const five = await burst(s.upstream, [key], 5, { body });
    assert.equal(five.kept, 2);
    assert.deepEqual(five.refused.map((answer) => answer.status), [402, 402, 402]);
    await five.release({ tokensIn: 10, tokensOut: 10 });
  });

  it('what nothing bounds, without history: one at a time', async () => {
    const body = { ...HELLO, model: 'claude-opus-4-7', tools: [{ type: 'web_search_20250305', name: 'web_search' }] };
    const key = await createKey(s, 'searches', { limits: { cost_total: 0.05 } });
    const crowd = await burst(s.upstream, [key], 50, { body });
    assert.equal(crowd.kept, 1);
    assert.equal((await key.limit('cost_total')).reserved, 0.05);
    assert.match(crowd.refused[0].body.toString(), /\$0\.05 more is held by requests under way/);
    await crowd.release({ tokensIn: 4000, tokensOut: 100 });
    await nothingHeld(key);
    /* $0.0225, which is known now. */
    const next = await burst(s.upstream, [key], 5, { body });
    assert.equal(next.kept, 1);
    await next.release({ tokensIn: 4000, tokensOut: 100 });
    await nothingHeld(key);
    assert.ok((await key.limit('cost_total')).used <= 0.05);
  });

  it('small answers do not vouch for large ones', async () => {
    const body = { ...HELLO, model: 'claude-opus-4-6', max_tokens: 1 };
    const key = await createKey(s, 'poisons', { limits: { cost_total: 1 } });
    s.upstream.passes = { tokensIn: 10, tokensOut: 1 };
    for (let i = 0; i < 16; i++) {
      assert.equal((await key.message({ body })).status, 200);
    }
    s.upstream.passes = null;
    /* $0.80 each, at the most. */
    const crowd = await burst(s.upstream, [key], 100, { body: { ...body, max_tokens: 32000 } });
    assert.equal(crowd.kept, 1);
    await crowd.release({ tokensIn: 10, tokensOut: 32000 });
    await nothingHeld(key);
    assert.ok((await key.limit('cost_total')).used < 1);
  });

  it('what short bodies brought locks no long one out', async () => {
    const key = await createKey(s, 'brings much', { limits: { cost_day: 20 } });
    const body = { ...HELLO, model: 'claude-opus-4-5' };
    s.upstream.passes = { tokensIn: 60000, tokensOut: 50 };
    for (let i = 0; i < 5; i++) {
      const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 3 };
      assert.equal((await key.message({ body: { ...body, tools: [search] } })).status, 200);
    }
    const long = await key.message({ body: { ...body, messages: [{ role: 'user', content: 'x'.repeat(200000) }] } });
    assert.equal(long.status, 200, long.body.toString());
    s.upstream.passes = null;
  });

  it('a new key goes by what the model has cost others', async () => {
    const old = await createKey(s, 'has history');
    const body = { ...LONG, model: 'claude-opus-4-8' };
    s.upstream.passes = { tokensIn: 1000, tokensOut: 7800 };
    for (let i = 0; i < 5; i++) {
      assert.equal((await old.message({ body })).status, 200);
    }
    s.upstream.passes = null;
    /* $0.20 again; the worst case would be $0.80. */
    const key = await createKey(s, 'new as well', { limits: { cost_total: 0.45 } });
    const five = await burst(s.upstream, [key], 5, { body });
    assert.equal(five.kept, 2, five.refused[0]?.body.toString());
    await five.release({ tokensIn: 1, tokensOut: 1 });
  });

  for (const where of ['key', 'group']) {
    it(`requests that are alike: within 5 % of the budget of a ${where}`, async () => {
      const keys = await owners(where, 'alike', {}, { cost_total: 1000 });
      const random = rng(7);
      /* About 5 cents, a tenth more or less. */
      const used = () => ({ tokensIn: 1000, tokensOut: 4320 + random(960) });
      for (let i = 0; i < 16; i++) {
        s.upstream.passes = used();
        assert.equal((await keys[i % keys.length].message({ body: LONG })).status, 200);
      }
      s.upstream.passes = null;
      const spent = async () => {
        const me = await keys[0].me();
        return (where === 'key' ? me : me.group).limits.cost_total.used;
      };
      const budget = usd(Math.round((await spent()) * 1e6) + 5e6);
      await (where === 'key' ? keys[0].change({ limits: { cost_total: budget } }) : changeGroup('alike group', { limits: { cost_total: budget } }));
      for (let left = true; left; ) {
        const crowd = await burst(s.upstream, keys, CROWD, { body: LONG });
        left = crowd.kept > 0;
        for (let i = 0; i < crowd.kept; i++) {
          s.upstream.release(used(), 1);
        }
        await crowd.release();
        for (const key of keys) {
          await nothingHeld(key);
        }
      }
      const total = await spent();
      assert.ok(total <= budget + 0.05 * 5, `${total} of ${budget}`);
      assert.ok(total >= budget - 0.1 * 5, `only ${total} of ${budget} could be used`);
    });
  }

  async function changeGroup(name, members) {
    const { status, doc } = await admin(s, 'PATCH', `/admin/api/groups/${encodeURIComponent(name)}`, members);
    assert.equal(status, 200, JSON.stringify(doc));
  }

  it('count_tokens is free of rates and of places', async () => {
    const key = await createKey(s, 'counting', { limits: { rpm: 1, rpd: 1, concurrency: 1, cost_day: 0.000001 } });
    s.upstream.passes = { tokensIn: 1, tokensOut: 1 };
    const answers = await Promise.all(Array.from({ length: 26 }, () => message(s.url, { target: '/v1/messages/count_tokens', headers: key.headers })));
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    assert.equal((await key.show()).total.requests, 0);
  });
});
