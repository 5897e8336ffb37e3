// SPDX-License-Identifier: MIT
/* One line of the log for each request, whatever it is and whatever becomes of it: none is
   missing, none is there twice, and each says who asked for what and how it ended. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import tls from 'node:tls';
import { it } from 'node:test';
import Anthropic from 'sdk';

import { call, HELLO, message, stream } from '../support/http.mjs';
import { admin, KEY_TEXT } from '../support/keys.mjs';
import { readLines, requestLines } from '../support/log.mjs';
import { command, describe, sleep, stage, until } from '../support/processes.mjs';
import { RawClient } from '../support/raw.mjs';

const WRONG_KEY = `cr_${'w'.repeat(43)}`;
const HOST = 'Host: localhost\r\n';
const ID = /^req_relay_[0-9a-f]{22}$/;

const curl = (...args) =>
  new Promise((resolve) => spawn('curl', ['-sS', '-o', '/dev/null', '--max-time', '30', ...args], { stdio: 'ignore' }).on('close', resolve));

/* What is sent, to the end of the connection. */
async function raw(s, bytes, { leaves = false } = {}) {
  const client = await RawClient.connect(s.port);
  client.write(bytes);
  if (leaves) {
    await sleep(100);
  } else {
    await client.wait(() => client.ended);
  }
  client.leave();
}

const overSocket = (s, target) =>
  new Promise((resolve, reject) => {
    const req = http.request({ socketPath: path.join(s.relay.dataDir, 'control.sock'), path: target, headers: { connection: 'close' } }, (res) => res.resume().on('end', resolve));
    req.on('error', reject).end();
  });

const handshake = (s) =>
  new Promise((resolve) => tls.connect({ port: s.port, rejectUnauthorized: false }).on('error', resolve).on('close', resolve));

/* name, what is done, what its line (or lines) must say.  `s` has the relay, and the key
   and the admin token of this run. */
