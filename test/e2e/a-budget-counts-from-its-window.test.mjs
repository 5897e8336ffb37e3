// SPDX-License-Identifier: MIT
/* A budget that is put on a key with history counts from its calendar window: neither
   from zero nor from all time; changing its size changes nothing of what is used, and
   neither does a restart. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { assertProblem } from '../support/check.mjs';
import { admin, createGroup, createKey, keyOf, nothingHeld, usd } from '../support/keys.mjs';
import { describe, startRelay, startSim, until } from '../support/processes.mjs';
import { find } from '../support/users.mjs';

const skip = find('sqlite3') ? false : 'not installed: sqlite3 (script/packages test)';
const COSTS = ['cost_5h', 'cost_day', 'cost_week', 'cost_month', 'cost_total'];
/* Claude Sonnet 5: $0.20. */
const TWENTY_CENTS = { 'x-sim-input-tokens': '50000', 'x-sim-output-tokens': '10000' };

const QUARTER_MS = 15 * 60e3;
const HOUR_MS = 3600e3;
const DAY_MS = 24 * HOUR_MS;
/* How long ago, and each with a cost of its own: a sum tells what is in it. */
const AGES_MS = [0, 2 * HOUR_MS, 20 * QUARTER_MS, 21 * QUARTER_MS, 12 * HOUR_MS, 26 * HOUR_MS, 3 * DAY_MS, 6 * DAY_MS, 8 * DAY_MS, 20 * DAY_MS, 33 * DAY_MS, 70 * DAY_MS];
const rowsOf = (now) => AGES_MS.map((age, i) => ({ at: Math.floor((now - age) / QUARTER_MS) * QUARTER_MS, microusd: 1000 << i }));

