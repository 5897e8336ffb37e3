// SPDX-License-Identifier: MIT
/* The times of one request: linear to the first byte on two thirds of the width,
   a dashed break, the answer on the last third. */
import { h, svg } from './dom.js';
import { duration } from './format.js';

const CUT = 66; // percent: where the break is
const LEAST = 0.7; // percent: no bar is thinner

/* us -> percent of the width. */
function scaleOf(firstByte, end) {
  const broken = firstByte !== null && firstByte > 0 && end > firstByte * 2;
  if (!broken) return { broken, x: (us) => (us / Math.max(1, end)) * 98 };
  return {
    broken,
    x: (us) => (us <= firstByte ? (us / firstByte) * CUT : CUT + 2 + ((us - firstByte) / (end - firstByte)) * (98 - CUT)),
  };
}

/** waterfall({label, rows: [{name, level: ''|'head'|'sub', kind: own|wait|net|bad|str, from, to, text}], firstByte, end})
    times in us since the request's beginning; a row of level 'head' (an attempt) has a
    thin bar over its steps; `text` is its duration, made from the times if it is absent.
    node.broken: the scale changes at the first byte. */
export function waterfall({ label, rows, firstByte = null, end }) {
  const { broken, x } = scaleOf(firstByte, end);
  const breakLine = () => broken && svg('line', { class: 'break', x1: `${CUT + 1}%`, x2: `${CUT + 1}%`, y1: 0, y2: 24 });
  const bar = ({ kind, from, to, level }) => {
    const thin = level === 'head';
    return svg('rect', {
      class: `w-${kind}`, x: `${x(from).toFixed(2)}%`, width: `${Math.max(LEAST, x(to) - x(from)).toFixed(2)}%`,
      y: thin ? 10 : 7, height: thin ? 4 : 10, rx: 2,
    });
  };
  const line = (row) => h('div.wr', { role: 'row' },
    h('div.nm', { role: 'rowheader', title: row.name, class: row.level === 'head' ? 'hd' : row.level }, row.name),
    h('div.lane', { role: 'cell' }, svg('svg', { height: 24, 'aria-hidden': 'true' }, breakLine(), bar(row))),
    h('div.ms', { role: 'cell' }, row.text ?? duration((row.to - row.from) / 1000)));
  const node = h('div.wf', { role: 'table', 'aria-label': label }, axis({ broken, x, firstByte, end }),
    h('div', { role: 'rowgroup' }, rows.map(line)));
  node.broken = broken;
  return node;
}

/* Marks of the linear part, the first byte's time at the break, the end's at the right. */
function axis({ broken, x, firstByte, end }) {
  const linear = broken ? firstByte : end;
  const step = roundStep(linear / 4);
  const marks = [];
  for (let us = 0, i = 0; us < linear * 0.8; us += step, i++) marks.push({ us, at: x(us), half: i % 2 === 1, anchor: us ? 'middle' : 'start' });
  if (broken) marks.push({ us: firstByte, at: CUT + 1, anchor: 'middle', mid: true });
  marks.push({ us: end, at: 100, anchor: 'end' });
  const text = ({ us }) => (us ? duration(us / 1000) : '0');
  const told = marks.filter((mark, i) => mark.mid || i === marks.length - 1 || !marks.some((other) => other.at > mark.at && text(other) === text(mark)));
  return h('div.wr', { 'aria-hidden': 'true' }, h('div'), h('div.lane.axis', svg('svg', { height: 24 },
    broken && svg('line', { class: 'break', x1: `${CUT + 1}%`, x2: `${CUT + 1}%`, y1: 19, y2: 24 }),
    told.map((mark) => svg('text', {
      x: `${mark.at.toFixed(2)}%`, y: 14, 'text-anchor': mark.anchor, class: mark.half ? 'half' : mark.mid ? 'mid' : null,
    }, text(mark))))), h('div'));
}

function roundStep(us) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, us)));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= us) ?? power * 10;
}
