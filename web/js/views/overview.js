// SPDX-License-Identifier: MIT
/* What needs attention, figures with their chart, accounts, and what runs now. */
import { shapeOf, stateWords, unknownWords, windowsOf, windowView } from '../account-words.js';
import { api } from '../api.js';
import { attention } from '../attention.js';
import { h, replace, say } from '../dom.js';
import { figures, figuresOf } from '../figures.js';
import { isFirstRun, takeFirstKey } from '../first-run.js';
import { durationWords, fullTime, number, time } from '../format.js';
import { t, tn } from '../i18n.js';
import { live } from '../live.js';
import { elapsed, failed, head, name, section, state, ticker, windowBar } from '../parts.js';
import { link, query, setQuery } from '../router.js';
import { shortModel, soFar } from '../request-words.js';
import { to } from '../routes.js';
import { table } from '../table.js';

const ACCOUNTS = 6;
const RUNNING = 8;
const SERIES_MS = 10000;
/* So often is asked again for a course of which not all is read yet: some minutes. */
const TRIES = 40;

/** Open this view: or, until a first message was answered, the way there. */
export async function open(view) {
  const [status, accounts, hour, month, first] = await Promise.all([
    api.get('/admin/api/status', null, view), api.get('/admin/api/accounts', null, view), course('hour', view), course('month', view), isFirstRun(view),
  ]);
  if (first) return (await import('./first.js')).open(view);
  takeFirstKey(); // nobody needs it any more
  view.title(t('nav.overview'));
  draw(view, { status, accounts: accounts.accounts, series: { hour, month } });
  return null;
}

/* The rest of the page stands without it. */
const course = (range, view) => api.get('/admin/api/series', { range }, view).catch((error) => ({ error, points: [], before: {} }));

function draw(view, known) {
  const needs = attention();
  const shown = figureSection(view, known);
  const accounts = accountSection(known.accounts);
  const running = runningSection();
  replace(view.node, head(t('nav.overview'), ticker(() => fullTime()), uptime(view, known.status)),
    needs.node, shown, h('div.split', accounts.node, running.node));
  live.on('attention', ({ items }) => needs.set(items), view.signal);
  if (!live.last('attention')) needsNow(needs, view);
  live.on('accounts', ({ accounts: told }) => accounts.set(told), view.signal);
  live.on('running', running.set, view.signal);
  if (!live.last('running')) runsNow(running, view);
}

/* Until the stream has told it. */
async function runsNow(running, view) {
  const answer = await api.get('/admin/api/requests/running', null, view).catch(() => null);
  if (answer && !live.last('running')) running.set(answer);
}

async function needsNow(needs, view) {
  const answer = await api.get('/admin/api/attention', null, view).catch(() => null);
  if (answer && !live.last('attention')) needs.set(answer.items);
}

function uptime(view, status) {
  const node = h('span.sum.hide-n');
  const show = ({ uptime_s: s }) => say(node, t('overview.uptime', { time: durationWords(s * 1000) }));
  show(status);
  live.on('figures', show, view.signal);
  return node;
}

/* ---- figures ------------------------------------------------------------------ */

/* A relay that has just started reads its bookings bit by bit, further with each answer: it is
   asked again, ever less often, until all are read. */
function untilWhole(view, load) {
  const tries = {};
  const waiting = {};
  const soon = (range) => {
    const wait = Math.min(500 * 2 ** tries[range], 8000);
    waiting[range] = setTimeout(() => {
      waiting[range] = null;
      if (document.hidden || live.state.name === 'lost') return soon(range);
      tries[range]++;
      return load(range);
    }, wait);
  };
  view.signal.addEventListener('abort', () => Object.values(waiting).forEach(clearTimeout));
  return {
    look(range, { complete }) {
      tries[range] ??= 0;
      if (complete !== false || waiting[range] || tries[range] >= TRIES || view.signal.aborted) return;
      soon(range);
    },
  };
}

