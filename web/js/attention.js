// SPDX-License-Identifier: MIT
/* What needs a person: a sentence, what follows, one button; the worst first. */
import { cause, windowName } from './account-words.js';
import { h, icon, replace, sign } from './dom.js';
import { failure } from './errors.js';
import { durationWords, percent, time } from './format.js';
import { has, t, tn } from './i18n.js';
import { amountOf, limitsInWords } from './limits.js';
import { button } from './parts.js';
import { to } from './routes.js';

const SHOWN = 6;
const SOLVED_MS = 5000;

const seeAccount = (item) => ['attention.see_account', to('accounts', item.subject)];
const changeLimit = (item) => ['attention.change_limit',
  item.details?.about === 'group' ? to('groups', item.subject) : to('keys', item.subject)];

/* what -> the text of its button and where that leads */
const ACTIONS = {
  sign_in_again: (item) => (item.details?.kind === 'api-key' ? seeAccount(item) : ['attention.sign_in', to('accounts', item.subject, 'sign-in')]),
  token_unsaved: seeAccount,
  account_blocked: seeAccount,
  account_unusable: seeAccount,
  accounts_paused: () => ['attention.see_accounts', '/admin/accounts'],
  window_used_up: seeAccount,
  window_runs_out: seeAccount,
  budget_spent: changeLimit,
  budget_nearly: changeLimit,
  prices_unusable: () => ['attention.see_prices', '/admin/settings/prices'],
  notices_failing: () => ['attention.see_notices', '/admin/settings/notices'],
};
const elsewhere = () => ['attention.see_about', '/admin/settings/about'];

const keyOf = (item) => [item.what, item.subject, item.details?.window ?? item.details?.limit_name ?? ''].join(' ');

const whyOf = ({ what, details }) => (what === 'notices_failing' ? failure(details.why) : cause(details.why));

/* The places of a text: whatever the relay tells, as it is written here. */
function places(item) {
  const d = item.details ?? {};
  const early = d.runs_out_at && item.until ? Date.parse(item.until) - Date.parse(d.runs_out_at) : null;
  return {
    name: item.subject ?? '', since: time(item.since), why: d.why ? whyOf(item) : '', until: item.until ? time(item.until) : '',
    window: d.window ? windowName(d.window) : '', used: d.limit_name ? amountOf(d.limit_name, d.used) : '',
    limit: d.limit_name ? limitsInWords({ [d.limit_name]: d.limit }) : '',
    percent: percent(d.used_ppm ?? 0), runs_out: time(d.runs_out_at), early: early === null ? '' : durationWords(early),
  };
}

/* What follows: by the reason, else by when it is over, else by since when; else in
   the relay's own words. */
function follows(item, name, filled) {
  const ways = [['why', filled.why], ['until', filled.until], ['since', item.since]];
  const [way] = ways.find(([suffix, known]) => known && has(`${name}_${suffix}`)) ?? [];
  return way ? t(`${name}_${way}`, filled) : item.message;
}

/** [sentence, what follows or null] of {what, subject, since, until, message, details}. */
export function words(item) {
  const own = `attention.${item.what}`;
  const name = item.details?.about === 'group' && has(`${own}_group`) ? `${own}_group` : own;
  if (!has(name)) return [item.message, null];
  const filled = places(item);
  return [t(name, filled), follows(item, own, filled)];
}

function row(item, isFirst) {
  const [title, second] = words(item);
  const [label, href] = (ACTIONS[item.what] ?? elsewhere)(item);
  return h('li', sign(item.severity), h('div', h('div.tt', title), second && second !== title && h('div.dd', second)),
    button(t(label), { href, primary: isFirst && item.severity === 'bad', label: t('attention.action', { action: t(label), about: title }) }),
    h('span.go', icon('right')));
}

const solved = (title) => h('li.solved', icon('check', 14), h('div', t('attention.solved', { what: title })));

/** attention() -> {node, set(items)} */
export function attention() {
  const list = h('ul.att', { 'aria-label': t('attention.title'), 'aria-live': 'polite' });
  const calm = h('div.calm', icon('check', 14), h('span', t('attention.none')));
  const node = h('div', list, calm);
  let before = new Map();
  const gone = new Map();
  let all = [];
  let open = false;

  function draw() {
    const shown = open ? all : all.slice(0, SHOWN);
    replace(list, [...gone.values()], shown.map((item, i) => row(item, i === 0)),
      shown.length < all.length && h('li.rest', h('span'), button(tn('attention.more', all.length - shown.length), { quiet: true, onclick: () => { open = true; draw(); } })));
    list.hidden = list.children.length === 0;
    calm.hidden = !list.hidden;
  }

  function set(items) {
    const now = new Map(items.map((item) => [keyOf(item), words(item)[0]]));
    for (const [key, title] of before) if (!now.has(key)) leave(key, title);
    before = now;
    all = items;
    draw();
  }

  function leave(key, title) {
    gone.set(key, solved(title));
    setTimeout(() => { gone.delete(key); draw(); }, SOLVED_MS);
  }

  list.hidden = true;
  calm.hidden = true;
  return { node, set };
}
