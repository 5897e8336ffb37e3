// SPDX-License-Identifier: MIT
/* The days that are shown: a chip with the usual ranges, and a dialog for others. */
import { dialog } from '../dialog.js';
import { h, icon, replace } from '../dom.js';
import { day } from '../format.js';
import { t } from '../i18n.js';
import { openMenu } from '../menu.js';
import { button, field, input } from '../parts.js';
import { ranges } from './usage-sums.js';

/** A day as this page writes it: at noon, so that no time zone moves it. */
export const dateOf = (text) => new Date(Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, Number(text.slice(8, 10)), 12);

/** "30 Oct – 28 Nov", or one day. */
export const rangeText = ({ from, to }) => (from === to ? day(dateOf(from)) : `${day(dateOf(from))} – ${day(dateOf(to))}`);

function askForDays({ from, to }, today, onchange) {
  const date = (value) => input({ type: 'date', value, max: today, required: true });
  const first = field({ label: t('usage.from'), input: date(from) });
  const last = field({ label: t('usage.to'), input: date(to) });
  const box = dialog({
    title: t('usage.period'), body: h('div.grid2', first, last),
    actions: [button(t('dialog.cancel'), { onclick: () => box.close() }), button(t('usage.range_show'), { primary: true, submit: true })],
    onsubmit: () => {
      const range = { from: first.input.value, to: last.input.value };
      if (!range.from || !range.to || range.from > range.to) return void last.fail(t('usage.range_bad'));
      box.close(true);
      onchange(range);
    },
  });
}

/** A chip; .show(range, today) when another one is shown. */
export function rangeMenu(range, today, onchange) {
  let now = { ...range, today };
  const node = h('button.chip', { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
  node.addEventListener('click', () => {
    const named = ranges(now.today).map((each) => ({
      label: t(`usage.range_${each.name}`), checked: each.from === now.from && each.to === now.to, onclick: () => onchange(each),
    }));
    openMenu(node, [...named, null, { label: t('usage.range_own'), onclick: () => askForDays(now, now.today, onchange) }], t('usage.period'));
  });
  node.show = ({ from, to }, newToday) => {
    now = { from, to, today: newToday };
    replace(node, h('span.sr', t('usage.period'), ': '), h('b', rangeText(now)), icon('down', 12));
  };
  node.show(range, today);
  return node;
}
