// SPDX-License-Identifier: MIT
/* Requests of every kind, mixed by a seed: what is asked of claude-sim, how the client
   behaves, and how the request should have ended.  And clients that send thousands of
   them, in processes of their own (test/support/mixed_clients.mjs). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { rng } from './payloads.mjs';

export const CODINGS = ['gzip', 'br', 'zstd', 'deflate'];

/* Thousandths of a micro-dollar: input, output, cache writes for 5 minutes and for an
   hour, cache reads; none: nobody knows what it costs. */
export const MODELS = {
  'claude-sonnet-5': [2000n, 10000n, 2500n, 4000n, 200n],
  'claude-haiku-4-5': [1000n, 5000n, 1250n, 2000n, 100n],
  'claude-nobody-knows': null,
};
const SEARCH = 10_000_000n;

/* Half up; null if there is no price. */
export function microusd(model, usage) {
  const rates = MODELS[model];
  if (!rates) {
    return null;
  }
  const counts = [usage.input, usage.output, usage.write5m, usage.write1h, usage.read];
  const sum = counts.reduce((total, count, i) => total + BigInt(count) * rates[i], BigInt(usage.searches) * SEARCH);
  return Number((sum + 500n) / 1000n);
}

/* ---- what comes of it ---------------------------------------------------------- */

/* `end`: how the relay calls it; `leave`: when the client goes; `partial`: it was sent,
   and the end of its answer was not seen; `fault`: of its first attempt alone. */
const stream = (n, more = {}) => ({ stream: true, events: n, end: 'complete', partial: false, ...more });
const object = (n, more = {}) => ({ stream: false, events: n, end: 'complete', partial: false, ...more });
const packed = (plan, random) => {
  const coding = CODINGS[random(CODINGS.length)];
  return { ...plan, headers: { 'x-sim-encoding': coding, 'accept-encoding': coding } };
};
/* A stream has message_start, two more, its deltas, then content_block_stop and
   message_delta; without message_stop another one might come. */
function broken(directive, random) {
  const events = random(5);
  const after = 1 + random(events + 5);
  return stream(events, { headers: { [directive]: String(after) }, end: 'cut', partial: true });
}

const WAYS = [
  [26, (random) => stream(random(9))],
  [22, (random) => object(1 + random(20))],
  [12, (random) => packed(stream(random(9)), random)],
  [8, (random) => packed(object(1 + random(20)), random)],
  [5, (random) => stream(8, { headers: { 'x-sim-error-at': String(random(8)) }, end: 'error_event', partial: true })],
  [5, (random) => broken('x-sim-cut-after', random)],
  [3, (random) => both(packed(stream(0), random), broken('x-sim-cut-after', random))],
  [3, (random) => broken('x-sim-reset-after', random)],
  [3, () => object(30, { headers: { 'x-sim-cut-at': '90' }, end: 'cut', partial: true })],
  [4, (random) => object(1, { headers: { 'x-sim-status': String([429, 529, 500, 400][random(4)]) }, end: 'complete', partial: false })],
  [1, () => object(1, { headers: { 'x-sim-before-head': 'cut' }, end: 'refused', partial: true })],
  [3, () => stream(0, { headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '5' }, leave: 'begun', end: 'client_left', partial: true })],
  [1, () => object(1, { headers: { 'x-sim-first-byte-ms': '600000' }, leave: 'asked', end: 'client_left', partial: true })],
  [2, (random) => stream(3, { headers: { 'x-sim-first-byte-ms': String(random(30)), 'x-sim-gap-ms': String(random(10)) } })],
  [1, (random) => stream(random(9), { fault: { status: 401 } })],
  [2, (random) => object(random(9), { headers: { 'x-sim-close': random(2) ? 'silent' : '1' } })],
];

/* What both ask for. */
function both(a, b) {
  return { ...a, ...b, headers: { ...a.headers, ...b.headers } };
}

function choose(random) {
  let left = random(WAYS.reduce((sum, [weight]) => sum + weight, 0));
  return WAYS.find(([weight]) => (left -= weight) < 0)[1](random);
}

/* ---- a request ------------------------------------------------------------------ */

function usageOf(random) {
  const some = (n) => (random(3) === 0 ? random(n) : 0);
  return { input: 1 + random(20000), output: 2 + random(4000), read: some(50000), write5m: some(9000), write1h: some(9000), searches: random(10) === 0 ? 1 + random(3) : 0 };
}

/* The request number `i` of that seed, always the same. */
export function planned(seed, i) {
  const random = rng(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b));
  const way = choose(random);
  const usage = usageOf(random);
  const models = Object.keys(MODELS);
  const model = models[random(10) === 0 ? 2 : random(2)];
  const name = `mix-${seed}-${i}`;
  const headers = {
    'x-sim-name': name,
    'x-request-id': name,
    'x-sim-events': String(way.events),
    'x-sim-input-tokens': String(usage.input),
    'x-sim-output-tokens': String(usage.output),
    'x-sim-cache-read-tokens': String(usage.read),
    'x-sim-cache-write-tokens': String(usage.write5m),
    'x-sim-cache-write-1h-tokens': String(usage.write1h),
    'x-sim-web-searches': String(usage.searches),
    ...way.headers,
  };
  const body = { model, max_tokens: 4096, messages: [{ role: 'user', content: 'x'.repeat(random(400)) }], ...(way.stream ? { stream: true } : {}) };
  return { ...way, name, model, usage, headers, body };
}

/* ---- clients -------------------------------------------------------------------- */

const PROGRAM = fileURLToPath(new URL('./mixed_clients.mjs', import.meta.url));

/* Requests `first` to `first + count - 1` of that seed, by `processes` programs with
   `atOnce` connections each: { begun: they send; done: what became of each; stop():
   nothing new is sent }.  `targets`: [{ port, key (or null) }...], one after the other. */
export function sendMixed({ seed, first = 0, count, targets, processes = Math.min(2, os.cpus().length), atOnce = 24 }) {
  const children = Array.from({ length: processes }, (_, part) => {
    const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
    child.stdin.end(JSON.stringify({ seed, first: first + part, step: processes, end: first + count, targets, atOnce }));
    return child;
  });
  const read = async (child) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (data) => (text += data));
    const [code] = await once(child, 'close');
    if (code !== 0) {
      throw new Error(`${path.basename(PROGRAM)} ended with ${code}`);
    }
    return JSON.parse(text);
  };
  return {
    done: Promise.all(children.map(read)).then((parts) => parts.flat()),
    begun: Promise.all(children.map((child) => once(child, 'message'))),
    stop: () => children.filter((child) => child.connected).forEach((child) => child.send('stop')),
  };
}
