// SPDX-License-Identifier: MIT
/* Starting and stopping claude-sim and claude-relay, each on a free port and in a
   folder of its own.  Every credential the tests use holds the word CANARY: a relay
   that wrote one into its log fails the test that stops it, and so does one that
   ends with anything but 0 or with a sanitizer's report. */
import { spawn, spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe as nodeDescribe, it } from 'node:test';

import { fetchJson } from './http.mjs';
import { sleep, until, WAIT_MS } from './time.mjs';

export { sleep, until };

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const testdata = path.join(root, '../shared/testdata');
export const buildDir = path.resolve(root, process.env.BUILD_DIR ?? 'build');
export const relayBinary = path.join(buildDir, 'claude-relay');
/* Programs for tests that need the relay's library. */
const toolsDir = path.resolve(root, process.env.TOOLS_DIR ?? buildDir);
export const simBinary = path.join(toolsDir, 'claude-sim');
export const manyBookings = path.join(toolsDir, 'test/many-bookings');

const relayBytes = fs.readFileSync(relayBinary);
export const sanitized =
  process.env.SANITIZED === '1' ||
  ['__asan_init', '__tsan_init', '__ubsan_handle'].some((s) => relayBytes.includes(s));
/* Time limits are multiplied by this. */
export const patience = sanitized ? 10 : 1;

export const CANARY = 'CANARY';
export const API_KEY = 'sk-ant-api03-CANARY-key-of-demo';
export const CLIENT_KEY = 'CANARY-what-the-client-presents';

/* ---- folders -------------------------------------------------------------- */

const folders = [];
const children = new Set();

process.on('exit', () => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
  for (const folder of folders) {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

/* A test that failed may have left a server behind, which would keep this process
   from ending. */
const LEFT_MS = 5000;
after(() => setTimeout(() => process.exit(), LEFT_MS).unref());

/* A test run that is stopped takes its programs with it. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

export function tempFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'claude-relay-test-'));
  folders.push(folder);
  return folder;
}

/* Every file in a folder and below. */
export function filesBelow(folder) {
  return fs.readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/* ---- processes ------------------------------------------------------------ */

/* Nothing of the caller's own settings (PORT, proxies) reaches a program. */
export function cleanEnv(env = {}) {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS', 'LSAN_OPTIONS'];
  const clean = {};
  for (const name of kept) {
    if (process.env[name] !== undefined) {
      clean[name] = process.env[name];
    }
  }
  return { ...clean, ...env };
}

function checkReport(text) {
  const found = /(AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|Assertion .* failed)[^\n]*/.exec(text);
  assert.equal(found, null, `a sanitizer or an assertion spoke:\n${text.slice(-6000)}`);
}

export class Program {
  constructor(binary, args, env, cwd, stdin = 'ignore') {
    this.out = '';
    this.err = '';
    this.startedAt = process.hrtime.bigint();
    this.child = spawn(binary, args, { env: cleanEnv(env), cwd, stdio: [stdin, 'pipe', 'pipe'] });
    this.pid = this.child.pid;
    children.add(this.child);
    this.child.stdout.on('data', (data) => (this.out += data));
    this.child.stderr.on('data', (data) => (this.err += data));
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        children.delete(this.child);
        this.exit = { code, signal };
        resolve(this.exit);
      });
      this.child.on('error', (error) => {
        this.exit = { code: -1, signal: String(error) };
        resolve(this.exit);
      });
    });
  }

  /* Resolves with the match in standard output. */
  async ready(pattern) {
    const match = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready: ${this.out}${this.err}`)), WAIT_MS);
      const look = () => {
        const found = pattern.exec(this.out);
        if (found) {
          this.readyAt = process.hrtime.bigint();
          clearTimeout(timer);
          resolve(found);
        }
      };
      this.child.stdout.on('data', look);
      this.ended.then(() => {
        clearTimeout(timer);
        reject(new Error(`ended before it was ready: ${JSON.stringify(this.exit)}\n${this.out}${this.err}`));
      });
      look();
    });
    return match;
  }

  get log() {
    return this.out + this.err;
  }

  /* For programs that are not ours: how they end is not on trial. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async terminate(signal = 'SIGTERM') {
    if (!this.exit) {
      this.child.kill(signal);
      const timer = setTimeout(() => this.child.kill('SIGKILL'), WAIT_MS);
      await this.ended;
      clearTimeout(timer);
    }
    return this.exit;
  }
}

/* ---- claude-sim ----------------------------------------------------------- */

/* `certificate`: { cert, key }, where the one that the sim makes has not the right name. */
export async function startSim({ tls = false, certificate, args = [] } = {}) {
  const folder = tempFolder();
  const ca = certificate?.cert ?? path.join(folder, 'ca.pem');
  const identity = certificate ? ['--cert', certificate.cert, '--key', certificate.key] : ['--write-ca', ca];
  const program = new Program(simBinary, [...(tls ? ['--tls', ...identity] : []), ...args], {}, folder);
  const match = await program.ready(/listening on (https?):\/\/[^\s]*:(\d+)/);
  const port = Number(match[2]);
  const url = `${match[1]}://127.0.0.1:${port}`;
  const control = { ca: tls ? fs.readFileSync(ca) : undefined };
  const call = (method, target, body) => fetchJson(url + target, { method, body, ...control });
  return {
    program,
    port,
    url,
    apiUrl: `${url}/v1/messages`,
    ca: tls ? ca : undefined,
    caPem: control.ca,
    pid: program.pid,
    async ledger(name) {
      const { requests } = await call('GET', `/sim/ledger${name ? `?name=${encodeURIComponent(name)}` : ''}`);
      return requests;
    },
    async row(name) {
      return (await this.ledger(name)).at(-1);
    },
    totals: () => call('GET', '/sim/totals'),
    /* What was billed for each batch. */
    batches: async () => (await call('GET', '/sim/batches')).batches,
    fault: (fault) => call('POST', '/sim/faults', fault),
    oauth: (settings) => call('POST', '/sim/oauth', settings),
    forgetOauth: () => call('DELETE', '/sim/oauth'),
    forgetFaults: () => call('DELETE', '/sim/faults'),
    clear: () => call('DELETE', '/sim/ledger'),
    async stop() {
      const exit = await program.terminate();
      checkReport(program.log);
      assert.deepEqual(exit, { code: 0, signal: null }, `claude-sim ended badly:\n${program.log.slice(-4000)}`);
    },
  };
}

