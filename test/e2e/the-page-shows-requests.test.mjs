// SPDX-License-Identifier: MIT
/* The page's requests in a real browser: what runs and can be cancelled, what ended, live
   and by pages, filters in the address, and one opened with its times, attempts, tokens
   and cost; by mouse, by keyboard alone, in both languages, themes and widths. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, it } from 'node:test';

import { LANGUAGES, MARKUP, open, THEMES, WIDTHS } from '../support/browser.mjs';
import { endless, HELLO } from '../support/http.mjs';
import { admin, createGroup, createKey } from '../support/keys.mjs';
import { addApiKey, command, describe, manyBookings, stage, until } from '../support/processes.mjs';

const SESSION = '5b0e9c1e-7d0f-4f1a-9a55-0d6a3f1c2f10';
const AGENT = `claude-cli/2.1 ${MARKUP}`;
const ROWS = '.tab.ended tbody tr';
const RUNNING = '.tab.running tbody tr';

const rowsOf = async (relay, query = '') => (await admin(relay, 'GET', `/admin/api/requests${query}`)).doc.requests;

/* What stands in a column of the list. */
const column = (s, name) => s.page.$$eval(`${ROWS} td.c-${name}`, (cells) => cells.map((cell) => cell.innerText.trim()));

/* Choose in a menu that a button of these words opens. */
async function choose(s, words, item) {
  const chip = await s.page.waitForSelector(`::-p-xpath(//main//button[starts-with(normalize-space(.), "${words}")][not(@hidden)])`, { visible: true });
  await chip.click();
  const entry = await s.page.waitForSelector(`::-p-xpath(//*[@role="menu"]//*[starts-with(@role, "menuitem")][normalize-space(.)="${item}"])`, { visible: true });
  await entry.click();
}

const query = (s) => Object.fromEntries(new URL(s.page.url()).searchParams);
const focused = (s) => s.page.evaluate(() => document.activeElement?.textContent.trim());