const HERE = { peer: '127.0.0.1', who: 'this-machine' };
const kinds = [
  ['a look', (s) => curl(`${s.url}/`), { method: 'GET', path: '/', status: '200', end: 'complete', peer: '127.0.0.1' }],
  ['a look at the head', (s) => curl('-I', `${s.url}/`), { method: 'HEAD', path: '/', status: '200', bytes: '0' }],
  ['health', (s) => curl(`${s.url}/health?token=CANARY`), { path: '/health', status: '200', ...HERE, end: 'complete', level: 'info' }],
  ['nothing there', (s) => curl(`${s.url}/nothing?CANARY=1`), { path: '/nothing', status: '404', end: 'refused', error: /nothing here/ }],
  ['a path that is no text', (s) => call(`${s.url}/%0a%ff/..;x`), { path: '/%0a%ff/..;x', status: '404' }],
  ['a token in the path', (s) => call(`${s.url}/x/sk-ant-api03-CANARY`), { path: '/x/(not shown)', status: '404' }],
  ['a probe', (s) => call(`${s.url}/v1/api/hello`, { method: 'HEAD' }), { path: '/v1/api/hello', status: '200', peer: '127.0.0.1' }],
  ['an event log', (s) => call(`${s.url}/api/event_logging/batch`, { method: 'POST', body: '{"CANARY":1}' }), { path: '/api/event_logging/batch', status: '200' }],
  ['the management', (s) => call(`${s.url}/oauth/accounts`), { path: '/oauth/accounts', status: '200', ...HERE }],
  ['with the token', (s) => call(`${s.url}/oauth/accounts`, { headers: { authorization: `Bearer ${s.token}` } }), { path: '/oauth/accounts', status: '200', who: 'admin-token' }],
  ['with a wrong one', (s) => call(`${s.url}/oauth/accounts`, { headers: { authorization: 'Bearer CANARY' } }), { path: '/oauth/accounts', status: '401', end: 'refused', who: undefined, error: /admin token/ }],
  ['with a key', (s) => call(`${s.url}/admin/api/keys`, { headers: { 'x-api-key': s.key } }), { path: '/admin/api/keys', status: '403', key: 'alice', error: /relay key opens/ }],
  ['over the control socket', (s) => overSocket(s, '/admin/api/keys'), { path: '/admin/api/keys', status: '200', peer: 'control-socket', who: 'control-socket' }],
  ['nothing there, over the socket', (s) => overSocket(s, '/x'), { path: '/x', status: '404', peer: 'control-socket' }],
  ['a command', (s) => command(['key', 'list'], { env: s.relay.settings }), { path: '/admin/api/keys', status: '200', who: 'control-socket' }],
  ['no endpoint', (s) => admin(s.relay, 'GET', '/admin/api/tea'), { path: '/admin/api/tea', status: '404', end: 'refused', ...HERE }],
  ['a wrong method', (s) => admin(s.relay, 'PUT', '/admin/api/keys'), { method: 'PUT', status: '405' }],
  ['a bad body', (s) => admin(s.relay, 'POST', '/admin/api/keys', 'CANARY'), { method: 'POST', status: '400', error: /JSON/ }],
  ['a key is made', (s) => admin(s.relay, 'POST', '/admin/api/keys', { name: 'bob' }), { method: 'POST', path: '/admin/api/keys', status: '201', ...HERE }],
  ['what a key may', (s) => call(`${s.url}/v1/me`, { headers: { 'x-api-key': s.key } }), { path: '/v1/me', status: '200', key: 'alice' }],
  ['a message', (s) => message(s.url, { headers: { 'x-api-key': s.key } }), { method: 'POST', path: '/v1/messages', status: '200', key: 'alice', account: 'demo', end: 'complete' }],
  ['by the SDK', (s) => new Anthropic({ baseURL: s.url, apiKey: s.key, maxRetries: 0 }).messages.stream({ ...HELLO }).finalText(), { path: '/v1/messages', status: '200', key: 'alice', end: 'complete' }],
  ['by curl', (s) => curl('-H', `x-api-key: ${s.key}`, `${s.url}/v1/models`), { method: 'GET', path: '/v1/models', status: '200', key: 'alice' }],
  ['a client that leaves', async (s) => {
    const body = { ...HELLO, stream: true };
    const got = await stream(s.url, { body, headers: { 'x-api-key': s.key, 'x-sim-endless': '1', 'x-sim-gap-ms': '5' } });
    await got.next();
    got.leave();
  }, { path: '/v1/messages', status: '200', end: 'client_left' }],
  ['an error of the API', (s) => message(s.url, { headers: { 'x-api-key': s.key, 'x-sim-status': '400' } }), { path: '/v1/messages', status: '400' }],
  ['a wrong key', (s) => message(s.url, { headers: { 'x-api-key': WRONG_KEY } }), { path: '/v1/messages', status: '401', end: 'refused', error: /not a relay key/ }],
  ['no key', (s) => message(s.url), { path: '/v1/messages', status: '401', end: 'refused' }],
  ['no such endpoint', (s) => call(`${s.url}/v1/a;b/c`, { headers: { 'x-api-key': s.key } }), { path: '/v1/a;b/c', status: '400', key: 'alice', end: 'refused', error: /no such endpoint/ }],
  ['a key in the path', (s) => call(`${s.url}/v1/${s.key}/x`, { headers: { 'x-api-key': s.key } }), { path: '/v1/(not shown)/x', status: '400', error: /holds a relay key/ }],
  ['malformed', (s) => raw(s, `GET / HTTP/1.1\r\n${HOST}Authorization : CANARY\r\n\r\n`), { method: undefined, path: undefined, status: '400', end: 'refused', peer: '127.0.0.1', error: /malformed HTTP/ }],
  ['no HTTP', (s) => raw(s, 'CANARY / HTTP/9\r\n\r\n'), { status: '400', end: 'refused' }],
  ['TLS', handshake, { status: '400', error: /malformed HTTP/ }],
  ['a long target', (s) => raw(s, `GET /${'x'.repeat(9000)} HTTP/1.1\r\n${HOST}\r\n`), { status: '414', end: 'refused' }],
  ['a long head', (s) => raw(s, `GET / HTTP/1.1\r\n${HOST}${'a: b\r\n'.repeat(200)}\r\n`), { status: '431', end: 'refused' }],
  ['a long body', (s) => raw(s, `POST /admin/api/keys HTTP/1.1\r\n${HOST}Content-Length: 99999999\r\n\r\n`), { status: '413', path: '/admin/api/keys' }],
  ['an expectation', (s) => raw(s, `GET / HTTP/1.1\r\n${HOST}Expect: CANARY\r\nConnection: close\r\n\r\n`), { status: '417', path: '/' }],
  ['half a head', (s) => raw(s, 'GET /CANARY HTT', { leaves: true }), { path: undefined, status: undefined, end: 'client_left' }],
  ['half a body', (s) => raw(s, `POST /admin/api/keys HTTP/1.1\r\n${HOST}Authorization: Bearer ${s.token}\r\nContent-Length: 9\r\n\r\n{`, { leaves: true }), { path: '/admin/api/keys', status: undefined, end: 'client_left' }],
  ['the first of two', (s) => raw(s, `GET /health HTTP/1.1\r\n${HOST}\r\nnonsense\r\n\r\n`), [{ path: '/health', status: '200' }, { status: '400', end: 'refused' }]],
  ['three on one connection', (s) => raw(s, `GET / HTTP/1.1\r\n${HOST}\r\n`.repeat(2) + `GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`), [{ path: '/' }, { path: '/' }, { path: '/' }]],
  ['a connection that asks nothing', (s) => raw(s, '\r\n', { leaves: true }), []],
  ['an id of its own', (s) => call(`${s.url}/health`, { headers: { 'x-request-id': 'mine-1' } }), { path: '/health', client_id: 'mine-1' }],
  ['a key as its id', (s) => call(`${s.url}/health`, { headers: { 'x-request-id': s.key } }), { path: '/health', client_id: undefined }],
];

