// SPDX-License-Identifier: MIT
/* The page's frame: from an empty relay to the first message, signing in and out,
   an end of the connection, languages, themes, keys; and what the first view weighs. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, it } from 'node:test';

import { open } from '../support/browser.mjs';
import { call, HELLO } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { hands } from '../support/page_hands.mjs';
import { scene, sceneAccounts } from '../support/page_scene.mjs';
import { addApiKey, describe, stage, startRelay, startSim, until } from '../support/processes.mjs';

const FIRST_VIEW_MAX = 150 * 1024;
const token = (relay) => fs.readFileSync(path.join(relay.dataDir, 'admin_token'), 'utf8').trim();
const signIn = async (page, relay) => {
  await page.type('[type=password]', token(relay));
  await page.page.keyboard.press('Enter');
};

describe('an empty relay', () => {
  const s = stage({ relay: { accounts: () => {} } });

  it('leads through account, key and message', async () => {
    const page = await open(s.relay);
    await page.text('Three steps to the first message');
    assert.equal(await page.read('.steps .now h2'), 'Connect an account');
    await page.check();
    await page.screenshot('first-account');

    addApiKey(s.relay.dataDir, 'team', s.relay.settings);
    await page.text('Create a key for the first client', '.steps .now');
    await page.screenshot('first-key');

    const by = hands(page);
    await by.press('Create key', '.steps .now');
    await by.fill('Name', 'ana-desk');
    await by.press('Create key', 'dialog[open]');
    await page.text('cr_', 'dialog .once code');
    const text = await page.read('dialog .once code');
    await by.press('Copy key');
    await by.press('Done');
    await page.text('Send a message', '.steps .now');
    assert.equal(await page.read('.steps .code'),
      `export ANTHROPIC_BASE_URL=${s.url}\nexport ANTHROPIC_AUTH_TOKEN=${text}\nclaude -p hello --model claude-sonnet-5`);
    await page.check();
    await page.screenshot('first-message');
    await page.go('/admin/');
    await page.text('only its holder has its text', '.steps .now');
    assert.equal(await page.count('.steps .code'), 0, 'no lines that cannot be pasted');
    assert.ok(!(await page.page.content()).includes(text), 'the key is known no more');
    await page.check();
    await page.screenshot('first-message-later');

    const { status } = await call(`${s.url}/v1/messages`, {
      method: 'POST', headers: { 'x-api-key': text, 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }, body: JSON.stringify(HELLO),
    });
    assert.equal(status, 200);
    await page.text('Answered by team');
    await page.check();
    await page.screenshot('first-answered');
    await page.press('.finish .btn');
    await page.text('Streams open');
    await page.go('/admin/');
    await page.text('Streams open');
    await page.check();
    await page.close();
  });

  it('does so in Chinese, dark and narrow', async () => {
    const page = await open(s.relay, { path: '/admin/first', lang: 'zh', theme: 'dark', width: 390 });
    await page.text('发送一条消息');
    await page.check();
    await page.screenshot('first-390-zh-dark', { full: true });
    await page.close();
  });
});

describe('the overview', () => {
  const s = stage({ relay: { accounts: sceneAccounts } });
  let made;
  before(async () => { made = await scene(s); });

  it('weighs little, asks nobody else, and may be kept', async () => {
    const page = await open(s.relay, { path: null });
    const client = await page.page.createCDPSession();
    let bytes = 0;
    await client.send('Network.enable');
    client.on('Network.loadingFinished', (event) => { bytes += event.encodedDataLength; });
    await page.go('/admin/');
    await page.text('Streams open');
    assert.ok(bytes > 20000 && bytes < FIRST_VIEW_MAX, `${bytes} bytes`);
    await page.check();
    const assets = page.seen.requests.filter((address) => address.includes('/admin/assets/'));
    assert.ok(assets.length > 10);
    const { headers } = await call(assets[0], { headers: { 'accept-encoding': 'gzip' } });
    assert.match(headers['cache-control'], /immutable/);
    assert.equal(headers['content-encoding'], 'gzip');
    await page.close();
  });

  it('refuses to run what is written into it', async () => {
    const page = await open(s.relay);
    const { headers } = await call(`${s.url}/admin/`, { headers: { accept: 'text/html' } });
    assert.match(headers['content-security-policy'], /^default-src 'self'/);
    const ran = await page.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      return window.ran === true;
    });
    assert.equal(ran, false);
    await page.close();
  });

  it('puts first what needs a person, each with its action', async () => {
    const page = await open(s.relay);
    await page.text('lin must sign in again', '.att');
    assert.match(await page.read('.att li .btn'), /Sign in/);
    assert.ok((await page.page.title()).startsWith('('), 'the title counts');
    assert.match(await page.page.$eval('.nav a[href="/admin/accounts"]', (node) => node.textContent), /^Accounts\d+, \d+ need/);
    await page.press('.att li .btn');
    await until(() => page.page.url().endsWith('/admin/accounts/lin/sign-in'), { what: 'the address of signing in' });
    await page.page.goBack();
    await page.text('lin must sign in again', '.att');
    await page.close();
  });

  it('shows what runs, and what was chosen as a chart', async () => {
    const page = await open(s.relay);
    await page.text('wei-desk', '.split section:last-child');
    await page.press('.fig:nth-child(4)');
    await page.text('$', '.plot');
    assert.equal(await page.page.$eval('.fig:nth-child(4)', (node) => node.getAttribute('aria-checked')), 'true');
    assert.match(page.page.url(), /figure=cost/);
    await page.press('.instr .seg button:last-child');
    await until(() => page.page.url().includes('range=month'), { what: 'the range in the address' });
    await page.text('today', '.plot');
    await page.press('.instr .chart .btn.quiet');
    await page.page.waitForSelector('.plot-table td.num', { visible: true });
    await page.check();
    await page.screenshot('overview-table');
    await page.close();
  });

  /* As of a relay with very many bookings, which reads them bit by bit. */
  for (const [lang, width, words] of [['en', 1440, 'still being read'], ['zh', 390, '尚不完整']]) {
    it(`asks for a course again until it is complete (${lang})`, async () => {
      const page = await open(s.relay, { path: null, lang, width });
      const asked = { month: 0, hour: 0 };
      await page.page.setRequestInterception(true);
      page.page.on('request', async (request) => {
        const range = /\/api\/series\?range=(month|hour)/.exec(request.url())?.[1];
        asked[range]++;
        if (range !== 'month') {
          return request.continue();
        }
        const { doc } = await admin(s.relay, 'GET', '/admin/api/series?range=month');
        return request.respond({ status: 200, contentType: 'application/json', body: JSON.stringify({ ...doc, complete: asked.month > 3 }) });
      });
      await page.go('/admin/?range=month');
      await page.text(words, '.instr');
      await page.check();
      await page.screenshot(`overview-reading-${lang}-${width}`);
      await page.page.waitForFunction((text) => !document.querySelector('.instr').innerText.includes(text), { polling: 50 }, words);
      assert.equal(asked.month, 4, 'until it was complete');
      await page.close();
    });
  }

  it('asks no more once it is', async () => {
    const page = await open(s.relay, { path: '/admin/' });
    const count = (range) => page.seen.requests.filter((address) => address.includes(`series?range=${range}`)).length;
    await until(() => count('hour') > 1, { what: 'the next look at the hour' });
    assert.equal(count('month'), 1);
    await page.close();
  });

  it('lets a chart be walked along', async () => {
    const page = await open(s.relay);
    await page.tabTo('.plot[role=slider]');
    const value = () => page.page.$eval('.plot', (node) => node.getAttribute('aria-valuetext'));
    await page.page.keyboard.press('Home');
    const first = await value();
    assert.match(first, /^\d\d:\d\d: /);
    await page.page.keyboard.press('ArrowRight');
    assert.notEqual(await value(), first);
    assert.match(await page.read('.tip'), /Completed/);
    await page.page.keyboard.press('End');
    assert.match(await value(), /so far/);
    await page.page.keyboard.press('PageDown');
    await page.screenshot('overview-tip');
    await page.page.keyboard.press('Escape');
    assert.equal(await page.count('.tip'), 0);
    await page.page.keyboard.press('End');
    await page.page.keyboard.press('Enter');
    await until(() => page.page.url().includes('/admin/requests?since='), { what: "that interval's requests" });
    await page.close();
  });

  it('goes by single keys, that can be turned off', async () => {
    const page = await open(s.relay);
    const keys = async (...names) => { for (const name of names) await page.page.keyboard.press(name); };
    const at = (where) => until(() => new URL(page.page.url()).pathname === where, { what: where });
    for (const [key, where] of [['a', '/admin/accounts'], ['k', '/admin/keys'], ['u', '/admin/usage'], ['r', '/admin/requests'], ['s', '/admin/settings'], ['o', '/admin/']]) {
      await keys('g', key);
      await at(where);
      await page.settled();
    }
    await page.page.keyboard.type('?');
    await page.page.waitForSelector('dialog[open] .keysd');
    await page.check();
    await page.screenshot('shortcuts');
    await page.press('dialog .check');
    await keys('Escape');
    await page.page.waitForSelector('dialog', { hidden: true });
    await keys('g', 'a');
    await page.page.keyboard.type('?');
    assert.equal(new URL(page.page.url()).pathname, '/admin/');
    assert.equal(await page.count('dialog'), 0);
    await page.close();
  });

  it('is reached by Tab alone: past the frame, to every control', async () => {
    const page = await open(s.relay);
    await page.page.keyboard.press('Tab');
    assert.equal(await page.page.evaluate(() => document.activeElement.className), 'skip');
    await page.page.keyboard.press('Enter');
    assert.equal(await page.page.evaluate(() => document.activeElement.id), 'main');
    for (const each of ['.att .btn', '.fig[aria-checked=true]', '.seg [aria-checked=true]', '.plot', '.acc-mini a']) {
      await page.tabTo(each);
    }
    await page.tabTo('.fig');
    await page.page.keyboard.press('ArrowRight');
    assert.equal(await page.page.evaluate(() => document.activeElement.getAttribute('aria-checked')), 'true');
    await page.close();
  });

  it('changes its language and its theme, and keeps both', async () => {
    const page = await open(s.relay);
    await page.press('.tools .tool[lang]');
    await page.text('概览', 'h1');
    assert.equal(await page.page.evaluate(() => document.documentElement.lang), 'zh-CN');
    await page.press('.tools .tool:nth-child(2)');
    const dark = () => page.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await dark(), 'rgb(20, 21, 23)');
    await page.go('/admin/');
    await page.text('概览', 'h1');
    assert.equal(await dark(), 'rgb(20, 21, 23)');
    await page.check();
    await page.close();
  });

  it('comes back where it was left', async () => {
    const page = await open(s.relay, { height: 500 });
    await page.text('wei-desk', '.split section:last-child');
    await page.page.waitForFunction(() => { // which has its height by and by
      scrollTo(0, 300);
      return scrollY === 300;
    });
    await page.page.evaluate(() => document.querySelector('.acc-mini a').click());
    await until(() => page.page.url().includes('/admin/accounts/'), { what: 'an account' });
    await page.settled();
    await page.page.goBack();
    await page.text('Streams open');
    await page.page.waitForFunction(() => scrollY > 100); // what came meanwhile may have moved it a little
    await page.close();
  });

  it('keeps the focus while what stands around it is drawn anew', async () => {
    const page = await open(s.relay, { path: '/admin/keys' });
    const focused = () => page.page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.className);
    await page.text('Live', '.side');
    await page.page.focus('.nav a[href="/admin/usage"]');
    await made.keys.evals.change({ limits: { rpd: 600 } });
    await page.page.waitForFunction(() => !document.querySelector('.nav a[href="/admin/keys"] .count'), { polling: 50 });
    assert.equal(await focused(), '/admin/usage');
    await page.page.focus('.side .tools .tool');
    await page.page.keyboard.press('Enter');
    await page.text('密钥', 'h1');
    assert.equal(await focused(), 'tool');
    await page.check();
    await page.close();
  });

  it('searches nothing for whoever has left meanwhile', async () => {
    const page = await open(s.relay, { path: '/admin/keys' });
    await page.page.type('.search input', 'wei');
    await page.page.evaluate(() => document.querySelector('.nav a[href="/admin/usage"]').click());
    await page.text('Usage', 'h1');
    await new Promise((resolve) => { setTimeout(resolve, 400); });
    assert.equal(new URL(page.page.url()).search, '');
    await page.close();
  });

  it('is not said to load once it stands, whatever was left before it came', async () => {
    const page = await open(s.relay, { path: '/admin/keys' });
    const held = [];
    await page.page.setRequestInterception(true);
    page.page.on('request', (request) => (request.url().includes('/admin/api/usage') ? held.push(request) : request.continue()));
    const follow = (href) => page.page.evaluate((to) => document.querySelector(`.nav a[href="${to}"]`).click(), href);
    await follow('/admin/usage');
    await follow('/admin/requests');
    await page.text('Requests', 'h1');
    await new Promise((resolve) => { setTimeout(resolve, 400); });
    await Promise.all(held.map((request) => request.continue().catch(() => {})));
    await page.settled();
    assert.equal(await page.read('h1'), 'Requests');
    await page.close();
  });

  it('says of a refused request the same wherever it is listed', async () => {
    const page = await open(s.relay, { path: '/admin/keys/wei-desk' });
    await page.text('400 not valid', 'main');
    await page.go('/admin/requests');
    await page.text('400 not valid', 'main');
    await page.close();
  });

  it('tells what somebody else did to a key', async () => {
    const page = await open(s.relay, { path: `/admin/keys/${made.keys.long.id}` });
    await page.text('Active', 'main .head');
    await made.keys.long.revoke();
    await page.text('Revoked', 'main .head');
    await page.text('Restore', 'main .head');
    await page.check();
    await page.close();
  });

  it('is left with nothing that runs', () => made.stop());
});

