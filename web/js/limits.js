// SPDX-License-Identifier: MIT
/* What keys and groups may use: kinds of limits, their words, and how much of them
   is used.  Money is in dollars here, as the API tells it. */
import { levelOf, limitBar } from './bars.js';
import { clock, durationWords, large, money, moneyShort, number, time } from './format.js';
import { t } from './i18n.js';

const PPM = 1e6;

/** In the order in which they are shown.  `rate`: being full is no alarm. */
export const KINDS = {
  cost_5h: { money: true, opens: 'rolling' },
  cost_day: { money: true, opens: 'calendar' },
  cost_week: { money: true, opens: 'calendar' },
  cost_month: { money: true, opens: 'calendar' },
  cost_total: { money: true, opens: 'never' },
  rpd: { opens: 'calendar' },
  rpm: { opens: 'minute', rate: true },
  tpm_in: { opens: 'minute', rate: true, tokens: true },
  tpm_out: { opens: 'minute', rate: true, tokens: true },
  concurrency: { opens: 'ends', rate: true },
};

/** What the relay knows of a budget that this page does not is left out. */
export const kindsOf = (limits) => Object.keys(KINDS).filter((kind) => limits && kind in limits);

/** Is one of them of days, weeks or months: does it matter when those end? */
export const hasCalendar = (limits) => kindsOf(limits).some((kind) => KINDS[kind].opens === 'calendar');

/** How much of it is used, in millionths; of a limit of 0 all. */
export const share = ({ used, limit }) => (limit === 0 ? PPM : Math.round((used / limit) * PPM));

const micro = (dollars) => Math.round(dollars * PPM);
/** How much of a kind: $3.10, 1.2 M, 412 */
export const amountOf = (kind, n) => (KINDS[kind] ? amount(kind, n) : String(n));

const amount = (kind, n) => (KINDS[kind].money ? money(micro(n)) : KINDS[kind].tokens ? large(n) : number(n));
const bound = (kind, n) => (KINDS[kind].money ? moneyShort(micro(n)) : amount(kind, n));

function level(kind, used) {
  return KINDS[kind].rate ? '' : levelOf(used);
}

/* A bar in a table. */
const small = (kind, view, ofGroup) => limitBar({
  name: ofGroup ? t('limit.of_group', { name: t(`limit.short.${kind}`) }) : t(`limit.short.${kind}`),
  text: `${amount(kind, view.used)} / ${bound(kind, view.limit)}`,
  used: share(view), level: level(kind, share(view)),
});

/** Bars of the two limits of which most is used, a key's own or its group's. */
export function tightest(used, ofGroup = null) {
  const all = [[used, false], [ofGroup, true]].flatMap(([limits, is]) =>
    kindsOf(limits).map((kind) => ({ kind, view: limits[kind], is })));
  const most = [...all].sort((a, b) => share(b.view) - share(a.view)).slice(0, 2);
  return all.filter((each) => most.includes(each)).map(({ kind, view, is }) => small(kind, view, is));
}

/** The most that is used of a budget, in millionths: rates are none. */
export const budgetShare = (used) =>
  Math.max(0, ...kindsOf(used).filter((kind) => !KINDS[kind].rate).map((kind) => share(used[kind])));

/* When it opens: sentences of their own, for none is made of parts. */
function opening(kind, view, wait) {
  const left = { left: amount(kind, Math.max(0, view.limit - view.used)), time: view.resets_at ? time(view.resets_at) : '' };
  const full = view.used >= view.limit;
  switch (KINDS[kind].opens) {
    case 'calendar': return t(full ? 'limit.full_calendar' : 'limit.left_calendar', left);
    case 'rolling': return !view.resets_at ? t('limit.left', left) : t(full ? 'limit.full_rolling' : 'limit.left_rolling', { ...left, time: clock(view.resets_at) });
    case 'minute': return t(full ? 'limit.full_minute' : 'limit.left_minute', left);
    case 'ends': return !full ? t('limit.free', left) : wait ? t('limit.full_waits', { wait: durationWords(wait) }) : t('limit.full_refused');
    default: return t(full ? 'limit.full_never' : 'limit.left_never', left);
  }
}

const held = (kind, view) => (view.reserved > 0 && !KINDS[kind].rate
  ? t('limit.reserved', { amount: amount(kind, view.reserved) }) : null);

/** "10m" in milliseconds. */
export function durationOf(text) {
  const units = { ms: 1, s: 1000, m: 60000, h: 3600000 };
  return [...String(text ?? '').matchAll(/(\d+)(ms|s|m|h)/g)].reduce((sum, [, n, unit]) => sum + n * units[unit], 0);
}

/** Large bars of all limits; `wait`: how long a request waits for a free place. */
export const limitBars = (used, { wait = 0 } = {}) => kindsOf(used).map((kind) => limitBar({
  name: t(`limit.long.${kind}`),
  text: t('limit.of', { used: amount(kind, used[kind].used), limit: bound(kind, used[kind].limit) }),
  used: share(used[kind]), level: level(kind, share(used[kind])),
  note: [opening(kind, used[kind], wait), held(kind, used[kind])].filter(Boolean).join(t('list.semicolon')),
}, { large: true }));

/** "$25 a day, 4 requests at once"; null without limits. */
export const limitsInWords = (limits) =>
  kindsOf(limits).map((kind) => t(`limit.says.${kind}`, { amount: bound(kind, limits[kind]) })).join(t('list.comma')) || null;
