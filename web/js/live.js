// SPDX-License-Identifier: MIT
/* What the relay tells of itself, as it happens.  One stream for the page, closed
   while the page is hidden; after a failure it is tried again after 1, 2, 4, 8, 15 s. */
import { session } from './api.js';

const WAITS_S = [1, 2, 4, 8, 15];
const SILENT_MS = 40000; // the relay says something every 15 s
const PACE_MS = 1000; // numbers change no faster

const heard = new Map(); // event -> what it said last
const listeners = new Map(); // event -> set of functions
let abort = null;
let failures = 0;
let timer = null;
let watch = null;
let started = false;

/** live.state: {name: 'connecting'|'live'|'lost'|'hidden', since, retryAt} */
export const live = {
  state: { name: 'connecting', since: Date.now(), retryAt: null },

  /** fn(data) at once with what was heard last, then with each new event, until
      signal aborts.  'state' tells of the connection. */
  on(name, fn, signal) {
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(fn);
    signal?.addEventListener('abort', () => listeners.get(name).delete(fn));
    if (heard.has(name)) fn(heard.get(name));
  },

  /** What was heard last of 'figures', 'running', 'accounts' or 'attention'. */
  last: (name) => heard.get(name) ?? null,

  /** Try now, after a failure. */
  retry() {
    clearTimeout(timer);
    connect();
  },

  start() {
    if (started) return live.retry();
    started = true;
    document.addEventListener('visibilitychange', () => (document.hidden ? hide() : live.retry()));
    return document.hidden ? hide() : connect();
  },

  /** Only for tests: as if the relay had said it. */
  tell: (name, data) => emit(name, data),
};

function emit(name, data) {
  if (name !== 'ended' && name !== 'state') heard.set(name, data);
  for (const fn of listeners.get(name) ?? []) fn(data);
}

/* Figures come twice a second: the newest is told once in a second. */
let newest = null;
let pacing = null;
function pace(figures) {
  newest = figures;
  if (pacing) return;
  emit('figures', figures);
  pacing = setTimeout(() => {
    pacing = null;
    if (newest !== figures) pace(newest);
  }, PACE_MS);
}

function become(name, retryAt = null) {
  const since = live.state.name === name ? live.state.since : Date.now();
  live.state = { name, since, retryAt };
  emit('state', live.state);
}

function hide() {
  clearTimeout(timer);
  abort?.abort();
  become('hidden');
}

function quiet() {
  clearTimeout(watch);
  watch = setTimeout(() => abort?.abort(new Error('silent')), SILENT_MS);
}

async function connect() {
  abort?.abort();
  const mine = new AbortController();
  const { begun } = session;
  abort = mine;
  try {
    quiet();
    const response = await fetch('/admin/api/live', {
      signal: mine.signal, cache: 'no-store', headers: { accept: 'text/event-stream' },
    });
    if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status });
    become('live');
    await read(response.body.getReader(), () => { failures = 0; quiet(); });
    throw new Error('ended');
  } catch (error) {
    if (abort === mine && !document.hidden) await again(error, mine, begun);
  }
}

/* Signed out: the form is shown, and the stream begins anew once that is done; at once, if
   somebody has signed in since it was asked for. */
async function again(error, mine, begun) {
  clearTimeout(watch);
  if (error.status === 401) return void (session.begun === begun ? emit('signed-out', error) : connect());
  const wait = 1000 * WAITS_S[Math.min(failures++, WAITS_S.length - 1)];
  const answers = error.status || await reachable();
  if (abort !== mine) return;
  become(answers ? 'connecting' : 'lost', Date.now() + wait);
  clearTimeout(timer);
  timer = setTimeout(connect, wait);
}

async function reachable() {
  return session.load().then(() => true, (error) => error.status > 0);
}

async function read(reader, onbytes) {
  const decoder = new TextDecoder();
  let left = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    onbytes();
    const blocks = (left + decoder.decode(value, { stream: true })).split('\n\n');
    left = blocks.pop();
    blocks.forEach(hear);
  }
}

function hear(block) {
  let name = 'message';
  const lines = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) lines.push(line.slice(5).trimStart());
  }
  if (!lines.length) return;
  try {
    const data = JSON.parse(lines.join('\n'));
    if (name === 'figures') pace(data);
    else emit(name, data);
  } catch (error) {
    console.warn(`live ${name}:`, error);
  }
}
