// SPDX-License-Identifier: MIT
/* Accounts come to a relay by its page: by signing in, as keys, and from other relays. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { box, button, choice, forgive, link, stageOfAccounts } from '../support/accounts_page.mjs';
import { noSqlite } from '../support/bookings.mjs';
import { HOSTILE } from '../support/many_accounts.mjs';
import { describe, inMinutes, tempFolder } from '../support/processes.mjs';

describe('the page adds accounts', { skip: noSqlite }, () => {
  const s = stageOfAccounts();
  const { account, api, visit } = s;

  /* ---- signing in ---------------------------------------------------------------------- */

  async function toSignIn() {
    const page = await visit('/admin/accounts/lin/sign-in');
    await page.press(button('Get the link'));
    await page.page.waitForSelector('.steps a.btn');
    return page;
  }
  const state = (page) => page.page.$eval('.steps a.btn', (a) => new URL(a.href).searchParams.get('state'));
  const PASTED = [
    ['this, I think', /There is no code in this/], ['?error=access_denied', /reported an error[\s\S]*access_denied/],
    [`code#${'0'.repeat(64)}`, /belongs to another link/], ['code#abc', /The end is missing/], ['goodcode', /Code found; the state of this link is used/],
  ];

  it('looking at it begins nothing: only asking for the link does', async () => {
    const begun = async () => (await api('GET', '/admin/api/audit?action=login.begin')).entries.length;
    const before = await begun();
    for (const [lang, width] of [['en', 1440], ['zh', 390]]) {
      const page = await visit('/admin/accounts/lin/sign-in', { lang, width });
      await page.check(`not begun, ${lang}`);
      await page.screenshot(`accounts-sign-in-offered-${lang}`);
      await page.close();
    }
    assert.equal(await begun(), before);
    const page = await toSignIn();
    assert.equal(await page.page.evaluate(() => document.activeElement.innerText), 'Open the page', 'where the button was');
    assert.equal(await begun(), before + 1);
    await page.close();
  });

  it('what is pasted is looked at while it is typed; what fails is said in its step', async () => {
    const page = await toSignIn();
    const ours = await state(page);
    for (const [text, says] of PASTED) {
      await page.type('textarea', text);
      await page.page.waitForFunction((source) => new RegExp(source).test(document.querySelector('.read').innerText), { polling: 50 }, says.source);
      assert.equal(await page.page.$eval('.steps form .btn', (each) => each.disabled), text !== 'goodcode', text);
    }
    await page.type('textarea', `https://console.anthropic.com/oauth/code/callback?code=abc&state=${ours}`);
    await page.text('Code and state found, and the state is ours');
    await page.check();
    await page.type('textarea', `bad#${ours}`);
    await page.press(button('Finish'));
    await page.text('The code was not accepted', 'li:nth-child(2)');
    forgive(page);
    await page.check('a code that was refused');
    await page.close();
  });

  it('an account signs in again, is saved, and tried', async () => {
    const page = await toSignIn();
    await page.type('textarea', `\n goodcode#${await state(page)} `);
    await page.press(button('Finish'));
    await page.text('lin is signed in and saved.');
    await page.page.waitForFunction(() => document.querySelectorAll('.saved .ok').length === 2, { polling: 50 });
    await page.check('signed in');
    await page.screenshot('accounts-signed-in');
    assert.equal((await account('lin')).state, 'ready');
    await page.press(button('See the account'));
    await page.text('Ready', '.head');
    await page.close();
  });

  it('a link that has been used is the first step’s affair', async () => {
    const page = await toSignIn();
    const code = `goodcode#${await state(page)}`;
    await api('POST', '/oauth/token', { authorization_code: code, account_name: 'lin' });
    await page.type('textarea', code);
    await page.press(button('Finish'));
    await page.text('The link has expired or was used', 'li:nth-child(1)');
    forgive(page);
    await page.press(button('Make a new link'));
    await page.page.waitForFunction((old) => !document.querySelector('.steps a.btn').href.includes(old), { polling: 50 }, code.slice(9));
    await page.close();
  });

  it('who has a key is not asked to sign in', async () => {
    const page = await visit('/admin/accounts/team/sign-in');
    await page.text('This account has an API key');
    await page.check();
    await page.close();
  });

  /* ---- new ones ------------------------------------------------------------------------- */

  it('new ones are added: by signing in, a setup token, a key, another gateway', async () => {
    const page = await visit('/admin/accounts');
    await page.press(link('Add account'));
    await page.type(box('Name'), 'main');
    await page.text('There is an account main already.');
    await page.type(box('Name'), 'pool');
    await page.press(button('Go on'));
    await page.text('pool means something');
    await page.type(box('Name'), 'new-login');
    await page.press(button('Go on'));
    await page.page.waitForSelector('.steps a.btn');
    await page.type('textarea', `goodcode#${await state(page)}`);
    await page.press(button('Finish'));
    await page.text('new-login is signed in and saved.');

    await page.go('/admin/new/account');
    await page.press(choice('Setup token'));
    await page.type(box('Name'), 'year');
    await page.press(button('Go on'));
    await page.page.waitForSelector('.steps a.btn');
    await page.type('textarea', `goodcode#${await state(page)}`);
    await page.press(button('Finish'));
    await page.text('year is signed in and saved.');
    await page.text('claude-relay login year --setup-token');
    await page.page.waitForSelector('.saved details');
    page.seen.errors.length = 0; /* its profile may be refused: a setup token is for messages */

    await page.go('/admin/new/account?by=key');
    await page.press(button('Add account'));
    await page.text('The key is missing.');
    await page.type(box('Name'), 'second');
    await page.type('input[type=password]', 'wrong');
    await page.press(button('Add account'));
    await page.page.waitForSelector('.form > .wrong .err');
    forgive(page);
    await page.check();
    await page.type('input[type=password]', `sk-ant-api03-CANARY-${'z'.repeat(40)}`);
    await page.press(button('Add account'));
    await page.text('second', 'h1');

    await page.go('/admin/new/account?by=gateway');
    await page.type(box('Name'), 'elsewhere');
    await page.type('input[type=password]', 'CANARY-any-key');
    await page.type(box('Address'), 'https://gateway.invalid/api');
    await page.type(box('Models (optional)'), '*=glm-5');
    await page.press(button('Add account'));
    await page.text('elsewhere', 'h1');
    const is = await account('elsewhere');
    assert.deepEqual([is.base_url, is.bearer, is.model_map], ['https://gateway.invalid/api', true, { '*': 'glm-5' }]);
    for (const name of ['new-login', 'year', 'second']) {
      assert.equal((await account(name)).state, 'ready', name);
    }
    await page.check();
    await page.close();
  });

  /* ---- taken over ------------------------------------------------------------------------ */

  const login = (name) => ({ access_token: `sk-ant-oat01-CANARY-of-${name}`, refresh_token: `sk-ant-ort01-CANARY-of-${name}`, expires_at: inMinutes(120), scope: 'user:profile user:inference' });
  const EXPORTS = {
    crs: { success: true, data: {
      claudeAccounts: [
        { kind: 'claude-account', id: '1', name: HOSTILE, platform: 'claude', authType: 'oauth', isActive: true, schedulable: true, priority: 40, proxy: null, credentials: login('crs') },
        { kind: 'claude-account', id: '3', name: 'lost', isActive: true, priority: 50, proxy: null, credentials: { access_token: '' } }],
      openaiOAuthAccounts: [{ kind: 'openai-oauth-account', id: '6', name: 'gpt', credentials: { access_token: 'CANARY' } }],
    } },
    sub2api: { type: 'sub2api-data', version: 1, proxies: [], accounts: [{ name: 'sub', platform: 'anthropic', type: 'oauth', credentials: login('sub'), concurrency: 3, priority: 1 }] },
    cliproxyapi: { ...login('cli'), type: 'claude', email: 'cli@example.com', expired: inMinutes(120) },
    'claude-code': { claudeAiOauth: { accessToken: 'sk-ant-oat01-CANARY-of-code', refreshToken: 'sk-ant-ort01-CANARY-of-code', expiresAt: Date.now() + 7200e3, scopes: ['user:inference'], subscriptionType: 'max' } },
    seed: { ...login('seed'), scope: undefined, scopes: ['user:inference'] },
  };

  it('accounts of other relays are looked at, and then taken over', async () => {
    const page = await visit('/admin/accounts');
    await page.press(link('Import'));
    await page.press(button('Look what would happen'));
    await page.text('There is nothing to read yet');
    for (const [format, doc] of Object.entries(EXPORTS)) {
      await page.page.$eval('textarea', (area, text) => { area.value = text; area.dispatchEvent(new Event('input')); }, JSON.stringify(doc));
      await page.page.select('.fields select', format === 'sub2api' ? 'sub2api' : '');
      await page.press(button('Look what would happen'));
      await page.text('1 account would be imported', '.result');
      if (format === 'crs') {
        await page.text(HOSTILE, '.result');
        assert.match(await page.read('.result'), /Left out[\s\S]*Another provider’s/);
        await page.check('what would happen');
        await page.screenshot('accounts-import-looked');
      }
      const before = (await api('GET', '/oauth/accounts')).accounts.length;
      await page.press('.fields > .row .btn.main:not([hidden])');
      await page.text('1 account imported', '.result');
      assert.equal((await api('GET', '/oauth/accounts')).accounts.length, before + 1, format);
      assert.equal(await page.page.$eval('textarea', (area) => area.value), '', 'what held tokens is gone');
      await page.page.$eval('textarea', (area, text) => { area.value = text; area.dispatchEvent(new Event('input')); }, JSON.stringify(doc));
      await page.press(button('Look what would happen'));
      await page.text('0 accounts would be imported, 1 here already', '.result');
    }
    const file = path.join(tempFolder(), 'oauth_from-a-file.json');
    fs.writeFileSync(file, JSON.stringify({ ...EXPORTS.seed, ...login('file') }));
    await (await page.page.$('input[type=file]')).uploadFile(file);
    await page.text('oauth_from-a-file.json');
    await page.press(button('Look what would happen'));
    await page.text('from-a-file', '.result');
    await page.page.$eval('textarea', (area) => { area.value = '{"what":1}'; area.dispatchEvent(new Event('input')); });
    await page.press(button('Look what would happen'));
    await page.page.waitForSelector('.result .err');
    forgive(page);
    await page.check('what is no export');
    await page.close();
  });

  it('the programs end well and told no secret', async () => {
    await s.end();
  });
});
