// SPDX-License-Identifier: MIT
/* One key: its limits, what it was used for, what it may, and what can be done with it. */
import { api } from '../api.js';
import { h, replace } from '../dom.js';
import { exact, money, time } from '../format.js';
import { t, tn } from '../i18n.js';
import { editKey, keyActions, leaveKey, purgeKey, restoreKeys, revokeKeys, rotateKey, switchKey, warningsOf } from '../key-actions.js';
import { accountsInWords } from '../key-shown.js';
import { masked, stateNote, stateOf } from '../key-state.js';
import { DAYS, daysSection, limitsSection, modelsSection, requestsSection } from '../key-use.js';
import { durationOf } from '../limits.js';
import { live } from '../live.js';
import { button, crumbs, failed, head, menu, notThere, note, pairs, section, state } from '../parts.js';
import { to } from '../routes.js';

const FRESH_MS = 10000;
const LAST = 8;

/* ---- what it is allowed ------------------------------------------------------------------ */

const listed = (all, none) => (all?.length ? all.join(t('list.names')) : none);
const at = (when) => (when ? h('span', { title: exact(when) }, time(when)) : t('keys.never'));

function facts(key) {
  return pairs([
    [t('key.owner'), key.owner ?? t('keys.nobody')],
    [t('key.tags'), listed(key.tags, t('key.none'))],
    [t('key.group'), key.group ? h('a.link', { href: to('groups', key.group) }, key.group) : t('key.none')],
    [t('key.accounts'), accountsInWords(key.accounts)],
    [t('key.models'), listed(key.models, t('key.all'))],
    key.deny_models && [t('key.deny_models'), listed(key.deny_models)],
    [t('key.allow'), key.allow.map((each) => t(`key.allow.${each}`)).join(t('list.names'))],
    key.clients && [t('key.clients'), listed(key.clients)],
    key.addresses && [t('key.addresses'), listed(key.addresses)],
    [t('key.expires'), key.expires_at ? at(key.expires_at) : key.expires ?? t('key.expires.never')],
    [t('key.time_zone'), key.time_zone ?? 'UTC'],
    key.queue_wait !== '0s' && [t('key.queue_wait'), key.queue_wait],
    key.reserve === 'strict' && [t('key.reserve'), t('key.reserve.strict')],
    (key.proxy || key.show_limit) && [t('key.also'), [key.show_limit && t('key.show_limit'), key.proxy && t('key.proxy')].filter(Boolean).join(t('list.names'))],
    key.note && [t('key.note'), key.note],
  ].map((fact) => fact || null));
}

/* Of one that was never changed there is nothing to say. */
const changedOf = ({ created_at: created, changed_at: changed }) => changed !== created && [t('key.changed'), at(changed)];

function history(key) {
  return pairs([
    [t('key.created'), at(key.created_at)], changedOf(key), key.revoked_at && [t('key.revoked'), at(key.revoked_at)],
    [t('key.first_used'), at(key.first_used_at)], [t('keys.last_used'), at(key.last_used_at)],
    [t('key.total'), tn('key.total_says', key.total.requests, { cost: money(key.total.cost * 1e6) })],
    ...key.rotated.map((old) => [t('shown.former'), t('shown.former_until', { key: masked(old), time: time(old.expires_at) })]),
  ].map((fact) => fact || null));
}

/* ---- the view ------------------------------------------------------------------------------ */

function gone(view) {
  view.title(view.params.id);
  replace(view.node, notThere([[t('nav.keys'), '/admin/keys']], view.params.id, {
    title: t('key.gone'), why: t('key.gone_why'), way: button(t('key.gone_way'), { href: '/admin/keys' }),
  }));
}

