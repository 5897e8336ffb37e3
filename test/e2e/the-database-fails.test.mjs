// SPDX-License-Identifier: MIT
/* While the database is locked, slow, full or broken, no decision changes and no token
   waits: requests go on, limits hold, /health says what is wrong, and what was to be
   written is written once it works again.  A key that cannot be made is refused with a
   text. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { HELLO, stream } from '../support/http.mjs';
import { admin, createKey, createKeyByCommand, keyCommand, keyOf, nothingHeld } from '../support/keys.mjs';
import { addApiKey, buildDir, command, commandBeside, describe, Program, relayBinary, startRelay, startSim, tempFolder, until } from '../support/processes.mjs';
import { find, isRoot } from '../support/users.mjs';

const slowDisk = path.join(buildDir, 'test/slow-disk');
const REQUESTS = 20;
const COST = { 'x-sim-input-tokens': '50000', 'x-sim-output-tokens': '10000' };
const microusd = (count) => 200000 * count;

/* ---- what goes wrong --------------------------------------------------------- */

const databaseOf = (dataDir) => path.join(dataDir, 'db/relay.db');
/* `before`: what stands in front of the command. */
function sqlite3(file, text, before = []) {
  const [program, ...args] = [...before, find('sqlite3'), '-cmd', '.timeout 60000', file, text];
  return execFileSync(program, args, { encoding: 'utf8' }).trim();
}

/* Another process that holds the lock for writing. */
async function lock(relay) {
  const program = new Program(find('sqlite3'), [databaseOf(relay.dataDir)], {}, tempFolder(), 'pipe');
  program.child.stdin.write(".timeout 60000\nBEGIN IMMEDIATE;\nSELECT 'locked';\n");
  await program.ready(/locked/);
  return () => {
    program.child.stdin.end('ROLLBACK;\n');
    return program.ended;
  };
}

/* As the tables are once a newer relay has changed them. */
function migrate(relay) {
  const letWriteFrom = (version) => sqlite3(databaseOf(relay.dataDir), `UPDATE schema SET oldest_writer = ${version}`);
  letWriteFrom('version + 1');
  return () => letWriteFrom('version');
}

const stopsListening = (relay) =>
  fetch(`${relay.url}/health`).then(
    () => false,
    () => true,
  );

function disk() {
  const file = path.join(tempFolder(), 'mood');
  const be = (mood) => () => {
    fs.writeFileSync(file, mood);
    return () => fs.rmSync(file);
  };
  return { wrap: [slowDisk, file, '/db/relay.db'], slow: be('SLOW'), broken: be('EIO') };
}

/* A small file system that only the relay sees. */
const small = ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', 'mount -t tmpfs -o size=2m,mode=0700 tmpfs "$DATA_DIR/db" && exec "$@"', 'bash'];
const seenBy = (relay, ...names) => path.join(`/proc/${relay.pid}/root`, relay.dataDir, ...names);

