// SPDX-License-Identifier: MIT
/* kill -9 under load, again and again: the database opens, what was booked stays booked,
   once, and adds up.  With one relay, and with two on one folder. */
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { it } from 'node:test';

import { ask, assertAddsUp, noSqlite } from '../support/bookings.mjs';
import { sendMixed } from '../support/mix.mjs';
import { rng } from '../support/payloads.mjs';
import { addApiKey, describe, sanitized, startRelay, startSim, tempFolder, sleep } from '../support/processes.mjs';
import { timed } from '../support/time.mjs';

const MOMENTS = 20;
/* So old a booking is safe, beside what the disk takes: mostly, and whatever else the
   machine has to do.  The relay's promise is 100. */
const SAFE_MS = Number(process.env.BOOKING_SAFE_MS ?? 500);
const SAFE_AT_WORST_MS = 3 * SAFE_MS;
const PER_ROUND = 20000; /* more than can be done until the kill */
const random = rng(17);

/* What the disk takes at worst to sync some bytes, asked all the time: slowest(), stop(). */
function watchDisk(folder) {
  let slowest = 0;
  let over = false;
  const asking = (async () => {
    const file = await fs.open(path.join(folder, 'disk'), 'w');
    while (!over) {
      await file.write('x');
      slowest = Math.max(slowest, await timed(() => file.sync()));
      await sleep(20);
    }
    await file.close();
  })();
  return { slowest: () => slowest, stop: () => { over = true; return asking; } };
}

/* A round: load on all, and the end of `victims` at a random moment. */
async function round(relays, victims, seed) {
  const sent = sendMixed({ seed, count: PER_ROUND, atOnce: 16, targets: relays.map((relay) => ({ port: relay.port })) });
  await sent.begun;
  await sleep(SAFE_AT_WORST_MS + 100 + random(400));
  const killedAt = Date.now();
  victims.forEach((relay) => relay.program.child.kill('SIGKILL'));
  await Promise.all(victims.map((relay) => relay.program.ended));
  sent.stop();
  return { killedAt, results: await sent.done };
}

function assertSafe(dataDir, { killedAt, results }, slowest) {
  const booked = ask(dataDir, `SELECT client_id, count(*) AS n FROM booking WHERE client_id LIKE '${results[0].name.split('-').slice(0, 2).join('-')}-%' GROUP BY 1`);
  assert.deepEqual(booked.filter((row) => row.n > 1), [], 'booked twice');
  const there = new Set(booked.map((row) => row.client_id));
  const missing = results.filter((result) => result.complete && result.at < killedAt && !there.has(result.name));
  const oldest = Math.max(0, ...missing.map((result) => killedAt - result.at));
  assert.ok(oldest < SAFE_AT_WORST_MS + 2 * slowest, `${missing.length} are missing, of which one is ${oldest} ms old; the disk took ${slowest} ms`);
  return { done: results.filter((result) => result.complete && result.at < killedAt).length, missing: missing.length, oldest };
}

describe('bookings survive a kill', { skip: noSqlite || (sanitized && 'a kill is no other for sanitizers, which take seconds to book') }, () => {
  for (const count of [1, 2]) {
    it(`${count} relay${count > 1 ? 's on one folder' : ''}, killed at ${MOMENTS / 2} random moments`, async (t) => {
      const sim = await startSim();
      const dataDir = `${tempFolder()}/data`;
      addApiKey(dataDir, 'demo');
      const start = () => startRelay({ dataDir, upstream: sim.apiUrl, accounts: () => {}, env: { WORKERS: '2', LOG_LEVEL: 'warn' } });
      const relays = [];
      const ages = [];
      for (let i = 0; i < MOMENTS / 2; i++) {
        while (relays.length < count) {
          relays.push(await start());
        }
        /* Of two one, or both. */
        const victims = relays.splice(0, 1 + random(count));
        const disk = watchDisk(tempFolder());
        const what = await round([...victims, ...relays], victims, 100 * count + i);
        await disk.stop();
        assert.deepEqual(ask(dataDir, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
        const found = assertSafe(dataDir, what, disk.slowest());
        ages.push(found.oldest - disk.slowest());
        t.diagnostic(`${found.done} done, ${found.missing} of them not booked, the oldest ${found.oldest} ms before the end`);
        assertAddsUp(dataDir);
      }
      const middle = [...ages].sort((a, b) => a - b)[Math.floor(ages.length / 2)];
      assert.ok(middle < SAFE_MS, `of ${ages.length} times the oldest that is missing is ${middle} ms old or older in half`);
      for (const relay of relays) {
        await relay.stop();
      }
      assertAddsUp(dataDir);
      await sim.stop();
    });
  }
});
