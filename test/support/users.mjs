// SPDX-License-Identifier: MIT
/* What needs root: programs of other users, a relay of another user, a stranger in
   a network namespace of its own, and stock reverse proxies. */
import { spawn, spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { freePort } from './ports.mjs';
import { addApiKey, cleanEnv, Program, relayBinary, tempFolder, until, ways } from './processes.mjs';

export const isRoot = process.getuid() === 0;

const run = (binary, ...args) => spawnSync(binary, args, { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
export const find = (binary) => ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/bin'].map((folder) => path.join(folder, binary)).find((file) => fs.existsSync(file));

/* false, or why a test that needs these programs (and root) is skipped. */
export function missing(...programs) {
  const absent = ['setpriv', 'curl', ...programs].filter((name) => !find(name));
  if (!isRoot) {
    return 'only root can start programs of other users';
  }
  return absent.length ? `not installed: ${absent.join(', ')} (script/packages test)` : false;
}

/* { uid, gid } of a user of this system; null if there is none. */
export function userNamed(name) {
  const done = [run('id', '-u', name), run('id', '-g', name)];
  return done.every((d) => d.status === 0) ? { uid: Number(done[0].stdout), gid: Number(done[1].stdout) } : null;
}

/* A command line that runs as that user, with none of root's rights. */
export const as = ({ uid, gid }, ...command) => [find('setpriv'), `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...command];

/* One run of curl: { status, body }; status 0 if there was no answer.  `before`: what
   stands in front of the command (setpriv ..., ip netns exec ...); `socket`: the Unix
   socket to go through. */
export function curl(url, { method = 'GET', headers = [], body, before = [], socket, ca, signal } = {}) {
  const fields = [...headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`])];
  const send = method === 'HEAD' ? ['-I'] : ['-X', method, ...(body === undefined ? [] : ['-H', 'content-type: application/json', '--data-binary', body])];
  const command = [...before, find('curl'), '-sS', '--noproxy', '*', '--max-time', '60', '-w', '\n%{http_code}', ...(socket ? ['--unix-socket', socket] : []), ...(ca ? ['--cacert', ca] : []), ...send, ...fields, url];
  const child = spawn(command[0], command.slice(1), { env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'], signal });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  child.on('error', (error) => (err += error));
  return new Promise((resolve) =>
    child.on('close', () => {
      const end = out.lastIndexOf('\n');
      resolve({ status: Number(out.slice(end + 1)), body: out.slice(0, end), err });
    }),
  );
}

/* ---- a relay of another user ---------------------------------------------- */

/* Like startRelay(), as `user`; `before` as with curl(). */
export async function startRelayAs(user, { before = as(user), ...options }) {
  const folder = tempFolder();
  const dataDir = path.join(folder, 'data');
  const binary = path.join(folder, 'claude-relay');
  addApiKey(dataDir, 'demo');
  fs.copyFileSync(relayBinary, binary);
  for (const name of ['', ...fs.readdirSync(folder, { recursive: true })]) {
    fs.chownSync(path.join(folder, name), user.uid, user.gid);
  }
  const command = [...before, binary, '--port', '0'];
  const program = new Program(command[0], command.slice(1), { DATA_DIR: dataDir, ...ways(options), ...options.env }, folder);
  const port = Number((await program.ready(/listening on http:\/\/\S+:(\d+)/))[1]);
  return {
    program,
    port,
    dataDir,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      assert.deepEqual(await program.terminate(), { code: 0, signal: null }, program.log.slice(-4000));
    },
  };
}

/* ---- a stranger ----------------------------------------------------------- */

/* A network namespace with one way to this machine: { before, host }, where `host`
   is this machine's address as the stranger sees it.  Addresses of RFC 2544, other
   ones in each process.  Or { why } there can be none here. */
export function strangerNew() {
  const why = missing('ip');
  if (why) {
    return { why };
  }
  const name = `relay-test-${process.pid}`;
  const link = `rt${process.pid}`;
  const block = process.pid % 16384;
  const address = (last) => `198.18.${block >> 6}.${((block & 63) << 2) + last}`;
  const ip = (...args) => run(find('ip'), ...args);
  const free = () => {
    ip('netns', 'del', name);
    ip('link', 'del', link);
  };
  process.on('exit', free);
  free();
  for (const args of [
    ['netns', 'add', name],
    ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', name],
    ['addr', 'add', `${address(1)}/30`, 'dev', link],
    ['link', 'set', link, 'up'],
    ['-n', name, 'addr', 'add', `${address(2)}/30`, 'dev', 'uplink'],
    ['-n', name, 'link', 'set', 'uplink', 'up'],
    ['-n', name, 'link', 'set', 'lo', 'up'],
  ]) {
    const done = ip(...args);
    if (done.status !== 0) {
      return { why: `no network namespace can be made here: ip ${args.join(' ')}: ${done.stderr.trim()}` };
    }
  }
  return { before: [find('ip'), 'netns', 'exec', name], host: address(1) };
}

/* ---- reverse proxies ------------------------------------------------------- */

const nginx = (extra = '', { listen = '', server = '' } = {}) => (port, relay, folder) => ({
  file: `user www-data;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
daemon off;
events {}
http {
  access_log off;
  server {
    listen 0.0.0.0:${port}${listen};
    ${server}
    location / {
      proxy_pass http://127.0.0.1:${relay};
      ${extra}
    }
  }
}
`,
  command: (file) => [find('nginx'), '-c', file],
});

const haproxy = (mode) => (port, relay) => ({
  file: `global
  user haproxy
  group haproxy
defaults
  mode ${mode}
  timeout connect 60s
  timeout client 60s
  timeout server 60s
listen relay
  bind 0.0.0.0:${port}
  server relay 127.0.0.1:${relay}
`,
  command: (file) => [find('haproxy'), '-db', '-f', file],
});

const caddy = (extra = '') => (port, relay) => ({
  file: `{
  admin off
  auto_https off
}
:${port} {
  reverse_proxy 127.0.0.1:${relay} {
    ${extra}
  }
}
`,
  command: (file) => as(userNamed('caddy'), find('caddy'), 'run', '--adapter', 'caddyfile', '--config', file),
});

/* As one is set up for many clients: with TLS (or without), and it tells their addresses. */
export const nginxInFront = ({ cert, key } = {}) => ({
  program: 'nginx',
  user: 'www-data',
  ca: cert,
  make: nginx(
    `proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_read_timeout 1h;
      client_max_body_size 0;`,
    cert && { listen: ' ssl', server: `ssl_certificate ${cert}; ssl_certificate_key ${key};` },
  ),
});

/* How people write them, and as they hide that they forward. */
export const proxies = {
  nginx: { program: 'nginx', user: 'www-data', make: nginx() },
  'nginx that passes the Host on': { program: 'nginx', user: 'www-data', make: nginx('proxy_set_header Host $http_host;') },
  'nginx with kept-alive connections': { program: 'nginx', user: 'www-data', make: nginx('proxy_http_version 1.1; proxy_set_header Connection "";') },
  HAProxy: { program: 'haproxy', user: 'haproxy', make: haproxy('http') },
  'HAProxy with plain bytes': { program: 'haproxy', user: 'haproxy', make: haproxy('tcp') },
  Caddy: { program: 'caddy', user: 'caddy', make: caddy(), tells: true },
  'Caddy that hides itself': {
    program: 'caddy',
    user: 'caddy',
    make: caddy('header_up -X-Forwarded-For\n    header_up -X-Forwarded-Host\n    header_up -X-Forwarded-Proto\n    header_up -Via'),
  },
};

export function proxyMissing({ program, user }) {
  return missing(program) || (userNamed(user) ? false : `there is no user ${user}`);
}

/* It serves once it answers /health. */
export async function startProxy({ make, user, ca }, relayPort) {
  const folder = tempFolder();
  const port = await freePort();
  const { file, command } = make(port, relayPort, folder);
  const config = path.join(folder, 'config');
  fs.writeFileSync(config, file);
  const { uid, gid } = userNamed(user);
  for (const one of [folder, config]) {
    fs.chownSync(one, uid, gid);
  }
  const [binary, ...args] = command(config);
  const program = new Program(binary, args, { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }, folder);
  await until(
    async () => {
      assert.ok(!program.exit, `${binary} ended: ${program.log}`);
      return (await curl(`${ca ? 'https' : 'http'}://127.0.0.1:${port}/health`, { ca })).status === 200;
    },
    { ms: 60000, every: 50, what: `${binary} serves` },
  );
  return { port, program, stop: () => program.terminate() };
}

/* ---- stopping time -------------------------------------------------------- */

/* The clients' ends of connections to a port of this machine, as the system lists
   them: { state, inode }. */
export function clientsOf(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return fs
    .readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[2] === `0100007F:${hex}`)
    .map((fields) => ({ state: Number.parseInt(fields[3], 16), inode: fields[9] }));
}

/* Those whose maker has gone before the other end closed (FIN_WAIT1, FIN_WAIT2). */
export const orphansOf = (port) => clientsOf(port).filter(({ state, inode }) => [4, 5].includes(state) && inode === '0').length;
export const connectedTo = (port) => clientsOf(port).filter(({ state }) => state === 1).length;
