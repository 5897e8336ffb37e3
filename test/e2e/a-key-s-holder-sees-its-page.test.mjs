// SPDX-License-Identifier: MIT
/* /me: a key is pasted, and its holder sees its limits, what is used, and how to set up a
   client; from any machine, without signing in, and nothing of others.  The key is in the
   memory of that page alone. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { MARKUP, open } from '../support/browser.mjs';
import { message } from '../support/http.mjs';
import { spend, team } from '../support/key_scene.mjs';
import { createKey } from '../support/keys.mjs';
import { hands } from '../support/page_hands.mjs';
import { addApiKey, describe, stage } from '../support/processes.mjs';

const LOOKS = [
  { width: 1440, lang: 'en', theme: 'light' }, { width: 390, lang: 'zh', theme: 'dark' },
  { width: 1440, lang: 'zh', theme: 'dark' }, { width: 390, lang: 'en', theme: 'light' },
];
/* Whoever comes through a proxy is not this machine. */
const STRANGER = { via: '1.1 proxy.example' };

describe("a key's holder", () => {
  const s = stage({ relay: { accounts: (dataDir) => addApiKey(dataDir, 'demo', { pool: true }) } });
  let keys;

  before(async () => {
    keys = await team(s.relay);
    await spend(keys['docs-bot'], 0.5, 'claude-haiku-4-5');
    await keys['docs-bot'].change({ note: 'what the owner wrote' });
  });

  async function visit(look = {}) {
    const b = await open(s.relay, { path: null, height: look.width < 760 ? 844 : 900, ...look });
    await b.page.setExtraHTTPHeaders(STRANGER);
    await b.page.browserContext().overridePermissions(b.url, ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write']);
    return b.go('/me');
  }

  async function show(b, key) {
    await b.type('main input', key.text);
    await b.page.keyboard.press('Enter');
    await b.page.waitForSelector('.snippets');
  }

  /* The whole text: on the page, in what the browser keeps, in addresses. */
  async function assertNowhere(b, text) {
    const kept = await b.page.evaluate(() => JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, document.title,
      document.documentElement.outerHTML, [...document.querySelectorAll('input')].map((node) => node.value),
    ]));
    assert.ok(!kept.includes(text), 'the key is kept somewhere');
    assert.ok(!b.seen.requests.some((address) => address.includes(text)), 'the key is in an address');
  }

  for (const look of LOOKS) {
    it(`is well off at ${look.width} pixels, ${look.lang}, ${look.theme}`, async () => {
      const b = await visit(look);
      await b.screenshot(`me-form-${look.width}-${look.lang}-${look.theme}`);
      await b.check(`the form ${JSON.stringify(look)}`);
      await show(b, keys['docs-bot']);
      await b.page.waitForFunction(() => document.querySelectorAll('.part > .sect').length >= 5 && !document.querySelector('.failed'), { polling: 50 });
      await b.screenshot(`me-${look.width}-${look.lang}-${look.theme}`, { full: true });
      await b.check(`the page ${JSON.stringify(look)}`);
      await assertNowhere(b, keys['docs-bot'].text);
      await b.close();
    });
  }

  it('sees limits, what is used by day and model, and the last requests', async () => {
    const b = await visit();
    const hand = hands(b);
    await show(b, keys['docs-bot']);
    await hand.text('of 200 k', 'main');
    await hand.text('Limits of the group bots', 'main');
    await hand.text('of $15', 'main');
    await hand.text('14 days, $4.4', 'main');
    await hand.text('claude-haiku-4-5', 'main');
    await hand.text('complete', 'main');
    await hand.press('Tokens');
    await hand.text('Cache read', 'main');
    await hand.press('Table');
    assert.ok(await b.count('.plot-table tbody tr') === 14);
    const told = await b.read('body');
    for (const other of ['demo', 'wei-desk', 'slack-bot', 'Ana Souza', 'what the owner wrote']) {
      assert.ok(!told.includes(other), `${other} is not the holder's to see`);
    }
    await b.close();
  });

  for (const [lang, words] of Object.entries({
    en: { unknown: /1 request used something without a known price: its cost is not known\. Limits count it at the highest price/, total: /1 request, \$\d+\.\d+ counted against limits/, sum: '14 days, cost not known', calendar: '00:00' },
    zh: { unknown: /有 1 个请求使用了价格未知的内容，其费用未知。限额按价格表中的最高价计入/, total: /1 个请求，计入限额 \$\d/, sum: '14 天，费用未知', calendar: '00:00' },
  })) {
    it(`is told what limits count where the cost is not known, in ${lang}`, async () => {
      const key = await createKey(s.relay, `unpriced-${lang}`, { limits: { cost_total: 5 } });
      await key.message({ body: { model: 'no-such-model', max_tokens: 10, messages: [{ role: 'user', content: 'hello' }] } });
      const b = await visit({ lang });
      await show(b, key);
      await b.page.waitForFunction(() => [...document.querySelectorAll('td')].some((cell) => cell.textContent === 'no-such-model'), { polling: 50 });
      const told = await b.read('main');
      assert.match(told, words.unknown);
      assert.match(told, words.total);
      assert.ok(told.includes(words.sum), told);
      assert.ok(!/\$0\.00\b/.test(told.replace(/\$0 /g, '')), told);
      assert.ok(!told.includes(words.calendar), 'a limit in all has no end of a day');
      await b.screenshot(`me-unpriced-${lang}`, { full: true });
      await b.check();
      await b.close();
    });
  }

  it('copies lines that hold the whole key, which the screen does not', async () => {
    const b = await visit();
    const hand = hands(b);
    const { text } = keys['lin-laptop'];
    await show(b, keys['lin-laptop']);
    for (const [client, line] of [['Claude Code', `export ANTHROPIC_AUTH_TOKEN=${text}`], ['curl', `x-api-key: ${text}`]]) {
      await hand.press(client);
      assert.ok((await b.read('main .code')).includes(`${text.slice(0, 7)}…${text.slice(-4)}`));
      await hand.press('Copy');
      await hand.text('Copied', '.codebox');
      const copied = await b.page.evaluate(() => navigator.clipboard.readText());
      assert.ok(copied.includes(line) && copied.includes(s.url), copied);
    }
    await assertNowhere(b, text);
    await hand.press('Forget this key');
    await b.page.waitForSelector('main input');
    await assertNowhere(b, text);
    await b.close();
  });

  it('gets the whole lines selected where there is no clipboard, as over plain HTTP', async () => {
    const b = await open(s.relay, { path: null });
    await b.page.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'clipboard', { get: () => undefined }));
    await b.go('/me');
    await show(b, keys['lin-laptop']);
    /* What comes later moves the button away, or draws it anew. */
    await hands(b).until(async () => {
      await hands(b).press('Copy');
      return (await b.read('.codebox')).includes('Selected: press Ctrl+C');
    }, 'what was selected');
    assert.ok((await b.page.evaluate(() => String(getSelection()))).includes(`ANTHROPIC_AUTH_TOKEN=${keys['lin-laptop'].text}`));
    await b.close();
  });

  it('keeps the key when the language or the theme changes, and loses it with the page', async () => {
    const b = await visit();
    const hand = hands(b);
    await show(b, keys['lin-laptop']);
    await hand.press('中文');
    await hand.text('设置客户端', 'main');
    await hand.text('lin-laptop', 'h1');
    await hand.press('深色');
    assert.equal(await b.page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await assertNowhere(b, keys['lin-laptop'].text);
    await b.page.reload();
    await b.page.waitForSelector('main input');
    await b.close();
  });

  it('is told why a key does not work', async () => {
    const b = await visit();
    const hand = hands(b);
    const fill = async (text) => { await b.type('main input', text); await hand.press('Show'); };
    await fill('not a key at all');
    await hand.text('This is not a relay key', 'main');
    await fill(`cr_${'x'.repeat(43)}`);
    await hand.text('This is not a key of this relay.', 'main');
    await fill(keys['intern-2025'].text);
    await hand.text('was revoked', 'main');
    b.seen.errors.length = 0; /* a browser notes each 401 */
    await b.check();

    const brief = await createKey(s.relay, 'brief');
    await b.type('main input', brief.text);
    await hand.press('Show');
    await b.page.waitForSelector('.snippets');
    await brief.revoke();
    await hand.text('was revoked', 'main');
    await assertNowhere(b, brief.text);
    await b.close();
  });

  it('is told so in its own language', async () => {
    const b = await visit();
    const hand = hands(b);
    const gone = await createKey(s.relay, 'gone');
    await gone.revoke();
    await hand.press('中文');
    const fill = async (text) => { await b.type('main input', text); await hand.press('查看'); };
    await fill(`cr_${'x'.repeat(43)}`);
    await hand.text('这不是此中转的密钥。', 'main');
    await fill(gone.text);
    await hand.text('密钥“gone”已被吊销', 'main');
    await fill('sk-ant-oat01-CANARY');
    await hand.text('登录令牌', 'main');
    assert.doesNotMatch(await b.page.$eval('main', (main) => main.textContent), /revoked|relay key/);
    await b.close();
  });

  it('needs no mouse', async () => {
    const b = await visit();
    const hand = hands(b);
    const { keyboard } = b.page;
    await keyboard.type(keys['lin-laptop'].text);
    await keyboard.press('Enter');
    await hand.text('lin-laptop', 'h1');
    await b.tabTo('.plot');
    await keyboard.press('ArrowLeft');
    await hand.text('$', '.tip');
    await b.tabTo('[role=tab]');
    await keyboard.press('End');
    await hand.text('curl', '.code');
    await b.tabTo('.codebox .btn');
    await keyboard.press('Enter');
    await hand.text('Copied', '.codebox');
    await keyboard.down('Shift');
    await b.tabTo('.head .btn');
    await keyboard.up('Shift');
    await keyboard.press('Enter');
    await b.page.waitForSelector('main input');
    assert.equal(await b.page.evaluate(() => document.activeElement.tagName), 'INPUT');
    await b.close();
  });

  it('may have a key of any name: that is text', async () => {
    const odd = await createKey(s.relay, MARKUP, { owner: MARKUP });
    await message(s.url, { headers: odd.headers, body: { model: MARKUP, max_tokens: 10, messages: [{ role: 'user', content: 'hello' }] } });
    const b = await visit();
    await show(b, odd);
    await hands(b).text(MARKUP, 'h1');
    await b.page.waitForFunction(() => document.querySelectorAll('.part > .sect').length >= 4, { polling: 50 });
    assert.equal(await b.count('img[src=x]'), 0);
    await b.check();
    await b.close();
  });
});
