// SPDX-License-Identifier: MIT
/* A team's keys with what they used today: what the pages that show keys are looked at with. */
import assert from 'node:assert/strict';

import { admin, createGroup, createKey } from './keys.mjs';

const SONNET_OUT = 10; // dollars for a million tokens

/* A request whose answer costs so many dollars. */
export async function spend(key, dollars, model = 'claude-sonnet-5') {
  const answer = await key.message({
    body: { model, max_tokens: 1000, messages: [{ role: 'user', content: 'hello' }] },
    headers: {
      'x-sim-input-tokens': '1200', 'x-sim-cache-read-tokens': '40000',
      'x-sim-output-tokens': String(Math.round((dollars / SONNET_OUT) * 1e6)),
    },
  });
  assert.equal(answer.status, 200, answer.body.toString());
}

const TEAM = [
  ['wei-desk', { owner: 'Wei Chen', tags: ['core'], limits: { cost_day: 40, concurrency: 8 } }, [9.1, 5.1]],
  ['eval-nightly', { owner: 'Ana Souza', tags: ['ci', 'evals'], limits: { cost_day: 20, rpm: 60 } }, [10.2, 8.4]],
  ['lin-laptop', { owner: '林悦', tags: ['core'], limits: { cost_5h: 10, cost_day: 25 } }, [3.1]],
  ['ci-review', { owner: 'Jonas Weber', tags: ['ci'], limits: { cost_month: 400, rpm: 60 } }, [12]],
  ['docs-bot', { owner: 'Ana Souza', tags: ['bots'], group: 'bots', limits: { tpm_in: 200000 } }, [4.2]],
  ['slack-bot', { owner: 'Ana Souza', tags: ['bots'], group: 'bots' }, [1.3]],
  ['jonas-zed', { owner: 'Jonas Weber', tags: ['core'], limits: { cost_day: 25 } }, [2.04]],
  ['demo-booth', { owner: 'Wei Chen', tags: ['events'], limits: { cost_total: 5 }, expires: '2026-12-24' }, [5.01]],
  ['ana-thinkpad', { owner: 'Ana Souza', tags: ['core'] }, []],
  ['intern-2025', {}, []],
];

/** Make them all; { name: key }.  The last one is revoked. */
export async function team(relay) {
  /* Limits come last: what is left would be too little for requests that cost so much. */
  await createGroup(relay, 'bots', { limits: { cost_month: 15 }, note: 'what answers by itself' });
  const keys = {};
  for (const [name, { limits, group, ...members }, costs] of TEAM) {
    keys[name] = await createKey(relay, name, members);
    for (const dollars of costs) {
      await spend(keys[name], dollars);
    }
    await keys[name].change({ limits: limits ?? {}, group: group ?? null });
  }
  await keys['intern-2025'].revoke();
  return keys;
}

/** So many keys more. */
export async function many(relay, count) {
  const made = [];
  for (let i = 0; i < count; i += 50) {
    const some = Array.from({ length: Math.min(50, count - i) }, (_, n) => i + n);
    made.push(...await Promise.all(some.map(async (n) => {
      const answer = await admin(relay, 'POST', '/admin/api/keys', { name: `many-${String(n).padStart(4, '0')}`, owner: `Owner ${n % 40}`, tags: [`t${n % 7}`], limits: { cost_day: 5, rpm: 60 } });
      assert.equal(answer.status, 201);
      return answer.doc;
    })));
  }
  return made;
}
