// SPDX-License-Identifier: MIT
/* The page's accounts in a real browser: the list, one account with all that can be done to
   it, and where a request would go. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { box, button, choose, forgive, gone, row, stageOfAccounts, tick } from '../support/accounts_page.mjs';
import { noSqlite } from '../support/bookings.mjs';
import { LANGUAGES, open, THEMES, WIDTHS } from '../support/browser.mjs';
import { HELLO } from '../support/http.mjs';
import { createKey } from '../support/keys.mjs';
import { HOSTILE, manyAccounts } from '../support/many_accounts.mjs';
import { describe, startRelay, until } from '../support/processes.mjs';
import { CLOSED_PORT } from '../support/proxies.mjs';
import { WAIT_MS } from '../support/time.mjs';

describe('the page keeps accounts', { skip: noSqlite, timeout: 10 * WAIT_MS }, () => {
  const s = stageOfAccounts();
  const { account, api, visit } = s;

  /* ---- looking ------------------------------------------------------------------- */

  const STATES = {
    archive: ['Off', /since before .*: by the operator/], banned: ['Blocked by the provider', /since .*: its organization is disabled/],
    broken: ['Cannot be used', /oauth_broken\.json: not valid JSON/], full: ['Paused until', /since .*: a limit is used up/],
    glm: ['Ready', /not used yet/], lin: ['Sign in again', /since before .*: its sign-in was refused/], main: ['Ready', /renews its token at/], team: ['Ready', /last answer/],
  };

  it('the list says how each is, why, and where its windows are going', async () => {
    const page = await visit('/admin/accounts');
    assert.match(await page.read('.head .sum'), /^3 of 8 ready, 0 requests in flight$/);
    for (const [name, [words, why]] of Object.entries(STATES)) {
      const text = await page.read(`${row(name)} .state`);
      assert.ok(text.startsWith(words), `${name}: ${text}`);
      assert.match(text, why, name);
    }
    assert.match(await page.read(`${row('main')} .w5`), /84%[\s\S]*resets \d\d:\d\d[\s\S]*runs out about \d\d:\d\d, \d+ min early/);
    assert.match(await page.read(`${row('main')} .w7`), /41%[\s\S]*62% at reset/);
    assert.match(await page.read(`${row('full')} .w5`), /100%[\s\S]*used up/);
    assert.match(await page.read(`${row('lin')} .w5`), /18%[\s\S]*as of/);
    assert.match(await page.read(`${row('team')} .w57`), /21%\s*of input tokens per minute/);
    assert.match(await page.read(`${row('glm')} .w57`), /Not known: not used yet/);
    assert.equal(await page.page.$eval(`${row('lin')} .act a`, (a) => a.getAttribute('href')), '/admin/accounts/lin/sign-in');
    await page.close();
  });

  /* What was found so at the start may be older; what it was told it knows. */
  it('since when one is off is known', async () => {
    const found = await account('archive');
    assert.ok(found.since && found.since_found, JSON.stringify(found));
    await api('PATCH', '/oauth/accounts/archive', { enabled: true });
    await api('PATCH', '/oauth/accounts/archive', { enabled: false });
    const page = await visit('/admin/accounts');
    assert.match(await page.read(`${row('archive')} .state`), /^Off\s+since \d\d:\d\d: by the operator$/);
    assert.equal((await account('archive')).since_found, false);
    await page.close();
  });

  const VIEWS = {
    list: '/admin/accounts', one: '/admin/accounts/main', trouble: '/admin/accounts/full', key: '/admin/accounts/team', gateway: '/admin/accounts/glm',
    off: '/admin/accounts/archive', gone: '/admin/accounts/nobody', 'sign-in': '/admin/accounts/lin/sign-in', new: '/admin/new/account?by=gateway',
    import: '/admin/import', explain: '/admin/explain?key=alice&model=claude-sonnet-5',
  };

  /* Every combination of every address is the-page-is-accessible's; here they have accounts in them. */
  it('each view stands, wide and narrow, in either language and theme', async () => {
    await createKey(s.relay, 'alice');
    for (const [i, [name, path]] of Object.entries(VIEWS).entries()) {
      for (const [k, width] of WIDTHS.entries()) {
        const [lang, theme] = [LANGUAGES[(i + k) % 2], THEMES[((i >> 1) + k) % 2]];
        const page = await visit(path, { width, lang, theme });
        if (name === 'gone') {
          forgive(page);
        }
        await page.check(`${name} ${width} ${lang} ${theme}`);
        await page.screenshot(`accounts-${name}-${width}-${lang}-${theme}`, { full: true });
        await page.close();
      }
    }
  });

  it('whatever somebody wrote stays text', async () => {
    await api('PATCH', '/oauth/accounts/glm', { note: HOSTILE, tags: [HOSTILE] });
    await api('POST', '/admin/api/accounts/glm/pause', { for: '1h', note: HOSTILE });
    for (const path of ['/admin/accounts', '/admin/accounts/glm', '/admin/accounts/archive']) {
      const page = await visit(path);
      await page.text(HOSTILE);
      await page.check(path);
      await page.close();
    }
    const page = await visit('/admin/accounts/glm');
    await page.press(button('Edit'));
    assert.equal(await page.page.$eval('dialog .in', (input) => input.value), HOSTILE);
    await page.check('the form');
    await page.close();
    await api('POST', '/admin/api/accounts/glm/resume');
    await api('PATCH', '/oauth/accounts/glm', { note: null, tags: null });
  });

  /* ---- doing, by mouse --------------------------------------------------------------- */

  it('an account is paused and resumed', async () => {
    const page = await visit('/admin/accounts/main');
    await page.press(button('Pause'));
    await page.page.select('dialog select', '5h');
    await page.type(box('Why (optional)'), 'a holiday');
    await page.check('the dialog');
    await page.press(button('Pause account'));
    await page.text('Paused until', '.head');
    await page.text('a holiday');
    const is = await account('main');
    assert.deepEqual([is.state, is.held, is.why], ['paused', true, 'a holiday']);
    assert.ok(Date.parse(is.until) - Date.now() > 4.5 * 3600e3);
    await page.text('Paused by the operator', '.log');
    await page.press(button('Resume'));
    await page.text('Ready', '.head');
    assert.equal((await account('main')).state, 'ready');
    await page.check();
    await page.close();
  });

  it('a token is renewed, and what fails is said where the button is', async () => {
    const page = await visit('/admin/accounts/main');
    await page.press(button('Refresh token'));
    await page.text('Token renewed', '.log');
    await page.check();
    await s.sim.fault({ path: '/v1/oauth/token', times: 1, directives: { status: 503 } });
    await page.press(button('Refresh token'));
    await page.page.waitForSelector('.wrong .err');
    forgive(page);
    await page.check();
    await page.close();
  });

  it('what was learned is forgotten', async () => {
    const page = await visit('/admin/accounts/banned');
    await page.text('Since', '.trouble');
    await page.press(button('Forget what was learned'));
    await page.text('Ready', '.head');
    assert.equal((await account('banned')).state, 'ready');
    await page.close();
  });

  it('one is turned off from the list, and on again by Undo', async () => {
    const page = await visit('/admin/accounts');
    await choose(page, 'Actions for team', 'Turn off');
    await page.text('Turned off team.', '.toast');
    await page.text('Off', row('team'));
    assert.equal((await account('team')).enabled, false);
    await page.press(button('Undo'));
    await page.text('Ready', row('team'));
    assert.equal((await account('team')).enabled, true);
    await page.check();
    await page.close();
  });

  it('an account is edited: only what was changed is sent', async () => {
    const page = await visit('/admin/accounts/team');
    await page.press(button('Edit'));
    await page.type(box('Note'), 'the team’s');
    await page.type(box('Priority'), '1001');
    await page.press(button('Save changes'));
    await page.text('0 to 1000', 'dialog');
    assert.equal((await account('team')).note, null, 'nothing was saved');
    await page.type(box('Priority'), '7');
    await page.type(box('Weight'), '50');
    await page.type(box('Requests at once'), '12');
    await page.type(box('Tags'), 'fast, team-a');
    await api('PATCH', '/oauth/accounts/team', { pool: false });
    await page.press(button('Save changes'));
    await gone(page, 'dialog');
    await page.text('the team’s');
    await page.text('0 of 12');
    const is = await account('team');
    assert.deepEqual([is.note, is.priority, is.weight, is.concurrency, is.tags, is.pool], ['the team’s', 7, 50, 12, ['fast', 'team-a'], false]);
    await page.press(button('Edit'));
    await page.press(tick('In the pool: it serves every key that uses the pool'));
    await page.press(tick('On: it serves, and its token is renewed'));
    await page.press(button('Save changes'));
    await page.text('Off', '.head');
    assert.deepEqual([(await account('team')).pool, (await account('team')).enabled], [true, false]);
    await page.press(button('Turn on'));
    await page.text('Ready', '.head');
    await page.check();
    await page.close();
  });

  it('a gateway’s address and models are edited', async () => {
    const page = await visit('/admin/accounts/glm');
    await page.press(button('Edit'));
    await page.type(box('Models (optional)'), 'claude-sonnet-5');
    await page.press(button('Save changes'));
    await page.text('is not MODEL=THEIRS', 'dialog');
    await page.type(box('Models (optional)'), 'claude-sonnet-5=glm-6');
    await page.press(button('Save changes'));
    await gone(page, 'dialog');
    assert.deepEqual((await account('glm')).model_map, { 'claude-sonnet-5': 'glm-6' });
    await page.close();
  });

  it('another key takes the place of the one there is', async () => {
    const before = (await account('team')).fingerprints[0];
    const page = await visit('/admin/accounts/team');
    await choose(page, 'Actions for team', 'Replace API key');
    await page.type('dialog input[type=password]', 'no key');
    await page.press(button('Replace key'));
    await page.page.waitForSelector('dialog .err [class]');
    forgive(page);
    await page.type('dialog input[type=password]', `sk-ant-api03-CANARY-${'y'.repeat(40)}`);
    await page.press(button('Replace key'));
    await gone(page, 'dialog');
    assert.notEqual((await account('team')).fingerprints[0], before);
    assert.ok(!(await page.page.content()).includes('CANARY'), 'the key is in no page');
    await page.check();
    await page.close();
  });

  it('a proxy is tested before it is saved, step by step', async () => {
    const page = await visit('/admin/accounts/main');
    await page.press(button('Test'));
    await page.press(button('Close'));
    await page.press('.split .sect:last-child .bar-head .btn:first-child');
    await page.text('works,');
    assert.deepEqual(await page.page.$$eval('.hops .what > span:first-child', (all) => all.map((each) => each.innerText)), ['Resolve the name', 'Connect', 'Answer']);
    await page.press(button('Change'));
    await page.page.select('dialog select', 'http');
    await page.press(button('Save proxy'));
    await page.text('A proxy needs a host', 'dialog');
    await page.type(box('Host'), '127.0.0.1');
    await page.type(box('Port'), String(CLOSED_PORT));
    await page.press(button('Test this'));
    await page.page.waitForSelector('dialog .hops .failed .why');
    assert.match(await page.read('dialog .hops .failed'), /Connect[\s\S]*127\.0\.0\.1:1: /);
    await page.check('the dialog');
    await page.press(button('Save proxy'));
    await gone(page, 'dialog');
    await page.text(`http://127.0.0.1:${CLOSED_PORT}`);
    await page.press(button('Change'));
    await page.page.select('dialog select', '');
    await page.press(button('Save proxy'));
    await gone(page, 'dialog');
    await page.text('No proxy of its own');
    assert.equal((await account('main')).proxy_config, null);
    await page.close();
  });

  it('an account is tested with a message', async () => {
    const page = await visit('/admin/accounts/main');
    await page.press(button('Test'));
    await page.type(box('Model (optional)'), 'claude-haiku-4-5');
    await page.press(button('Send message'));
    await page.text('It works', 'dialog');
    assert.match(await page.read('dialog .kv'), /Status\s+200[\s\S]*claude-haiku-4-5[\s\S]*Afterwards\s+Ready/);
    await page.check('the test');
    await page.screenshot('accounts-test');
    await s.sim.fault({ path: '/v1/messages', times: 1, directives: { status: 400, body: JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: HOSTILE } }) } });
    await page.press(button('Send again'));
    await page.text('It does not work', 'dialog');
    await page.text(HOSTILE, 'dialog');
    await page.check('a test that failed');
    await page.close();
  });

  it('what went wrong last is told', async () => {
    const page = await visit('/admin/accounts/full');
    await page.text('This request would exceed', '.log');
    await page.close();
  });

  it('one is removed once its name was typed', async () => {
    const page = await visit('/admin/accounts/banned');
    await choose(page, 'Actions for banned', 'Remove …');
    assert.equal(await page.page.$eval('dialog .df .end .btn:last-child', (each) => each.disabled), true);
    await page.type('dialog .in', 'banned');
    await page.check('the dialog');
    await page.press(button('Remove account'));
    await page.text('of 7 ready', '.head');
    assert.equal(await account('banned'), undefined);
    assert.equal(new URL(page.page.url()).pathname, '/admin/accounts');
    await page.close();
  });

  /* ---- explained ------------------------------------------------------------------------- */

  it('where a request would go is explained, in an address of its own', async () => {
    const page = await visit('/admin/accounts');
    await page.type('::-p-aria([name="Key"])', 'alice');
    await page.type('::-p-aria([name="Model"])', 'claude-sonnet-5');
    await page.press(button('Explain'));
    await page.text('Chosen', '.why-list');
    const first = await page.read('.why-list li');
    assert.match(first, /^1\s+team\s+Chosen: its priority is the highest/);
    assert.match(await page.read('.why-list'), /archive\s+Not: turned off/);
    assert.match(page.page.url(), /key=alice&model=claude-sonnet-5/);
    await page.check();
    await page.go('/admin/explain?key=alice&model=claude-opus-5');
    await page.text('Not: it does not have the model', '.why-list');
    await page.go('/admin/explain?key=nobody');
    await page.page.waitForSelector('.answer .err');
    forgive(page);
    await page.check();
    await page.close();
  });

  /* ---- live --------------------------------------------------------------------------------- */

  it('what changes is seen without moving under the reader', async () => {
    const page = await visit('/admin/accounts');
    await page.page.hover(row('main'));
    const before = await page.page.$eval(row('team'), (each) => each.getBoundingClientRect().top);
    await api('POST', '/admin/api/accounts', { name: 'a-first', api_key: `sk-ant-api03-${'w'.repeat(40)}` });
    await api('POST', '/admin/api/accounts/main/pause', { for: '1h' });
    await page.text('Paused until', row('main'));
    assert.equal(await page.page.$eval(row('team'), (each) => each.getBoundingClientRect().top), before);
    assert.equal(await page.page.$(row('a-first')), null, 'it waits');
    await page.page.mouse.move(5, 5);
    await page.page.waitForSelector(row('a-first'));
    await api('POST', '/admin/api/accounts/main/resume');
    await page.text('Ready', row('main'));
    await api('DELETE', '/oauth/accounts/a-first');
    await gone(page, row('a-first'));
    await page.check();
    await page.close();
  });

  it('what runs is counted, and an open dialog is left alone', async () => {
    const key = await createKey(s.relay, 'busy', { accounts: ['team'] });
    const page = await visit('/admin/accounts/team');
    await page.press(button('Edit'));
    await page.type(box('Note'), 'half-typed');
    await s.sim.fault({ path: '/v1/messages', times: 1, directives: { 'first-byte-ms': 3000 } });
    const asked = key.message({ body: HELLO });
    await page.text('1 of 12');
    assert.equal(await page.page.$eval('dialog .in', (input) => input.value), 'half-typed');
    assert.equal((await asked).status, 200);
    await page.text('0 of 12');
    await page.close();
  });

  /* ---- by keyboard alone ---------------------------------------------------------------------- */

  it('all of it can be done without a mouse', async () => {
    const page = await visit('/admin/accounts');
    const keys = async (...names) => {
      for (const name of names) {
        await page.page.keyboard.press(name);
      }
    };
    await keys('j', 'j', 'j', 'k');
    assert.equal(await page.page.evaluate(() => document.activeElement.title), 'broken');
    await page.tabTo('.acc .name[title="main"]');
    await keys('Enter');
    await page.text('main', 'h1');
    await page.tabTo('.head .end .btn:nth-child(3)');
    await keys('Enter');
    await page.page.waitForSelector('dialog');
    await page.tabTo('dialog .grid2 + .field .in');
    await page.page.keyboard.type('by keyboard');
    await keys('Enter');
    await page.text('by keyboard', '.trouble');
    await page.tabTo('.head .end .btn:nth-child(3)');
    await keys('Space');
    await page.text('Ready', '.head');
    await page.tabTo('.head .end .btn:last-child');
    await keys('Enter');
    await page.page.waitForSelector('.menu-list');
    await keys('e');
    assert.match(await page.page.evaluate(() => document.activeElement.textContent), /^Edit/);
    await keys('Enter');
    await page.page.waitForSelector('dialog');
    await page.page.keyboard.type('typed');
    await keys('Enter');
    await gone(page, 'dialog');
    await page.text('typed', '.kv');
    await keys('g', 'a');
    await page.text('Accounts', 'h1');
    await keys('n');
    await page.text('Add account', 'h1');
    await page.tabTo('[role=radio][aria-checked=true]');
    await keys('ArrowRight', 'ArrowRight');
    await page.tabTo('.field .in');
    await page.page.keyboard.type('by-keyboard');
    await keys('Tab');
    await page.page.keyboard.type(`sk-ant-api03-${'k'.repeat(40)}`);
    await keys('Enter');
    await page.text('by-keyboard', 'h1');
    assert.equal((await account('by-keyboard')).state, 'ready');
    assert.match((await account('main')).note, /typed/);
    await page.check();
    await page.close();
  });

  it('in Chinese it can be done as well', async () => {
    const page = await visit('/admin/accounts/main', { lang: 'zh', theme: 'dark' });
    await page.press(button('暂停'));
    await page.press(button('暂停账号'));
    await page.text('暂停至', '.head');
    await page.press(button('恢复'));
    await page.text('可用', '.head');
    await page.check();
    await page.close();
  });

  it('the programs end well and told no secret', async () => {
    await s.end();
  });
});

/* ---- many --------------------------------------------------------------------------------------- */

describe('a hundred and twenty accounts', { skip: noSqlite }, () => {
  it('are listed, searched and kept in place', async () => {
    const relay = await startRelay({ accounts: (dataDir) => manyAccounts(dataDir, 120) });
    const page = await open(relay, { path: '/admin/accounts' });
    await until(async () => (await page.count('.acc:not(.h)')) === 100, { every: 50, what: '100 rows' });
    await page.text('100 of 120 shown');
    await page.press(button('Show more'));
    await until(async () => (await page.count('.acc:not(.h)')) === 120, { every: 50, what: 'all rows' });
    const nodes = await page.page.$eval('.accs', (each) => each.querySelectorAll('*').length);
    assert.ok(nodes < 120 * 60, `${nodes} nodes`);
    await page.page.keyboard.press('/');
    await page.page.keyboard.type('account-042');
    await until(async () => (await page.count('.acc:not(.h)')) === 1, { every: 50, what: 'one row' });
    assert.match(page.page.url(), /search=account-042/);
    await page.type('input[type=search]', 'nothing-like-it');
    await page.text('No account matches.');
    await page.check();
    await page.close();
    await relay.stop();
  });
});
