// SPDX-License-Identifier: MIT
/* Whoever may manage cannot make the audit log say what is not so: by leaving before the answer, by a crowd of
   requests that are refused, or by the level of the log.  And a session that was ended changes nothing more. */
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { it } from 'node:test';

import { call } from '../support/http.mjs';
import { readLines } from '../support/log.mjs';
import { describe, Program, stage, tempFolder, until } from '../support/processes.mjs';
import { find } from '../support/users.mjs';

const TOKEN = 'CANARY-admin-token-0123456789';
const MODEL = 'claude-sonnet-5';
const AWAY = { 'x-real-ip': '192.0.2.9' };

describe('the audit log', () => {
  const s = stage({ relay: { env: { ADMIN_TOKEN: TOKEN, ADMIN_LOOPBACK: 'on', WORKERS: '1' } } });
  const ask = async (method, target, body, headers = {}) => {
    const answer = await call(s.url + target, { method, body, headers });
    return { status: answer.status, headers: answer.headers, doc: JSON.parse(answer.body) };
  };
  const entries = async (query = '') => (await ask('GET', `/admin/api/audit?limit=200${query}`)).doc.entries;
  const port = () => Number(new URL(s.url).port);
  const text = (method, target, body = '', fields = '') =>
    `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port()}\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

  /* Asks, and goes without waiting for anything.  (A reset might overtake what was sent.) */
  const leave = (method, target, body) => new Promise((resolve) => {
    const socket = net.connect(port(), '127.0.0.1', () => socket.end(text(method, target, body === undefined ? '' : JSON.stringify(body))));
    socket.on('error', resolve);
    socket.on('close', resolve);
    socket.resume();
  });

  const leaves = (action, method, target, body, isSo) =>
    it(`${method} ${target.replace(MODEL, 'MODEL')} is done, and said to be, though its client left`, async () => {
      const before = (await entries(`&action=${action}`)).filter((entry) => entry.done).length;
      await leave(method, target, body);
      await until(isSo, { what: `${action} that took effect` });
      await until(async () => (await entries(`&action=${action}`)).filter((entry) => entry.done).length > before, { what: `${action} that is done` });
    });
  const ownPrices = async () => (await ask('GET', '/admin/api/prices')).doc.models.filter((row) => row.model === MODEL && row.input === 7);
  const isPaused = async () => (await ask('GET', '/oauth/accounts/demo/status')).doc.state === 'paused';

  leaves('prices.set', 'PUT', `/admin/api/prices/${MODEL}`, { input: 7, output: 7 }, async () => (await ownPrices()).length > 0);
  leaves('prices.remove', 'DELETE', `/admin/api/prices/${MODEL}`, undefined, async () => (await ownPrices()).length === 0);
  leaves('notify.change', 'PATCH', '/admin/api/notify', { url: 'http://127.0.0.1:9/hook' }, async () => (await ask('GET', '/admin/api/notify')).doc.set);
  leaves('account.pause', 'POST', '/admin/api/accounts/demo/pause', { for: '10m' }, isPaused);
  leaves('account.resume', 'POST', '/admin/api/accounts/demo/resume', undefined, async () => !(await isPaused()));
  leaves('account.change', 'PATCH', '/oauth/accounts/demo', { priority: 7 }, async () => (await ask('GET', '/oauth/accounts/demo/status')).doc.priority === 7);

  /* All on one connection; the statuses of the answers. */
  const crowd = (requests) => new Promise((resolve, reject) => {
    const socket = net.connect(port(), '127.0.0.1');
    let got = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      got += data;
      const statuses = [...got.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => Number(status));
      if (statuses.length === requests.length) {
        socket.destroy();
        resolve(statuses);
      }
    });
    socket.write(requests.join(''));
  });
  const many = (count, text_) => Array.from({ length: count }, () => text_);
  const counted = (statuses, status) => statuses.filter((each) => each === status).length;

  it('has each change in the midst of a crowd, while the database takes none', { skip: !find('sqlite3') && 'not installed: sqlite3 (script/packages test)' }, async () => {
    const other = new Program(find('sqlite3'), [path.join(s.relay.dataDir, 'db/relay.db')], {}, tempFolder(), 'pipe');
    other.child.stdin.write(".timeout 60000\nBEGIN IMMEDIATE;\nSELECT 'locked';\n");
    await other.ready(/locked/);
    const refused = await crowd(many(300, text('PATCH', '/admin/api/log', '{"level":"bogus"}')));
    assert.equal(counted(refused, 400), 300);
    const changed = await crowd(many(515, text('PATCH', '/admin/api/log', '{"level":"info"}')));
    assert.deepEqual([counted(changed, 200), counted(changed, 503)], [512, 3]);
    const full = await ask('PUT', `/admin/api/prices/${MODEL}`, { input: 9, output: 9 });
    assert.deepEqual([full.status, full.doc.code], [503, 'audit_full']);
    assert.ok(full.headers['retry-after']);
    assert.deepEqual((await ask('GET', '/admin/api/prices')).doc.models.filter((row) => row.model === MODEL && row.input === 9), []);
    other.child.stdin.end('ROLLBACK;\n');
    await other.ended;
    await s.relay.logged(/has no entries of 48 requests that were refused/); /* 300 and 4, of which 256 */
    await until(async () => {
      const csv = (await call(`${s.url}/admin/api/audit?format=csv&action=log.level`)).body.toString();
      return csv.split('\r\n').filter((line) => line.endsWith(',')).length >= 512;
    }, { what: 'all the changes' });
  });

  it('has its lines in the log whatever the level is', async () => {
    for (const level of ['error', 'info']) {
      assert.equal((await ask('PATCH', '/admin/api/log', { level })).status, 200);
    }
    await until(() => {
      const lines = readLines(s.relay.program.err).filter((line) => line.event === 'audit' && line.action === 'log.level' && !line.refused);
      return ['error', 'info'].every((level) => lines.some((line) => line.after?.includes(level)));
    }, { what: 'a line for each' });
  });

  /* ---- sessions ------------------------------------------------------------ */

  const signIn = async (headers = AWAY) => {
    const { status, doc, headers: fields } = await ask('POST', '/admin/api/session', { token: TOKEN }, headers);
    assert.equal(status, 200, JSON.stringify(doc));
    return { csrf: doc.csrf, cookie: fields['set-cookie'][0].split(';')[0] };
  };
  const sessions = async () => (await ask('GET', '/admin/api/sessions')).doc.sessions.length;

  it('knows of no change whose session ended while its body was on its way', async () => {
    const { csrf, cookie } = await signIn();
    const body = JSON.stringify({ name: 'late' });
    const socket = net.connect(port(), '127.0.0.1');
    let got = '';
    socket.on('data', (data) => { got += data; });
    socket.write(text('POST', '/admin/api/keys', body, `X-Real-IP: 192.0.2.9\r\nCookie: ${cookie}\r\nX-CSRF-Token: ${csrf}\r\nExpect: 100-continue\r\n`).slice(0, -body.length));
    /* It was let in. */
    await until(() => got.includes('100 Continue'), { what: '100 Continue' });
    assert.equal((await ask('DELETE', '/admin/api/session?everywhere=true', undefined, { authorization: `Bearer ${TOKEN}` })).doc.ended, 1);
    socket.write(body);
    await until(() => got.includes('HTTP/1.1 401 '), { what: `401, but it was ${got}` });
    assert.match(got, /the session that asked for it has ended/);
    socket.destroy();
    assert.equal((await ask('GET', '/admin/api/keys/late')).status, 404);
    const [entry] = await until(async () => {
      const all = await entries('&action=key.create');
      return all.length > 0 && all;
    }, { what: 'its entry' });
    assert.deepEqual([entry.done, entry.who, entry.target], [false, 'session', null]);
  });

  for (const [where, fields] of [['this machine', {}], ['elsewhere', AWAY]]) {
    it(`knows one session of a browser that signs in three times from ${where}`, async () => {
      await ask('DELETE', '/admin/api/session?everywhere=true');
      let former = {};
      for (let i = 0; i < 3; i++) {
        const { cookie } = await signIn({ ...fields, ...former });
        former = { cookie };
        assert.equal(await sessions(), 1);
      }
    });
  }
});
