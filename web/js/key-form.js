// SPDX-License-Identifier: MIT
/* The form of a key: to create one, and to change every member of one. */
import { freshId, h, replace, sign } from './dom.js';
import { t } from './i18n.js';
import { limitRows } from './limit-rows.js';
import { KINDS } from './limits.js';
import { check, field, input, select } from './parts.js';

const ALLOW = ['messages', 'batches', 'files', 'other'];
const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/* ---- one member each: { node, read(), fail(text) } ---------------------------- */

const orNull = (text) => text.trim() || null;

function line(label, value, { hint, ...attributes } = {}) {
  const node = field({ label, hint, input: input({ value: value ?? '', ...attributes }) });
  return { node, read: () => orNull(node.input.value), fail: node.fail };
}

function area(label, value, { hint, rows = 2 } = {}) {
  const box = h('textarea.in', { rows, spellcheck: 'false', autocomplete: 'off', value: value ?? '' });
  const node = field({ label, hint, input: box });
  return { node, read: () => orNull(box.value), fail: node.fail };
}

/* One a line; an empty one is null: all, or none. */
function lines(label, value, options) {
  const made = area(label, (value ?? []).join('\n'), options);
  return { ...made, read: () => { const all = made.node.input.value.split('\n').map((each) => each.trim()).filter(Boolean); return all.length ? all : null; } };
}

function words(label, value, options) {
  const made = line(label, (value ?? []).join(', '), options);
  return { ...made, read: () => made.node.input.value.split(/[,，]/).map((each) => each.trim()).filter(Boolean) };
}

function choice(label, items, value, hint) {
  const node = field({ label, hint, input: select(items, value ?? '') });
  return { node, read: () => node.input.value || null, fail: node.fail };
}

function flag(label, value) {
  const node = check(label, value);
  return { node, read: () => node.input.checked, fail: () => false };
}

/* A group of boxes with a legend, and a place for what is wrong with it. */
function boxes(label, nodes, read) {
  const wrong = h('p.err', { role: 'alert' });
  return {
    node: h('fieldset.fs', h('legend.lab', label), nodes, wrong), read,
    fail: (text) => replace(wrong, text && [sign('bad'), h('span', text)]),
  };
}

function calls(value) {
  const made = ALLOW.map((name) => [name, check(t(`key.allow.${name}`), (value ?? ['messages']).includes(name))]);
  return boxes(t('key.allow'), h('div.row.wrap.gap16', made.map(([, node]) => node)),
    () => made.filter(([, node]) => node.input.checked).map(([name]) => name));
}

/* The pool, or some by name or tag; what a key names and nobody has stays named. */
function accounts(value, known) {
  const chosen = Array.isArray(value) ? value : [];
  const tags = [...new Set(known.flatMap((account) => account.tags ?? []))].sort().map((tag) => `tag:${tag}`);
  const all = [...new Set([...known.map((account) => account.account), ...tags, ...chosen])];
  const pool = known.filter((account) => account.pool).map((account) => account.account);
  const name = freshId('accounts');
  const list = h('div.picks', { hidden: !chosen.length });
  const picks = all.map((each) => [each, check(each, chosen.includes(each))]);
  replace(list, picks.length ? picks.map(([, node]) => node) : h('p.hint', t('key.accounts.none')));
  const radio = (text, is) => {
    const box = h('input.radio', { type: 'radio', name, checked: is });
    box.addEventListener('change', () => { list.hidden = pooled.checked; });
    return [box, h('label.row.small', box, h('span', text))];
  };
  const [pooled, first] = radio(pool.length ? t('key.accounts.pool_named', { names: pool.join(t('list.names')) }) : t('key.accounts.pool_empty'), !chosen.length);
  const [, second] = radio(t('key.accounts.only'), chosen.length > 0);
  return boxes(t('key.accounts'), [h('div.row.wrap.gap16', first, second), list],
    () => (pooled.checked ? 'pool' : picks.filter(([, node]) => node.input.checked).map(([each]) => each)));
}

function zone(value) {
  const list = h('datalist', { id: freshId('zones') }, (Intl.supportedValuesOf?.('timeZone') ?? []).map((each) => h('option', { value: each })));
  const made = line(t('key.time_zone'), value, { hint: t('key.time_zone.hint'), list: list.id });
  made.node.append(list);
  return made;
}

/* ---- all of them -------------------------------------------------------------- */

const groupItems = (groups) => [['', t('key.group.none')], ...groups.map((group) => [group.name, group.name])];

