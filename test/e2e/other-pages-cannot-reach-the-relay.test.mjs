// SPDX-License-Identifier: MIT
/* A page of somebody else, in the browser that manages the relay: from another port of
   the same host, whose requests get the cookie along, and from another host.  It tries
   what pages can try; a real browser decides what comes of it. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, it } from 'node:test';

import { open } from '../support/browser.mjs';
import { call } from '../support/http.mjs';
import { describe, stage } from '../support/processes.mjs';
import { listen } from '../support/proxies.mjs';

const TOKEN = 'CANARY-admin-token-0123456789';
const KEY = JSON.stringify({ name: 'forged' });
const ADMIN = { authorization: `Bearer ${TOKEN}` };

/* Run in the other page.  Each says what it got to see, or how it failed. */
const attempts = {
  'fetch reads nothing': async (relay) => (await fetch(`${relay}/admin/api/keys`, { credentials: 'include' })).text(),
  'fetch with its own fields reads nothing': async (relay) => (await fetch(`${relay}/admin/api/session`, { credentials: 'include', headers: { 'x-csrf-token': 'x' } })).text(),
  'fetch of a public answer reads nothing': async (relay) => (await fetch(`${relay}/health`)).text(),
  'fetch without CORS sees nothing': async (relay, key) => (await fetch(`${relay}/admin/api/keys`, { method: 'POST', mode: 'no-cors', credentials: 'include', headers: { 'content-type': 'text/plain' }, body: key })).text(),
  'a beacon changes nothing': async (relay, key) => String(navigator.sendBeacon(`${relay}/admin/api/keys`, new Blob([key], { type: 'text/plain' }))) && '',
  'a script of the relay does not load': (relay) => new Promise((done) => {
    const script = document.createElement('script');
    Object.assign(script, { src: `${relay}/admin/api/keys`, onload: () => done('it ran'), onerror: () => done('') });
    document.head.append(script);
  }),
  'an asset does not load': async (relay) => {
    const image = new Image();
    return new Promise((done) => {
      Object.assign(image, { onload: () => done('it was shown'), onerror: () => done('') });
      image.src = `${relay}${window.mark}`;
    });
  },
  'live events are not heard': (relay) => new Promise((done) => {
    const events = new EventSource(`${relay}/admin/api/live`, { withCredentials: true });
    events.onmessage = (event) => done(event.data);
    events.onopen = () => done('it was opened');
    events.onerror = () => done('');
  }),
  'a window that it opens is out of reach': async (relay) => {
    const opened = window.open(`${relay}/admin/`, 'relay');
    while (!opened.closed) { /* cut off, as soon as it is the relay's */
      try {
        if (opened.location.href.startsWith(relay)) {
          return opened.document.body.innerText;
        }
      } catch {
        /* not yet */
      }
      await new Promise((done) => setTimeout(done, 20));
    }
    return '';
  },
};

async function startOther() {
  const server = http.createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>other</title><h1>other</h1>');
  });
  return listen(server);
}

for (const [name, env] of [['with a session', { ADMIN_LOOPBACK: 'off' }], ['as this machine', {}]]) {
  describe(`pages of others, ${name}`, () => {
    const s = stage({ relay: { env: { ADMIN_TOKEN: TOKEN, ...env } } });
    const pages = {};
    let other;
    let own;
    before(async () => {
      other = await startOther();
      own = await open(s.relay, { path: null });
      await own.page.goto(`${s.url}/admin/`, { waitUntil: 'domcontentloaded' });
      if (env.ADMIN_LOOPBACK) {
        const status = await own.page.evaluate(async (token) => (await fetch('/admin/api/session', { method: 'POST', body: JSON.stringify({ token }) })).status, TOKEN);
        assert.equal(status, 200);
      }
    });
    after(async () => {
      await other.stop();
    });

    const untouched = async () => {
      const { keys } = JSON.parse((await call(`${s.url}/admin/api/keys`, { headers: ADMIN })).body);
      assert.deepEqual(keys, []);
      const { level } = JSON.parse((await call(`${s.url}/admin/api/log`, { headers: ADMIN })).body);
      assert.equal(level, 'info');
    };
    /* A page beside the relay's, in the same browser, with its cookies. */
    const visit = async (host) => {
      const page = await (own.page.browserContext()).newPage();
      await page.goto(`http://${host}:${other.port}/`);
      const html = await (await call(`${s.url}/admin/`)).body.toString();
      await page.evaluate((mark) => { window.mark = mark; }, /href="([^"]+mark\.svg)"/.exec(html)[1]);
      return page;
    };

    it('the relay\'s own page can do it', async () => {
      const kind = await own.page.evaluate(async () => (await (await fetch('/admin/api/session')).json()).who);
      assert.equal(kind, env.ADMIN_LOOPBACK ? 'session' : 'machine');
    });

    for (const host of ['127.0.0.1', 'localhost']) {
      for (const [what, attempt] of Object.entries(attempts)) {
        it(`from ${host}: ${what}`, async () => {
          pages[host] ??= await visit(host);
          const seen = await pages[host].evaluate(`(${attempt})(${JSON.stringify(s.url)}, ${JSON.stringify(KEY)}).catch(() => '')`);
          assert.equal(seen, '');
          await untouched();
        });
      }

      it(`from ${host}: a form changes nothing`, async () => {
        const page = await visit(host);
        for (const [target, field, value] of [['/admin/api/keys', '{"name":"forged","note":"', '"}'], ['/admin/api/session', '{"token":"guess","x":"', '"}'], ['/oauth/accounts/demo/refresh', 'a', 'b']]) {
          await page.goto(`http://${host}:${other.port}/`);
          const [response] = await Promise.all([
            page.waitForNavigation(),
            page.evaluate((action, name, text) => {
              const form = Object.assign(document.createElement('form'), { method: 'post', enctype: 'text/plain', action });
              form.append(Object.assign(document.createElement('input'), { name, value: text }));
              document.body.append(form);
              form.submit();
            }, s.url + target, field, value),
          ]);
          assert.ok([400, 401, 403].includes(response.status()), `${target}: ${response.status()}`);
        }
        await untouched();
        await page.close();
      });

      it(`from ${host}: it is shown in no frame`, async () => {
        const page = await visit(host);
        for (const path of ['/admin/', '/me']) {
          await page.evaluate((src) => new Promise((done) => {
            const frame = Object.assign(document.createElement('iframe'), { src, onload: done });
            document.body.append(frame);
          }), s.url + path);
          const frames = page.frames().slice(1).map((frame) => frame.url());
          assert.ok(frames.length > 0 && frames.every((url) => !url.startsWith('http')), `${path}: ${frames}`);
        }
        await page.close();
      });
    }

    it('and the owner still manages, for other pages used up none of the tries', async () => {
      const status = await own.page.evaluate(async () => (await fetch('/admin/api/keys')).status);
      assert.equal(status, 200);
      await own.page.browserContext().close();
    });
  });
}