describe('away from the relay', () => {
  const s = stage({ relay: { env: { TRUSTED_PROXIES: '127.0.0.1' } } });
  const headers = { 'x-forwarded-for': '192.0.2.7' };
  const gate = async (options) => {
    const page = await open(s.relay, { headers, ...options });
    await page.page.waitForSelector('[type=password]');
    return page.forgive(/401/);
  };

  it('one field asks for the admin token', async () => {
    for (const options of [{}, { lang: 'zh', theme: 'dark', width: 390 }]) {
      const page = await gate(options);
      await page.check();
      assert.equal(await page.count('input[autocomplete=username][hidden]'), 1, 'a name for password managers');
      await page.screenshot(`sign-in-${options.width ?? 1440}`);
      await page.close();
    }
  });

  it('a wrong one is said so, in its place, and after many there is a wait', async () => {
    const page = await gate();
    await page.page.evaluate(() => { // a wait may be over before anybody looks
      window.said = [];
      new MutationObserver(() => window.said.push(document.querySelector('.err').textContent))
        .observe(document.querySelector('form'), { subtree: true, childList: true });
    });
    const guess = () => call(`${s.url}/admin/api/session`, { method: 'POST', body: { token: 'a guess' }, headers });
    for (let status = 0, i = 0; status !== 429; i++) {
      await Promise.all(Array.from({ length: 40 }, guess)); // more than may be wrong at once, however slow the page is
      await page.type('[type=password]', `wrong-${i}`);
      const answer = page.page.waitForResponse((response) => response.url().endsWith('/session'));
      await page.page.keyboard.press('Enter');
      status = (await answer).status();
      assert.match(String(status), /401|429/);
      await page.page.waitForFunction((is) => is === 429 || !document.querySelector('form [type=submit]').disabled, {}, status);
    }
    await page.page.waitForFunction(() => window.said.some((text) => /The next try is possible in \d+ (s|min)/.test(text)));
    page.forgive(/401|429/);
    assert.equal(await page.page.$eval('[type=password]', (node) => node.getAttribute('aria-invalid')), 'true');
    await page.check();
    await page.screenshot('sign-in-wait');
    await page.close();
  });
});

