// SPDX-License-Identifier: MIT
/* Usage as a table: share, requests, tokens by kind, cost, change; a row of totals. */
import { costCell, isUnknown } from '../cost.js';
import { h } from '../dom.js';
import { moneyOf, number, percent, unitOf, weekday } from '../format.js';
import { t, tn } from '../i18n.js';
import { shareBar } from '../parts.js';
import { to } from '../routes.js';
import { table } from '../table.js';
import { beforeOf } from './usage-data.js';
import { changeText } from './usage-figures.js';
import { dateOf } from './usage-range.js';
import { allTokens, KINDS, tokensOf } from './usage-sums.js';

const PAGE = 100;
const KEPT = 300;
const PPM = 1e6;

const MEASURES = {
  cost: (row) => row.cost_microusd, tokens: allTokens, requests: (row) => row.requests,
};

/* Where a row's name leads: to the thing itself, or to its usage. */
function linkOf(row, by) {
  const inUsage = (members) => {
    const all = new URLSearchParams(location.search);
    Object.entries(members).forEach(([name, value]) => (value === null ? all.delete(name) : all.set(name, value)));
    return `/admin/usage?${all}`;
  };
  if (by === 'key') return to('keys', String(row.key_id));
  if (by === 'account') return to('accounts', row.account);
  if (by === 'group') return to('groups', row.group);
  if (by === 'day') return inUsage({ from: row.day, to: row.day, by: 'key', sort: null });
  return inUsage({ [by]: row[by], by: 'key', sort: null });
}

function nameCell(row, by) {
  const name = row[by];
  if (!name) return h('span.faint', t(`usage.no_${by}`));
  const text = by === 'day' ? weekday(dateOf(name)) : name;
  return h('a.name', { href: linkOf(row, by), title: name }, text);
}

function changeCell(now, before) {
  if (!before) return now > 0 ? t('usage.new') : '';
  return changeText(now, before, 0);
}

const number0 = (write, values) => (row) => {
  const value = values(row);
  return h('span', { title: number(value) }, write(value));
};

function columnsOf(data, of) {
  const { by, compared, rows } = data;
  const before = beforeOf(data);
  const whole = MEASURES[of.measure](data.total) || 1;
  const most = Math.max(1, ...rows.map(MEASURES[of.measure]));
  const tokens = (kind, extra) => {
    const values = (row) => tokensOf(row)[kind];
    return { key: kind, label: t(`usage.kind_${kind}`), align: 'num', sort: true, values, cell: number0(unitOf([...rows.map(values), values(data.total)]), values), ...extra };
  };
  const measured = MEASURES[of.measure];
  const write = moneyOf([...rows, data.total].map((row) => row.cost_microusd));
  return [
    { key: 'name', label: t(`usage.${by}`), fold: 'first', sort: true, class: 'c-name', cell: (row) => nameCell(row, by) },
    { key: 'share', label: t(`usage.share_${of.measure}`), fold: 'wide', class: 'c-share',
      cell: (row) => (of.measure === 'cost' && isUnknown(row) ? shareBar(null, 0) : shareBar((measured(row) / whole) * PPM, (measured(row) / most) * PPM)) },
    { key: 'requests', label: t('usage.requests'), align: 'num', priority: 2, sort: true, values: (row) => row.requests, cell: (row) => number(row.requests) },
    tokens('cache_read', { priority: 'hide' }),
    tokens('cache_write', { priority: 2 }),
    tokens('input', { priority: 2 }),
    tokens('output', { priority: 'hide' }),
    { key: 'cost', label: t('usage.cost'), align: 'num', fold: 'first2', sort: true, values: (row) => row.cost_microusd, cell: (row) => costCell(row, write) },
    compared && { key: 'change', label: t('usage.change'), align: 'num', priority: 'hide', class: 'mute', sort: true,
      values: (row) => { const was = before.get(row[by]); return was && measured(was) ? measured(row) / measured(was) - 1 : Infinity; },
      cell: (row) => { const was = before.get(row[by]); return changeCell(measured(row), was && measured(was)); } },
  ].filter(Boolean);
}

function sorted(rows, columns, by, { key, desc }) {
  const column = columns.find((each) => each.key === key);
  const way = desc ? -1 : 1;
  if (!column?.values) return [...rows].sort((a, b) => way * String(a[by] ?? '').localeCompare(String(b[by] ?? '')));
  return [...rows].sort((a, b) => way * (column.values(a) - column.values(b) || 0));
}

/* "-cost": by falling cost. */
const readSort = (text, by) => (text ? { key: text.replace(/^-/, ''), desc: text.startsWith('-') } : by === 'day' ? { key: 'name', desc: true } : { key: 'cost', desc: true });

function footOf(data, columns, whole) {
  const cells = {
    name: tn('usage.all', data.rows.length), requests: number(data.total.requests),
    change: data.totalBefore ? changeText(whole(data.total), whole(data.totalBefore), 0) ?? '' : '',
  };
  return columns.map((column) => {
    if (column.key === 'cost' || KINDS.includes(column.key)) return column.cell(data.total);
    return cells[column.key] ?? '';
  });
}

/** The table; onsort(text) with what belongs into the address. */
export function usageTable(data, { sort: given, onsort, measure = 'cost' }) {
  const { by } = data;
  const columns = columnsOf(data, { measure });
  let sort = readSort(given, by);
  let shown = PAGE;
  const list = table({
    label: t('usage.table_label', { by: t(`usage.by_${by}`) }), class: 'use', columns, sort, rowKey: (row) => row[by] ?? '',
    onsort: (key, desc) => { sort = { key, desc }; onsort(`${desc ? '-' : ''}${key}`); draw(); },
  });
  function draw() {
    const rows = sorted(data.rows, columns, by, sort);
    list.set(rows.slice(0, shown));
    const left = Math.min(KEPT, rows.length) - shown;
    list.setMore(rows.length <= shown ? null : {
      label: t('usage.more'), text: t('usage.shown', { n: number(Math.min(shown, rows.length)), all: number(rows.length) }),
      onclick: left > 0 ? () => { shown += PAGE; draw(); } : null,
    });
  }
  draw();
  list.setFoot(footOf(data, columns, MEASURES[measure]));
  return list.node;
}
