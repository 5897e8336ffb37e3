// SPDX-License-Identifier: MIT
/* An upstream that leads back to the relay in a way that its start cannot see: one
   request must not make thousands. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { noSqlite } from '../support/bookings.mjs';
import { call, message } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { freePort } from '../support/ports.mjs';
import { addApiKey, describe, inMinutes, sanitized, startRelay, tempFolder, until, writeOauth } from '../support/processes.mjs';
import { rawUpstream, responseBytes } from '../support/raw.mjs';

/* Connections to one port go to another, as if a rule of the kernel's had sent them
   there.  (Such rules would need tools and rights that a test cannot expect.) */
const SHIM = `
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>
int connect(int fd, const struct sockaddr *to, socklen_t len)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    struct sockaddr_in in = *(const struct sockaddr_in *)to;
    if (to->sa_family != AF_INET || in.sin_port != htons(FROM))
        return real(fd, to, len);
    in.sin_port = htons(TO);
    return real(fd, (struct sockaddr *)&in, sizeof in);
}`;
function buildShim(from, to) {
  const folder = tempFolder();
  const file = path.join(folder, 'shim.c');
  fs.writeFileSync(file, SHIM);
  const done = spawnSync('cc', ['-shared', '-fPIC', '-D_GNU_SOURCE', `-DFROM=${from}`, `-DTO=${to}`, '-o', `${file}.so`, file, '-ldl'], { encoding: 'utf8' });
  return done.status === 0 ? `${file}.so` : null;
}

const count = (text, pattern) => (text.match(pattern) ?? []).length;
const assertEndsWell = (relay) => relay.stop();

describe('a request that comes round', { timeout: 240000 }, () => {
  it('is refused with 508 and one log line', { skip: sanitized ? 'a sanitizer wants to be the first library' : false }, async (t) => {
    const [from, to] = [await freePort(), await freePort()];
    const shim = buildShim(from, to);
    if (!shim) {
      t.skip('no compiler');
      return;
    }
    const relay = await startRelay({ upstream: `http://127.0.0.1:${from}/v1/messages`, args: ['--port', String(to)], env: { LD_PRELOAD: shim } });
    for (let i = 1; i <= 3; i++) {
      const answer = await message(relay.url);
      assert.equal(answer.status, 508, answer.body.toString());
      const { error } = JSON.parse(answer.body);
      assert.equal(error.type, 'api_error');
      assert.match(error.message, /came from the relay itself: its CLAUDE_API_URL, or the base_url of an account, leads back to it/);
      assert.equal(answer.headers['x-should-retry'], 'false');
      await until(() => count(relay.log, / error request id=.* status=508 end=refused .*CLAUDE_API_URL, or the base_url of an account, leads back to it/g) === i, { what: `${i} log lines` });
    }
    assert.equal((await call(`${relay.url}/health`)).status, 200);
    await assertEndsWell(relay);
  });

  /* What the relay asks for itself is known again as well: no other account answers in the
     place of this one, and none is blamed for its key. */
  it('so is one of the relay itself: of tests, first messages and tokens', { skip: sanitized ? 'a sanitizer wants to be the first library' : noSqlite }, async (t) => {
    const [from, to] = [await freePort(), await freePort()];
    const shim = buildShim(from, to);
    if (!shim) {
      t.skip('no compiler');
      return;
    }
    const answer = responseBytes({ headers: [['Content-Type', 'application/json']], body: '{"type":"message","model":"claude-sonnet-5","content":[],"usage":{"input_tokens":1,"output_tokens":1}}' });
    const upstream = await rawUpstream((connection) => connection.write(answer));
    const accounts = (dataDir) => {
      addApiKey(dataDir, 'demo');
      fs.writeFileSync(path.join(dataDir, 'apikey_gw.json'), JSON.stringify({ api_key: 'CANARY.of.gw', base_url: `http://127.0.0.1:${from}`, pool: false }), { mode: 0o600 });
      writeOauth(dataDir, 'max', { expires_at: inMinutes(60) });
    };
    const relay = await startRelay({ upstream: `${upstream.url}/v1/messages`, accounts, args: ['--port', String(to)], env: { LD_PRELOAD: shim, OAUTH_TOKEN_URL: `http://127.0.0.1:${from}/v1/oauth/token` } });
    for (const keys of [0, 1]) {
      if (keys > 0) await createKey(relay, 'alice', {});
      assert.equal((await admin(relay, 'POST', '/admin/api/accounts/gw/clear')).status, 200);
      const { doc: report } = await admin(relay, 'POST', '/admin/api/accounts/gw/test');
      assert.deepEqual([report.ok, report.failed_step, report.taught, report.state, report.next_code], [false, 'request', 'egress', 'paused', 'another_address'], JSON.stringify(report));
      assert.match(report.error, new RegExp(`127.0.0.1:${from} leads back: the request came from the relay itself`));
      assert.match(report.next, /account set gw --url`/);
      assert.match(report.why, /leads back to this relay: look at its base_url/);
      const said = await admin(relay, 'POST', '/admin/api/accounts/gw/message');
      assert.equal(said.status, 508, JSON.stringify(said.doc));
      assert.match(JSON.stringify(said.doc), /base_url of account .*gw.* leads back to this relay: put the address of the other gateway behind .*account set gw --url/);
      const { doc: way } = await admin(relay, 'POST', '/oauth/accounts/gw/proxy-test');
      assert.deepEqual([way.ok, way.status, way.failed_step], [false, null, 'request']);
      assert.match(way.error, /leads back: the request came from the relay itself/);
      const tokens = await admin(relay, 'POST', '/oauth/accounts/max/refresh');
      assert.match(JSON.stringify(tokens.doc), /the token endpoint answered 508/);
    }
    assert.equal(upstream.requests.length, 0, 'nobody else was asked');
    await assertEndsWell(relay);
    await upstream.stop();
  });

  /* Each sees the other, not itself: the places bound it. */
  it('through another relay it ends when the places are taken, and all are given back', async () => {
    const [one, other] = [await freePort(), await freePort()];
    const env = { MAX_CONNECTIONS: '32', WORKERS: '1' };
    const relays = [
      await startRelay({ upstream: `http://127.0.0.1:${other}/v1/messages`, args: ['--port', String(one)], env }),
      await startRelay({ upstream: `http://127.0.0.1:${one}/v1/messages`, args: ['--port', String(other)], env }),
    ];
    const answer = await message(relays[0].url);
    assert.equal(answer.status, 503, answer.body.toString());
    assert.match(answer.body.toString(), /as many connections as MAX_CONNECTIONS allows/);
    for (const relay of relays) {
      assert.equal((await until(() => call(`${relay.url}/health`).then((got) => got.status === 200 && got), { what: 'a place' })).status, 200);
      await assertEndsWell(relay);
    }
  });
});