describe('a session', () => {
  const s = stage({ relay: { env: { ADMIN_LOOPBACK: 'off' } } });
  const bearer = () => ({ authorization: `Bearer ${token(s.relay)}` });

  it('begins with the token, lasts over a reload, and ends', async () => {
    const page = await open(s.relay);
    await signIn(page, s.relay);
    await page.page.waitForSelector('.side .nav');
    page.forgive(/401/);
    await page.go('/admin/accounts');
    await page.text('demo', 'main');
    assert.ok(!(await page.page.evaluate(() => document.cookie + JSON.stringify(localStorage))).includes(token(s.relay)));
    assert.equal(await page.page.evaluate(() => document.cookie), '', 'no script reads the cookie');
    await page.check();
    await page.press('.tools .tool[aria-haspopup]');
    await page.press('.menu-list button:first-child');
    await page.page.waitForSelector('[type=password]');
    await page.forgive(/401/).check();
    await page.close();
  });

  it('that was ended asks again over the page; what was typed stays', async () => {
    const page = await open(s.relay);
    await signIn(page, s.relay);
    await page.page.waitForSelector('.side .nav');
    await page.go('/admin/keys');
    await page.type('main input[type=search]', 'ana');
    await call(`${s.url}/admin/api/session?everywhere=true`, { method: 'DELETE', headers: bearer() });
    await page.page.evaluate(() => document.querySelector('.nav a[href="/admin/accounts"]').click());
    await page.page.waitForSelector('dialog[open] [type=password]');
    page.forgive(/401/);
    await page.check();
    assert.equal(await page.page.$eval('main input[type=search]', (node) => node.value), 'ana');
    await page.screenshot('signed-out');
    await page.type('dialog [type=password]', token(s.relay));
    await page.page.keyboard.press('Enter');
    await page.page.waitForSelector('dialog', { hidden: true });
    await page.text('demo', 'main');
    await page.forgive(/401/).check();
    await page.close();
  });

  it('is not asked for again because of what was asked under the one before', async () => {
    const page = await open(s.relay);
    await signIn(page, s.relay);
    await page.page.waitForSelector('.side .nav');
    let late = null;
    await page.page.setRequestInterception(true);
    page.page.on('request', (request) => {
      if (late || !/\/admin\/api\/accounts/.test(request.url())) return void request.continue();
      late = request;
    });
    await page.page.evaluate(() => document.querySelector('.nav a[href="/admin/accounts"]').click());
    await until(() => late, { what: 'the accounts to be asked for' });
    await call(`${s.url}/admin/api/session?everywhere=true`, { method: 'DELETE', headers: bearer() });
    await page.page.waitForSelector('dialog[open] [type=password]');
    await page.type('dialog [type=password]', token(s.relay));
    await page.page.keyboard.press('Enter');
    await page.page.waitForSelector('dialog', { hidden: true });
    await late.respond({ status: 401, contentType: 'application/json', body: '{"error":"no session"}' });
    await page.text('demo', 'main');
    assert.equal(await page.count('dialog'), 0);
    await page.forgive(/401/).check();
    await page.close();
  });
});

