// SPDX-License-Identifier: MIT
/* Tokens × price = cost of one request, where the price table gives just what was booked;
   else the tokens and the sum, and why the parts are not known. */
import { h } from '../dom.js';
import { exactMoneyOf, money, moneyOf, number } from '../format.js';
import { t } from '../i18n.js';
import { priceOf, ratesOf } from '../prices.js';
import { table } from '../table.js';

const KINDS = [
  ['cache_read', 'cache_read_input_tokens', 'cr'],
  ['cache_write_5m', 'cache_write_5m_tokens', 'cw'],
  ['cache_write_1h', 'cache_write_1h_tokens', 'cw'],
  ['input', 'input_tokens', 'in'],
  ['output', 'output_tokens', 'out'],
];

/* Of a batch the table has its own factor, and of other tiers. */
function factorOf(price, row) {
  const tier = row.batch ? 'batch' : row.service_tier;
  const factor = Number(price.service_tier?.[tier] ?? 1);
  return Number.isFinite(factor) ? factor : 1;
}

function lines(row, price) {
  const rates = price && ratesOf(price);
  const factor = price ? factorOf(price, row) : 1;
  const all = KINDS.filter(([, member]) => row[member] > 0).map(([kind, member, series]) => {
    const rate = rates ? rates[kind] * factor : null;
    return { kind, series, count: row[member], rate, cost: rate === null ? null : (row[member] * rate) / 1e6 };
  });
  if (row.web_search_requests > 0) {
    const rate = rates?.web_search ?? null;
    const cost = rate === null ? null : (row.web_search_requests * rate) / 1e3;
    all.push({ kind: 'web_search', series: null, count: row.web_search_requests, rate, cost, search: true });
  }
  return all;
}

/* Each line is rounded where it is shown, the booking once. */
function isSame(all, row) {
  return row.cost_microusd !== null && Math.abs(all.reduce((sum, line) => sum + line.cost, 0) - row.cost_microusd) <= 1;
}

/** {lines, exact, why}: `exact` if the lines come to what was booked. */
export function costOf(row, prices) {
  const rows = prices?.models ?? null;
  const price = rows && !row.parts ? priceOf(rows, row.model, Date.parse(row.began_at)) : null;
  const all = lines(row, price);
  const exact = !!price && isSame(all, row);

  if (!exact) all.forEach((line) => Object.assign(line, { rate: null, cost: null }));
  return { lines: all, exact, why: why(row, { exact, rows }) };
}

function why(row, { exact, rows }) {
  if (row.cost_microusd === null) return t('request.no_cost');
  const version = row.price_version ?? '–';
  if (exact) return t('request.prices', { version });
  return rows ? t('request.prices_differ', { version }) : t('request.prices_unknown');
}

const rateText = (line, write) => (line.rate === null ? '–' : line.search ? t('request.per_thousand', { price: money(line.rate) }) : write(line.rate));

/** The table of one request. */
export function costTable(row, prices) {
  const { lines: all, why: note } = costOf(row, prices);
  const more = [note, row.partial && t('request.partial')].filter(Boolean);

  if (all.length === 0) return h('p.unknown', t('request.no_tokens'), ' ', row.cost_microusd === null && note);
  const tokens = all.filter((line) => !line.search).reduce((sum, line) => sum + line.count, 0);
  const write = moneyOf([...all.map((line) => line.cost), row.cost_microusd], 4);
  const writeRate = exactMoneyOf(all.filter((line) => !line.search).map((line) => line.rate));
  const list = table({
    label: t('request.tokens_cost'), dense: true, keys: false, class: 'plain', rowKey: (line) => line.kind, rows: all,
    columns: [
      { key: 'kind', label: t('request.kind'), fold: 'first',
        cell: (line) => h('span.row', h('span', { class: line.series ? `sw s-${line.series}` : 'sw' }), t(`request.kind_${line.kind}`)) },
      { key: 'count', label: t('request.tokens'), align: 'num', cell: (line) => number(line.count) },
      { key: 'rate', label: t('request.per_million'), align: 'num', class: 'mute', cell: (line) => rateText(line, writeRate) },
      { key: 'cost', label: t('request.cost_col'), align: 'num', cell: (line) => write(line.cost) },
    ],
    foot: [t('request.together'), number(tokens), '', write(row.cost_microusd)],
  });
  // Four short columns have room on any screen.
  list.grid.classList.remove('fold');
  return [list.node, more.map((text) => h('p.foot-note', text))];
}
