// SPDX-License-Identifier: MIT
/* Medians, ratios, and the one table.  Pure. */
import { goals } from './workloads.mjs';

/* name: what the row says; digits: behind the point; added: `direct` is taken off;
   pair: how often the one has the figure of the other, each run by itself. */
const rows = {
  restMb: { name: 'memory at rest, MB', digits: 1 },
  startMs: { name: 'start to accepting, ms', digits: 1 },
  startCpuMs: { name: 'CPU from start to accepting, ms', digits: 0 },
  cpuRequest: { name: 'CPU per request, us', digits: 1 },
  keyedRatio: { name: 'CPU per request, keyed/relay', digits: 3, pair: ['cpuRequest', 'keyed', 'relay'] },
  fiftyRatio: { name: 'CPU per request, fifty/single', digits: 3, pair: ['cpuRequest', 'fifty', 'single'] },
  watchedRatio: { name: 'CPU per request, watched/relay', digits: 3, pair: ['cpuRequest', 'watched', 'relay'] },
  workerRequest: { name: 'CPU of the worker per request, us', digits: 1 },
  workerEvent: { name: 'CPU of the worker per event, us', digits: 2 },
  besideRequest: { name: 'CPU of all other threads per request, us', digits: 1 },
  bookedRequest: { name: 'CPU of the worker per request, relay/unbooked', digits: 3, pair: ['workerRequest', 'relay', 'unbooked'] },
  bookedEvent: { name: 'CPU of the worker per event, relay/unbooked', digits: 3, pair: ['workerEvent', 'relay', 'unbooked'] },
  bookedStream: { name: 'memory per open stream, relay/unbooked', digits: 3, pair: ['streamKb', 'relay', 'unbooked'] },
  cpuEvent: { name: 'CPU per event, us', digits: 2 },
  streamKb: { name: 'memory per open stream, KB', digits: 1 },
  eventP50: { name: 'added delay per event, p50, us', digits: 0, added: true },
  eventP99: { name: 'added delay per event, p99, us', digits: 0, added: true },
  requestP50: { name: 'added delay per request, p50, us', digits: 0, added: true },
  requestP99: { name: 'added delay per request, p99, us', digits: 0, added: true },
  perSecond: { name: 'requests a second', digits: 0 },
  broken: { name: 'lost or broken', digits: 0 },
};

export function median(values) {
  const sorted = values.filter((value) => value !== undefined && !Number.isNaN(value)).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0 ? undefined : sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);
const over = (a, b) => (a === undefined || b === undefined || a < 0 || b <= 0 ? undefined : a / b);

/* Targets that are this relay, and those that share its column. */
const OURS = ['relay', 'relay2', 'keyed', 'single', 'fifty', 'unbooked', 'watched'];
const RELAYS = [...OURS, 'before'];

/* ---- figures -------------------------------------------------------------- */

/* What one target reached in a row: the median of its runs; all that broke. */
function figure(runs, row) {
  const values = runs.map((run) => run[row]);
  return row === 'broken' ? sum(values) : median(values);
}

/* Runs of one number stand side by side in time: what drifts hits both. */
export function pairs(runsOf, [figureOf, mine, other]) {
  const others = new Map(runsOf[other]?.map((run) => [run.run, run[figureOf]]));
  return (runsOf[mine] ?? []).map((run) => over(run[figureOf], others.get(run.run))).filter((ratio) => ratio !== undefined);
}

function makePairRow(workload, row, runsOf) {
  const ratios = pairs(runsOf, rows[row].pair);
  return { workload, row, values: { relay: median(ratios) }, pairs: ratios };
}

function makeRow(workload, row, runsOf) {
  const own = Object.fromEntries(Object.entries(runsOf).map(([target, runs]) => [target, figure(runs, row)]));
  const values = { ...own };
  for (const target of Object.keys(own)) {
    if (rows[row].added && target !== 'direct') {
      values[target] = own[target] === undefined || own.direct === undefined ? undefined : own[target] - own.direct;
    }
  }
  const ratio = (target) => (row === 'broken' ? undefined : over(values.relay, values[target]));
  return { workload, row, values, toNginx: ratio('nginx'), toHaproxy: ratio('haproxy') };
}

export const brokenIn = (made) => sum(OURS.map((target) => made.values[target]));

function judge(made) {
  const goal = goals.find((g) => [made.workload, 'any'].includes(g.workload) && g.row === made.row);
  const mine = made.row === 'broken' ? brokenIn(made) : made.values[goal?.mine ?? 'relay'];
  const bounds = goal?.of ? goal.of.map((target) => made.values[target]) : [1];
  if (!goal || mine === undefined || bounds.includes(undefined)) {
    return made;
  }
  const met = bounds.every((bound) => mine <= goal.most * bound);
  const says = goal.of ? `<= ${goal.most.toFixed(2)} of ${goal.of.join(', ')}` : `${goal.mine ? `${goal.mine} ` : ''}<= ${goal.most}`;
  return { ...made, goal: says, met };
}

