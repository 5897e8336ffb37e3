// SPDX-License-Identifier: MIT
/* Six figures in one frame; the chosen one is what the chart below shows. */
import { COLUMNS, LINES, columns, legend, spark } from './chart.js';
import { costKnown, costText } from './cost.js';
import { h, replace, say, set } from './dom.js';
import { clock, day, duration, durationParts, isMonday, large, largeParts, largeRound, money, moneyAxis, number, percent, time, weekday } from './format.js';
import { t } from './i18n.js';
import { radioGroup, seg } from './parts.js';
import { go } from './router.js';

const sum = (points, name) => points.reduce((all, point) => all + (point[name] ?? 0), 0);
const pick = (points, name) => points.map((point) => point[name] ?? null);
const inputOf = (point) => point.input_tokens + point.cache_write_tokens + point.cache_read_tokens;

/* Each: its value of what is told live, a line of comparison, what its sparkline shows,
   and its chart: which painter, which series, how numbers are written. */
const FIGURES = {
  streams: {
    value: (f) => [number(f.in_flight), ''],
    note: ({ day: today }, f) => (today ? t('overview.streams_note', { n: number(Math.max(f.in_flight ?? 0, ...today.points.map((p) => p.streams_max ?? 0))) }) : ''),
    spark: (p) => p.streams_max,
    chart: (points) => ({
      painter: LINES, whole: true, format: number,
      series: [{ name: t('overview.at_once'), kind: 'ink', values: pick(points, 'streams_max') }],
    }),
  },
  requests: {
    value: (f) => [number(f.requests_minute), ''],
    note: ({ hour }) => (hour ? t('overview.requests_note', { n: number(Math.round(hour.before.requests / 60)) }) : ''),
    spark: (p) => p.requests,
    chart: (points) => ({
      painter: COLUMNS, whole: true, format: number, totals: true,
      series: [
        { name: t('overview.completed'), kind: 'ok', values: points.map((p) => p.requests - p.failed) },
        { name: t('overview.failed'), kind: 'bad', values: pick(points, 'failed') },
      ],
      legend: legend([['ok', t('overview.completed')], ['bad', t('overview.failed')]]),
    }),
  },
  tokens: {
    value: (f) => largeParts(f.tokens_minute),
    note: ({ hour }) => cacheNote(hour),
    spark: (p) => inputOf(p) + p.output_tokens,
    chart: (points) => ({
      painter: COLUMNS, format: large, formatY: largeRound, totals: true,
      series: [['output_tokens', 'out'], ['input_tokens', 'in'], ['cache_write_tokens', 'cw'], ['cache_read_tokens', 'cr']]
        .map(([name, kind]) => ({ name: t(`tokens.${kind}`), kind, values: pick(points, name) })),
    }),
  },
  cost: {
    value: (f, { month }) => [costText({ cost_microusd: f.cost_today_microusd, unpriced: month?.points.at(-1)?.unpriced ?? 0 }), ''],
    note: ({ month }) => (month?.points.length > 1 ? t('overview.cost_note', { cost: costText(month.points.at(-2)) }) : ''),
    spark: costKnown,
    chart: (points) => ({
      painter: COLUMNS, format: (n) => money(n, n !== 0 && n < 1e6 ? 4 : 2), formatY: moneyAxis,
      series: [{ name: t('overview.cost'), kind: 'ok', values: points.map(costKnown) }],
    }),
  },
  errors: {
    value: (f) => [percent(f.failed_hour_ppm, 2).replace('%', ''), '%'],
    note: ({ hour }) => (hour ? t('overview.errors_note', { n: number(sum(hour.points, 'failed')), all: number(sum(hour.points, 'requests')) }) : ''),
    spark: (p) => (p.requests ? p.failed / p.requests : 0),
    chart: (points) => ({
      painter: COLUMNS, whole: true, format: number,
      series: [{ name: t('overview.failed'), kind: 'bad', values: pick(points, 'failed') }],
    }),
  },
  first_byte: {
    value: (f) => durationParts(f.first_byte_p50_ms),
    note: (_, f) => (f.first_byte_p95_ms === null || f.first_byte_p95_ms === undefined ? '' : t('overview.first_byte_note', { time: duration(f.first_byte_p95_ms) })),
    spark: (p) => p.first_byte_p50_ms,
    chart: (points) => ({
      painter: LINES, format: duration,
      series: [
        { name: t('overview.p95'), kind: 'cr', values: pick(points, 'first_byte_p95_ms') },
        { name: t('overview.median'), kind: 'ink', values: pick(points, 'first_byte_p50_ms') },
      ],
    }),
  },
};

function cacheNote(hour) {
  const all = hour ? hour.points.reduce((n, point) => n + inputOf(point), 0) : 0;
  return all ? t('overview.tokens_note', { percent: percent((sum(hour.points, 'cache_read_tokens') / all) * 1e6) }) : '';
}

