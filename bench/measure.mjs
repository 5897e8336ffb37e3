// SPDX-License-Identifier: MIT
/* One run: one workload on one target, started afresh. */
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import readline from 'node:readline';
import { spawn } from 'node:child_process';

import { busySeconds, cpuSeconds, pinned, pssKb, workerSeconds } from './machine.mjs';
import { KEY, sleep, startSim, startTarget, stop } from './targets.mjs';
import { loadArguments, longest } from './workloads.mjs';

/* ---- claude-sim ----------------------------------------------------------- */

function callSim(sim, method, target) {
  return new Promise((resolve, reject) => {
    const request = https.request(sim.url + target, { method, ca: fs.readFileSync(sim.ca), agent: false, timeout: 10000 }, (answer) => {
      let text = '';
      answer.on('data', (data) => (text += data)).on('end', () => resolve(text ? JSON.parse(text) : undefined));
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('claude-sim does not answer')));
    request.end();
  });
}

/* Streams that nobody reads must be cancelled, not read to their end; how many were
   not. */
async function leftOpen(sim, load) {
  let totals;
  for (let i = 0; i < 50; i++) {
    totals = await callSim(sim, 'GET', '/sim/totals');
    if (totals.streams_open === 0) {
      break;
    }
    await sleep(100);
  }
  return Math.max(totals.streams_open, load.abandoned - totals.aborted, 0);
}

/* ---- the load ------------------------------------------------------------- */

/* Run claude-bench; `at` is told when a phase begins.  Its line of JSON. */
async function runLoad(command, ms, at) {
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  let out = '';
  let said = '';
  child.stdout.on('data', (data) => (out += data));
  readline.createInterface({ input: child.stderr }).on('line', (line) => {
    said += `${line}\n`;
    at[line.replace(/^phase /, '')]?.();
  });
  const stopIt = () => child.kill('SIGKILL');
  process.once('exit', stopIt);
  const code = await new Promise((resolve) => child.on('close', resolve));
  process.removeListener('exit', stopIt);
  clearTimeout(timer);
  if (code !== 0) {
    throw new Error(`claude-bench failed (${code}): ${said.slice(-1000)}`);
  }
  return JSON.parse(out);
}

/* ---- the run -------------------------------------------------------------- */

function figures({ made, target, load, spent, worked, simSpent, busy, restKb, openKb, open }) {
  const requests = load.requests + load.left;
  const each = (seconds, count) => (count > 0 && seconds > 0 ? (seconds * 1e6) / count : undefined);
  const per = (count) => each(spent, count);
  const latency = made.stream ? load.first_us : load.latency_us;
  return {
    cpuRequest: made.once ? undefined : per(requests),
    cpuEvent: per(load.events),
    workerRequest: made.once ? undefined : each(worked, requests),
    workerEvent: each(worked, load.events),
    besideRequest: made.once || !worked ? undefined : each(spent - worked, requests),
    perSecond: requests / load.seconds,
    restMb: restKb ? restKb / 1024 : undefined,
    startMs: target.startMs,
    startCpuMs: target.startCpuMs,
    streamKb: made.once && restKb ? (openKb - restKb) / made.connections : undefined,
    eventP50: load.delay_us.count ? load.delay_us.p50 : undefined,
    eventP99: load.delay_us.count ? load.delay_us.p99 : undefined,
    requestP50: latency.p50,
    requestP99: latency.p99,
    broken: load.broken + load.lost + open,
    fault: load.fault || (load.lost ? 'no answer in time' : open ? 'a stream that was left went on upstream' : ''),
    loadShare: load.cpu_share + simSpent / load.seconds,
    otherShare: Math.max(0, (busy - spent - simSpent) / load.seconds - load.cpu_share),
    notOpen: made.once ? made.connections - load.open_at_end : 0,
  };
}

async function measureTarget(made, target, sim, command) {
  const simPids = [sim.child.pid];
  const restKb = pssKb(target.pids);
  let spent = 0;
  let worked = 0;
  let simSpent = 0;
  let busy = 0;
  let openKb = restKb;
  const meter = (sign) => {
    spent += sign * cpuSeconds(target.pids);
    worked += sign * workerSeconds(target.pids);
    simSpent += sign * cpuSeconds(simPids);
    busy += sign * busySeconds();
  };
  const key = target.direct ? KEY : target.key;
  const trust = [...(target.direct ? ['--ca', sim.ca] : []), ...(key ? ['--key', key] : [])];
  const load = await runLoad([...command, '--url', target.url, ...trust, ...loadArguments(made)], longest(made), {
    measure: () => meter(-1),
    drain: () => {
      meter(1);
      openKb = pssKb(target.pids);
    },
  });
  const open = await leftOpen(sim, load);
  return { ...figures({ made, target, load, spent, worked, simSpent, busy, restKb, openKb, open }), load };
}

/* place: folder, sim, relay, before, bench (binaries), keys, pin, descriptors.  A claude-sim of its
   own for each run: thousands of connections to the port of the last one are still
   remembered by the kernel. */
export async function measure(made, targetName, place) {
  const cpus = made.wide ? place.pin.wide : place.pin.narrow;
  const folder = fs.mkdtempSync(path.join(place.folder, `${made.name}-${targetName}-`));
  const sim = await startSim(place.sim, folder, cpus.load);
  try {
    const target = await startTarget(targetName, { ...place, sim, folder, cpus: cpus.target, connections: made.connections, keys: place.keys.get(made.keys) });
    const result = await measureTarget(made, target, sim, pinned(cpus.load, [place.bench]));
    await (target.child && stop(target.child));
    return result;
  } finally {
    await stop(sim.child);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
