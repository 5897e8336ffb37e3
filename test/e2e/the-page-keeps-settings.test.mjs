// SPDX-License-Identifier: MIT
/* The page's settings in a real browser: options with where they are from, the log's level, notices and prices
   changed in place, a backup, the audit log, and what is running. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { it } from 'node:test';

import { LANGUAGES, MARKUP, open, THEMES, WIDTHS } from '../support/browser.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { cleanEnv, describe, root, startRelay, startSim, tempFolder, until } from '../support/processes.mjs';
import { listen } from '../support/proxies.mjs';

const VIEWS = ['options', 'prices', 'notices', 'backup', 'audit', 'about'];
const MODEL = 'claude-sonnet-5';
const button = (name) => `::-p-aria([name="${name}"][role="button"])`;
const box = (name) => `::-p-aria([name="${name}"][role="textbox"])`;
const item = (name) => `::-p-aria([name="${name}"][role="menuitemradio"])`;

describe('the page keeps settings', () => {
  const s = { posts: [] };
  const visit = (view, options) => open(s.relay, { path: `/admin/settings/${view}`, ...options });
  const api = async (method, path, body) => (await admin(s.relay, method, path, body)).doc;
  const own = async () => (await api('GET', '/admin/api/prices')).models.filter((row) => row.own);
  /* What the relay refused on purpose is an error to the browser, and to nobody else. */
  const forgive = (page) => page.forgive(/status of (400|409)/);

  it('a relay runs, and was managed', async () => {
    s.sim = await startSim();
    s.relay = await startRelay({ upstream: s.sim.apiUrl, env: { STREAM_IDLE_TIMEOUT: '90s', ADMIN_TOKEN: 'CANARY-of-the-admin-token' } });
    s.receiver = await listen(http.createServer((req, res) => {
      req.resume().on('end', () => { s.posts.push(req.url); res.end(); });
    }));
    await createKey(s.relay, 'alice', { note: MARKUP, owner: MARKUP });
    await api('PATCH', '/admin/api/keys/alice', { limits: { rpm: 9 } });
    await api('PATCH', `/admin/api/keys/${encodeURIComponent('nobody"><img src=x onerror=alert(1)>')}`, { note: 'x' });
    await api('PUT', `/admin/api/prices/${encodeURIComponent('"><img src=x onerror=alert(1)>')}`, { input: 1, output: 1 });
  });

  for (const width of WIDTHS) {
    for (const [i, lang] of LANGUAGES.entries()) {
      it(`every view stands at ${width} px in ${lang}`, async () => {
        for (const [k, view] of VIEWS.entries()) {
          const theme = THEMES[(i + k + Number(width > 760)) % 2];
          const page = await visit(view, { width, lang, theme });
          await page.page.waitForSelector('.set-body > *');
          await page.screenshot(`settings-${view}-${width}-${lang}-${theme}`, { full: width < 760 });
          await page.check(`${view}, ${width} px, ${lang}, ${theme}`);
          await page.close();
        }
      });
    }
  }

  it('options say their value, where it is from, and what to do; secrets only that they are set', async () => {
    const page = await visit('options');
    const row = async (name) => (await page.read(`#${name}`)).replace(/\s+/g, ' ');
    assert.match(await row('STREAM_IDLE_TIMEOUT'), /90s environment change it there after a restart How/);
    assert.match(await row('MAX_ATTEMPTS'), /3 default after a restart/);
    assert.match(await row('ADMIN_TOKEN'), /set, 25 characters environment/);
    assert.ok(!(await page.page.content()).includes('CANARY'));
    await page.press(button('How MAX_ATTEMPTS is changed'));
    await page.text('Write this line into');
    assert.match(await page.read('.howto'), /MAX_ATTEMPTS=3[\s\S]*Allowed: 1 to 5 · default: 3/);
    await page.press(button('How STREAM_IDLE_TIMEOUT is changed'));
    await page.text('The relay’s environment sets it');
    await page.type('.search .in', 'retention');
    await page.page.waitForFunction(() => document.querySelectorAll('.opts code').length === 1, { polling: 50 });
    assert.match(page.page.url(), /q=retention/);
    await page.type('.search .in', 'no such option');
    await page.text('No option has “no such option” in it');
    await page.check();
    await page.close();
  });

  it('every option has its place and its words', async () => {
    const names = [...fs.readFileSync(path.join(root, 'src/config/options.def'), 'utf8').matchAll(/^OPTION\((\w+),/gm)].map(([, name]) => name);
    const { grouped } = await import(path.join(root, 'web/js/option-groups.js'));
    assert.ok(names.length > 30);
    assert.deepEqual(grouped(names.map((name) => ({ name }))).filter(([group]) => group === 'other'), []);
    for (const lang of LANGUAGES) {
      const texts = (await import(path.join(root, `web/lang/${lang}.js`))).default;
      assert.deepEqual(names.filter((name) => !texts[`option.${name}`]), [], lang);
    }
  });

  it('an option of the address is shown', async () => {
    const page = await visit('options#USAGE_RETENTION');
    assert.ok(await page.page.$eval('#USAGE_RETENTION', (row) => row.getBoundingClientRect().top < innerHeight));
    await page.close();
  });

  it('the level of the log is changed in its row', async () => {
    const page = await visit('options');
    await page.press(button('Change LOG_LEVEL'));
    await page.page.select('#LOG_LEVEL select', 'debug');
    await page.screenshot('settings-options-edit');
    await page.check();
    await page.press('#LOG_LEVEL .btn.main');
    await page.text('here', '#LOG_LEVEL .or');
    assert.equal((await api('GET', '/admin/api/log')).level, 'debug');
    /* Escape leaves it as it is. */
    await page.press(button('Change LOG_LEVEL'));
    await page.page.keyboard.press('Escape');
    await page.page.waitForFunction(() => !document.querySelector('#LOG_LEVEL select'), { polling: 50 });
    await api('PATCH', '/admin/api/log', { level: 'info' });
    await page.check();
    await page.close();
  });

  it('notices are sent where they are told to, and tried', async () => {
    const page = await visit('notices');
    await page.text('Notices go nowhere');
    await page.press(button('Set the address'));
    await page.press('.panel .btn.main');
    await page.text('An address is needed');
    await page.type('input[name=notify-url]', 'http://elsewhere.example/hook');
    await page.press('.panel .btn.main');
    await page.text('http:// is for this machine only');
    await page.screenshot('settings-notices-refused');
    await page.type('input[name=notify-url]', `http://127.0.0.1:${s.receiver.port}/CANARYhook`);
    await page.press('.panel .btn.main');
    await page.text('127.0.0.1', '.kv');
    await page.press(button('Send a test'));
    await page.text('127.0.0.1 took it (HTTP 200)');
    assert.deepEqual(s.posts, ['/CANARYhook']);
    assert.ok(!(await page.page.content()).includes('CANARYhook'));
    await forgive(page).check();
    await page.press(button('Turn off'));
    await page.press('.set-body .btn.danger');
    await page.text('Notices go nowhere');
    assert.equal((await api('GET', '/admin/api/notify')).set, false);
    await page.check();
    await page.close();
  });

  it('a price is changed in its row, added, and removed', async () => {
    const page = await visit('prices');
    const priced = async (model, input) => until(async () => (await own()).some((row) => row.model === model && row.input === input), { what: `${model} at ${input}` });
    await page.press(button(`Change ${MODEL}`));
    await page.type('input[name=price-input]', 'three');
    await page.press('.prices .btn.main');
    await page.text('A price is in dollars');
    await page.type('input[name=price-input]', '3.25');
    await page.screenshot('settings-prices-edit');
    await page.check();
    await page.press('.prices .btn.main');
    await priced(MODEL, 3250000);
    await page.text('$3.25', '.prices');
    await page.press(button('Add a price'));
    await page.type(box('Model'), 'our-model-*');
    await page.type('input[name=price-input]', '1');
    await page.type('input[name=price-output]', '2');
    await page.page.keyboard.press('Enter');
    await priced('our-model-*', 1000000);
    await page.press(button('Remove the price of our-model-*'));
    await until(async () => (await own()).every((row) => row.model !== 'our-model-*'), { what: 'it is gone' });
    await page.press(button(`Remove the price of ${MODEL}`));
    await until(async () => (await own()).every((row) => row.model !== MODEL), { what: 'it is gone, too' });
    await page.check();
    await page.close();
  });

  it('a price that cannot be removed says why, and nothing about loading', async () => {
    await api('PUT', '/admin/api/prices/gone-by-then', { input: 1, output: 2 });
    const page = forgive(await visit('prices'));
    await page.page.waitForSelector(button('Remove the price of gone-by-then'));
    await api('DELETE', '/admin/api/prices/gone-by-then');
    await page.press(button('Remove the price of gone-by-then'));
    await page.text('built-in prices cannot be removed', '.set-body .err');
    assert.equal(await page.page.$$eval('.set-body .failed', (all) => all.length), 0);
    await page.close();
  });

  it('commands begin as the relay was called, and work on its folder', async () => {
    const page = await visit('backup');
    const lines = await page.page.$$eval('.codebox pre', (nodes) => nodes.map((node) => node.textContent));
    assert.match(lines[1], / restore relay-backup\.tar$/);
    const file = path.join(tempFolder(), 'relay-backup.tar');
    const done = spawnSync('bash', ['-e', '-c', lines[0].replace('relay-backup.tar', file)], { cwd: tempFolder(), env: cleanEnv(), encoding: 'utf8' });
    assert.equal(done.status, 0, lines[0] + done.stderr);
    assert.ok(fs.statSync(file).size > 0 && done.stdout.includes(s.relay.dataDir), done.stdout);
    await page.close();
    const own = (await api('GET', '/admin/api/session')).command;
    for (const [view, end] of [['prices', 'usage reprice --since 30d'], ['notices', 'notify set']]) {
      const other = await visit(view);
      await other.text(`${own} ${end}`);
      await other.close();
    }
  });

  it('a backup is downloaded', async () => {
    const page = await visit('backup');
    const done = page.page.waitForResponse((response) => response.url().endsWith('/admin/api/backup'));
    await page.press(button('Download backup'));
    const response = await done;
    assert.deepEqual([response.status(), response.headers()['content-type']], [200, 'application/x-tar']);
    await page.text('The backup was downloaded');
    await page.check();
    await page.close();
  });

  it('the audit log is filtered, opened, and taken as CSV', async () => {
    const page = await visit('audit');
    await page.text('Backup made', '.audit');
    await page.press(button('Action'));
    await page.press(item('keys'));
    await page.page.waitForFunction(() => !document.querySelector('.audit')?.innerText.includes('Backup made'), { polling: 50 });
    assert.match(page.page.url(), /action=key/);
    await page.type('.search .in', 'alice');
    await page.page.waitForFunction(() => document.querySelectorAll('.audit tbody tr').length === 2, { polling: 50 });
    await page.press('.audit tbody tr:first-child button');
    await page.text('limits', 'dialog');
    await page.screenshot('settings-audit-entry');
    await page.check();
    await page.page.keyboard.press('Escape');
    const csv = page.page.waitForResponse((response) => response.url().includes('format=csv'));
    await page.press(button('CSV'));
    assert.match((await csv).url(), /target=alice.*action=key|action=key.*target=alice/);
    await page.close();
  });

  it('says what runs', async () => {
    const page = await visit('about');
    const text = await page.read('.set-body');
    assert.match(text, /claude-relay \d+\.\d+\.\d+/);
    assert.match(text, new RegExp(`127\\.0\\.0\\.1:${s.relay.port}|0\\.0\\.0\\.0:${s.relay.port}`));
    assert.match(text, /docs\/operations\.md[\s\S]*MIT licence/);
    await page.close();
  });

  it('can be used by keyboard alone', async () => {
    const page = await visit('about');
    await page.tabTo('.set nav a[href="/admin/settings/options"]');
    await page.page.keyboard.press('Enter');
    await page.page.waitForSelector('#LOG_LEVEL');
    await page.page.keyboard.press('/');
    await page.page.keyboard.type('log_level');
    await page.page.waitForFunction(() => document.querySelectorAll('.opts code').length === 1, { polling: 50 });
    await page.tabTo('#LOG_LEVEL .act .btn');
    await page.page.keyboard.press('Enter');
    await page.page.waitForSelector('#LOG_LEVEL select:focus');
    await page.page.keyboard.type('warn');
    await page.tabTo('#LOG_LEVEL .btn.main');
    await page.page.keyboard.press('Enter');
    await page.text('warn', '#LOG_LEVEL .val');
    await until(async () => (await api('GET', '/admin/api/log')).level === 'warn', { what: 'the level' });
    await page.page.waitForSelector('#LOG_LEVEL .act .btn:focus');
    await page.check();
    await page.close();
  });

  it('ends', async () => {
    await s.relay.stop();
    await s.sim.stop();
    await s.receiver.stop();
  });
});