/* results: [{ workload, target, run, ...figures }] */
export function makeRows(results, plans) {
  const made = [];
  const everywhere = {};
  for (const { target, ...run } of results) {
    (everywhere[target] ??= []).push(run);
  }
  made.push(makeRow('all', 'restMb', everywhere));
  made.push(makeRow('all', 'startMs', everywhere));
  for (const plan of plans) {
    const runsOf = Object.fromEntries(plan.targets.map((target) => [target, results.filter((r) => r.workload === plan.name && r.target === target)]));
    for (const row of [...plan.show, 'broken']) {
      made.push((rows[row].pair ? makePairRow : makeRow)(plan.name, row, runsOf));
    }
  }
  return made.map(judge);
}

/* ---- what a reader must know ---------------------------------------------- */

const LIMIT = 0.9; /* of the CPUs that the load side has */
const OTHERS = 0.05; /* of a CPU */

const named = (runs) => [...new Set(runs.map((run) => run.target))].join(', ');

function noteRuns(plan, runs, cpus) {
  const notes = [];
  const busy = runs.filter((run) => !plan.rate && run.loadShare > LIMIT * cpus.loadCpus);
  if (busy.length > 0) {
    notes.push(`claude-sim and the load generator were the limit for ${named(busy)}: requests a second say nothing about the target, CPU per request does`);
  }
  for (const run of runs.filter((each) => each.notOpen > 0)) {
    notes.push(`${run.notOpen} of ${plan.connections} streams of ${run.target} were not open to the end of the measurement`);
  }
  return [...notes, ...new Set(runs.filter((run) => run.broken > 0).map((run) => `${run.target}: ${run.fault}`))];
}

function noteOthers(results) {
  const most = Math.max(...results.map((run) => run.otherShare));
  const disturbed = results.filter((run) => run.otherShare > OTHERS).length;
  return disturbed > 0
    ? [`other programs took more than ${OTHERS} of a CPU in ${disturbed} of ${results.length} runs, ${most.toFixed(2)} at most: repeat this on a quiet machine before believing small differences`]
    : [];
}

function noteWorkers(plan, rowsMade) {
  const find = (row) => rowsMade.find((made) => made.workload === plan.name && made.row === row)?.values;
  const speed = over(find('perSecond')?.relay2, find('perSecond')?.relay);
  const cost = over(find('cpuRequest')?.relay2, find('cpuRequest')?.relay);
  return speed === undefined || cost === undefined ? [] : [`two workers reach ${speed.toFixed(2)} times the requests of one, at ${cost.toFixed(2)} times the CPU per request`];
}

/* All ratios, so that one can see what they are worth. */
function notePairs(plan, runs) {
  const runsOf = Object.fromEntries(RELAYS.map((target) => [target, runs.filter((run) => run.target === target)]));
  const figure = plan.show.find((row) => ['workerRequest', 'workerEvent', 'cpuRequest', 'cpuEvent'].includes(row));
  return [['keyed', 'relay'], ['fifty', 'single'], ['relay', 'unbooked'], ['watched', 'relay'], ['relay', 'before'], ['keyed', 'before']].flatMap(([mine, other]) => {
    const ratios = pairs(runsOf, [figure, mine, other]);
    return ratios.length === 0 ? [] : [`${mine}/${other} in pairs: ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')}, median ${median(ratios).toFixed(3)}`];
  });
}

export function makeNotes(results, plans, rowsMade, pin) {
  const notes = plans.flatMap((plan) => {
    const runs = results.filter((result) => result.workload === plan.name);
    const cpus = plan.wide ? pin.wide : pin.narrow;
    const cut = plan.cut ? [`${plan.connections} streams only: the limit of open files allows no more, with two for each`] : [];
    const shared = cpus.shared ? ['the target and the load share all CPUs: read the CPU per request'] : [];
    return [...cut, ...shared, ...noteRuns(plan, runs, cpus), ...noteWorkers(plan, rowsMade), ...notePairs(plan, runs)].map((note) => `${plan.name}: ${note}`);
  });
  return [...noteOthers(results), ...notes];
}

/* ---- the table ------------------------------------------------------------ */

const shown = (value, digits) => (value === undefined ? '-' : value.toFixed(digits));

function cells(made) {
  const { name, digits } = rows[made.row];
  const value = (target) => shown(made.values[target], digits);
  const more = RELAYS.slice(1).filter((target) => made.values[target] !== undefined);
  const relay = [value('relay'), ...more.map((target) => `${target} ${value(target)}`)].join(', ');
  const verdict = made.goal ? `${made.met ? 'met' : 'MISSED'}: ${made.goal}` : '';
  return [made.workload, name, value('direct'), relay, value('nginx'), value('haproxy'), shown(made.toNginx, 2), shown(made.toHaproxy, 2), verdict];
}

/* Markdown that can be read as it is. */
export function render(rowsMade) {
  const head = ['', '', 'direct', 'relay', 'nginx', 'haproxy', 'relay/nginx', 'relay/haproxy', 'goal'];
  const lines = [head, ...rowsMade.map(cells)];
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i].length), 3));
  const isNumber = (i) => i >= 2 && i <= 7;
  const text = (line) => `| ${line.map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (isNumber(i) ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`;
  return [text(lines[0]), rule, ...lines.slice(1).map(text)].join('\n');
}
