// SPDX-License-Identifier: MIT
/* The windows of one account: the one of 5 hours as a chart, the others as bars, each
   with where it is going. */
import { isIdle, lengthOf, unknownWords, windowName, windowsOf, windowView } from './account-words.js';
import { windowChart } from './chart.js';
import { h } from './dom.js';
import { percent, time } from './format.js';
import { t } from './i18n.js';
import { section, windowBar } from './parts.js';
import { levelOf } from './bars.js';
import { slot } from './slot.js';

const MINUTE = 60e3;
const PPM = 1e6;

/* '84% used, runs out about 15:38' */
function summary(w, idle) {
  const shown = windowView(w, { idle });
  const level = shown.level || levelOf(shown.used, shown.at);
  const words = shown.old ? t('window.used_as_of', { percent: percent(shown.used), time: time(w.seen_at) }) : shown.out
    ? t('window.used_runs_out', { percent: percent(shown.used), time: time(shown.out) })
    : t('window.used_resets', { percent: percent(shown.used), time: time(w.resets_at) });
  return h('span', { class: shown.old ? null : level }, words);
}

/* From its beginning, where nothing was used, over what was told to the newest. */
function pointsOf(w, begins) {
  const told = w.samples.map((sample) => [Date.parse(sample.at), sample.used_ppm]).filter(([at]) => at >= begins);
  const newest = [Date.parse(w.seen_at), w.used_ppm];
  const last = told.at(-1);
  return [[begins, 0], ...told, ...(last && newest[0] - last[0] < MINUTE ? [] : [newest])];
}

function chartOf(w, idle) {
  const resets = Date.parse(w.resets_at);
  const begins = resets - lengthOf(w.name);
  const shown = windowView(w, { idle });
  return h('div.chart.flush', windowChart({
    label: [windowName(w.name), t('window.used', { percent: percent(w.used_ppm) }), shown.resets, shown.note].filter(Boolean).join(t('list.comma')),
    points: pointsOf(w, begins), begins, resets, now: Date.now(), out: shown.old ? null : shown.out ?? null, at: shown.old || shown.used >= PPM ? null : shown.at, height: 208,
  }));
}

const hasChart = (w) => w && w.used_ppm !== null && w.resets_at && lengthOf(w.name) > 0;

function chartSection(w, idle) {
  return section(windowName(w.name), summary(w, idle), chartOf(w, idle));
}

const barSection = (w, idle) => section(windowName(w.name), null, h('div.pt', windowBar({ ...windowView(w, { idle }), of: null })));

function draw({ charted, rest, unknown, idle }) {
  if (!charted && rest.length === 0) return section(t('account.windows'), null, h('p.faint.small.pt', unknown));
  return [charted && chartSection(charted, idle), rest.map((w) => barSection(w, idle))];
}

/** accountWindows() -> {node, set(account)} */
export function accountWindows() {
  const node = h('div.account-windows');
  const set = slot(node, draw);
  return {
    node,
    set(account) {
      const { five, seven, amount, others } = windowsOf(account);
      const charted = hasChart(five) ? five : null;
      const rest = [charted ? null : five, seven, amount, ...others].filter(Boolean);
      set({ charted, rest, unknown: unknownWords(account), idle: isIdle(account), at: Math.floor(Date.now() / MINUTE) });
    },
  };
}
