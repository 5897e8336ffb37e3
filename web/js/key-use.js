// SPDX-License-Identifier: MIT
/* What a key was used for, as its owner and its holder see it: limits, cost per day,
   models, the last requests. */
import { columns } from './chart.js';
import { costCell, costText, isUnknown, requestCost } from './cost.js';
import { h } from './dom.js';
import { clockSeconds, day, large, largeRound, moneyAxis, moneyOf, number, percent, time, unitOf } from './format.js';
import { t, tn } from './i18n.js';
import { hasCalendar, limitBars } from './limits.js';
import { name, section, seg, state } from './parts.js';
import { endOf, shapeOf } from './request-words.js';
import { table } from './table.js';

/** How many days the blocks look back. */
export const DAYS = 14;

/** A section of the limits of a key, or of its group; null without any. */
export function limitsSection(title, used, { zone, wait = 0, end } = {}) {
  const bars = limitBars(used, { wait });
  return section(title, end ?? (hasCalendar(used) ? t('limit.days_end', { zone: zone ?? 'UTC' }) : null),
    bars.length ? h('div.limits', bars) : h('p.mute.pad', t('limit.none_long')));
}

/* ---- by day ------------------------------------------------------------------------ */

const DAY_MS = 864e5;
const two = (n) => String(n).padStart(2, '0');
const dayText = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
/* Noon, so that no change of clocks moves it to another day. */
const noon = (text) => new Date(`${text}T12:00:00`);

/* Days without use have no row; the last one is today, which the relay may have begun already. */
function wholeDays(rows) {
  const last = [dayText(new Date()), ...rows.map((row) => row.day)].sort().at(-1);
  const by = new Map(rows.map((row) => [row.day, row]));
  return Array.from({ length: DAYS }, (_, i) => dayText(new Date(noon(last).getTime() - (DAYS - 1 - i) * DAY_MS)))
    .map((each) => by.get(each) ?? { day: each });
}

const KINDS = [
  ['out', 'use.output', (row) => row.output_tokens], ['in', 'use.input', (row) => row.input_tokens],
  ['cw', 'use.cache_write', (row) => (row.cache_write_5m_tokens ?? 0) + (row.cache_write_1h_tokens ?? 0)],
  ['cr', 'use.cache_read', (row) => row.cache_read_input_tokens],
];

function shown(days, what) {
  if (what === 'tokens') {
    return {
      series: KINDS.map(([kind, text, of]) => ({ kind, name: t(text), values: days.map((row) => of(row) ?? 0) })),
      label: t('use.tokens_per_day'), format: large, formatY: largeRound, totals: true, noneText: null,
    };
  }
  const values = days.map((row) => (isUnknown(row) ? null : row.cost_microusd ?? 0));
  return {
    series: [{ kind: 'ok', name: t('use.cost'), values }],
    label: t('use.cost_per_day'), format: moneyOf(values), formatY: moneyAxis, totals: false, noneText: t('cost.unknown'),
  };
}

const sum = (rows, of) => rows.reduce((all, row) => all + (of(row) ?? 0), 0);
const costsOf = (rows) => ({ cost_microusd: sum(rows, (row) => row.cost_microusd), unpriced: sum(rows, (row) => row.unpriced) });

/** Cost or tokens per day: rows of GET usage?by=day. */
export function daysSection(rows) {
  const days = wholeDays(rows);
  if (!rows.length) return section(t('use.per_day'), tn('time.days', DAYS), h('p.mute.pad', t('use.nothing')));
  const tick = (i) => (i === DAYS - 1 ? t('chart.today') : i % 3 === 1 ? day(noon(days[i].day)) : null);
  const chart = columns({
    ...shown(days, 'cost'), at: (i) => (i === DAYS - 1 ? t('chart.today') : day(noon(days[i].day))), tick,
    height: 180, partial: true, flush: true,
    controls: [seg(t('use.what'), [['cost', t('use.cost')], ['tokens', t('use.tokens')]], 'cost', (what) => chart.update(shown(days, what)))],
  });
  return section(t('use.per_day'), t('use.days_sum', { days: tn('time.days', DAYS), sum: isUnknown(costsOf(days)) ? t('cost.unknown_sum') : costText(costsOf(days)) }), chart.node);
}

/* ---- by model ----------------------------------------------------------------------- */

const modelCost = (row, write, whole) => [costCell(row, write), whole > 0 && !isUnknown(row) && h('span.sub', percent((row.cost_microusd / whole) * 1e6))];
/* The one place where the cost that is booked and that which limits count are beside each other. */
const limitsCount = ({ unpriced }) => (unpriced > 0 ? h('p.small.mute.pad', tn('cost.limits_count', unpriced)) : null);

/** What each model was used for: rows of GET usage?by=model. */
export function modelsSection(rows, { link = null } = {}) {
  const whole = sum(rows, (row) => row.cost_microusd);
  const tokens = unitOf(rows.map((row) => row.output_tokens));
  const write = moneyOf(rows.map((row) => row.cost_microusd));
  const list = table({
    label: t('use.by_model'), dense: true, rows, rowKey: (row) => row.model ?? '', keys: false,
    columns: [
      { key: 'model', label: t('use.model'), fold: 'first', cell: (row) => name(row.model ?? t('use.unknown_model')) },
      { key: 'requests', label: t('use.requests'), align: 'num', fold: 'hide', cell: (row) => number(row.requests) },
      { key: 'output', label: t('use.output'), align: 'num', priority: 3, cell: (row) => tokens(row.output_tokens) },
      { key: 'cost', label: t('use.cost'), align: 'num', fold: 'first2', cell: (row) => modelCost(row, write, whole) },
    ],
  });
  return section(t('use.by_model'), link ?? tn('time.days', DAYS), rows.length ? [list.node, limitsCount(costsOf(rows))] : h('p.mute.pad', t('use.nothing')));
}

/* ---- the last requests ---------------------------------------------------------------- */

/** The last requests, as rows of GET requests; href(row) opens one. */
export function requestsSection(rows, { href = () => null, end = null } = {}) {
  const list = table({
    label: t('use.last_requests'), dense: true, rows, keys: false,
    columns: [
      { key: 'ended_at', label: t('chart.time'), fold: 'first', class: 'nowrap', cell: (row) => (href(row) ? name(when(row), href(row)) : when(row)) },
      { key: 'model', label: t('use.model'), fold: 'second', cell: (row) => name(row.model ?? t('use.unknown_model')) },
      { key: 'end', label: t('use.end'), class: 'nowrap second', cell: (row) => state(shapeOf(row), endOf(row)) },
      { key: 'cost', label: t('use.cost'), align: 'num', fold: 'first2', cell: requestCost },
    ],
  });
  return section(t('use.last_requests'), end, rows.length ? list.node : h('p.mute.pad', t('use.no_requests')));
}

const when = (row) => (Date.now() - Date.parse(row.ended_at) < DAY_MS ? clockSeconds(row.ended_at) : time(row.ended_at));