describe('the page shows requests', () => {
  const s = stage({
    relay: { accounts: (dataDir) => ['main', 'team'].forEach((name) => addApiKey(dataDir, name)) },
  });
  const keys = {};
  let count = 0;

  /* One after the other, so that their order is known. */
  async function send(key, { headers = {}, ...body } = {}) {
    await keys[key].message({ headers: { 'user-agent': AGENT, 'x-claude-code-session-id': SESSION, ...headers }, body: { ...HELLO, ...body } });
    count++;
    await until(async () => (await rowsOf(s.relay)).length === count, { what: `booking ${count}` });
  }

  before(async () => {
    await admin(s.relay, 'PATCH', '/oauth/accounts/main', { pool: true, priority: 10 });
    await admin(s.relay, 'PATCH', '/oauth/accounts/team', { pool: true, priority: 5 });
    await createGroup(s.relay, 'staff');
    keys.lin = await createKey(s.relay, 'lin', { owner: 'Lin', group: 'staff' });
    keys.odd = await createKey(s.relay, MARKUP, { owner: MARKUP });
    await send('lin', { model: 'claude-haiku-4-5' });
    await send('odd', { model: MARKUP });
    await send('odd', { headers: { 'x-sim-status': '400' } });
    await send('lin', { stream: true, headers: { 'x-sim-error-at': '2' } });
    await send('lin', { stream: true, headers: { 'x-sim-cut-after': '3' } });
    const left = endless(s.url, keys.lin);
    await until(() => left.bytes > 0, { what: 'an answer to leave' });
    left.leave();
    count++;
    await until(async () => (await rowsOf(s.relay)).length === count, { what: 'the booking of one that was left' });
    await s.sim.fault({ path: '/v1/messages', times: 1, directives: { status: 529, 'first-byte-ms': 20 } });
    await send('lin', {
      model: 'claude-opus-5', stream: true,
      headers: {
        'x-sim-first-byte-ms': '60', 'x-sim-gap-ms': '30', 'x-sim-input-tokens': '398', 'x-sim-output-tokens': '1842',
        'x-sim-cache-read-tokens': '61204', 'x-sim-cache-write-tokens': '34810',
      },
    });
  });

  const ENDS = ['complete, 2nd account', 'client left', 'cut upstream', 'error in the answer', '400 not valid', 'complete', 'complete'];

  it('lists what ended, the newest first, each with what became of it', async () => {
    const b = await open(s.relay, { path: '/admin/requests' });
    await b.text('complete, 2nd account');
    assert.deepEqual(await column(b, 'end'), ENDS);
    assert.deepEqual(await column(b, 'key'), ['lin', 'lin', 'lin', 'lin', MARKUP, MARKUP, 'lin']);
    assert.deepEqual((await column(b, 'model')).slice(-2), [MARKUP, 'haiku-4-5']);
    const [first] = await rowsOf(s.relay);
    assert.equal((await column(b, 'cost'))[0], `$${(first.cost_microusd / 1e6).toFixed(4)}`);
    assert.equal((await column(b, 'account'))[0], 'team');
    assert.equal(await b.page.$eval(`${ROWS}:nth-child(6) td.c-cost span`, (cell) => cell.innerText), '–', 'a model without a price');
    await b.check();
    await b.close();
  });

  it('filters live in the address', async () => {
    const b = await open(s.relay, { path: '/admin/requests' });
    await b.text('complete, 2nd account');
    await choose(b, 'End', 'cut upstream');
    await until(async () => (await b.count(ROWS)) === 1, { what: 'the one that was cut' });
    assert.deepEqual(query(b), { end: 'cut' });
    await b.page.reload();
    await b.settled();
    await until(async () => (await b.count(ROWS)) === 1, { what: 'the same after a reload' });
    await b.press('.filters .btn.icon');
    await until(async () => (await b.count(ROWS)) === count, { what: 'all of them' });
    assert.deepEqual(query(b), {});
    await choose(b, 'Key', 'lin');
    await until(async () => (await b.count(ROWS)) === 5, { what: "lin's" });
    await choose(b, 'Account', 'team');
    await until(async () => (await b.count(ROWS)) === 1, { what: 'that of team' });
    assert.deepEqual(query(b), { key: 'lin', account: 'team' });
    await b.press('.filters .btn.icon');
    await choose(b, 'Model', 'haiku-4-5');
    await until(async () => (await b.count(ROWS)) === 1, { what: "haiku's" });
    await b.press('.filters .btn.icon');
    await choose(b, 'Ended', 'last hour');
    await until(async () => query(b).since === '1h' && (await b.count(ROWS)) === count, { what: 'the last hour' });
    await b.close();
  });

  it('a filter may be turned round: all but the chosen one', async () => {
    const b = await open(s.relay, { path: '/admin/requests' });
    await b.text('complete, 2nd account');
    const all = await b.count(ROWS);
    await choose(b, 'Model', 'haiku-4-5');
    await until(async () => (await b.count(ROWS)) === 1, { what: "haiku's" });
    await choose(b, 'Model', 'All but haiku-4-5');
    await until(async () => (await b.count(ROWS)) === all - 1, { what: 'all others' });
    assert.deepEqual(query(b), { not_model: 'claude-haiku-4-5' });
    await b.text('not haiku-4-5', '.filters');
    await choose(b, 'End', 'cut upstream');
    await choose(b, 'End', 'All but cut upstream');
    await until(async () => (await b.count(ROWS)) === all - 2, { what: 'without the one that was cut' });
    await b.check();
    await b.screenshot('requests-not');
    await b.page.reload();
    await b.settled();
    await until(async () => (await b.count(ROWS)) === all - 2, { what: 'the same after a reload' });
    await b.text('not cut upstream', '.filters');
    const { stdout } = command(['requests', '--json', '--not-model', 'claude-haiku-4-5', '--not-end', 'cut'],
      { env: { ...s.relay.settings, DATA_DIR: s.relay.dataDir } });
    assert.equal(JSON.parse(stdout).requests.length, all - 2, 'as the command says');
    await choose(b, 'End', 'Only cut upstream');
    await until(async () => (await b.count(ROWS)) === 1, { what: 'the one that was cut' });
    await b.press('.filters .btn.icon');
    await until(async () => (await b.count(ROWS)) === all, { what: 'all of them' });
    assert.deepEqual(query(b), {});
    await b.close();
  });

  it('rare filters come out of "More"', async () => {
    const b = await open(s.relay, { path: '/admin/requests' });
    await choose(b, 'More', 'Status');
    const entry = await b.page.waitForSelector('::-p-xpath(//*[@role="menu"]//*[normalize-space(.)="4xx"])', { visible: true });
    await entry.click();
    await until(async () => (await b.count(ROWS)) === 1, { what: 'the 400' });
    assert.deepEqual(query(b), { status: '4xx' });
    await b.go('/admin/requests?unpriced=true');
    await until(async () => (await column(b, 'model')).join() === MARKUP, { what: 'the one without a price' });
    await b.text('not known', '.filters');
    await b.go('/admin/requests?since=2020-01-01&until=2020-01-02');
    await b.text('No ended request matches');
    await b.text('Loosen a filter');
    await b.check();
    await b.close();
  });

  it('a search finds by any id, key or session', async () => {
    const b = await open(s.relay, { path: '/admin/requests' });
    const [first] = await rowsOf(s.relay);
    for (const [words, found] of [[first.id, 1], [first.upstream_id, 1], ['lin', 5], [SESSION, count - 1], ['nobody', 0]]) {
      await b.type('input[type=search]', words);
      await b.page.keyboard.press('Enter');
      await until(async () => query(b).q === words && (await b.count(ROWS)) === found, { what: `${found} for ${words}` });
    }
    await b.text('No ended request matches');
    await b.close();
  });

  it('one opened stands beside the list, with times, attempts, tokens times price, and ids', async () => {
    const b = await open(s.relay, { path: '/admin/requests?key=lin' });
    const [row] = await rowsOf(s.relay);
    await b.press(`${ROWS}:first-child td.c-model`);
    await b.page.waitForSelector('.one');
    assert.equal(new URL(b.page.url()).pathname, `/admin/requests/${row.id}`);
    assert.deepEqual(query(b), { key: 'lin' }, 'the filters stay');
    assert.equal(await focused(b), 'opus-5 for lin');
    assert.equal(await b.page.title(), 'opus-5 for lin · claude-relay');
    assert.ok(await b.page.$eval('.reqs > .list', (list) => list.offsetWidth > 0), 'the list is still there');
    const text = await b.read('.one');
    for (const words of ['200, complete, 2nd account', 'Waited: 529', 'Waited: 200', 'Answer', '529, tried elsewhere', 'Anthropic is overloaded', row.id, row.upstream_id, SESSION]) {
      assert.ok(text.includes(words), `${words} in\n${text}`);
    }
    const steps = await b.page.$$eval('.wf [role=row] .nm', (cells) => cells.map((cell) => cell.innerText));
    for (const step of ['Request received', 'Admitted, chosen']) {
      assert.ok(steps.includes(step), `${step} in ${steps}`);
    }
    const lines = await b.page.$$eval('.one .tab tbody tr', (rows) => rows.map((each) => [...each.cells].map((cell) => cell.innerText.trim())));
    assert.deepEqual(lines, [
      ['Cache read', '61,204', '$0.50', '$0.0306'], ['Cache write, 5 min', '34,810', '$6.25', '$0.2176'],
      ['Input', '398', '$5.00', '$0.0020'], ['Output', '1,842', '$25.00', '$0.0461'],
    ]);
    assert.deepEqual(await b.page.$$eval('.one .tab tfoot td', (cells) => cells.map((cell) => cell.innerText.trim())), ['Together', '98,254', '', '$0.2962']);
    await b.check();
    await b.page.goBack();
    await b.page.waitForFunction(() => !document.querySelector('.one'));
    assert.equal(await b.page.evaluate(() => document.activeElement.closest('tr')?.rowIndex), 1, 'the row has the focus again');
    await b.close();
  });

  it('a fresh connection is among the times of the first one', async () => {
    const first = (await rowsOf(s.relay)).at(-1);
    const b = await open(s.relay, { path: `/admin/requests/${first.id}` });
    await b.text('Connected', '.wf');
    await b.text('Answer', '.wf');
    await b.close();
  });

  it('leads from one to its neighbours, and out', async () => {
    const all = await rowsOf(s.relay);
    const b = await open(s.relay, { path: `/admin/requests/${all[1].id}` });
    const at = () => new URL(b.page.url()).pathname.split('/').at(-1);
    const opened = (id) => b.page.waitForSelector(`.one[aria-label="Request ${id}"]`);
    await b.press('[aria-label="Older (j)"]');
    await opened(all[2].id);
    assert.equal(at(), all[2].id);
    await b.press('[aria-label="Newer (k)"]');
    await opened(all[1].id);
    assert.equal(at(), all[1].id);
    await b.press('[aria-label="Close (Esc)"]');
    await b.page.waitForFunction(() => !document.querySelector('.one'));
    assert.equal(new URL(b.page.url()).pathname, '/admin/requests');
    await b.check();
    await b.close();
  });

  it('says of an id that nobody knows that it is not known, and why', async () => {
    const b = await open(s.relay, { path: `/admin/requests/req_relay_${'0'.repeat(22)}` });
    await b.text('No such request');
    await b.text('Not known: no request with this id');
    await b.close();
  });

  it('shows what runs, ticking, and cancels it once that is confirmed in place', async () => {
    const runs = endless(s.url, keys.odd);
    const b = await open(s.relay, { path: '/admin/requests' });
    await b.page.waitForSelector(`${RUNNING} .c-act button`);
    await b.text('claude-cli/2.1', `${RUNNING} .c-client`);
    const age = () => b.read(`${RUNNING} .c-age`);
    const out = () => b.read(`${RUNNING} .c-out`);
    const [then, was] = [await age(), await out()];
    await until(async () => (await age()) !== then && (await out()) !== was, { what: 'it goes on' });
    assert.match(await out(), /^[\d.,]+ (KB|B)$/, 'how much of it has passed: its tokens are told at its end');
    await b.check();
    await b.press(`${RUNNING} .c-act button`);
    await b.text('Cancel now', '.tab.running');
    assert.equal(await b.count(RUNNING), 1, 'the first press asks');
    await b.press(`${RUNNING} .c-act button`);
    await runs.over;
    count++;
    await until(async () => (await column(b, 'end'))[0] === 'cancelled', { what: 'it stands among those that ended' });
    await until(async () => (await b.count(RUNNING)) === 0, { what: 'it is gone from those that run' });
    await b.text('Nothing is running.');
    assert.equal((await rowsOf(s.relay))[0].end, 'cancelled');
    await b.check();
    await b.close();
  });

  for (const lang of LANGUAGES) {
    it(`on a narrow screen its row has the button, too (${lang})`, async () => {
      const runs = endless(s.url, keys.lin, { agent: AGENT });
      const b = await open(s.relay, { path: '/admin/requests', width: 390, lang });
      await until(async () => /^[\d.]+ k?B$/i.test((await b.read(`${RUNNING} .c-out`)).trim()), { what: 'its size so far: its tokens are told at its end' });
      assert.match(await b.page.$eval(`${RUNNING} .c-out span`, (cell) => cell.title), lang === 'zh' ? /结束时/ : /at its end/);
      await b.screenshot(`requests-running-390-${lang}`);
      await b.press(`${RUNNING} .c-act button`);
      await b.screenshot(`requests-running-390-${lang}-asks`);
      await b.check();
      assert.ok((await (await b.page.$(`${RUNNING} .c-act button`)).boundingBox()).height >= 40, 'for a finger');
      /* Whoever waits for long before confirming is asked again. */
      await until(async () => {
        await b.page.evaluate((button) => document.querySelector(button)?.click(), `${RUNNING} .c-act button`);
        return (await b.count(RUNNING)) === 0;
      }, { what: 'it is gone' });
      await runs.over;
      count++;
      await b.close();
    });
  }

  it('the overview says as much of it', async () => {
    const runs = endless(s.url, keys.lin);
    const b = await open(s.relay, { path: '/admin/' });
    const said = () => b.read('.split section:last-child tbody tr');
    await until(async () => /[\d.]+ k?B\b/i.test(await said()), { what: 'its size so far' });
    assert.doesNotMatch(await said(), /token/);
    assert.match(await b.read('.split section:last-child thead'), /So far/);
    runs.leave();
    await runs.over;
    count++;
    await until(async () => (await rowsOf(s.relay)).length === count, { what: 'its booking' });
    await b.close();
  });

  for (const lang of LANGUAGES) {
    it(`its client is named, or it is said why not (${lang})`, async () => {
      const hidden = endless(s.url, keys.lin, { agent: AGENT });
      const named = endless(s.url, keys.odd, { agent: 'node' });
      const b = await open(s.relay, { path: '/admin/requests', lang });
      await until(async () => (await b.count(RUNNING)) === 2, { what: 'both' });
      const clients = await b.page.$$eval(`${RUNNING} .c-client`, (cells) => cells.map((cell) => cell.innerText.trim()));
      assert.ok(clients.includes('node'), clients.join());
      assert.ok(clients.some((text) => text.startsWith(lang === 'zh' ? '不显示' : 'not shown:')), clients.join());
      await b.press(`${RUNNING} .c-model`);
      await b.text(lang === 'zh' ? '流式响应在结束时才告知 token。' : 'A stream tells its tokens at its end.', '.one');
      await b.screenshot(`request-running-${lang}`);
      await b.check();
      [hidden, named].forEach((each) => each.leave());
      await Promise.all([hidden.over, named.over]);
      count += 2;
      await until(async () => (await rowsOf(s.relay)).length === count, { what: 'their bookings' });
      await b.close();
    });
  }

  it('one that runs can be opened, is cancelled there, and becomes one that ended', async () => {
    const runs = endless(s.url, keys.lin, { agent: AGENT });
    const b = await open(s.relay, { path: '/admin/requests' });
    await b.press(`${RUNNING} .c-model`);
    await b.text('Running: answering', '.one');
    await b.press('.one .act button');
    await b.text('Cancel now', '.one');
    await b.press('.one .act button');
    await runs.over;
    count++;
    await b.text('An operator cancelled it', '.one');
    await b.check();
    await b.close();
  });

  it('one that ended, and is not booked yet, is waited for', async () => {
    const [{ id }] = await rowsOf(s.relay, '?limit=1');
    const { doc } = await admin(s.relay, 'GET', `/admin/api/requests/${id}`);
    assert.ok(doc.detail.attempts[0].account);
    const b = await open(s.relay, { path: null });
    let early = 2; /* answers that come before the booking */
    await b.page.setRequestInterception(true);
    b.page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      const answer = (body) => request.respond({ contentType: 'application/json', body: JSON.stringify(body) });
      if (pathname === '/admin/api/requests') {
        answer({ requests: [], next_cursor: null });
      } else if (pathname.endsWith(id) && pathname.startsWith('/admin/api/') && early-- > 0) {
        answer({ ...doc, request: null });
      } else {
        request.continue();
      }
    });
    await b.go(`/admin/requests/${id}`);
    await b.text('It has ended. Its booking is on its way.', '.one');
    await b.text('Tokens and cost', '.one');
    await b.check();
    await b.close();
  });

  it('new ones come by themselves, and wait while the reader is in the list', async () => {
    const b = await open(s.relay, { path: '/admin/requests' });
    await until(async () => (await b.count(ROWS)) === count, { what: 'all of them' });
    await b.page.mouse.move(5, 5);
    await send('lin', {});
    await until(async () => (await b.count(ROWS)) === count, { what: 'the new one, at the top' });
    await b.page.hover(`${ROWS}:nth-child(2)`);
    const top = await b.read(`${ROWS}:first-child`);
    await send('odd', {});
    await b.text('1 new');
    assert.equal(await b.read(`${ROWS}:first-child`), top, 'the list has not moved');
    await b.press('.chip.new');
    await until(async () => (await b.count(ROWS)) === count, { what: 'the one that waited' });
    assert.equal(await b.page.$eval('.chip.new', (chip) => chip.hidden), true);
    await b.go('/admin/requests?key=lin');
    await until(async () => (await b.count(ROWS)) > 0, { what: "lin's" });
    const had = await b.count(ROWS);
    await b.page.mouse.move(5, 5);
    await send('odd', {});
    await send('lin', {});
    await until(async () => (await b.count(ROWS)) === had + 1, { what: "lin's new one, and no other" });
    await b.close();
  });

  it('CSV has what the filters have', async () => {
    const b = await open(s.relay, { path: '/admin/requests?end=cut' });
    await until(async () => (await b.count(ROWS)) === 1, { what: 'the one that was cut' });
    const href = await b.page.$eval('a[download]', (link) => link.getAttribute('href'));
    assert.equal(href, '/admin/api/requests?end=cut&format=csv');
    const lines = await b.page.evaluate(async (address) => (await (await fetch(address)).text()).trim().split('\r\n').length, href);
    assert.equal(lines, 2);
    await b.close();
  });

  it('what is turned round stays out when it comes', async () => {
    const b = await open(s.relay, { path: '/admin/requests?not_key=lin', width: 390, lang: 'zh' });
    await b.text('除 lin 外', '.filters');
    await until(async () => (await b.count(ROWS)) > 0, { what: 'those of others' });
    const had = await b.count(ROWS);
    await send('lin', {});
    await send('odd', {});
    await until(async () => (await b.count(ROWS)) === had + 1, { what: 'the one of another' });
    await b.check();
    await b.screenshot('requests-not-390-zh');
    await b.close();
  });

  it('all of it by keyboard alone', async () => {
    const runs = endless(s.url, keys.lin);
    const b = await open(s.relay, { path: '/admin/' });
    const { keyboard } = b.page;
    await keyboard.press('g');
    await keyboard.press('r');
    await b.page.waitForSelector(`${RUNNING} .c-act button`);
    await b.tabTo('.c-act button');
    await keyboard.press('Enter');
    await b.text('Cancel now', '.tab.running');
    await keyboard.press('Enter');
    await runs.over;
    count++;
    await until(async () => (await b.count(RUNNING)) === 0, { what: 'it is cancelled' });
    await keyboard.press('/');
    assert.equal(await b.page.evaluate(() => document.activeElement.type), 'search');
    await keyboard.type('lin');
    await keyboard.press('Enter');
    await until(async () => query(b).q === 'lin', { what: 'the search' });
    await b.tabTo('.chip');
    await keyboard.press('Enter');
    await b.page.waitForSelector('[role=menu]');
    while (!(await focused(b)).startsWith('cut')) {
      await keyboard.press('c'); // to the next one of that letter
    }
    await keyboard.press('Enter');
    await until(async () => (await b.count(ROWS)) === 1, { what: 'the one that was cut' });
    await keyboard.press('j');
    await keyboard.press('Enter');
    await b.text('The connection to the provider broke', '.one');
    await keyboard.press('Escape');
    await b.page.waitForFunction(() => !document.querySelector('.one'));
    assert.equal(await b.page.evaluate(() => document.activeElement.closest('tr')?.rowIndex), 1, 'the row has the focus again');
    await b.tabTo('a[download]');
    await b.close();
  });

  for (const width of WIDTHS) {
    for (const lang of LANGUAGES) {
      for (const theme of THEMES) {
        it(`is as it should be at ${width}, ${lang}, ${theme}`, async () => {
          const [row] = await rowsOf(s.relay, '?account=team');
          const b = await open(s.relay, { path: '/admin/requests', width, lang, theme });
          await until(async () => (await b.count(ROWS)) === count, { what: 'all of them' });
          await b.check();
          await b.screenshot(`requests-${width}-${lang}-${theme}`);
          await b.go(`/admin/requests/${row.id}`);
          await b.page.waitForSelector('.one .wf');
          await b.check();
          await b.screenshot(`request-${width}-${lang}-${theme}`);
          assert.equal(await b.page.$eval('.reqs > .list', (list) => list.offsetWidth > 0), width > 1320, 'the list');
          await b.close();
        });
      }
    }
  }
});

