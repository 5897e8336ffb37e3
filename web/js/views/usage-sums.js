// SPDX-License-Identifier: MIT
/* Reckoning for the usage view: kinds of tokens, periods, columns of a chart, and cost
   by kind of token.  Pure: no page, no request, the time is an argument. */

/** Kinds of tokens, in the order in which they are stacked. */
export const KINDS = ['output', 'input', 'cache_write', 'cache_read'];

/** Tokens of a row of sums by kind. */
export const tokensOf = (row) => ({
  output: row.output_tokens,
  input: row.input_tokens,
  cache_write: row.cache_write_5m_tokens + row.cache_write_1h_tokens,
  cache_read: row.cache_read_input_tokens,
});

/** All tokens of a row of sums. */
export const allTokens = (row) => KINDS.reduce((sum, kind) => sum + tokensOf(row)[kind], 0);

/** What of the input came from a cache, in millionths; null if there was no input. */
export function hitRate(row) {
  const { input, cache_write: written, cache_read: read } = tokensOf(row);
  const all = input + written + read;

  return all > 0 ? (read / all) * 1e6 : null;
}

/** By how much it changed, in millionths of what it was; null if it was nothing. */
export const change = (now, before) => (before > 0 ? (now / before - 1) * 1e6 : null);

const SUMS = [
  'requests', 'failed', 'unpriced', 'input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_write_5m_tokens',
  'cache_write_1h_tokens', 'web_search_requests', 'cost_microusd',
];

/** Sums of nothing. */
export const nothing = () => Object.fromEntries(SUMS.map((name) => [name, 0]));

const add = (to, row) => SUMS.forEach((name) => (to[name] += row[name]));

/* ---- days: texts as 2026-11-28, of the relay's time zone --------------------- */

const DAY_MS = 86400e3;
const utc = (day) => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);

/** So many days later. */
export const addDays = (day, count) => dayOf(utc(day) + count * DAY_MS);

/** How many days, both ends counted. */
export const daysBetween = (from, to) => Math.round((utc(to) - utc(from)) / DAY_MS) + 1;

/** Is that a day of the calendar? */
export const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(utc(text)) && dayOf(utc(text)) === text;

/* "+08:00": older browsers know such zones only in this way. */
function offsetMs(zone) {
  const found = /^([+-])(\d{2}):(\d{2})$/.exec(zone);

  return found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60e3 : null;
}

/* What a clock there says, as if it were UTC. */
function clockIn(zone, ms) {
  const offset = offsetMs(zone);

  if (offset !== null) {
    return ms + offset;
  }
  const numbers = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' };
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...numbers }).formatToParts(ms);
  const of = (type) => Number(parts.find((part) => part.type === type).value);

  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
}

/** Today, where that zone is. */
export const todayIn = (zone, nowMs) => dayOf(clockIn(zone, nowMs));

/** "15:00", of an instant, by the clocks there. */
export const hourIn = (zone, ms) => new Date(clockIn(zone, ms)).toISOString().slice(11, 16);

/** When a day begins there, to the hour of UTC in which that is. */
export function beginOf(zone, day) {
  const guess = utc(day) - (clockIn(zone, utc(day)) - utc(day));
  const begin = guess - (clockIn(zone, guess) - utc(day));

  return Math.floor(begin / 3600e3) * 3600e3;
}

const MONTH_DAYS = (day) => new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate();

/** The ranges that have names. */
export function ranges(today) {
  const first = `${today.slice(0, 8)}01`;
  const last = addDays(first, -1);

  return [
    { name: 'today', from: today, to: today },
    { name: 'yesterday', from: addDays(today, -1), to: addDays(today, -1) },
    { name: 'days7', from: addDays(today, -6), to: today },
    { name: 'days30', from: addDays(today, -29), to: today },
    { name: 'month', from: first, to: today },
    { name: 'last_month', from: `${last.slice(0, 8)}01`, to: `${last.slice(0, 8)}${MONTH_DAYS(last)}` },
    { name: 'days365', from: addDays(today, -364), to: today },
  ];
}