function fill(relay) {
  const file = seenBy(relay, 'db/filler');
  const fd = fs.openSync(file, 'w');
  for (const size of [65536, 4096, 1]) {
    try {
      for (;;) {
        fs.writeSync(fd, Buffer.alloc(size));
      }
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  }
  fs.closeSync(fd);
  return () => fs.rmSync(file);
}

const permits = (...wrap) => {
  const program = execFileSync('bash', ['-c', '"$@" 2>&1 >/dev/null; echo $?', 'bash', ...wrap], { encoding: 'utf8' });
  return /^0$/m.test(program);
};
const noTmpfs = !isRoot ? 'only root can mount' : !permits('unshare', '--mount', '--propagation', 'private', 'bash', '-c', 'mount -t tmpfs tmpfs /mnt') && 'no file system can be mounted here';
const noDisk = !isRoot ? 'only root sees which file is meant' : !fs.existsSync(slowDisk) ? 'test/slow-disk is not built' : !permits(slowDisk, '/none', '/none', 'true') && 'seccomp does not notify here';
const noSqlite = find('sqlite3') ? false : 'not installed: sqlite3 (script/packages test)';

const troubles = [
  { name: 'locked by another process', skip: noSqlite, begin: lock, problem: /database.*another process holds it/ },
  { name: 'slow', skip: noDisk || noSqlite, disk: 'slow', problem: /database/i },
  { name: 'broken (EIO)', skip: noDisk || noSqlite, disk: 'broken', problem: /database.*(I\/O|disk)/i },
  { name: 'changed by a newer relay', skip: noSqlite, begin: migrate, problem: /database was written by a newer claude-relay.*waits/ },
  { name: 'full', skip: noTmpfs || noSqlite, wrap: small, begin: fill, problem: /database.*full/i },
];

let sim;
before(async () => {
  sim = await startSim();
});
after(() => sim.program.child.kill('SIGKILL'));

/* They mostly wait for what gives up after five seconds. */
describe('the database fails', { concurrency: 8 }, () => {
  const start = (options) => startRelay({ upstream: sim.apiUrl, env: { WORKERS: '2' }, ...options });
  const health = async (relay) => (await admin(relay, 'GET', '/health')).doc;
  const inside = (relay) => ['nsenter', '-t', String(relay.pid), '-m'];
  const totalOf = (relay, key, before) => sqlite3(databaseOf(relay.dataDir), `SELECT requests, cost_microusd FROM use_total WHERE subject = ${2 * key.id}`, before);

  /* Requests are served and counted, and limits refuse what is over them. */
  async function assertGoesOn(key) {
    const answers = await Promise.all(Array.from({ length: REQUESTS + 10 }, () => key.message({ headers: COST })));
    const counts = (status) => answers.filter((answer) => answer.status === status).length;
    assert.deepEqual([counts(200), counts(429)], [REQUESTS, 10]);
    await nothingHeld(key);
    const { limits } = await key.me();
    assert.deepEqual([limits.rpd.used, limits.cost_total.used], [REQUESTS, microusd(REQUESTS) / 1e6]);
  }

  async function assertNoKeyIsMade(relay) {
    const made = await admin(relay, 'POST', '/admin/api/keys', { name: 'too late' });
    assert.ok([500, 503].includes(made.status), `${made.status} ${JSON.stringify(made.doc)}`);
    assert.match(made.doc.error, /database|relay\.db/);
    assert.equal((await admin(relay, 'GET', '/admin/api/keys/too%20late')).status, 404);
  }

  for (const { name, skip, begin, wrap, disk: mood, problem } of troubles) {
    it(`${name}: nobody waits for it, and nothing is lost`, { skip }, async () => {
      const made = mood ? disk() : null;
      const relay = await start({ wrap: made?.wrap ?? wrap });
      const key = await createKey(relay, 'used', { limits: { rpd: REQUESTS, cost_total: 1000 } });
      const streaming = await createKey(relay, 'streams');
      const revoked = await createKey(relay, 'revoked before');
      await revoked.revoke();
      const end = await (begin ?? made[mood])(relay);
      /* Longer than a save takes: the database is found to be in trouble meanwhile. */
      const events = await stream(relay.url, { headers: { ...streaming.headers, 'x-sim-endless': '1', 'x-sim-gap-ms': '20' }, body: { ...HELLO, stream: true } });
      await assertGoesOn(key);
      assert.equal((await revoked.message()).status, 401);
      const doc = await until(async () => {
        const found = await health(relay);
        return found.status === 'degraded' && found;
      }, { every: 100, what: '/health says so' });
      assert.match(JSON.stringify(doc.problems), problem);
      await assertNoKeyIsMade(relay);
      assert.equal((await key.message()).status, 429);
      assert.ok(await events.next(), 'the stream goes on');
      events.leave();
      await nothingHeld(streaming);
      await end();
      await until(async () => (await health(relay)).status === 'healthy', { every: 100, what: '/health is fine again' });
      await until(() => totalOf(relay, key, wrap && inside(relay)) === `${REQUESTS}|${microusd(REQUESTS)}`, { every: 200, what: 'what was used is saved' });
      const late = await createKey(relay, 'too late');
      assert.equal((await late.message()).status, 200);
      await relay.stop();
    });
  }

  it('locked until the end: what was used is saved before the relay has ended', { skip: noSqlite }, async () => {
    const relay = await start();
    const key = await createKey(relay, 'used', { limits: { rpd: REQUESTS, cost_total: 1000 } });
    const end = await lock(relay);
    await assertGoesOn(key);
    relay.program.child.kill('SIGTERM');
    await relay.logged(/stopping|draining|SIGTERM/i);
    await end();
    assert.deepEqual(await relay.program.ended, { code: 0, signal: null }, relay.log.slice(-2000));
    assert.equal(totalOf(relay, key), `${REQUESTS}|${microusd(REQUESTS)}`);
    const again = await start({ dataDir: relay.dataDir, accounts: () => {} });
    assert.equal((await keyOf(again, { ...key, key: key.text }).message()).status, 429);
    await again.stop();
  });

  it('locked until the end: a relay that is started meanwhile counts all that was used', { skip: noSqlite }, async () => {
    const relay = await start();
    const key = await createKey(relay, 'used', { limits: { rpd: REQUESTS, cost_total: 1000 } });
    const end = await lock(relay);
    await assertGoesOn(key);
    relay.program.child.kill('SIGTERM');
    await relay.logged(/stopping/);
    await until(() => stopsListening(relay), { what: 'the port is free' });
    const next = new Program(relayBinary, ['--port', '0'], relay.settings, tempFolder());
    await until(() => /is still saving what its keys have used/.test(next.log), { what: 'the next one waits' });
    /* Further signals change nothing. */
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']) {
      relay.program.child.kill(signal);
    }
    await end();
    assert.deepEqual(await relay.program.ended, { code: 0, signal: null }, relay.log.slice(-2000));
    const [, port] = await next.ready(/listening on http:\/\/\S+:(\d+)/);
    const again = keyOf({ url: `http://127.0.0.1:${port}` }, { ...key, key: key.text });
    assert.equal((await again.limit('rpd')).used, REQUESTS);
    assert.equal((await again.message()).status, 429);
    assert.deepEqual(await next.terminate(), { code: 0, signal: null });
  });

  it('commands say so, too, and make nothing', { skip: noSqlite }, async () => {
    const folder = path.join(tempFolder(), 'data');
    addApiKey(folder, 'demo');
    createKeyByCommand({ dataDir: folder }, 'there');
    const end = await lock({ dataDir: folder });
    const done = await commandBeside(['key', 'create', 'not there', '--data-dir', folder]);
    assert.equal(done.status, 1);
    assert.match(done.stderr, /relay\.db|database/);
    assert.equal(done.stdout, '');
    await end();
    assert.doesNotMatch(keyCommand(folder, 'list').stdout, /not there/);
  });

  it('in a folder that cannot be written: it does not start, and says which', { skip: noTmpfs }, async () => {
    const folder = path.join(tempFolder(), 'data');
    addApiKey(folder, 'demo');
    fs.rmSync(path.join(folder, 'db'), { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, 'db'), { mode: 0o700 });
    const readOnly = small.map((part) => part.replace('size=2m,', 'ro,'));
    await assert.rejects(start({ dataDir: folder, accounts: () => {}, wrap: readOnly }), /ended before it was ready[^]*(relay\.db|data\/db)/);
  });

  it('on a full disk: it does not start, and says what to do', { skip: noTmpfs }, async () => {
    const folder = path.join(tempFolder(), 'data');
    addApiKey(folder, 'demo');
    createKeyByCommand({ dataDir: folder }, 'there');
    fs.copyFileSync(databaseOf(folder), path.join(path.dirname(folder), 'copy'));
    const full = small.map((part) => part.replace(' && exec', ' && install -m 600 "$DATA_DIR/../copy" "$DATA_DIR/db/relay.db" && { dd if=/dev/zero of="$DATA_DIR/db/filler" 2>/dev/null; exec').replace(/"\$@"$/, '"$@"; }'));
    await assert.rejects(start({ dataDir: folder, accounts: () => {}, wrap: full }), /ended before it was ready[^]*the disk is full: make room on it/);
  });

  it('that is no database, or another program\'s: it does not start, and keeps its hands off', { skip: noSqlite }, async () => {
    for (const [what, make, text] of [
      ['rubbish', (file) => fs.writeFileSync(file, 'this is no database, and long enough to be looked at. '.repeat(100)), /relay\.db/],
      ['a newer schema', (file) => sqlite3(file, 'UPDATE schema SET version = 999, oldest_writer = 999'), /newer/],
    ]) {
      const folder = path.join(tempFolder(), 'data');
      addApiKey(folder, 'demo');
      createKeyByCommand({ dataDir: folder }, 'there');
      make(databaseOf(folder));
      const before = fs.readFileSync(databaseOf(folder));
      await assert.rejects(start({ dataDir: folder, accounts: () => {} }), (error) => text.test(error.message) || assert.fail(`${what}: ${error.message}`));
      const listed = command(['key', 'list', '--data-dir', folder]);
      assert.equal(listed.status, 1, what);
      assert.match(listed.stderr, text);
      assert.ok(fs.readFileSync(databaseOf(folder)).equals(before), `${what} was changed`);
    }
  });
});
