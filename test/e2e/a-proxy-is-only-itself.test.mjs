// SPDX-License-Identifier: MIT
/* The address that one dial has found never becomes another's way out. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { HELLO, message } from '../support/http.mjs';
import { describe, stage } from '../support/processes.mjs';

describe('a proxy whose name does not exist', () => {
  const s = stage({ relay: { env: { WORKERS: '1', PROXY_TIMEOUT: '5s' } } });

  for (const type of ['socks5', 'http', 'https']) {
    it(`is not found, even behind a direct request to the same port: ${type}`, async () => {
      const body = { ...HELLO, proxy_config: { type, host: 'nowhere.invalid', port: s.sim.port, username: 'u', password: 'CANARY-password' } };
      for (let round = 0; round < 3; round++) {
        const refused = await message(s.url, { body });
        assert.ok([502, 504].includes(refused.status));
        assert.match(refused.body.toString(), /resolve failed|connect failed.*no progress/);
        /* A connection of its own each time: the name of the API is looked up again. */
        assert.equal((await message(s.url, { headers: { 'x-sim-close': '1' } })).status, 200);
      }
    });
  }
});
