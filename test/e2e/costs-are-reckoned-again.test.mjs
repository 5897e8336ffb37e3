// SPDX-License-Identifier: MIT
/* `claude-relay usage reprice` and POST /admin/api/usage/reprice: what bookings cost by
   the present prices is shown first, then written, rows and sums together. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, it } from 'node:test';

import { ask, assertAddsUp, noSqlite } from '../support/bookings.mjs';
import { HELLO, call, message } from '../support/http.mjs';
import { addApiKey, command, commandBeside, describe, stage, startRelay, until } from '../support/processes.mjs';

const TOKENS = { 'x-sim-input-tokens': '1000', 'x-sim-output-tokens': '100' };
const COSTS = 'SELECT w.text AS model, b.cost_microusd AS cost FROM booking b JOIN word w ON w.id = b.model ORDER BY b.id';

describe('costs are reckoned again', { skip: noSqlite }, () => {
  const s = stage({ relay: { accounts: (dataDir) => addApiKey(dataDir, 'demo') } });
  const env = () => ({ ...s.relay.settings, DATA_DIR: s.relay.dataDir });
  const costs = () => ask(s.relay.dataDir, COSTS).map((row) => `${row.model} ${row.cost}`);
  const reprice = (args, more = {}) => commandBeside(['usage', 'reprice', ...args], { env: { ...env(), ...more } });
  const post = async (body) => {
    const answer = await call(`${s.url}/admin/api/usage/reprice`, { method: 'POST', body });
    return { status: answer.status, doc: JSON.parse(answer.body) };
  };
  const put = async (version, rows) => {
    const file = path.join(s.relay.dataDir, 'prices.json');
    fs.writeFileSync(`${file}.new`, JSON.stringify({ version, models: rows }));
    fs.renameSync(`${file}.new`, file);
    await until(async () => (await post({ since: '1h', dry_run: true })).doc.prices.startsWith(`${version}:`), { what: version });
  };

  before(async () => {
    for (const model of ['claude-sonnet-5', 'claude-mystery-1', 'claude-sonnet-5']) {
      assert.equal((await message(s.url, { headers: TOKENS, body: { ...HELLO, model } })).status, 200);
    }
    await until(() => costs().length === 3, { what: 'three bookings' });
  });

  const unpriced = async () => JSON.parse((await call(`${s.url}/admin/api/status`, { method: 'GET' })).body).prices.unpriced;

  it('a model without a price is booked with an unknown cost, and reported', async () => {
    await s.relay.logged(/does not know the model claude-mystery-1: .* booked as unknown/);
    assert.deepEqual(await unpriced(), ['claude-mystery-1']);
    assert.match(command(['status'], { env: env() }).stdout, /^Prices +\S+\n +none for claude-mystery-1: /m);
    assert.deepEqual(costs(), ['claude-sonnet-5 3000', 'claude-mystery-1 null', 'claude-sonnet-5 3000']);
    assertAddsUp(s.relay.dataDir);
  });

  it('whatever its name is like', async () => {
    const names = ['claude-opus6', 'qwen3-coder', 'anthropic/claude-sonnet-9', 'claude-sonnet-9@20270929', 'claude-sonnet-9[1m]', 'gpt-4o-mini-turbo2'];
    const relay = await startRelay({ upstream: s.sim.apiUrl, ca: s.sim.ca, accounts: (dataDir) => addApiKey(dataDir, 'demo') });
    const own = { ...relay.settings, DATA_DIR: relay.dataDir };
    try {
      const told = [...names, '(a name that cannot be shown)'];
      const reported = async () => JSON.parse((await call(`${relay.url}/admin/api/status`, { method: 'GET' })).body).prices.unpriced;
      for (const [i, model] of [...names, 'x'.repeat(200), 'm\u0000'].entries()) {
        assert.equal((await message(relay.url, { headers: TOKENS, body: { ...HELLO, model } })).status, 200);
        // It is noted once the answer has ended, and the next one may end on another worker.
        await until(async () => (await reported()).length >= Math.min(i + 1, told.length), { what: `a report of ${model}` });
      }
      await relay.logged(/does not know the model \(a name that cannot be shown\)/);
      assert.deepEqual(await reported(), told);
      const status = command(['status'], { env: own }).stdout;
      for (const name of told) {
        assert.ok(status.includes(`none for ${name}:`), `${name} in ${status}`);
        assert.ok(relay.log.includes(`does not know the model ${name}: `), name);
      }
      await until(() => ask(relay.dataDir, 'SELECT 1 FROM booking').length === 8, { what: 'all bookings' });
      const { stdout: table } = await commandBeside(['usage', 'reprice', '--since', '1h'], { env: own });
      for (const name of names) assert.match(table, new RegExp(`^${name.replace(/[[\]]/g, '\\$&')} +1 `, 'm'));
      assert.match(table, /^\(a name that cannot be shown\) +2 /m);
    } finally {
      await relay.stop();
    }
  });

  it('by the same prices nothing changes', async () => {
    const { status, stdout: out } = await reprice(['--since', '1h', '--yes']);
    assert.equal(status, 0);
    assert.match(out, /Nothing changes\./);
    assert.match(out, /1 have no price: give their models a row in prices\.json/);
  });

  it('what would change is shown, and nothing is written without --yes', async () => {
    await put('mine', [{ model: 'claude-mystery-*', input: 1000000, output: 10000000 }, { model: 'claude-sonnet-5', input: 1000000, output: 0 }]);
    const { status, stdout: out } = await reprice(['--since=1h']);
    assert.equal(status, 0, out);
    assert.match(out, /by the prices mine:/);
    assert.match(out, /claude-sonnet-5 +2 +2 +0 +\$0\.006000 +\$0\.002000 +-\$0\.004000/);
    assert.match(out, /claude-mystery-1 +1 +1 +0 +\$0\.000000 +\$0\.002000 +\+\$0\.002000/);
    assert.match(out, /all +3 +3 +0 +\$0\.006000 +\$0\.004000 +-\$0\.002000/);
    assert.match(out, /Nothing was written: --yes does that\./);
    const json = JSON.parse((await reprice(['--since', '1h', '--json'])).stdout);
    assert.equal(json.dry_run, true);
    assert.deepEqual(json.total, { requests: 3, changed: 3, unpriced: 0, cost_microusd_before: 6000, cost_microusd_after: 4000 });
    assert.deepEqual(costs(), ['claude-sonnet-5 3000', 'claude-mystery-1 null', 'claude-sonnet-5 3000']);
  });

  it('one model alone, and a time without bookings', async () => {
    const { doc } = await post({ since: '1h', model: '*mystery*', dry_run: true });
    assert.deepEqual(doc.rows.map((row) => row.model), ['claude-mystery-1']);
    const before = await post({ since: '2020-01-01', until: '2020-12-31', dry_run: true });
    assert.deepEqual(before.doc.rows, []);
    assert.equal(before.doc.next_cursor, null);
    assert.equal(before.doc.kept_since, undefined);
  });

  it('with --yes rows and sums change together', async () => {
    const { status, stdout: out } = await reprice(['--since', '1h', '--yes']);
    assert.equal(status, 0, out);
    assert.match(out, /3 costs were changed/);
    assert.deepEqual(costs(), ['claude-sonnet-5 1000', 'claude-mystery-1 2000', 'claude-sonnet-5 1000']);
    assert.deepEqual(await unpriced(), []);
    assertAddsUp(s.relay.dataDir);
    assert.match((await reprice(['--since', '1h'])).stdout, /Nothing changes\./);
  });

  /* The relay learns of it a little later. */
  it('a file that was changed just now counts', async () => {
    const file = path.join(s.relay.dataDir, 'prices.json');
    const asked = (price) => {
      fs.writeFileSync(`${file}.new`, typeof price === 'string' ? price : JSON.stringify({ models: [{ model: 'claude-*', input: price, output: 0 }] }), { mode: 0o600 });
      fs.renameSync(`${file}.new`, file);
      return post({ since: '1h', dry_run: true });
    };
    for (const dollars of [3, 4, 5, 6]) {
      assert.equal((await asked(dollars * 1000000)).doc.total.cost_microusd_after, 3000 * dollars);
      const broken = await asked('{');
      assert.equal(broken.status, 409);
      assert.match(broken.doc.error, /^nothing is priced again before .* stay in force, .*prices\.json: not valid JSON/);
    }
    /* It may be away for a moment only: until its prices go, nothing is priced by others. */
    fs.rmSync(file);
    const own = await until(async () => {
      const answer = await post({ since: '1h', dry_run: true });
      assert.ok(answer.status === 200 || /is not there any more, and its prices .* are in force still/.test(answer.doc.error), JSON.stringify(answer.doc));
      return answer.status === 200 && answer.doc;
    }, { what: 'the prices of the program' });
    assert.equal(own.total.cost_microusd_after, 8000);
  });

  it('what was not shown is not written', async () => {
    await put('shown', [{ model: 'claude-*', input: 7000000, output: 0 }]);
    const { doc } = await post({ since: '1h', dry_run: true });
    const before = costs();
    await put('others', [{ model: 'claude-*', input: 900000000, output: 0 }]);
    const { status, doc: refused } = await post({ since: '1h', prices: doc.prices });
    assert.equal(status, 409);
    assert.match(refused.error, /^the prices are others:\S+ now, and not those that were told: nothing was priced by them/);
    assert.deepEqual(costs(), before);
  });

  it('the API does the same, and it is in the audit log', async () => {
    await put('other', [{ model: 'claude-*', input: 2000000, output: 0 }]);
    const { status, doc } = await post({ since: '1h' });
    assert.equal(status, 200);
    assert.equal(doc.dry_run, false);
    assert.equal(doc.total.changed, 2);
    assert.deepEqual(costs(), ['claude-sonnet-5 2000', 'claude-mystery-1 2000', 'claude-sonnet-5 2000']);
    assertAddsUp(s.relay.dataDir);
    const audit = JSON.parse((await call(`${s.url}/admin/api/audit?action=usage.reprice`, { method: 'GET' })).body);
    const { after } = audit.entries[0];
    assert.equal(after.changed, 2);
    assert.deepEqual([after.since, after.until, after.model, after.cursor, after.next_cursor], [doc.since, doc.until, undefined, undefined, undefined]);
    await post({ since: '2h', until: '1s', model: 'claude-*', cursor: '1', dry_run: true });
    const dry = JSON.parse((await call(`${s.url}/admin/api/audit?action=usage.reprice&limit=1`, { method: 'GET' })).body).entries[0].after;
    assert.deepEqual([dry.dry_run, dry.model, dry.cursor], [true, 'claude-*', '1']);
    assert.ok(dry.since < dry.until && dry.until < new Date().toISOString(), JSON.stringify(dry));
  });

  it('what is asked for is checked', async () => {
    for (const [body, reason] of [
      [{}, /since/],
      [{ since: 'yesterday' }, /since must be a time like/],
      [{ since: '1h', until: '2h' }, /since must be before until/],
      [{ since: '1h', cursor: 'x' }, /cursor must be/],
      [{ since: '1h', model: 'x'.repeat(129) }, /model must be/],
      [{ since: '1h', model: '' }, /model must be/],
      [{ since: '', dry_run: true }, /since must be/],
      [{ since: '1h', until: '', dry_run: true }, /until must be/],
      [{ since: '1h', cursor: '', dry_run: true }, /cursor must be/],
    ]) {
      const { status, doc } = await post(body);
      assert.equal(status, 400);
      assert.match(doc.error, reason);
    }
    for (const args of [[], ['--since'], ['--since', '1h', '--until'], ['--since', '1h', 'more']]) {
      assert.equal((await reprice(args)).status, 2, args.join(' '));
    }
  });

  /* The table that is in force is not the one that was meant then. */
  const broken = () => fs.writeFileSync(path.join(s.relay.dataDir, 'prices.json'), '{"models":[{"model":"claude-*","input":1,"output":0},]}');
  const isRefused = ({ status, stdout, stderr }) => {
    assert.equal(status, 1, stdout);
    assert.match(stderr, /nothing is priced again before the file is mended or removed: the prices of .* stay in force, .*prices\.json: not valid JSON/);
    assert.deepEqual(costs(), ['claude-sonnet-5 2000', 'claude-mystery-1 2000', 'claude-sonnet-5 2000']);
  };

  it('with a broken file nothing is priced again', async () => {
    broken();
    await until(async () => (await post({ since: '1h', dry_run: true })).status === 409, { what: 'a refusal' });
    isRefused(await reprice(['--since', '1h', '--yes']));
    isRefused(await reprice(['--since', '1h']));
    await s.relay.stop();
    s.relay = await startRelay({ upstream: s.sim.apiUrl, dataDir: s.relay.dataDir, accounts: () => {} });
    s.url = s.relay.url;
    isRefused(await reprice(['--since', '1h', '--yes']));
    assert.match(command(['status'], { env: env() }).stdout, /^State +degraded:\n +the prices of .*prices\.json: not valid JSON/m);
  });

  it('without a relay neither', async () => {
    await s.relay.stop();
    isRefused(command(['usage', 'reprice', '--since', '1h', '--yes'], { env: env() }));
    assertAddsUp(s.relay.dataDir);
  });

  it('without a relay it works on the folder, by the days of the same zone only', async () => {
    fs.rmSync(path.join(s.relay.dataDir, 'prices.json'));
    const other = command(['usage', 'reprice', '--since', '1h', '--yes'], { env: { ...env(), TIME_ZONE: '+08:00' } });
    assert.equal(other.status, 1, other.stdout);
    assert.match(other.stderr, /another time zone than \+08:00: start the relay with this TIME_ZONE/);
    assert.doesNotMatch(other.stdout, /were changed/);
    const { status, stdout: out } = command(['usage', 'reprice', '--since', '1h', '--yes'], { env: env() });
    assert.equal(status, 0, out);
    assert.match(out, /2 costs were changed/);
    assert.deepEqual(costs(), ['claude-sonnet-5 3000', 'claude-mystery-1 2000', 'claude-sonnet-5 3000'], 'what has no price now keeps its cost');
    assertAddsUp(s.relay.dataDir);
  });
});
