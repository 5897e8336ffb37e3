// SPDX-License-Identifier: MIT
/* The part of a form that sets limits: a row [kind][number] unit × for each. */
import { h, replace, say, sign } from './dom.js';
import { t } from './i18n.js';
import { KINDS, kindsOf } from './limits.js';
import { button, iconButton, input, select } from './parts.js';

/* As it is typed, and as the relay takes it: 1,200.50 and 1200,5 are not guessed at. */
const NUMBER = /^\d+(\.\d{1,6})?$/;
const WHOLE = /^\d+$/;
const fits = (kind, text) => (KINDS[kind].money ? NUMBER : WHOLE).test(text);

const unitOf = (kind) => t(KINDS[kind].money ? 'limit.unit.money' : KINDS[kind].tokens ? 'limit.unit.tokens' : 'limit.unit.requests');

/** limitRows(limits, {hint}) -> {node, read(), changes(), fail(kind, text), put(kind, amount),
    hint(text)}.  read() and changes() are null if something is wrong, which then says so in its place. */
export function limitRows(limits = {}, { hint = null } = {}) {
  const list = h('div.limrows');
  const rows = [];
  const free = () => Object.keys(KINDS).filter((kind) => !rows.some((row) => row.kind === kind));
  const add = button(t('limit.add'), { icon: 'plus', quiet: true, class: 'pull', onclick: () => { put(free()[0], '').value.focus(); } });
  const words = h('p.hint', hint);
  const node = h('fieldset.fs', h('legend.lab', t('limit.title')), list, h('div', add), words);

  function put(kind, amount) {
    const row = { kind };
    row.unit = h('span.mute.small');
    row.wrong = h('p.err', { role: 'alert' });
    row.value = input({ value: String(amount), inputmode: 'decimal' }, '.r');
    row.value.addEventListener('input', () => replace(row.wrong));
    row.choose = h('span');
    row.remove = iconButton('x', t('limit.remove'), { class: 'quiet', onclick: () => drop(row) });
    row.node = h('div.limrow', row.choose, row.value, row.unit, row.remove, row.wrong);
    rows.push(row);
    list.append(row.node);
    draw();
    return row;
  }
  function drop(row) {
    rows.splice(rows.indexOf(row), 1);
    row.node.remove();
    draw();
    (rows.at(-1)?.remove ?? add).focus();
  }
  function draw() {
    for (const row of rows) {
      const name = t(`limit.long.${row.kind}`);
      const items = Object.keys(KINDS).filter((kind) => kind === row.kind || free().includes(kind));
      replace(row.choose, select(items.map((kind) => [kind, t(`limit.names.${kind}`)]), row.kind,
        (kind) => { row.kind = kind; draw(); row.choose.firstChild.focus(); }, { 'aria-label': t('limit.kind') }));
      row.value.setAttribute('aria-label', name);
      row.unit.textContent = unitOf(row.kind);
      for (const attribute of ['aria-label', 'title']) row.remove.setAttribute(attribute, t('limit.remove_named', { name }));
    }
    add.hidden = free().length === 0;
  }
  function fail(kind, text) {
    const row = rows.find((each) => each.kind === kind);
    if (!row) return false;
    replace(row.wrong, sign('bad'), h('span', text));
    row.value.focus();
    return true;
  }
  function read() {
    const wrong = rows.filter((row) => !fits(row.kind, row.value.value.trim()));
    for (const row of wrong.reverse()) fail(row.kind, t(KINDS[row.kind].money ? 'limit.wrong_money' : 'limit.wrong_count'));
    return wrong.length ? null : Object.fromEntries(rows.map((row) => [row.kind, row.value.value.trim()]));
  }
  /* What a PATCH has to say: those that are new or other, and null for what was taken away. */
  function changes() {
    const now = read();
    if (!now) return null;
    const gone = kindsOf(limits).filter((kind) => !(kind in now)).map((kind) => [kind, null]);
    const other = Object.entries(now).filter(([kind, amount]) => Number(amount) !== limits[kind]);
    return Object.fromEntries([...other, ...gone]);
  }
  for (const kind of kindsOf(limits)) put(kind, limits[kind]);
  return { node, read, changes, fail, put, hint: (text) => say(words, text) };
}
