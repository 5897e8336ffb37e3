// SPDX-License-Identifier: MIT
/* What fails before the first byte is a 502 or 504 in Anthropic's shape that names
   the step, and never a secret. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { it } from 'node:test';

import { describe, startRelay, startSim } from '../support/processes.mjs';
import { CLOSED_PORT } from '../support/proxies.mjs';
import { exchange, RawClient, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';
import { atLeast } from '../support/time.mjs';

const post = (port) => exchange(port, requestBytes({ headers: [['x-api-key', 'CANARY-client'], ['anthropic-version', '2023-06-01']], body: '{"a":1}' }));

/* Accepts; what happens then is up to `then(socket)`. */
async function listener(then) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    then?.(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    stop: () => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/* A relay for one question, whose answer must not come before `least` ms. */
async function ask(options, least = 0) {
  const relay = await startRelay(options);
  try {
    return { answer: await atLeast(least, () => post(relay.port)) };
  } finally {
    await relay.stop();
  }
}

describe('a failed step is named', { concurrency: 4 }, () => {
  const proxyEnv = (type, port) => ({ GLOBAL_PROXY_ENABLED: 'true', GLOBAL_PROXY_TYPE: type, GLOBAL_PROXY_HOST: '127.0.0.1', GLOBAL_PROXY_PORT: String(port), GLOBAL_PROXY_USERNAME: 'CANARY-user', GLOBAL_PROXY_PASSWORD: 'CANARY-p@ss/w#rd:' });

  it('resolve', async () => {
    const { answer } = await ask({ upstream: 'https://no-such-host.invalid/v1/messages' });
    assertProblem(answer, 502, 'api_error', /resolve/i);
    assert.match(answer.body.toString(), /no-such-host\.invalid/);
  });

  it('connect', async () => {
    const { answer } = await ask({ upstream: `http://127.0.0.1:${CLOSED_PORT}` });
    assertProblem(answer, 502, 'api_error', /connect/i);
    assert.match(answer.body.toString(), new RegExp(`127\\.0\\.0\\.1:${CLOSED_PORT}`));
  });

  it('TLS: no TLS over there', async () => {
    const server = await listener((socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n'));
    const { answer } = await ask({ upstream: `https://127.0.0.1:${server.port}` });
    await server.stop();
    assertProblem(answer, 502, 'api_error', /TLS/);
  });

  it('TLS: the connection ends in the handshake', async () => {
    const server = await listener((socket) => socket.on('data', () => socket.destroy()));
    const { answer } = await ask({ upstream: `https://127.0.0.1:${server.port}` });
    await server.stop();
    assertProblem(answer, 502, 'api_error', /TLS/);
  });

  it('TLS: a handshake without an end', async () => {
    const server = await listener();
    const { answer } = await ask({ upstream: `https://127.0.0.1:${server.port}`, env: { PROXY_TIMEOUT: '1s' } }, 800);
    await server.stop();
    assert.ok([502, 504].includes(answer.status));
    assertProblem(answer, answer.status, null, /TLS/);
  });

  it('TLS: a certificate that nobody trusts', async () => {
    const sim = await startSim({ tls: true });
    const { answer } = await ask({ upstream: sim.apiUrl });
    assertProblem(answer, 502, 'api_error', /TLS.*certificate|TLS.*verif/i);
    assert.equal((await sim.totals()).requests, 0);
    await sim.stop();
  });

  it('TLS: a trusted certificate for another name', async () => {
    const sim = await startSim({ tls: true });
    const { answer } = await ask({ upstream: `https://127.0.0.2:${sim.port}`, ca: sim.ca });
    assert.equal(answer.status, 502);
    assertProblem(answer, 502, 'api_error', /TLS|connect/i);
    assert.equal((await sim.totals()).requests, 0);
    await sim.stop();
  });

  it('first byte: the connection ends', async () => {
    for (const end of ['destroy', 'resetAndDestroy', 'end']) {
      const server = await listener((socket) => socket.on('data', () => socket[end]()));
      const { answer } = await ask({ upstream: `http://127.0.0.1:${server.port}` });
      await server.stop();
      assertProblem(answer, 502, 'api_error', /first byte/);
    }
  });

  it('first byte: too late, 504', async () => {
    const server = await listener();
    const { answer } = await ask({ upstream: `http://127.0.0.1:${server.port}`, env: { CLAUDE_TIMEOUT: '1s' } }, 800);
    await server.stop();
    assertProblem(answer, 504, 'timeout_error', /first byte/);
  });

  it('send: an upstream that takes nothing and goes', async () => {
    const server = await listener((socket) => {
      socket.pause();
      setTimeout(() => socket.resetAndDestroy(), 500);
    });
    const relay = await startRelay({ upstream: `http://127.0.0.1:${server.port}` });
    const answer = await exchange(relay.port, requestBytes({ body: Buffer.alloc(30 << 20, ' ') }));
    await relay.stop();
    await server.stop();
    assertProblem(answer, 502, 'api_error', /send/);
  });

  for (const type of ['http', 'socks5']) {
    it(`proxy, ${type}: nobody there`, async () => {
      const { answer } = await ask({ upstream: 'https://api.invalid', env: proxyEnv(type, CLOSED_PORT) });
      assertProblem(answer, 502, 'api_error', /proxy/i);
      assert.match(answer.body.toString(), new RegExp(`127\\.0\\.0\\.1:${CLOSED_PORT}`), 'the proxy is not named');
    });

    it(`proxy, ${type}: it hangs up`, async () => {
      const server = await listener((socket) => socket.on('data', () => socket.destroy()));
      const { answer } = await ask({ upstream: 'https://api.invalid', env: proxyEnv(type, server.port) });
      await server.stop();
      assertProblem(answer, 502, 'api_error', /proxy/i);
    });

    it(`proxy, ${type}: it never answers`, async () => {
      const server = await listener();
      const { answer } = await ask({ upstream: 'https://api.invalid', env: { ...proxyEnv(type, server.port), PROXY_TIMEOUT: '1s' } });
      await server.stop();
      assert.ok([502, 504].includes(answer?.status), String(answer?.status));
      assertProblem(answer, answer.status, null, /proxy/i);
    });

    it(`proxy, ${type}: it refuses; nothing goes direct`, async () => {
      const upstream = await rawUpstream((c) => c.write(responseBytes({ body: '{}' })));
      const server = await listener((socket) => socket.once('data', () => socket.write(type === 'http' ? 'HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n' : '\x05\xff')));
      const { answer } = await ask({ upstream: upstream.url, env: proxyEnv(type, server.port) });
      await server.stop();
      assertProblem(answer, 502, 'api_error', /proxy/i);
      assert.equal(upstream.connections.length, 0, 'it went direct');
      await upstream.stop();
    });
  }

  it('silence inside an answer ends it, and a slow answer without silence lives', async () => {
    const upstream = await rawUpstream(async (connection, request) => {
      await connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n');
      for (let i = 0; i < (request.get('x-drip') ? 8 : 0); i++) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        await connection.write('1\r\ny\r\n');
      }
      await connection.write(request.get('x-drip') ? '0\r\n\r\n' : '');
    });
    const relay = await startRelay({ upstream: upstream.url, env: { STREAM_IDLE_TIMEOUT: '4s', CLAUDE_TIMEOUT: '1s' } });
    const dripping = exchange(relay.port, requestBytes({ headers: [['x-drip', '1']], body: '{}' }));
    const silent = await RawClient.connect(relay.port);
    const cut = await atLeast(3500, () => {
      silent.write(requestBytes({ body: '{}' }));
      return silent.response();
    });
    assert.equal(cut.status, 200);
    assert.equal(cut.complete, false);
    const whole = await dripping;
    assert.equal(whole.complete, true, 'CLAUDE_TIMEOUT cut an answer that was coming');
    assert.equal(whole.body.toString(), 'xyyyyyyyy');
    silent.leave();
    await relay.stop();
    await upstream.stop();
  });
});
