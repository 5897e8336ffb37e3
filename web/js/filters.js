// SPDX-License-Identifier: MIT
/* A row of a search field and chips.  What is set lives in the address. */
import { h, icon, replace, set } from './dom.js';
import { t } from './i18n.js';
import { openMenu } from './menu.js';
import { button, failed, iconButton } from './parts.js';
import { query, setQuery } from './router.js';

/** searchField({label, value, oninput}): `/` comes here; oninput after 250 ms of quiet. */
export function searchField({ label, value = '', oninput }) {
  const box = h('input.in', { type: 'search', placeholder: label, 'aria-label': label, value, autocomplete: 'off', spellcheck: 'false' });
  let timer;
  const tell = (wait) => {
    clearTimeout(timer);
    // Whoever has left meanwhile searches nothing: the address is another view's by then.
    const at = location.pathname;
    timer = setTimeout(() => location.pathname === at && oninput(box.value.trim()), wait);
  };
  box.addEventListener('input', () => tell(250));
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') { event.preventDefault(); tell(0); }
    if (event.key === 'Escape') { event.stopPropagation(); if (box.value) { box.value = ''; tell(0); } else box.blur(); }
  });
  return Object.assign(h('div.search', icon('search', 14), box, h('kbd', { 'aria-hidden': 'true' }, '/')), { input: box });
}

/** chip({label, value, items, onchange, always, not}): items [[value, text]] or a function (may be
    async); '' is "any".  `always`: it has no "any", and is not tinted.  `not` (true or false): all but
    the chosen one may be wanted, and are; onchange(value, not). */
export function chip({ label, value = '', items, onchange, always = false, not }) {
  const node = h('button.chip', { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
  let list = typeof items === 'function' ? [] : items;
  const textOf = (name) => list.find(([each]) => each === name)?.[1] ?? name;
  function draw() {
    node.classList.toggle('on', !always && !!value);
    const words = not ? t('filters.not', { name: textOf(value) }) : textOf(value);
    replace(node, h('span', label), value && h('b', ' ', words), icon('down', 12));
  }
  async function open() {
    if (typeof items === 'function') list = await items();
    const all = always ? list : [['', t('filters.any')], ...list];
    openMenu(node, [
      ...all.map(([name, text]) => ({ label: text, checked: name === value, onclick: () => choose(name, not) })),
      ...(not !== undefined && value ? [null, turned()] : []),
    ], label);
  }
  /* The chosen one alone, or all but that one. */
  const turned = () => ({
    label: t(not ? 'filters.only' : 'filters.all_but', { name: textOf(value) }), onclick: () => choose(value, !not),
  });
  function choose(name, isNot) {
    value = name;
    not = isNot === undefined ? undefined : !!name && isNot;
    draw();
    onchange(name, not);
  }
  node.addEventListener('click', open);
  node.setValue = (name) => { value = name; not = not === undefined ? undefined : false; draw(); };
  draw();
  return node;
}

const other = (name) => `not_${name}`;

/** filters({search: {name, label}, chips: [{name, label, items, always, not}], end: [nodes], onchange(values)})
    -> {node, values(), clear(), refused(error, again)}; names are those of the address's query: `not`,
    all but that one, has a name of its own, not_NAME.  refused(): a node for where the list would be;
    what is set can be taken away there. */
export function filters({ search = null, chips = [], end = [], onchange }) {
  const namesOf = (each) => (each.not ? [each.name, other(each.name)] : [each.name]);
  const names = [search?.name, ...chips.flatMap(namesOf)].filter(Boolean);
  const values = () => {
    const all = query();
    return Object.fromEntries(names.filter((name) => all[name]).map((name) => [name, all[name]]));
  };
  const now = values();
  function change(name, value, not) {
    setQuery({ [name]: not ? null : value, ...(not !== undefined && { [other(name)]: not ? value : null }), cursor: null });
    drawClear();
    onchange?.(values());
  }
  const field = search && searchField({ label: search.label, value: now[search.name] ?? '', oninput: (value) => change(search.name, value) });
  const made = chips.map((each) => chip({
    ...each, value: now[each.name] ?? now[other(each.name)] ?? each.value ?? '', not: each.not && !now[each.name] && !!now[other(each.name)],
    onchange: (value, not) => change(each.name, value, not),
  }));
  const wipe = iconButton('x', t('filters.clear'), { class: 'quiet', onclick: () => clear() });
  const drawClear = () => set(wipe, { hidden: chips.filter((each) => !each.always).every((each) => namesOf(each).every((name) => !values()[name])) });
  function clear() {
    setQuery(Object.fromEntries(names.map((name) => [name, null])));
    if (field) field.input.value = '';
    made.forEach((node, i) => { if (!chips[i].always) node.setValue(''); });
    drawClear();
    onchange?.(values());
  }
  const valueOf = ({ name }) => values()[name] ?? values()[other(name)];
  function without(each) {
    if (each === search) field.input.value = '';
    else made[chips.indexOf(each)].setValue('');
    change(each.name, '', each.not ? false : undefined);
  }
  function refused(error, again) {
    const given = [search, ...chips].filter((each) => each && !each.always && valueOf(each));
    return h('div.stack', failed(error, again), given.length > 0 && h('div.row.wrap', h('span.mute.small', t('filters.refused')),
      given.map((each) => button(t('filters.without', { label: each.label, value: valueOf(each) }), { icon: 'x', onclick: () => without(each) }))));
  }
  drawClear();
  return { refused, node: h('div.filters', { role: 'search' }, field, made, wipe, end.length > 0 && h('div.end', end)), values, clear };
}