/* How the intervals of a range are called, and which are named on the axis. */
const RANGES = {
  hour: { at: (p) => clock(p.at), tick: (p) => (new Date(p.at).getMinutes() % 10 === 0 ? clock(p.at) : null), last: 'chart.now' },
  day: { at: (p) => time(p.at), tick: (p) => (new Date(p.at).getHours() % 3 === 0 && new Date(p.at).getMinutes() === 0 ? clock(p.at) : null), last: 'chart.now' },
  month: { at: (p, zone) => weekday(p.at, zone), tick: (p, zone) => (isMonday(p.at, zone) ? day(p.at, zone) : null), last: 'chart.today' },
};

/* What is known before anything was told live. */
export function figuresOf({ status, hour, month }) {
  const minute = hour?.points.at(-2);
  const asked = hour ? sum(hour.points, 'requests') : 0;
  return {
    in_flight: status?.in_flight ?? null, uptime_s: status?.uptime_s, version: status?.version,
    requests_minute: minute?.requests ?? null, tokens_minute: minute ? inputOf(minute) + minute.output_tokens : null,
    cost_today_microusd: month?.points.at(-1)?.cost_microusd ?? null,
    failed_hour_ppm: asked ? Math.round((sum(hour.points, 'failed') / asked) * 1e6) : 0,
    first_byte_p50_ms: minute?.first_byte_p50_ms ?? null, first_byte_p95_ms: minute?.first_byte_p95_ms ?? null,
  };
}

function cell(name) {
  const parts = { value: h('span.n'), unit: h('small'), note: h('span.d'), line: h('span.line') };
  const node = h('button.fig', { type: 'button' }, h('span.k', t(`overview.${name}`)), h('span.v', parts.value, parts.unit), parts.note, parts.line);
  function draw(figures, series) {
    const [value, unit] = FIGURES[name].value(figures, series);
    const note = FIGURES[name].note(series, figures);
    say(parts.value, value);
    say(parts.unit, unit);
    say(parts.note, note);
    set(parts.note, { title: note || null });
    set(node, { 'aria-label': [t(`overview.${name}`), [value, unit].filter(Boolean).join(' '), note].filter(Boolean).join(t('list.comma')) });
  }
  return { node, draw, line: (points) => replace(parts.line, points && spark(points.map(FIGURES[name].spark))) };
}

/** figures({figure, range, onchange(figure, range)}) -> {node, set(figures), setSeries({hour, day, month})} */
export function figures({ figure = 'requests', range = 'hour', onchange }) {
  const cells = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, cell(name)]));
  const group = radioGroup(h('div.figs', { role: 'radiogroup', 'aria-label': t('overview.figure') }),
    Object.entries(cells).map(([name, each]) => [name, each.node]), figure, (name) => { figure = name; chosen(); });
  const ranges = seg(t('overview.range'), ['hour', 'day', 'month'].map((name) => [name, t(`overview.range_${name}`)]), range, (name) => { range = name; chosen(); });
  let told = {};
  let series = {};
  let chart = null;
  const reading = h('p.reading', { hidden: true }, t('overview.reading'));
  const node = h('section.instr', { 'aria-label': t('overview.figures') }, group, reading);

  function chosen() {
    onchange?.(figure, range);
    draw();
  }

  function options() {
    const { points, zone } = series[range];
    const words = RANGES[range];
    const { painter, ...rest } = FIGURES[figure].chart(points);
    return [{
      label: t('overview.chart_label', { figure: t(`overview.${figure}`), range: t(`overview.last_${range}`) }),
      partial: true, before: null, whole: false, totals: false, legend: null, formatY: null, emptyText: t('overview.chart_empty'), ...rest,
      at: (i) => (i === points.length - 1 ? t('overview.so_far', { at: words.at(points[i], zone) }) : words.at(points[i], zone)),
      tick: (i) => (i === points.length - 1 ? t(words.last) : words.tick(points[i], zone)),
      onopen: (i) => go(`/admin/requests?since=${points[i].at}${points[i + 1] ? `&until=${points[i + 1].at}` : ''}`),
    }, painter];
  }

  function draw() {
    if (!series[range]) return;
    reading.hidden = series[range].complete !== false;
    const [all, painter] = options();
    if (chart) return chart.update(all, painter);
    chart = columns({ ...all, controls: ranges });
    chart.update(all, painter);
    node.append(chart.node);
  }

  return {
    node,
    set(figuresNow) {
      told = figuresNow;
      for (const each of Object.values(cells)) each.draw(told, series);
    },
    setSeries(known) {
      series = { ...series, ...known };
      for (const each of Object.values(cells)) { each.draw(told, series); each.line(series.hour?.points); }
      draw();
    },
    range: () => range,
  };
}
