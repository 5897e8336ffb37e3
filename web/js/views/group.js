// SPDX-License-Identifier: MIT
/* One group: what its keys may use together, and which they are. */
import { api } from '../api.js';
import { h, replace } from '../dom.js';
import { exact, money, time } from '../format.js';
import { editGroup, removeGroup } from '../group-form.js';
import { t, tn } from '../i18n.js';
import { warningsOf } from '../key-actions.js';
import { limitsSection } from '../key-use.js';
import { button, crumbs, head, notThere, note, pairs, section } from '../parts.js';
import { go } from '../router.js';
import { to } from '../routes.js';
import { table } from '../table.js';
import { countedNote, keyColumns, withDecimals } from './keys.js';

const PAGE = 100;

const at = (when) => h('span', { title: exact(when) }, time(when));

const facts = (group) => pairs([
  group.note ? [t('key.note'), group.note] : null,
  [t('key.time_zone'), group.time_zone ?? 'UTC'],
  [t('key.created'), at(group.created_at)], group.changed_at !== group.created_at ? [t('key.changed'), at(group.changed_at)] : null,
  [t('key.total'), tn('key.total_says', group.total.requests, { cost: money(group.total.cost * 1e6) })],
]);

function keysSection(group, found) {
  const href = `/admin/keys?group=${encodeURIComponent(group.name)}`;
  if (!found.total) {
    return section(t('nav.keys'), null, h('p.mute.pad', t('group.no_keys')),
      h('div', button(t('key.create'), { icon: 'plus', href: `/admin/new/key?group=${encodeURIComponent(group.name)}` })));
  }
  const columns = keyColumns(new Map()).map((column) => ({ ...column, sort: false }));
  const list = table({ label: t('nav.keys'), columns, rows: withDecimals(found.keys), class: 'keys', onopen: (key) => go(to('keys', key.id)) });
  return section(t('nav.keys'), h('a.link', { href }, tn('keys.count', found.total)), list.node, countedNote());
}

function gone(view) {
  view.title(view.params.name);
  replace(view.node, notThere([[t('nav.keys'), '/admin/keys'], [t('groups.title'), '/admin/groups']], view.params.name, {
    title: t('group.gone'), why: t('group.gone_why'), way: button(t('group.gone_way'), { href: '/admin/groups' }),
  }));
}

/** Open this view. */
export async function open(view) {
  const where = `/admin/api/groups/${encodeURIComponent(view.params.name)}`;
  const asked = { group: view.params.name, limit: PAGE, sort: 'cost_30d', order: 'desc' };
  async function again(changed) {
    if (changed && changed.name !== view.params.name) return go(to('groups', changed.name), { replace: true });
    try {
      return await load();
    } catch (error) {
      return view.failed(error);
    }
  }
  async function load() {
    const [group, found] = await Promise.all([
      api.get(where, null, { signal: view.signal }), api.get('/admin/api/keys', asked, { signal: view.signal }),
    ]);
    draw(group, found);
  }
  function draw(group, found) {
    view.title(group.name);
    const edit = () => editGroup(group, { done: again });
    replace(view.node, crumbs([t('nav.keys'), '/admin/keys'], [t('groups.title'), '/admin/groups'], [group.name]),
      head(group.name, tn('keys.count', found.total), button(t('key.edit'), { onclick: edit }),
        button(t('groups.remove_dots'), { danger: true, onclick: () => removeGroup(group, { keys: found.total, done: () => go('/admin/groups', { replace: true }) }) })),
      group.trouble && note('bad', group.trouble), warningsOf(group),
      h('div.split', h('div', limitsSection(t('limit.title'), group.used, { zone: group.time_zone })), h('div', section(t('groups.facts'), null, h('div.pad', facts(group))))),
      keysSection(group, found));
  }
  try {
    await load();
  } catch (error) {
    if (error.status !== 404) throw error;
    gone(view);
  }
}
