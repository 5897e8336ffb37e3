// SPDX-License-Identifier: MIT
/* What script/run --demo starts: a plain upstream on loopback, and every other option
   as it comes. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { message, stream } from '../support/http.mjs';
import { describe, stage } from '../support/processes.mjs';

describe('a plain upstream, with the token endpoint on https', () => {
  const s = stage({ relay: { env: { OAUTH_TOKEN_URL: '' } } });

  it('answers', async () => {
    const answer = await message(s.url);
    assert.equal(answer.status, 200, answer.body.toString());
  });

  it('streams', async () => {
    const answer = await stream(s.url, { headers: { 'x-sim-events': '3' } });
    assert.equal(answer.status, 200);
    assert.equal(await answer.ended, true);
  });
});
