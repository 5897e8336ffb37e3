// SPDX-License-Identifier: MIT
/* What needs a person: a sentence, what follows, one button; the worst first. */
import { cause } from './account-words.js';
import { h, icon, replace, sign } from './dom.js';
import { durationWords, money, number, percent, time } from './format.js';
import { has, t, tn } from './i18n.js';
import { button } from './parts.js';
import { to } from './routes.js';

const SHOWN = 6;
const SOLVED_MS = 5000;

const seeAccount = (item) => ['attention.see_account', to('accounts', item.subject)];
const changeLimit = (item) => ['attention.change_limit',
  item.details?.about === 'group' || item.details?.group ? to('groups', item.subject) : to('keys', item.subject)];

/* what -> the text of its button and where that leads */
const ACTIONS = {
  sign_in_again: (item) => (item.details?.kind === 'api-key' ? seeAccount(item) : ['attention.sign_in', to('accounts', item.subject, 'sign-in')]),
  token_unsaved: seeAccount,
  account_blocked: seeAccount,
  account_unusable: seeAccount,
  window_used_up: seeAccount,
  window_runs_out: seeAccount,
  budget_spent: changeLimit,
  budget_nearly: changeLimit,
  prices_unusable: () => ['attention.see_prices', '/admin/settings/prices'],
  notices_failing: () => ['attention.see_notices', '/admin/settings/notices'],
};
const elsewhere = () => ['attention.see_about', '/admin/settings/about'];

const keyOf = (item) => [item.what, item.subject, item.details?.window ?? item.details?.limit ?? ''].join(' ');

/* The places of a text: whatever the relay tells, as it is written here. */
function places(item) {
  const d = item.details ?? {};
  const resets = item.until ?? d.resets_at ?? d.until;
  const early = d.runs_out_at && resets ? Date.parse(resets) - Date.parse(d.runs_out_at) : null;
  return {
    name: item.subject ?? '', since: time(item.since), why: cause(d.why ?? d.error ?? ''), until: resets ? time(resets) : '',
    window: d.window && has(`attention.window.${d.window}`) ? t(`attention.window.${d.window}`) : d.window ?? '',
    used: d.unit === 'usd' || /^cost/.test(d.limit_name ?? d.limit ?? '') ? money(d.used_microusd ?? d.used * 1e6) : number(d.used),
    percent: percent(d.used_ppm), runs_out: time(d.runs_out_at), early: early === null ? '' : durationWords(early), n: number(d.count ?? d.n ?? 0),
  };
}

/* The relay's own words where this page has none for what it tells. */
function words(item) {
  const name = `attention.${item.what}`;
  const filled = places(item);
  if (!has(name)) return [item.message, null];
  const why = `${name}_why`;
  const bare = `${name}_since`;
  const second = has(why) && filled.why ? t(why, filled) : has(bare) && item.since ? t(bare, filled) : item.message;
  return [t(name, filled), second];
}

function row(item, isFirst) {
  const [title, follows] = words(item);
  const [label, href] = (ACTIONS[item.what] ?? elsewhere)(item);
  return h('li', { class: item.severity }, sign(item.severity), h('div', h('div.tt', title), follows && follows !== title && h('div.dd', follows)),
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
