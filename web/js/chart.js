// SPDX-License-Identifier: MIT
/* Charts: columns for counts, lines for levels; drawn in real pixels and again when
   the size changes.  plot.js has what they share; waterfall.js draws the times of a request. */
import { h, svg } from './dom.js';
import { clock, percent, weekday } from './format.js';
import { t } from './i18n.js';
import { plot } from './plot.js';

export { legend } from './plot.js';

/** columns({label, series: [{name, kind, values}], at(i), tick(i), format, formatY, height, whole, totals, partial,
             before, beforeName, controls: [nodes], legend, emptyText, flush, onopen(i)})
    kind: out in cw cr 4 ok bad ink; the first series is the lowest of the stack.  at(i)
    names an interval; tick(i) is its label on the axis or null; whole: numbers that count;
    formatY(value, step) writes the axis; noneText: what stands for a value that is null; totals: the tooltip adds up; partial: the last interval still runs; before: totals of
    the period before, a mark on each column.
    -> {node (head with legend, "Table" and controls; plot), update(changes), show(i)} */
export const columns = (options) => plot(options, COLUMNS);

/** How columns are drawn: for update(changes, COLUMNS) of a chart that had lines. */
export const COLUMNS = {
  paint: paintColumns,
  most(o) {
    const sums = o.series[0].values.map((_, i) => o.series.reduce((sum, series) => sum + (series.values[i] ?? 0), 0));
    return Math.max(0, ...sums, ...(o.before ?? []).map((n) => n ?? 0));
  },
};

function paintColumns(root, g, o) {
  const gap = g.each > 12 ? Math.max(2, Math.round(g.each * 0.22)) : g.each > 5 ? 2 : 1;
  for (let i = 0; i < g.count; i++) {
    const x = Math.round(g.x(i) + gap / 2);
    const width = Math.max(1, Math.round(g.x(i + 1) - gap / 2) - x);
    const part = o.partial && i === g.count - 1 ? ' part' : '';
    let sum = 0;
    for (const { kind, values } of o.series) {
      if (!values[i]) continue;
      const [low, high] = [g.y(sum), g.y(sum + values[i])];
      root.append(svg('rect', {
        class: `s-${kind}${part}`, x, width, y: high.toFixed(1), height: Math.max(0.8, low - high - (sum > 0 ? 1 : 0)).toFixed(1),
      }));
      sum += values[i];
    }
    if (o.before?.[i]) root.append(svg('rect', { class: 's-prev', x: x - 1, y: Math.round(g.y(o.before[i])) - 1, width: width + 2, height: 1.5 }));
  }
}

/** lines({...}) as columns(); values may be null: the line has a gap there.  The last
    series is on top: kind ink for the median, cr for p95. */
export const lines = (options) => plot(options, LINES);

/** How lines are drawn. */
export const LINES = {
  paint: paintLines,
  most: (o) => Math.max(0, ...o.series.flatMap((series) => series.values.map((n) => n ?? 0))),
};

function paintLines(root, g, o) {
  for (const { kind, values } of o.series) {
    root.append(svg('path', { class: `s-${kind}`, d: path(values, (i) => g.x(i) + g.each / 2, g.y) }));
    values.forEach((value, i) => { // a point alone is no line
      const alone = value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
      if (alone) root.append(svg('circle', { class: `s-${kind}`, cx: g.x(i) + g.each / 2, cy: g.y(value), r: 1.5 }));
    });
  }
}

function path(values, x, y) {
  let pen = 'M';
  return values.map((value, i) => {
    if (value === null || value === undefined) { pen = 'M'; return ''; }
    const step = `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = 'L';
    return step;
  }).join('');
}

/** A line without axis or fill, of values (null: none). */
export function spark(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const y = (value) => 23 - ((value - low) / (high - low || 1)) * 21;
  return svg('svg', { class: 'spark', viewBox: '0 0 100 24', height: 24, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    known.length > 1 && svg('path', { d: path(values, (i) => (i / (values.length - 1)) * 100, y) }));
}

const HOUR = 3600e3;

/** windowChart({label, points: [[time, ppm]], begins, resets, now, out, at, height}): times in ms;
    used as a line, an even pace dotted; the forecast dashed to an open circle where it
    runs out (`out`), or to what it will be at the reset (`at`, ppm). */
export function windowChart({ label, points, begins, resets, now = Date.now(), out = null, at = null, height = 208 }) {
  const area = h('div.plot', { role: 'img', 'aria-label': label });
  area.style.minHeight = `${height}px`;
  const end = out ? [Math.min(out, resets), 1e6] : at !== null && at !== undefined ? [resets, Math.min(1e6, at)] : null;
  function draw() {
    const width = area.clientWidth;
    if (!width) return;
    const g = { left: 44, top: 8, bottom: height - 24 };
    const x = (time) => g.left + ((width - g.left) * (time - begins)) / (resets - begins);
    const y = (ppm) => g.top + (g.bottom - g.top) * (1 - Math.min(1e6, ppm) / 1e6);
    const root = svg('svg', { width, height, 'aria-hidden': 'true' });
    for (const ppm of [0, 250000, 500000, 750000, 1000000]) {
      const line = Math.round(y(ppm));
      root.append(svg('line', { class: ppm ? 'g' : 'z', x1: g.left, x2: width, y1: line, y2: line }),
        svg('text', { x: g.left - 8, y: line + 4, 'text-anchor': 'end' }, percent(ppm)));
    }
    windowTicks(root, { x, width, begins, resets, height });
    const line = (list) => list.map(([time, ppm], i) => `${i ? 'L' : 'M'}${x(time).toFixed(1)} ${y(ppm).toFixed(1)}`).join('');
    const last = points.at(-1);
    if (last) {
      root.append(svg('path', { class: 'area', d: `${line(points)}L${x(last[0]).toFixed(1)} ${g.bottom}L${x(points[0][0]).toFixed(1)} ${g.bottom}Z` }));
    }
    root.append(svg('path', { class: 'even', d: line([[begins, 0], [resets, 1e6]]) }));
    if (last) root.append(svg('path', { class: 's-ink', d: line(points) }));
    if (last && end) root.append(svg('path', { class: 'next', d: line([last, end]) }), svg('circle', { class: 'open', cx: x(end[0]), cy: y(end[1]), r: 3.5 }));
    if (last) root.append(svg('circle', { class: 's-ink', cx: x(Math.min(now, last[0])), cy: y(last[1]), r: 3.5 }));
    area.replaceChildren(root);
  }
  new ResizeObserver(draw).observe(area);
  return area;
}

function windowTicks(root, { x, width, begins, resets, height }) {
  const days = resets - begins > 48 * HOUR;
  const step = days ? 24 * HOUR : HOUR;
  const count = Math.round((resets - begins) / step);
  const every = Math.ceil((count * (days ? 84 : 60)) / Math.max(1, width - 44));
  for (let i = 0; i <= count; i += every) {
    const time = begins + i * step;
    const end = x(time) > width - 24;
    root.append(svg('text', { x: Math.min(x(time), width), y: height - 6, 'text-anchor': end ? 'end' : i === 0 ? 'start' : 'middle' },
      days ? weekday(time) : clock(time)));
  }
}

/** What the lines of a windowChart() mean. */
export const windowLegend = () => h('p.tiny.faint', t('window.chart_legend'));
