// SPDX-License-Identifier: MIT
/* Time in tests.  A test waits for something to be so, with a limit that says nothing
   about speed: it ends runs that hang, and no machine is too busy for it.  Lower
   bounds are true on any machine; upper bounds belong into script/bench. */
import assert from 'node:assert/strict';

/* The one limit. */
export const WAIT_MS = 120000;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* Ask again and again; the first true value is the result. */
export async function until(ask, { every = 10, what = 'condition' } = {}) {
  const started = performance.now();
  for (;;) {
    const value = await ask();
    if (value) {
      return value;
    }
    if (performance.now() - started > WAIT_MS) {
      throw new Error(`waited ${WAIT_MS} ms in vain for: ${what}`);
    }
    await sleep(every);
  }
}

/* How long `run` took in ms, to be told. */
export async function timed(run) {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

/* What `run` resolves with, which must not come before `ms` are over. */
export async function atLeast(ms, run) {
  const started = performance.now();
  const value = await run();
  const took = performance.now() - started;
  assert.ok(took >= ms, `it took ${took} ms, and must take ${ms} at least`);
  return value;
}
