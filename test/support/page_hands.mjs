// SPDX-License-Identifier: MIT
/* Hands for a page: what a person presses and types into is found by the words that stand
   on it, as a person, or a screen reader, finds it. */
import { until } from './time.mjs';

/* In the page: the last open dialog, else everything; the first that is seen and is called so. */
function find(kind, words, part) {
  const dialogs = document.querySelectorAll('dialog[open]');
  const scope = part ? document.querySelector(part) : document.querySelector('.menu-list') ?? dialogs[dialogs.length - 1] ?? document;
  const seen = (node) => node.getClientRects().length > 0;
  const named = (node) => {
    const words = node.cloneNode(true);
    words.querySelectorAll('[aria-hidden=true]').forEach((part) => part.remove());
    return (node.getAttribute('aria-label') ?? words.textContent).trim().replace(/\s+/g, ' ');
  };
  if (!scope) {
    return null;
  }
  if (kind === 'button') {
    return [...scope.querySelectorAll('button, a[href], [role^=menuitem], summary')].find((node) => seen(node) && !node.disabled && named(node) === words);
  }
  const labels = [...scope.querySelectorAll('label')].filter((node) => seen(node) && named(node) === words);
  const of = labels.map((label) => label.control).find(Boolean);
  return of ?? [...scope.querySelectorAll('input, textarea, select')].find((node) => seen(node) && node.getAttribute('aria-label') === words);
}

export function hands(b) {
  const { page } = b;
  async function found(kind, words, part) {
    const handle = await page.waitForFunction(find, { polling: 50 }, kind, words, part ?? null)
      .catch((error) => { throw new Error(`no ${kind} "${words}"${part ? ` in ${part}` : ''}: ${error.message}`); });
    await handle.evaluate((node) => node.scrollIntoView({ block: 'center' }));
    return handle;
  }
  /* What is drawn anew between a look and a press is looked for again. */
  async function doing(work) {
    for (;;) {
      try {
        await work();
        return self;
      } catch (error) {
        if (!/detached|not clickable/.test(error.message)) {
          throw error;
        }
      }
    }
  }
  const self = {
    button: (words, part) => found('button', words, part),
    field: (words, part) => found('field', words, part),

    press: (words, part) => doing(async () => (await self.button(words, part)).click()),
    tick: (label, part) => doing(async () => (await self.field(label, part)).click()),

    /* Put words in the place of what is in a field. */
    fill: (label, words, part) => doing(async () => {
      const node = await self.field(label, part);
      if (await node.evaluate((each) => each.tagName === 'SELECT')) {
        await node.select(words);
        return;
      }
      await node.evaluate((each) => { each.focus(); each.select(); });
      await page.keyboard.press('Backspace');
      await node.type(words);
    }),

    /* No dialog is open any more. */
    closed: () => page.waitForFunction(() => !document.querySelector('dialog[open]'), { polling: 50 }),
    opened: (title) => page.waitForFunction(
      (words) => [...document.querySelectorAll('dialog[open] h2')].some((node) => node.innerText === words), { polling: 50 }, title),
    text: b.text,
    gone: (words, part = 'body') => page.waitForFunction(
      (text, selector) => !document.querySelector(selector)?.innerText.includes(text), { polling: 50 }, words, part),
    /* The texts of cells, row by row. */
    rows: (column = '') => page.$$eval(`main tbody tr${column && ` ${column}`}`, (nodes) => nodes.map((node) => node.innerText.trim())),
    until: (ask, what) => until(ask, { what }),
  };
  return self;
}
