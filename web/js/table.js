// SPDX-License-Identifier: MIT
/* Tables: explicit roles (folding on narrow screens takes them away otherwise),
   sorting by the head, selecting, one menu a row, keys j k x Enter, rows kept by key. */
import { h, replace } from './dom.js';
import { t, tn } from './i18n.js';
import { tableKeys } from './keys.js';
import { menu } from './menu.js';
import { button, iconButton } from './parts.js';

const classes = (column) => [
  column.align === 'num' && 'num', column.priority === 2 && 'p2', column.priority === 3 && 'p3',
  column.priority === 'hide' && 'hide', column.fold, column.class,
].filter(Boolean).join(' ');

/** table({label, columns, rows, rowKey, ...}) -> {node, set(rows), patch(row), selected(), clear(), rowNode(key)}
    columns: [{key, label, hideLabel, priority: 1|2|3|'hide', align: 'num', width, sort: true,
               fold: 'first'|'first2'|'second'|'wide'|'hide', class, cell(row), span(row): columns it takes}]
    sort: {key, desc}, onsort(key, desc); select: {label(row), actions(rows, clear)};
    actions(row) -> items of menu(), actionsLabel(row); onopen(row); rowClass(row);
    foot: cells of a last row; empty: a node; more: {text, label, onclick}; dense; keys: false */
