// SPDX-License-Identifier: MIT
/* DATA_DIR/control.sock: whoever may open it is the admin, and nobody else may. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { it } from 'node:test';

import { command, describe, relayBinary, Program, sanitized, startRelay, tempFolder, until } from '../support/processes.mjs';
import { as, curl, missing } from '../support/users.mjs';

const socketOf = (relay) => path.join(relay.dataDir, 'control.sock');

/* { status, body } over the socket; { error } if there is no connection. */
function ask(socketPath, { method = 'GET', target = '/oauth/accounts', headers = {} } = {}) {
  return new Promise((resolve) => {
    const req = http.request({ socketPath, method, path: target, headers: { connection: 'close', ...headers } }, (res) => {
      let body = '';
      res.on('data', (data) => (body += data));
      res.on('end', () => resolve({ status: res.statusCode, body }));
    });
    req.on('error', (error) => resolve({ error: error.code }));
    req.end();
  });
}

describe('the control socket', () => {
  it('is 0600 under any umask, serves the management API, and goes with the relay', async () => {
    const old = process.umask(0);
    const relay = await startRelay().finally(() => process.umask(old));
    const info = fs.statSync(socketOf(relay));
    assert.ok(info.isSocket());
    assert.equal(info.mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse((await ask(socketOf(relay))).body), { accounts: ['demo'] });
    await relay.stop();
    assert.equal(fs.existsSync(socketOf(relay)), false);
  });

  it('asks for no token, whatever ADMIN_LOOPBACK, Host or Origin say; and relays nothing', async () => {
    const relay = await startRelay({ env: { ADMIN_LOOPBACK: 'off' } });
    assert.equal((await ask(socketOf(relay))).status, 200);
    assert.equal((await ask(socketOf(relay), { headers: { host: 'evil.example', origin: 'https://evil.example', 'x-forwarded-for': '192.0.2.1' } })).status, 200);
    assert.equal((await ask(socketOf(relay), { target: '/v1/models' })).status, 404);
    assert.equal((await ask(socketOf(relay), { target: '/nothing' })).status, 404);
    await relay.stop();
  });

  it('another user is refused', { skip: missing() }, async () => {
    const relay = await startRelay();
    const nobody = as({ uid: 65534, gid: 65534 });
    const asked = (before) => curl('http://localhost/oauth/accounts', { before, socket: socketOf(relay) });
    fs.chmodSync(path.dirname(relay.dataDir), 0o755);
    assert.equal((await asked(nobody)).status, 0);
    /* Even where the modes would let it in: the kernel says who it is. */
    fs.chmodSync(relay.dataDir, 0o755);
    fs.chmodSync(socketOf(relay), 0o666);
    const answer = await asked(nobody);
    assert.equal(answer.status, 401, answer.err);
    assert.doesNotMatch(answer.body, /demo/);
    assert.equal((await asked([])).status, 200);
    await relay.stop();
  });

  it('one that a kill left is replaced', async () => {
    const first = await startRelay();
    first.program.child.kill('SIGKILL');
    await first.program.ended;
    assert.ok(fs.existsSync(socketOf(first)));
    assert.equal((await ask(socketOf(first))).error, 'ECONNREFUSED');
    const second = await startRelay({ dataDir: first.dataDir, accounts: () => {} });
    assert.equal((await ask(socketOf(first))).status, 200);
    await second.stop();
  });

  it('is reached over paths that are longer than an address', async () => {
    const folder = path.join(tempFolder(), 'x'.repeat(100), 'y'.repeat(100));
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const relay = await startRelay({ dataDir: path.join(folder, 'data') });
    assert.ok(fs.statSync(socketOf(relay)).isSocket());
    const list = new Program(relayBinary, ['account', 'list', '--data-dir', relay.dataDir], {}, tempFolder());
    assert.deepEqual(await list.ended, { code: 0, signal: null }, list.log);
    assert.match(list.err, new RegExp(`the relay that runs on .*\\(pid ${relay.pid}\\)`));
    assert.match(list.out, /^demo +api-key/m);
    await relay.stop();
  });

  it('of two relays on one folder the first has it, and the second takes over', async () => {
    const first = await startRelay();
    const inode = fs.statSync(socketOf(first)).ino;
    const second = await startRelay({ dataDir: first.dataDir, accounts: () => {} });
    await second.logged(/another relay serves .* too/);
    assert.equal(fs.statSync(socketOf(first)).ino, inode);
    await first.stop();
    await until(async () => (await ask(socketOf(first))).status === 200, { what: 'the second relay' });
    await second.stop();
    assert.equal(fs.existsSync(socketOf(first)), false);
  });

  it('is made again when it is gone, or the whole folder is', async () => {
    const relay = await startRelay();
    fs.rmSync(socketOf(relay));
    await until(async () => (await ask(socketOf(relay))).status === 200, { what: 'the socket' });
    fs.rmSync(relay.dataDir, { recursive: true });
    fs.mkdirSync(relay.dataDir, { mode: 0o700 });
    await until(async () => (await ask(socketOf(relay))).status === 200, { what: 'the socket in the new folder' });
    await relay.stop();
  });
});

