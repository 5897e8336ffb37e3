// SPDX-License-Identifier: MIT
/* What the kernel says about processes, and which CPUs they run on. */
import fs from 'node:fs';
import os from 'node:os';
import { execFileSync, spawnSync } from 'node:child_process';

const TICK_S = 1 / Number(execFileSync('getconf', ['CLK_TCK']));

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return ''; /* it has ended */
  }
}

/* Behind the name, which may hold anything: state, parent, ... */
const statFields = (pid) => read(`/proc/${pid}/stat`).split(') ').pop().split(' ');

/* A process and those that it started, and they. */
export function family(pid) {
  const parents = new Map();
  for (const name of fs.readdirSync('/proc')) {
    if (/^\d+$/.test(name)) {
      parents.set(Number(name), Number(statFields(name)[1]));
    }
  }
  const found = [pid];
  for (const member of found) {
    found.push(...[...parents].filter(([, parent]) => parent === member).map(([child]) => child));
  }
  return found;
}

/* Seconds of CPU of its threads of that name, where the kernel counts them. */
function threadCpuOf(pid, name) {
  let ns = 0;
  for (const thread of fs.existsSync(`/proc/${pid}/schedstat`) ? fs.readdirSync(`/proc/${pid}/task`) : []) {
    if (read(`/proc/${pid}/task/${thread}/comm`).trim() === name) {
      ns += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]);
    }
  }
  return ns / 1e9;
}

/* Nanoseconds of all threads, where the kernel counts them; else ticks. */
function cpuOf(pid) {
  let ns = 0;
  for (const thread of fs.existsSync(`/proc/${pid}/schedstat`) ? fs.readdirSync(`/proc/${pid}/task`) : []) {
    ns += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]);
  }
  const fields = statFields(pid);
  return ns > 0 ? ns / 1e9 : (Number(fields[11]) + Number(fields[12])) * TICK_S;
}

/* Seconds of CPU that these processes took so far, user and system. */
export const cpuSeconds = (pids) => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);

/* The same of a relay's workers alone. */
export const workerSeconds = (pids) => pids.reduce((sum, pid) => sum + threadCpuOf(pid, 'worker'), 0);

/* Seconds of CPU that all programs took since the machine started. */
export function busySeconds() {
  const [user, nice, system, , , irq, softirq] = read('/proc/stat').split('\n')[0].split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) * TICK_S;
}

/* Their memory in KB; what they share counts once. */
export const pssKb = (pids) => pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0), 0);

/* ---- CPUs ----------------------------------------------------------------- */

function allowedCpus() {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status'))?.[1] ?? '0';
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/* The target alone on the last CPU, everything else on the others. */
/* Which CPUs the target and the load have; `wide` with two for the target. */
export function pinning() {
  const cpus = allowedCpus();
  const split = (count) => ({ target: cpus.slice(-count).join(','), load: cpus.slice(0, -count).join(','), loadCpus: cpus.length - count });
  if (cpus.length < 2 || spawnSync('taskset', ['--version']).status !== 0) {
    const none = { loadCpus: cpus.length };
    return { narrow: none, wide: none, says: 'not pinned: there is one CPU, or no taskset' };
  }
  const narrow = split(1);
  const wide = cpus.length >= 4 ? split(2) : { loadCpus: cpus.length, shared: true };
  return { narrow, wide, says: `the target alone on CPU ${narrow.target}; claude-sim and the load generator on CPU ${narrow.load}` };
}

export const pinned = (cpus, command) => (cpus === undefined ? command : ['taskset', '-c', cpus, ...command]);

/* ---- the machine ---------------------------------------------------------- */

export const hardDescriptors = () => Number(/^Max open files\s+\S+\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1] ?? 1024);

const version = (command, ...args) => {
  const done = spawnSync(command, args, { encoding: 'utf8' });
  return `${done.stdout}${done.stderr}`.split('\n')[0].trim();
};

export function describe() {
  return {
    date: new Date().toISOString(),
    cpu: `${os.cpus().length} x ${os.cpus()[0]?.model.trim()}`,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    system: /^PRETTY_NAME="?([^"\n]+)/m.exec(read('/etc/os-release'))?.[1] ?? '',
    commit: version('git', 'describe', '--always', '--dirty'),
    nginx: version('nginx', '-v').replace(/^nginx version: /, ''),
    haproxy: version('haproxy', '-v').split(' - ')[0].replace(/^HAProxy version (\S+).*/, 'haproxy/$1'),
    openssl: version('openssl', 'version').replace(/ \(.*/, ''),
    load: os.loadavg()[0],
  };
}
