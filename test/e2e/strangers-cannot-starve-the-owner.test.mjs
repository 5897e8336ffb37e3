// SPDX-License-Identifier: MIT
/* Whatever strangers hold, this machine's own requests, their upstream connections,
   token calls and saves go on.  Descriptors that run out are reported as that. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, it } from 'node:test';

import { call, message } from '../support/http.mjs';
import { createKey } from '../support/keys.mjs';
import { exchange, RawClient, requestBytes } from '../support/raw.mjs';
import { buildDir, describe, inMinutes, readAccount, sleep, startRelay, startSim, until, writeOauth } from '../support/processes.mjs';
import { as, find, missing, userNamed } from '../support/users.mjs';

const withoutNetlink = path.join(buildDir, 'test/without-netlink');
const outside = Object.values(os.networkInterfaces()).flat().find((a) => a.family === 'IPv4' && !a.internal)?.address;
const skip = outside ? false : 'this machine has no other address';
const allowed = (files) => ['sh', '-c', `ulimit -n ${files} && exec "$@"`, 'sh'];

describe('strangers and descriptors', { timeout: 240000 }, () => {
  const held = [];
  let sim;
  let relay;

  before(async () => {
    sim = await startSim();
  });
  const stop = async () => {
    held.splice(0).forEach((socket) => socket.destroy());
    await relay?.stop();
    relay = null;
  };
  beforeEach(async () => {
    await stop();
    await sim.forgetOauth();
  });
  after(() => {
    relay?.program.child.kill('SIGKILL');
    sim.program.child.kill('SIGKILL');
  });

  const start = async (options) => {
    relay = await startRelay({ upstream: sim.apiUrl, accounts: (dir) => writeOauth(dir, 'me', { expires_at: inMinutes(-5) }), ...options, env: { WORKERS: '1', ...options.env } });
  };
  /* A connection that says so much and stays; `bytes` is what came back. */
  const hold = (host, text) =>
    new Promise((resolve) => {
      const socket = net.connect({ port: relay.port, host });
      socket.bytes = '';
      held.push(socket);
      socket.on('connect', () => socket.write(text, () => resolve(socket)));
      socket.on('data', (data) => (socket.bytes += data.toString('latin1')));
      socket.on('end', () => (socket.finished = true));
      socket.on('close', () => (socket.finished = true));
      socket.on('error', () => resolve(socket));
    });
  const crowd = async (count, host, text = 'GET / HT') => {
    for (let i = 0; i < count; i++) {
      await hold(host, text);
    }
  };
  /* Both an upstream connection and a token call with its save. */
  const ownerIsServed = async () => {
    const answer = await message(relay.url);
    assert.equal(answer.status, 200, answer.body.toString());
    assert.match(readAccount(relay.dataDir, 'me').access_token, /^sk-ant-oat01-(?!CANARY)/);
  };

  it('places are kept: 200 strangers, MAX_CONNECTIONS=32', { skip }, async () => {
    await start({ env: { MAX_CONNECTIONS: '32' } });
    await crowd(200, outside);
    await ownerIsServed(); /* while they hold what they can: a head may take ten seconds */
    await until(() => /503 .*as many connections as MAX_CONNECTIONS allows/s.test(held.map((socket) => socket.bytes).join()), { what: 'one that is told why it is turned away' });
  });

  /* Idle, in the middle of a head, whatever: a loopback address is not a reason. */
  const crowdOfUser = async (count, text) => {
    const code = `
      let open = 0;
      for (let i = 0; i < ${count}; i++) {
        const socket = require('node:net').connect({ host: '127.0.0.1', port: ${relay.port} }, () => {
          socket.write(${JSON.stringify(text)});
          if (++open === ${count}) console.log('there');
        }).on('error', () => {}).on('data', () => {});
      }`;
    const [binary, ...args] = as(userNamed('nobody'), process.execPath, '-e', code);
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    held.push({ destroy: () => child.kill('SIGKILL') });
    await once(child.stdout, 'data');
  };
  for (const [name, wrap] of [
    ['', []],
    [', without netlink', [withoutNetlink]],
  ]) {
    it(`nor are they for another user of this machine${name}`, { skip: missing() || (wrap.length > 0 && !fs.existsSync(wrap[0]) && 'test/without-netlink is not built') }, async () => {
      await start({ wrap, env: { MAX_CONNECTIONS: '32' } });
      await crowdOfUser(60, 'GET / HT');
      await ownerIsServed();
    });
  }

  it('another user keeps no connection open by asking for /health', { skip: missing() }, async () => {
    await start({});
    const heads = (before) => {
      const [binary, ...args] = [...before, find('curl'), '-sSi', '--noproxy', '*', `${relay.url}/health`];
      return spawnSync(binary, args, { encoding: 'utf8' }).stdout;
    };
    assert.match(heads(as(userNamed('nobody'))), /^HTTP\/1.1 200 .*^connection: close\r$/ms);
    assert.doesNotMatch(heads([]), /^connection: close/m);
  });

  it('descriptors are kept: 400 strangers, 128 open files', { skip }, async () => {
    await start({ wrap: allowed(128) });
    await relay.logged(/the system allows 128 open files: at most \d+ connections are served at once, not MAX_CONNECTIONS=16384, which needs \d+: raise the limit \(ulimit -n, LimitNOFILE=\)/);
    await crowd(400, outside);
    assert.ok(relay.descriptors() < 100, `${relay.descriptors()} open`);
    await ownerIsServed();
  });

  it('and from clients of this machine: with the last place a request and a refresh still work', async () => {
    await start({ wrap: allowed(128) });
    const seats = /at most (\d+) connections/;
    await relay.logged(seats);
    const most = Number(seats.exec(relay.log)[1]);
    await crowd(most - 1, '127.0.0.1');
    await ownerIsServed();
  });

  it('a stranger has its connection for one answer', async () => {
    await start({});
    for (const host of outside ? [outside, '127.0.0.1'] : ['127.0.0.1']) {
      for (const target of ['/v1/messages', '/v1/nothing']) {
        const client = await RawClient.connect(relay.port, host);
        client.write(requestBytes({ method: 'POST', target, host: 'evil.example', body: '{}' }));
        const answer = await client.response();
        assert.equal(answer.status, 401);
        assert.equal(answer.get('connection'), 'close');
        await client.end();
        client.leave();
      }
    }
    if (outside) {
      const answer = await exchange(relay.port, requestBytes({ method: 'GET', target: '/health', host: 'evil.example' }), { host: outside });
      assert.equal(answer.get('connection'), 'close');
    }
    const own = await RawClient.connect(relay.port, '127.0.0.1');
    own.write(requestBytes({ method: 'GET', target: '/health' }));
    assert.equal((await own.response()).get('connection'), undefined);
    own.leave();
  });

  it('who presents a key is no stranger, whatever it asks for', { skip }, async () => {
    await start({ accounts: (dir) => writeOauth(dir, 'me') });
    const key = await createKey(relay, 'away', { allow: ['messages'] });
    for (const [method, target, status] of [['GET', '/v1/me', 200], ['GET', '/v1/me/usage', 200], ['GET', '/v1/me/requests', 200], ['GET', '/api/hello', 200], ['HEAD', '/api/hello', 200],
      ['POST', '/api/event_logging/batch', 200], ['GET', '/health', 200], ['GET', '/v1/files', 403], ['GET', '/v1/a//b', 400]]) {
      const client = await RawClient.connect(relay.port, outside);
      for (let i = 0; i < 2; i++) {
        client.write(requestBytes({ method, target, headers: [['x-api-key', key.text]], host: 'evil.example' }));
        const answer = await client.response({ method });
        assert.equal(answer.status, status, `${method} ${target}: ${answer.body}`);
        assert.equal(answer.get('connection'), undefined, `${method} ${target}`);
      }
      client.leave();
    }
    const wrong = await exchange(relay.port, requestBytes({ method: 'GET', target: '/v1/me', headers: [['x-api-key', `${key.text.slice(0, -1)}_`]], host: 'evil.example' }), { host: outside });
    assert.equal(wrong.status, 401);
    assert.equal(wrong.get('connection'), 'close');
  });

  it('with too few open files it does not start, and says what to do', async () => {
    await assert.rejects(start({ wrap: allowed(40) }), /the system allows 40 open files, and 1 workers need at least \d+: raise the limit \(ulimit -n, LimitNOFILE=\) or lower WORKERS/);
    relay = null;
  });

  it('what runs out all the same is reported as that, and not with every try', async () => {
    /* Descriptors that the relay does not know of. */
    const lent = Array.from({ length: 79 }, (_, i) => `exec ${i + 10}</dev/null`).join('; ');
    await start({ accounts: (dir) => writeOauth(dir, 'me'), wrap: ['bash', '-c', `${lent}; ulimit -n 128 && exec "$@"`, 'bash'], env: { PROXY_TIMEOUT: '5s' } });
    await crowd(40, '127.0.0.1');
    await relay.logged(/cannot accept connections: too many open files \(limit 128\): raise the limit \(ulimit -n, LimitNOFILE=\)/);
    const gone = () => held.filter((socket) => socket.finished).length;
    /* As many as there is no room for: a further one is turned away, too. */
    await until(async () => {
      const before = gone();
      await sleep(500);
      return before > 0 && gone() === before;
    }, { ms: 20000, what: 'the rest was turned away' });
    assert.ok(relay.descriptors() < 128, `${relay.descriptors()} open`);
    assert.equal(relay.log.match(/cannot accept connections/g).length, 1);
    /* Room for one client, and none for its upstream. */
    const staying = held.filter((socket) => !socket.finished);
    staying[0].destroy();
    const answer = await until(() => call(`${relay.url}/v1/messages`, { method: 'POST', body: '{"model":"m","max_tokens":1,"messages":[]}' }).catch(() => null), { ms: 20000, what: 'an answer' });
    assert.equal(answer.status, 502, answer.body.toString());
    assert.match(answer.body.toString(), /connect failed: 127\.0\.0\.1:\d+: too many open files \(limit 128\): raise the limit/);
  });

  it('in the end the programs end well and told no secret', async () => {
    await stop();
    await sim.stop();
  });
});