describe('a relay that ends', () => {
  it('is missed, and found again', async () => {
    const sim = await startSim();
    const first = await startRelay({ upstream: sim.apiUrl });
    assert.equal((await call(`${first.url}/v1/messages`, { method: 'POST', body: { model: 'claude-sonnet-5', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }, headers: { 'anthropic-version': '2023-06-01' } })).status, 200);
    await until(async () => (await admin(first, 'GET', '/admin/api/requests')).doc.requests.length === 1, { what: 'a booking' });
    const page = await open(first);
    await page.text('Streams open');
    await page.text('Live', '.side');
    await first.stop();
    await page.text('The relay does not answer since', '.strip');
    assert.equal(await page.count('main.stale'), 1);
    page.forgive(/ERR_CONNECTION_REFUSED|ERR_|Failed to load/);
    await page.check();
    await page.screenshot('not-connected');
    const again = await startRelay({ upstream: sim.apiUrl, dataDir: first.dataDir, accounts: () => {}, args: ['--port', String(first.port)] });
    await page.page.evaluate(() => document.querySelector('.strip .btn')?.click()); // it may have tried by itself
    await page.page.waitForSelector('.strip', { hidden: true });
    await page.text('Live', '.side');
    page.forgive(/ERR_|Failed to load/);
    await page.check();
    await page.close();
    await again.stop();
    await sim.stop();
  });
});
