// SPDX-License-Identifier: MIT
/* The page's usage in a real browser: totals, chart and table say what the API says, by
   whatever is chosen and against the period before; costs by kind of token add up to what
   was booked; by mouse, by keyboard alone, in both languages, themes and widths. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { before, it } from 'node:test';

import { LANGUAGES, MARKUP, open, THEMES, WIDTHS } from '../support/browser.mjs';
import { HELLO } from '../support/http.mjs';
import { admin, createGroup, createKey } from '../support/keys.mjs';
import { addApiKey, describe, manyBookings, root, stage, until } from '../support/processes.mjs';

const { listCosts, priceOf } = await import(path.join(root, 'web/js/prices.js'));
const sums = await import(path.join(root, 'web/js/views/usage-sums.js'));

const ROWS = '.tab.use tbody tr';
const DAY_MS = 86400e3;

const money = (microusd) => `$${(microusd / 1e6).toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const number = (n) => n.toLocaleString('en-GB');
const ask = async (relay, query) => (await admin(relay, 'GET', `/admin/api/usage?${new URLSearchParams(query)}`)).doc;
const query = (b) => Object.fromEntries(new URL(b.page.url()).searchParams);
const cells = (b, name) => b.page.$$eval(`${ROWS} td:nth-child(${name})`, (all) => all.map((cell) => cell.innerText.trim()));
const figure = (b, n) => b.page.$eval(`.cmp > div:nth-child(${n}) .v`, (node) => node.textContent);
/* The figures stand, and what the chart waits for has come. */
const drawn = (b) => b.page.waitForFunction(() => document.querySelector('.cmp') && document.querySelector('.foot-note p, .empty'), { polling: 50 });

async function choose(b, words, item) {
  const chip = await b.page.waitForSelector(`::-p-xpath(//main//button[starts-with(normalize-space(.), "${words}")])`, { visible: true });
  await chip.click();
  const entry = await b.page.waitForSelector(`::-p-xpath(//*[@role="menu"]//*[starts-with(@role, "menuitem")][normalize-space(.)="${item}"])`, { visible: true });
  await entry.click();
}

describe('what the usage view reckons', () => {
  it('days, ranges and zones', () => {
    const now = Date.parse('2026-11-28T17:30:00Z');
    assert.equal(sums.todayIn('UTC', now), '2026-11-28');
    assert.equal(sums.todayIn('+08:00', now), '2026-11-29');
    assert.equal(sums.todayIn('America/New_York', now), '2026-11-28');
    const begins = (zone, day) => new Date(sums.beginOf(zone, day)).toISOString();
    assert.equal(begins('Europe/Berlin', '2026-10-25'), '2026-10-24T22:00:00.000Z');
    assert.equal(begins('Asia/Kolkata', '2026-11-01'), '2026-10-31T18:00:00.000Z', 'in the hour of UTC in which it begins');
    assert.deepEqual(sums.ranges('2026-03-15').find((range) => range.name === 'last_month'), { name: 'last_month', from: '2026-02-01', to: '2026-02-28' });
    assert.deepEqual(sums.columnsOf('week', '2026-10-30', '2026-11-10'), ['2026-10-26', '2026-11-02', '2026-11-09']);
    assert.equal(sums.isDay('2026-02-30'), false);
  });

  it('the period before is as long, and no more of its last day than of today', () => {
    const now = Date.parse('2026-11-28T17:30:00Z');
    const { before: was } = sums.periods({ from: '2026-11-22', to: '2026-11-28' }, '2026-11-28', now);
    assert.deepEqual(was, { since: '2026-11-15', until: '2026-11-21T17:30:00.000Z' });
    const { before: whole } = sums.periods({ from: '2026-11-01', to: '2026-11-07' }, '2026-11-28', now);
    assert.deepEqual(whole, { since: '2026-10-25', until: '2026-10-31' });
  });

  it('costs are divided among kinds so that they add up, and it is told what was guessed', () => {
    const row = { ...sums.nothing(), requests: 2, input_tokens: 1e6, output_tokens: 1e6, cost_microusd: 12e6 };
    const list = listCosts({ model: 'm', input: 2e6, output: 10e6 }, row);
    assert.deepEqual(sums.divideCost(row, list), { costs: { output: 10e6, input: 2e6, cache_write: 0, cache_read: 0, other: 0 }, off: 0 });
    const half = sums.divideCost({ ...row, cost_microusd: 6e6 }, list);
    assert.deepEqual([half.costs.output, half.costs.input, half.off], [5e6, 1e6, 6e6], 'at half the price, as of a batch');
    assert.deepEqual(sums.divideCost(row, null), { costs: { output: 0, input: 0, cache_write: 0, cache_read: 0, other: 12e6 }, off: 0 });
  });

  it('of prices the id counts, then that without a date, then the longest pattern; own ones hide others', () => {
    const rows = [
      { model: 'claude-*', input: 1 }, { model: 'claude-opus-*', input: 2 }, { model: 'claude-opus-5', input: 3 },
      { model: 'claude-opus-5', input: 4, valid_from: '2026-06-01T00:00:00Z' }, { model: 'claude-opus-5-20260801', input: 5 },
    ];
    const at = (model, time = '2026-11-01') => priceOf(rows, model, Date.parse(time))?.input;
    assert.equal(at('claude-opus-5-20260801'), 5);
    assert.equal(at('claude-opus-5-20260901'), 4);
    assert.equal(at('claude-opus-5', '2026-01-01'), 3);
    assert.equal(at('claude-opus-6'), 2);
    assert.equal(at('CLAUDE-x'), 1);
    assert.equal(at('gpt'), undefined);
    assert.equal(priceOf([...rows, { model: 'claude-*', input: 9, own: true }], 'claude-opus-5', Date.now()).input, 9);
  });
});

