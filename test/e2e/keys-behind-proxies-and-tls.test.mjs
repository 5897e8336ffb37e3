// SPDX-License-Identifier: MIT
/* Relay keys through real reverse proxies, each as its own user, with TLS in front
   where that is usual: without a key nobody is served, with one everybody is, byte for
   byte; a key opens nothing else, and appears nowhere upstream. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, it } from 'node:test';

import { call, HELLO, message } from '../support/http.mjs';
import { createKey } from '../support/keys.mjs';
import { ownFixtures, randomDocument, rng } from '../support/payloads.mjs';
import { describe, Program, rawStage, root, stage } from '../support/processes.mjs';
import { makeCertificate } from '../support/proxies.mjs';
import { rawUpstream, responseBytes } from '../support/raw.mjs';
import { curl, missing, nginxInFront, proxies, proxyMissing, startProxy, strangerNew } from '../support/users.mjs';

const ALLOWED = ['messages', 'batches', 'files', 'other'];
const TRUSTING = { env: { TRUSTED_PROXIES: '127.0.0.1', WORKERS: '2' } };
const certificate = missing('openssl') ? null : makeCertificate();
const tls = certificate && nginxInFront(certificate);
const noTls = certificate ? proxyMissing(tls) : missing('openssl');
const stranger = strangerNew();

const hello = JSON.stringify(HELLO);
const managed = [
  ['GET', '/oauth/accounts'],
  ['GET', '/oauth/accounts/demo/status'],
  ['POST', '/oauth/auth-url', '{}'],
  ['DELETE', '/oauth/accounts/demo'],
  ['GET', '/admin/api/keys'],
  ['POST', '/admin/api/keys', '{"name":"mine"}'],
  ['GET', '/admin/api/status'],
  ['GET', '/admin/api/openapi.json'],
  ['GET', '/api/oauth/accounts'],
  ['GET', '/v1/../admin/api/keys'],
  ['GET', '//admin/api/keys'],
];

/* Wherever a client may put it. */
const spellings = (text) => [
  [['x-api-key', text]],
  [['X-API-Key', `  ${text}  `]],
  [['authorization', `Bearer ${text}`]],
  [['Authorization', `bearer   ${text}`]],
  [['authorization', text]],
  [['x-api-key', text], ['authorization', `Bearer ${text}`]],
  [['x-api-key', 'anything'], ['authorization', `Bearer ${text}`]],
  [['x-api-key', text], ['authorization', 'Bearer anything']],
];

/* ---- who gets in ------------------------------------------------------------- */

