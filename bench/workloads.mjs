// SPDX-License-Identifier: MIT
/* What is measured: the table of workloads, and what must hold.
   To add a workload: a row; to add a promise: a row of `goals`. */

export const ALL = ['direct', 'relay', 'nginx', 'haproxy'];

/* connections, rate, body, events, size (of a delta), gapMs, leavePercent, readRate:
   as claude-bench has them.  `once`: each connection carries one stream that lasts
   through the measurement, and memory is taken while all are open.  `wide`: the
   target has two CPUs.  `keys`: how many the targets have that ask for one.  `sessions`:
   how many the connections are of.  `extra`: only if it
   is asked for by name.  `quick` replaces members when the run shall be short; `show`
   names rows of the table. */
export const workloads = [
  {
    name: 'W1',
    what: '1 KB JSON, 64 connections, closed loop',
    connections: 64, events: 1, size: 700,
    show: ['cpuRequest', 'perSecond'],
  },
  {
    name: 'W1r',
    what: '1 KB JSON, 3,000 a second',
    connections: 64, rate: 3000, events: 1, size: 700,
    quick: { rate: 1000 },
    show: ['cpuRequest', 'requestP50', 'requestP99'],
  },
  {
    name: 'W2',
    what: '100 KB in, a burst of 300 events out, 32 connections, closed loop',
    connections: 32, body: 100000, stream: true, events: 300,
    show: ['cpuEvent', 'cpuRequest', 'perSecond'],
  },
  {
    name: 'W2g',
    what: '100 live streams, 20 ms gap',
    connections: 100, stream: true, events: 250, gapMs: 20,
    quick: { events: 50 },
    show: ['cpuEvent', 'eventP50', 'eventP99'],
  },
  {
    name: 'W3',
    what: '5,000 streams, 1 s gap',
    connections: 5000, once: true, stream: true, gapMs: 1000,
    quick: { connections: 500 },
    show: ['cpuEvent', 'streamKb', 'eventP50', 'eventP99'],
  },
  {
    name: 'W4',
    what: '1 KB JSON, 200 a second: added delay',
    connections: 32, rate: 200, events: 1, size: 700,
    show: ['requestP50', 'requestP99', 'cpuRequest'],
  },
  {
    name: 'W5',
    what: '1 MB in, 16 connections, closed loop',
    connections: 16, body: 1048576, events: 1, size: 700,
    show: ['cpuRequest', 'perSecond'],
  },
  {
    name: 'W6',
    what: '1,000 streams, 100 ms gap; half of the clients leave mid-way',
    connections: 1000, stream: true, events: 20, gapMs: 100, leavePercent: 50,
    quick: { connections: 200 },
    warmMs: 3000,
    show: ['cpuRequest', 'cpuEvent'],
  },
  {
    name: 'W10k',
    what: '10,000 streams, 1 s gap, one worker',
    connections: 10000, once: true, stream: true, gapMs: 1000,
    quick: { connections: 1000 },
    show: ['cpuEvent', 'streamKb', 'eventP50', 'eventP99'],
  },
  {
    name: 'W1x2',
    what: 'W1 with one worker and with two',
    connections: 64, events: 1, size: 700,
    targets: ['relay', 'relay2'],
    wide: true,
    show: ['cpuRequest', 'perSecond'],
  },
  {
    name: 'W1k',
    what: 'W1 without a key, and with a key with four limits, one of 100,000',
    connections: 64, events: 1, size: 700,
    targets: ['relay', 'keyed'],
    keys: 100000,
    quick: { keys: 1000 },
    show: ['cpuRequest', 'keyedRatio', 'perSecond', 'startCpuMs'],
  },
  {
    name: 'W1a',
    what: 'W1 with a key and 64 sessions, one account and fifty',
    connections: 64, events: 1, size: 700, sessions: 64,
    targets: ['single', 'fifty'],
    keys: 1,
    show: ['cpuRequest', 'fiftyRatio', 'perSecond'],
  },
  {
    name: 'W1b',
    what: 'W1 with bookings and without',
    connections: 64, events: 1, size: 700,
    targets: ['relay', 'unbooked'],
    show: ['workerRequest', 'bookedRequest', 'besideRequest', 'perSecond'],
  },
  {
    name: 'W1p',
    what: 'W1 with nobody who looks, and with 20 open pages that are told what happens',
    connections: 64, events: 1, size: 700,
    targets: ['relay', 'watched'],
    show: ['cpuRequest', 'watchedRatio', 'perSecond'],
  },
  {
    name: 'W2b',
    what: 'W2g with bookings and without',
    connections: 100, stream: true, events: 250, gapMs: 20,
    targets: ['relay', 'unbooked'],
    quick: { events: 50 },
    show: ['workerEvent', 'bookedEvent'],
  },
  {
    name: 'W3b',
    what: '1,000 streams, 1 s gap, with bookings and without',
    connections: 1000, once: true, stream: true, gapMs: 1000,
    targets: ['relay', 'unbooked'],
    quick: { connections: 500 },
    show: ['streamKb', 'bookedStream'],
  },
  {
    name: 'Wslow',
    what: '200 streams of 1 MB as fast as they come, read at 50 KB a second',
    connections: 200, once: true, stream: true, events: 4000, size: 256, readRate: 50000,
    drainMs: 60000,
    extra: true,
    show: ['streamKb', 'cpuEvent'],
  },
];

