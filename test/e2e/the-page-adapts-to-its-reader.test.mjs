// SPDX-License-Identifier: MIT
/* The page for whoever wants nothing to move, and for whoever has colours of his own: what a
   bar or a state says is still there to be seen. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { LANGUAGES, open, THEMES, WIDTHS } from '../support/browser.mjs';
import { hands } from '../support/page_hands.mjs';
import { scene, sceneAccounts } from '../support/page_scene.mjs';
import { describe, stage, until } from '../support/processes.mjs';

const VIEWS = ['/admin/', '/admin/accounts', '/admin/keys', '/admin/usage', '/admin/requests', '/admin/settings/options', '/me'];

/* In the page: what moves, or would. */
function moving() {
  const seconds = (text) => Math.max(...text.split(',').map(parseFloat));
  const named = (node) => `${node.tagName.toLowerCase()}.${[...node.classList].join('.')}`;
  const would = [...document.querySelectorAll('*')].filter((node) => {
    const style = getComputedStyle(node);
    return seconds(style.transitionDuration) > 0 || style.animationName !== 'none' || style.scrollBehavior === 'smooth';
  });
  return [...would.map(named), ...document.getAnimations().map((each) => each.animationName ?? each.transitionProperty)];
}

/* In the page: how many colours of a picture are apart from each other by more than its blur, with
   at least `least` pixels each. */
async function coloursOf(bytes, least) {
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))]));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const paint = canvas.getContext('2d');
  paint.drawImage(bitmap, 0, 0);
  const { data } = paint.getImageData(0, 0, bitmap.width, bitmap.height);
  const found = [];
  for (let i = 0; i < data.length; i += 4) {
    const near = found.find(({ at }) => [0, 1, 2].every((k) => Math.abs(data[at + k] - data[i + k]) < 24));
    if (near) {
      near.count++;
    } else {
      found.push({ at: i, count: 1 });
    }
  }
  return found.filter(({ count }) => count >= least).length;
}

describe('the page adapts to its reader', () => {
  const s = stage({ relay: { accounts: sceneAccounts } });
  let made;
  before(async () => { made = await scene(s); });

  it('nothing moves for whoever wants that', async () => {
    const b = await open(s.relay, { path: '/admin/' });
    for (const view of VIEWS) {
      await b.go(view);
      assert.deepEqual(await b.page.evaluate(moving), [], view);
    }
    await b.go('/admin/new/key');
    await hands(b).opened('Create key');
    assert.deepEqual(await b.page.evaluate(moving), [], 'a dialog');
    await b.close();
  });

  it('for others a dialog rises, so that this is seen at all', async () => {
    const b = await open(s.relay, { path: '/admin/new/key', motion: true });
    await hands(b).opened('Create key');
    assert.ok((await b.page.evaluate(moving)).includes('dialog.'), 'the dialog rises');
    await b.close();
  });

  async function forced(path, options) {
    const b = await open(s.relay, { path: null, ...options });
    const client = await b.page.createCDPSession();
    await client.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'forced-colors', value: 'active' }, { name: 'prefers-color-scheme', value: options.theme }, { name: 'prefers-reduced-motion', value: 'reduce' }],
    });
    await b.go(path);
    assert.ok(await b.page.evaluate(() => matchMedia('(forced-colors: active)').matches));
    return b;
  }

  /* So many of a node's colours; what is live may have been drawn anew by then. */
  async function look(b, node, pixels) {
    try {
      await node.evaluate((each) => each.scrollIntoView({ block: 'center' }));
      const clip = await node.evaluate((each) => {
        const { x, y, width, height } = each.getBoundingClientRect();
        return { x: x + scrollX, y: y + scrollY, width, height };
      });
      return await b.page.evaluate(coloursOf, await b.page.screenshot({ clip, encoding: 'base64', captureBeyondViewport: false }), pixels);
    } catch (error) {
      assert.match(error.message, /detached|0 (height|width)/);
      return 0;
    }
  }

  /* Each that stands there has so many colours, beside each other. */
  async function seen(b, selector, least, { pixels = 6 } = {}) {
    const count = Math.min(await b.count(selector), 6);
    assert.ok(count > 0, `${selector} stands there`);
    for (let i = 0; i < count; i++) {
      await until(async () => {
        const node = (await b.page.$$(selector))[i];
        return node && await look(b, node, pixels) >= least;
      }, { what: `${least} colours in ${selector}, number ${i}` });
    }
  }

  for (const [i, theme] of THEMES.entries()) {
    for (const [k, width] of WIDTHS.entries()) {
      const lang = LANGUAGES[(i + k) % 2];
      it(`colours of the reader's own leave bars and states to be seen (${theme}, ${width})`, async () => {
        const b = await forced('/admin/accounts', { theme, width, lang });
        await seen(b, '.acc .bar:has(.v)', 2);
        await seen(b, '.acc .st .shape', 2);
        await b.screenshot(`forced-accounts-${theme}-${width}-${lang}`);
        await b.go('/admin/keys');
        await seen(b, '.lims .bar, .limc .bar', 2, { pixels: 2 });
        await seen(b, 'main .st .shape', 2);
        await b.go('/admin/');
        await seen(b, '.sign', 2);
        await seen(b, '.instr .fig svg:has(*)', 2);
        await seen(b, '.instr .plot', 2);
        await b.screenshot(`forced-overview-${theme}-${width}-${lang}`);
        await b.go('/admin/usage');
        await seen(b, '.instr .plot', 3);
        await b.screenshot(`forced-usage-${theme}-${width}-${lang}`);
        await b.close();
      });
    }
  }

  /* Else ink for white paper is drawn on the reader's black. */
  it('colours of the reader’s own go before the theme that was chosen here', async () => {
    const b = await forced('/admin/', { theme: 'dark', width: 1440 });
    await b.page.evaluate(() => { document.documentElement.dataset.theme = 'light'; });
    const [ink, paper] = await b.page.evaluate(() => {
      const node = document.body.appendChild(document.createElement('i'));
      node.style.cssText = 'forced-color-adjust: none; color: var(--ink)';
      return [getComputedStyle(node).color, getComputedStyle(document.body).backgroundColor];
    });
    assert.equal(paper, 'rgb(0, 0, 0)');
    assert.match(ink, /^rgb\(2\d\d, 2\d\d, 2\d\d\)$/);
    await b.close();
  });

  it('what is chosen is seen by more than its colour', async () => {
    const b = await forced('/admin/', { theme: 'light', width: 1440 });
    const outlined = (selector) => b.page.$eval(selector, (node) => {
      const style = getComputedStyle(node);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    assert.ok(await outlined('.seg button[aria-checked="true"]'));
    assert.ok(await outlined('.nav a[aria-current]'));
    await b.close();
  });

  it('is left with nothing that runs', () => made.stop());
});
