// SPDX-License-Identifier: MIT
/* Proxies: real ones (microsocks, tinyproxy, stunnel in front of tinyproxy), ones that
   fail on purpose, and a door in front of the API that tells who came through a
   proxy: all of them go out from 127.0.0.3, a relay that goes directly comes from
   127.0.0.1. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';

import { freePort } from './ports.mjs';
import { Program, tempFolder, until } from './processes.mjs';

export const USER = 'user';
export const PASSWORD = 'p@ss/w#rd:%20';
const PROXY_ADDRESS = '127.0.0.3';
/* What tinyproxy's own configuration can spell. */
const PLAIN = 'plain-password';

const basic = (user, password) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/* ---- servers of the test's own -------------------------------------------- */

export async function listen(server) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

/* Nobody listens there, nor begins to meanwhile: the kernel gives no such port away. */
export const CLOSED_PORT = 1;

/* Bytes both ways; ends and breaks are carried over. */
function join(a, b) {
  for (const [from, to] of [[a, b], [b, a]]) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
}

/* In front of the API: { port, direct, proxied } count connections. */
export async function startDoor(port) {
  const door = { direct: 0, proxied: 0 };
  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    door[socket.remoteAddress === PROXY_ADDRESS ? 'proxied' : 'direct']++;
    join(socket, net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }));
  });
  return Object.assign(door, await listen(server));
}

/* ---- real proxies --------------------------------------------------------- */

/* A name that nobody can resolve. */
export const NAME = 'api.test';

/* A certificate for 127.0.0.1 and NAME: { cert, key } are paths. */
export function makeCertificate() {
  const folder = tempFolder();
  const cert = path.join(folder, 'cert.pem');
  const key = path.join(folder, 'key.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=proxy.test', '-addext', `subjectAltName=IP:127.0.0.1,DNS:${NAME}`], { stdio: 'ignore' });
  return { cert, key };
}

/* Several PEM files in one. */
export function joinCertificates(...files) {
  const file = path.join(tempFolder(), 'ca.pem');
  fs.writeFileSync(file, files.map((name) => fs.readFileSync(name, 'utf8')).join('\n'));
  return file;
}

async function accepts(port) {
  await until(
    () =>
      new Promise((resolve) => {
        const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
        socket.on('error', () => resolve(false));
      }),
    { what: `a listener on ${port}` },
  );
}

/* { type, port, username, password, connects() -> ["127.0.0.1:443"...], stop }. */
async function startSocks5(credentials) {
  const port = await freePort();
  const login = credentials ? ['-u', USER, '-P', PASSWORD] : [];
  const program = new Program('microsocks', ['-i', '127.0.0.1', '-p', String(port), '-b', PROXY_ADDRESS, ...login], {}, tempFolder());
  await accepts(port);
  return {
    port,
    connects: () => [...program.log.matchAll(/connected to (\S+)/g)].map((match) => match[1]),
    stop: () => program.kill(),
  };
}

async function startTinyproxy(credentials) {
  const port = await freePort();
  const folder = tempFolder();
  const file = path.join(folder, 'tinyproxy.conf');
  const lines = [`Port ${port}`, 'Listen 127.0.0.1', `Bind ${PROXY_ADDRESS}`, 'Timeout 600', 'LogLevel Connect', 'MaxClients 100', 'Allow 127.0.0.1', 'DisableViaHeader Yes'];
  fs.writeFileSync(file, [...lines, ...(credentials ? [`BasicAuth ${USER} ${PLAIN}`] : []), ''].join('\n'));
  const program = new Program('tinyproxy', ['-d', '-c', file], {}, folder);
  await accepts(port);
  return {
    port,
    connects: () => [...program.log.matchAll(/Request \(file descriptor \d+\): CONNECT (\S+) HTTP/g)].map((match) => match[1]),
    stop: () => program.kill(),
  };
}

/* tinyproxy's configuration cannot spell PASSWORD: the one right field becomes the one
   that tinyproxy expects, and every other passes as it is. */