/* At most `most` times the figure of each target in `of`, or in absolute terms.  It is
   the relay's figure, if it is not another one's (`mine`). */
export const goals = [
  { workload: 'W1', row: 'cpuRequest', most: 0.9, of: ['nginx', 'haproxy'] },
  { workload: 'W1r', row: 'cpuRequest', most: 0.9, of: ['nginx', 'haproxy'] },
  { workload: 'W2', row: 'cpuEvent', most: 1.0, of: ['nginx', 'haproxy'] },
  { workload: 'W2g', row: 'cpuEvent', most: 1.0, of: ['nginx', 'haproxy'] },
  { workload: 'W3', row: 'cpuEvent', most: 1.0, of: ['nginx', 'haproxy'] },
  { workload: 'W5', row: 'cpuRequest', most: 1.0, of: ['nginx', 'haproxy'] },
  { workload: 'W3', row: 'streamKb', most: 0.65, of: ['haproxy'] },
  { workload: 'W10k', row: 'streamKb', most: 0.65, of: ['haproxy'] },
  { workload: 'W4', row: 'requestP50', most: 1.0, of: ['nginx'] },
  { workload: 'W2g', row: 'eventP50', most: 1.0, of: ['haproxy'] },
  { workload: 'W1k', row: 'keyedRatio', most: 1.06 },
  { workload: 'W1k', row: 'startCpuMs', most: 1000, mine: 'keyed' },
  { workload: 'W1a', row: 'fiftyRatio', most: 1.04 },
  { workload: 'W1b', row: 'bookedRequest', most: 1.05 },
  { workload: 'W1p', row: 'watchedRatio', most: 1.02 },
  { workload: 'W2b', row: 'bookedEvent', most: 1.05 },
  { workload: 'W3b', row: 'bookedStream', most: 1.03 },
  { workload: 'all', row: 'restMb', most: 8 },
  { workload: 'all', row: 'startMs', most: 50 },
  { workload: 'any', row: 'broken', most: 0 },
];

const OPEN_RATE = 500; /* connections a second when there are thousands: each is two TLS handshakes */

/* Beside the relay, if there is an older one. */
const withBefore = (targets) => targets.flatMap((target) => (target === 'relay' ? ['before', 'relay'] : [target]));

/* The row with its durations. */
export function plan(workload, { quick, before, descriptors }) {
  const made = { targets: ALL, body: 1024, events: 1, size: 64, gapMs: 0, openRate: 2000, drainMs: 10000, ...workload };
  if (quick && workload.quick) {
    Object.assign(made, workload.quick, { what: `${made.what} (quick: ${JSON.stringify(workload.quick)})` });
  }
  made.targets = before ? withBefore(made.targets) : made.targets;
  made.measureMs = quick ? 1500 : 5000;
  made.warmMs = quick ? 500 : (workload.warmMs ?? 1000);
  if (made.once && made.gapMs > 0) {
    const most = Math.floor((descriptors - 200) / 2);
    made.cut = made.connections > most;
    made.connections = Math.min(made.connections, most);
    made.openRate = OPEN_RATE;
    made.measureMs = quick ? 3000 : 10000;
    made.warmMs = Math.ceil((made.connections / OPEN_RATE) * 1000) + 1500;
    made.events = Math.ceil((made.warmMs + made.measureMs) / made.gapMs) + (quick ? 2 : 6);
  }
  if (made.stream) {
    made.drainMs += (made.events + 2) * made.gapMs;
  }
  return made;
}

/* Arguments for claude-bench. */
export function loadArguments(made) {
  const numbers = {
    '--connections': made.connections,
    '--open-rate': made.openRate,
    '--rate': made.rate,
    '--body': made.body,
    '--sessions': made.sessions,
    '--events': made.events,
    '--event-size': made.size,
    '--gap-ms': made.gapMs,
    '--leave-percent': made.leavePercent,
    '--read-rate': made.readRate,
    '--warm-ms': made.warmMs,
    '--measure-ms': made.measureMs,
    '--drain-ms': made.drainMs,
  };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return [...given.flatMap(([name, value]) => [name, String(value)]), ...(made.stream ? ['--stream'] : []), ...(made.once ? ['--once'] : [])];
}

/* The longest that one run may take, in ms. */
export const longest = (made) => made.warmMs + made.measureMs + made.drainMs + (made.once ? 60000 : 0) + 20000;
/* What it usually takes. */
export const usual = (made) => made.warmMs + made.measureMs + 1200 + (made.once ? made.warmMs + 8000 : made.stream ? made.events * made.gapMs : 0);
