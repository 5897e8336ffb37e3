// SPDX-License-Identifier: MIT
/* A reverse proxy on the same host looks like a local client in all but its user.
   Real ones, each as its own user, and a stranger who comes through them: nothing
   but /health and / answers. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';

import { describe, rawStage, until } from '../support/processes.mjs';
import { rawUpstream, responseBytes } from '../support/raw.mjs';
import { connectedTo, curl, orphansOf, proxies, proxyMissing, startProxy, strangerNew } from '../support/users.mjs';

const ANOTHER_USER = /not this machine: a process of another user is at the other end, as with a reverse proxy/;
const CROWD = 8;
const hello = '{"model":"claude-sonnet-5","max_tokens":1,"messages":[]}';

/* Whatever could cost or tell something. */
const guarded = [
  ['POST', '/v1/messages', hello],
  ['POST', '/api/v1/messages', hello],
  ['POST', '/v1/messages/count_tokens', hello],
  ['GET', '/v1/models'],
  ['GET', '/v1/files'],
  ['GET', '/v1/there/is/no/such/thing'],
  ['GET', '/oauth/accounts'],
  ['GET', '/oauth/accounts/demo/status'],
  ['POST', '/oauth/auth-url', '{}'],
  ['POST', '/oauth/token', '{}'],
  ['POST', '/oauth/accounts/demo/refresh'],
  ['PATCH', '/oauth/accounts/demo', '{"disabled":true}'],
  ['DELETE', '/oauth/accounts/demo'],
  ['GET', '/oauth/'],
];
const elsewhere = [
  ['POST', '/api/event_logging/batch', '{}'],
  ['HEAD', '/api/hello'],
  ['HEAD', '/api'],
  ['GET', '/metrics'],
  ['GET', '/admin/api/'],
];

function assertRefused(answer, what, reason) {
  assert.equal(answer.status, 401, `${what}: ${answer.status} ${answer.body} ${answer.err}`);
  const { error } = JSON.parse(answer.body);
  const text = error.message ?? error; /* Anthropic's shape, or that of /oauth */
  assert.match(text, reason, what);
  assert.ok(!/\buid\b|\buser \d/.test(text), `${what}: it tells whose the process is`);
}

function assertLivesOnly(answer, what) {
  assert.equal(answer.status, 200, `${what}: ${answer.status} ${answer.body} ${answer.err}`);
  assert.ok(!/version|endpoint|account|\d+\.\d+\.\d+/i.test(answer.body), `${what}: a stranger learns too much: ${answer.body}`);
}

describe('behind a reverse proxy nobody is this machine', () => {
  const s = rawStage(() => rawUpstream((c) => c.write(responseBytes({ body: '{"fine":true}' }))));
  const heard = () => s.upstream.connections.length + s.upstream.requests.length;
  const assertAccountIsThere = () => assert.ok(fs.readdirSync(s.relay.dataDir).some((name) => name.includes('demo')), 'the account is gone');
  const stranger = strangerNew();

  /* Every Host that a stranger may send, as the proxy passes it on or not. */
  async function tryAll(proxy, row, client, label) {
    const url = `http://${client.host}:${proxy.port}`;
    for (const host of [null, 'localhost', `127.0.0.1:${s.port}`]) {
      const headers = host ? [['Host', host]] : [];
      const reason = row.tells || !host ? /because/ : ANOTHER_USER;
      for (const [method, target, body] of guarded) {
        const what = `${label}: ${method} ${target}, Host ${host}`;
        assertRefused(await curl(url + target, { method, body, headers, before: client.before }), what, reason);
      }
      for (const [method, target, body] of elsewhere) {
        const answer = await curl(url + target, { method, body, headers, before: client.before });
        assert.ok(answer.status >= 400, `${label}: ${method} ${target}: ${answer.status}`);
      }
      for (const target of ['/health', '/']) {
        assertLivesOnly(await curl(url + target, { headers, before: client.before }), `${label}: ${target}, Host ${host}`);
      }
    }
  }

  for (const [name, row] of Object.entries(proxies)) {
    it(`${name}, as its own user`, { skip: stranger.why || proxyMissing(row) }, async () => {
      const proxy = await startProxy(row, s.port);
      const before = heard();
      try {
        await tryAll(proxy, row, stranger, 'a stranger');
        await tryAll(proxy, row, { host: '127.0.0.1', before: [] }, 'this machine, through the proxy');
        assert.equal(heard(), before, 'the upstream heard of it');
        assertAccountIsThere();
      } finally {
        await proxy.stop();
      }
    });
  }

  it('nginx with nothing but proxy_pass is told from a local client by its user alone', { skip: stranger.why || proxyMissing(proxies.nginx) }, async () => {
    const proxy = await startProxy(proxies.nginx, s.port);
    try {
      const answer = await curl(`http://${stranger.host}:${proxy.port}/v1/messages`, { method: 'POST', body: hello, before: stranger.before });
      assertRefused(answer, 'a stranger', ANOTHER_USER);
      await s.relay.logged(/not this machine: the client at port \d+ runs as user \d+/);
    } finally {
      await proxy.stop();
    }
  });

  /* The proxy closes its connection when its client has gone, and the socket that it
     leaves behind looks like root's.  The relay is held until that is so. */
  const GONE = /the other end closed before it could be identified/;
  for (const [method, target, body, logged] of [
    ['POST', '/v1/messages', hello, true],
    ['DELETE', '/oauth/accounts/demo', undefined, false],
  ]) {
    it(`a stranger who hangs up at once is not root: ${method} ${target}`, { skip: stranger.why || proxyMissing(proxies.nginx) }, async () => {
      const proxy = await startProxy(proxies.nginx, s.port);
      const before = heard();
      const hold = (signal) => process.kill(s.relay.pid, signal);
      try {
        hold('SIGSTOP');
        const leave = new AbortController();
        const asked = [];
        for (let i = 0; i < CROWD; i++) {
          asked.push(curl(`http://${stranger.host}:${proxy.port}${target}`, { method, body, before: stranger.before, signal: leave.signal }));
        }
        await until(() => connectedTo(s.port) >= CROWD, { ms: 60000, what: 'nginx has passed them on' });
        leave.abort();
        await Promise.all(asked);
        await until(() => orphansOf(s.port) >= CROWD, { ms: 60000, what: 'nginx has let go of its connections' });
        hold('SIGCONT');
        /* They have all been looked at when a later connection is answered. */
        await until(() => orphansOf(s.port) === 0, { ms: 60000, what: 'the relay has let go of them' });
        assert.equal((await curl(`${s.url}/health`)).status, 200);
        /* One of them at least: a request may be dropped with its client instead. */
        if (logged) {
          await until(() => GONE.test(s.relay.log), { what: 'a refusal in the log' });
        }
        assert.equal(heard(), before, 'the upstream heard of it');
        assertAccountIsThere();
      } finally {
        hold('SIGCONT');
        await proxy.stop();
      }
    });
  }

  it('and whoever asks the relay itself is served all the while', async () => {
    assert.equal((await curl(`${s.url}/v1/messages`, { method: 'POST', body: hello })).status, 200);
    assert.equal((await curl(`${s.url}/oauth/accounts`)).status, 200);
  });
});
