// SPDX-License-Identifier: MIT
/* The accounts: how each is, its windows, what it does now, what it was used for today. */
import { accountRow, listHead } from '../account-row.js';
import { api } from '../api.js';
import { h, replace, say } from '../dom.js';
import { searchField } from '../filters.js';
import { number } from '../format.js';
import { t, tn } from '../i18n.js';
import { tableKeys } from '../keys.js';
import { live } from '../live.js';
import { barLegend, button, empty, head } from '../parts.js';
import { go, setQuery } from '../router.js';
import { explainSection } from './explain.js';

const AGAIN_MS = 15000;
/* From so many on they are searched. */
const MANY = 9;
/* So many rows at a time: more are built slowly. */
const ROWS = 100;

const matches = (account, text) => !text
  || [account.account, account.kind, account.note, account.base_url, ...account.tags].some((word) => word?.toLowerCase().includes(text));

function factsOf(accounts) {
  const ready = accounts.filter((account) => account.state === 'ready').length;
  const flying = accounts.reduce((sum, account) => sum + account.in_flight, 0);
  return t('accounts.facts', { ready: tn('accounts.ready', accounts.length, { ready }), running: tn('accounts.running', flying) });
}

/* The rows, kept by name.  What comes and goes waits while somebody is in the list. */
function makeList(view, reload) {
  const rows = new Map();
  const body = h('div', { role: 'rowgroup' });
  const node = h('div.accs', { role: 'table', 'aria-label': t('accounts.title') }, listHead(), body);
  const nothing = h('p.faint.pad', { hidden: true }, t('accounts.none_found'));
  const more = h('div.more', { hidden: true });
  let accounts = [];
  let waiting = false;
  let most = ROWS;
  const inUse = () => body.matches(':hover') || (body.contains(document.activeElement) && document.activeElement !== document.body);

  function place() {
    waiting = false;
    const text = (view.query.search ?? '').toLowerCase();
    const found = accounts.filter((account) => matches(account, text));
    const shown = found.slice(0, most);
    const names = new Set(shown.map((account) => account.account));
    for (const [name, row] of rows) {
      if (!names.has(name)) { row.node.remove(); rows.delete(name); }
    }
    shown.forEach((account, i) => {
      if (!rows.has(account.account)) rows.set(account.account, accountRow(account, reload));
      const { node: line } = rows.get(account.account);
      if (body.children[i] !== line) body.insertBefore(line, body.children[i] ?? null);
    });
    nothing.hidden = shown.length > 0;
    more.hidden = found.length === shown.length;
    replace(more, button(t('accounts.more'), { onclick: () => { most += ROWS; place(); } }),
      h('span', t('accounts.shown', { n: number(shown.length), of: number(found.length) })));
  }

  function set(next) {
    const same = next.length === accounts.length && next.every((account, i) => account.account === accounts[i].account);
    accounts = next;
    for (const account of next) rows.get(account.account)?.set(account);
    if (same) return;
    if (rows.size && inUse()) waiting = true;
    else place();
  }

  /* j and k go from name to name, Enter opens: as in tables. */
  function move(by) {
    const names = [...body.querySelectorAll('.who a')];
    const at = names.findIndex((name) => name.closest('.acc').contains(document.activeElement));
    const next = names[at < 0 ? 0 : Math.max(0, Math.min(names.length - 1, at + by))];
    next?.focus();
    next?.closest('.acc').scrollIntoView({ block: 'nearest' });
    return !!next;
  }
  tableKeys({ node, key: (name) => ({ j: () => move(1), k: () => move(-1) })[name]?.() ?? false });

  const settle = () => { if (waiting && !inUse()) place(); };
  body.addEventListener('pointerleave', settle);
  body.addEventListener('focusout', () => setTimeout(settle));
  return { node, nothing, more, set, place, accounts: () => accounts };
}

/* What the relay tells as it happens is less than what it answers. */
const merged = (account, told) => (told ? {
  ...account, ...told,
  windows: (told.windows ?? account.windows).map((w) => ({ ...account.windows.find((is) => is.name === w.name), ...w })),
} : account);

export async function open(view) {
  view.title(t('accounts.title'));
  view.keys({ n: () => go('/admin/new/account') });
  const load = async () => (await api.get('/admin/api/accounts', {}, { signal: view.signal })).accounts;
  const facts = h('span');
  const list = makeList(view, () => update());
  const show = (accounts) => {
    list.set(accounts);
    say(facts, factsOf(accounts));
  };
  const first = await load();
  const update = () => load().then(show, () => null); // what is not answered is tried again
  const title = head(t('accounts.title'), facts,
    button(t('accounts.import'), { href: '/admin/import' }),
    button(t('accounts.add'), { href: '/admin/new/account', primary: true, icon: 'plus' }));
  if (first.length === 0) {
    return void replace(view.node, title, empty(t('accounts.empty'), t('accounts.empty_why'),
      button(t('newaccount.by.login'), { href: '/admin/new/account', primary: true }), button(t('accounts.import'), { href: '/admin/import' })));
  }
  show(first);
  replace(view.node, title, first.length >= MANY && searchOf(view, list), list.node, list.nothing, list.more, barLegend(),
    await explainSection(view, { signal: view.signal }));
  keepLive(view, list, show, update);
}

function searchOf(view, list) {
  return h('div.filters', searchField({
    label: t('accounts.search'), value: view.query.search,
    oninput: (text) => { setQuery({ search: text || null }); view.query = { ...view.query, search: text }; list.place(); },
  }));
}

/* An account that nobody knows yet, or that is gone, is asked for. */
function keepLive(view, list, show, update) {
  live.on('accounts', ({ accounts: told }) => {
    const by = new Map(told.map((account) => [account.account, account]));
    const now = list.accounts();
    if (by.size !== now.length || now.some((account) => !by.has(account.account) || by.get(account.account).state !== account.state)) update();
    else show(now.map((account) => merged(account, by.get(account.account))));
  }, view.signal);
  const timer = setInterval(() => { if (!document.hidden) update(); }, AGAIN_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));
}
