// SPDX-License-Identifier: MIT
/* Every address of the page, in both languages and both themes, wide and narrow:
   axe-core finds nothing, nothing is complained of, nothing scrolls sideways, nobody
   else is asked, and names that would be markup are text. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, it } from 'node:test';

import { LANGUAGES, MARKUP, open, THEMES, WIDTHS } from '../support/browser.mjs';
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

describe('every view', { timeout: 40 * 60e3 }, () => {
  const s = stage({ relay: { accounts: sceneAccounts } });
  let made;
  let all;
  before(async () => {
    made = await scene(s);
    all = addresses(await places(s, made.keys));
  });

  for (const width of WIDTHS) {
    for (const lang of LANGUAGES) {
      for (const theme of THEMES) {
        it(`is well at ${width} px, ${lang}, ${theme}`, async () => {
          const page = await open(s.relay, { width, lang, theme, path: null });
          for (const address of all) {
            await page.go(address);
            await page.check(`${address} ${width} ${lang} ${theme}`);
            await page.screenshot(`${fileName(address)}-${width}-${lang}-${theme}`);
          }
          await page.close();
        });
      }
    }
  }

  for (const width of [320, 760, 761, 1024, 1320, 1321]) {
    it(`does not scroll sideways at ${width} px`, async () => {
      const page = await open(s.relay, { width, lang: width % 2 ? 'zh' : 'en', path: null });
      for (const address of all) {
        await page.go(address);
        assert.equal(await page.sideways(), 0, `${address} at ${width}`);
      }
      await page.close();
    });
  }

  it('is left with nothing that runs', () => made.stop());
});
