// SPDX-License-Identifier: MIT
/* What browsers load of the page: by anybody, from memory, under names that change with
   their bytes; nothing else is reached by such a path. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import zlib from 'node:zlib';

import { call } from '../support/http.mjs';
import { describe, root, stage } from '../support/processes.mjs';
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

/* What a module loads: at once, and when it comes to it. */
const STATIC = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"](\.[^'"]+)['"]|^\s*import\s*['"](\.[^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g;

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

  it('/me/ leads to /me', async () => {
    const answer = await get('/me/', { host: 'evil.example' });
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.location, '/me');
    assert.equal((await get('/me/x')).status, 404);
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

  /* ---- how much of it there is ------------------------------------------------- */

  const PACKED = { 'accept-encoding': 'gzip' };

  /* { path: { text, size (packed) } } of these and all that they load; `lazy`: also what
     they may load later. */
  async function loaded(paths, lazy = false) {
    const found = {};
    const waiting = [...paths];
    while (waiting.length > 0) {
      const path = waiting.pop();
      if (found[path]) {
        continue;
      }
      const answer = await get(path, PACKED);
      assert.equal(answer.status, 200, `${path} is loaded, and not there`);
      const isPacked = answer.headers['content-encoding'] === 'gzip';
      const text = (isPacked ? zlib.gunzipSync(answer.body) : answer.body).toString();
      found[path] = { text, size: answer.body.length };
      if (path.endsWith('.js')) {
        const named = [...text.matchAll(STATIC), ...(lazy ? text.matchAll(DYNAMIC) : [])].map(([, from, bare]) => from ?? bare);
        waiting.push(...named.map((name) => new URL(name, `http://x${path}`).pathname));
      }
    }
    return found;
  }

  const sizeOf = (found) => Object.values(found).reduce((sum, { size }) => sum + size, 0);

  async function firstView(shell, more) {
    const head = await get(shell, PACKED);
    const paths = assetsOf(zlib.gunzipSync(head.body).toString());
    const base = paths[0].slice(0, '/admin/assets/'.length + 17);
    const found = await loaded([...paths, ...more.map((name) => base + name)]);
    return { found, paths, size: head.body.length + sizeOf(found) };
  }

  for (const [shell, ...more] of [['/admin/', 'js/views/overview.js', 'js/views/first.js'], ['/me']]) {
    for (const lang of ['lang/en.js', 'lang/zh.js']) {
      it(`the first view of ${shell} with ${lang} is under 150 KB`, async (t) => {
        const { size, found } = await firstView(shell, [...more, lang]);
        t.diagnostic(`${size} bytes in ${Object.keys(found).length} files`);
        assert.ok(size < 150e3, `${size} bytes:\n${Object.entries(found).map(([path, { size: bytes }]) => `${bytes} ${path}`).join('\n')}`);
      });
    }
  }

  it('whatever a module may load is there, and everything that is there may be loaded', async () => {
    const roots = [];
    for (const shell of ['/admin/', '/me']) {
      roots.push(...(await firstView(shell, ['lang/en.js', 'lang/zh.js'])).paths);
    }
    const base = roots[0].slice(0, '/admin/assets/'.length + 17);
    const found = new Set(Object.keys(await loaded([...roots, `${base}lang/en.js`, `${base}lang/zh.js`], true)));
    const listed = fs.readFileSync(path.join(root, 'web/meson.build'), 'utf8').matchAll(/^ {2}'([^']+\.js)',$/gm);
    const idle = [...listed].map(([, name]) => base + name).filter((name) => !found.has(name));
    assert.deepEqual(idle, [], 'nobody loads these');
  });

  it('it is loaded once: then one question, which is answered in short', async () => {
    const first = await get('/admin/', PACKED);
    const again = await get('/admin/', { ...PACKED, 'if-none-match': first.headers.etag });
    assert.equal(again.status, 304);
    for (const path of assetsOf(zlib.gunzipSync(first.body).toString())) {
      assert.match((await get(path, PACKED)).headers['cache-control'], /immutable/);
    }
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

  it('an address whose escapes are none leads to what is not there', async () => {
    const { match, missing } = await import(path.join(root, 'web/js/routes.js'));
    for (const wrong of ['/admin/keys/%', '/admin/accounts/%E0%A4%A', '/admin/%zz/sign-in']) {
      assert.equal(match(wrong).route, missing, wrong);
    }
    assert.deepEqual(match('/admin/keys/50%25').params, { id: '50%' });
  });
});
