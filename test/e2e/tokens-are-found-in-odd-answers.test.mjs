// SPDX-License-Identifier: MIT
/* An answer that holds tokens is never thrown away: it is the only place where they
   exist.  The token endpoint is a raw socket. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, it } from 'node:test';
import zlib from 'node:zlib';

import { call } from '../support/http.mjs';
import { readHead } from '../support/raw.mjs';
import { describe, inMinutes, readAccount, startRelay, writeOauth } from '../support/processes.mjs';

const access = (name) => `sk-ant-oat01-CANARY-new-access-of-${name}`;
const refresh = (name) => `sk-ant-ort01-CANARY-new-refresh-of-${name}`;
const members = (name) => `"access_token":"${access(name)}","refresh_token":"${refresh(name)}"`;
const plain = (name) => `{${members(name)},"expires_in":28800}`;
const head = (status, fields) => `HTTP/1.1 ${status} X\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const answer = (body, { status = 200, fields = [] } = {}) => Buffer.concat([Buffer.from(head(status, [`content-length: ${Buffer.byteLength(body)}`, ...fields])), Buffer.from(body)]);
const chunked = (body, fields = []) => Buffer.concat([Buffer.from(head(200, ['transfer-encoding: chunked', ...fields])), Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);

/* What the endpoint sends; then it closes the connection. */
const odd = {
  'a-lone-surrogate': (n) => answer(`{${members(n)},"x":"\\ud800"}`),
  'a-nul': (n) => answer(`{"x":"\0",${members(n)}}`),
  'not-utf-8': (n) => answer(Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff, 0xc0]), Buffer.from(`",${members(n)}}`)])),
  'a-huge-number': (n) => answer(`{"x":${'9'.repeat(400)},${members(n)}}`),
  'a-duplicate': (n) => answer(`{"x":1,"x":2,${members(n)}}`),
  'a-bom': (n) => answer(`\ufeff${plain(n)}`),
  'bytes-after-it': (n) => answer(`${plain(n)}<!-- cache -->`),
  'status-201': (n) => answer(plain(n), { status: 201 }),
  'another-type': (n) => answer(plain(n), { fields: ['content-type: text/html; charset=utf-16'] }),
  'gzip': (n) => answer(zlib.gzipSync(plain(n)), { fields: ['content-encoding: gzip'] }),
  'gzip-chunked': (n) => chunked(zlib.gzipSync(plain(n)), ['content-encoding: gzip']),
  'gzip-unsaid': (n) => answer(zlib.gzipSync(plain(n))),
  'deflate': (n) => answer(zlib.deflateSync(plain(n)), { fields: ['content-encoding: deflate'] }),
  'deflate-raw': (n) => chunked(zlib.deflateRawSync(plain(n)), ['content-encoding: deflate']),
  'nested': (n) => answer(`{"data":${plain(n)}}`),
  'cut-behind-them': (n) => Buffer.from(`${head(200, ['content-length: 5000'])}{${members(n)},"scope":"user:inf`),
  'cut-in-a-chunk': (n) => chunked(Buffer.from(plain(n))).subarray(0, -8),
  'br': (n) => answer(zlib.brotliCompressSync(plain(n)), { fields: ['content-encoding: br'] }),
  'br-chunked': (n) => chunked(zlib.brotliCompressSync(plain(n)), ['content-encoding: br']),
  'gzip-then-deflate': (n) => answer(zlib.deflateSync(zlib.gzipSync(plain(n))), { fields: ['content-encoding: gzip, deflate'] }),
  'br-then-gzip': (n) => answer(zlib.gzipSync(zlib.brotliCompressSync(plain(n))), { fields: ['content-encoding: br', 'content-encoding: gzip'] }),
  'zlib-unsaid': (n) => answer(zlib.deflateSync(plain(n))),
  'escaped-names': (n) => answer(plain(n).replaceAll('s_token', 's\\u005ftoken').replaceAll('h_token', 'h\\u005Ftoken')),
  'a-number-with-an-exponent': (n) => answer(plain(n).replace('28800', '2.88e4')),
  'gzip-cut': (n) => answer(zlib.gzipSync(plain(n)), { fields: ['content-encoding: gzip'] }).subarray(0, -4),
};
/* Head or framing are wrong, so that the body is none by HTTP. */
const raw = (lines, body) => Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
const OK = 'HTTP/1.1 200 OK';
const length = (n) => `content-length: ${Buffer.byteLength(plain(n))}`;
const pieces = (n) => Buffer.concat([plain(n).slice(0, 30), plain(n).slice(30)].map((part) => Buffer.from(`${part.length.toString(16)}\r\n${part}\r\n`)).concat(Buffer.from('0\r\n\r\n')));
Object.assign(odd, {
  'length-and-chunks': (n) => raw([OK, length(n), 'transfer-encoding: chunked'], pieces(n)),
  'the-length-twice': (n) => raw([OK, length(n), length(n)], plain(n)),
  'two-lengths': (n) => raw([OK, length(n), 'content-length: 7'], plain(n)),
  'a-short-length': (n) => raw([OK, 'content-length: 20'], plain(n)),
  'a-length-between-them': (n) => raw([OK, 'content-length: 75'], plain(n)),
  'gzip-as-framing': (n) => raw([OK, 'transfer-encoding: gzip, chunked'], chunked(zlib.gzipSync(plain(n))).subarray(head(200, ['transfer-encoding: chunked']).length)),
  'a-bad-first-chunk': (n) => raw([OK, 'transfer-encoding: chunked'], `QQ\r\n${plain(n)}\r\n0\r\n\r\n`),
  'gzip-in-a-bad-chunk': (n) => raw([OK, 'transfer-encoding: chunked'], Buffer.concat([Buffer.from('QQ\r\n'), zlib.gzipSync(plain(n))])),
  'no-colon': (n) => raw([OK, 'garbage', length(n)], plain(n)),
  'a-space-before-the-colon': (n) => raw([OK, 'x-a : b', length(n)], plain(n)),
  'a-nul-in-a-field': (n) => raw([OK, 'x-a: a\0b', length(n)], plain(n)),
  'a-folded-field': (n) => raw([OK, 'x-a: b', '  c', length(n)], plain(n)),
  'too-many-fields': (n) => raw([OK, ...Array(300).fill('x-a: b'), length(n)], plain(n)),
  'bare-line-feeds': (n) => Buffer.from(`HTTP/1.1 200 OK\n${length(n)}\n\n${plain(n)}`),
  'http-2': (n) => raw(['HTTP/2 200', length(n)], plain(n)),
  'no-head': (n) => Buffer.from(plain(n)),
  'status-101': (n) => raw(['HTTP/1.1 101 X', 'upgrade: x', 'connection: upgrade'], plain(n)),
  'status-204': (n) => answer(plain(n), { status: 204 }),
  'status-304': (n) => answer(plain(n), { status: 304 }),
  'two-megabytes-before': (n) => answer(`{"x":"${'a'.repeat(2e6)}",${members(n)}}`),
  'utf-16': (n) => answer(Buffer.from(`\ufeff${plain(n)}`, 'utf16le')),
  'in-a-string': (n) => answer(JSON.stringify({ body: plain(n) })),
  'spaces-around-one': (n) => answer(plain(n).replace('"sk-ant-ort', '" sk-ant-ort')),
  'beside-an-error': (n) => answer(`{"error":"server_error",${members(n)}}`, { status: 400 }),
});
if (zlib.zstdCompressSync) {
  odd['zstd'] = (n) => answer(zlib.zstdCompressSync(plain(n)), { fields: ['content-encoding: zstd'] });
  odd['zstd-unsaid'] = (n) => answer(zlib.zstdCompressSync(plain(n)));
}
const STAYS = 'open-and-longer';
odd[STAYS] = (n) => Buffer.from(`${head(200, ['content-length: 5000'])}${plain(n)}`);