describe('the page shows usage', () => {
  const s = stage({
    relay: { accounts: (dataDir) => ['main', 'team'].forEach((name) => addApiKey(dataDir, name)), env: { TIME_ZONE: 'Europe/Berlin' } },
  });
  let sent = 0;

  before(async () => {
    for (const name of ['main', 'team']) await admin(s.relay, 'PATCH', `/oauth/accounts/${name}`, { pool: true });
    await createGroup(s.relay, 'staff');
    const keys = [
      await createKey(s.relay, 'lin', { owner: 'Lin', group: 'staff' }), await createKey(s.relay, 'wei', { owner: 'Wei', accounts: ['team'] }),
      await createKey(s.relay, MARKUP, { owner: MARKUP }),
    ];
    const models = ['claude-opus-5', 'claude-haiku-4-5', 'claude-sonnet-5-20260801', MARKUP];
    for (const [k, key] of keys.entries()) {
      for (const [m, model] of models.entries()) {
        await key.message({
          headers: {
            'x-sim-input-tokens': String(1000 * (k + 1)), 'x-sim-output-tokens': String(300 * (m + 1)), 'x-sim-cache-read-tokens': '50000',
            'x-sim-cache-write-tokens': '2000', 'x-sim-cache-write-1h-tokens': String(700 * m), 'x-sim-web-searches': m === 1 ? '3' : '0',
          },
          body: { ...HELLO, model },
        });
        sent++;
      }
    }
    await until(async () => (await ask(s.relay, {})).total.requests === sent, { what: 'all bookings' });
  });

  it('prices of the table, applied by the page, come to what was booked', async () => {
    const { doc: prices } = await admin(s.relay, 'GET', '/admin/api/prices');
    const { rows } = await ask(s.relay, { by: 'model' });
    for (const row of rows.filter((each) => each.model !== MARKUP)) {
      const list = listCosts(priceOf(prices.models, row.model, Date.now()), row);
      const { costs, off } = sums.divideCost(row, list);
      assert.equal(off, 0, `${row.model}: ${JSON.stringify(list)} ${row.cost_microusd}`);
      assert.ok(Math.abs(sums.COST_KINDS.reduce((sum, kind) => sum + costs[kind], 0) - row.cost_microusd) < 0.01);
    }
    assert.equal(priceOf(prices.models, MARKUP, Date.now()), null);
  });

  it('all but one are summed up', async () => {
    const b = await open(s.relay, { path: '/admin/usage?by=model&not_model=claude-opus-5&not_key=wei' });
    await drawn(b);
    const { rows, total } = await ask(s.relay, { by: 'model', not_model: 'claude-opus-5', not_key: 'wei' });
    assert.deepEqual([rows.length, total.requests], [3, 6]);
    assert.equal(await figure(b, 4), '6');
    assert.deepEqual((await cells(b, 1)).length, 3);
    await b.text('not claude-opus-5', '.filters');
    await b.check();
    await b.screenshot('usage-not');
    await b.close();
  });

  it('totals, table and footer say what the API says', async () => {
    const b = await open(s.relay, { path: '/admin/usage' });
    await drawn(b);
    const { rows, total } = await ask(s.relay, { by: 'key' });
    assert.equal(await figure(b, 1), money(total.cost_microusd));
    assert.equal(await figure(b, 4), String(sent));
    const tokensIn = total.input_tokens + total.cache_read_input_tokens + total.cache_write_5m_tokens + total.cache_write_1h_tokens;
    assert.equal(await figure(b, 3), `${((100 * total.cache_read_input_tokens) / tokensIn).toFixed(1)}%`);
    assert.deepEqual(await cells(b, 1), rows.map((row) => row.key));
    assert.ok(rows.every((row) => row.unpriced === 1));
    assert.deepEqual(await cells(b, 8), rows.map((row) => `at least ${money(row.cost_microusd)}`));
    assert.deepEqual(await cells(b, 3), rows.map((row) => number(row.requests)));
    const foot = await b.page.$$eval('.tab.use tfoot td', (all) => all.map((cell) => cell.innerText.trim()));
    assert.deepEqual([foot[0], foot[2], foot[7]], ['All 3', String(sent), `at least ${money(total.cost_microusd)}`]);
    await b.text('Cost, at least', '.cmp');
    await b.text('3 requests used something without a price');
    await b.text('Days are those of Europe/Berlin');
    await b.text('“Other” is web searches');
    await b.check();
    await b.close();
  });

  it('what is not known is no $0.00, and has a reason', async () => {
    const b = await open(s.relay, { path: '/admin/usage?by=model' });
    await drawn(b);
    const names = await cells(b, 1);
    const at = names.indexOf(MARKUP);
    assert.deepEqual([(await cells(b, 2))[at], (await cells(b, 8))[at]], ['–', '–']);
    assert.match(await b.page.$$eval(`${ROWS} td:nth-child(8)`, (all, i) => all[i].firstElementChild.title, at), /^3 requests used something without a known price/);
    assert.ok((await cells(b, 8)).every((text, i) => i === at || /^\$\d/.test(text)), 'of others all is known');
    await b.go(`/admin/usage?by=model&model=${encodeURIComponent(MARKUP)}`);
    await drawn(b);
    assert.equal(await figure(b, 1), '–');
    await b.check();
    await b.close();
  });

  it('costs by kind of token add up to the cost of the day; a table has the same numbers', async () => {
    const b = await open(s.relay, { path: '/admin/usage' });
    await b.text('Cache write', '.instr .legend');
    await b.press('.instr .ch .btn');
    const head = await b.page.$$eval('.plot-table th', (all) => all.map((cell) => cell.innerText));
    assert.deepEqual(head, ['Time', 'Output', 'Input', 'Cache write', 'Cache read', 'Other', 'total before']);
    const day = await b.page.$$eval('.plot-table tbody tr:first-child td', (all) => all.map((cell) => cell.innerText));
    const parts = day.slice(1, 6).map((text) => Number(text.slice(1)));
    const { total } = await ask(s.relay, {});
    assert.ok(Math.abs(parts.reduce((sum, part) => sum + part) - total.cost_microusd / 1e6) < 0.03, day.join());
    assert.ok(parts.every((part) => part > 0), day.join());
    await b.check();
    await b.press('.instr .ch .btn');
    await b.page.waitForSelector('.plot svg', { visible: true });
    await b.close();
  });

  it('without prices the sum alone is drawn, and it says why', async () => {
    const b = await open(s.relay, { path: null });
    await b.page.setRequestInterception(true);
    b.page.on('request', (request) => (request.url().endsWith('/admin/api/prices')
      ? request.respond({ status: 503, contentType: 'application/json', body: '{"type":"error","error":{"message":"no prices today"}}' }) : request.continue()));
    await b.go('/admin/usage');
    await b.text('could not be read (no prices today)');
    assert.equal(await b.count('.instr .legend .s-out'), 0);
    await b.close();
  });

  it('by owner, group, account, model and day, in the address', async () => {
    const b = await open(s.relay, { path: '/admin/usage' });
    await drawn(b);
    for (const [by, names] of [['owner', ['Lin', 'Wei', MARKUP]], ['group', ['staff', 'no group']], ['account', ['main', 'team']], ['model', ['claude-haiku-4-5', 'claude-opus-5', 'claude-sonnet-5-20260801', MARKUP]]]) {
      await choose(b, 'By', by);
      await until(async () => (await b.read('.tab.use th')).toLowerCase().startsWith(by), { what: `a table by ${by}` });
      assert.deepEqual((await cells(b, 1)).sort(), names.sort());
      assert.equal(query(b).by, by);
    }
    await choose(b, 'By', 'day');
    await until(async () => (await b.count(ROWS)) === 1, { what: 'today' });
    await b.page.reload();
    await drawn(b);
    assert.match(await b.read('.tab.use th'), /^Day/);
    await b.check();
    await b.close();
  });

  it('filters, the measure and what it is compared with', async () => {
    const b = await open(s.relay, { path: '/admin/usage' });
    await drawn(b);
    await choose(b, 'Account', 'team');
    const { total } = await ask(s.relay, { account: 'team' });
    await until(async () => (await figure(b, 4)) === number(total.requests), { what: "team's" });
    assert.equal(query(b).account, 'team');
    await choose(b, 'Against', 'nothing');
    await until(async () => !(await b.page.$eval('.cmp', (node) => node.innerText)).includes('before'), { what: 'no comparison' });
    assert.equal(await b.page.$$eval('.tab.use th', (all) => all.some((cell) => cell.innerText === 'Change')), false);
    for (const [measure, words] of [['Tokens', 'Share of tokens'], ['Requests', 'Share of requests'], ['Cost', 'Share of cost']]) {
      await b.press(`::-p-xpath(//*[@role="radio"][normalize-space(.)="${measure}"])`);
      await b.text(words, '.tab.use');
      assert.equal(query(b).measure, measure === 'Cost' ? undefined : measure.toLowerCase());
    }
    await b.check();
    await b.close();
  });

  it('days: the usual ranges, and others by a dialog that refuses what makes no sense', async () => {
    const b = await open(s.relay, { path: '/admin/usage' });
    await drawn(b);
    const today = sums.todayIn('Europe/Berlin', Date.now());
    const chip = '.head .chip';
    for (const [item, from, columns] of [['Today', today, null], ['Last 7 days', sums.addDays(today, -6), 7], ['Last 365 days', sums.addDays(today, -364), null]]) {
      await b.press(chip);
      await b.press(`::-p-xpath(//*[@role="menu"]//*[normalize-space(.)="${item}"])`);
      await until(async () => query(b).from === from && query(b).to === today, { what: item });
      if (columns) await b.page.waitForFunction((last) => document.querySelector('.plot').ariaValueMax === String(last), { polling: 50 }, columns - 1);
      await b.check();
    }
    await b.press(chip);
    await b.press('::-p-xpath(//*[@role="menu"]//*[normalize-space(.)="Other days…"])');
    const fields = await b.page.$$('dialog input[type=date]');
    const put = (field, value) => field.evaluate((node, text) => { node.value = text; }, value);
    await put(fields[0], today);
    await put(fields[1], sums.addDays(today, -3));
    await b.press('dialog .btn.main');
    await b.text('must not be after', 'dialog');
    await b.check();
    await put(fields[0], sums.addDays(today, -5));
    await b.press('dialog .btn.main');
    await until(async () => query(b).from === sums.addDays(today, -5) && query(b).to === sums.addDays(today, -3), { what: 'those days' });
    await b.text('Nothing was used in these days');
    await b.check();
    await b.close();
  });

  it('rows are sorted by their heads, and lead on', async () => {
    const b = await open(s.relay, { path: '/admin/usage' });
    await drawn(b);
    const names = await cells(b, 1);
    await b.press('::-p-xpath(//table//th//button[starts-with(normalize-space(.), "Cost")])');
    await until(async () => (await cells(b, 1)).join() === [...names].reverse().join(), { what: 'by rising cost' });
    assert.equal(query(b).sort, 'cost');
    assert.equal(await b.page.$eval('.tab.use th[aria-sort]', (head) => head.ariaSort), 'ascending');
    await b.go('/admin/usage?by=owner');
    await drawn(b);
    await b.press('::-p-xpath(//table//a[normalize-space(.)="Lin"])');
    await until(async () => query(b).owner === 'Lin' && query(b).by === 'key', { what: "Lin's keys" });
    await b.close();
  });

  it('CSV has the rows of the table', async () => {
    const b = await open(s.relay, { path: '/admin/usage?by=account&model=claude-opus-5' });
    await drawn(b);
    const href = await b.page.$eval('a[download]', (link) => link.getAttribute('href'));
    const lines = await b.page.evaluate(async (address) => (await (await fetch(address)).text()).trim().split('\r\n'), href);
    assert.match(lines[0], /^account,requests,/);
    assert.equal(lines.length - 1, await b.count(ROWS));
    await b.close();
  });

  it('all of it by keyboard alone', async () => {
    const b = await open(s.relay, { path: '/admin/' });
    const { keyboard } = b.page;
    await keyboard.press('g');
    await keyboard.press('u');
    await drawn(b);
    await b.tabTo('.head .chip');
    await keyboard.press('Enter');
    await b.page.waitForSelector('[role=menu]');
    await keyboard.press('ArrowUp'); // from the last 30 days to the last 7
    await keyboard.press('Enter');
    const today = sums.todayIn('Europe/Berlin', Date.now());
    await until(() => query(b).from === sums.addDays(today, -6), { what: 'the last 7 days' });
    await b.tabTo('.filters .chip');
    await keyboard.press('Enter');
    await b.page.waitForSelector('[role=menu]');
    await keyboard.type('m');
    await keyboard.press('Enter');
    await until(() => query(b).by === 'model', { what: 'by model' });
    await drawn(b);
    await b.tabTo('.instr [role=radio]');
    await keyboard.press('ArrowRight');
    await until(() => query(b).measure === 'tokens', { what: 'tokens' });
    await b.tabTo('.plot');
    await keyboard.press('Home');
    const first = await b.page.$eval('.plot', (plot) => plot.ariaValueText);
    await keyboard.press('End');
    const last = await b.page.$eval('.plot', (plot) => plot.ariaValueText);
    assert.notEqual(first, last);
    assert.match(last, /Output [\d.]+ k?/);
    await keyboard.press('Enter');
    await b.page.waitForFunction(() => location.pathname === '/admin/requests', { polling: 50 });
    assert.deepEqual(query(b), { since: today, until: today });
    await b.page.waitForSelector('.tab.ended tbody tr');
    await b.close();
  });

  for (const width of WIDTHS) {
    for (const lang of LANGUAGES) {
      for (const theme of THEMES) {
        it(`is as it should be at ${width}, ${lang}, ${theme}`, async () => {
          const b = await open(s.relay, { path: '/admin/usage', width, lang, theme });
          await drawn(b);
          await b.check();
          await b.screenshot(`usage-${width}-${lang}-${theme}`);
          await b.close();
        });
      }
    }
  }
});