describe('behind proxies a key is what counts', () => {
  const s = stage({ relay: TRUSTING });
  let key;
  before(async () => {
    key = await createKey(s, 'behind proxies', { allow: ALLOWED });
  });

  async function assertKeyCounts(url, client) {
    const ask = (method, target, headers, body) => curl(url + target, { method, headers, body, before: client.before, ca: client.ca });
    for (const headers of [[], [['Host', 'localhost']], [['x-api-key', 'cr_CANARY']], [['Host', `127.0.0.1:${s.port}`], ['Origin', 'http://localhost']]]) {
      const answer = await ask('POST', '/v1/messages', headers, hello);
      assert.ok([401, 429].includes(answer.status), `${JSON.stringify(headers)}: ${answer.status} ${answer.body} ${answer.err}`);
      assert.match(answer.body, /relay key/);
    }
    for (const headers of [[['x-api-key', key.text]], [['authorization', `Bearer ${key.text}`]], [['x-api-key', key.text], ['Host', 'evil.example'], ['Origin', 'https://evil.example'], ['Sec-Fetch-Site', 'cross-site']]]) {
      const answer = await ask('POST', '/v1/messages', [...headers, ['anthropic-version', '2023-06-01']], hello);
      assert.equal(answer.status, 200, `${answer.body} ${answer.err}`);
    }
    for (const [method, target, body] of managed) {
      for (const headers of [[['x-api-key', key.text]], [['authorization', `Bearer ${key.text}`]]]) {
        const answer = await ask(method, target, headers, body);
        assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${target}: ${answer.status} ${answer.body}`);
        assert.doesNotMatch(answer.body, /"accounts"|"keys"|openapi|auth_url/);
      }
    }
    assert.equal((await ask('GET', '/v1/me', [['x-api-key', key.text]])).status, 200);
  }

  for (const [name, row] of Object.entries({ ...proxies, ...(tls ? { 'nginx with TLS': tls } : {}) })) {
    it(name, { skip: stranger.why || proxyMissing(row) }, async () => {
      const proxy = await startProxy(row, s.port);
      try {
        const scheme = row.ca ? 'https' : 'http';
        await assertKeyCounts(`${scheme}://127.0.0.1:${proxy.port}`, { before: [], ca: row.ca });
        if (!row.ca) {
          await assertKeyCounts(`${scheme}://${stranger.host}:${proxy.port}`, stranger);
        }
      } finally {
        await proxy.stop();
      }
    });
  }

  it('a stranger, without any proxy', { skip: stranger.why }, async () => {
    await assertKeyCounts(`http://${stranger.host}:${s.port}`, stranger);
  });

  it('the management API is open to this machine, with or without a key beside it, and to no key', async () => {
    assert.equal((await call(`${s.url}/admin/api/keys`)).status, 200);
    const answer = await call(`${s.url}/admin/api/keys`, { headers: { authorization: `Bearer ${key.text}` } });
    assert.ok(answer.status >= 400, 'a key was taken for the admin token');
  });

  it('the address is what a trusted proxy says, and nothing else says it', { skip: stranger.why || proxyMissing(nginxInFront()) }, async () => {
    const proxy = await startProxy(nginxInFront(), s.port);
    try {
      const theirs = stranger.host.replace(/\d+$/, (last) => String(Number(last) + 1));
      const other = '192.0.2.1';
      const [ofStranger, ofOther] = await Promise.all([theirs, other].map((address) => createKey(s, `of ${address}`, { addresses: [address] })));
      const ask = async (port, { text }, says) => {
        const forwarded = says ? [['X-Forwarded-For', says]] : [];
        return (await curl(`http://${stranger.host}:${port}/v1/messages`, { method: 'POST', body: hello, before: stranger.before, headers: [['x-api-key', text], ['anthropic-version', '2023-06-01'], ...forwarded] })).status;
      };
      for (const port of [s.port, proxy.port]) {
        assert.equal(await ask(port, ofStranger), 200);
        assert.equal(await ask(port, ofOther), 403);
        for (const says of [other, `${other}, 127.0.0.1`, `127.0.0.1, ${other}`, `${other}, ${other}`]) {
          assert.equal(await ask(port, ofOther, says), 403, `a client said that it was ${says}`);
          assert.equal(await ask(port, ofStranger, says), 200, `${says} was believed`);
        }
      }
    } finally {
      await proxy.stop();
    }
  });
});

/* ---- the SDKs ----------------------------------------------------------------- */

/* In a process of its own, which trusts nginx's certificate. */
const SDK = `
import { File } from 'node:buffer';
import Now, { toFile } from 'sdk';
import Old from 'sdk-060';
/* Node 18, which Debian 12 has, keeps the class that the SDK uploads in a module. */
globalThis.File ??= File;
const [baseURL, apiKey] = process.argv.slice(-2);
const model = 'claude-sonnet-5';
const messages = [{ role: 'user', content: 'hello' }];
for (const [name, Client, options] of [['now', Now, { apiKey }], ['old', Old, { apiKey }], ['bearer', Now, { apiKey: null, authToken: apiKey }]]) {
  const c = new Client({ baseURL, maxRetries: 0, ...options });
  const made = await c.messages.create({ model, max_tokens: 50, messages });
  const text = await c.messages.stream({ model, max_tokens: 50, messages }).finalText();
  const { input_tokens } = await c.messages.countTokens({ model, messages });
  let models = 0;
  for await (const one of c.models.list({ limit: 1000 })) models += one.id ? 1 : 0;
  const batch = await c.messages.batches.create({ requests: [{ custom_id: 'a', params: { model, max_tokens: 5, messages } }] });
  const file = await c.beta.files.upload({ file: await toFile(Buffer.from('content'), 'a.txt', { type: 'text/plain' }), betas: ['files-api-2025-04-14'] });
  const wrong = await new Client({ baseURL, maxRetries: 0, apiKey: 'cr_wrong' }).messages.create({ model, max_tokens: 5, messages }).catch((error) => error.status);
  console.log(JSON.stringify({ name, type: made.type, text: text.length > 0, input_tokens: input_tokens > 0, models: models > 0, batch: batch.type, file: file.type, wrong }));
}
console.log('done');
`;

