// SPDX-License-Identifier: MIT
/* Bytes in, bytes out: an upstream of our own writes down what arrives, and
   answers bytes of our own. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import zlib from 'node:zlib';
import { after, before, it } from 'node:test';

import { addApiKey, API_KEY, CLIENT_KEY, describe, rawStage, sanitized, testdata, writeOauth } from '../support/processes.mjs';
import { exchange, RawClient, rawUpstream, requestBytes, responseBytes, chunk } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';
import { call } from '../support/http.mjs';
import { admin } from '../support/keys.mjs';
import { ownFixtures, randomDocument, rng, zstdFrame } from '../support/payloads.mjs';

const ok = (connection) => connection.write(responseBytes({ body: '{}' }));
const BASE_HEADERS = [['anthropic-version', '2023-06-01'], ['content-type', 'application/json']];

/* ---- request bodies ------------------------------------------------------- */

describe('request bodies reach the upstream unchanged', () => {
  const s = rawStage(() => rawUpstream(ok));
  const last = () => s.upstream.requests.at(-1);

  async function send(body, target = '/v1/messages') {
    const answer = await exchange(s.port, requestBytes({ target, headers: BASE_HEADERS, body }));
    assert.equal(answer?.status, 200, `for ${body.toString('latin1').slice(0, 300)}: ${answer?.body}`);
    return last();
  }

  it('random JSON: order, white space, duplicates, big numbers, invalid UTF-8', async () => {
    const random = rng(20261123);
    for (let i = 0; i < (sanitized ? 100 : 400); i++) {
      const { bytes } = randomDocument(random);
      assert.deepEqual((await send(bytes)).body, bytes, `document ${i}`);
    }
  });

  it('what is no JSON object at all', async () => {
    for (const text of ['', '[]', '"text"', '{', '{"a":', 'null', '\u0000\u0001', '{"a":1}}', '{"a" 1}', '<xml/>', '{"a":1} trailing', '["proxy_config"]', '"proxy_config"', '{"a":"proxy_config']) {
      const bytes = Buffer.from(text, 'latin1');
      assert.deepEqual((await send(bytes)).body, bytes, JSON.stringify(text));
    }
  });

  it('"proxy_config" that is no member of the top level', async () => {
    for (const text of [
      '{"a":{"proxy_config":{"type":"http"}}}',
      '{"a":["proxy_config"],"b":"proxy_config"}',
      '{"messages":[{"role":"user","content":"\\"proxy_config\\": {"}]}',
      '{"a":"\\\\","b":"{\\"proxy_config\\":1}"}',
      '{"Proxy_config":1,"proxy_config2":2,"_proxy_config":3}',
      '[{"proxy_config":{}}]',
    ]) {
      const bytes = Buffer.from(text);
      assert.deepEqual((await send(bytes)).body, bytes, text);
    }
  });

  it('sizes around every buffer, to the largest that is allowed', async () => {
    const sizes = [0, 1, 1023, 4096, 16383, 16384, 16385, 65535, 65536, 65537, 262143, 262144, 262145, 1 << 20, ...(sanitized ? [] : [32 << 20])];
    for (const size of sizes) {
      const bytes = Buffer.alloc(size, 'x');
      for (let i = 0; i < size; i += 251) {
        bytes[i] = i & 255;
      }
      const got = (await send(bytes)).body;
      assert.ok(got.equals(bytes), `${size} bytes`);
    }
  });

  it('JSON nested 100,000 deep, and one string of 20 MB', async () => {
    for (const [open, close] of [['[', ']'], ['{"a":', '}']]) {
      const bytes = Buffer.from(`{"x":${open.repeat(100000)}1${close.repeat(100000)},"y":2}`);
      assert.ok((await send(bytes)).body.equals(bytes));
    }
    const long = Buffer.from(`{"text":"${'\\"x'.repeat(5 << 20)}","a":1}`);
    assert.ok((await send(long)).body.equals(long));
  });

  const suite = path.join(testdata, 'json-test-suite');
  it('every file of the JSON test suite', { skip: fs.existsSync(suite) ? false : 'no ../shared/testdata' }, async () => {
    const files = fs.readdirSync(suite).filter((file) => file.endsWith('.json'));
    assert.ok(files.length > 300);
    for (const file of files) {
      const bytes = fs.readFileSync(path.join(suite, file));
      assert.ok((await send(bytes)).body.equals(bytes), file);
    }
  });

  it('a body that the client sends in chunks', async () => {
    const { bytes } = randomDocument(rng(7));
    for (const target of ['/v1/messages', '/v1/messages/batches', '/v1/files']) {
      const head = requestBytes({ target, headers: [...BASE_HEADERS, ['Transfer-Encoding', 'chunked']], body: '' });
      const pieces = [];
      for (let i = 0; i < bytes.length; i += 37) {
        pieces.push(chunk(bytes.subarray(i, i + 37)));
      }
      const answer = await exchange(s.port, Buffer.concat([head, ...pieces, Buffer.from('0\r\n\r\n')]));
      assert.equal(answer.status, 200, answer.body.toString());
      assert.deepEqual(last().body, bytes, target);
    }
  });

  it('uploads that are streamed: batches and files', async () => {
    const bytes = Buffer.alloc(3 << 20, 0);
    for (let i = 0; i < bytes.length; i += 3) {
      bytes[i] = (i * 31) & 255;
    }
    for (const target of ['/v1/messages/batches', '/v1/files']) {
      assert.ok((await send(bytes, target)).body.equals(bytes), target);
      assert.equal(last().get('content-length'), String(bytes.length));
    }
  });
});

