// SPDX-License-Identifier: MIT
/* A connection whose path ends without a word (the machine slept, a VPN changed) is
   noticed after 15 s; an upstream that is there is left alone however long it takes.

   In a network of its own, where single connections can be cut without a reset: the
   file runs itself again inside. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';

import { sleep, startRelay, until } from '../support/processes.mjs';
import { RawClient, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';

const INSIDE = 'CLAUDE_RELAY_TEST_NETWORK';
const ENTER = ['ip link set lo up', 'ip rule add pref 100 lookup local', 'ip rule del pref 0', 'ip rule add pref 9 ipproto tcp sport 1 blackhole'].join(' && ');
const FIRST_LOOK_MS = 15000;
const WAIT_MS = 90000;

const unshare = (script, env = process.env) =>
  spawnSync('unshare', [...(process.getuid() === 0 ? [] : ['-r']), '-n', 'sh', '-c', script], { env, encoding: 'utf8' });

function outside() {
  const able = unshare(ENTER);
  it('in a network of its own', { skip: able.status === 0 ? false : 'no network of its own can be made here' }, () => {
    const env = { ...process.env, [INSIDE]: '1' };
    delete env.NODE_TEST_CONTEXT;
    const done = unshare(`${ENTER} && exec "${process.execPath}" "${fileURLToPath(import.meta.url)}"`, env);
    assert.equal(done.status, 0, done.stdout + done.stderr);
  });
}

/* Nothing that the relay sends over it leaves any more.  (Another connection may have the same
   port at one end.) */
function cut(connection) {
  const { remotePort, localPort } = connection.socket;
  const rule = ['ipproto', 'tcp', 'sport', String(remotePort), 'dport', String(localPort)];
  const done = spawnSync('ip', ['rule', 'add', 'pref', '10', ...rule, 'blackhole'], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}

const fine = (connection) => connection.write(responseBytes({ body: '{"fine":true}' }));

async function scene(run) {
  const s = { script: fine };
  s.upstream = await rawUpstream((connection, request) => s.script(connection, request));
  s.relay = await startRelay({ upstream: `${s.upstream.url}/v1/messages`, env: { WORKERS: '1' } });
  s.begin = async (options) => {
    const client = await RawClient.connect(s.relay.port);
    client.write(requestBytes({ body: '{"n":1}', ...options }));
    return client;
  };
  s.post = async (options) => {
    const client = await s.begin(options);
    const answer = await client.response({ ms: WAIT_MS });
    client.leave();
    return answer;
  };
  try {
    await run(s);
  } finally {
    await s.relay.stop();
    await s.upstream.stop();
  }
}

/* Answers come when `count` requests are there: so many connections are pooled. */
async function fillPool(s, count) {
  const held = [];
  s.script = (connection) => {
    held.push(connection);
    if (held.length === count) {
      held.forEach(fine);
    }
  };
  const answers = await Promise.all(Array.from({ length: count }, () => s.post()));
  assert.ok(answers.every((answer) => answer.status === 200));
  assert.equal(s.upstream.connections.length, count);
  s.script = fine;
}

/* The next look at a connection that went bad in the meantime: some old ones. */
async function pooledAndDead(s, count) {
  await fillPool(s, count);
  s.upstream.connections.forEach(cut);
}

function inside() {
  it('once more on a fresh connection, unseen; those that are as old are not tried', () => scene(async (s) => {
    await pooledAndDead(s, 4);
    const answer = await s.post();
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(s.upstream.requests.length, 5);
    assert.equal(s.upstream.connections.length, 5);
    for (let i = 0; i < 3; i++) {
      assert.equal((await s.post()).status, 200);
    }
    assert.equal(s.upstream.connections.length, 5);
    assert.ok(!/dead/.test(s.relay.program.log));
  }));

  it('a streamed upload cannot be repeated: the step is named', () => scene(async (s) => {
    await pooledAndDead(s, 2);
    assertProblem(await s.post({ target: '/v1/files' }), 504, 'timeout_error', /send failed: 127\.0\.0\.1:\d+: the connection is dead/);
    assert.equal((await s.post({ target: '/v1/files' })).status, 200);
    assert.equal(s.upstream.requests.length, 3);
  }));

  it('something of it arrived: an error, and it is not sent twice', () => scene(async (s) => {
    await fillPool(s, 2);
    s.upstream.onBytes = (connection) => {
      if (connection.bytes.includes('xxxxxxxx')) {
        connection.socket.pause();
      }
    };
    const client = await s.begin({ body: JSON.stringify({ a: 'x'.repeat(20 << 20) }) });
    const half = await until(() => s.upstream.connections.find((c) => c.socket.isPaused()), { what: 'the first part' });
    await sleep(500);
    cut(half);
    s.upstream.onBytes = undefined;
    half.socket.resume();
    assertProblem(await client.response({ ms: WAIT_MS }), 504, 'timeout_error', /send failed/);
    client.leave();
    assert.equal(s.upstream.requests.length, 2);
    assert.equal((await s.post()).status, 200);
    assert.equal(s.upstream.connections.length, 3, 'the one that was as old was tried');
  }));

  it('a client that goes on sending hides nothing', () => scene(async (s) => {
    const client = await s.begin({ target: '/v1/files', headers: [['Transfer-Encoding', 'chunked']], body: '' });
    const piece = setInterval(() => client.write(`400\r\n${'tea '.repeat(256)}\r\n`), 200);
    try {
      const path = await until(() => s.upstream.connections.find((c) => c.bytes.includes('tea')), { what: 'the first piece' });
      cut(path);
      assertProblem(await client.response({ ms: WAIT_MS }), 504, 'timeout_error', /the connection is dead: .* a part of what was sent/);
    } finally {
      clearInterval(piece);
    }
    client.leave();
  }));

  it('an upstream that thinks for longer is left alone', () => scene(async (s) => {
    await fillPool(s, 1);
    s.script = async (connection) => {
      await sleep(FIRST_LOOK_MS + 5000);
      await fine(connection);
    };
    assert.equal((await s.post()).status, 200);
    assert.equal(s.upstream.requests.length, 2);
    assert.equal(s.upstream.connections.length, 1);
  }));

  it('an upstream that takes no more for longer is left alone', () => scene(async (s) => {
    s.upstream.onBytes = (connection) => {
      if (!connection.rested) {
        connection.rested = true;
        connection.socket.pause();
        setTimeout(() => connection.socket.resume(), FIRST_LOOK_MS + 5000);
      }
    };
    const body = 'x'.repeat(20 << 20);
    const answer = await s.post({ target: '/v1/files', body });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(s.upstream.requests[0].body.length, body.length);
  }));
}

if (process.env[INSIDE]) {
  describe('a connection that ends without a word', { concurrency: true }, inside);
} else {
  outside();
}