function check(line, want, name) {
  const told = `${name}: ${JSON.stringify(line)}`;
  assert.match(line.id, ID, told);
  assert.ok(Math.abs(parseInt(line.id.slice(10, 21), 16) - Date.parse(line.time)) < 600000, told);
  assert.match(line.ms, /^\d+$/, told);
  for (const [field, value] of Object.entries(want)) {
    if (value instanceof RegExp) {
      assert.match(line[field] ?? '', value, told);
    } else {
      assert.equal(line[field], value, `${field} of ${told}`);
    }
  }
  for (const value of Object.values(line)) {
    assert.ok(value !== '' && value !== '-', `an empty field: ${told}`);
  }
}

for (const format of ['text', 'json']) {
  describe(`every request makes one line of ${format}`, () => {
    const s = stage({ relay: { env: { LOG_FORMAT: format, WORKERS: '2' } } });
    let count = 0;

    it('there is a key and a token', async () => {
      s.key = KEY_TEXT.exec(JSON.stringify((await admin(s.relay, 'POST', '/admin/api/keys', { name: 'alice' })).doc))[0];
      s.token = fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim();
      count = 1;
    });

    for (const [name, act, want] of kinds) {
      it(name, async () => {
        const wanted = Array.isArray(want) ? want : [want];
        await act(s);
        await until(() => requestLines(s.relay).length >= count + wanted.length, { what: `${wanted.length} lines` });
        const lines = requestLines(s.relay).slice(count);
        count += lines.length;
        assert.equal(lines.length, wanted.length, JSON.stringify(lines));
        wanted.forEach((fields, i) => check(lines[i], fields, name));
      });
    }

    it('those that the end of the relay meets have theirs', async () => {
      const half = await RawClient.connect(s.port);
      const got = await stream(s.url, { headers: { 'x-api-key': s.key, 'x-sim-endless': '1', 'x-sim-gap-ms': '5' } });
      await got.next();
      half.write('GET /CANARY HTT');
      await sleep(100);
      await s.relay.stop();
      half.leave();
      got.leave();
      const lines = requestLines(s.relay).slice(count);
      count += lines.length;
      assert.deepEqual(lines.map(({ end }) => end), ['relay_stopped', 'relay_stopped']);
      assert.deepEqual(lines.map((line) => line.path ?? '').sort(), ['', '/v1/messages']);
    });

    it('and there are no more of them, and no two have one id', async () => {
      const lines = requestLines(s.relay);
      assert.equal(lines.length, count);
      assert.equal(new Set(lines.map(({ id }) => id)).size, count);
      assert.ok(readLines(s.relay.program.err).every(({ level }) => ['error', 'warn', 'info'].includes(level)));
      const seen = s.relay.program.err;
      assert.ok(!seen.includes(s.key) && !seen.includes(s.token) && !seen.includes(WRONG_KEY), 'a secret');
      assert.ok(!/CANARY/.test(seen));
    });
  });
}
