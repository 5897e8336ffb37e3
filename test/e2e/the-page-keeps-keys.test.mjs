// SPDX-License-Identifier: MIT
/* Keys and groups on the page: found, made, changed, rotated, revoked and purged, by mouse and
   by keyboard alone; a text is shown once, and kept nowhere. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { MARKUP, open } from '../support/browser.mjs';
import { message } from '../support/http.mjs';
import { many, team } from '../support/key_scene.mjs';
import { admin, createKey, KEY_TEXT, keyOf } from '../support/keys.mjs';
import { hands } from '../support/page_hands.mjs';
import { addApiKey, describe, stage } from '../support/processes.mjs';

const LOOKS = [
  { width: 1440, lang: 'en', theme: 'light' }, { width: 390, lang: 'zh', theme: 'dark' },
  { width: 1440, lang: 'zh', theme: 'dark' }, { width: 390, lang: 'en', theme: 'light' },
];

function accounts(dataDir) {
  addApiKey(dataDir, 'demo', { pool: true });
  addApiKey(dataDir, 'extra', { pool: true });
}

const get = async (s, id) => (await admin(s.relay, 'GET', `/admin/api/keys/${encodeURIComponent(id)}`)).doc;

/* Nowhere but on the screen: neither in what the browser keeps, nor in an address. */
async function assertKeptNowhere(b, text) {
  const kept = await b.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, document.title]));
  assert.ok(!kept.includes(text), kept);
  assert.ok(!b.seen.requests.some((address) => address.includes(text)));
}

