// SPDX-License-Identifier: MIT
/* All groups of keys. */
import { api } from '../api.js';
import { h, replace } from '../dom.js';
import { number } from '../format.js';
import { editGroup, removeGroup } from '../group-form.js';
import { t, tn } from '../i18n.js';
import { tightest } from '../limits.js';
import { button, crumbs, empty, head, name } from '../parts.js';
import { go } from '../router.js';
import { to } from '../routes.js';
import { table } from '../table.js';
import { costCell, countedNote, withDecimals } from './keys.js';

const href = (group) => to('groups', group.name);

const columns = [
  { key: 'name', label: t('key.group'), fold: 'first', class: 'nowrap', cell: (group) => [name(group.name, href(group)), group.note && h('span.sub.cut', { title: group.note }, group.note)] },
  { key: 'keys', label: t('nav.keys'), align: 'num', fold: 'hide', cell: (group) => h('a', { href: `/admin/keys?group=${encodeURIComponent(group.name)}` }, number(group.keys)) },
  { key: 'limits', label: t('keys.tightest'), fold: 'wide', class: 'limc second', cell: limitsCell },
  { key: 'today', label: t('keys.today'), align: 'num', priority: 2, cell: (group) => number(group.today.requests) },
  { key: 'cost', label: t('keys.cost_30d'), align: 'num', fold: 'first2', cell: costCell },
];

function limitsCell(group) {
  const bars = tightest(group.used);
  return bars.length ? h('div.lims', bars) : h('span.faint.tiny', t('limit.none'));
}

/** Open this view. */
export async function open(view) {
  view.title(t('groups.title'));
  const load = async () => (await api.get('/admin/api/groups', null, { signal: view.signal })).groups;
  const create = () => editGroup(null, { done: (made) => go(href(made)) });
  const add = () => button(t('groups.create'), { primary: true, icon: 'plus', onclick: create });
  const summary = h('span');
  const below = h('div');
  const list = table({
    label: t('groups.title'), columns, rows: await load(), onopen: (group) => go(href(group)), class: 'keys',
    actions: (group) => [
      { label: t('key.open'), href: href(group) }, { label: t('key.edit'), onclick: () => editGroup(group, { done: again }) }, null,
      { label: t('groups.remove_dots'), danger: true, onclick: () => removeGroup(group, { done: again }) },
    ],
    actionsLabel: (group) => t('keys.actions', { name: group.name }),
    empty: () => empty(t('groups.none'), t('groups.none_why'), add()),
  });

  async function again() {
    try {
      show(await load());
    } catch (error) {
      view.failed(error);
    }
  }
  function show(groups) {
    list.set(withDecimals(groups));
    replace(below, groups.length ? countedNote() : null);
    replace(summary, groups.length ? tn('groups.count', groups.length) : null);
  }

  replace(view.node, crumbs([t('nav.keys'), '/admin/keys'], [t('groups.title')]), head(t('groups.title'), summary, add()), list.node, below);
  view.keys({ n: create });
  show(list.rows());
}