describe('after a restart', () => {
  const DAYS = 30;
  const COUNT = 10000;
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        execFileSync(manyBookings, [String(COUNT), dataDir, String(DAYS)]);
      },
    },
  });

  it('10,000 are listed by pages, and never more than 300 rows stand in the document', async () => {
    const b = await open(s.relay, { path: '/admin/requests' });
    const wanted = await rowsOf(s.relay, '?limit=500');
    await until(async () => (await b.count(ROWS)) === 100, { what: 'the first page' });
    const links = () => b.page.$$eval(`${ROWS} td.c-time a`, (all) => all.map((link) => link.pathname.split('/').at(-1)));
    for (let page = 2; page <= 5; page++) {
      const last = wanted[100 * page - 1].id;
      await b.press('.more .btn');
      await until(async () => (await links()).at(-1) === last, { what: `page ${page}` });
      assert.deepEqual(await links(), wanted.slice(Math.max(0, page - 3) * 100, page * 100).map((row) => row.id));
    }
    assert.deepEqual(b.seen.errors, []); // axe-core takes its time for so many rows; it has seen fewer above
    await b.page.evaluate(() => new Promise((done) => { scrollTo(0, 0); requestAnimationFrame(() => requestAnimationFrame(done)); }));
    await choose(b, 'End', 'complete');
    await until(async () => (await b.count(ROWS)) === 100, { what: 'a filtered page' });
    await b.close();
  });

  it('steps of older ones are not known, and it says why', async () => {
    const [row] = await rowsOf(s.relay, '?limit=1&end=complete');
    const b = await open(s.relay, { path: `/admin/requests/${row.id}` });
    await b.text('Not known: single steps are kept in memory', '.one');
    await b.text(row.account, '.atts');
    await b.check();
    await b.close();
  });
});
