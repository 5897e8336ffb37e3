// SPDX-License-Identifier: MIT
/* The page leads on: from step to step on the first run, back to where something was opened,
   and in a terminal by commands that can be pasted. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { box, button, link, tick } from '../support/accounts_page.mjs';
import { open } from '../support/browser.mjs';
import { noSqlite } from '../support/bookings.mjs';
import { call } from '../support/http.mjs';
import { createGroup, createKey } from '../support/keys.mjs';
import { hands } from '../support/page_hands.mjs';
import { addApiKey, describe, inMinutes, relayBinary, stage } from '../support/processes.mjs';

const QUOTE = "o'hara & co";
const step = (page) => page.read('.steps .now h2');

describe('the first run', { skip: noSqlite }, () => {
  const s = stage({ relay: { accounts: () => {} } });
  const SECOND = 'Create a key for the first client';

  it('goes on after an account with a key', async () => {
    const page = await open(s.relay);
    await page.text(`${relayBinary} login main`, '.term');
    await page.press('.choice a:nth-child(2)');
    const cancel = await page.page.waitForSelector('form.form a.btn');
    assert.equal(await cancel.evaluate((a) => a.getAttribute('href')), '/admin/', 'cancel leads back');
    await page.type(box('Name'), 'team');
    await page.type('input[type=password]', `sk-ant-api03-CANARY-${'z'.repeat(40)}`);
    await page.press(button('Add account'));
    await page.text(SECOND, '.steps .now');
    await page.text(`${relayBinary} key create NAME`, '.term');
    assert.ok(!(await page.read('.term')).includes('login'), 'that is done');
    await page.check();
    await page.screenshot('first-goes-on');
    await page.close();
  });

  it('goes on after a sign-in', async () => {
    const page = await open(s.relay, { path: '/admin/new/account?first=1' });
    await page.type(box('Name'), 'main');
    await page.press(button('Go on'));
    await page.page.waitForSelector('.steps a.btn');
    const state = await page.page.$eval('.steps a.btn', (a) => new URL(a.href).searchParams.get('state'));
    await page.type('textarea', `goodcode#${state}`);
    await page.press(button('Finish'));
    await page.press(button('Go on to the next step'));
    await page.text(SECOND, '.steps .now');
    await page.close();
  });

  it('goes on after an import', async () => {
    const page = await open(s.relay, { path: '/admin/new/account?first=1' });
    await page.press(link('Import from another relay'));
    const seed = { access_token: 'sk-ant-oat01-CANARY-1', refresh_token: 'sk-ant-ort01-CANARY-1', expires_at: inMinutes(120), scopes: ['user:inference'] };
    await page.page.waitForSelector('textarea');
    await page.page.$eval('textarea', (area, text) => { area.value = text; area.dispatchEvent(new Event('input')); }, JSON.stringify(seed));
    await page.press(button('Look what would happen'));
    await page.text('1 account would be imported', '.result');
    await page.press('.fields > .row .btn.main:not([hidden])');
    await page.press(link('Go on to the next step'));
    await page.text(SECOND, '.steps .now');
    assert.equal(await step(page), SECOND);
    await page.close();
  });
});

describe('the page of a relay in use', () => {
  const s = stage({ relay: { accounts: (folder) => addApiKey(folder, 'team') } });
  const focused = (page) => page.page.evaluate(() => document.activeElement.innerText.trim());

  it('is made ready', async () => {
    await createGroup(s.relay, QUOTE, {});
    for (const name of ['one', 'two', QUOTE]) await createKey(s.relay, name);
  });

  it('returns the focus to the row when a new key is not made', async () => {
    const page = await open(s.relay, { path: '/admin/keys' });
    await page.page.waitForSelector('tbody a.name');
    await page.page.keyboard.press('j');
    const row = await focused(page);
    assert.ok(row, 'a row has the focus');
    await page.page.keyboard.press('n');
    await page.page.waitForSelector('dialog[open] .keyform');
    await page.page.keyboard.press('Escape');
    await page.page.waitForFunction((name) => location.pathname === '/admin/keys' && !document.querySelector('dialog')
      && document.activeElement.innerText.trim() === name, { polling: 50 }, row);
    await page.close();
  });

  it('shows commands that can be pasted, with the name', async () => {
    const page = await open(s.relay, { path: `/admin/keys/${encodeURIComponent(QUOTE)}` });
    const hand = hands(page);
    for (const [act, words] of [['Rotate…', 'key rotate'], ['Edit', 'key edit']]) {
      await hand.press(act, 'main');
      await hand.text(`${relayBinary} ${words} 'o'\\''hara & co'`, 'dialog');
      await page.page.keyboard.press('Escape');
      await hand.closed();
    }
    await page.go(`/admin/groups/${encodeURIComponent(QUOTE)}`);
    await hand.press('Edit', 'main');
    await hand.text(`${relayBinary} key group edit 'o'\\''hara & co'`, 'dialog');
    await page.close();
  });

  it('says of several keys a whole sentence', async () => {
    const page = await open(s.relay, { path: '/admin/keys', lang: 'zh' });
    const hand = hands(page);
    for (const name of ['one', 'two']) await page.press(tick(`选择 ${name}`));
    for (const [act, title] of [['标签', '修改 2 个密钥的标签'], ['分组', '修改 2 个密钥的分组'], ['限额', '修改 2 个密钥的限额']]) {
      await hand.press(act, '.bulk');
      await hand.opened(title);
      await page.page.keyboard.press('Escape');
      await hand.closed();
    }
    await hand.press('吊销', '.bulk');
    await hand.text('已吊销 2 个密钥。', '.toast');
    await page.close();
  });
});

describe('a session that ends', () => {
  const s = stage({ relay: { env: { ADMIN_LOOPBACK: 'off' } } });
  const token = () => fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim();

  it('asks over an open dialog, on the whole of a narrow screen', async () => {
    const page = await open(s.relay, { path: '/admin/keys', width: 390 });
    await page.page.waitForSelector('[type=password]');
    await page.type('[type=password]', token());
    await page.page.keyboard.press('Enter');
    await page.press('main .head a.btn.main');
    await page.page.waitForSelector('dialog[open] .keyform');
    await call(`${s.url}/admin/api/session?everywhere=true`, { method: 'DELETE', headers: { authorization: `Bearer ${token()}` } });
    const form = await page.page.waitForSelector('dialog.gate-over[open]');
    const { x, width, height } = await form.boundingBox();
    assert.deepEqual([x, width, height], [0, 390, 900]);
    await page.screenshot('gate-over-390');
    page.forgive(/401/);
    await page.check();
    await page.close();
  });
});
