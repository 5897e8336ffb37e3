// SPDX-License-Identifier: MIT
/* How much is logged changes while the relay runs: by command, over the API, at once, in
   all threads, and until the relay ends. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { call } from '../support/http.mjs';
import { admin } from '../support/keys.mjs';
import { readLines, requestLines } from '../support/log.mjs';
import { command, describe, stage, startRelay, until } from '../support/processes.mjs';

const CHANGED = "the log's level was changed";

describe('the level of the log', () => {
  const s = stage({ relay: { env: { LOG_LEVEL: 'warn', WORKERS: '2', ADMIN_LOOPBACK: 'on' } } });
  const level = (...words) => command(['log-level', ...words], { env: s.relay.settings });
  const changes = () => readLines(s.relay.program.err).filter(({ event }) => event === CHANGED).map((line) => `${line.was} -> ${line.now}`);
  /* Each on a connection of its own, so that both workers have some. */
  const ask = async (path) => {
    for (let i = 0; i < 20; i++) {
      await call(`${s.url}${path}`);
    }
  };
  const asked = (path) => requestLines(s.relay).filter((line) => line.path === path).length;

  it('is told', () => {
    const done = level();
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.stdout, "The log's level is warn.\n");
  });

  it('is changed by command, at once and for all', async () => {
    await ask('/before');
    const done = level('info');
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.stdout, "The log's level is info until the relay ends; then it is LOG_LEVEL, warn, again.\n");
    await ask('/after');
    await until(() => asked('/after') === 20, { what: 'the lines' });
    assert.equal(asked('/before'), 0);
    assert.ok(readLines(s.relay.program.err).some((line) => line.event === CHANGED && line.was === 'warn' && line.now === 'info'));
  });

  it('is changed over the API, which says that it is not kept', async () => {
    const { status, doc } = await admin(s.relay, 'PATCH', '/admin/api/log', { level: 'error' });
    assert.equal(status, 200);
    assert.deepEqual(doc, { level: 'error', at_start: 'warn', kept: false });
    await ask('/quiet');
    assert.deepEqual((await admin(s.relay, 'GET', '/admin/api/log')).doc, doc);
    assert.equal(level('debug').status, 0);
    await ask('/loud');
    await until(() => asked('/loud') === 20, { what: 'the lines' });
    assert.equal(asked('/quiet'), 0);
  });

  it('is one of four', async () => {
    for (const wrong of ['INFO', '', 'off', 'sk-ant-api03-x']) {
      const { status, doc } = await admin(s.relay, 'PATCH', '/admin/api/log', { level: wrong });
      assert.equal(status, 400);
      assert.match(doc.error, /error, warn, info and debug/);
      assert.doesNotMatch(doc.error, /sk-ant/);
    }
    assert.equal((await admin(s.relay, 'PATCH', '/admin/api/log', {})).status, 400);
    assert.equal((await admin(s.relay, 'POST', '/admin/api/log', { level: 'info' })).status, 405);
    assert.equal((await admin(s.relay, 'GET', '/admin/api/log')).doc.level, 'debug');
  });

  it('every change is in the log, whatever the level', async () => {
    await until(() => changes().length === 3, { what: 'three changes' });
    assert.equal(level('debug').status, 0); /* no change */
    assert.equal(level('warn').status, 0);
    await until(() => changes().length === 4, { what: 'four changes' });
    assert.deepEqual(changes(), ['warn -> info', 'info -> error', 'error -> debug', 'debug -> warn']);
    const audited = readLines(s.relay.program.err).filter((line) => line.action === 'log.level' && line.refused === undefined);
    assert.ok(audited.some((line) => line.who === 'control-socket' && line.changed === 'level'), JSON.stringify(audited));
  });

  it('is for whoever manages the relay', async () => {
    const refused = await call(`${s.url}/admin/api/log`, { method: 'PATCH', body: { level: 'debug' }, headers: { via: '1.1 x' } });
    assert.equal(refused.status, 401);
  });

  it('begins again with LOG_LEVEL', async () => {
    level('debug');
    await s.relay.stop();
    const again = await startRelay({ dataDir: s.relay.dataDir, env: { LOG_LEVEL: 'warn' }, accounts: () => {} });
    assert.equal((await admin(again, 'GET', '/admin/api/log')).doc.level, 'warn');
    await again.stop();
  });
});
