// SPDX-License-Identifier: MIT
/* Numbers, money, durations and times as they are written here.  A time is a
   Date, a text of the API (RFC 3339) or milliseconds. */
import { lang, locale, t, tn } from './i18n.js';

const NONE = '–';
const MINUS = '−';
const isNumber = (n) => typeof n === 'number' && Number.isFinite(n);
const made = new Map();

function intl(Kind, options) {
  const name = Kind.name + locale() + JSON.stringify(options);
  if (!made.has(name)) made.set(name, new Kind(locale(), options));
  return made.get(name);
}

const fixed = (n, digits) =>
  intl(Intl.NumberFormat, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(n);
const signed = (text) => text.replace('-', MINUS);

/** 1,328 */
export const number = (n) => (isNumber(n) ? signed(intl(Intl.NumberFormat, {}).format(n)) : NONE);

const UNITS = {
  en: [[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e3, 'k']],
  zh: [[1e12, '万亿'], [1e8, '亿'], [1e4, '万']],
};
const unitFor = (n) => UNITS[lang()].find(([size]) => Math.abs(n) >= size * 0.9995) ?? [1, ''];
const three = (n) => fixed(n, Math.abs(n) >= 99.95 ? 0 : Math.abs(n) >= 9.995 ? 1 : 2);

/** [612, 'k'] of 612,345: for a figure whose unit stands beside it. */
export function largeParts(n) {
  if (!isNumber(n)) return [NONE, ''];
  const [size, unit] = unitFor(n);
  return [signed(size === 1 ? fixed(n, Number.isInteger(n) || n >= 100 ? 0 : 1) : three(n / size)), unit];
}

/** 612 k, 1.73 B; 61.2 万, 17.3 亿 */
export const large = (n) => largeParts(n).join(' ').trim();

/** 75 万, 2.5 M: of an axis, without zeros at the end */
export function largeRound(n) {
  const [size, unit] = unitFor(n);
  return `${intl(Intl.NumberFormat, { maximumFractionDigits: 2 }).format(n / size)} ${unit}`.trim();
}

/** One unit for a column of numbers: unitOf(values)(n) */
export function unitOf(values) {
  const most = Math.max(0, ...values.filter(isNumber).map(Math.abs));
  const [size, unit] = most < 1e5 ? [1, ''] : unitFor(Math.min(most, lang() === 'zh' ? 9e7 : 9e8));
  const digits = size === 1 || most / size >= 1e4 || lang() === 'zh' ? 0 : 1;
  return (n) => (n === 0 ? '0' : isNumber(n) ? `${signed(fixed(n / size, digits))} ${unit}`.trim() : NONE);
}

/* What is less than a cent, or would be rounded to nothing, has as many as it takes to be seen. */
const digitsFor = (microusd, digits) => {
  const isSeen = (n) => microusd >= (n < 4 ? 1 : 0.5) * 10 ** (6 - n);
  return microusd === 0 ? digits : [digits, 4, 6].find((n) => n >= digits && isSeen(n)) ?? 6;
};

/** $1,357.88 of millionths of a dollar, $0.0042 of less than a cent; "–" if it is not known. */
export const money = (microusd, digits = 2) => {
  if (!isNumber(microusd)) return NONE;
  const amount = Math.abs(microusd);
  return `${microusd < 0 ? MINUS : ''}$${fixed(amount / 1e6, digitsFor(amount, digits))}`;
};
/** How many decimals a column of money has, so that the smallest of it is seen. */
export const decimalsOf = (values, digits = 2) =>
  values.filter(isNumber).reduce((most, n) => Math.max(most, digitsFor(Math.abs(Math.round(n)), digits)), digits);
/** One number of decimals for a column of money: moneyOf(values)(n) */
export function moneyOf(values, digits = 2) {
  const decimals = decimalsOf(values, digits);
  return (n) => money(isNumber(n) ? Math.round(n) : n, decimals);
}
/** The same of prices, which are written exactly: $3.000 beside $0.025. */
export function exactMoneyOf(values) {
  const all = values.filter(isNumber).map(Math.round);
  const digits = [2, 3, 4].find((n) => all.every((value) => value % 10 ** (6 - n) === 0)) ?? 6;
  return (n) => money(isNumber(n) ? Math.round(n) : n, digits);
}
/** $0.2963, <$0.0001: of requests in a list, which goes on and keeps its four decimals */
export const moneyListed = (microusd) => (microusd > 0 && microusd < 50 ? '<$0.0001' : money(microusd, 4));
/** $0.2963: of single requests */
export const money4 = (microusd) => money(microusd, 4);
/** $25, $3.10 or $0.005: of limits, exactly, without cents where there are none */
export const moneyShort = (microusd) => money(microusd, [0, 2, 3, 4].find((n) => microusd % 10 ** (6 - n) === 0) ?? 6);

/** $75, or with as many decimals as the steps of the axis need */
export function moneyAxis(microusd, step) {
  if (step < 1 && microusd > 0) return ''; // of nothing: there is no smaller money
  const digits = [0, 2, 4].find((n) => step % 10 ** (6 - n) === 0) ?? 6;
  return money(microusd, microusd === 0 ? 0 : digits);
}

/** 84% of 840,000 millionths */
export const percent = (ppm, digits = 0) => (isNumber(ppm) ? `${signed(fixed(ppm / 1e4, digits))}%` : NONE);

/** +12.7% of now against before; null if there was nothing before. */
export function change(now, before, digits = 1) {
  if (!isNumber(now) || !isNumber(before) || before === 0) return null;
  const by = (now / before - 1) * 100;
  return `${by > 0 ? '+' : ''}${signed(fixed(by, digits))}%`;
}

/** [1.38, 's'] of 1,380 ms */
export function durationParts(ms) {
  if (!isNumber(ms)) return [NONE, ''];
  if (ms < 1 && ms > 0) return [fixed(ms, 1), t('unit.ms')];
  if (ms < 999.5) return [fixed(ms, 0), t('unit.ms')];
  return [fixed(ms / 1000, ms < 9995 ? 2 : 1), t('unit.s')];
}

/** 0.6 ms, 412 ms, 2.18 s, 17.1 s, 3:14 */
export function duration(ms) {
  if (isNumber(ms) && ms >= 99950) return running(ms);
  return durationParts(ms).join(' ').trim();
}

const two = (n) => String(n).padStart(2, '0');
/** 22 s, 3:14, 1:02:40: what is still going on */
export function running(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t('unit.seconds', { n: s });
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** 23 min, 3 h 20 min, 12 days: in sentences */
export function durationWords(ms) {
  if (!isNumber(ms)) return NONE;
  const minutes = Math.round(ms / 60000);
  if (ms < 59500) return tn('time.seconds', Math.max(0, Math.round(ms / 1000)));
  if (minutes < 100) return tn('time.minutes', minutes);
  if (minutes < 48 * 60) {
    return minutes % 60 === 0 || minutes >= 600
      ? tn('time.hours', Math.round(minutes / 60))
      : t('time.hours_minutes', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  }
  return tn('time.days', Math.round(minutes / 1440));
}

const date = (at) => (at instanceof Date ? at : new Date(at));
const known = (at) => at !== null && at !== undefined && !Number.isNaN(date(at).getTime());
const when = (at, options) => intl(Intl.DateTimeFormat, { hourCycle: 'h23', ...options }).format(date(at));

/* A zone of the relay's that this browser does not know is left out. */
function inZone(at, options, timeZone) {
  try {
    return when(at, { ...options, timeZone });
  } catch {
    return when(at, options);
  }
}
const sameDay = (a, b) => a.toDateString() === b.toDateString();

/** 15:04 */
export const clock = (at) => (known(at) ? when(at, { hour: '2-digit', minute: '2-digit' }) : NONE);
/** 15:03:51 */
export const clockSeconds = (at) =>
  (known(at) ? when(at, { hour: '2-digit', minute: '2-digit', second: '2-digit' }) : NONE);

/** 28 Nov; with the year when it is another: 28 Nov 2025.  Of days of another zone: day(at, zone) */
export function day(at, zone) {
  if (!known(at)) return NONE;
  const month = lang() === 'zh' ? 'long' : 'short';
  const year = date(at).getFullYear() === new Date().getFullYear() ? undefined : 'numeric';
  return inZone(at, { day: 'numeric', month, year }, zone);
}

/** Mon 16 Nov */
export const weekday = (at, zone) => (known(at)
  ? inZone(at, { weekday: 'short', day: 'numeric', month: lang() === 'zh' ? 'long' : 'short' }, zone).replace(',', '')
  : NONE);

/** Is that a Monday, in that zone? */
export const isMonday = (at, zone) => {
  try {
    return new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: zone }).format(date(at)) === 'Mon';
  } catch {
    return date(at).getDay() === 1;
  }
};

/** Saturday 28 November, 15:04 */
export function fullTime(at = new Date()) {
  const text = when(at, { weekday: 'long', day: 'numeric', month: 'long' });
  return t('time.full', { day: lang() === 'zh' ? text.replace('日星', '日 星') : text.replace(',', ''), clock: clock(at) });
}

/** 15:04 today, Mon 09:00 within a week ahead, else 28 Nov, 15:04 */
export function time(at, { seconds = false } = {}) {
  if (!known(at)) return NONE;
  const [then, today] = [date(at), new Date()];
  const hours = seconds ? clockSeconds(then) : clock(then);
  if (sameDay(then, today)) return hours;
  const ahead = then - today;
  if (ahead > 0 && ahead < 7 * 864e5) return `${when(then, { weekday: 'short' })} ${hours}`;
  return lang() === 'zh' ? `${day(then)} ${hours}` : `${day(then)}, ${hours}`;
}

/** now, 2 min ago; older: the time */
export function ago(at) {
  if (!known(at)) return NONE;
  const ms = Date.now() - date(at).getTime();
  if (ms < 60000) return t('time.now');
  if (ms < 3600000) return tn('time.minutes_ago', Math.floor(ms / 60000));
  return time(at);
}

/** Exactly: for `title` */
export const exact = (at) => (known(at)
  ? when(at, { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' })
  : '');

/** 184 KB */
export function bytes(n) {
  if (!isNumber(n)) return NONE;
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let i = 0;
  let left = n;
  for (; left >= 1000 && i < 4; i++) left /= 1024;
  return `${fixed(left, i === 0 || left >= 100 ? 0 : 1)} ${units[i]}`;
}
