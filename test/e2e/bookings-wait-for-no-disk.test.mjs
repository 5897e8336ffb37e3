// SPDX-License-Identifier: MIT
/* What requests used is in the kernel's hands moments after they ended, however slow the
   disk is; while the database cannot be written bookings wait in memory, and nothing
   else does.  What is too old is removed, and days are those of the relay's zone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { admin, createKey } from '../support/keys.mjs';
import { addApiKey, buildDir, describe, manyBookings, startRelay, startSim, tempFolder, until } from '../support/processes.mjs';
import { find, isRoot } from '../support/users.mjs';

const slowDisk = path.join(buildDir, 'test/slow-disk');
const DAY_MS = 86400000;

const permits = (...wrap) => {
  const program = execFileSync('bash', ['-c', '"$@" 2>&1 >/dev/null; echo $?', 'bash', ...wrap], { encoding: 'utf8' });
  return /^0$/m.test(program);
};
const noSqlite = find('sqlite3') ? false : 'not installed: sqlite3 (script/packages test)';
const noTmpfs = !isRoot ? 'only root can mount' : !permits('unshare', '--mount', '--propagation', 'private', 'bash', '-c', 'mount -t tmpfs tmpfs /mnt') && 'no file system can be mounted here';
const noDisk = !isRoot ? 'only root sees which file is meant' : !fs.existsSync(slowDisk) ? 'test/slow-disk is not built' : !permits(slowDisk, '/none', '/none', 'true') && 'seccomp does not notify here';
const noBookings = fs.existsSync(manyBookings) ? false : 'test/many-bookings is not built';

function ask(dataDir, text, before = []) {
  const [program, ...args] = [...before, find('sqlite3'), '-cmd', '.timeout 60000', path.join(dataDir, 'db/relay.db'), text];
  return execFileSync(program, args, { encoding: 'utf8' }).trim();
}

/* How many there are, and how many their sums say; then what limits count. */
const BOOKED = `SELECT (SELECT count(*) FROM booking), (SELECT sum(requests) FROM total), (SELECT sum(requests) FROM daily),
  (SELECT sum(cost_microusd) FROM booking) = (SELECT sum(cost_microusd) FROM total), (SELECT sum(requests) FROM use_total WHERE subject = 2)`;
const booked = (count) => `${count}|${count}|${count}|1|${count}`;

let sim;
before(async () => {
  sim = await startSim();
});
after(() => sim.program.child.kill('SIGKILL'));

