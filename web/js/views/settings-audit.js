// SPDX-License-Identifier: MIT
/* Settings, audit log: who managed what, and what that changed. */
import { address, api } from '../api.js';
import { dialog } from '../dialog.js';
import { h, replace } from '../dom.js';
import { refusal } from '../errors.js';
import { filters } from '../filters.js';
import { exact, time } from '../format.js';
import { has, t } from '../i18n.js';
import { button, empty, pairs, state } from '../parts.js';
import { query } from '../router.js';
import { frame } from '../settings-frame.js';
import { table } from '../table.js';

const PATH = '/admin/api/audit';
const PAGE = 50;
const MOST = 300; // rows in the document
const WHO = ['admin-token', 'session', 'this-machine', 'control-socket', 'command', 'relay', 'stranger'];
const ACTIONS = ['account', 'group', 'key', 'login', 'log', 'notify', 'prices', 'proxy', 'usage', 'request', 'session', 'backup', 'secret'];
const SPANS = ['1h', '24h', '7d', '30d'];

const whoName = (who) => (has(`audit.who.${who}`) ? t(`audit.who.${who}`) : who);
const actionName = (action) => (has(`audit.action.${action}`) ? t(`audit.action.${action}`) : action);

const asked = () => {
  const { target, who, action, since } = query();
  return { target, who, action, since };
};

/* ---- one entry ----------------------------------------------------------------- */

const textOf = (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '–'));

/* "limits.rpm 5 → 9" */
function changesOf({ before, after }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.map((name) => [name, before?.[name], after?.[name]]);
}

function summary(entry) {
  if (entry.error) return refusal(entry);
  return changesOf(entry).map(([name, was, is]) => (was === undefined ? `${name}: ${textOf(is)}` : `${name}: ${textOf(was)} → ${textOf(is)}`)).join(', ');
}

function details(entry) {
  const changes = changesOf(entry);
  return dialog({
    title: actionName(entry.action), wide: changes.length > 6,
    body: [
      pairs([
        [t('audit.when'), exact(entry.at)],
        [t('audit.who'), `${whoName(entry.who)}${entry.peer ? ` · ${entry.peer}` : ''}`],
        entry.target && [t('audit.target'), h('span.mono', entry.target)],
        [t('audit.result'), entry.done ? t('audit.done') : t('audit.refused')],
        entry.error && [t('audit.why'), refusal(entry)],
      ]),
      changes.length > 0 && h('table.tab.dense', { 'aria-label': t('audit.changes') },
        h('thead', h('tr', h('th', { scope: 'col' }, t('audit.member')), h('th', { scope: 'col' }, t('audit.before')), h('th', { scope: 'col' }, t('audit.after')))),
        h('tbody', changes.map(([name, was, is]) => h('tr', h('td', h('code', name)), h('td.wrapped', textOf(was)), h('td.wrapped', textOf(is)))))),
    ],
  });
}

/* ---- the list ------------------------------------------------------------------ */

function listOf(view) {
  const list = table({
    label: t('settings.audit'), rowKey: (row) => row.id, dense: true, onopen: details, class: 'audit',
    columns: [
      { key: 'at', label: t('audit.when'), width: 132, fold: 'second', cell: (row) => h('button.plain', { type: 'button', title: exact(row.at), onclick: () => details(row) }, time(row.at, { seconds: true })) },
      { key: 'action', label: t('audit.action'), width: 190, fold: 'first', cell: (row) => actionName(row.action) },
      { key: 'target', label: t('audit.target'), width: 150, cell: (row) => row.target && h('span.name.plain', { title: row.target }, row.target) },
      { key: 'who', label: t('audit.who'), width: 190, priority: 3, cell: (row) => h('span.cut', { title: row.peer ?? '' }, whoName(row.who), row.peer && h('span.mute', ` ${row.peer}`)) },
      { key: 'what', label: t('audit.what'), priority: 2, cell: (row) => h('span.cut', { title: summary(row) }, summary(row)) },
      { key: 'done', label: t('audit.result'), width: 104, fold: 'first2', cell: (row) => (row.done ? t('audit.done') : state('failed', t('audit.refused'))) },
    ],
    empty: () => empty(t('audit.none'), t('audit.none_why')),
  });
  let rows = [];
  async function load(cursor = null) {
    const page = await api.get(PATH, { ...asked(), limit: PAGE, cursor }, view);
    rows = cursor ? [...rows, ...page.entries] : page.entries;
    list.set(rows);
    const full = rows.length >= MOST;
    list.setMore(page.next_cursor && {
      text: full ? t('audit.enough') : null,
      onclick: full ? null : () => load(page.next_cursor).catch((error) => list.setMore({ text: error.message })),
    });
  }
  return { node: list.node, load };
}

/** Open this view. */
export async function open(view) {
  const list = listOf(view);
  const place = h('div');
  const draw = () => list.load().then(() => replace(place, list.node), (error) => {
    if (error.name !== 'AbortError') replace(place, bar.refused(error, draw));
  });
  const bar = filters({
    search: { name: 'target', label: t('audit.find') },
    chips: [
      { name: 'action', label: t('audit.action'), items: ACTIONS.map((each) => [each, t(`audit.kind.${each}`)]) },
      { name: 'who', label: t('audit.who'), items: WHO.map((each) => [each, whoName(each)]) },
      { name: 'since', label: t('audit.since'), items: SPANS.map((each) => [each, t(`audit.span.${each}`)]) },
    ],
    end: [button(t('audit.csv'), { icon: 'download', onclick: () => api.download(address(PATH, { ...asked(), format: 'csv' }), { name: 'audit.csv' }) })],
    onchange: draw,
  });
  await draw();
  frame(view, 'audit', {}, bar.node, place);
}