describe('the SDKs, through nginx with TLS', { skip: noTls }, () => {
  const s = stage({ sim: { tls: true }, relay: TRUSTING });
  let proxy;
  before(async () => {
    proxy = await startProxy(tls, s.port);
  });
  after(() => proxy?.stop());

  it('work with a key, which never goes upstream', async () => {
    const key = await createKey(s, 'of the SDKs', { allow: ALLOWED, limits: { rpm: 1000, tpm_in: 1e9, cost_day: 100, concurrency: 10 } });
    const program = new Program(process.execPath, ['--input-type=module', '-e', SDK, `https://127.0.0.1:${proxy.port}`, key.text], { NODE_EXTRA_CA_CERTS: certificate.cert }, `${root}/test`);
    await program.ready(/done/);
    const lines = program.out.trim().split('\n').slice(0, -1).map((line) => JSON.parse(line));
    for (const name of ['now', 'old', 'bearer']) {
      assert.deepEqual(lines.find((line) => line.name === name), { name, type: 'message', text: true, input_tokens: true, models: true, batch: 'message_batch', file: 'file', wrong: 401 });
    }
    const ledger = await s.sim.ledger();
    assert.ok(ledger.length >= 15);
    assert.deepEqual([...new Set(ledger.map((row) => row.credential.kind))], ['api_key']);
    assert.ok(ledger.every((row) => row.credential.last4 !== key.text.slice(-4)));
    assert.equal((await key.show()).total.requests > 0, true);
  });

  it('what arrives is what was sent, but for the credential', async () => {
    const key = await createKey(s, 'echoes', { allow: ALLOWED });
    for (const headers of spellings(key.text)) {
      const answer = await call(`https://127.0.0.1:${proxy.port}/v1/messages?beta=true`, {
        method: 'POST',
        ca: fs.readFileSync(certificate.cert),
        headers: [['host', '127.0.0.1'], ['content-type', 'application/json'], ['anthropic-version', '2023-06-01'], ['x-sim-echo', '1'], ['content-length', String(hello.length)], ...headers].flat(),
        body: hello,
      });
      assert.equal(answer.status, 200, `${JSON.stringify(headers.map(([name]) => name))}: ${answer.body}`);
      const echo = JSON.parse(answer.body);
      assert.equal(Buffer.from(echo.body, 'base64').toString(), hello);
      assert.equal(echo.target, '/v1/messages?beta=true');
      assert.doesNotMatch(JSON.stringify(echo), /cr_|forwarded|127\.0\.0\.1:\d+.*x-real/i);
      assert.deepEqual(echo.headers.filter(([name]) => /^(authorization|x-api-key)$/i.test(name)).length, 1);
    }
  });
});

/* ---- byte for byte ------------------------------------------------------------ */