describe('bookings wait for no disk', { concurrency: 4 }, () => {
  const start = (options) => startRelay({ upstream: sim.apiUrl, ...options, env: { WORKERS: '2', ...options?.env } });
  const bookings = async (relay) => (await admin(relay, 'GET', '/health')).doc.bookings;

  async function use(key, count) {
    const answers = await Promise.all(Array.from({ length: count }, () => key.message()));
    assert.ok(answers.every((answer) => answer.status === 200));
  }

  it('a disk that does not sync: they are written all the same, and no kill undoes them', { skip: noDisk || noSqlite }, async () => {
    const mood = path.join(tempFolder(), 'mood');
    const relay = await start({ wrap: [slowDisk, mood, '/db/relay.db'] });
    const key = await createKey(relay, 'used');
    await use(key, 5);
    await until(async () => (await bookings(relay)).unsynced_ms === 0 && (await bookings(relay)).waiting === 0, { what: 'all is synced' });
    fs.writeFileSync(mood, 'SLOW');
    await use(key, 10);
    await until(() => ask(relay.dataDir, BOOKED) === booked(15), { what: 'they are written' });
    const now = await bookings(relay);
    assert.equal(now.waiting, 0);
    assert.ok(now.unsynced_ms > 0, JSON.stringify(now));
    await use(key, 10);
    await until(() => ask(relay.dataDir, BOOKED) === booked(25), { what: 'the next ones, too' });
    relay.program.child.kill('SIGKILL');
    await relay.program.ended;
    fs.rmSync(mood);
    assert.equal(ask(relay.dataDir, BOOKED), booked(25));
    assert.equal(ask(relay.dataDir, 'PRAGMA integrity_check'), 'ok');
  });

  it('a full disk: they wait in memory, are told of, and are written when there is room', { skip: noTmpfs || noSqlite }, async () => {
    const relay = await start({ wrap: ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', 'mount -t tmpfs -o size=2m,mode=0700 tmpfs "$DATA_DIR/db" && exec "$@"', 'bash'] });
    const inside = ['nsenter', '-t', String(relay.pid), '-m'];
    const filler = path.join(`/proc/${relay.pid}/root`, relay.dataDir, 'db/filler');
    const key = await createKey(relay, 'used');
    await use(key, 5);
    await until(() => ask(relay.dataDir, BOOKED, inside) === booked(5), { what: 'they are written' });
    fs.writeFileSync(filler, '');
    assert.throws(() => {
      for (;;) {
        fs.appendFileSync(filler, Buffer.alloc(4096));
      }
    }, /ENOSPC/);
    await use(key, 200);
    await until(async () => (await bookings(relay)).waiting_ms > 100, { what: 'some wait' });
    await until(async () => /full/.test(JSON.stringify((await admin(relay, 'GET', '/health')).doc.problems)), { what: '/health says why' });
    await use(key, 100);
    fs.rmSync(filler);
    await until(() => ask(relay.dataDir, BOOKED, inside) === booked(305), { what: 'all are written' });
    await until(async () => (await admin(relay, 'GET', '/health')).doc.status === 'healthy', { what: '/health is fine again' });
    assert.equal((await bookings(relay)).lost, 0);
    await relay.stop();
  });

  it('an end loses none', { skip: noSqlite }, async () => {
    const relay = await start();
    const key = await createKey(relay, 'used');
    await use(key, 300);
    await relay.stop();
    assert.equal(ask(relay.dataDir, BOOKED), booked(300));
    assert.equal(ask(relay.dataDir, 'SELECT DISTINCT status, ending, attempts FROM booking'), '200|1|1');
  });

  it('what is too old goes, and the file shrinks; totals stay', { skip: noSqlite || noBookings }, async () => {
    const dataDir = path.join(tempFolder(), 'data');
    addApiKey(dataDir, 'demo');
    execFileSync(manyBookings, ['20000', dataDir, '200']);
    const [sums, days] = [ask(dataDir, 'SELECT sum(requests), sum(cost_microusd) FROM total'), ask(dataDir, 'SELECT count(DISTINCT day) FROM daily')];
    const size = fs.statSync(path.join(dataDir, 'db/relay.db')).size;
    const relay = await start({ dataDir, accounts: () => {}, env: { USAGE_RETENTION: '20d', TIME_ZONE: 'Asia/Shanghai' } });
    const oldest = () => Number(ask(dataDir, 'SELECT min(ended_ms) FROM booking'));
    await until(() => oldest() > Date.now() - 20 * DAY_MS - 2 * 3600000, { what: 'what is too old is gone' });
    await until(() => Number(ask(dataDir, 'SELECT min(day) FROM session_day')) >= Math.floor(Date.now() / DAY_MS) - 21, { what: 'so are the days of sessions' });
    const nameless = 'SELECT id FROM session EXCEPT SELECT session FROM session_day EXCEPT SELECT max(id) FROM session';
    assert.equal(ask(dataDir, nameless), '', 'and sessions that have none left');
    assert.equal(ask(dataDir, 'SELECT session FROM session_day EXCEPT SELECT id FROM session'), '');
    assert.equal(ask(dataDir, 'SELECT session FROM booking WHERE session IS NOT NULL EXCEPT SELECT id FROM session'), '');
    await until(() => ask(dataDir, 'SELECT freelist_count * 9 < page_count FROM pragma_freelist_count, pragma_page_count') === '1', { what: 'its room is given back' });
    await relay.stop();
    const left = Number(ask(dataDir, 'SELECT count(*) FROM booking'));
    assert.ok(left > 1800 && left < 2200, `${left}`);
    assert.ok(fs.statSync(path.join(dataDir, 'db/relay.db')).size < 0.8 * size);
    assert.equal(ask(dataDir, 'SELECT sum(requests), sum(cost_microusd) FROM total'), sums);
    assert.equal(ask(dataDir, 'SELECT sum(requests), sum(cost_microusd) FROM daily'), sums);
    assert.equal(ask(dataDir, 'SELECT zone FROM calendar'), 'Asia/Shanghai');
    assert.ok(Math.abs(Number(ask(dataDir, 'SELECT count(DISTINCT day) FROM daily')) - Number(days)) <= 1);
  });
});