/* ---- accounts ------------------------------------------------------------- */

/* Through the command line, as a person would.  Beside a relay that runs, `settings`
   are that relay's. */
export function addApiKey(dataDir, name, settings = {}) {
  const env = { ...settings, DATA_DIR: dataDir };
  const done = command(['account', 'add', name, '--api-key', '-'], { env, input: `${API_KEY}\n` });
  assert.equal(done.status, 0, done.stderr);
}

export function writeOauth(dataDir, name, members = {}) {
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = {
    access_token: `sk-ant-oat01-CANARY-access-of-${name}`,
    refresh_token: `sk-ant-ort01-CANARY-refresh-of-${name}`,
    expires_at: new Date(Date.now() + 3600e3).toISOString(),
    scopes: ['user:profile', 'user:inference'],
    ...members,
  };
  writeWhole(path.join(dataDir, `oauth_${name}.json`), JSON.stringify(file));
  return file;
}

/* A relay that runs reads a new file at once: it is never there in part. */
function writeWhole(file, text) {
  const there = fs.existsSync(file);
  const place = there ? file : path.join(path.dirname(file), `.${path.basename(file)}.part`);
  fs.writeFileSync(place, text, { mode: 0o600 });
  if (!there) {
    fs.renameSync(place, file);
  }
}

export const readAccount = (dataDir, name) => JSON.parse(fs.readFileSync(path.join(dataDir, `oauth_${name}.json`), 'utf8'));
export const inMinutes = (minutes) => new Date(Date.now() + minutes * 60e3).toISOString();

/* ---- claude-relay --------------------------------------------------------- */

/* One run of the program to its end. */
export function command(args, { env = {}, input = '', cwd } = {}) {
  const done = spawnSync(relayBinary, args, {
    env: cleanEnv(env),
    input,
    cwd: cwd ?? tempFolder(),
    encoding: 'utf8',
    timeout: WAIT_MS,
    maxBuffer: 64 * 2 ** 20,
  });
  assertNoSecret(done.stdout + done.stderr, `what "${args.join(' ')}" said`);
  return done;
}

/* The same, while servers in this process go on serving. */
export function commandBeside(args, { env = {}, input = '', cwd } = {}) {
  const child = spawn(relayBinary, args, { env: cleanEnv(env), cwd: cwd ?? tempFolder(), timeout: WAIT_MS });
  const run = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (run.stdout += data));
  child.stderr.on('data', (data) => (run.stderr += data));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (status) => resolve({ ...run, status })));
}

/* The upstream answers token calls too; without one, nobody does. */
export function ways({ upstream, ca }) {
  const env = { OAUTH_TOKEN_URL: new URL('/v1/oauth/token', upstream ?? 'http://127.0.0.1:9').href };
  if (upstream) {
    env.CLAUDE_API_URL = upstream;
  }
  if (ca) {
    env.UPSTREAM_CA_FILE = ca;
  }
  return env;
}

/* Neither what the tests made nor what claude-sim gave out. */
export function assertNoSecret(text, where) {
  const found = /CANARY|sk-ant-(oat|ort|api)\d\d-[\w-]{8,}/.exec(text);
  assert.equal(found, null, `a secret stands in ${where}:\n${text.slice(-4000)}`);
}

/* A relay shows /proc/PID/fd, environ, cwd and smaps_rollup to root alone. */
export const SEEN = process.getuid() === 0 ? {} : { CORE_DUMPS: 'on' };

