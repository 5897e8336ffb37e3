// SPDX-License-Identifier: MIT
/* Usage over time: stacked by kind of token, with the total of the period before. */
import { columns as columnChart } from '../chart.js';
import { costKnown } from '../cost.js';
import { day, large, largeRound, moneyAxis, moneyOf, number, weekday } from '../format.js';
import { locale, t } from '../i18n.js';
import { seg } from '../parts.js';
import { go } from '../router.js';
import { runningColumn } from './usage-data.js';
import { dateOf } from './usage-range.js';
import { addDays, allTokens, COST_KINDS, hourIn, KINDS, tokensOf } from './usage-sums.js';

const COLOURS = { output: 'out', input: 'in', cache_write: 'cw', cache_read: 'cr', other: '4' };
const MEASURES = ['cost', 'tokens', 'requests'];

const seriesOf = (kinds, values) => kinds.map((kind) => ({ name: t(`usage.kind_${kind}`), kind: COLOURS[kind], values: values(kind) }));

/* What is stacked, by what is measured. */
const STACKS = {
  cost(data) {
    const { costs } = data;
    // Without prices the sum alone is known.
    if (!costs?.columns) return [{ name: t('usage.cost'), kind: 'cr', values: data.sums.map(costKnown) }];
    const kinds = COST_KINDS.filter((kind) => kind !== 'other' || costs.other);
    return seriesOf(kinds, (kind) => costs.columns.map((each) => each[kind]));
  },
  tokens: (data) => seriesOf(KINDS, (kind) => data.sums.map((row) => tokensOf(row)[kind])),
  requests: (data) => [
    { name: t('usage.series_completed'), kind: 'ok', values: data.sums.map((row) => row.requests - row.failed) },
    { name: t('usage.series_failed'), kind: 'bad', values: data.sums.map((row) => row.failed) },
  ],
};
const TOTALS = { cost: (row) => row.cost_microusd, tokens: allTokens, requests: (row) => row.requests };
const FORMATS = { tokens: large, requests: number };
const AXES = { cost: moneyAxis, tokens: largeRound, requests: number };

/* A column's name in tooltips and tables, and its mark on the axis. */
function namesOf({ unit, columns }, running, zone) {
  const begin = (i) => columns[i];
  const at = {
    hour: (i) => `${hourIn(zone, begin(i))}`,
    day: (i) => weekday(dateOf(begin(i))),
    week: (i) => t('usage.week_of', { day: day(dateOf(begin(i))) }),
    month: (i) => new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric' }).format(dateOf(begin(i))),
  }[unit];
  const isMark = {
    hour: (i) => Number(hourIn(zone, begin(i)).slice(0, 2)) % (columns.length > 24 ? 6 : 3) === 0,
    day: (i) => columns.length <= 14 || dateOf(begin(i)).getDay() === 1,
    week: (i) => begin(i).slice(0, 7) !== addDays(begin(i), -7).slice(0, 7),
    month: () => true,
  }[unit];
  const mark = unit === 'hour' ? at : unit === 'month'
    ? (i) => new Intl.DateTimeFormat(locale(), { month: 'short' }).format(dateOf(begin(i))) : (i) => day(dateOf(begin(i)));
  const name = unit === 'hour' ? t('usage.now') : t('usage.today');
  return { at, tick: (i) => (running && i === columns.length - 1 ? name : isMark(i) ? mark(i) : null) };
}

/* That interval's requests. */
function openColumn({ unit, columns, filters }, i) {
  const last = { hour: (from) => new Date(from + 3600e3).toISOString(), day: (from) => from, week: (from) => addDays(from, 6),
    month: (from) => addDays(`${addDays(from, 31).slice(0, 8)}01`, -1) }[unit];
  const since = unit === 'hour' ? new Date(columns[i]).toISOString() : columns[i];
  go(`/admin/requests?${new URLSearchParams({ since, until: last(columns[i]), ...filters })}`);
}

/** A chart of data.measure; draw(data) when the measure or the costs are others. */
export function usageChart(data, { zone, onmeasure }) {
  const measure = seg(t('usage.measure'), MEASURES.map((each) => [each, t(`usage.measure_${each}`)]), data.measure, onmeasure);
  const running = runningColumn(data, Date.now()) >= 0;
  const chart = columnChart({
    ...partOf(data), ...namesOf(data, running, zone), height: 248, partial: running, totals: true,
    beforeName: data.sumsBefore ? t('usage.total_before') : null, onopen: (i) => openColumn(data, i), controls: [measure],
  });
  return { node: chart.node, draw: (now) => chart.update(partOf(now)) };
}

function partOf({ measure, ...data }) {
  const series = STACKS[measure](data);
  const before = data.sumsBefore?.map(TOTALS[measure]) ?? null;
  return {
    label: t(`usage.label_${measure}`), series, before, formatY: AXES[measure], whole: measure !== 'cost',
    format: FORMATS[measure] ?? moneyOf([...series.flatMap((each) => each.values), ...before ?? []]),
  };
}
