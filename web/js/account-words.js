// SPDX-License-Identifier: MIT
/* What is said of accounts, in words: how they are and why, what kind they are, and
   where their windows are going. */
import { windowOf } from './bars.js';
import { clock, clockSeconds, day, durationWords, percent, time } from './format.js';
import { t } from './i18n.js';

const MINUTE = 60e3;
const HOUR = 60 * MINUTE;
const PPM = 1e6;
/* So long before its end a token is renewed (account/refresh_rules.h). */
const AHEAD = 15 * MINUTE;

/* ---- states ---------------------------------------------------------------- */

/* What the relay says (account/lesson.c, account/health.c) -> its text here. */
const CAUSES = {
  'its organization is disabled': 'cause.organization_disabled',
  'its token was refused': 'cause.token_refused',
  'its credential was refused': 'cause.credential_refused',
  'its credential was revoked': 'cause.credential_revoked',
  'its organization may not use the API like this': 'cause.organization_may_not',
  'the address or region that it is used from is refused: look at its proxy': 'cause.address_refused',
  'its credit balance is too low': 'cause.credit_low',
  'its billing is refused': 'cause.billing_refused',
  'a limit is used up': 'cause.limit',
  'there were too many requests': 'cause.too_many',
  'it leads back to this relay: look at its base_url, or at CLAUDE_API_URL': 'cause.leads_back',
  'the provider is overloaded': 'cause.overloaded',
  'the provider failed': 'cause.provider_failed',
  'the provider was not reached': 'cause.not_reached',
  'its answer could not be understood': 'cause.not_understood',
  'an error came inside of an answer': 'cause.error_inside',
  'switched off by the operator': 'cause.switched_off',
  'its grant was refused': 'cause.grant_refused',
  'paused by the operator': 'cause.paused',
};

/** A cause as the relay tells it, in the reader's language as far as it is known; somebody's own
    words after it ("paused by the operator: repairs") stay as they are. */
export function cause(text) {
  if (CAUSES[text]) return t(CAUSES[text]);
  const known = Object.keys(CAUSES).find((each) => text.startsWith(`${each}: `));
  return known ? t('cause.with_words', { cause: t(CAUSES[known]), words: text.slice(known.length + 2) }) : text;
}

/** Has it an API key, and no sign-in? */
export const isKey = (account) => account.kind === 'api-key';

/** The shape of a state: what state() of parts.js takes. */
export const shapeOf = (state) =>
  ({ ready: 'ready', paused: 'paused', login_required: 'login', blocked: 'blocked', disabled: 'off' })[state] ?? 'failed';

/** Its state in words: 'Paused until 15:10'. */
export function stateWords(account) {
  switch (account.state) {
    case 'ready': return t('account.state.ready');
    case 'paused': return account.until ? t('account.state.paused', { until: time(account.until) }) : t('account.state.paused_open');
    case 'login_required': return isKey(account) ? t('account.state.key_refused') : t('account.state.login');
    case 'blocked': return t('account.state.blocked');
    case 'disabled': return t('account.state.off');
    default: return t('account.state.unusable');
  }
}

/* Of one that is ready: what is known of its credential. */
function credential(account) {
  if (account.expires_at === null) {
    const last = lastSeen(account);
    return last ? t('account.answered', { time: time(last) }) : t('account.not_asked');
  }
  if (!account.can_refresh) return t('account.token_until', { time: time(account.expires_at) });
  return account.need_refresh ? t('account.token_due') : t('account.token_next', { time: time(renewsAt(account)) });
}

/** When its token is renewed, in milliseconds. */
export const renewsAt = (account) => Date.parse(account.expires_at) - AHEAD;

/** When an answer of it told anything last, or null. */
export function lastSeen(account) {
  const times = (account.windows ?? []).map((w) => Date.parse(w.seen_at)).filter(Number.isFinite);
  return times.length ? Math.max(...times) : null;
}

/* What was found so may be older than the relay knows. */
const sinceWhy = ({ since, since_found: found }, why) =>
  t(found ? 'account.since_before_why' : 'account.since_why', { since: time(since), why });

/** Why it is so, and since when: the lines below its state. */
export function whyLines(account) {
  const reason = account.state === 'unusable' ? account.problem ?? account.why : account.why;
  const lines = [];
  if (account.state === 'ready') lines.push(credential(account));
  else if (account.since && reason) lines.push(sinceWhy(account, cause(reason)));
  else if (account.since) lines.push(t('account.since', { since: time(account.since) }));
  else if (reason) lines.push(cause(reason));
  for (const family of account.families ?? []) {
    lines.push(t('account.family', { family: family.family, until: time(family.until), why: cause(family.why) }));
  }
  if (account.state === 'ready' && account.problem) lines.push(account.problem);
  return lines;
}

/* ---- kinds ------------------------------------------------------------------ */

