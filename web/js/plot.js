// SPDX-License-Identifier: MIT
/* What all plots share: axes with sensible ticks, one tab stop with keys, a tooltip,
   and a table of the same numbers in the place of the plot. */
import { h, icon, replace, svg } from './dom.js';
import { t } from './i18n.js';
import { button } from './parts.js';

const PAD = { top: 8, bottom: 24, right: 0 };
const NEAR = 60; // px between labels of an axis

/** Steps of 1, 2, 2.5 or 5 times a power of ten: {step, top}, `want` lines at most. */
export function nice(max, want, whole = false) {
  const raw = Math.max(max, whole ? want : 1e-9) / want;
  const power = 10 ** Math.floor(Math.log10(raw));
  const steps = [1, 2, 2.5, 5, 10].map((n) => n * power).filter((n) => !whole || Number.isInteger(n));
  const step = steps.find((n) => n >= raw * 0.999999) ?? 10 * power;
  return { step, top: Math.max(step, Math.ceil(max / step - 1e-9) * step) };
}

/* How wide a label is, near enough: 12 px type. */
const widthOf = (text) => [...text].reduce((sum, c) => sum + (c > '⺀' ? 12 : 6.9), 0);

/** legend([[kind, text]]), in the order of the stack; kind 'prev' is a line. */
export const legend = (items) => h('div.legend', items.map(([kind, text]) =>
  h('span', h(`span.sw.s-${kind}${kind === 'prev' ? '.line' : ''}`), text)));

/** plot(options, painter): a chart whose painter.paint(root, geometry, options) draws the
    series, and whose painter.most(options) is the largest value.
    -> {node, update(changes, another painter), show(i)} */