/** What is asked of the relay for a range of days, and for the same number of days before.
    Of today only a part is over: so much of that day before counts, and no more. */
export function periods({ from, to }, today, nowMs) {
  const days = daysBetween(from, to);
  const before = { since: addDays(from, -days), until: addDays(to, -days) };

  if (to === today) {
    before.until = new Date(nowMs - days * DAY_MS).toISOString();
  }
  return { days, now: { since: from, until: to }, before };
}

/* ---- columns ---------------------------------------------------------------- */

const HOURS_UP_TO = 2;
const DAYS_UP_TO = 93;
const WEEKS_UP_TO = 735;

/** What a column of the chart is of. */
export function unitOfColumns(days) {
  return days <= HOURS_UP_TO ? 'hour' : days <= DAYS_UP_TO ? 'day' : days <= WEEKS_UP_TO ? 'week' : 'month';
}

const monday = (day) => addDays(day, -((new Date(utc(day)).getUTCDay() + 6) % 7));

/** In which column a day is. */
export function columnOf(unit, day) {
  return unit === 'week' ? monday(day) : unit === 'month' ? `${day.slice(0, 8)}01` : day;
}

/** The beginnings of all columns of a range of days. */
export function columnsOf(unit, from, to) {
  const found = [];

  for (let day = from; day <= to; day = addDays(day, 1)) {
    const column = columnOf(unit, day);
    if (found.at(-1) !== column) {
      found.push(column);
    }
  }
  return found;
}

/** Rows by day put into columns, each a row of sums. */
export function intoColumns(unit, columns, rows, shiftDays = 0) {
  const places = new Map(columns.map((column, i) => [column, i]));
  const sums = columns.map(nothing);

  for (const row of rows) {
    const at = places.get(columnOf(unit, addDays(row.day, shiftDays)));
    if (at !== undefined) {
      add(sums[at], row);
    }
  }
  return sums;
}

/** Rows by hour put into the hours from `fromMs` on. */
export function intoHours(count, fromMs, rows) {
  const sums = Array.from({ length: count }, nothing);

  for (const row of rows) {
    const at = Math.floor((Date.parse(row.hour) - fromMs) / 3600e3);
    if (at >= 0 && at < count) {
      add(sums[at], row);
    }
  }
  return sums;
}

/* ---- cost by kind of token --------------------------------------------------- */

/** What costs are of: kinds of tokens, and what is of none (searches, models without a
    price). */
export const COST_KINDS = [...KINDS, 'other'];

const noCosts = () => Object.fromEntries(COST_KINDS.map((kind) => [kind, 0]));

/* Booked costs are rounded to a micro-dollar each. */
const isSame = (listed, row) => Math.abs(listed - row.cost_microusd) <= Math.max(1, row.requests);

/** Divides what is booked for a model among the kinds of tokens, in the proportion that
    the prices of the table have; the sum is always what was booked.  `off` is how much of
    it was booked at other prices than these (a batch, a long prompt, an earlier price), so
    that the division is a good guess and no account. */
export function divideCost(row, list) {
  const costs = noCosts();
  const listed = list ? COST_KINDS.reduce((sum, kind) => sum + list[kind], 0) : 0;

  if (row.cost_microusd <= 0) {
    return { costs, off: 0 };
  }
  if (listed <= 0) {
    costs.other = row.cost_microusd;
    return { costs, off: 0 };
  }
  COST_KINDS.forEach((kind) => (costs[kind] = (list[kind] / listed) * row.cost_microusd));
  return { costs, off: isSame(listed, row) ? 0 : row.cost_microusd };
}

/** Costs by kind, together. */
export function addCosts(to, costs) {
  COST_KINDS.forEach((kind) => (to[kind] += costs[kind]));
  return to;
}

export { noCosts };