async function startGate(port) {
  const right = `Proxy-Authorization: ${basic(USER, PASSWORD)}\r\n`;
  const server = net.createServer({ noDelay: true }, (socket) => {
    let head = '';
    const collect = (data) => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) {
        return;
      }
      socket.off('data', collect);
      const onward = net.connect({ port, host: '127.0.0.1', noDelay: true });
      onward.write(Buffer.from(head.replace(right, `Proxy-Authorization: ${basic(USER, PLAIN)}\r\n`), 'latin1'));
      join(socket, onward);
    };
    socket.on('data', collect);
  });
  return listen(server);
}

async function startHttp(credentials) {
  const tinyproxy = await startTinyproxy(credentials);
  const gate = await startGate(tinyproxy.port);
  return {
    port: gate.port,
    connects: tinyproxy.connects,
    stop: async () => {
      await gate.stop();
      await tinyproxy.stop();
    },
  };
}

async function startHttps(credentials, certificate) {
  const inner = await startHttp(credentials);
  const port = await freePort();
  const folder = tempFolder();
  const file = path.join(folder, 'stunnel.conf');
  fs.writeFileSync(file, ['foreground = yes', 'pid =', 'debug = err', '[proxy]', `accept = 127.0.0.1:${port}`, `connect = 127.0.0.1:${inner.port}`, `cert = ${certificate.cert}`, `key = ${certificate.key}`, ''].join('\n'));
  const program = new Program('stunnel4', [file], {}, folder);
  await accepts(port);
  return {
    port,
    connects: inner.connects,
    stop: async () => {
      await program.kill();
      await inner.stop();
    },
  };
}

export async function startProxy(type, { credentials = false, certificate } = {}) {
  const start = { socks5: startSocks5, http: startHttp, https: startHttps }[type];
  const proxy = await start(credentials, certificate);
  return { type, ...proxy, ...(credentials ? { username: USER, password: PASSWORD } : {}) };
}

/* ---- proxies that fail ---------------------------------------------------- */

/* Where a SOCKS5 request wants to go: an IPv4 address (1) or a name (3). */
function readSocks5(data) {
  const [at, end] = data[3] === 1 ? [4, 8] : [5, 5 + data[4]];
  const host = data[3] === 1 ? data.subarray(at, end).join('.') : data.subarray(at, end).toString();
  return { host, port: data.readUInt16BE(end) };
}

/* Reads as libcurl speaks: SOCKS5 without credentials, or CONNECT. */
function greetSocks5(socket, then) {
  let step = 0;
  socket.on('data', (data) => {
    if (step++ === 0) {
      socket.write(Buffer.from([5, 0]));
    } else if (step === 2) {
      const { host, port } = readSocks5(data);
      socket.removeAllListeners('data');
      then(host, port, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    }
  });
}

function greetConnect(socket, then) {
  socket.once('data', (data) => {
    const [, host, port] = /^CONNECT (\S+):(\d+) /.exec(data.toString('latin1'));
    then(host, Number(port), 'HTTP/1.1 200 Connection established\r\n\r\n');
  });
}

/* Passes `after` bytes of answer, then hangs up in the middle of things.  Whatever
   host it is asked for (`hosts`), it goes to 127.0.0.1: it resolves no name. */
export async function startCutter(type, after, certificate) {
  const hosts = [];
  const handle = (socket) => {
    socket.on('error', () => {});
    const greet = type === 'socks5' ? greetSocks5 : greetConnect;
    greet(socket, (host, port, welcome) => {
      let left = after;
      hosts.push(host);
      const onward = net.connect({ host: '127.0.0.1', port, localAddress: PROXY_ADDRESS });
      onward.on('error', () => socket.destroy());
      onward.on('data', (data) => {
        socket.write(data.subarray(0, left));
        left -= data.length;
        if (left <= 0) {
          socket.end();
          onward.destroy();
        }
      });
      socket.on('close', () => onward.destroy());
      socket.pipe(onward);
      socket.write(welcome);
    });
  };
  const server =
    type === 'https'
      ? tls.createServer({ cert: fs.readFileSync(certificate.cert), key: fs.readFileSync(certificate.key) }, handle)
      : net.createServer({ noDelay: true }, handle);
  return { type, hosts, ...(await listen(server)) };
}

/* Takes everything and says nothing. */
export async function startSilent(type) {
  return { type, ...(await listen(net.createServer((socket) => socket.resume()))) };
}