export function plot(given, painter) {
  const o = { height: 208, controls: [], ...given };
  const area = h('div.plot', { tabindex: 0, role: 'slider', 'aria-label': o.label, 'aria-orientation': 'horizontal', 'aria-readonly': 'true' });
  area.style.minHeight = `${o.height}px`; // before it is drawn, too: a view comes back where it was scrolled
  const numbers = h('div.plot-table', { hidden: true, tabindex: 0, role: 'region', 'aria-label': o.label });
  const swap = button(t('chart.table'), { icon: 'table', quiet: true, onclick: () => toggle() });
  const keys = h('div.keys');
  const node = h(`div.chart${o.flush ? '.flush' : ''}`, h('div.ch', keys, h('div.end', swap, o.controls)), area, numbers);
  const overlay = svg('g');
  let geometry = null;
  let at = -1;
  let tip = null;

  const count = () => o.series[0]?.values.length ?? 0;
  const value = (series, i) => (series.values[i] === null || series.values[i] === undefined ? o.noneText ?? t('chart.none') : o.format(series.values[i]));
  const say = (i) => `${o.at(i)}: ${o.series.map((series) => `${series.name} ${value(series, i)}`).join(t('list.comma'))}`;
  const total = (i) => o.series.reduce((sum, series) => sum + (series.values[i] ?? 0), 0);

  function describe(i) {
    const last = Math.max(0, count() - 1);
    area.setAttribute('aria-valuemin', 0);
    area.setAttribute('aria-valuemax', last);
    area.setAttribute('aria-valuenow', i < 0 ? last : i);
    area.setAttribute('aria-valuetext', count() ? say(i < 0 ? last : i) : t('chart.empty'));
    area.setAttribute('aria-label', o.label);
    numbers.setAttribute('aria-label', o.label);
  }

  function draw() {
    const width = area.clientWidth;
    if (!width || !count()) return;
    const biggest = painter.most(o);
    const { step, top } = nice(biggest, o.height > 200 ? 4 : 3, o.whole);
    const marks = [];
    for (let v = 0; v <= top + step / 1e6; v += step) marks.push(v);
    const words = (v) => (o.formatY ?? o.format)(v, step);
    const left = Math.max(20, ...marks.map((v) => widthOf(words(v)))) + 10;
    const inner = { left, right: width - PAD.right, top: PAD.top, bottom: o.height - PAD.bottom };
    const each = (inner.right - left) / count();
    geometry = {
      ...inner, width, each, total, count: count(), x: (i) => left + each * i,
      y: (v) => inner.top + (inner.bottom - inner.top) * (1 - v / top),
    };
    const root = svg('svg', { width, height: o.height, 'aria-hidden': 'true' });
    for (const v of marks) {
      const y = Math.round(geometry.y(v));
      root.append(svg('line', { class: v ? 'g' : 'z', x1: left, x2: inner.right, y1: y, y2: y }),
        svg('text', { x: left - 8, y: y + 4, 'text-anchor': 'end' }, words(v)));
    }
    root.append(overlay);
    painter.paint(root, geometry, o);
    labels(root);
    if (biggest === 0 && o.emptyText) {
      root.append(svg('text', { class: 'none', x: (left + inner.right) / 2, y: o.height / 2 - 8, 'text-anchor': 'middle' }, o.emptyText));
    }
    area.querySelector('svg')?.remove();
    area.prepend(root);
    if (at >= 0) show(at);
  }

  /* The newest label first, then to the left whatever is not too near. */
  function labels(root) {
    const taken = [];
    for (let i = count() - 1; i >= 0; i--) {
      const text = o.tick(i);
      if (!text) continue;
      const middle = geometry.x(i) + geometry.each / 2;
      const half = widthOf(text) / 2;
      const end = middle + half > geometry.right;
      const x = end ? geometry.right : Math.max(middle, geometry.left + half - 8);
      const centre = end ? geometry.right - half : x;
      if (taken.some((other) => Math.abs(other - centre) < NEAR)) continue;
      taken.push(centre);
      root.append(svg('text', { x, y: o.height - 6, 'text-anchor': end ? 'end' : 'middle' }, text));
    }
  }

  function tipRows(i) {
    const line = (kind, name, text) => h('div', h(`span.sw${kind}`), h('span', name), h('span', text));
    const rows = [...o.series].reverse().map((series) => line(`.s-${series.kind}`, series.name, value(series, i)));
    if (o.totals && o.series.length > 1) rows.push(line('.no', t('chart.total'), o.format(total(i))));
    if (o.before?.[i] !== undefined && o.before?.[i] !== null) rows.push(line('.line.s-prev', o.beforeName, o.format(o.before[i])));
    return rows;
  }

  function show(i) {
    if (!geometry || !count()) return;
    at = Math.max(0, Math.min(count() - 1, i));
    describe(at);
    replace(overlay, svg('rect', {
      class: 'cur', x: geometry.x(at), y: geometry.top, width: geometry.each, height: geometry.bottom - geometry.top,
    }));
    tip ??= area.appendChild(h('div.tip'));
    replace(tip, h('b', o.at(at)), tipRows(at));
    const x = geometry.x(at) + geometry.each / 2;
    const room = x + 12 + tip.offsetWidth <= geometry.width;
    tip.style.left = `${Math.max(0, room ? x + 12 : x - 12 - tip.offsetWidth)}px`;
    tip.style.top = '8px';
  }

  function hide() {
    tip?.remove();
    tip = null;
    overlay.replaceChildren();
    at = -1;
  }

  function pointed(event) {
    if (!geometry) return;
    const i = Math.floor((event.clientX - area.getBoundingClientRect().left - geometry.left) / geometry.each);
    if (i < 0 || i >= count()) hide();
    else if (i !== at) show(i);
  }

  function key(event) {
    const from = at < 0 ? count() : at;
    const next = {
      ArrowRight: at < 0 ? count() - 1 : at + 1, ArrowLeft: from - 1, PageUp: at < 0 ? count() - 1 : at + 7, PageDown: from - 7,
      Home: 0, End: count() - 1,
    }[event.key];
    if (next !== undefined) show(next);
    else if (event.key === 'Enter' && at >= 0 && o.onopen) o.onopen(at);
    else if (event.key === 'Escape' && at >= 0) hide();
    else return;
    event.preventDefault();
  }

  function drawTable() {
    const names = [t('chart.time'), ...o.series.map((series) => series.name), o.before && o.beforeName].filter(Boolean);
    const rows = Array.from({ length: count() }, (_, n) => count() - 1 - n).map((i) => [
      o.at(i), ...o.series.map((series) => value(series, i)), o.before && (o.before[i] === null || o.before[i] === undefined ? t('chart.none') : o.format(o.before[i])),
    ]);
    replace(numbers, h('table.tab.dense', { 'aria-label': o.label }, h('thead', h('tr', names.map((name, i) => h('th', { scope: 'col', class: i ? 'num' : null }, name)))),
      h('tbody', rows.map((cells) => h('tr', cells.filter((cell) => cell !== undefined && cell !== null).map((cell, i) => h(i ? 'td.num' : 'td', cell)))))));
  }

  function toggle(on = numbers.hidden) {
    numbers.hidden = !on;
    area.hidden = on;
    replace(swap, icon(on ? 'chart' : 'table', 14), on ? t('chart.chart') : t('chart.table'));
    if (on) drawTable();
    else draw();
  }

  function update(changes = {}, another = painter) {
    painter = another;
    Object.assign(o, changes);
    at = Math.min(at, count() - 1);
    replace(keys, o.legend ?? (o.series.length > 1 && legend([
      ...[...o.series].reverse().map(({ kind, name }) => [kind, name]), o.before && ['prev', o.beforeName]].filter(Boolean))));
    describe(at);
    if (numbers.hidden) draw();
    else drawTable();
  }

  area.addEventListener('pointermove', pointed);
  area.addEventListener('pointerdown', pointed);
  area.addEventListener('pointerleave', hide);
  area.addEventListener('blur', hide);
  area.addEventListener('keydown', key);
  if (o.onopen) area.addEventListener('click', () => at >= 0 && o.onopen(at));
  new ResizeObserver(draw).observe(area);
  update();
  return { node, update, show };
}
