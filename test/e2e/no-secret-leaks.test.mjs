// SPDX-License-Identifier: MIT
/* Canary credentials go through everything the relay does, and are then looked for
   in its log (at every level, in both forms), in its answers, and in what other
   users of the machine can see of it.  (Every other test file looks through the
   logs of its relays too: see stop() in support/processes.mjs.) */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';

import { addApiKey, API_KEY, CANARY, describe, startRelay, startSim, writeOauth } from '../support/processes.mjs';
import { call, HELLO } from '../support/http.mjs';
import { RawClient, requestBytes } from '../support/raw.mjs';

const secrets = {
  authorization: 'Bearer CANARY-bearer',
  'x-api-key': 'CANARY-x-api-key',
  cookie: 'session=CANARY-cookie',
  'proxy-authorization': 'Basic CANARY-basic',
};

describe('no secret leaks', () => {
  for (const format of ['text', 'json']) {
    it(`not into the ${format} log at level debug, not into answers`, async () => {
      const sim = await startSim();
      const relay = await startRelay({
        upstream: sim.apiUrl,
        env: { LOG_LEVEL: 'debug', LOG_FORMAT: format, CLAUDE_TIMEOUT: '1s', STREAM_IDLE_TIMEOUT: '1s' },
        accounts: (dir) => {
          addApiKey(dir, 'demo');
          writeOauth(dir, 'max');
          writeOauth(dir, 'old', { expires_at: '2020-01-01T00:00:00Z' });
          writeOauth(dir, 'CANARY-free', { access_token: 'with a space' });
          fs.renameSync(`${dir}/oauth_CANARY-free.json`, `${dir}/oauth_odd.json`);
        },
      });
      const answers = [];
      const ask = async (target, { method = 'POST', headers = {}, body = { ...HELLO, system: 'CANARY-prompt' } } = {}) => {
        const got = await call(relay.url + target, { method, headers: { 'anthropic-version': '2023-06-01', ...secrets, ...headers }, body: method === 'GET' ? undefined : body }).catch((e) => ({ body: Buffer.from(String(e)), rawHeaders: [] }));
        answers.push(`${target} ${got.status} ${got.rawHeaders.join(' ')} ${got.body}`);
        return got;
      };
      assert.equal((await ask('/v1/messages?account=demo&token=CANARY-query')).status, 200);
      assert.equal((await ask('/v1/messages?account=max')).status, 200);
      await ask('/v1/messages?account=max', { body: { ...HELLO, stream: true } });
      for (const headers of [
        { 'x-sim-status': '401' }, { 'x-sim-status': '500' }, { 'x-sim-before-head': 'cut' }, { 'x-sim-before-head': 'reset' }, { 'x-sim-garbage-head': '1' },
        { 'x-sim-cut-at': '100' }, { 'x-sim-stall-at': '100' }, { 'x-sim-first-byte-ms': '3000' }, { 'x-sim-reset-at': '10' }, { via: '1.1 x' },
        { authorization: 'Bearer sk-ant-oat01-CANARY-login' }, { expect: 'CANARY-wish' },
      ]) {
        await ask('/v1/messages?account=demo', { headers });
      }
      for (const target of ['/v1/messages', '/v1/messages?account=old', '/v1/messages?account=odd', '/v1/messages?account=nobody', '/nothing?key=CANARY-nothing', '/v1/files/..%2f?account=demo']) {
        await ask(target);
      }
      await ask('/v1/messages', { headers: { 'x-account-name': 'sk-ant-api03-CANARY-name' } });
      await ask('/v1/messages?account=demo', { headers: { 'x-account-name': 'sk-ant-api03-CANARY-name' } });
      await call(`${relay.url}/v1/sk-ant-api03-CANARY-path/x?account=demo`);
      await relay.logged(/path"?[=:]"\/v1\/\(not shown\)\/x"/);
      for (const target of ['/', '/health', '/v1/models?account=demo']) {
        await ask(target, { method: 'GET' });
      }
      const proxy = { type: 'http', host: '127.0.0.1', port: 9, username: 'CANARY-user', password: 'CANARY-pass' };
      await ask('/v1/messages?account=demo', { body: { ...HELLO, proxy_config: proxy } });
      await ask('/v1/messages?account=demo', { body: { ...HELLO, proxy_config: { ...proxy, type: 'CANARY-type'.slice(7) } } });
      await ask('/v1/messages?account=demo', { body: { ...HELLO, proxy_config: { ...proxy, type: 'socks5' } } });
      for (const raw of ['GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization : CANARY\r\n\r\n', 'CANARY / HTTP/9\r\n\r\n', `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: CANARY\0\r\n\r\n`]) {
        const client = await RawClient.connect(relay.port);
        client.write(raw);
        answers.push(String((await client.response())?.body));
        client.leave();
      }
      const leaving = await RawClient.connect(relay.port);
      leaving.write(requestBytes({ target: '/v1/messages?account=demo', headers: [['x-sim-endless', '1'], ['x-sim-gap-ms', '5'], ['anthropic-version', '2023-06-01'], ...Object.entries(secrets)], body: JSON.stringify({ ...HELLO, stream: true }) }));
      await leaving.wait(() => leaving.bytes.includes('content_block_delta'));
      leaving.leave();
      await relay.logged(/client.left/);

      const leaks = answers.filter((answer) => answer.split(' ').slice(1).join(' ').includes(CANARY));
      assert.deepEqual(leaks, []);
      for (const file of ['cmdline', 'environ', 'comm']) {
        assert.ok(!fs.readFileSync(`/proc/${relay.pid}/${file}`).includes(CANARY), file);
      }
      assert.match(relay.log, /status/, 'nothing was logged: this test shows nothing');
      if (format === 'json') {
        for (const line of relay.program.err.trim().split('\n')) {
          JSON.parse(line);
        }
      }
      await relay.stop(); /* looks through the log */
      await sim.stop();
    });
  }
});
