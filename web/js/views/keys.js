// SPDX-License-Identifier: MIT
/* All keys: searched and sorted by the relay, a hundred at a time. */
import { api } from '../api.js';
import { h, replace } from '../dom.js';
import { chip, filters } from '../filters.js';
import { ago, day, decimalsOf, exact, money, number } from '../format.js';
import { t, tn } from '../i18n.js';
import { keyActions, restoreKeys, revokeKeys } from '../key-actions.js';
import { groupKeys, limitKeys, tagKeys } from '../key-bulk.js';
import { isClosed, masked, stateNote, stateOf } from '../key-state.js';
import { tightest } from '../limits.js';
import { button, empty, head, name, state } from '../parts.js';
import { go, query, setQuery } from '../router.js';
import { to } from '../routes.js';
import { table } from '../table.js';

const PAGE = 100;
const MOST = 300; // rows in the document: more would make it slow
const FRESH_MS = 10000;
const SORTS = ['last_used_at', 'name', 'owner', 'cost_30d', 'requests_today', 'tightest', 'id'];
const RISING = ['name', 'owner'];
const STATES = ['active', 'disabled', 'revoked', 'expired'];
const NAMES = ['search', 'state', 'tag', 'group', 'unused_since', 'used_since'];

const sortNow = () => {
  const { sort, order } = query();
  const key = SORTS.includes(sort) ? sort : 'last_used_at';
  return { key, desc: order ? order === 'desc' : !RISING.includes(key) };
};

const asked = () => {
  const all = query();
  const { key, desc } = sortNow();
  return { ...Object.fromEntries(NAMES.map((each) => [each, all[each]])), sort: key, order: desc ? 'desc' : 'asc', limit: PAGE };
};

/* ---- cells --------------------------------------------------------------------- */

const nameCell = (key) => [name(key.name, to('keys', key.id)), h('span.sub.mono', masked(key))];

function ownerCell(key) {
  const words = [...key.tags, key.group && t('keys.group', { name: key.group })].filter(Boolean).join(t('list.names'));
  return [key.owner ? h('span.name.plain', { title: key.owner }, key.owner) : h('span.faint', t('keys.nobody')), words && h('span.sub.cut', { title: words }, words)];
}

function stateCell(key, group) {
  const words = stateNote(key);
  return [state(...stateOf(key, group?.used)), words && h('span.sub.ind', words)];
}

function limitsCell(key, group) {
  if (key.state === 'revoked') return h('span.faint.tiny', t('keys.revoked'));
  const bars = tightest(key.used, group?.used);
  return bars.length ? h('div.lims', bars) : h('span.faint.tiny', t('limit.none'));
}

const countCell = (n) => (n ? number(n) : h('span.faint', '0'));
const countedOf = (key) => Math.round(key.last_30d.cost * 1e6);
/** What limits counted in 30 days, of a key or a group. */
export const costCell = (key) => (countedOf(key) ? money(countedOf(key), key._decimals) : h('span.faint', money(0, key._decimals)));
const usedCell = (key) => h('span.mute', { title: exact(key.last_used_at) }, key.last_used_at ? ago(key.last_used_at) : t('keys.never'));

/** Columns of a table of keys; groups: a Map of those that have limits, by name. */
export const keyColumns = (groups) => [
  { key: 'name', label: t('keys.key'), sort: true, fold: 'first', class: 'nowrap', cell: nameCell },
  { key: 'owner', label: t('key.owner'), sort: true, priority: 2, class: 'nowrap', cell: ownerCell },
  { key: 'state', label: t('keys.state'), class: 'nowrap second', cell: (key) => stateCell(key, groups.get(key.group)) },
  { key: 'tightest', label: t('keys.tightest'), sort: true, fold: 'wide', class: 'limc second', cell: (key) => limitsCell(key, groups.get(key.group)) },
  { key: 'requests_today', label: t('keys.today'), sort: true, align: 'num', priority: 2, cell: (key) => countCell(key.today.requests) },
  { key: 'cost_30d', label: t('keys.cost_30d'), sort: true, align: 'num', fold: 'first2', cell: costCell },
  { key: 'last_used_at', label: t('keys.last_used'), sort: true, align: 'num', priority: 3, fold: 'hide', cell: usedCell },
];

/** Keys or groups, with the decimals that the column of what is counted has. */
export function withDecimals(rows) {
  const decimals = decimalsOf(rows.map(countedOf));
  return rows.map((row) => ({ ...row, _decimals: decimals }));
}

/** What "counted" is, below such a column. */
export const countedNote = () => h('p.small.mute.pad', t('keys.counted'));

/* ---- the view -------------------------------------------------------------------- */