/* What root needs to run the relay as another user, who may go through `folder`. */
export function asUser(uid, folder) {
  const binary = path.join(folder, 'claude-relay');
  fs.copyFileSync(relayBinary, binary);
  fs.chmodSync(binary, 0o755);
  fs.chmodSync(folder, 0o711);
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', binary];
}

/* Files are others: the database opens one more when there is more to do. */
const socketsOf = (pid) =>
  fs.readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; /* closed meanwhile */
    }
  }).length;

/* options: upstream (URL), env, args, ca, dataDir, accounts (dataDir => void; one
   API-key account "demo" by default), wrap (a program and its arguments that ends
   by becoming the relay), uid (whose process it is, and whose folder). */
export async function startRelay(options = {}) {
  const folder = tempFolder();
  const dataDir = options.dataDir ?? path.join(folder, 'data');
  (options.accounts ?? ((dir) => addApiKey(dir, 'demo')))(dataDir);
  if (options.uid) {
    fs.chownSync(dataDir, options.uid, options.uid);
    for (const name of ['db', 'db/relay.db', '.in-use'].map((name) => path.join(dataDir, name)).filter(fs.existsSync)) {
      fs.chownSync(name, options.uid, options.uid);
    }
  }
  const env = { DATA_DIR: dataDir, ...SEEN, ...ways(options), ...options.env };
  const own = options.uid ? asUser(options.uid, folder) : [relayBinary];
  const [binary, ...args] = [...(options.wrap ?? []), ...own, '--port', '0', ...(options.args ?? [])];
  const program = new Program(binary, args, env, folder);
  const match = await program.ready(/listening on http:\/\/\S+:(\d+)/);
  const port = Number(match[1]);
  return {
    program,
    port,
    dataDir,
    settings: env,
    pid: program.pid,
    url: `http://127.0.0.1:${port}`,
    get log() {
      return program.log;
    },
    /* A line may come after the answer that it tells of. */
    logged: (pattern) => until(() => pattern.test(program.log), { what: `${pattern} in the log` }),
    descriptors: () => fs.readdirSync(`/proc/${program.pid}/fd`).length,
    sockets: () => socketsOf(program.pid),
    memory: (field = 'Rss') => memory(program.pid, field),
    async stop(signal) {
      const exit = await program.terminate(signal);
      checkReport(program.log);
      assertNoSecret(program.log, "the relay's log");
      assert.doesNotMatch(program.log, /cr_[\w-]{43}/, "a relay key stands in the relay's log");
      const fine = signal === 'SIGINT' ? { code: null, signal } : { code: 0, signal: null };
      assert.deepEqual(exit, fine, `the relay ended badly:\n${program.log.slice(-4000)}`);
    },
  };
}

/* Bytes of Rss or Pss. */
export function memory(pid, field) {
  const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)[1]) * 1024;
}

/* ---- suites --------------------------------------------------------------- */

/* No suite takes that long: one that does hangs. */
const SUITE_MS = 5 * WAIT_MS;

let suite = null; /* the stages of the suite being described */

/* As node:test's describe(), with a last test of its own: the programs that stage()
   started end well and told no secret.  (What fails in an after() is in nobody's
   count.) */
export function describe(name, ...rest) {
  const body = rest.pop();
  const { concurrency, ...given } = rest[0] ?? {};
  const options = { timeout: SUITE_MS, ...given };
  nodeDescribe(name, options, () => {
    const outer = suite;
    const stages = (suite = []);
    if (concurrency) {
      nodeDescribe('at the same time', { concurrency }, body);
    } else {
      body();
    }
    suite = outer;
    if (stages.length) {
      it('in the end the programs end well and told no secret', async () => {
        for (const part of stages.flatMap((made) => [made.relay, made.sim, made.upstream])) {
          await part?.stop();
        }
      });
      /* For runs that choose single tests. */
      after(() => stages.forEach((made) => [made.relay, made.sim].forEach((part) => part?.program.child.kill('SIGKILL'))));
    }
  });
}

/* Inside describe(): a sim and a relay in front of it, for all tests in there.
   The object is filled when the tests run. */
export function stage(options = {}) {
  const made = {};
  suite.push(made);
  before(async () => {
    made.sim = await startSim(options.sim);
    made.relay = await startRelay({ upstream: made.sim.apiUrl, ca: made.sim.ca, ...options.relay });
    made.url = made.relay.url;
    made.port = made.relay.port;
  });
  return made;
}

/* Inside describe(): a raw upstream made by `make()`, and a relay in front of it. */
export function rawStage(make, options = {}) {
  const made = {};
  suite.push(made);
  before(async () => {
    made.upstream = await make();
    made.relay = await startRelay({ upstream: `${made.upstream.url}/v1/messages`, ...options });
    made.url = made.relay.url;
    made.port = made.relay.port;
  });
  return made;
}
