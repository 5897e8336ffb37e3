// SPDX-License-Identifier: MIT
/* Settings, prices: the table in force; one's own rows are set and removed in place. */
import { api } from '../api.js';
import { commandLine } from '../command.js';
import { h, replace } from '../dom.js';
import { searchField } from '../filters.js';
import { day, exactMoneyOf, number } from '../format.js';
import { t, tn } from '../i18n.js';
import { busy, button, note } from '../parts.js';
import { editEnd, priceFields } from '../price-edit.js';
import { query, setQuery } from '../router.js';
import { to } from '../routes.js';
import { frame } from '../settings-frame.js';
import { table } from '../table.js';

const PATH = '/admin/api/prices';
const NEW = { _new: true, model: '', own: false, cache_read: '0.1' };

const keyOf = (row) => (row._new ? '_new' : `${row.own ? 'own' : 'built-in'} ${row.model} ${row.valid_from ?? ''}`);
const cachedOf = (row) => (row.cache_read === null ? null : Math.round(Number(row.cache_read) * row.input));
/* How each column writes its prices: with as many decimals as one of them needs. */
const writersOf = (rows) => ({
  input: exactMoneyOf(rows.map((row) => row.input)), output: exactMoneyOf(rows.map((row) => row.output)), cached: exactMoneyOf(rows.map(cachedOf)),
});

/** Open this view. */
export async function open(view) {
  let doc = await api.get(PATH, null, view);
  let write = writersOf(doc.models);
  let editing = null; // { key, fields }
  let words = query().q ?? '';
  const place = h('div', { 'aria-live': 'polite' });
  const top = h('div.stack');

  /* ---- changing ---------------------------------------------------------------- */

  function take(answer, focus) {
    doc = answer;
    write = writersOf(doc.models);
    editing = null;
    replace(place);
    draw();
    list.rowNode(focus)?.querySelector('.act .btn')?.focus();
  }
  function edit(row) {
    editing = { key: keyOf(row), ...priceFields(row, { isNew: !!row._new }), row };
    replace(place);
    draw();
    const { model, input } = editing.fields;
    (model && !model.value ? model : input).focus();
  }
  function cancel() {
    const { key } = editing;
    editing = null;
    replace(place);
    draw();
    (list.rowNode(key)?.querySelector('.act .btn') ?? add).focus();
  }
  function save(event) {
    const node = event?.currentTarget ?? add;
    replace(place);
    try {
      const { model, body } = editing.read();
      busy(node, async () => take(await api.put(`${PATH}/${encodeURIComponent(model)}`, body), `own ${model} ${body.valid_from ?? ''}`), place);
    } catch (error) {
      replace(place, h('p.err', { role: 'alert' }, error.message));
      error.field?.focus();
    }
  }
  const remove = (row, node) => busy(node, async () => take(await api.delete(`${PATH}/${encodeURIComponent(row.model)}`)), place);

  /* ---- cells ------------------------------------------------------------------- */

  const isEdited = (row) => editing?.key === keyOf(row);
  /* On narrow screens, where there is no head, each says what it is. */
  const fieldOr = (name, cell) => (row) => [
    name !== 'model' && h('span.lb', t(name === 'cache_read' && isEdited(row) ? 'prices.cache_read_factor' : `prices.${name}`)),
    (isEdited(row) && editing.fields[name]) || cell(row),
  ];
  function act(row) {
    if (isEdited(row)) return editEnd(save, cancel);
    return h('div.row.endr',
      row.own && button(t('prices.remove'), { quiet: true, onclick: (event) => remove(row, event.currentTarget), label: t('prices.remove_of', { model: row.model }) }),
      button(t('settings.change'), { quiet: true, class: 'pull', onclick: () => edit(row), label: t('settings.change_of', { name: row.model }) }));
  }
  const from = (row) => [
    row._new ? '' : t(row.own ? 'prices.own' : 'prices.built_in'),
    row.valid_from && h('span.sub', t('prices.from_then', { day: day(row.valid_from) })),
    row.long_context && h('span.sub', t('prices.long', { above: number(row.long_context.above) })),
  ];

  const list = table({
    label: t('settings.prices'), rowKey: keyOf, class: 'prices', keys: false,
    rowClass: (row) => (row._edit ? 'edit' : null),
    columns: [
      { key: 'model', label: t('prices.model'), fold: 'first', cell: fieldOr('model', (row) => h('span.mono.wrapped', row.model)) },
      { key: 'input', label: t('prices.input'), align: 'num', width: 104, cell: fieldOr('input', (row) => write.input(row.input)) },
      { key: 'output', label: t('prices.output'), align: 'num', width: 104, cell: fieldOr('output', (row) => write.output(row.output)) },
      {
        key: 'cache', label: t('prices.cache_read'), align: 'num', width: 118,
        cell: fieldOr('cache_read', (row) => [write.cached(cachedOf(row)), h('span.sub', t('prices.times', { factor: row.cache_read ?? '–' }))]),
      },
      { key: 'from', label: t('prices.from'), width: 150, fold: 'second', cell: from },
      { key: 'act', label: t('table.actions'), hideLabel: true, width: 168, align: 'num', class: 'act', fold: 'first2', cell: act },
    ],
    empty: () => h('p.mute.pad', t('prices.none')),
  });
  list.grid.addEventListener('keydown', (event) => {
    if (!editing || !event.target.matches('input')) return;
    if (event.key === 'Enter') { event.preventDefault(); save(); }
    if (event.key === 'Escape') { event.stopPropagation(); cancel(); }
  });

  /* ---- all of it --------------------------------------------------------------- */

  const matches = (row) => row.in_force && row.model.toLowerCase().includes(words.toLowerCase());
  function draw() {
    const rows = doc.models.filter(matches);
    if (editing?.row._new) rows.unshift(NEW);
    const looks = write.input(0) + write.output(0) + write.cached(0); // a row is drawn again when the decimals are others
    list.set(rows.map((row) => ({ ...row, _looks: looks, ...(isEdited(row) && { _edit: true }) })));
    const hidden = doc.models.filter((row) => !row.in_force).length;
    list.setMore(hidden ? { text: tn('prices.hidden', hidden) } : null);
    drawTop();
  }
  function drawTop() {
    replace(top,
      doc.problem && note('bad', doc.problem),
      doc.unpriced.length > 0 && h('div.note.warn.unpriced', h('b', tn('prices.unpriced', doc.unpriced.length)),
        h('div.row.wrap', doc.unpriced.map((model) => button(model, {
          class: 'mono', onclick: () => edit({ ...NEW, model }), label: t('prices.set_for', { model }),
        })))));
  }
  const add = button(t('prices.add'), { icon: 'plus', onclick: () => edit(NEW) });
  const search = searchField({ label: t('prices.find'), value: words, oninput: (value) => { words = value; setQuery({ q: value }); draw(); } });
  draw();
  frame(view, 'prices', { facts: t('prices.version', { version: doc.version }), actions: [search, add] },
    top, h('p.small.mute.prices-what', t('prices.what', { file: doc.file })), place, list.node,
    h('p.small.mute.pad', t('prices.reprice'), ' ', commandLine('', 'usage reprice --since 30d')),
    h('p.small', h('a.link', { href: `${to('usage')}?by=model` }, t('prices.usage'))));
}
