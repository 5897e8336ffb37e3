// SPDX-License-Identifier: MIT
/* The comparison: every workload, every target, in alternating order.  Started by
   script/bench, which installs and builds. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { makeKeys } from './keys.mjs';
import { describe, hardDescriptors, pinning } from './machine.mjs';
import { measure } from './measure.mjs';
import { brokenIn, makeNotes, makeRows, render } from './table.mjs';
import { killAll } from './targets.mjs';
import { ALL, plan, usual, workloads } from './workloads.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const buildDir = path.resolve(root, process.env.BUILD_DIR ?? 'build-bench');
const binary = (name) => path.join(buildDir, name);

/* ---- what was asked for --------------------------------------------------- */

/* The rows of a table that were named, or all that are no extras. */
function pick(known, text, what) {
  const names = text?.split(',') ?? known.filter((row) => !row.extra).map((row) => row.name);
  const unknown = names.filter((name) => !known.some((row) => row.name === name));
  if (unknown.length > 0) {
    throw new Error(`no ${what} ${unknown.join(', ')}; there are ${known.map((row) => row.name).join(', ')}`);
  }
  return known.filter((row) => names.includes(row.name));
}

function choose() {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, check: { type: 'boolean' }, workloads: text, targets: text, runs: text, before: text } });
  const runs = values.runs ?? (values.quick ? '1' : '3');
  if (!/^[1-9]\d{0,2}$/.test(runs)) {
    throw new Error('--runs needs a number from 1 to 999');
  }
  if (values.before && !fs.existsSync(values.before)) {
    throw new Error(`--before needs the program of another build, and there is no ${values.before}`);
  }
  const targets = pick([...ALL, 'relay2', 'keyed', 'single', 'fifty', 'unbooked', 'watched', 'before'].map((name) => ({ name })), values.targets, 'target').map((row) => row.name);
  const given = { quick: values.quick, before: values.before !== undefined, descriptors: hardDescriptors() };
  const plans = pick(workloads, values.workloads, 'workload').map((row) => plan(row, given));
  const chosen = plans.map((made) => ({ ...made, targets: made.targets.filter((name) => targets.includes(name)) }));
  const possible = chosen.filter((made) => made.targets.length > 0);
  if (possible.length === 0 || (values.workloads && possible.length < chosen.length)) {
    throw new Error(`${chosen.find((made) => made.targets.length === 0).name} runs on none of these targets`);
  }
  return { runs: Number(runs), quick: values.quick, check: values.check, before: values.before && path.resolve(values.before), plans: possible };
}

/* In run 0 forwards, in run 1 backwards, ...: what drifts hits all alike. */
function order({ plans, runs }) {
  return plans.flatMap((made) =>
    Array.from({ length: runs }, (_, run) => {
      const targets = run % 2 ? [...made.targets].reverse() : made.targets;
      return targets.map((target) => ({ made, target, run }));
    }).flat(),
  );
}

/* ---- running -------------------------------------------------------------- */

function progress(steps, index, result) {
  const { made, target, run } = steps[index];
  const left = Math.ceil(steps.slice(index + 1).reduce((ms, step) => ms + usual(step.made), 0) / 60000);
  const number = (value, unit, digits = 1) => (value === undefined ? '' : ` ${value.toFixed(digits)} ${unit},`);
  process.stdout.write(
    `    ${made.name.padEnd(4)} ${target.padEnd(7)} run ${run + 1}:` +
      `${number(result.cpuRequest, 'us a request')}${number(result.cpuEvent, 'us an event', 2)}${number(result.streamKb, 'KB a stream')}` +
      `${number(result.perSecond, 'a second', 0)} ${result.broken} broken   (${index + 1} of ${steps.length}${left > 0 ? `, about ${left} min left` : ''})\n`,
  );
}

/* A target may fail to start, or the machine stand still: one such run shall not cost
   the hour before it. */
async function measureTwice(made, target, place) {
  try {
    return await measure(made, target, place);
  } catch (error) {
    console.log(`    ${made.name} ${target} failed, once more: ${error.message}`);
    return measure(made, target, place);
  }
}

/* The keys of workloads that have some, by how many. */
function keysOf({ plans }, place) {
  const counts = new Set(plans.map((made) => made.keys).filter((keys) => keys !== undefined));
  return new Map([...counts].map((count) => [count, makeKeys(count, place)]));
}

async function runAll(steps, place) {
  const results = [];
  for (const [index, { made, target, run }] of steps.entries()) {
    const result = await measureTwice(made, target, place);
    results.push({ workload: made.name, target, run, ...result });
    progress(steps, index, result);
  }
  return results;
}

function report({ plans, quick, runs }, machine, pin, results) {
  const rows = makeRows(results, plans);
  const notes = makeNotes(results, plans, rows, pin);
  const file = path.join(buildDir, 'bench.json');
  const text = render(rows);
  fs.writeFileSync(file, `${JSON.stringify({ machine, pinning: pin.says, quick, runs, plans, rows, notes, results }, null, 1)}\n`);
  console.log(`\n${machine.date.slice(0, 10)}, ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, Linux ${machine.kernel}`);
  console.log(`claude-relay ${machine.commit}, ${machine.nginx}, ${machine.haproxy}, ${machine.openssl}; load average before the start ${machine.load.toFixed(2)}`);
  console.log(`${pin.says}; medians of ${runs} run${runs > 1 ? 's' : ''}${quick ? ' (quick: too short for conclusions)' : ''}\n`);
  console.log(text);
  console.log(`\n${notes.map((note) => `- ${note}\n`).join('')}`);
  console.log(`All of it: ${path.relative(process.cwd(), file)}`);
  return rows;
}

async function main() {
  const wanted = choose();
  if (wanted.check) {
    return 0;
  }
  const machine = describe();
  const pin = pinning();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-relay-bench-'));
  process.on('exit', () => {
    killAll();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const steps = order(wanted);
  const minutes = Math.ceil(steps.reduce((ms, step) => ms + usual(step.made), 0) / 60000);
  console.log(`==> ${steps.length} runs, about ${minutes} min; ${pin.says}`);
  const binaries = { sim: binary('claude-sim'), relay: binary('claude-relay'), before: wanted.before, bench: binary('claude-bench'), keysBench: binary('bench/claude-keys-bench') };
  const place = { folder, pin, ...binaries, descriptors: hardDescriptors() };
  const results = await runAll(steps, { ...place, keys: keysOf(wanted, place) });
  const rows = report(wanted, machine, pin, results);
  const broken = rows.filter((made) => made.row === 'broken').reduce((sum, made) => sum + brokenIn(made), 0);
  return broken > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}
main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`error: ${error.message}`);
    process.exit(1);
  },
);
