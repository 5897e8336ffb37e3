// SPDX-License-Identifier: MIT
/* What the usage view asks the relay, and what it makes of the answers: rows, totals, the
   columns of the chart, and costs by kind of token. */
import { api } from '../api.js';
import { listCosts, priceOf } from '../prices.js';
import {
  addCosts, addDays, allTokens, beginOf, columnOf, columnsOf, divideCost, hitRate, intoColumns, intoHours, noCosts, nothing, periods,
  unitOfColumns,
} from './usage-sums.js';

const PATH = '/admin/api/usage';
/* So many models are asked for one by one; what is left is "other". */
const MODELS = 12;
const AT_ONCE = 4;
const HOUR_MS = 3600e3;

/** Names of filters, as in the address. */
const NAMES = ['key', 'group', 'owner', 'account', 'model'];
export const FILTERS = [...NAMES, ...NAMES.map((name) => `not_${name}`)];

/** The query of the address for the relay. */
export const filtersOf = (query) => Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));

/* A name of which nothing was booked is a 404: that is nothing used, here. */
async function ask(query, signal) {
  try {
    return await api.get(PATH, query, { signal });
  } catch (error) {
    if (error.status === 404) return { rows: [], total: nothing() };
    throw error;
  }
}

/* One after the other in a few rows, so that no relay is flooded. */
async function eachOf(items, work) {
  const left = [...items];
  const line = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, line));
}

/** All that the view shows: of `asked` {by, from, to, against, filters}, in the relay's `zone`. */
export async function loadUsage(asked, { today, zone, nowMs }, signal) {
  const span = periods(asked, today, nowMs);
  const unit = unitOfColumns(span.days);
  const inTime = unit === 'hour' ? 'hour' : 'day';
  const get = (by, times, more = {}) => ask({ by, ...times, ...asked.filters, ...more }, signal);
  const compared = asked.against === 'before';
  const [rows, series, before, seriesBefore] = await Promise.all([
    get(asked.by, span.now), get(inTime, span.now),
    compared ? get(asked.by, span.before) : null, compared ? get(inTime, span.before) : null,
  ]);
  const place = placing(asked, { unit, zone, nowMs, days: span.days });

  return {
    ...asked, span, unit, today, compared,
    rows: rows.rows, total: rows.total, before: before?.rows ?? null, totalBefore: before?.total ?? null,
    columns: place.columns, sums: place.put(series.rows), sumsBefore: seriesBefore && place.putBefore(seriesBefore.rows),
    place, get,
  };
}

/* Into which column a row by day or by hour goes; of the period before, as many days later. */
function placing({ from, to }, { unit, zone, nowMs, days }) {
  if (unit !== 'hour') {
    const columns = columnsOf(unit, from, to);
    return {
      columns, put: (rows) => intoColumns(unit, columns, rows), putBefore: (rows) => intoColumns(unit, columns, rows, days),
    };
  }
  const begin = beginOf(zone, from);
  // Hours that have not begun are no columns.
  const until = Math.min(beginOf(zone, addDays(to, 1)), (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS);
  const count = Math.max(1, Math.round((until - begin) / HOUR_MS));
  const beginBefore = beginOf(zone, addDays(from, -days));
  return {
    columns: Array.from({ length: count }, (_, i) => begin + i * HOUR_MS),
    put: (rows) => intoHours(count, begin, rows), putBefore: (rows) => intoHours(count, beginBefore, rows),
  };
}

/** The column that is not over yet, or -1. */
export function runningColumn({ to, today, unit, columns }, nowMs) {
  if (to !== today) return -1;
  if (unit === 'hour') return columns.findIndex((begin) => nowMs >= begin && nowMs < begin + HOUR_MS);
  return columns.indexOf(columnOf(unit, today));
}

/* ---- costs by kind ---------------------------------------------------------------- */

/** Costs by kind of token for each column: {columns, off, other, version} or {error}.  Prices
    are of models, so sums are asked for one model after the other. */
export async function costsByKind(data, signal, nowMs) {
  let prices;
  try {
    prices = await api.get('/admin/api/prices', {}, { signal });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return { error };
  }
  const columns = data.columns.map(noCosts);
  const known = data.columns.map(() => 0);
  let off = 0;
  const inTime = data.unit === 'hour' ? 'hour' : 'day';
  await eachOf(await modelsOf(data), async (model) => {
    const sums = data.place.put((await data.get(inTime, data.span.now, { model, not_model: null })).rows);
    const price = priceOf(prices.models, model, nowMs);
    sums.forEach((row, i) => {
      const divided = divideCost(row, price && listCosts(price, row));
      addCosts(columns[i], divided.costs);
      known[i] += row.cost_microusd;
      off += divided.off;
    });
  });
  // What is left is of models that were not asked for.
  data.sums.forEach((row, i) => { columns[i].other += Math.max(0, row.cost_microusd - known[i]); });
  return { columns, off, other: columns.some((costs) => costs.other >= 1), version: prices.version };
}

async function modelsOf(data) {
  const { rows } = data.by === 'model' ? data : await data.get('model', data.span.now);
  return rows.filter((row) => row.model && row.cost_microusd > 0).slice(0, MODELS).map((row) => row.model);
}

/* ---- figures ------------------------------------------------------------------------ */

/** The four totals of sums. */
export const figuresOf = (sums) => ({
  cost: sums.cost_microusd, tokens: allTokens(sums), hit: hitRate(sums), requests: sums.requests,
});

/** Rows of the period before, by what they are of; of days, as many days later. */
export function beforeOf({ by, before, span }) {
  const name = (row) => (by === 'day' ? addDays(row.day, span.days) : row[by]);
  return new Map((before ?? []).map((row) => [name(row), row]));
}