export function table(options) {
  const { label, rowKey = (row) => row.id, dense = false } = options;
  const columns = withExtras(options);
  const body = h('tbody', { role: 'rowgroup' });
  const foot = h('tfoot', { role: 'rowgroup' });
  const headRow = h('tr', { role: 'row' });
  const grid = h(`table.tab.fold${dense ? '.dense' : ''}`, { role: 'table', 'aria-label': label, class: options.class },
    columns.some((column) => column.width) && h('colgroup', columns.map(sized)),
    h('thead', { role: 'rowgroup' }, headRow), body, foot);
  const node = h('div.tablebox', grid);
  const rowsBy = new Map(); // key -> {row, text, node}
  const chosen = new Set();
  let sort = options.sort ?? null;
  let order = [];
  let active = null;
  let nothing = null; // what stands there while there are no rows
  const self = {
    node, grid, set: draw, patch, clear,
    rows: () => order.map((key) => rowsBy.get(key).row),
    selected: () => order.filter((key) => chosen.has(key)).map((key) => rowsBy.get(key).row),
    rowNode: (key) => rowsBy.get(key)?.node ?? null,
    setSort(next) { sort = next; drawHead(); },
    setMore, setFoot,
    /** Called by the shortcuts: true if the key meant something here. */
    key(name) {
      const handler = { j: () => move(1), k: () => move(-1), x: mark, Enter: openActive, Escape: clear }[name];
      return handler ? handler() !== false : false;
    },
  };

  function sized(column) {
    const col = h('col', { class: classes({ ...column, align: null, fold: null, class: null }) });
    if (column.width) col.style.width = typeof column.width === 'number' ? `${column.width}px` : column.width;
    return col;
  }

  function withExtras(given) {
    const all = [...given.columns];
    if (given.select) {
      all.unshift({ key: '_select', class: 'ck', fold: 'hide', head: selectAll, cell: (row) => selectOne(row) });
    }
    if (given.actions) {
      all.push({
        key: '_menu', label: t('table.actions'), hideLabel: true, class: 'mn', fold: given.foldMenu ?? 'hide',
        cell: (row) => menu(() => given.actions(row), { label: given.actionsLabel?.(row) ?? t('table.actions') }),
      });
    }
    return all;
  }

  function selectAll() {
    const box = h('input.check', { type: 'checkbox', 'aria-label': t('table.select_all') });
    box.addEventListener('change', () => {
      order.forEach((key) => (box.checked ? chosen.add(key) : chosen.delete(key)));
      showChosen();
    });
    return box;
  }

  function selectOne(row) {
    const key = rowKey(row);
    const box = h('input.check', { type: 'checkbox', checked: chosen.has(key), 'aria-label': options.select.label(row) });
    box.addEventListener('change', () => { choose(key, box.checked); });
    return box;
  }

  function choose(key, on) {
    if (on) chosen.add(key);
    else chosen.delete(key);
    showChosen();
  }

  function showChosen() {
    for (const [key, entry] of rowsBy) {
      const on = chosen.has(key);
      if (on) entry.node.setAttribute('aria-selected', 'true');
      else entry.node.removeAttribute('aria-selected');
      const box = entry.node.querySelector('.ck .check');
      if (box) box.checked = on;
    }
    const all = headRow.querySelector('.check');
    const count = self.selected().length;
    if (all) {
      all.checked = count > 0 && count === order.length;
      all.indeterminate = count > 0 && count < order.length;
    }
    drawBulk(count);
  }

  function drawBulk(count) {
    const old = node.querySelector('.bulk');
    if (!count) return void old?.remove();
    const bulk = old ?? node.appendChild(h('div.bulk', { role: 'region', 'aria-label': t('table.selection') }));
    replace(bulk, h('b', { 'aria-live': 'polite' }, tn('table.selected', count)), options.select.actions(self.selected(), clear),
      iconButton('x', t('table.clear'), { class: 'quiet', onclick: () => clear() }));
  }

  function clear() {
    if (!chosen.size) return false;
    chosen.clear();
    showChosen();
    return true;
  }

  function headCell(column) {
    const is = sort?.key === column.key;
    const way = is ? (sort.desc ? 'descending' : 'ascending') : null;
    const words = column.head ? column.head() : column.hideLabel ? h('span.sr', column.label)
      : !column.sort ? column.label : h('button', { type: 'button', onclick: () => sortBy(column) }, column.label,
        h('span.way', { 'aria-hidden': 'true' }, is ? (sort.desc ? '↓' : '↑') : ''));
    return h('th', { scope: 'col', role: 'columnheader', class: classes({ ...column, fold: null }), 'aria-sort': way }, words);
  }

  function sortBy(column) {
    const first = column.align === 'num';
    sort = { key: column.key, desc: sort?.key === column.key ? !sort.desc : first };
    drawHead();
    headRow.querySelector('[aria-sort] button')?.focus();
    options.onsort?.(sort.key, sort.desc);
  }

  function drawHead() {
    replace(headRow, columns.map(headCell));
  }

  function cells(row) {
    const made = [];
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      const span = column.span?.(row) ?? 1;
      made.push(h('td', { role: 'cell', class: classes(column), colspan: span > 1 ? span : null, 'aria-colspan': span > 1 ? span : null },
        column.cell ? column.cell(row) : row[column.key]));
      i += span - 1;
    }
    return made;
  }

  function rowNode(row) {
    const made = h('tr', { role: 'row', class: options.rowClass?.(row) }, cells(row));
    if (options.onopen) {
      made.addEventListener('click', (event) => {
        if (!event.target.closest('a, button, input, label, select') && !String(getSelection())) options.onopen(row);
      });
    }
    return made;
  }

  /* A row that says the same is left alone; one that is being used waits. */
  function entryFor(row) {
    const key = rowKey(row);
    const text = JSON.stringify(row);
    const old = rowsBy.get(key);
    if (old && (old.text === text || old.node.querySelector('[aria-expanded=true], .editing'))) return old;
    if (!old) return { row, text, node: rowNode(row) };
    const focused = [...old.node.querySelectorAll('a, button, input')].indexOf(document.activeElement);
    const fresh = rowNode(row);
    if (old.node.classList.contains('active')) fresh.classList.add('active');
    old.node.replaceWith(fresh);
    if (focused >= 0) fresh.querySelectorAll('a, button, input')[focused]?.focus({ preventScroll: true });
    return { row, text, node: fresh };
  }

  function draw(rows) {
    const keys = rows.map(rowKey);
    const entries = rows.map(entryFor);
    const gone = new Set([...rowsBy.keys()].filter((key) => !keys.includes(key)));
    for (const key of gone) { rowsBy.get(key).node.remove(); rowsBy.delete(key); chosen.delete(key); }
    entries.forEach((entry, i) => {
      rowsBy.set(keys[i], entry);
      if (body.children[i] !== entry.node) body.insertBefore(entry.node, body.children[i] ?? null);
    });
    order = keys;
    showEmpty(rows.length === 0);
    if (options.select) showChosen();
  }

  function showEmpty(is) {
    nothing?.remove();
    nothing = is && options.empty ? (typeof options.empty === 'function' ? options.empty() : options.empty) : null;
    grid.hidden = !!nothing;
    if (nothing) grid.after(nothing);
  }

  function patch(row) {
    const key = rowKey(row);
    if (rowsBy.has(key)) rowsBy.set(key, entryFor(row));
  }

  function activate(key) {
    for (const entry of rowsBy.values()) entry.node.classList.remove('active');
    active = key;
    const at = rowsBy.get(key)?.node;
    if (!at) return;
    at.classList.add('active');
    (at.querySelector('a[href]') ?? at.querySelector('button, input'))?.focus();
    at.scrollIntoView({ block: 'nearest' });
  }

  function move(by) {
    const focused = order.find((key) => rowsBy.get(key).node.contains(document.activeElement));
    const at = order.indexOf(focused ?? active);
    const next = order[at < 0 ? 0 : Math.max(0, Math.min(order.length - 1, at + by))];
    if (next === undefined) return false;
    activate(next);
    return true;
  }

  function mark() {
    if (!options.select || active === null || !rowsBy.has(active)) return false;
    choose(active, !chosen.has(active));
    return true;
  }

  function openActive() {
    const entry = rowsBy.get(active);
    if (!entry) return false;
    if (options.onopen) options.onopen(entry.row);
    else entry.node.querySelector('a[href]')?.click();
    return true;
  }

  function setMore(more) {
    node.querySelector(':scope > .more')?.remove();
    if (!more) return;
    node.append(h('div.more', more.onclick && button(more.label ?? t('table.more'), { onclick: more.onclick }), more.text && h('span', more.text)));
  }

  function setFoot(cellsOfFoot) {
    replace(foot, cellsOfFoot && h('tr', { role: 'row' }, columns.map((column, i) =>
      h('td', { role: 'cell', class: classes(column) }, cellsOfFoot[i]))));
  }

  drawHead();
  draw(options.rows ?? []);
  setFoot(options.foot);
  setMore(options.more);
  if (options.keys !== false) queueMicrotask(() => tableKeys(self));
  return self;
}
