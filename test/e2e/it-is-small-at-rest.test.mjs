// SPDX-License-Identifier: MIT
/* Under 12 MB at rest, as it is for a user: an HTTPS upstream, one account.  Said of
   the plain build alone.  How soon it starts is script/bench's to say. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';

import { describe, sanitized, sleep, stage, startRelay } from '../support/processes.mjs';
import { message } from '../support/http.mjs';

const skip = sanitized ? 'a sanitized build is slow and large' : false;
const MB = 1024 * 1024;

describe('it is small at rest', { skip }, () => {
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