/* The calendar, by another hand. */
function windowsOf(zone, now) {
  /* By its parts: in which order a language puts them changes from one ICU to the next. */
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const day = (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${parts.year}-${parts.month}-${parts.day}`;
  };
  const monday = (at) => {
    const date = Date.parse(day(at));
    return date - ((new Date(date).getUTCDay() + 6) % 7) * DAY_MS;
  };
  const quarter = (at) => Math.floor(at / QUARTER_MS);
  return {
    cost_5h: (at) => quarter(now) - quarter(at) <= 20,
    cost_day: (at) => day(at) === day(now),
    cost_week: (at) => monday(at) === monday(now),
    cost_month: (at) => day(at).slice(0, 7) === day(now).slice(0, 7),
    cost_total: () => true,
  };
}

const expected = (zone, rows, now) =>
  Object.fromEntries(Object.entries(windowsOf(zone, now)).map(([name, has]) => [name, usd(rows.filter(({ at }) => has(at)).reduce((sum, row) => sum + row.microusd, 0))]));

const used = (view) => Object.fromEntries(COSTS.map((name) => [name, view[name].used]));
const budgets = (at) => Object.fromEntries(COSTS.map((name) => [name, at]));

describe('a budget counts from its window', { skip }, () => {
  let sim;
  before(async () => {
    sim = await startSim();
  });
  after(() => sim.program.child.kill('SIGKILL'));

  const start = (dataDir) => startRelay({ upstream: sim.apiUrl, ...(dataDir ? { dataDir, accounts: () => {} } : {}), env: { WORKERS: '2' } });
  const sql = (dataDir, text) => execFileSync(find('sqlite3'), ['-cmd', '.timeout 60000', path.join(dataDir, 'db/relay.db'), text], { encoding: 'utf8' }).trim();

  it('put on a key that has been used', async () => {
    const relay = await start();
    const key = await createKey(relay, 'used');
    for (let i = 0; i < 5; i++) {
      assert.equal((await key.message({ headers: TWENTY_CENTS })).status, 200);
    }
    await nothingHeld(key);
    await key.change({ limits: budgets(2) });
    const first = (await key.me()).limits;
    assert.deepEqual(used(first), budgets(1));
    /* Larger, smaller than what is used, gone and there again. */
    for (const limits of [budgets(500), budgets(0.5), budgets(null), budgets(3)]) {
      const shown = await key.change({ limits });
      for (const name of COSTS) {
        assert.equal(shown.used[name]?.used, limits[name] === null ? undefined : 1, name);
      }
    }
    for (const name of COSTS) {
      await key.change({ limits: { ...budgets(null), [name]: 0.9 } });
      assertProblem(await key.message(), 402, 'billing_error', new RegExp(`used \\$1\\.00 of \\$0\\.90 .*limit ${name}`));
      await key.change({ limits: { [name]: 1.5 } });
      assert.equal((await key.message({ headers: { 'x-sim-input-tokens': '0', 'x-sim-output-tokens': '0' } })).status, 200);
      await nothingHeld(key);
    }
    await relay.stop();
  });

  it('it outlives a restart, and a kill when it was saved', async () => {
    let relay = await start();
    const key = await createKey(relay, 'lives on', { limits: { ...budgets(10), rpd: 100 } });
    await Promise.all(Array.from({ length: 5 }, () => key.message({ headers: TWENTY_CENTS })));
    await nothingHeld(key);
    await relay.stop();
    relay = await start(relay.dataDir);
    const again = keyOf(relay, { ...key, key: key.text });
    assert.deepEqual(used((await again.me()).limits), budgets(1));
    assert.equal((await again.me()).limits.rpd.used, 5);
    await Promise.all(Array.from({ length: 5 }, () => again.message({ headers: TWENTY_CENTS })));
    await until(() => sql(relay.dataDir, `SELECT cost_microusd FROM use_total WHERE subject = ${2 * key.id}`) === '2000000', { every: 100, what: 'it is saved' });
    await relay.program.kill();
    relay = await start(relay.dataDir);
    const third = keyOf(relay, { ...key, key: key.text });
    assert.deepEqual(used((await third.me()).limits), budgets(2));
    assert.deepEqual((await third.me()).total, { requests: 10, input_tokens: 500000, output_tokens: 100000, cost: 2 });
    await relay.stop();
  });

  const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'];

  /* The rows of a past that no test can wait for; once more if a quarter of an hour,
     and so perhaps a day, ended meanwhile. */
  it('of what was used long ago, what lies in its window', async () => {
    let relay = await start();
    await createGroup(relay, 'old group');
    const key = await createKey(relay, 'old', { group: 'old group' });
    const group = Number(sql(relay.dataDir, 'SELECT id FROM key_group'));
    await relay.stop();
    let now;
    for (;;) {
      now = Date.now();
      const rows = rowsOf(now);
      const total = rows.reduce((sum, row) => sum + row.microusd, 0);
      sql(
        relay.dataDir,
        `DELETE FROM use_quarter; DELETE FROM use_total;
         ${[2 * key.id, 2 * group + 1]
           .map(
             (subject) => `INSERT INTO use_quarter VALUES ${rows.map(({ at, microusd }) => `(${subject}, ${at / 1000}, 1, 0, 0, ${microusd})`).join(',')};
                           INSERT INTO use_total VALUES (${subject}, ${rows.length}, 0, 0, ${total});`,
           )
           .join('\n')}`,
      );
      relay = await start(relay.dataDir);
      const old = keyOf(relay, { ...key, key: key.text });
      const seen = [];
      for (const zone of ZONES) {
        await old.change({ time_zone: zone, limits: budgets(100) });
        await changeGroup(relay, { time_zone: zone, limits: budgets(200) });
        const me = await old.me();
        seen.push([zone, used(me.limits), used(me.group.limits)]);
      }
      await relay.stop();
      const wanted = (at) => ZONES.map((zone) => [zone, expected(zone, rows, at), expected(zone, rows, at)]);
      if (Math.floor(now / QUARTER_MS) === Math.floor(Date.now() / QUARTER_MS)) {
        assert.deepEqual(seen, wanted(now));
        break;
      }
    }
  });

  async function changeGroup(relay, members) {
    const { status, doc } = await admin(relay, 'PATCH', '/admin/api/groups/old%20group', members);
    assert.equal(status, 200, JSON.stringify(doc));
  }
});
