// SPDX-License-Identifier: MIT
/* What sums of requests cost, where the price of some is not known: nothing that is
   unknown is written as $0.00, and a part of it not as the whole. */
import { h } from './dom.js';
import { money, money4, moneyListed } from './format.js';
import { t, tn } from './i18n.js';

/** Is nothing known of what it cost?  A row of sums, as GET usage has it. */
export const isUnknown = ({ cost_microusd: cost, unpriced }) => cost === 0 && unpriced > 0;

/** For a chart: nothing is drawn of what is unknown. */
export const costKnown = (row) => (isUnknown(row) ? null : row.cost_microusd);

/** Is more spent than is known? */
export const isPart = ({ cost_microusd: cost, unpriced }) => cost > 0 && unpriced > 0;

/** "$1.19", "at least $1.19", or "–" */
export function costText(row, write = money) {
  if (isUnknown(row)) return '–';
  const cost = write(row.cost_microusd);
  return isPart(row) ? t('cost.least', { cost }) : cost;
}

/** Why it is not known, or not all of it; null if it is. */
export const costWhy = (row) => (row.unpriced > 0 ? tn('cost.unpriced', row.unpriced) : null);

/** The same in a cell of a table, with the reason. */
export function costCell(row, write = money) {
  const why = costWhy(row);
  return why ? h('span', { class: isUnknown(row) ? 'faint' : null, title: why }, costText(row, write)) : costText(row, write);
}

/** What one request cost, in a list: four decimals, or why it is not known. */
export const requestCost = ({ cost_microusd: cost }) => (cost === null ? h('span.faint', { title: t('request.no_cost') }, '–')
  : h('span', { title: money4(cost) }, moneyListed(cost)));
