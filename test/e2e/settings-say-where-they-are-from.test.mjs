// SPDX-License-Identifier: MIT
/* The options in force, each with where it is from and what to do to change it; secrets are set or not. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { call } from '../support/http.mjs';
import { admin } from '../support/keys.mjs';
import { command, describe, stage } from '../support/processes.mjs';

const SECRET = 'CANARY-of-the-admin-token';

describe('settings', () => {
  const s = stage({ relay: { env: { ADMIN_TOKEN: SECRET, STREAM_IDLE_TIMEOUT: '90s', NOTIFY_URL: 'http://127.0.0.1:9/CANARY' } } });
  let doc;
  const option = (name) => doc.options.find((row) => row.name === name);
  const run = (...args) => command([...args, '--data-dir', s.relay.dataDir]);

  before(async () => {
    ({ doc } = await admin(s.relay, 'GET', '/admin/api/settings'));
  });

  it('have a value and an origin', () => {
    assert.deepEqual(
      [option('STREAM_IDLE_TIMEOUT').value, option('STREAM_IDLE_TIMEOUT').origin, option('STREAM_IDLE_TIMEOUT').default],
      ['90s', 'environment', '5m'],
    );
    assert.deepEqual([option('MAX_ATTEMPTS').value, option('MAX_ATTEMPTS').origin, option('MAX_ATTEMPTS').effect], ['3', 'default', 'restart']);
    assert.match(option('MAX_ATTEMPTS').command, /^write MAX_ATTEMPTS=\.\.\. into \/.*\/\.env, and start the relay again$/);
    assert.match(option('STREAM_IDLE_TIMEOUT').command, /where the relay's environment is set/);
  });

  it('hide what is secret', () => {
    assert.deepEqual([option('ADMIN_TOKEN').value, option('ADMIN_TOKEN').length], [null, SECRET.length]);
    assert.deepEqual([option('RELAY_SECRET').is_set, option('RELAY_SECRET').length], [false, null]);
    assert.ok(!JSON.stringify(doc).includes('CANARY'));
  });

  it('know what was changed while the relay runs', async () => {
    await admin(s.relay, 'PATCH', '/admin/api/log', { level: 'debug' });
    const changed = (await admin(s.relay, 'GET', '/admin/api/settings')).doc.options.find((row) => row.name === 'LOG_LEVEL');
    assert.deepEqual([changed.value, changed.origin, changed.effect], ['debug', 'here', 'now']);
    await admin(s.relay, 'PATCH', '/admin/api/log', { level: 'info' });
  });

  it('are those of the running relay, by command', () => {
    const table = run('settings');
    assert.match(table.stdout, /\nSTREAM_IDLE_TIMEOUT +90s +environment\n/);
    assert.match(table.stdout, new RegExp(`\nADMIN_TOKEN +set, ${SECRET.length} characters +environment\n`));
    assert.deepEqual(Object.keys(JSON.parse(run('settings', '--json').stdout)), Object.keys(doc));
    assert.match(run('settings', 'max_attempts').stdout, /^MAX_ATTEMPTS: .*\n {2}value +3\n/);
    assert.match(run('settings', 'LOG_LEVEL').stdout, /change +`.*claude-relay.* log-level debug`, say: it holds until the relay ends\n/);
    assert.equal(run('settings', 'LOG_LEVLE').status, 1);
    assert.match(run('settings', '--jason').stderr, /settings takes one name, and --json/);
  });

  it('are told to nobody else', async () => {
    assert.equal((await call(`${s.url}/admin/api/settings`, { headers: { 'x-forwarded-for': '192.0.2.1' } })).status, 401);
  });
});
