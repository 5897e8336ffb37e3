// SPDX-License-Identifier: MIT
/* An address that asks a list for what there is not is no dead end: the filters stay, what is
   wrong is said in the reader's language, and each of them can be taken away. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { open } from '../support/browser.mjs';
import { createKey } from '../support/keys.mjs';
import { hands } from '../support/page_hands.mjs';
import { describe, stage } from '../support/processes.mjs';

const LISTS = [
  { path: '/admin/keys', wrong: 'state=foo', kept: 'search=a', en: ['Without State: foo', 'There is no such state'], zh: ['去掉 状态：foo', '没有这种状态'] },
  { path: '/admin/keys', wrong: 'unused_since=foo', kept: 'search=a', en: ['Without Unused: foo', '“foo” is not a time'], zh: ['去掉 未使用：foo', '不能是“foo”'] },
  { path: '/admin/settings/audit', wrong: 'since=foo', kept: 'target=a', en: ['Without Within: foo', '“foo” is not a time'], zh: ['去掉 时间范围：foo', '不能是“foo”'] },
  { path: '/admin/requests', wrong: 'status=foo', kept: 'stream=true', en: ['Without Status: foo', 'A status is a number'], zh: ['去掉 状态码：foo', '状态码应为'] },
];

describe('an address that asks for what there is not', () => {
  const s = stage();

  before(async () => {
    await createKey(s.relay, 'alice');
  });

  for (const lang of ['en', 'zh']) {
    for (const { path, wrong, kept, [lang]: [without, said] } of LISTS) {
      it(`is mended at ${path}?${wrong}, ${lang}`, async () => {
        const b = await open(s.relay, { path: `${path}?${wrong}&${kept}`, lang });
        const hand = hands(b);
        await hand.text(said, '.failed');
        assert.ok(await b.page.$('.filters'), 'the filters stay');
        b.seen.errors.length = 0; /* a browser notes each 400 */
        await b.check(path);
        await b.screenshot(`refused${path.replaceAll('/', '-')}-${wrong}-${lang}`);
        await hand.press(without);
        await b.page.waitForFunction(() => !document.querySelector('.failed'));
        assert.equal(await b.page.evaluate(() => location.search), `?${kept}`);
        await b.close();
      });
    }
  }
});
