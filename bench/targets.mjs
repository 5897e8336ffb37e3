// SPDX-License-Identifier: MIT
/* Starting and stopping what is compared, each in a folder of its own.  All of
   them: one worker (but relay2), connections kept on both sides, TLS to the
   upstream with verification and resumed sessions, a credential put in place of the
   client's (none is asked for, but with keys), and one log line per request into a file. */
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';

import { cpuSeconds, family, pinned } from './machine.mjs';

export const KEY = 'sk-ant-api03-bench';
const PATIENCE_MS = 10000;
const LOOK_MS = 1; /* how soon a start is noticed */
const children = new Set();

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* With those that it started: nginx's worker would live on without its master. */
function kill(child) {
  for (const pid of family(child.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      /* it has ended */
    }
  }
}

/* Only what was started here. */
export const killAll = () => children.forEach(kill);

export function start(command, { cwd, env = {}, log }) {
  const out = fs.openSync(path.join(cwd, log), 'a');
  const child = spawn(command[0], command.slice(1), { cwd, env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', out, out] });
  fs.closeSync(out);
  children.add(child);
  child.ended = new Promise((resolve) => child.on('close', resolve).on('error', resolve));
  child.ended.then(() => children.delete(child));
  return child;
}

export async function stop(child) {
  const timer = setTimeout(() => kill(child), PATIENCE_MS);
  child.kill('SIGTERM');
  await child.ended;
  clearTimeout(timer);
}

/* ---- readiness ------------------------------------------------------------ */

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const say = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => say(true)).on('error', () => say(false));
  });
}

/* Ask until it is true; the end of the log is the error. */
async function until(child, folder, log, ask) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await ask();
    if (answer) {
      return answer;
    }
    await sleep(LOOK_MS);
  }
  throw new Error(`${log} did not start:\n${fs.readFileSync(path.join(folder, log), 'utf8').slice(-2000)}`);
}

/* ---- claude-sim ----------------------------------------------------------- */

export async function startSim(binary, folder, cpus) {
  const ca = path.join(folder, 'ca.pem');
  const command = [binary, '--tls', '--write-ca', ca, '--idle-ms', '3600000'];
  const child = start(pinned(cpus, command), { cwd: folder, log: 'sim.log' });
  const listening = () => /listening on https:\/\/127\.0\.0\.1:(\d+)/.exec(fs.readFileSync(path.join(folder, 'sim.log'), 'utf8'));
  const port = Number((await until(child, folder, 'sim.log', listening))[1]);
  return { child, ca, port, url: `https://127.0.0.1:${port}` };
}

/* ---- configurations ------------------------------------------------------- */

/* nginx closes connections that have not asked yet once less than a sixteenth is free,
   and allocates for all of them when it starts. */
const nginxConfig = ({ port, sim, descriptors, connections }) => `
daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile ${descriptors};
pid nginx.pid;
error_log nginx.err warn;
events { worker_connections ${Math.ceil(connections * 2.5) + 512}; }
http {
    access_log access.log;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    upstream claude {
        server 127.0.0.1:${sim.port};
        keepalive 10000;
        keepalive_requests 100000000;
        keepalive_timeout 1h;
    }
    server {
        listen 127.0.0.1:${port} backlog=4096;
        tcp_nodelay on;
        keepalive_timeout 1h;
        keepalive_requests 100000000;
        client_max_body_size 32m;
        client_body_buffer_size 2m;
        location / {
            proxy_pass https://claude;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host localhost;
            proxy_set_header x-api-key ${KEY};
            proxy_buffering off;
            proxy_read_timeout 10m;
            proxy_ssl_protocols TLSv1.2 TLSv1.3;
            proxy_ssl_session_reuse on;
            proxy_ssl_server_name on;
            proxy_ssl_name localhost;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate ${sim.ca};
        }
    }
}
`;

/* HAProxy keeps idle connections to the upstream only while a fifth of the descriptors
   that maxconn implies are in use: with a small maxconn it would make new ones. */
const haproxyConfig = ({ port, sim, descriptors }) => `
global
    nbthread 1
    maxconn ${Math.floor((descriptors - 100) / 2)}
    log stdout format raw local0 info
defaults
    mode http
    log global
    option httplog
    option http-no-delay
    http-reuse always
    timeout connect 30s
    timeout client 10m
    timeout server 10m
    timeout http-keep-alive 1h
frontend clients
    bind 127.0.0.1:${port} backlog 4096
    default_backend claude
backend claude
    http-request set-header x-api-key ${KEY}
    http-request set-header Host localhost
    server sim 127.0.0.1:${sim.port} ssl verify required ca-file ${sim.ca} sni str(localhost) alpn http/1.1 pool-max-conn -1 pool-purge-delay 1h
`;

