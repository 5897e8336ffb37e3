// SPDX-License-Identifier: MIT
/* What browsers load of the page: by anybody, from memory, under names that change with
   their bytes; nothing else is reached by such a path. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import zlib from 'node:zlib';

import { call } from '../support/http.mjs';
import { describe, stage } from '../support/processes.mjs';
import { exchange } from '../support/raw.mjs';

const HTML = { accept: 'text/html,application/xhtml+xml' };
const STRANGER = { via: '1.1 proxy', host: 'relay.example' };
const GUARD = {
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

function assertGuarded(answer, what) {
  for (const [name, value] of Object.entries(GUARD)) {
    assert.equal(answer.headers[name], value, `${what}: ${name}`);
  }
  assert.equal(answer.headers['set-cookie'], undefined, what);
}

const assetsOf = (html) => [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path);

describe('the page', () => {
  const s = stage();
  const get = (path, headers = {}, method = 'GET') => call(s.url + path, { method, headers });

  for (const [path, headers] of [['/admin/', {}], ['/admin/', STRANGER], ['/admin/keys/ci', HTML], ['/admin/api', HTML], ['/me', {}], ['/me', { ...HTML, ...STRANGER }]]) {
    it(`${path} is a document for ${headers.via ? 'strangers too' : 'everybody'}, asked for again each time`, async () => {
      const answer = await get(path, headers);
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(answer.headers['cache-control'], 'no-cache');
      assert.match(answer.headers.vary, /accept-encoding/);
      assertGuarded(answer, path);
      const again = await get(path, { ...headers, 'if-none-match': answer.headers.etag });
      assert.equal(again.status, 304);
      assert.equal(again.body.length, 0);
      assertGuarded(again, `${path} again`);
    });
  }

  it('what it loads is there, is kept for ever, and is the relay\'s own', async () => {
    for (const shell of ['/admin/', '/me']) {
      const paths = assetsOf((await get(shell)).body.toString());
      assert.ok(paths.length >= 2);
      for (const path of paths) {
        assert.match(path, /^\/admin\/assets\/[0-9a-f]{16}\/[A-Za-z0-9./-]+$/);
        const answer = await get(path, STRANGER);
        assert.equal(answer.status, 200, path);
        assert.match(answer.headers['content-type'], /^(text\/(css|javascript); charset=utf-8|image\/(svg\+xml|png))$/);
        assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
        assertGuarded(answer, path);
      }
    }
  });

  it('packed for whoever takes that, with a tag of its own', async () => {
    const plain = await get('/admin/', { 'accept-encoding': 'gzip;q=0' });
    const packed = await get('/admin/', { 'accept-encoding': 'gzip, deflate, br, zstd' });
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.ok(zlib.gunzipSync(packed.body).equals(plain.body));
    assert.notEqual(packed.headers.etag, plain.headers.etag);
    assert.equal((await get('/admin/', { 'accept-encoding': 'gzip', 'if-none-match': plain.headers.etag })).status, 200);
  });

  it('HEAD says the same without a body', async () => {
    const asset = assetsOf((await get('/admin/')).body.toString())[0];
    for (const path of ['/admin/', '/me', asset]) {
      const whole = await get(path);
      const head = await get(path, {}, 'HEAD');
      assert.equal(head.status, 200);
      assert.equal(head.body.length, 0);
      assert.equal(head.headers['content-length'], String(whole.body.length));
      assert.equal(head.headers.etag, whole.headers.etag);
    }
  });

  it('/admin leads to /admin/, on the same host whatever is asked', async () => {
    for (const host of ['localhost', 'evil.example']) {
      const answer = await get('/admin', { host });
      assert.equal(answer.status, 302);
      assert.equal(answer.headers.location, '/admin/');
    }
    for (const target of ['//evil.example/admin', '/admin?next=//evil.example']) {
      const answer = await exchange(s.port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      assert.doesNotMatch(answer.get('location') ?? '', /evil/);
    }
  });

  it('a browser finds it from /', async () => {
    const answer = await get('/', HTML);
    assert.match(answer.body.toString(), /href="\/admin\/"/);
    assert.match(answer.body.toString(), /href="\/me"/);
  });

  it('no other path below the assets leads anywhere', async () => {
    const asset = assetsOf((await get('/admin/')).body.toString())[0];
    const base = asset.slice(0, '/admin/assets/'.length + 17);
    for (const rest of ['', 'index.html', 'me.html', 'js/', 'js/main.js/', 'js/main.js%00', 'js%2fmain.js', 'js/%2e%2e/js/main.js', '../../api/status', '../../../etc/passwd', '%2e%2e/%2e%2e/etc/passwd', 'js\\main.js', 'JS/MAIN.JS']) {
      const answer = await exchange(s.port, `GET ${base}${rest} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      assert.equal(answer.status, 404, `${base}${rest}`);
      assert.equal(answer.get('cache-control'), 'no-store', 'a failure is kept');
    }
    assert.equal((await get('/admin/assets/0000000000000000/js/main.js')).status, 404);
  });

  it('it hides nothing of the management API, and opens nothing of it', async () => {
    for (const path of ['/admin/api/status', '/admin/api/', '/admin/api/nothing']) {
      assert.equal((await get(path, { ...HTML, ...STRANGER })).status, 401, path);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      assert.equal((await get('/admin/', STRANGER, method)).status, 401, method);
      assert.equal((await get('/admin/', {}, method)).status, 404, method);
    }
    assert.equal((await get('/admin/keys', { accept: 'application/json', ...STRANGER })).status, 401);
  });
});
