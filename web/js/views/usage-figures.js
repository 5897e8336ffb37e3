// SPDX-License-Identifier: MIT
/* Usage in four figures with the period before, and what has to be said of it all. */
import { costText, isPart, isUnknown } from '../cost.js';
import { h } from '../dom.js';
import { change, largeParts, money, number, percent } from '../format.js';
import { t, tn } from '../i18n.js';
import { figuresOf } from './usage-data.js';

const PPM = 1e6;

/** +12.7%, or ×31 where it is more than ten times as much; null if there was nothing. */
export function changeText(now, before, digits = 1) {
  return before > 0 && now / before > 10 ? t('usage.times', { n: number(Math.round(now / before)) }) : change(now, before, digits);
}

function points(now, before) {
  if (now === null || before === null) return null;
  const by = (now - before) / 1e4;
  const text = Math.abs(by).toFixed(1);
  return t('usage.points', { n: `${text === '0.0' ? '' : by < 0 ? '−' : '+'}${text}` });
}

function cell(label, [value, unit], before) {
  return h('div', h('dt.k', label), h('dd.v', value, unit && h('small', unit)), h('dd.d', before && { title: before }, before));
}

const beforeText = (value, by) => (by ? t('usage.before_change', { value, change: by }) : t('usage.before', { value }));
const isNothing = (sums) => sums.requests === 0;
const hitParts = (ppm) => (ppm === null ? ['–', ''] : [percent(ppm, 1).slice(0, -1), '%']);

/** Cost, tokens, what was read from the cache, requests. */
export function totals({ total, totalBefore }) {
  const now = figuresOf(total);
  const was = totalBefore && figuresOf(totalBefore);
  const against = (write, by) => was && (isNothing(was) ? t('usage.before_none') : beforeText(write(was), by()));
  return h('dl.cmp',
    cell(t(isPart(total) ? 'usage.cost_least' : 'usage.cost'), [isUnknown(total) ? '–' : money(now.cost), ''], against(() => costText(totalBefore), () => changeText(now.cost, was.cost))),
    cell(t('usage.tokens'), largeParts(now.tokens), against((sums) => largeParts(sums.tokens).join(' ').trim(), () => changeText(now.tokens, was.tokens))),
    cell(t('usage.hit'), hitParts(now.hit), against((sums) => (sums.hit === null ? '–' : percent(sums.hit, 1)), () => points(now.hit, was.hit))),
    cell(t('usage.requests'), [number(now.requests), ''], against((sums) => number(sums.requests), () => changeText(now.requests, was.requests))));
}

/** Prices, what has none, whose days: sentences below the table. */
export function notes({ total }, costs, zone) {
  const viewers = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const share = costs?.off && total.cost_microusd ? (costs.off / total.cost_microusd) * PPM : 0;
  return [
    costs?.version && t('usage.prices', { version: costs.version }),
    costs?.error && t('usage.prices_unknown', { error: costs.error.message }),
    share > 0 && t('usage.prices_divided', { share: percent(Math.max(share, 1000), 1) }),
    costs?.other && t('usage.prices_other'),
    total.unpriced > 0 && tn('usage.unpriced', total.unpriced),
    zone !== viewers && t('usage.zone', { zone }),
  ].filter(Boolean).map((text) => h('p', text));
}
