// SPDX-License-Identifier: MIT
/* Every address of the page, in both languages and both themes, wide and narrow:
   axe-core finds nothing, nothing is complained of, nothing scrolls sideways, nobody
   else is asked, and names that would be markup are text. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, it } from 'node:test';

import { LANGUAGES, MARKUP, open, THEMES } from '../support/browser.mjs';
import { admin } from '../support/keys.mjs';
import { scene, sceneAccounts } from '../support/page_scene.mjs';
import { describe, root, stage } from '../support/processes.mjs';

const { routes } = await import(path.join(root, 'web/js/routes.js'));

/* What stands for :name and :id below each section. */
async function places(s, keys) {
  const { requests } = (await admin(s.relay, 'GET', '/admin/api/requests?limit=20')).doc;
  const failed = requests.find((row) => row.end !== 'complete') ?? requests[0];
  return { accounts: ['main', 'lin'], keys: [String(keys.odd.id), String(keys.wei.id)], groups: ['bots', MARKUP], requests: [requests[0].id, failed.id] };
}

const addresses = (of) => routes.flatMap(({ pattern }) => {
  const section = pattern.split('/')[2];
  return pattern.includes(':') ? of[section].map((name) => pattern.replace(/:\w+/, encodeURIComponent(name))) : [pattern];
}).concat('/admin/nothing/here', '/me');

const fileName = (address) => address.replace(/%[0-9A-F]{2}/g, '').replace(/[^\w]+/g, '-').replace(/^-|-$/g, '').slice(0, 40) || 'admin';

/* One visit shows an address in both themes, at each width of its kind of device. */
const DEVICES = [
  { name: 'wide', width: 1440, others: [760, 761, 1024, 1320, 1321] },
  { name: 'narrow', width: 390, others: [320] },
];

describe('every view', { timeout: 40 * 60e3 }, () => {
  const s = stage({ relay: { accounts: sceneAccounts } });
  let made;
  let all;
  before(async () => {
    made = await scene(s);
    all = addresses(await places(s, made.keys));
  });

  /* Of dark, axe-core is asked what differs from light: the contrast. */
  async function themes(page, address, { width, lang }) {
    for (const theme of THEMES) {
      await page.theme(theme);
      const what = `${address} ${width} ${lang} ${theme}`;
      assert.deepEqual(await page.axe(theme === 'dark' ? ['color-contrast'] : undefined), [], what);
      await page.screenshot(`${fileName(address)}-${width}-${lang}-${theme}`);
    }
  }

  for (const { name, width, others } of DEVICES) {
    for (const lang of LANGUAGES) {
      it(`is well where the screen is ${name}, in ${lang}`, async () => {
        const page = await open(s.relay, { width, lang, path: null });
        for (const address of all) {
          await page.resize(width);
          await page.go(address);
          await themes(page, address, { width, lang });
          for (const each of [...others, width]) {
            await page.resize(each);
            assert.equal(await page.sideways(), 0, `${address} at ${each}: scrolls sideways`);
          }
          page.quiet(address);
        }
        await page.close();
      });
    }
  }

  it('is left with nothing that runs', () => made.stop());
});