function figureSection(view, known) {
  if (known.series.hour.error) return failed(known.series.hour.error, () => location.reload());
  const asked = query();
  const series = { ...known.series };
  const shown = figures({
    figure: asked.figure, range: asked.range,
    onchange(figure, range) {
      setQuery({ figure: figure === 'requests' ? null : figure, range: range === 'hour' ? null : range });
      if (!series[range]) load(range);
    },
  });
  const whole = untilWhole(view, load);
  async function load(range) {
    const answer = await course(range, view);
    if (answer.error) return;
    series[range] = answer;
    shown.setSeries(series);
    whole.look(range, answer);
  }
  shown.set(live.last('figures') ?? figuresOf({ ...known, ...series }));
  shown.setSeries(series);
  load('day');
  for (const range of ['hour', 'month']) whole.look(range, series[range]);
  live.on('figures', shown.set, view.signal);
  const timer = setInterval(() => { if (!document.hidden && live.state.name !== 'lost') refresh(); }, SERIES_MS);
  view.signal.addEventListener('abort', () => clearInterval(timer));
  function refresh() {
    load('hour');
    if (shown.range() !== 'hour') load(shown.range());
  }
  return shown.node;
}

/* ---- accounts ------------------------------------------------------------------- */

/* On narrow screens the bar's name stands before it. */
function mini(w, title) {
  if (!w) return h('span.faint.hide-n', '–');
  const shown = windowView(w);
  const words = shown.out && !shown.old ? t('overview.runs_out', { time: time(shown.out) }) : shown.resets;
  return h('div.named', title && h('span.wl', title), windowBar({ ...shown, resets: words, note: null, small: true }));
}

function firstWindow(account) {
  const { five, seven, amount } = windowsOf(account);
  if (five || seven) return mini(five, t('overview.short_5h'));
  return amount ? mini(amount) : h('span.faint.small', unknownWords(account));
}

const hasBoth = (account) => {
  const { five, seven } = windowsOf(account);
  return !!(five || seven);
};

function accountSection(accounts) {
  const all = h('span');
  const list = table({
    label: t('nav.accounts'), class: 'acc-mini', keys: false, rowKey: (row) => row.account,
    columns: [
      { key: 'account', label: t('overview.account'), fold: 'first', cell: (row) => [
        name(row.account, to('accounts', row.account)), h('span.sub', state(shapeOf(row.state), stateWords(row)))] },
      { key: 'five', label: t('overview.window_5h'), width: '30%', fold: 'wide', cell: firstWindow, span: (row) => (hasBoth(row) ? 1 : 2) },
      { key: 'seven', label: t('overview.window_7d'), width: '30%', fold: 'wide', cell: (row) => mini(windowsOf(row).seven, t('overview.short_7d')) },
      { key: 'in_flight', label: t('overview.in_flight'), align: 'num', width: 76, fold: 'first2', cell: (row) => h(row.in_flight ? 'span' : 'span.faint', number(row.in_flight)) },
    ],
  });
  function set(told) {
    replace(all, link('/admin/accounts', tn('overview.all', told.length)));
    list.set(told.slice(0, ACCOUNTS));
  }
  set(accounts);
  return { node: section(t('nav.accounts'), all, list.node), set };
}

/* ---- what runs -------------------------------------------------------------------- */

function outCell(row) {
  const { text, title } = soFar(row);
  return h(row.output_tokens || row.bytes_out ? 'span' : 'span.faint', { title: title || null }, text);
}

/* A row is drawn anew when something that it shows has changed: its age ticks by itself. */
const shownOf = (row) => ({ ...row, age_ms: 0, bytes_out: row.output_tokens ? 0 : row.bytes_out });

function runningSection() {
  const all = h('span');
  const list = table({
    label: t('overview.running'), keys: false,
    columns: [
      { key: 'key', label: t('overview.key'), fold: 'first', cell: (row) => name(row.key ?? t('overview.this_machine'), to('requests', row.id)) },
      { key: 'model', label: t('overview.model'), class: 'mute', cell: (row) => h('span.cut', { title: row.model }, shortModel(row.model) || '–') },
      { key: 'out', label: t('requests.so_far'), align: 'num', cell: outCell },
      { key: 'age', label: t('overview.age'), align: 'num', width: 72, fold: 'first2', cell: (row) => elapsed(row.started_at) },
    ],
    empty: () => h('p.faint.small.pt', t('overview.running_none')),
  });
  function set({ requests, more = 0 }) {
    replace(all, link('/admin/requests', tn('overview.all', requests.length + more)));
    list.set(requests.slice(0, RUNNING).map(shownOf));
  }
  return { node: section(t('overview.running'), all, list.node), set };
}