function makeMembers(key, { groups, known }) {
  return {
    name: line(t('key.name'), key.name, { hint: t('key.name.hint'), maxlength: 64, autofocus: true, required: true }),
    owner: line(t('key.owner'), key.owner, { maxlength: 200 }),
    tags: words(t('key.tags'), key.tags, { hint: t('key.tags.hint') }),
    group: choice(t('key.group'), groupItems(groups), key.group),
    accounts: accounts(key.accounts, known),
    models: lines(t('key.models'), key.models, { hint: t('key.models.hint') }),
    deny_models: lines(t('key.deny_models'), key.deny_models, { hint: t('key.deny_models.hint') }),
    clients: lines(t('key.clients'), key.clients, { hint: t('key.clients.hint') }),
    addresses: lines(t('key.addresses'), key.addresses, { hint: t('key.addresses.hint') }),
    expires: line(t('key.expires'), key.expires, { hint: t('key.expires.hint') }),
    time_zone: zone(key.time_zone),
    queue_wait: line(t('key.queue_wait'), key.queue_wait, { hint: t('key.queue_wait.hint') }),
    reserve: choice(t('key.reserve'), [['expected', t('key.reserve.expected')], ['strict', t('key.reserve.strict')]], key.reserve, t('key.reserve.hint')),
    allow: calls(key.allow),
    note: area(t('key.note'), key.note),
    show_limit: flag(t('key.show_limit'), key.show_limit),
    proxy: flag(t('key.proxy'), key.proxy),
  };
}

const NEW = { queue_wait: '0s', reserve: 'expected', accounts: 'pool', tags: [], limits: {}, allow: ['messages'], show_limit: false, proxy: false };
const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/* The member that a refusal is about: the one that it names first. */
function memberOf(text, names) {
  const at = (name) => text.search(new RegExp(`\\b${name}\\b`));
  return names.filter((name) => at(name) >= 0).sort((a, b) => at(a) - at(b) || b.length - a.length)[0] ?? null;
}

/** keyForm({key, initial, groups, accounts}) -> {node, read(), fail(error)}.  read(): the members
    to send, of a key that is there only what is other than before; null if something is wrong. */
export function keyForm({ key = null, initial = {}, groups = [], accounts: known = [] }) {
  const was = key ?? { ...NEW, time_zone: zoneHere(), ...initial };
  const members = makeMembers(was, { groups, known });
  const limits = limitRows(was.limits ?? {}, { hint: t('limit.hint', { zone: was.time_zone ?? 'UTC' }) });
  members.time_zone.node.input.addEventListener('input', () =>
    limits.hint(t('limit.hint', { zone: members.time_zone.read() ?? 'UTC' })));
  const enabled = key && flag(t('key.enabled'), key.enabled);
  const { name, owner, tags, group, accounts: which, ...rare } = members;
  const { allow, note, show_limit, proxy, ...pairs } = rare;
  const fold = h('details', { open: false }, h('summary', t('key.rare')), h('div.stack.rare',
    h('div.grid2', Object.values(pairs).map((each) => each.node)), allow.node, note.node,
    h('div.row.wrap.gap16', show_limit.node, proxy.node, enabled?.node)));
  const wrong = h('p.err', { role: 'alert' });
  const node = h('div.stack.keyform', h('div.grid2', name.node, owner.node, tags.node, group.node), limits.node, which.node, fold, wrong);

  function fail(error) {
    const text = error.message;
    const found = memberOf(error.said ?? text, [...Object.keys(members), ...Object.keys(KINDS)]);
    if (found in KINDS && limits.fail(found, text)) return;
    if (!members[found]) return void replace(wrong, sign('bad'), h('span', text));
    if (fold.contains(members[found].node)) fold.open = true;
    members[found].fail(text);
    members[found].node.querySelector('.in, input')?.focus();
  }
  function clear() {
    replace(wrong);
    for (const each of Object.values(members)) each.fail(null);
  }
  function all() {
    return Object.fromEntries(Object.entries({ ...members, ...(enabled && { enabled }) }).map(([each, member]) => [each, member.read()]));
  }
  /* Of a new one, what says nothing is left out. */
  function made() {
    const amounts = limits.read();
    if (!amounts) return null;
    const said = Object.entries(all()).filter(([each, value]) => value !== null && !same(value, NEW[each]));
    return Object.fromEntries([...said, ...(Object.keys(amounts).length ? [['limits', amounts]] : [])]);
  }
  function changed() {
    const amounts = limits.changes();
    if (!amounts) return null;
    const other = Object.entries(all()).filter(([each, value]) => !same(value, key[each]));
    return Object.fromEntries([...other, ...(Object.keys(amounts).length ? [['limits', amounts]] : [])]);
  }
  function read() {
    clear();
    if (!name.read()) { name.fail(t('key.name.missing')); name.node.input.focus(); return null; }
    return key ? changed() : made();
  }
  return { node, read, fail };
}