/* bind() below FOLDER fails as on a file system without sockets: mounting one takes a
   device or a server. */
const SHIM = `
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
int bind(int fd, const struct sockaddr *at, socklen_t len)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
    const char *folder = getenv("NO_SOCKETS_IN");
    if (at->sa_family != AF_UNIX || !folder || strncmp(((const struct sockaddr_un *)at)->sun_path, folder, strlen(folder)) != 0)
        return real(fd, at, len);
    errno = EPERM;
    return -1;
}`;
function buildShim() {
  const file = path.join(tempFolder(), 'shim.c');
  fs.writeFileSync(file, SHIM);
  const done = spawnSync('cc', ['-shared', '-fPIC', '-D_GNU_SOURCE', '-o', `${file}.so`, file, '-ldl'], { encoding: 'utf8' });
  return done.status === 0 ? `${file}.so` : null;
}

describe('the control socket of a folder without sockets', { skip: sanitized && 'a sanitizer wants to be the first library' }, () => {
  const start = (t, runtime) => {
    const shim = buildShim();
    if (!shim) {
      t.skip('no compiler');
      return null;
    }
    const dataDir = path.join(tempFolder(), 'data');
    return startRelay({ dataDir, env: { LD_PRELOAD: shim, NO_SOCKETS_IN: dataDir, ...runtime } });
  };
  const list = (relay, env = {}) => command(['account', 'list', '--data-dir', relay.dataDir], { env });
  const check = (relay) => command(['check'], { env: relay.settings }).stdout;

  it('is in the runtime folder, is found from the folder, and goes with the relay', async (t) => {
    const runtime = tempFolder();
    const relay = await start(t, { RUNTIME_DIRECTORY: `/nowhere:${runtime}` });
    if (!relay) {
      return;
    }
    const [name] = fs.readdirSync(runtime);
    const socket = path.join(runtime, name);
    assert.equal(fs.readFileSync(path.join(relay.dataDir, '.control_at'), 'utf8'), `${socket}\n`);
    assert.equal(fs.existsSync(socketOf(relay)), false);
    assert.equal(fs.statSync(socket).mode & 0o777, 0o600);
    assert.equal((await ask(socket)).status, 200);
    assert.match(list(relay).stderr, new RegExp(`the relay that runs on .*\\(pid ${relay.pid}\\)`));
    assert.match(check(relay), new RegExp(`^ok +control +commands reach the relay through ${socket} `, 'm'));
    fs.rmSync(socket);
    await until(async () => (await ask(socket)).status === 200, { what: 'the socket' });
    await relay.stop();
    assert.deepEqual(fs.readdirSync(runtime), []);
    assert.equal(fs.existsSync(path.join(relay.dataDir, '.control_at')), false);
    assert.match(list(relay).stderr, /no relay runs on it/);
    assert.match(check(relay), new RegExp(`^ok +control +commands will reach a relay through ${socket} `, 'm'));
  });

  it('what a kill left is nobody, and is replaced', async (t) => {
    const runtime = tempFolder();
    const first = await start(t, { XDG_RUNTIME_DIR: runtime });
    if (!first) {
      return;
    }
    await first.program.kill();
    assert.match(list(first).stderr, /no relay runs on it/);
    const second = await startRelay({ dataDir: first.dataDir, accounts: () => {}, env: { ...first.settings } });
    assert.match(list(second).stderr, new RegExp(`\\(pid ${second.pid}\\)`));
    assert.equal(fs.readdirSync(runtime).length, 1);
    await second.stop();
    assert.deepEqual(fs.readdirSync(runtime), []);
  });

  it('without such a folder the log and check say what to set', async (t) => {
    const open = tempFolder();
    fs.chmodSync(open, 0o777);
    const relay = await start(t, { XDG_RUNTIME_DIR: open });
    if (!relay) {
      return;
    }
    await relay.logged(/there is no control socket.*RUNTIME_DIRECTORY.*XDG_RUNTIME_DIR/);
    assert.match(check(relay), /^warn +control .*RUNTIME_DIRECTORY/m);
    assert.match(list(relay, relay.settings).stderr, /has had no control socket for 10 s; nothing was done/);
    assert.deepEqual(fs.readdirSync(open), []);
    await relay.stop();
  });
});
