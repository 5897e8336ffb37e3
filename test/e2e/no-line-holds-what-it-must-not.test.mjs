// SPDX-License-Identifier: MIT
/* Secrets and control characters wherever a request can hold them, at random, with lines of
   every level: each line stays one line, of plain text, and has none of them. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { call, HELLO } from '../support/http.mjs';
import { admin, KEY_TEXT } from '../support/keys.mjs';
import { readLines, requestLines } from '../support/log.mjs';
import { describe, stage, until } from '../support/processes.mjs';
import { RawClient } from '../support/raw.mjs';

const REQUESTS = 400;
const MARK = 'CANARY';

/* Repeats for a seed (xorshift). */
function random(seed) {
  let x = seed >>> 0 || 1;
  const next = () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 4294967296;
  };
  return { pick: (list) => list[Math.floor(next() * list.length)], chance: (p) => next() < p, below: (n) => Math.floor(next() * n) };
}

const secrets = (s) => [
  `sk-ant-api03-${MARK}-aaaaaaaaaaaaaaaaaaaaaaaa`,
  `sk-ant-oat01-${MARK}-bbbbbbbbbbbbbbbbbbbbbbbb`,
  `sk-ant-ort01-${MARK}-cccccccccccccccccccccccc`,
  s.key,
  `cr_${'Z'.repeat(43)}`,
];
const odd = ['\x00', '\x01', '\x1b[31m', '\x7f', '\r', '\n', '\r\n', '\t', '\x80', '\xff', '\xc3\x28', '\xe2\x80\xa8', '%0a', '%1b', '%00', '"', '\\', '\\"', "'", '`claude-relay x`', '{', '}', ' a=b', ' level=error '];
const paths = ['/', '/health', '/v1/messages', '/v1/models', '/v1/messages/batches', '/v1/x', '/oauth/accounts', '/oauth/accounts/', '/admin/api/keys', '/admin/api/log', '/admin/', '/v1/me', '/nothing', '/api/event_logging/batch'];
const names = ['authorization', 'x-api-key', 'x-request-id', 'request-id', 'x-client-request-id', 'x-claude-code-session-id', 'user-agent', 'cookie', 'x-account-name', 'x-forwarded-for', 'origin', 'host', 'expect', 'content-type', 'anthropic-beta', 'x-odd'];
const methods = ['GET', 'POST', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/* Secrets stand alone between separators, as they do in life. */
function text(r, all) {
  const parts = [];
  for (let i = r.below(3); i >= 0; i--) {
    parts.push(r.chance(0.5) ? r.pick(all) : r.pick(odd), r.pick(['/', '.', ':', '']));
  }
  return parts.join('');
}

function body(r, all) {
  const value = () => text(r, all);
  return r.pick([
    () => '',
    () => value(),
    () => JSON.stringify({ ...HELLO, model: value(), metadata: { user_id: value() } }),
    () => JSON.stringify({ ...HELLO, system: value(), proxy_config: { type: 'http', host: value(), port: 9, username: value(), password: value() } }),
    () => JSON.stringify({ name: value(), note: value(), owner: value(), level: value(), limits: { [value()]: value() } }),
    () => `{"level":"${value()}"`,
  ])();
}

function request(r, all) {
  const query = r.chance(0.5) ? `?${r.pick(['account', 'key', 'token', 'beta'])}=${text(r, all)}` : '';
  const target = r.pick(paths) + (r.chance(0.5) ? text(r, all) : '') + query;
  const sent = r.chance(0.5) ? body(r, all) : '';
  const fields = [['Host', 'localhost'], ['Connection', 'close'], ['Content-Length', String(Buffer.byteLength(sent, 'latin1'))]];
  for (let i = r.below(4); i > 0; i--) {
    fields.push([r.pick(names), r.pick(['', 'Bearer ']) + text(r, all)]);
  }
  const head = `${r.pick(methods)} ${target} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const whole = head + sent;
  return Buffer.from(r.chance(0.1) ? whole.slice(0, r.below(whole.length)) : whole, 'latin1');
}

async function send(s, bytes) {
  const client = await RawClient.connect(s.port);
  client.write(bytes);
  client.socket.end();
  await client.wait(() => client.ended || client.error).catch(() => {});
  client.leave();
}

for (const format of ['text', 'json']) {
  describe(`no line of ${format} holds what it must not`, () => {
    const s = stage({ relay: { env: { LOG_LEVEL: 'debug', LOG_FORMAT: format, WORKERS: '2' } } });

    it('the admin token where a client names something', async () => {
      const token = fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim();
      for (const target of ['/v1/messages', '/health']) {
        for (const name of ['x-request-id', 'request-id', 'x-client-request-id', 'x-claude-code-session-id']) {
          await call(`${s.relay.url}${target}`, { method: target === '/health' ? 'GET' : 'POST', headers: { 'content-type': 'application/json', [name]: token }, body: target === '/health' ? undefined : HELLO });
        }
      }
      await until(() => requestLines(s.relay).length >= 8, { what: 'eight lines' });
      assert.ok(!s.relay.log.includes(token));
    });

    it('whatever comes', async () => {
      s.key = KEY_TEXT.exec(JSON.stringify((await admin(s.relay, 'POST', '/admin/api/keys', { name: 'fuzz' })).doc))[0];
      const seed = Number(process.env.SEED ?? Date.now() % 1e9);
      console.log(`SEED=${seed}`);
      const r = random(seed);
      const all = secrets(s);
      for (let i = 0; i < REQUESTS; i += 20) {
        await Promise.all(Array.from({ length: 20 }, () => send(s, request(r, all))));
      }
      await s.relay.program.terminate(); /* all lines are written */
      const seen = s.relay.program.err;
      for (const line of seen.split('\n')) {
        assert.ok(/^[\x20-\x7e\u0080-\u{10ffff}]*$/u.test(line) && !/[\u0080-\u009f\u2028\u2029]/.test(line), JSON.stringify(line));
        const secret = all.find((one) => line.includes(one)) ?? (line.includes(MARK) ? MARK : undefined);
        assert.equal(secret, undefined, line);
      }
      const lines = readLines(seen); /* each is one, with its fields */
      assert.ok(requestLines(s.relay).length > REQUESTS / 2, 'too few requests for this to show anything');
      assert.ok(lines.every((line) => line.time && ['error', 'warn', 'info', 'debug'].includes(line.level)));
    });
  });
}