/** Open this view. */
export async function open(view) {
  const where = `/admin/api/keys/${encodeURIComponent(view.params.id)}`;
  let key;
  try {
    key = await api.get(where, null, { signal: view.signal });
  } catch (error) {
    if (error.status !== 404) throw error;
    return gone(view);
  }
  let its = null; // its group
  const how = h('span.facts');
  const [top, group, limits, days, models, requests, may, was, warned] = Array.from({ length: 9 }, () => h('div.part'));
  const actions = () => ({ done: again });

  async function again() {
    try {
      key = await api.get(where, null, { signal: view.signal });
      draw();
      await load();
    } catch (error) {
      if (error.status === 404) return leaveKey();
      view.failed(error);
    }
    return null;
  }

  function buttons() {
    if (key.state === 'revoked') {
      return [button(t('key.restore'), { onclick: () => restoreKeys([key], actions()) }),
        button(t('key.purge_dots'), { danger: true, onclick: () => purgeKey(key, { done: leaveKey }) })];
    }
    return [button(t('key.edit'), { onclick: () => editKey(key, actions()) }), button(t('key.rotate_dots'), { onclick: () => rotateKey(key, actions()) }),
      button(t('key.revoke'), { danger: true, onclick: () => revokeKeys([key], actions()) }),
      menu([
        { label: t(key.enabled ? 'key.switch_off' : 'key.switch_on'), onclick: () => switchKey(key, actions()) },
        { label: t('key.requests'), href: `/admin/requests?key=${encodeURIComponent(key.name)}` },
        { label: t('key.usage'), href: `/admin/usage?by=day&key=${encodeURIComponent(key.name)}` },
      ], { label: t('keys.actions', { name: key.name }) })];
  }

  function drawState() {
    const words = stateNote(key);
    replace(how, state(...stateOf(key, its?.used)), h('span.mono', masked(key)), words && h('span', words));
  }
  function draw() {
    view.title(key.name);
    drawState();
    replace(top, crumbs([t('nav.keys'), '/admin/keys'], [key.name]), head(key.name, how, ...buttons()));
    replace(warned, key.trouble && note('bad', key.trouble), warningsOf(key));
    drawLimits();
    replace(may, section(t('key.may'), button(t('key.edit'), { quiet: true, class: 'tight', onclick: () => editKey(key, actions()) }), h('div.pad', facts(key))));
    replace(was, section(t('key.history'), null, h('div.pad', history(key))));
  }
  function drawLimits() {
    replace(limits, limitsSection(t('limit.title'), key.used, { zone: key.time_zone, wait: durationOf(key.queue_wait) }));
  }

  /* Each part for itself: what fails says so in its place. */
  async function part(node, work) {
    try {
      replace(node, await work());
    } catch (error) {
      if (error.name !== 'AbortError') replace(node, failed(error, () => part(node, work)));
    }
  }
  const usage = (by) => api.get('/admin/api/usage', { by, key: String(key.id), since: `${DAYS}d`, limit: 31 }, { signal: view.signal });
  const requestsOf = () => api.get('/admin/api/requests', { key: String(key.id), limit: LAST }, { signal: view.signal });

  function load() {
    return Promise.all([
      part(days, async () => daysSection((await usage('day')).rows)),
      part(models, async () => modelsSection((await usage('model')).rows)),
      drawRequests(), part(group, ofGroup),
    ]);
  }
  function drawRequests() {
    const all = h('a.link', { href: `/admin/requests?key=${encodeURIComponent(key.name)}` }, t('key.all_of_them'));
    return part(requests, async () => requestsSection((await requestsOf()).requests, { href: (row) => to('requests', row.id), end: all }));
  }
  async function ofGroup() {
    its = null;
    if (!key.group) return [];
    its = await api.get(`/admin/api/groups/${encodeURIComponent(key.group)}`, null, { signal: view.signal });
    drawState();
    return limitsSection(t('key.group_limits', { name: its.name }), its.used, { zone: its.time_zone });
  }
  async function refresh() {
    if (document.hidden || document.querySelector('dialog[open]')) return;
    const was = key;
    key = await api.get(where, null, { signal: view.signal }).catch(() => key);
    // Somebody else may have changed or revoked it.
    if (key.changed_at !== was.changed_at || key.state !== was.state) draw();
    else drawLimits();
  }

  draw();
  replace(view.node, top, warned, h('div.split', h('div', limits, group, days, requests), h('div', may, was, models)));
  await load();
  const timer = setInterval(refresh, FRESH_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));
  live.on('ended', ({ requests: rows }) => { if (rows.some((row) => row.key === key.name)) drawRequests(); }, view.signal);
}