/* ---- proxy_config --------------------------------------------------------- */

/* An HTTP proxy that knows CONNECT only, and counts. */
async function connectProxy() {
  const proxy = { tunnels: [] };
  const server = net.createServer((client) => {
    client.on('error', () => {});
    client.once('data', (data) => {
      const [, host, port] = /^CONNECT ([^:\s]+):(\d+) HTTP\/1\.[01]\r\n/.exec(data.toString('latin1')) ?? [];
      proxy.tunnels.push(data.toString('latin1'));
      const there = net.connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 tunnel\r\n\r\n');
        client.pipe(there).pipe(client);
      });
      there.on('error', () => client.destroy());
      client.on('close', () => there.destroy());
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.port = server.address().port;
  proxy.stop = () => server.close();
  return proxy;
}

describe('proxy_config is cut out of the body, and used', () => {
  const s = rawStage(() => rawUpstream(ok));
  let proxy;
  before(async () => (proxy = await connectProxy()));
  after(() => proxy.stop());

  const send = (body) => exchange(s.port, requestBytes({ headers: BASE_HEADERS, body }));
  const member = () => `"proxy_config" :\n {"type":"http","host":"127.0.0.1","port":${proxy.port}}`;

  it('wherever it stands, and nothing else with it', async () => {
    const random = rng(4);
    const others = ['"a":1', ' "b" : [1, {"proxy_config": 2}]', '"c":"\\u0041\\"}"\n', '"big":123456789012345678901234567890', '"a":2'];
    for (let at = 0; at <= others.length; at++) {
      for (let count = 0; count <= others.length; count++) {
        const members = others.slice(0, count);
        const where = Math.min(at, count);
        const spaced = [...members.slice(0, where), member(), ...members.slice(where)].map((m) => ' '.repeat(random(3)) + m + '\t'.repeat(random(2)));
        const body = Buffer.from(` {${spaced.join(',')}} `);
        const answer = await send(body);
        assert.equal(answer.status, 200, answer.body.toString());
        const got = s.upstream.requests.at(-1).body.toString();
        const { proxy_config: gone, ...rest } = JSON.parse(body);
        assert.ok(gone);
        assert.deepEqual(JSON.parse(got), rest, `${body} became ${got}`);
        /* The member and one comma are missing, all else is where it was. */
        const text = body.toString();
        let found = 0;
        for (const c of got) {
          found = text.indexOf(c, found) + 1;
          assert.ok(found > 0, `${body} became ${got}`);
        }
        const tight = (t) => t.replace(/\s/g, '');
        assert.equal(tight(got), `{${tight(members.join(','))}}`);
        for (const m of members) {
          assert.ok(got.includes(m.trim()), `${m} is missing from ${got}`);
        }
        assert.equal(s.upstream.requests.at(-1).get('content-length'), String(Buffer.byteLength(got)));
      }
    }
    assert.ok(proxy.tunnels.length > 0, 'the proxy was never used');
    assert.match(proxy.tunnels[0], new RegExp(`^CONNECT 127\\.0\\.0\\.1:${s.upstream.port} `));
  });

  it('null names none: it is cut out, and the request goes its usual way', async () => {
    const seen = proxy.tunnels.length;
    for (const [body, want] of [
      ['{"model":"m","proxy_config":null}', '{"model":"m"}'],
      ['{"proxy_config" : null , "model":"m"}', '{  "model":"m"}'],
      ['{"proxy_config":null}', '{}'],
    ]) {
      const answer = await send(body);
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(s.upstream.requests.at(-1).body.toString(), want);
    }
    assert.equal(proxy.tunnels.length, seen, 'the proxy was used');
    const before = s.upstream.requests.length;
    assertProblem(await send(`{${member()},"model":"m","proxy_config":null}`), 400);
    assert.equal(s.upstream.requests.length, before);
  });

  it('bytes that are no UTF-8 beside it stay as they are', async () => {
    const odd = Buffer.from([0x22, 0x78, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0xc3, 0x28, 0x22]);
    const answer = await send(Buffer.concat([Buffer.from('{'), odd, Buffer.from(`,${member()}}`)]));
    assert.equal(answer.status, 200, answer.body.toString());
    assert.deepEqual(s.upstream.requests.at(-1).body, Buffer.concat([Buffer.from('{'), odd, Buffer.from('}')]));
  });

  it('a proxy that cannot be used is a refusal, never a direct way', async () => {
    const before = s.upstream.requests.length;
    for (const [value, text] of [
      ['{}', /proxy_config/],
      ['{"type":"http"}', /proxy_config/],
      ['{"type":"ftp","host":"h","port":1}', /type is unknown/],
      ['{"type":"http","host":"h","port":0}', /port/],
      ['{"type":"http","host":"h","port":70000}', /port/],
      ['{"type":"http","host":"h","port":1,"username":"u"}', /password/],
      ['"socks5"', /proxy_config/],
      ['[]', /proxy_config/],
      ['{"type":"http","host":"h h","port":1}', /host/],
    ]) {
      const answer = await send(`{"model":"m","proxy_config":${value}}`);
      assertProblem(answer, 400, 'invalid_request_error', text);
    }
    assert.equal(s.upstream.requests.length, before, 'a refused request went out all the same');
  });

  it('a body that is no JSON and names one goes nowhere, wherever the flaw stands', async () => {
    const before = s.upstream.requests.length;
    const escaped = member().replace('proxy_config', 'pr\\u006fxy\\u005fconfig');
    for (const text of [
      `{"temperature":NaN,${escaped}}`,
      `{"a":1,,${escaped}}`,
      `{/*c*/${escaped}}`,
      `\ufeff{${escaped}}`,
      `{"a":1}{${escaped}}`,
      `{"a":1,${escaped.slice(0, -1)}`,
      `{"a":[{"b":1],${member()}}}`,
      `{"\\u":12,":[":2,${escaped},"],":[\\u1],"x":1`,
      `{"temperature":NaN,${member()}}`,
      `{${member()},"temperature":NaN}`,
      `{"a":True,${member()}}`,
      `{"a":1,,${member()}}`,
      `{/*c*/${member()}}`,
      `\ufeff{${member()}}`,
      '{"proxy_config"',
      '{"proxy_config":',
    ]) {
      assertProblem(await send(text), 400, 'invalid_request_error', /proxy_config/);
    }
    assert.equal(s.upstream.requests.length, before, 'a refused request went out all the same');
  });

  it('in a batch too: cut out and used up to 32 MB, refused beyond', async () => {
    const batch = (body) => exchange(s.port, requestBytes({ target: '/v1/messages/batches', headers: BASE_HEADERS, body }));
    const small = await batch(`{"requests":[],${member()}}`);
    assert.equal(small.status, 200, small.body.toString());
    assert.equal(s.upstream.requests.at(-1).body.toString(), '{"requests":[]}');
    assert.ok(proxy.tunnels.length > 0);
    if (sanitized) {
      return;
    }
    const before = s.upstream.requests.length;
    const filler = 'x'.repeat(33 << 20);
    const big = await batch(`{"requests":"${filler}",${member()}}`);
    assertProblem(big, 400, 'invalid_request_error', /proxy_config/);
    assert.ok(!s.upstream.requests.slice(before).some((r) => r.body.includes('"host"')), 'the proxy left all the same');
    const escaped = await batch(`{"requests":"${filler}",${member().replace('proxy_config', 'pr\\u006fxy_config')}}`);
    assertProblem(escaped, 400, 'invalid_request_error', /proxy_config/);
    const flawed = await batch(`{"requests":"${filler}",,${member()}}`);
    assertProblem(flawed, 400, 'invalid_request_error', /valid JSON/);
    assert.ok(!s.upstream.requests.slice(before).some((r) => r.body.includes('"host"')), 'the proxy left all the same');
    const plain = await batch(`{"requests":"${filler}","deeper":[{"proxy_config":1}]}`);
    assert.equal(plain.status, 200);
    assert.equal(s.upstream.requests.at(-1).body.length, filler.length + 45);
  });

  it('two of them: neither reaches the upstream', async () => {
    const before = s.upstream.requests.length;
    const answer = await send(`{${member()},"a":1,${member()}}`);
    if (answer.status === 200) {
      assert.deepEqual(s.upstream.requests.at(-1).body.toString().replace(/\s/g, ''), '{"a":1}');
    } else {
      assertProblem(answer, 400);
      assert.equal(s.upstream.requests.length, before);
    }
  });

  it('an escaped spelling of the name is the same name', async () => {
    const before = proxy.tunnels.length;
    const body = `{"a":1,"proxy\\u005fconfig":{"type":"http","host":"127.0.0.1","port":${proxy.port},"username":"CANARY-user","password":"CANARY-password"}}`;
    const answer = await send(body);
    if (answer.status === 200) {
      assert.equal(s.upstream.requests.at(-1).body.toString(), '{"a":1}');
      assert.ok(proxy.tunnels.length > before);
    } else {
      assertProblem(answer, 400);
    }
  });
});

/* ---- header fields, query ------------------------------------------------- */

const notPassed = [
  ['Authorization', `Bearer ${CLIENT_KEY}`],
  ['X-Api-Key', CLIENT_KEY],
  ['Connection', 'keep-alive, X-Named-By-Connection'],
  ['X-Named-By-Connection', 'gone'],
  ['Keep-Alive', 'timeout=5'],
  ['Proxy-Authorization', 'Basic eDp5'],
  ['Proxy-Connection', 'keep-alive'],
  ['TE', 'gzip'],
  ['Trailer', 'X-Later'],
  ['Upgrade', 'h2c'],
  ['CF-Connecting-IP', '192.0.2.9'],
  ['cf-ray', 'abc'],
  ['True-Client-IP', '192.0.2.9'],
  ['Cookie', 'session=1'],
  ['X-Account-Name', 'demo'],
];
const passed = [
  ['anthropic-version', '2026-10-21'],
  ['Anthropic-Beta', 'one-2025-01-01,two-2025-01-01'],
  ['User-Agent', 'claude-cli/2.1.0 (external, cli)'],
  ['x-app', 'cli'],
  ['X-Stainless-Retry-Count', '0'],
  ['x-claude-code-session-id', 'abc'],
  ['ACCEPT', 'application/json'],
  ['accept-encoding', 'gzip, deflate, br, zstd'],
  ['Content-Type', 'application/json; charset="x"'],
  ['X-Empty', ''],
  ['X-Twice', 'first'],
  ['x-twice', 'second'],
  ["!#$%&'*+-.^_`|~9", 'every token character'],
  ['X-Bytes', 'caf\xe9 \xff\x80'],
  ['X-Tab', 'a\tb  c'],
  ['X-Long', 'y'.repeat(20000)],
  ['Accept-Language', 'de, *;q=0.5'],
  ['Range', 'bytes=0-'],
  ['X-Request-Id', 'mine'],
  ['Origin-Trial', 'not an Origin'],
  ['Dnt', '1'],
];

describe('header fields and the query reach the upstream unchanged', () => {
  const s = rawStage(() => rawUpstream(ok), {
    accounts: (dir) => {
      addApiKey(dir, 'demo');
      writeOauth(dir, 'max');
    },
    env: { CLAUDE_BETA_HEADER: '' },
  });
  const last = () => s.upstream.requests.at(-1);
  const without = (headers, ...names) => headers.filter(([n]) => !names.includes(n.toLowerCase()));

  it('all but the documented list, in their order and spelling', async () => {
    const mixed = [];
    for (let i = 0; i < Math.max(passed.length, notPassed.length); i++) {
      mixed.push(...passed.slice(i, i + 1), ...notPassed.slice(i, i + 1));
    }
    const answer = await exchange(s.port, requestBytes({ headers: mixed, body: '{}' }));
    assert.equal(answer.status, 200, answer.body.toString());
    const got = last();
    assert.deepEqual(without(got.headers, 'host', 'x-api-key', 'content-length'), passed);
    assert.deepEqual(got.all('x-api-key'), [API_KEY]);
    assert.deepEqual(got.all('content-length'), ['2']);
    assert.deepEqual(got.all('host'), [`127.0.0.1:${s.upstream.port}`]);
  });

  it('an OAuth account adds its flag to the list, once, and changes nothing else', async () => {
    for (const [sent, want] of [
      [[['anthropic-beta', 'a,b']], ['a,b,oauth-2025-04-20']],
      [[['anthropic-beta', 'a, oauth-2025-04-20 ,b']], ['a, oauth-2025-04-20 ,b']],
      [[['anthropic-beta', 'a'], ['anthropic-beta', 'b']], ['a', 'b,oauth-2025-04-20']],
      [[['anthropic-beta', '']], ['oauth-2025-04-20']],
      [[], ['oauth-2025-04-20']],
    ]) {
      const headers = [...without(passed, 'anthropic-beta'), ['X-Account-Name', 'max'], ['x-api-key', CLIENT_KEY], ...sent];
      const answer = await exchange(s.port, requestBytes({ headers, body: '{}' }));
      assert.equal(answer.status, 200, answer.body.toString());
      assert.deepEqual(last().all('anthropic-beta'), want);
      assert.deepEqual(last().all('authorization'), ['Bearer sk-ant-oat01-CANARY-access-of-max']);
      assert.deepEqual(last().all('x-api-key'), []);
      assert.deepEqual(without(last().headers, 'host', 'authorization', 'content-length', 'anthropic-beta'), without(passed, 'anthropic-beta'));
    }
  });

  it('an API-key account leaves anthropic-beta alone', async () => {
    await exchange(s.port, requestBytes({ target: '/v1/messages?account=demo', headers: [['anthropic-beta', ' x ,, y,']], body: '{}' }));
    assert.deepEqual(last().all('anthropic-beta'), ['x ,, y,']);
    await exchange(s.port, requestBytes({ target: '/v1/messages?account=demo', body: '{}' }));
    assert.deepEqual(last().all('anthropic-beta'), []);
  });

  it('anthropic-version is added only for those who send none', async () => {
    await exchange(s.port, requestBytes({ target: '/v1/messages?account=demo', body: '{}' }));
    assert.deepEqual(last().all('anthropic-version'), ['2023-06-01']);
    await exchange(s.port, requestBytes({ target: '/v1/messages?account=demo', headers: [['Anthropic-Version', '2099-01-01']], body: '{}' }));
    assert.deepEqual(last().all('anthropic-version'), ['2099-01-01']);
  });

  it('nothing is invented for a request with no fields at all', async () => {
    await exchange(s.port, requestBytes({ method: 'GET', target: '/v1/models?account=demo' }));
    assert.deepEqual(last().headers.map(([n]) => n.toLowerCase()).sort(), ['anthropic-version', 'host', 'x-api-key']);
    assert.equal(last().body.length, 0);
  });

  it('the query, but for account', async () => {
    for (const [sent, want] of [
      ['?beta=true&account=demo', '?beta=true'],
      ['?account=demo&beta=true', '?beta=true'],
      ['?a=1&account=demo&b=2', '?a=1&b=2'],
      ['?account=demo', ''],
      ['?account=demo&x=%2F%20+y&&z&=1&%61ccounts=2&q=a?b', '?x=%2F%20+y&&z&=1&%61ccounts=2&q=a?b'],
      ["?account=demo&k[]=1&k[]=2;x='\"{}|\\^`", "?k[]=1&k[]=2;x='\"{}|\\^`"],
    ]) {
      const answer = await exchange(s.port, requestBytes({ target: `/v1/messages${sent}`, body: '{}' }));
      assert.equal(answer.status, 200, `${sent}: ${answer.body}`);
      assert.equal(last().target, `/v1/messages${want}`);
    }
  });

  it('a query mark with nothing behind it', async () => {
    const answer = await exchange(s.port, requestBytes({ target: '/v1/messages?', headers: [['X-Account-Name', 'demo']], body: '{}' }));
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(last().target, '/v1/messages?');
  });

  it('ids in paths', async () => {
    for (const id of ['msgbatch_01', 'a%20b', 'x:y', '~a.b-c_d', '%e4%bd%a0', '...', 'a=b,c;d']) {
      const answer = await exchange(s.port, requestBytes({ method: 'GET', target: `/api/v1/messages/batches/${id}?account=demo` }));
      assert.equal(answer.status, 200, `${id}: ${answer.body}`);
      assert.equal(last().target, `/v1/messages/batches/${id}`);
    }
  });

  it('an id that could lead elsewhere goes nowhere', async () => {
    const before = s.upstream.requests.length;
    for (const id of ['..', '.', '%2e%2e', '..%2f..%2fv1', 'a%2Fb', 'a%5Cb', 'a\\b', '%2E', '']) {
      const answer = await exchange(s.port, requestBytes({ method: 'GET', target: `/v1/files/${id}?account=demo` }));
      assert.ok(answer.status >= 400 && answer.status < 500, `${id}: ${answer.status}`);
    }
    assert.equal(s.upstream.requests.length, before);
  });
});

/* ---- answers -------------------------------------------------------------- */

describe('answers reach the client unchanged', () => {
  let answer = Buffer.alloc(0);
  const s = rawStage(() => rawUpstream((connection) => connection.write(answer).then(() => {
    if (/connection: close/i.test(answer.subarray(0, answer.indexOf('\r\n\r\n')).toString('latin1'))) {
      connection.end();
    }
  })));
  const post = requestBytes({ headers: BASE_HEADERS, body: '{}' });
  const added = ['connection', 'transfer-encoding'];

  it('up to 256 fields; with more the text says what was too much', async () => {
    const fields = (count) => Array.from({ length: count - 1 }, (_, i) => [`X-Tea-${i}`, `cup ${i}`]);
    answer = responseBytes({ headers: fields(256), body: '{}' });
    const got = await exchange(s.port, post);
    assert.equal(got.status, 200);
    assert.deepEqual(got.headers.filter(([name]) => name.startsWith('X-Tea')), fields(256));
    answer = responseBytes({ headers: fields(257), body: '{}' });
    assertProblem(await exchange(s.port, post), 502, 'api_error', /more than 256 header fields/);
    answer = responseBytes({ headers: [['X', 'x'.repeat(65536)]], body: '{}' });
    assertProblem(await exchange(s.port, post), 502, 'api_error', /head of the answer is larger than 64 KB/);
    const { doc } = await admin({ url: `http://127.0.0.1:${s.port}` }, 'GET', '/oauth/accounts/demo/status');
    assert.equal(doc.last_error.text, 'its answer could not be understood');
  });

  it('status and reason of every kind', async () => {
    for (const [status, reason] of [[200, 'OK'], [201, 'Made'], [202, ''], [204, 'No Content'], [206, 'Part'], [299, 'Odd but fine'], [301, 'Moved'], [302, 'Found'], [307, 'Elsewhere'], [304, 'Not Modified'], [400, 'Bad'], [401, 'Who'], [402, 'Pay'], [403, 'No'], [404, 'Lost'], [408, 'Late'], [409, 'Clash'], [413, 'Big'], [418, "I'm a teapot"], [429, 'Slow down'], [500, 'Oops'], [502, 'x'], [503, 'y'], [504, 'z'], [529, 'Overloaded'], [599, 'Last']]) {
      const bodyless = status === 204 || status === 304;
      const body = bodyless ? '' : `{"status":${status}}`;
      const headers = [['request-id', 'req_011'], ['x-should-retry', 'false'], ['Location', 'https://elsewhere.invalid/'], ['retry-after', '7']];
      answer = responseBytes({ status, reason, headers, body, framing: bodyless ? 'none' : 'length' });
      const got = await exchange(s.port, post);
      assert.equal(got.status, status);
      assert.equal(got.reason, reason);
      assert.equal(got.body.toString(), body);
      assert.deepEqual(got.headers.filter(([n]) => n !== 'Content-Length' && !added.includes(n.toLowerCase())), headers);
    }
  });

  it('all fields but the hop-by-hop ones, in order and spelling', async () => {
    const headers = [
      ['Date', 'Mon, 23 Nov 2026 09:00:00 GMT'],
      ['request-id', 'req_x'],
      ['anthropic-ratelimit-unified-5h-utilization', '0.25'],
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['X-Empty', ''],
      ['X-Bytes', 'caf\xe9 \xff'],
      ['Via', '1.1 google'],
      ['CF-RAY', 'abc-FRA'],
      ['Content-Type', 'application/json'],
      ['Server', 'cloudflare'],
      ['Vary', 'Accept-Encoding'],
      ["!#$%&'*+-.^_`|~", 'token'],
      ['strict-transport-security', 'max-age=1'],
      ['X-Long', 'z'.repeat(20000)],
    ];
    const hop = [['Keep-Alive', 'timeout=9'], ['Proxy-Authenticate', 'Basic'], ['Upgrade', 'h2'], ['Connection', 'X-Hop'], ['X-Hop', '1']];
    answer = responseBytes({ headers: [...headers, ...hop], body: '{"a":1}' });
    const got = await exchange(s.port, post);
    assert.deepEqual(got.headers.filter(([n]) => n !== 'Content-Length' && !added.includes(n.toLowerCase())), headers);
    assert.equal(got.body.toString(), '{"a":1}');
  });

  it('bodies of every framing and any bytes', async () => {
    const body = Buffer.from(Array.from({ length: 100000 }, (_, i) => (i * i + (i >> 3)) & 255));
    for (const framing of ['length', 'chunked', 'close']) {
      for (const size of [0, 1, 16384, 65536, 100000]) {
        answer = responseBytes({ body: body.subarray(0, size), framing });
        const got = await exchange(s.port, post);
        assert.ok(got.complete, `${framing} ${size}`);
        assert.ok(got.body.equals(body.subarray(0, size)), `${framing} ${size}`);
      }
    }
  });

  it('compressed bodies stay compressed: gzip, br, zstd', async () => {
    const plain = Buffer.from('{"type":"message","usage":{"input_tokens":1,"output_tokens":2}}'.repeat(50));
    const packed = { gzip: zlib.gzipSync(plain), br: zlib.brotliCompressSync(plain), zstd: zstdFrame(plain), deflate: zlib.deflateSync(plain), 'made-up': plain.reverse() };
    for (const [encoding, body] of Object.entries(packed)) {
      for (const framing of ['length', 'chunked', 'close']) {
        answer = responseBytes({ headers: [['Content-Encoding', encoding], ['Content-Type', 'application/json']], body, framing });
        const got = await exchange(s.port, post);
        assert.equal(got.get('content-encoding'), encoding);
        assert.ok(got.body.equals(body), `${encoding} ${framing}`);
      }
    }
  });

  it('an event of 20 MB in one line', async () => {
    const body = Buffer.from(`data: {"type":"x","text":"${'é'.repeat(10 << 20)}"}\n\n`);
    answer = responseBytes({ headers: [['Content-Type', 'text/event-stream']], body, framing: 'chunked' });
    const got = await call(`${s.url}/v1/messages`, { method: 'POST', body: '{}' });
    assert.ok(got.complete && got.body.equals(body));
  });

  it('chunk sizes, extensions and trailers of the upstream do no harm', async () => {
    answer = Buffer.from(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n' +
        '5\r\nhello\r\n000A;ext=1\r\n, how are \r\n4;q="ab"\r\nyou?\r\n0\r\nX-Late: 1\r\n\r\n',
    );
    const got = await exchange(s.port, post);
    assert.ok(got.complete);
    assert.equal(got.body.toString(), 'hello, how are you?');
  });
});

/* ---- server-sent events --------------------------------------------------- */

function fixtures() {
  const all = { ...ownFixtures };
  const folder = path.join(testdata, 'anthropic-sse');
  if (fs.existsSync(folder)) {
    for (const file of fs.readdirSync(folder)) {
      all[file] = fs.readFileSync(path.join(folder, file));
    }
  }
  return all;
}

describe('server-sent events, split at every byte', () => {
  const tick = () => new Promise(setImmediate);
  /* The request's own words say which answer, and where it is split. */
  const all = fixtures();
  const s = rawStage(() =>
    rawUpstream(async (connection, request) => {
      const { name, at, framing } = JSON.parse(request.body);
      const bytes = all[name];
      const parts = at === 'all' ? Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)) : [bytes.subarray(0, at), bytes.subarray(at)];
      const fields = { length: `Content-Length: ${bytes.length}`, chunked: 'Transfer-Encoding: chunked', close: 'Connection: close' };
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n${fields[framing]}\r\n\r\n`);
      for (const part of parts) {
        await tick();
        if (part.length) {
          await connection.write(framing === 'chunked' ? chunk(part) : part);
        }
      }
      if (framing === 'chunked') {
        await connection.write('0\r\n\r\n');
      }
      if (framing === 'close') {
        connection.end();
      }
    }),
  );

  const check = async (client, name, at, framing) => {
    client.write(requestBytes({ headers: BASE_HEADERS, body: JSON.stringify({ name, at, framing }) }));
    const got = await client.response();
    assert.ok(got?.complete, `${name} at ${at}, ${framing}: incomplete`);
    assert.ok(got.body.equals(all[name]), `${name} at ${at}, ${framing}: other bytes came out`);
  };

  for (const name of Object.keys(all)) {
    it(name, async () => {
      const step = sanitized ? 9 : 1;
      const lanes = 8;
      await Promise.all(
        Array.from({ length: lanes }, async (_, lane) => {
          const client = await RawClient.connect(s.port);
          for (let at = lane * step; at <= all[name].length; at += lanes * step) {
            await check(client, name, at, (at / step) % 2 ? 'length' : 'chunked');
          }
          client.leave();
        }),
      );
      for (const framing of ['length', 'chunked', 'close']) {
        const client = await RawClient.connect(s.port);
        await check(client, name, 'all', framing);
        client.leave();
      }
    });
  }
});