const allowClipboard = (b) => b.page.browserContext().overridePermissions(b.url, ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write']);

describe('keys on the page', () => {
  const s = stage({ relay: { accounts } });
  let keys;

  before(async () => {
    keys = await team(s.relay);
  });

  for (const look of LOOKS) {
    it(`are well at ${look.width} pixels, ${look.lang}, ${look.theme}`, async () => {
      const b = await open(s.relay, { path: null, height: look.width < 760 ? 844 : 900, ...look });
      const views = {
        keys: '/admin/keys', key: `/admin/keys/${keys['docs-bot'].id}`, revoked: `/admin/keys/${keys['intern-2025'].id}`,
        groups: '/admin/groups', group: '/admin/groups/bots', none: '/admin/keys?search=nobody-has-this',
      };
      for (const [name, address] of Object.entries(views)) {
        await b.go(address);
        await b.screenshot(`${name}-${look.width}-${look.lang}-${look.theme}`, { full: true });
        await b.check(`${name} ${JSON.stringify(look)}`);
      }
      await b.go('/admin/new/key');
      await b.page.waitForSelector('dialog[open] .keyform');
      await b.press('dialog summary');
      await b.screenshot(`new-key-${look.width}-${look.lang}-${look.theme}`);
      await b.check(`new key ${JSON.stringify(look)}`);
      await b.close();
    });
  }

  it('tell how they are, and what is tight', async () => {
    const b = await open(s.relay, { path: '/admin/keys' });
    const row = (name) => b.page.evaluate((words) => [...document.querySelectorAll('tbody tr')].find((each) => each.innerText.includes(words))?.innerText.replace(/\s+/g, ' '), name);
    assert.match(await row('eval-nightly'), /Nearly spent day \$18\.6\d \/ \$20 requests\/min \d+ \/ 60 2 \$18\.6\d /);
    assert.match(await row('demo-booth'), /Spent (expires 24 Dec )?total \$5\.02 \/ \$5 /);
    assert.match(await row('slack-bot'), /bots, group bots Active group, month \$0\.00 \/ \$15 /);
    assert.match(await row('intern-2025'), /nobody Revoked since .* restore or purge/);
    assert.match(await row('ana-thinkpad'), /Active no limits 0 \$0\.00 never/);
    await b.close();
  });

  it('have what limits count in one number of decimals, and it is called that', async () => {
    const cheap = await createKey(s.relay, 'cheap');
    await cheap.message({ headers: { 'x-sim-input-tokens': '100', 'x-sim-output-tokens': '1' } });
    for (const [lang, head, note] of [['en', 'Counted, 30 d', 'what limits count'], ['zh', '近 30 天计入', '计入限额的金额']]) {
      const b = await open(s.relay, { path: '/admin/keys', lang });
      await hands(b).text(note, 'main');
      const column = await b.page.$$eval('.tab.keys thead th', (all, words) => all.findIndex((each) => each.innerText.startsWith(words)) + 1, head);
      const costs = await b.page.$$eval(`.tab.keys tbody td:nth-child(${column})`, (all) => all.map((cell) => cell.innerText.trim()));
      assert.ok(costs.length === 11 && costs.every((cost) => /^\$\d+\.\d{4}$/.test(cost)), costs.join());
      await b.close();
    }
    await cheap.revoke();
    await admin(s.relay, 'DELETE', '/admin/api/keys/cheap?purge=true');
  });

  it('are searched, filtered and sorted by the relay, and the address says how', async () => {
    const b = await open(s.relay, { path: '/admin/keys' });
    const hand = hands(b);
    await hand.fill('Name, owner or tag', 'ana');
    await hand.text('4 of 10 keys');
    assert.equal(new URL(b.page.url()).searchParams.get('search'), 'ana');
    await hand.fill('Name, owner or tag', '');
    await hand.gone('4 of 10 keys');
    await hand.press('Tag');
    await hand.press('bots (2)');
    await hand.text('2 of 10 keys');
    await hand.press('Clear the filters');
    await hand.gone('2 of 10 keys');
    await hand.press('State');
    await hand.press('Revoked');
    await hand.text('1 of 10 keys');
    await hand.press('Clear the filters');
    await hand.press('Group');
    await hand.press('bots');
    await hand.text('2 of 10 keys');
    await hand.press('Clear the filters');
    await hand.gone('2 of 10 keys');
    await hand.press('Sort last used');
    await hand.press('most used up');
    await hand.until(async () => (await hand.rows('.name'))[0] === 'demo-booth', 'the fullest key first');
    await hand.press('Key');
    await hand.until(async () => (await hand.rows('a.name'))[0] === 'ana-thinkpad', 'keys by name');
    await hand.press('Key');
    await hand.until(async () => (await hand.rows('a.name'))[0] === 'wei-desk', 'keys by name, falling');
    assert.equal(await b.page.$eval('th[aria-sort]', (node) => `${node.innerText} ${node.ariaSort}`), 'Key↓ descending');
    await b.go(new URL(b.page.url()).pathname + new URL(b.page.url()).search);
    assert.equal((await hand.rows('a.name'))[0], 'wei-desk');
    await hand.fill('Name, owner or tag', 'nobody-has-this');
    await hand.text('No key matches');
    await hand.press('Clear the filters', '.empty');
    await hand.gone('No key matches');
    await b.check();
    await b.close();
  });

  it('are made, and their text is shown once', async () => {
    const b = await open(s.relay, { path: '/admin/keys' });
    await allowClipboard(b);
    const hand = hands(b);
    await hand.press('Create key');
    await hand.opened('Create key');
    await hand.press('Create key');
    await hand.text('A key needs a name.', 'dialog');
    await hand.fill('Name', 'ana-desk');
    await hand.fill('Owner', 'Ana Souza');
    await hand.fill('Tags', 'core, desk');
    await hand.fill('Group', 'bots');
    await hand.press('Add limit');
    await hand.fill('5 hours', 'much');
    await hand.press('Create key');
    await hand.text('Dollars from 0 on', 'dialog');
    await hand.fill('5 hours', '3.50');
    await hand.press('Create key');
    await hand.opened('Key ana-desk is ready');
    const text = await b.read('.once code');
    assert.match(text, new RegExp(`^${KEY_TEXT.source}$`));
    assert.match(await b.read('dialog .code'), new RegExp(`^export ANTHROPIC_BASE_URL=${s.url}\nexport ANTHROPIC_AUTH_TOKEN=${text}\nclaude$`));
    for (const [client, said] of [['TypeScript', `apiKey: '${text}'`], ['Python', `api_key="${text}"`], ['curl', `x-api-key: ${text}`]]) {
      await hand.press(client);
      assert.ok((await b.read('dialog .code')).includes(said), client);
    }
    await b.screenshot('key-shown');
    await b.check('the key shown');

    await hand.text('not yet; this line changes when it comes', 'dialog');
    assert.equal((await message(s.url, { headers: { 'x-api-key': text } })).status, 200);
    await hand.gone('not yet', 'dialog');

    await b.page.keyboard.press('Escape');
    await hand.text('The key was not copied.', 'dialog');
    await hand.press('Copy key');
    await hand.text('Copied', 'dialog');
    assert.equal(await b.page.evaluate(() => navigator.clipboard.readText()), text);
    await hand.press('Done');
    await hand.closed();
    await hand.text('ana-desk', 'main');
    assert.equal(new URL(b.page.url()).pathname, '/admin/keys');
    assert.ok(!(await b.page.content()).includes(text), 'the page has forgotten it');
    await assertKeptNowhere(b, text);
    const made = await get(s, 'ana-desk');
    assert.deepEqual([made.owner, made.tags, made.group, made.limits], ['Ana Souza', ['core', 'desk'], 'bots', { cost_5h: 3.5 }]);
    await b.check();
    await b.close();
  });

  it('are refused where that was typed, and what was typed stays', async () => {
    const b = await open(s.relay, { path: '/admin/new/key' });
    const hand = hands(b);
    await hand.fill('Name', 'wei-desk');
    await hand.press('Create key');
    await hand.text('already', 'dialog .field');
    await hand.fill('Name', 'fine');
    await hand.press('Models, clients, addresses, expiry, time zone');
    await hand.fill('Addresses', '10.0.0.1/8');
    await hand.press('Create key');
    await hand.text('addresses[0]', 'dialog details');
    assert.equal(await b.page.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    assert.equal(await (await hand.field('Name')).evaluate((node) => node.value), 'fine');
    await hand.press('Cancel');
    await hand.closed();
    await hand.until(() => new URL(b.page.url()).pathname === '/admin/keys', 'the list');
    await b.close();
  });

  it('are changed in every member', async () => {
    const b = await open(s.relay, { path: `/admin/keys/${keys['ana-thinkpad'].id}` });
    const hand = hands(b);
    await hand.press('Edit', '.head');
    await hand.opened('Edit ana-thinkpad');
    for (const [label, value] of [['Name', 'ana-t14'], ['Owner', 'A. Souza'], ['Tags', 'core，old'], ['Group', 'bots']]) {
      await hand.fill(label, value);
    }
    await hand.press('Add limit');
    await hand.fill('Kind of limit', 'rpm');
    await hand.fill('Requests per minute', '30');
    await hand.tick('Only these');
    await hand.tick('extra');
    await hand.press('Models, clients, addresses, expiry, time zone');
    for (const [label, value] of [
      ['Models', 'claude-sonnet-*\nclaude-haiku-*'], ['Models denied', '*-3-*'], ['Clients', 'claude-cli/*'], ['Addresses', '127.0.0.0/8'], ['Expires', '2099-12-31'],
      ['Time zone', '+08:00'], ['Wait for a free place', '10s'], ['Reserve', 'strict'], ['Note', MARKUP],
    ]) {
      await hand.fill(label, value);
    }
    for (const label of ['files', 'Answers tell what is left of its budget', 'Requests may name a proxy of their own', 'On: requests are let through']) {
      await hand.tick(label);
    }
    await hand.press('Save');
    await hand.closed();
    await hand.text('ana-t14', 'h1');
    const now = await get(s, 'ana-t14');
    const { owner, tags, group, limits, accounts: which, models, deny_models, clients, addresses, expires, time_zone, queue_wait, reserve, note, allow, show_limit, proxy, enabled } = now;
    assert.deepEqual({ owner, tags, group, limits, which, models, deny_models, clients, addresses, expires, time_zone, queue_wait, reserve, note, allow, show_limit, proxy, enabled }, {
      owner: 'A. Souza', tags: ['core', 'old'], group: 'bots', limits: { rpm: 30 }, which: ['extra'], models: ['claude-sonnet-*', 'claude-haiku-*'], deny_models: ['*-3-*'],
      clients: ['claude-cli/*'], addresses: ['127.0.0.0/8'], expires: '2099-12-31', time_zone: '+08:00', queue_wait: '10s', reserve: 'strict', note: MARKUP,
      allow: ['messages', 'files'], show_limit: true, proxy: true, enabled: false,
    });
    await hand.text('Off', '.head');
    await hand.text(MARKUP, 'main');

    /* What is emptied is taken away, and nothing else is touched. */
    await hand.press('Edit', '.head');
    await hand.press('Remove Requests per minute');
    await hand.tick('The pool (demo, extra)');
    await hand.press('Models, clients, addresses, expiry, time zone');
    await hand.fill('Models', '');
    await hand.fill('Note', '');
    await hand.press('Save');
    await hand.closed();
    await hand.gone(MARKUP, 'main');
    const after = await get(s, 'ana-t14');
    assert.deepEqual([after.limits, after.accounts, after.models, after.note, after.owner], [{}, 'pool', null, null, 'A. Souza']);
    await hand.press('Actions for ana-t14');
    await hand.press('Switch on');
    await hand.until(async () => (await get(s, 'ana-t14')).enabled, 'the key is on');
    await b.check();
    await b.close();
  });

  it('get a new text, and the former one lives on as long as was said', async () => {
    const old = await createKey(s.relay, 'turned');
    const b = await open(s.relay, { path: `/admin/keys/${old.id}` });
    await allowClipboard(b);
    const hand = hands(b);
    await hand.press('Rotate…');
    await hand.fill('The former key works on for', '1h');
    await hand.press('Rotate');
    await hand.opened('The new key of turned');
    const text = await b.read('.once code');
    await hand.text('works until', 'dialog');
    await hand.press('Copy key');
    await hand.text('Copied', 'dialog');
    await hand.press('Done');
    await hand.closed();
    for (const each of [old, keyOf(s.relay, { ...old, key: text })]) {
      assert.equal((await each.message()).status, 200);
    }
    await hand.text('Former key', 'main');
    await assertKeptNowhere(b, text);

    await hand.press('Rotate…');
    await hand.fill('The former key works on for', '0s');
    await hand.press('Rotate');
    await hand.opened('The new key of turned');
    await hand.press('Close');
    await hand.text('The key was not copied.', 'dialog');
    await hand.press('Close');
    await hand.closed();
    assert.equal((await old.message()).status, 401);
    await b.close();
  });

  it('are revoked at once, which can be undone; purged once their name was typed', async () => {
    const key = await createKey(s.relay, 'brief');
    const b = await open(s.relay, { path: `/admin/keys/${key.id}` });
    const hand = hands(b);
    await hand.press('Revoke');
    await hand.text('Revoked brief.', '.toast');
    assert.equal((await key.message()).status, 401);
    await hand.press('Undo', '.toast');
    await hand.until(async () => (await get(s, 'brief')).state === 'active', 'the key is back');
    await hand.text('Active', '.head');
    await hand.press('Revoke');
    await hand.press('Restore');
    await hand.text('Active', '.head');
    await hand.press('Revoke');
    await hand.press('Purge…');
    await hand.text('Nothing brings it back.', 'dialog');
    await hand.fill('Type brief to confirm', 'brie');
    assert.ok(await b.page.$eval('dialog .df [type=submit]', (node) => node.disabled));
    await hand.fill('Type brief to confirm', 'brief');
    await hand.press('Purge');
    await b.page.waitForFunction(() => location.pathname === '/admin/keys' && document.querySelector('tbody'), { polling: 50 });
    assert.equal((await admin(s.relay, 'GET', '/admin/api/keys/brief')).status, 404);
    await b.check();
    await b.close();
  });

  it('have a menu at the end of their row', async () => {
    const key = await createKey(s.relay, 'menu');
    const b = await open(s.relay, { path: '/admin/keys?search=menu' });
    await allowClipboard(b);
    const hand = hands(b);
    const choose = async (words) => { await hand.press('Actions for menu'); await hand.press(words); };
    await choose('Switch off');
    await hand.text('Off', 'tbody');
    assert.equal((await key.message()).status, 401);
    await choose('Switch on');
    await hand.text('Active', 'tbody');
    await choose('Edit');
    await hand.fill('Owner', 'Mei');
    await hand.press('Save');
    await hand.closed();
    await hand.text('Mei', 'tbody');
    await choose('Rotate…');
    await hand.press('Rotate');
    await hand.press('Copy key');
    await hand.press('Done');
    await hand.closed();
    await choose('Revoke');
    await hand.text('Revoked', 'tbody');
    await choose('Restore');
    await hand.text('Active', 'tbody');
    await choose('Revoke');
    await hand.text('Revoked', 'tbody');
    await choose('Purge…');
    await hand.fill('Type menu to confirm', 'menu');
    await hand.press('Purge');
    await hand.text('No key matches', 'main');
    await b.check();
    await b.close();
  });

  it('are changed several at once', async () => {
    for (const name of ['pair-a', 'pair-b']) {
      await createKey(s.relay, name, { tags: ['pair'], limits: { rpm: 5 } });
    }
    const both = () => Promise.all(['pair-a', 'pair-b'].map((name) => get(s, name)));
    const b = await open(s.relay, { path: '/admin/keys?search=pair-' });
    const hand = hands(b);
    const choose = async () => { await hand.tick('Select pair-a'); await hand.tick('Select pair-b'); await hand.text('2 selected', '.bulk'); };
    await choose();
    await b.screenshot('keys-selected');
    await b.check('keys selected');
    await hand.press('Tags', '.bulk');
    await hand.fill('Add', 'double');
    await hand.tick('pair');
    await hand.press('Change 2 keys');
    await hand.closed();
    assert.deepEqual((await both()).map(({ tags }) => tags), [['double'], ['double']]);
    await hand.until(async () => await b.count('.bulk') === 0, 'nothing is selected');
    await choose();
    await hand.press('Group', '.bulk');
    await hand.fill('Group', 'bots', 'dialog');
    await hand.press('Change 2 keys');
    await hand.closed();
    assert.deepEqual((await both()).map(({ group }) => group), ['bots', 'bots']);
    await hand.until(async () => await b.count('.bulk') === 0, 'nothing is selected');
    await choose();
    await hand.press('Limits', '.bulk');
    await hand.fill('Today', '7.25');
    await hand.tick('Requests per minute');
    await hand.press('Change 2 keys');
    await hand.closed();
    assert.deepEqual((await both()).map(({ limits }) => limits), [{ cost_day: 7.25 }, { cost_day: 7.25 }]);
    await hand.until(async () => await b.count('.bulk') === 0, 'nothing is selected');
    await choose();
    await hand.press('Revoke', '.bulk');
    await hand.text('Revoked 2 keys.', '.toast');
    assert.deepEqual((await both()).map(({ state }) => state), ['revoked', 'revoked']);
    await hand.press('Undo', '.toast');
    await hand.until(async () => (await both()).every(({ state }) => state === 'active'), 'both are back');
    await b.check();
    await b.close();
  });

  it('have groups, which are made, changed and removed', async () => {
    const b = await open(s.relay, { path: '/admin/groups' });
    const { doc: { groups } } = await admin(s.relay, 'GET', '/admin/api/groups');
    for (const group of groups) {
      assert.equal(group.keys, (await admin(s.relay, 'GET', `/admin/api/keys?group=${group.id}`)).doc.total, group.name);
    }
    assert.equal(b.seen.requests.filter((address) => /api\/keys\b/.test(address)).length, 0, 'the list needs one request');
    const hand = hands(b);
    await hand.press('Create group');
    await hand.fill('Name', 'interns');
    await hand.press('Add limit');
    await hand.fill('5 hours', '12');
    await hand.press('Create group', 'dialog');
    await b.page.waitForFunction(() => location.pathname === '/admin/groups/interns' && document.querySelector('h1')?.innerText === 'interns', { polling: 50 });
    await hand.text('$0.00 of $12', 'main');
    await hand.press('Edit');
    await hand.fill('Name', 'trainees');
    await hand.fill('Note', MARKUP);
    await hand.press('Save');
    await b.page.waitForFunction(() => location.pathname === '/admin/groups/trainees' && document.querySelector('h1')?.innerText === 'trainees', { polling: 50 });
    await hand.text(MARKUP, 'main');
    await b.check('a group');
    await hand.press('Remove…');
    await hand.press('Remove');
    await b.page.waitForFunction(() => location.pathname === '/admin/groups', { polling: 50 });
    await hand.gone('trainees', 'main');
    await b.go('/admin/groups/bots');
    await hand.press('Remove…');
    await hand.press('Remove');
    await hand.opened('This could not be done');
    await hand.press('Close', 'dialog .df');
    await hand.closed();
    await b.close();
  });

  it('are kept by keyboard alone', async () => {
    const b = await open(s.relay, { path: '/admin/' });
    await allowClipboard(b);
    const hand = hands(b);
    const { keyboard } = b.page;
    await keyboard.press('g');
    await keyboard.press('k');
    await b.page.waitForFunction(() => document.querySelector('h1')?.innerText === 'Keys', { polling: 50 });
    await keyboard.press('n');
    await hand.opened('Create key');
    await keyboard.type('by-hand');
    await b.tabTo('dialog .keyform button');
    await keyboard.press('Enter');
    await keyboard.type('2');
    await keyboard.press('Enter');
    await hand.opened('Key by-hand is ready');
    await keyboard.press('Enter');
    await hand.text('Copied', 'dialog');
    await b.tabTo('[role=tab]');
    await keyboard.press('ArrowRight');
    await hand.text("apiKey: 'cr_", 'dialog .code');
    await keyboard.press('Escape');
    await hand.closed();
    await b.page.waitForFunction(() => /^(\(\d+\) )?Keys · /.test(document.title), { polling: 50 });
    await keyboard.press('/');
    await keyboard.type('by-hand');
    await hand.text('1 of', '.head');
    await keyboard.press('Tab');
    await b.tabTo('tbody a.name');
    await keyboard.press('j');
    await keyboard.press('x');
    await hand.text('1 selected', '.bulk');
    await b.tabTo('.bulk .danger');
    await keyboard.press('Enter');
    await hand.text('Revoked by-hand.', '.toast');
    await hand.until(async () => (await get(s, 'by-hand')).state === 'revoked', 'the key is revoked');
    await b.tabTo('.toast .btn');
    await keyboard.press('Enter');
    await hand.until(async () => (await get(s, 'by-hand')).state === 'active', 'the key is back');
    await hand.text('Active', 'tbody');
    await b.tabTo('tbody a.name');
    await keyboard.press('Enter');
    await hand.text('by-hand', 'h1');
    await b.tabTo('.head .btn');
    await keyboard.press('Enter');
    await hand.opened('Edit by-hand');
    await b.tabTo('dialog textarea, dialog summary');
    await keyboard.press('Enter');
    await b.tabTo('dialog fieldset + .field textarea');
    await keyboard.type('typed');
    await b.tabTo('dialog .df [type=submit]');
    await keyboard.press('Enter');
    await hand.closed();
    assert.deepEqual([(await get(s, 'by-hand')).note, (await get(s, 'by-hand')).limits], ['typed', { cost_5h: 2 }]);
    await b.check();
    await b.close();
  });

  it('and groups that are not there lead to those that are', async () => {
    const b = await open(s.relay, { path: '/admin/keys/999999' });
    await hands(b).text('There is no such key', 'main');
    await hands(b).press('All keys');
    await b.page.waitForFunction(() => location.pathname === '/admin/keys');
    await b.go('/admin/groups/nope');
    await hands(b).text('There is no group of that name', 'main');
    b.forgive(/404/);
    await b.check();
    await b.close();
  });

  it('may be called anything: that is text', async () => {
    const odd = await createKey(s.relay, MARKUP, { owner: MARKUP, tags: [MARKUP], note: MARKUP, models: [MARKUP] });
    await admin(s.relay, 'POST', '/admin/api/groups', { name: `${MARKUP}2`, note: MARKUP });
    await odd.change({ group: `${MARKUP}2` });
    for (const look of LOOKS.slice(0, 2)) {
      const b = await open(s.relay, { path: null, ...look });
      for (const address of ['/admin/keys', `/admin/keys/${odd.id}`, `/admin/keys/${encodeURIComponent(MARKUP)}`, '/admin/groups', `/admin/groups/${encodeURIComponent(`${MARKUP}2`)}`]) {
        await b.go(address);
        await hands(b).text(MARKUP, 'main');
        assert.equal(await b.count('img[src=x]'), 0);
        await b.check(address);
      }
      await b.close();
    }
  });
});

describe('very many keys', () => {
  const s = stage({ relay: { accounts } });

  it('are listed a hundred at a time, and found', async () => {
    await many(s.relay, 2000);
    const b = await open(s.relay, { path: '/admin/keys?sort=name' });
    const hand = hands(b);
    await hand.text('2,000 keys, 0 used in the last hour', '.head');
    await hand.text('100 of 2,000 keys', '.more');
    const rows = () => b.count('main tbody tr');
    assert.equal(await rows(), 100);
    for (const want of [200, 300, 300]) {
      await hand.press('Next 100');
      await hand.until(async () => await rows() === want && await b.page.$('.more .btn'), `${want} rows`);
    }
    await hand.until(async () => (await hand.rows('a.name')).at(-1) === 'many-0399', 'the fourth hundred');
    assert.equal((await hand.rows('a.name'))[0], 'many-0100');
    await hand.fill('Name, owner or tag', 'many-1234');
    await hand.text('1 of 2,000 keys', '.head');
    assert.deepEqual(await hand.rows('a.name'), ['many-1234']);
    await hand.fill('Name, owner or tag', 'Owner 7');
    await hand.text('50 of 2,000 keys', '.head');
    await b.check();
    await b.close();
  });
});