/** Open this view. */
export async function open(view) {
  view.title(t('nav.keys'));
  const groups = new Map();
  let cursor = null;
  let total = 0;
  let cut = false;

  const page = (after, signal = view.signal) => api.get('/admin/api/keys', { ...asked(), cursor: after }, { signal });
  const takeGroups = async () => {
    for (const group of (await api.get('/admin/api/groups', null, { signal: view.signal })).groups) groups.set(group.name, group);
  };
  /* What the address asks for may be nothing that there is: the filters stay, to be changed. */
  const tried = (asking) => asking.catch((error) => { if (error.name === 'AbortError') throw error; return { error }; });
  const [first, facts] = await Promise.all([tried(page(null)), countFacts(view.signal), takeGroups()]);

  const list = table({
    label: t('nav.keys'), columns: keyColumns(groups), rows: first.keys ?? [], class: 'keys', sort: sortNow(),
    onsort: (key, desc) => { sortBy(key, desc); },
    rowClass: (key) => (isClosed(key) ? 'gone' : null), onopen: (key) => go(to('keys', key.id)),
    select: { label: (key) => t('keys.select', { name: key.name }), actions: bulk },
    actions: (key) => keyActions(key, { done: again }), actionsLabel: (key) => t('keys.actions', { name: key.name }),
    empty: nothing,
  });
  const summary = h('span');
  const chosenSort = chip({
    label: t('keys.sort'), value: sortNow().key, always: true, items: SORTS.map((each) => [each, t(`keys.sort.${each}`)]),
    onchange: (sort) => { setQuery({ sort, order: null }); list.setSort(sortNow()); again(); },
  });
  const line = filters({
    search: { name: 'search', label: t('keys.search') },
    chips: [
      { name: 'state', label: t('keys.state'), items: STATES.map((each) => [each, t(`key.${each}`)]) },
      { name: 'tag', label: t('key.tag'), items: tagItems },
      { name: 'group', label: t('key.group'), items: () => [...groups.keys()].map((each) => [each, each]) },
      { name: 'unused_since', label: t('keys.unused'), items: [['7d', t('keys.unused.7d')], ['30d', t('keys.unused.30d')], ['90d', t('keys.unused.90d')]] },
    ],
    end: [chosenSort], onchange: again,
  });

  function sortBy(key, desc) {
    setQuery({ sort: key, order: desc === !RISING.includes(key) ? null : desc ? 'desc' : 'asc' });
    chosenSort.setValue(key);
    again();
  }
  async function tagItems() {
    const { tags } = await api.get('/admin/api/tags', null, { signal: view.signal });
    return tags.map(({ tag, keys }) => [tag, `${tag} (${number(keys)})`]);
  }
  function say() {
    const words = [tn('keys.count', facts.all), tn('keys.used_lately', facts.lately)];
    replace(summary, total === facts.all ? words.join(t('list.comma')) : t('keys.found', { found: number(total), all: tn('keys.count', facts.all) }));
  }
  function show(found, { add = false } = {}) {
    const rows = add ? [...list.rows(), ...found.keys] : found.keys;
    cut = rows.length > MOST || (add && cut);
    if (found.total !== null) total = found.total;
    cursor = found.next_cursor;
    list.set(withDecimals(rows.slice(-MOST)));
    drawMore();
    say();
  }
  function drawMore() {
    const shown = list.rows().length;
    const text = cut ? t('keys.cut', { n: number(shown), all: number(total) }) : t('keys.shown', { n: number(shown), all: number(total) });
    list.setMore(cursor ? { label: t('keys.more'), onclick: more, text } : cut ? { label: t('keys.from_start'), onclick: again, text } : null);
  }
  const place = h('div');
  function draw(found) {
    replace(place, found.error ? line.refused(found.error, again) : [list.node, found.keys.length > 0 && countedNote()]);
    if (!found.error) show(found);
  }
  let turn = 0;
  async function again() {
    const mine = ++turn;
    try {
      const [found, now] = await Promise.all([tried(page(null)), countFacts(view.signal), takeGroups()]);
      if (mine !== turn) return;
      Object.assign(facts, now);
      draw(found);
    } catch (error) {
      view.failed(error);
    }
  }
  async function more() {
    const mine = turn;
    try {
      const found = await page(cursor);
      if (mine === turn) show(found, { add: true });
    } catch (error) {
      view.failed(error);
    }
  }
  function nothing() {
    if (facts.all > 0) return empty(t('keys.none_found'), t('keys.loosen'), button(t('filters.clear'), { onclick: () => line.clear() }));
    return empty(t('keys.none'), t('keys.none_why'), button(t('key.create'), { primary: true, icon: 'plus', href: '/admin/new/key' }));
  }
  function bulk(rows, clear) {
    const done = () => { clear(); again(); };
    const act = (text, fn, danger) => button(text, { quiet: true, danger, onclick: () => fn(rows, { groups: [...groups.keys()], done }) });
    const revoked = rows.every((key) => key.state === 'revoked');
    return [act(t('key.tags'), tagKeys), act(t('key.group'), groupKeys), act(t('limit.title'), limitKeys),
      revoked ? act(t('key.restore'), restoreKeys) : act(t('key.revoke'), revokeKeys, true)];
  }
  /* Numbers change in place; rows stay where they are until somebody asks. */
  async function refresh() {
    if (document.hidden || document.querySelector('dialog[open]')) return;
    const mine = turn;
    const found = await page(null).catch(() => null);
    await takeGroups().catch(() => null);
    if (!found || mine !== turn) return;
    const fresh = new Map(found.keys.map((key) => [key.id, key]));
    list.set(withDecimals(list.rows().map((key) => fresh.get(key.id) ?? key)));
  }
  const timer = setInterval(refresh, FRESH_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));

  replace(view.node, head(t('nav.keys'), summary, button(t('groups.title'), { href: '/admin/groups' }),
    button(t('key.create'), { primary: true, icon: 'plus', href: '/admin/new/key' })), line.node, place);
  draw(first);
  view.keys({ n: () => go('/admin/new/key') });
  return {};
}

/* How many there are in all, and how many are in use. */
async function countFacts(signal) {
  const count = (more) => api.get('/admin/api/keys', { limit: 1, ...more }, { signal }).then(({ total }) => total);
  const [all, lately] = await Promise.all([count({}), count({ used_since: '1h' })]);
  return { all, lately };
}