describe('with a key, through nginx with TLS, byte for byte', { skip: noTls }, () => {
  const s = rawStage(() => rawUpstream((connection) => connection.write(s.answer)), TRUSTING);
  let proxy;
  let key;
  before(async () => {
    proxy = await startProxy(tls, s.port);
    key = await createKey(s, 'bytes', { allow: ALLOWED, limits: { rpm: 100000, cost_total: 1e6, tpm_out: 1e9 } });
    s.answer = responseBytes({ body: '{}' });
  });
  after(() => proxy?.stop());

  const post = (target, body, headers = []) =>
    call(`https://127.0.0.1:${proxy.port}${target}`, {
      method: 'POST',
      ca: fs.readFileSync(certificate.cert),
      headers: [['host', '127.0.0.1'], ['content-type', 'application/json'], ['anthropic-version', '2023-06-01'], ['content-length', String(body.length)], ...headers].flat(),
      body,
    });

  const assertNowhere = (request) => assert.ok(!Buffer.concat([request.raw, request.body]).includes(key.text.slice(3)), `the key went upstream:\n${request.raw}`);

  it('bodies, however they are written', async () => {
    const random = rng(42);
    for (let i = 0; i < 60; i++) {
      const { bytes } = randomDocument(random);
      const answer = await post('/v1/messages', bytes, [['x-api-key', key.text]]);
      assert.equal(answer.status, 200, `${bytes}: ${answer.body}`);
      const request = s.upstream.requests.at(-1);
      assert.ok(request.body.equals(bytes), `${bytes} became ${request.body}`);
      assertNowhere(request);
    }
  });

  it('streams, with all their oddities', async () => {
    for (const [name, bytes] of Object.entries(ownFixtures)) {
      for (const framing of ['chunked', 'length']) {
        s.answer = responseBytes({ headers: [['Content-Type', 'text/event-stream'], ['request-id', 'req_of_the_upstream'], ['anthropic-ratelimit-unified-status', 'allowed']], body: bytes, framing });
        const answer = await post('/v1/messages', Buffer.from(JSON.stringify({ ...HELLO, stream: true })), [['authorization', `Bearer ${key.text}`]]);
        assert.ok(answer.complete, name);
        assert.ok(answer.body.equals(Buffer.from(bytes)), `${name}, ${framing}`);
        assert.equal(answer.headers['request-id'], 'req_of_the_upstream');
        assert.equal(answer.headers['anthropic-ratelimit-unified-status'], 'allowed');
      }
    }
    s.answer = responseBytes({ body: '{}' });
  });

  it('the key goes nowhere, wherever it was put', async () => {
    for (const headers of spellings(key.text)) {
      const answer = await post('/v1/messages', Buffer.from(hello), headers);
      assert.equal(answer.status, 200, JSON.stringify(headers.map(([name]) => name)));
      assertNowhere(s.upstream.requests.at(-1));
    }
    const beside = [['x-api-key', key.text]];
    for (const [target, headers] of [
      [`/v1/messages?key=${key.text}`, beside],
      [`/v1/messages?beta=true&api_key=${key.text}&x=1`, beside],
      [`/v1/messages?k=cr%5F${key.text.slice(3)}`, beside],
      ['/v1/messages', [...beside, ['cookie', `key=${key.text}`]]],
      ['/v1/messages', [...beside, ['x-other', key.text]]],
      ['/v1/messages', [...beside, ['x-other', `Bearer ${key.text};q=1`]]],
      ['/v1/messages', [...beside, ['proxy-authorization', `Basic ${key.text}`]]],
      ['/v1/messages', [...beside, ['anthropic-beta', `a,${key.text},b`]]],
      ['/v1/messages', [...beside, ['user-agent', `claude-cli ${key.text}`]]],
      ['/v1/messages', [...beside, ['referer', `https://example.com/?key=${key.text}`]]],
    ]) {
      const answer = await post(target, Buffer.from(hello), headers);
      assert.equal(answer.status, 200, `${target} ${answer.body}`);
      assertNowhere(s.upstream.requests.at(-1));
    }
  });

  it('as this machine too, without a proxy', async () => {
    const answer = await message(s.url, { headers: key.headers });
    assert.equal(answer.status, 200);
    assertNowhere(s.upstream.requests.at(-1));
    assert.equal((await message(s.url)).status, 401);
  });
});