/* ---- the targets ---------------------------------------------------------- */

async function startConfigured(name, place, config, command) {
  const { folder, cpus } = place;
  const port = await freePort();
  const file = path.join(folder, `${name}.conf`);
  fs.writeFileSync(file, config({ ...place, port }));
  const began = performance.now();
  const child = start(pinned(cpus, command(file)), { cwd: folder, log: `${name}.log` });
  await until(child, folder, `${name}.log`, () => accepts(port));
  return { child, startMs: performance.now() - began, url: `http://127.0.0.1:${port}` };
}

async function startRelay({ folder, sim, cpus, relay }, workers, more = {}) {
  const env = { ...more, DATA_DIR: path.join(folder, 'data'), HOST: '127.0.0.1', WORKERS: String(workers), CLAUDE_API_URL: `${sim.url}/v1/messages`, UPSTREAM_CA_FILE: sim.ca };
  const added = spawnSync(relay, ['account', 'add', 'bench', '--api-key', '-'], { env, input: `${KEY}\n`, encoding: 'utf8' });
  if (added.status !== 0) {
    throw new Error(`the relay took no account: ${added.stderr}`);
  }
  const port = await freePort();
  const began = performance.now();
  const child = start(pinned(cpus, [relay, 'serve', '--port', String(port)]), { cwd: folder, env, log: 'relay.log' });
  await until(child, folder, 'relay.log', () => accepts(port));
  return { child, startMs: performance.now() - began, url: `http://127.0.0.1:${port}` };
}

/* It has keys, and needs one; and so many accounts. */
async function startKeyed(place, accounts = 1) {
  const { data, key } = place.keys;
  const own = path.join(place.folder, 'data');
  fs.cpSync(data, own, { recursive: true });
  for (let i = 1; i < accounts; i++) {
    fs.writeFileSync(path.join(own, `apikey_bench${i}.json`), JSON.stringify({ api_key: `${KEY}-${i}` }), { mode: 0o600 });
  }
  return { ...(await startRelay(place, 1)), key };
}

const PAGES = 20;

/* As the page listens: what happens is told until the relay ends. */
function openPage(url) {
  return new Promise((resolve, reject) => {
    const req = http.get(`${url}/admin/api/live`, { agent: false }, (res) => {
      res.once('data', () => resolve()).on('error', () => {}).resume();
      if (res.statusCode !== 200) {
        reject(new Error(`a page was answered ${res.statusCode}`));
      }
    });
    req.on('error', reject);
  });
}

async function startWatched(place) {
  const target = await startRelay(place, 1);
  await Promise.all(Array.from({ length: PAGES }, () => openPage(target.url)));
  return target;
}

const starters = {
  direct: ({ sim }) => ({ url: sim.url, direct: true }),
  relay: (place) => startRelay(place, 1),
  relay2: (place) => startRelay(place, 2),
  keyed: (place) => startKeyed(place),
  single: (place) => startKeyed(place),
  fifty: (place) => startKeyed(place, 50),
  unbooked: (place) => startRelay(place, 1, { BENCH_WITHOUT_BOOKINGS: '1' }),
  watched: (place) => startWatched(place),
  before: (place) => startRelay({ ...place, relay: place.before }, 1),
  nginx: (place) => startConfigured('nginx', place, nginxConfig, (file) => ['nginx', '-p', place.folder, '-e', 'nginx.err', '-c', file]),
  haproxy: (place) => startConfigured('haproxy', place, haproxyConfig, (file) => ['haproxy', '-db', '-f', file]),
};

/* place: folder (empty), sim (a running one), cpus, descriptors, connections (of
   clients), relay (its binary), before (another one), keys (of makeKeys).  `pids` are
   all its processes, `key` is what clients must present. */
export async function startTarget(name, place) {
  const target = await starters[name](place);
  const pids = () => (target.child ? family(target.child.pid) : []);
  const startCpuMs = cpuSeconds(pids()) * 1000;
  await sleep(300);
  return { ...target, startCpuMs, pids: pids() };
}