/** 'API key, in the pool'; of another gateway its host. */
export function kindWords(account) {
  if (account.base_url) {
    const places = { host: hostOf(account.base_url) };
    return account.pool ? t('account.kind.gateway_pool', places) : t('account.kind.gateway', places);
  }
  if (isKey(account)) return account.pool ? t('account.kind.key_pool') : t('account.kind.key');
  return account.pool ? t('account.kind.login_pool') : t('account.kind.login');
}

export function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** socks5://hk-1.lan:1080 */
export const proxyWords = (proxy) =>
  `${proxy.type}://${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${proxy.port}`;

const PLANS = {
  claude_free: 'Claude Free', claude_pro: 'Claude Pro', claude_max: 'Claude Max', claude_team: 'Claude Team', claude_enterprise: 'Claude Enterprise',
};

/** 'wei@example.com, plan: Claude Max' */
export const profileWords = ({ email, plan }) =>
  t('account.profile.is', { email: email ?? t('window.unknown'), plan: PLANS[plan] ?? plan ?? t('window.unknown') });

/* ---- windows ------------------------------------------------------------------ */

const LENGTHS = { h: HOUR, d: 24 * HOUR };

/** How long the window of that name is; 0: not told by its name. */
export function lengthOf(name) {
  const [, count, unit] = /^(\d+)([hd])(?:_|$)/.exec(name) ?? [];
  return count ? count * LENGTHS[unit] : 0;
}

const AMOUNTS = {
  requests: 'window.requests', tokens: 'window.tokens',
  'input-tokens': 'window.input_tokens', 'output-tokens': 'window.output_tokens',
};

/** '5-hour window', '7-day window, opus', 'input tokens per minute' */
export function windowName(name) {
  if (AMOUNTS[name]) return t(AMOUNTS[name]);
  const [, count, unit, family] = /^(\d+)([hd])(?:_(.+))?$/.exec(name) ?? [];
  if (!count) return name;
  const places = { n: count, family };
  if (unit === 'h') return family ? t('window.hours_of', places) : t('window.hours', places);
  return family ? t('window.days_of', places) : t('window.days', places);
}

/* Nothing was heard of it for so long: what is known is old. */
const stale = (length) => Math.max(30 * MINUTE, length / 10);

function note(w, shown, now) {
  if (shown.old) return shown.resetsAt > now ? t('window.was_to_reset', { time: time(w.resets_at) }) : t('window.no_traffic');
  if (w.used_ppm >= PPM || w.status === 'rejected') return t('window.used_up');
  if (shown.out) return t('window.runs_out', { time: time(shown.out), early: durationWords(shown.resetsAt - shown.out) });
  if (shown.at !== null) return t('window.at_reset', { percent: percent(shown.at) });
  return t('window.no_forecast');
}

/** Those that serve nobody until somebody does something: their windows stand still. */
export const isIdle = (account) => !['ready', 'paused'].includes(account.state);

/** A window as windowBar() wants it, with its forecast in words; `idle`: of an account that serves nobody. */
export function windowView(w, { now = Date.now(), idle = false } = {}) {
  const length = lengthOf(w.name);
  if (w.used_ppm === null) return { unknown: t('window.not_known'), note: t('window.began_anew', { time: time(w.seen_at) }) };
  if (!length) return amountView(w, now);
  const shown = windowOf(w, { length, now, stale: idle ? -1 : stale(length) });
  if (w.status === 'rejected') shown.level = 'bad';
  return { ...shown, note: note(w, shown, now) };
}

/* An API key's amounts come and go by the minute. */
function amountView(w, now) {
  const seen = Date.parse(w.seen_at);
  const old = now - seen > 5 * MINUTE;
  return {
    used: w.used_ppm, at: null, even: null, old, of: t('window.of', { what: windowName(w.name) }),
    resets: old ? t('window.as_of', { time: time(seen) }) : t('window.resets', { time: clock(w.resets_at) }),
    note: t('window.from_answer', { time: now - seen < 12 * HOUR ? clockSeconds(seen) : day(seen) }),
  };
}

/** Those of the account as a whole: { five, seven, amount, others }; amount is the tightest of an API key's. */
export function windowsOf(account) {
  const all = account.windows ?? [];
  const named = (name) => all.find((w) => w.name === name) ?? null;
  const amounts = all.filter((w) => !lengthOf(w.name) && w.used_ppm !== null);
  const tightest = amounts.reduce((most, w) => (most === null || w.used_ppm > most.used_ppm ? w : most), null);
  return {
    five: named('5h'), seven: named('7d'), amount: tightest,
    others: all.filter((w) => w.name !== '5h' && w.name !== '7d' && w !== tightest),
  };
}

/** Why nothing is known of its windows. */
export function unknownWords(account) {
  const seen = lastSeen(account);
  if (seen) return t('window.none_since', { time: time(seen) });
  if (account.today?.requests > 0) return t('window.none_told');
  return t('window.none_asked');
}
