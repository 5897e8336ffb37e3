// SPDX-License-Identifier: MIT
/* A standard error that nobody reads, or that is not there, stops nothing and spoils
   nothing. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { call, message } from '../support/http.mjs';
import { addApiKey, cleanEnv, describe, filesBelow, inMinutes, readAccount, relayBinary, sleep, startSim, tempFolder, until, ways, writeOauth } from '../support/processes.mjs';

describe('a log that nobody reads', { timeout: 240000 }, () => {
  let sim;
  const children = [];

  before(async () => {
    sim = await startSim();
  });
  after(() => {
    children.forEach((child) => child.kill('SIGKILL'));
    sim.program.child.kill('SIGKILL');
  });

  /* The port stands in a file that the relay's own log line goes to elsewhere: asked
     of /proc instead. */
  const portOf = (pid) =>
    until(() => {
      let inodes;
      try {
        inodes = new Set(fs.readdirSync(`/proc/${pid}/fd`).map((fd) => /^socket:\[(\d+)\]$/.exec(fs.readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]));
      } catch {
        return null;
      }
      const row = fs.readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/)).find((cells) => cells[3] === '0A' && inodes.has(cells[9]));
      return row && parseInt(row[1].split(':')[1], 16);
    }, { ms: 20000, what: 'the relay listens' });

  async function start(dataDir, { shell, stdio }) {
    const env = cleanEnv({ DATA_DIR: dataDir, HOST: '127.0.0.1', WORKERS: '1', CORE_DUMPS: 'on', ...ways({ upstream: sim.apiUrl }) });
    const child = spawn('sh', ['-c', shell, 'sh', relayBinary, '--port', '0'], { env, cwd: tempFolder(), stdio });
    children.push(child);
    child.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
    return { child, url: `http://127.0.0.1:${await portOf(child.pid)}` };
  }

  it('requests are answered while the pipe is full; then the log goes on and says what is missing', async () => {
    const dataDir = path.join(tempFolder(), 'data');
    addApiKey(dataDir, 'demo');
    const relay = await start(dataDir, { shell: 'exec "$@"', stdio: ['ignore', 'ignore', 'pipe'] });
    relay.child.stderr.pause();
    /* Node reads a little ahead; this is more than that, a pipe, and what may wait. */
    const query = `?x=${'y'.repeat(400)}`;
    for (let i = 0; i < 2500; i++) {
      assert.equal((await call(`${relay.url}/v1/messages/no-${i}${query}`, { method: 'POST', body: '{}' })).status >= 400, true);
      if (i % 3 === 0) {
        assert.equal((await message(relay.url)).status, 200);
      }
    }
    assert.equal((await message(relay.url)).status, 200);
    let log = '';
    relay.child.stderr.on('data', (data) => (log += data));
    relay.child.stderr.resume();
    await until(() => / warn +[\d,]+ lines lost: nobody read standard error\n/.test(log), { ms: 20000, what: 'the line that says how many' });
    assert.equal((await message(relay.url)).status, 200);
    const lines = log.length;
    await until(() => log.length > lines, { ms: 20000, what: 'a further line' });
    relay.child.kill('SIGTERM');
    assert.deepEqual(await relay.child.ended, { code: 0, signal: null });
    assert.ok(log.split('\n').every((line) => line === '' || /^\d{4}-\d\d-\d\dT/.test(line)), 'a line is torn');
  });

  it('nor does it hold up the end', async () => {
    const dataDir = path.join(tempFolder(), 'data');
    addApiKey(dataDir, 'demo');
    const relay = await start(dataDir, { shell: 'exec "$@"', stdio: ['ignore', 'ignore', 'pipe'] });
    relay.child.stderr.pause();
    for (let i = 0; i < 900; i++) {
      await message(relay.url);
    }
    relay.child.kill('SIGTERM');
    assert.deepEqual(await relay.child.ended, { code: 0, signal: null });
  });

  it('without descriptors 0 to 2 it runs, and no line of the log is in a file of an account', async () => {
    const dataDir = path.join(tempFolder(), 'data');
    writeOauth(dataDir, 'me', { expires_at: inMinutes(-5) });
    const relay = await start(dataDir, { shell: 'exec 0<&- 1>&- 2>&-; exec "$@"', stdio: 'ignore' });
    for (const fd of [0, 1, 2]) {
      assert.equal(fs.readlinkSync(`/proc/${relay.child.pid}/fd/${fd}`), '/dev/null');
    }
    for (let i = 0; i < 20; i++) {
      assert.equal((await message(relay.url)).status, 200);
      await call(`${relay.url}/oauth/accounts/me/refresh`, { method: 'POST' });
    }
    await sleep(300); /* lines wait a quarter of a second for each other */
    relay.child.kill('SIGTERM');
    assert.deepEqual(await relay.child.ended, { code: 0, signal: null });
    assert.match(readAccount(dataDir, 'me').access_token, /^sk-ant-oat01-/);
    for (const file of filesBelow(dataDir)) {
      const text = fs.readFileSync(file, 'latin1');
      assert.ok(!/ info {2}| warn {2}| error /.test(text), `${file} holds a line of the log`);
    }
  });

  it('nor does a standard output that is full at the start', async () => {
    const dataDir = path.join(tempFolder(), 'data');
    addApiKey(dataDir, 'demo');
    const fifo = path.join(tempFolder(), 'full');
    assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
    const reader = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
    assert.throws(() => {
      for (;;) {
        fs.writeSync(reader, 'x'.repeat(4096));
      }
    }, { code: 'EAGAIN' });
    const out = fs.openSync(fifo, 'w');
    const relay = await start(dataDir, { shell: 'exec "$@"', stdio: ['ignore', out, 'ignore'] });
    fs.closeSync(out);
    assert.equal((await message(relay.url)).status, 200);
    relay.child.kill('SIGTERM');
    assert.deepEqual(await relay.child.ended, { code: 0, signal: null });
    fs.closeSync(reader);
  });

  it('in the end claude-sim ends well', async () => {
    await sim.stop();
  });
});