describe('much of it', () => {
  const COUNT = 20000;
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        execFileSync(manyBookings, [String(COUNT), dataDir, '60']);
      },
    },
  });

  it('hundreds of keys come a hundred at a time, against the period before', async () => {
    const today = sums.todayIn('UTC', Date.now());
    const from = sums.addDays(today, -29);
    const b = await open(s.relay, { path: '/admin/usage' });
    await drawn(b);
    const { rows, total } = await ask(s.relay, { by: 'key', since: from, until: today });
    assert.equal(await figure(b, 1), money(total.cost_microusd));
    assert.equal(await b.count(ROWS), 100);
    await b.text(`100 of ${rows.length} shown`);
    await b.press('.more .btn');
    await until(async () => (await b.count(ROWS)) === Math.min(200, rows.length), { what: 'a hundred more' });
    const was = await ask(s.relay, { since: sums.addDays(today, -59), until: new Date(Date.now() - 30 * DAY_MS).toISOString() });
    assert.ok((await b.page.$eval('.cmp', (node) => node.innerText)).includes(`${number(was.total.requests)} before`));
    assert.match((await cells(b, 9))[0], /^[+−]?\d+%$/);
    await b.check();
    await b.close();
  });

  it('a year is drawn by weeks, a day by hours', async () => {
    const b = await open(s.relay, { path: '/admin/usage' });
    await drawn(b);
    await b.press('.head .chip');
    await b.press('::-p-xpath(//*[@role="menu"]//*[normalize-space(.)="Last 365 days"])');
    await b.page.waitForFunction(() => /^week of /.test(document.querySelector('.plot').ariaValueText), { polling: 50 });
    await b.press('.head .chip');
    await b.press('::-p-xpath(//*[@role="menu"]//*[normalize-space(.)="Yesterday"])');
    await b.page.waitForFunction(() => /^\d\d:00: /.test(document.querySelector('.plot').ariaValueText), { polling: 50 });
    assert.equal(await b.page.$eval('.plot', (plot) => plot.ariaValueMax), '23');
    await b.close();
  });
});
