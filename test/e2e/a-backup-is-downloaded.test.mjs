// SPDX-License-Identifier: MIT
/* A backup over HTTP is the same as by command: whole, or none, and nothing is left of one whose reader went. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { it } from 'node:test';

import { call, open } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { command, describe, stage, tempFolder, until } from '../support/processes.mjs';

describe('a backup over HTTP', () => {
  const s = stage({ relay: { env: { WORKERS: '1' } } });
  const download = () => call(`${s.url}/admin/api/backup`, { method: 'POST', body: {} });
  const entries = async () => (await admin(s.relay, 'GET', '/admin/api/audit?action=backup.make')).doc.entries;
  const copies = () => fs.readdirSync(path.join(s.relay.dataDir, 'db')).filter((name) => name.startsWith('.backup'));

  it('brings everything back', async () => {
    const key = await createKey(s.relay, 'alice', { note: 'kept' });
    const answer = await download();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/x-tar');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.match(answer.headers['content-disposition'], /^attachment; filename="claude-relay-\d{8}-\d{6}\.tar"$/);
    const file = path.join(tempFolder(), 'backup.tar');
    fs.writeFileSync(file, answer.body);
    const listed = spawnSync('tar', ['tf', file], { encoding: 'utf8' });
    assert.deepEqual(['db/relay.db', 'apikey_demo.json', 'admin_token'].filter((name) => !listed.stdout.split('\n').includes(name)), [], listed.stderr);
    const folder = path.join(tempFolder(), 'restored');
    const restored = command(['restore', file, '--data-dir', folder]);
    assert.equal(restored.status, 0, restored.stderr);
    const keys = JSON.parse(command(['key', 'list', '--json', '--data-dir', folder]).stdout).keys ?? [];
    assert.deepEqual(keys.map(({ name, note, id }) => [name, note, id]), [['alice', 'kept', key.id]]);
    assert.deepEqual(copies(), []);
    const [entry] = await entries();
    assert.deepEqual([entry.done, entry.after.bytes], [true, answer.body.length]);
    assert.ok(entry.after.files >= 3);
  });

  const stick = async () => {
    const { port } = new URL(s.url);
    const stuck = http.request({ port, host: '127.0.0.1', method: 'POST', path: '/admin/api/backup' });
    const response = await new Promise((resolve, reject) => {
      stuck.on('response', (message) => { message.pause(); resolve(message); });
      stuck.on('error', reject);
      stuck.end();
    });
    return { stuck, response };
  };

  it('does not wait for a client that does not read, and leaves nothing behind', async () => {
    const before = (await entries()).length;
    for (let i = 0; i < 24; i++) {
      fs.writeFileSync(path.join(s.relay.dataDir, `pad_${i}.json`), JSON.stringify({ pad: 'x'.repeat(900_000) }), { mode: 0o600 });
    }
    const { stuck, response } = await stick();
    assert.equal(response.statusCode, 200);
    /* What it has not read is kept for it alone. */
    assert.deepEqual(copies(), []);
    const second = await download();
    assert.equal(second.status, 200);
    assert.ok(second.body.length > 24 * 900_000);
    const command_ = command(['backup', path.join(tempFolder(), 'beside.tar'), '--data-dir', s.relay.dataDir]);
    assert.equal(command_.status, 0, command_.stderr);
    /* Requests go on meanwhile. */
    assert.equal((await admin(s.relay, 'GET', '/admin/api/status')).status, 200);
    stuck.destroy();
    const seen = await until(async () => {
      const since = (await entries()).slice(0, -before).map(({ done }) => done);
      return since.includes(false) && since;
    }, { what: 'the end of the one that nobody read' });
    assert.equal(seen.filter((done) => done).length, 2, 'the download, and the command');
  });

  it('is read by four at once of each worker, and not by more', async () => {
    const all = [];
    for (let i = 0; i < 5; i++) {
      all.push(await stick());
    }
    assert.deepEqual(all.map(({ response }) => response.statusCode), [200, 200, 200, 200, 503]);
    const refused = await download();
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.match(JSON.parse(refused.body).error, /4 backups are being read already/);
    all[0].stuck.destroy();
    await until(async () => (await download()).status === 200, { what: 'a place' });
    for (const { stuck } of all) {
      stuck.destroy();
    }
  });

  it('is refused to those who may not manage', async () => {
    const answer = await call(`${s.url}/admin/api/backup`, { method: 'POST', body: {}, headers: { 'x-forwarded-for': '192.0.2.1' } });
    assert.equal(answer.status, 401);
  });
});

describe('a backup that a session asks for', () => {
  const s = stage({ relay: {} });
  const pad = () => Array.from({ length: 24 }, (_, i) =>
    fs.writeFileSync(path.join(s.relay.dataDir, `pad_${i}.json`), JSON.stringify({ pad: 'x'.repeat(900_000) }), { mode: 0o600 }));
  const token = () => fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim();
  const names = (answer) => {
    const listed = spawnSync('tar', ['t'], { input: answer.body, encoding: 'utf8' });
    assert.equal(listed.status, 0, listed.stderr);
    return listed.stdout.trim().split('\n');
  };
  const signIn = async () => {
    const answer = await call(`${s.url}/admin/api/session`, { method: 'POST', body: { token: token() } });
    assert.equal(answer.status, 200);
    return { cookie: answer.headers['set-cookie'][0].split(';')[0], 'x-csrf-token': JSON.parse(answer.body).csrf };
  };

  it('is without the admin token, which whoever presents it gets, and is restored all the same', async () => {
    const given = await call(`${s.url}/admin/api/backup`, { method: 'POST', body: {}, headers: await signIn() });
    assert.equal(given.status, 200);
    const whole = await call(`${s.url}/admin/api/backup`, { method: 'POST', body: {}, headers: { authorization: `Bearer ${token()}` } });
    assert.equal(whole.status, 200);
    assert.equal(given.body.includes(token()), false);
    assert.equal(whole.body.includes(token()), true);
    assert.equal(names(given).includes('admin_token'), false);
    assert.deepEqual(names(whole).filter((name) => name !== 'admin_token').sort(), names(given).sort());
    const file = path.join(tempFolder(), 'given.tar');
    fs.writeFileSync(file, given.body);
    const restored = command(['restore', file, '--data-dir', path.join(tempFolder(), 'restored')]);
    assert.equal(restored.status, 0, restored.stderr);
  });

  it('is cut when the session ends', async () => {
    pad();
    const headers = await signIn();
    const res = await new Promise((resolve, reject) => {
      const req = open(`${s.url}/admin/api/backup`, { method: 'POST', body: {}, headers }, (message) => { message.pause(); resolve(message); });
      req.on('error', reject);
    });
    assert.equal(res.statusCode, 200);
    assert.equal((await call(`${s.url}/admin/api/session?everywhere=true`, { method: 'DELETE', headers })).status, 200);
    let bytes = 0;
    const complete = await new Promise((resolve) => {
      res.on('data', (data) => { bytes += data.length; });
      res.on('error', () => {});
      res.on('close', () => resolve(res.complete));
      res.resume();
    });
    assert.equal(complete, false);
    assert.ok(bytes < 24 * 900_000, `${bytes} bytes`);
    await s.relay.logged(/path=\/admin\/api\/backup .*the session that asked for it has ended/);
  });
});
