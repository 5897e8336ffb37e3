// SPDX-License-Identifier: MIT
/* The list of accounts: a grid with the roles of a table, whose rows are kept and
   filled anew in place. */
import { menuOf } from './account-actions.js';
import * as dialogs from './account-dialogs.js';
import { editDialog } from './account-edit.js';
import { isIdle, isKey, kindWords, shapeOf, stateWords, unknownWords, whyLines, windowsOf, windowView } from './account-words.js';
import { costWhy, isUnknown } from './cost.js';
import { h } from './dom.js';
import { money, number } from './format.js';
import { t, tn } from './i18n.js';
import { button, menu, name as nameOf, state, windowBar } from './parts.js';
import { to } from './routes.js';
import { slot } from './slot.js';

const MINUTE = 60e3;
const cell = (kind, ...children) => h(`div.${kind}`, { role: 'cell' }, ...children);
const all = { ...dialogs, edit: editDialog };

const HEADS = [['account', ''], ['state', ''], ['five', ''], ['seven', ''], ['in_flight', '.r'], ['today', '.r.cost']];

/** The line of what the columns are. */
export const listHead = () => h('div', { role: 'rowgroup' }, h('div.acc.h', { role: 'row' },
  HEADS.map(([word, kind]) => h(`span${kind}`, { role: 'columnheader' }, t(`accounts.head.${word}`))),
  h('span', { role: 'columnheader' }, h('span.sr', t('table.actions')))));

/* ---- cells ------------------------------------------------------------------- */

const drawWho = ({ account, kind, tags }) => [
  nameOf(account, to('accounts', account)), h('span.kind', kind),
  tags.length > 0 && h('span.tags', tags.map((tag) => h('span.tag', tag))),
];

const drawState = ({ name, shape, words, lines, signIn }) => [
  state(shape, words), lines.map((line) => h('span.why', line)),
  signIn && h('div.act', button(t('accounts.sign_in'), {
    primary: true, href: to('accounts', name, 'sign-in'), label: t('accounts.sign_in_name', { name }),
  })),
];

const stateOf = (account) => ({
  name: account.account, shape: shapeOf(account.state), words: stateWords(account), lines: whyLines(account),
  signIn: account.state === 'login_required' && !isKey(account),
});

const labelled = (word, node) => [h('span.wl', t(word)), node];

function drawWindows({ five, seven, amount, unknown, idle }) {
  if (five || seven) {
    const one = (w) => (w ? windowBar(windowView(w, { idle })) : windowBar({ unknown: t('window.unknown') }));
    return [cell('w5', labelled('accounts.five_short', one(five))), cell('w7', labelled('accounts.seven_short', one(seven)))];
  }
  return h('div.w57', { role: 'cell', 'aria-colspan': 2 }, amount
    ? windowBar(windowView(amount, { idle })) : h('span.faint.small', unknown));
}

const bare = (w) => w && { ...w, samples: undefined };

function windowsFor(account) {
  const { five, seven, amount } = windowsOf(account);
  return {
    five: bare(five), seven: bare(seven), amount: bare(amount), unknown: unknownWords(account), idle: isIdle(account),
    at: Math.floor(Date.now() / MINUTE), // the even pace goes on, and what is known gets old
  };
}

const drawFlight = ({ now, of }) => [
  h('span.wl', t('accounts.in_flight'), ' '), number(now), h('span.of', ' ', of ? t('accounts.of', { n: number(of) }) : t('accounts.any')),
];

const drawToday = (today) => (today === null
  ? [h('span.wl', t('accounts.today'), ' '), h('span', { title: t('accounts.today_unknown') }, '–')]
  : [h('span.wl', t('accounts.today'), ' '), h('span', { title: costWhy(today) }, isUnknown(today) ? '–' : money(today.cost_microusd)), h('span.of', ' ', tn('accounts.requests', today.requests))]);

/* ---- a row --------------------------------------------------------------------- */

/** accountRow(account, after) -> {node, account, set(account)}; after(answer) when something was done to it. */
export function accountRow(first, after) {
  const row = { account: first };
  const who = cell('who');
  const how = h('div');
  const place = h('div.wrong');
  const windows = h('div.windows', { role: 'presentation' });
  const flight = cell('num.fl');
  const today = cell('num.cost');
  const slots = [
    [slot(who, drawWho), (a) => ({ account: a.account, kind: kindWords(a), tags: a.tags })],
    [slot(how, drawState), stateOf],
    [slot(windows, drawWindows), windowsFor],
    [slot(flight, drawFlight), (a) => ({ now: a.in_flight, of: a.concurrency })],
    [slot(today, drawToday), (a) => a.today ?? null],
  ];
  const actions = menu(() => [
    { label: t('account.do.open'), href: to('accounts', first.account) }, null, ...menuOf(row.account, all, place, after),
  ], { label: t('accounts.actions', { name: first.account }) });
  row.node = h('div.acc', { role: 'row' }, who, cell('state', how, place), windows, flight, today, cell('menu', actions));
  row.set = (account) => {
    row.account = account;
    for (const [set, pick] of slots) set(pick(account));
  };
  row.set(first);
  return row;
}
