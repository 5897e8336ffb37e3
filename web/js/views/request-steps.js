// SPDX-License-Identifier: MIT
/* The steps of a request put in order for its waterfall: what came before an attempt, each
   attempt with its own steps, and how much of it all the relay itself took.  Pure. */

/* What the relay waits for others in: the client, a slot, the provider, the network. */
const NOT_OWN = new Set(['receive', 'queue', 'token', 'dial', 'connect', 'tls', 'send', 'wait', 'answer']);
const OF_AN_ATTEMPT = new Set(['token', 'dial', 'connect', 'tls', 'send', 'wait', 'answer']);
const COLOURS = { receive: 'own', queue: 'wait', choose: 'own', token: 'net', dial: 'net', connect: 'net', tls: 'net', send: 'net', wait: 'wait', answer: 'str' };

const endOf = (step) => step.start_us + step.us;

/* Clocks are read one after the other, so a step may begin a moment before its attempt. */
const NEAR_US = 200;

function attemptAt(attempts, step) {
  return attempts.findLastIndex((attempt) => attempt.start_us <= step.start_us + NEAR_US);
}

/* What is covered by others, overlaps counted once. */
function covered(steps) {
  let [sum, until] = [0, 0];
  for (const step of [...steps].sort((a, b) => a.start_us - b.start_us)) {
    const from = Math.max(until, step.start_us);
    sum += Math.max(0, endOf(step) - from);
    until = Math.max(until, endOf(step));
  }
  return sum;
}

const failedAt = (attempt) => attempt.result !== 'delivered' && attempt.result !== 'abandoned';

function ofAttempt(attempt, i, steps, end, isLast) {
  const until = isLast && !failedAt(attempt) ? end : attempt.start_us + attempt.us;
  const head = { kind: 'attempt', number: i + 1, account: attempt.account, start: attempt.start_us, us: until - attempt.start_us,
    colour: failedAt(attempt) ? 'bad' : 'str' };
  const bad = (step) => failedAt(attempt) && step.step === 'wait';

  return [head, ...steps.map((step) => ({
    kind: 'step', sub: true, step: step.step, start: step.start_us, us: step.us, attempt,
    colour: bad(step) ? 'bad' : COLOURS[step.step] ?? 'own',
  }))];
}

/** {lines, firstByte, end, own} in microseconds, of what the relay tells of a request. */
export function stepsOf(detail, row) {
  const steps = [...detail.steps].sort((a, b) => a.start_us - b.start_us);
  const attempts = [...(detail.attempts ?? [])].sort((a, b) => a.start_us - b.start_us);
  const end = Math.max(row.duration_ms * 1000, ...steps.map(endOf));
  const inside = attempts.map(() => []);
  const lines = [];

  for (const step of steps) {
    const at = OF_AN_ATTEMPT.has(step.step) ? attemptAt(attempts, step) : -1;
    if (at >= 0) inside[at].push(step);
    else lines.push({ kind: 'step', step: step.step, start: step.start_us, us: step.us, colour: COLOURS[step.step] ?? 'own' });
  }
  const blocks = [...lines.map((line) => [line]),
    ...attempts.map((attempt, i) => ofAttempt(attempt, i, inside[i], end, i === attempts.length - 1))];
  blocks.sort((a, b) => a[0].start - b[0].start || (a[0].kind === 'attempt' ? 1 : -1));
  const answer = steps.findLast((step) => step.step === 'answer');
  const firstByte = answer?.start_us ?? (row.first_byte_ms === null ? null : row.first_byte_ms * 1000);

  return { lines: blocks.flat(), firstByte, end, own: end - covered(steps.filter((step) => NOT_OWN.has(step.step))) };
}
