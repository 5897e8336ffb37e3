// SPDX-License-Identifier: MIT
/* A client that sends its own claude.ai login: refused, or with CLIENT_LOGIN=pass
   forwarded as it came, with nothing added. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { assertProblem } from '../support/check.mjs';
import { describe, rawStage, writeOauth } from '../support/processes.mjs';
import { exchange, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';

const LOGIN = 'Bearer sk-ant-oat01-CANARY-of-the-client';
const BODY = '{"model":"m","messages":[]}';
const answering = (answer) => () => rawUpstream((connection) => connection.write(responseBytes(answer)));
const fine = answering({ headers: [['Content-Type', 'application/json']], body: '{}' });

function send(s, headers, options = {}) {
  return exchange(s.port, requestBytes({ headers: [['Content-Length', String(BODY.length)], ...headers], body: BODY, ...options }));
}

describe('without CLIENT_LOGIN', () => {
  const s = rawStage(fine);

  for (const [what, header] of [['Authorization', ['Authorization', LOGIN]], ['x-api-key', ['x-api-key', LOGIN.slice(7)]]]) {
    it(`a login in ${what} is refused and does not leave`, async () => {
      const before = s.upstream.requests.length;
      assertProblem(await send(s, [header]), 401, 'authentication_error', /claude\.ai login/);
      assert.equal(s.upstream.requests.length, before);
    });
  }
});

for (const [what, accounts] of [
  ['no account', () => {}],
  ['an account', undefined],
  ['several accounts', (dir) => ['a', 'b'].forEach((name) => writeOauth(dir, name))],
]) {
  describe(`CLIENT_LOGIN=pass with ${what}`, () => {
    const s = rawStage(fine, { accounts, env: { CLIENT_LOGIN: 'pass', CLAUDE_BETA_HEADER: 'added-2026-01-01' } });

    it('the request goes on as it came', async () => {
      const headers = [['X-First', '1'], ['aUTHORIZATION', LOGIN], ['anthropic-beta', 'own-1'], ['X-Last', '2']];
      const got = await send(s, headers, { target: '/v1/messages?beta=true' });
      assert.equal(got.status, 200);
      const request = s.upstream.requests.at(-1);
      assert.equal(request.target, '/v1/messages?beta=true');
      assert.equal(request.body.toString(), BODY);
      assert.deepEqual(
        request.headers.filter(([name]) => name.toLowerCase() !== 'host'),
        [['Content-Length', String(BODY.length)], ...headers],
      );
    });

    it('x-api-key beside it stays here', async () => {
      assert.equal((await send(s, [['x-api-key', 'CANARY-key'], ['Authorization', LOGIN]])).status, 200);
      const names = s.upstream.requests.at(-1).headers.map(([name]) => name.toLowerCase());
      assert.ok(names.includes('authorization') && !names.includes('x-api-key'));
    });

    it('an account named beside it: 400', async () => {
      const before = s.upstream.requests.length;
      assertProblem(await send(s, [['Authorization', LOGIN], ['X-Account-Name', 'a']]), 400, 'invalid_request_error', /one of the two/);
      assertProblem(await send(s, [['Authorization', LOGIN]], { target: '/v1/messages?account=a' }), 400, 'invalid_request_error', /one of the two/);
      assert.equal(s.upstream.requests.length, before);
    });

    it('twice, or elsewhere, it is refused', async () => {
      const before = s.upstream.requests.length;
      for (const headers of [[['Authorization', LOGIN], ['Authorization', LOGIN]], [['x-api-key', LOGIN.slice(7)]], [['Authorization', LOGIN.slice(7)]]]) {
        assertProblem(await send(s, headers), 401, 'authentication_error', /only as one field/);
      }
      assert.equal(s.upstream.requests.length, before);
    });

    it('a stranger is refused all the same', async () => {
      assertProblem(await send(s, [['Authorization', LOGIN], ['Via', '1.1 x']]), 401, 'authentication_error', /because/);
    });
  });
}

describe('CLIENT_LOGIN=pass and a login that is not taken', () => {
  const refusal = '{"type":"error","error":{"type":"authentication_error","message":"OAuth token has expired"}}';
  const s = rawStage(answering({ status: 401, reason: 'Unauthorized', headers: [['request-id', 'req_up']], body: refusal }), { env: { CLIENT_LOGIN: 'pass' } });

  it("the upstream's 401 is the client's: nothing is repeated", async () => {
    const got = await send(s, [['Authorization', LOGIN]]);
    assert.equal(got.status, 401);
    assert.equal(got.body.toString(), refusal);
    assert.equal(s.upstream.requests.length, 1);
  });

  it('other credentials are replaced as ever', async () => {
    await send(s, [['Authorization', 'Bearer anything']]);
    const names = s.upstream.requests.at(-1).headers.map(([name]) => name.toLowerCase());
    assert.ok(names.includes('x-api-key') && !names.includes('authorization') && names.includes('anthropic-version'));
  });
});