describe('an odd answer with tokens', { timeout: 240000 }, () => {
  const seen = [];
  let server;
  let relay;
  let alone = 0;
  const answers = {
    ...odd,
    alone: (n) => answer(++alone === 1 ? `{"refresh_token":"${refresh(n)}"}` : plain(n)),
    'refused-in-gzip': () => answer(zlib.gzipSync('{"error":"invalid_grant"}'), { status: 400, fields: ['content-encoding: gzip'] }),
  };

  before(async () => {
    server = net.createServer((socket) => {
      let bytes = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        bytes = Buffer.concat([bytes, data]);
        const request = readHead(bytes);
        if (!request || bytes.length < request.length + Number(request.get('content-length'))) {
          return;
        }
        const name = /refresh-of-([\w-]+)"/.exec(bytes.toString('latin1'))[1];
        seen.push({ name, coding: request.get('accept-encoding') });
        socket[name === STAYS ? 'write' : 'end'](answers[name](name));
      });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    relay = await startRelay({
      upstream: `http://127.0.0.1:${server.address().port}/v1/messages`,
      accounts: (dir) => Object.keys(answers).forEach((name) => writeOauth(dir, name, { expires_at: inMinutes(60) })),
    });
  });
  after(() => {
    relay?.program.child.kill('SIGKILL');
    server?.close();
  });

  for (const name of Object.keys(odd)) {
    it(`is saved: ${name}`, async () => {
      const got = await call(`${relay.url}/oauth/accounts/${name}/refresh`, { method: 'POST' });
      assert.equal(got.status, 200, got.body.toString());
      const { access_token, refresh_token, expires_at } = readAccount(relay.dataDir, name);
      assert.deepEqual({ access_token, refresh_token }, { access_token: access(name), refresh_token: refresh(name) });
      assert.ok(Date.parse(expires_at) > Date.now() + 7 * 3600e3, expires_at);
    });
  }

  it('a refusal in gzip is understood: sign in again', async () => {
    const got = await call(`${relay.url}/oauth/accounts/refused-in-gzip/refresh`, { method: 'POST' });
    assert.match(got.body.toString(), /invalid_grant; sign in again/);
    const status = JSON.parse((await call(`${relay.url}/oauth/accounts/refused-in-gzip/status`)).body);
    assert.equal(status.login_required, true);
  });

  it('a refresh token alone is kept, and used for the next call', async () => {
    const again = () => call(`${relay.url}/oauth/accounts/alone/refresh`, { method: 'POST' });
    await again();
    assert.equal(readAccount(relay.dataDir, 'alone').refresh_token, refresh('alone'));
    assert.equal((await again()).status, 200);
    assert.equal(readAccount(relay.dataDir, 'alone').access_token, access('alone'));
    /* The relay itself may have asked, too: there was no access token to use. */
    assert.ok(alone >= 2, `${alone} calls`);
  });

  it('each was asked for once, uncompressed', () => {
    assert.deepEqual([...new Set(seen.map((one) => one.name))].sort(), Object.keys(answers).sort());
    assert.equal(seen.filter((one) => one.name !== 'alone').length, Object.keys(answers).length - 1);
    assert.deepEqual(new Set(seen.map((one) => one.coding)), new Set(['identity']));
  });

  it('the relay ends well and told no secret', async () => {
    await relay.stop();
  });
});
