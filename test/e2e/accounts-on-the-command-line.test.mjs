// SPDX-License-Identifier: MIT
/* Adding accounts, finding them, and choosing among them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { addApiKey, API_KEY, cleanEnv, command, describe, filesBelow, rawStage, relayBinary, SEEN, startRelay, startSim, tempFolder, until, writeOauth } from '../support/processes.mjs';
import { call, message } from '../support/http.mjs';
import { exchange, rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { assertProblem } from '../support/check.mjs';

const folder = () => path.join(tempFolder(), 'data');
const add = (dir, name, input, env = {}) => command(['account', 'add', name, '--api-key', '-'], { env: { DATA_DIR: dir, ...env }, input });
/* Beside the database and the lock, which every command makes. */
const accountFiles = (dir) => fs.readdirSync(dir).filter((name) => !['db', '.in-use'].includes(name));
const holders = (dir, pattern) =>
  filesBelow(dir).filter((file) => pattern.test(fs.readFileSync(file, 'latin1')));

describe('claude-relay account add', () => {
  it('makes the folder 0700 and the file 0600, whatever the umask', () => {
    const dir = folder();
    const old = process.umask(0);
    try {
      assert.equal(add(dir, 'demo', `${API_KEY}\n`).status, 0);
    } finally {
      process.umask(old);
    }
    assert.equal(fs.statSync(dir).mode & 0o777, 0o700);
    const files = accountFiles(dir);
    assert.equal(files.length, 1);
    assert.equal(fs.statSync(path.join(dir, files[0])).mode & 0o777, 0o600);
    assert.match(fs.readFileSync(path.join(dir, files[0]), 'utf8'), new RegExp(API_KEY));
  });

  it('never repeats the key', () => {
    const dir = folder();
    for (const done of [add(dir, 'demo', API_KEY), add(dir, 'demo', API_KEY), add(dir, 'bad', 'CANARY no key'), command(['account', 'list'], { env: { DATA_DIR: dir } })]) {
      assert.ok(!(done.stdout + done.stderr).includes('CANARY'));
    }
  });

  it('takes white space and line ends around the key', () => {
    for (const input of [API_KEY, `${API_KEY}\r\n`, `  ${API_KEY}  \n\n`]) {
      const dir = folder();
      assert.equal(add(dir, 'demo', input).status, 0);
      assert.match(fs.readFileSync(path.join(dir, accountFiles(dir)[0]), 'utf8'), new RegExp(`"${API_KEY}"`));
    }
  });

  it('refuses what is no key, and writes nothing', () => {
    for (const input of ['', '\n', 'hello\n', 'sk-ant-', 'sk-ant-api03-a b\n', 'sk-ant-oat01-CANARY-token\n', 'sk-ant-ort01-CANARY-token\n', 'sk-ant-api03-CANARY\u0000-key\n', 'sk-ant-api03-"quote"\n', `sk-ant-${'x'.repeat(100000)}\n`]) {
      const dir = folder();
      const done = add(dir, 'demo', input);
      assert.equal(done.status, 1, JSON.stringify(input));
      assert.match(done.stderr, /key/i);
      assert.deepEqual(accountFiles(dir), []);
      assert.deepEqual(holders(dir, /CANARY|xxxxx/), [], JSON.stringify(input));
    }
  });

  it('a key on the command line is refused', () => {
    const dir = folder();
    const done = command(['account', 'add', 'demo', '--api-key', API_KEY], { env: { DATA_DIR: dir } });
    assert.equal(done.status, 2);
    assert.ok(!done.stderr.includes('CANARY'));
    assert.equal(fs.existsSync(dir), false);
  });

  it('names: what is allowed, and nothing that leads elsewhere', () => {
    const dir = folder();
    for (const name of ['a', 'A.b_c@d-9', 'x'.repeat(64), '@']) {
      assert.equal(add(dir, name, API_KEY).status, 0, name);
    }
    const before = fs.readdirSync(dir).sort();
    for (const name of ['', '-', '-x', '.', '..', '.x', '../x', 'a/b', 'a\\b', 'x'.repeat(65), 'a b', 'ä', '你', 'a\n', 'a%2f', 'a:b', '~']) {
      const done = add(dir, name, API_KEY);
      assert.equal(done.status, 1, JSON.stringify(name));
      assert.match(done.stderr, /account name/);
    }
    assert.deepEqual(fs.readdirSync(dir).sort(), before);
    assert.deepEqual(fs.readdirSync(path.dirname(dir)), ['data']);
  });

  it('a name that is taken stays as it is', () => {
    const dir = folder();
    writeOauth(dir, 'max');
    const before = fs.readFileSync(path.join(dir, 'oauth_max.json'), 'utf8');
    assert.equal(add(dir, 'max', API_KEY).status, 1);
    assert.equal(add(dir, 'demo', API_KEY).status, 0);
    assert.equal(add(dir, 'demo', `${API_KEY}2`).status, 1);
    assert.equal(fs.readFileSync(path.join(dir, 'oauth_max.json'), 'utf8'), before);
    assert.equal(accountFiles(dir).length, 2);
  });

  it('the key is in no argument and no environment of the process', async () => {
    const dir = folder();
    const child = spawn(relayBinary, ['account', 'add', 'demo', '--api-key', '-'], { env: cleanEnv({ DATA_DIR: dir, ...SEEN }), stdio: ['pipe', 'ignore', 'ignore'] });
    await until(() => fs.readFileSync(`/proc/${child.pid}/cmdline`).includes('api-key'), { what: 'the process' });
    child.stdin.write(API_KEY);
    for (const file of ['cmdline', 'environ']) {
      assert.ok(!fs.readFileSync(`/proc/${child.pid}/${file}`).includes('CANARY'));
    }
    child.stdin.end();
    await new Promise((resolve) => child.on('close', resolve));
    assert.equal(accountFiles(dir).length, 1);
  });

  it('list shows names and kinds', () => {
    const dir = folder();
    fs.mkdirSync(path.join(dir, 'db'), { recursive: true, mode: 0o700 });
    assert.match(command(['account', 'list'], { env: { DATA_DIR: dir } }).stdout, /no accounts/i);
    addApiKey(dir, 'demo');
    writeOauth(dir, 'max');
    const { stdout, status } = command(['account', 'list'], { env: { DATA_DIR: dir } });
    assert.equal(status, 0);
    assert.match(stdout, /^demo +api-key/m);
    assert.match(stdout, /^max +oauth/m);
  });
});

describe('which account serves', () => {
  const two = rawStage(() => rawUpstream((c) => c.write(responseBytes({ body: '{}' }))), {
    accounts: (dir) => {
      addApiKey(dir, 'demo');
      writeOauth(dir, 'max');
      writeOauth(dir, 'old', { expires_at: '2020-01-01T00:00:00Z', refresh_token: undefined });
      writeOauth(dir, 'a.b_c@d-9', { extra: 'members of later versions are fine' });
      fs.writeFileSync(path.join(dir, 'oauth_broken.json'), '{"access_token":', { mode: 0o600 });
    },
  });
  const ask = async (target, headers = []) => {
    const answer = await exchange(two.port, requestBytes({ target, headers, body: '{}' }));
    return { answer, request: two.upstream.requests.at(-1) };
  };
  const refused = async (target, headers, status, type, text) => {
    const before = two.upstream.requests.length;
    const { answer } = await ask(target, headers);
    assertProblem(answer, status, type, text);
    assert.equal(answer.get('x-should-retry'), 'false');
    assert.equal(two.upstream.requests.length, before);
  };

  it('?account=NAME', async () => {
    const { answer, request } = await ask('/v1/messages?account=demo');
    assert.equal(answer.status, 200);
    assert.deepEqual(request.all('x-api-key'), [API_KEY]);
    assert.deepEqual(request.all('authorization'), []);
    assert.equal(request.target, '/v1/messages');
  });

  it('X-Account-Name', async () => {
    const { answer, request } = await ask('/v1/messages', [['x-account-name', 'max']]);
    assert.equal(answer.status, 200);
    assert.deepEqual(request.all('authorization'), ['Bearer sk-ant-oat01-CANARY-access-of-max']);
    assert.deepEqual(request.all('x-api-key'), []);
    assert.deepEqual(request.all('x-account-name'), []);
  });

  it('a name with every character, escaped in the query', async () => {
    const { answer, request } = await ask(`/v1/messages?account=${encodeURIComponent('a.b_c@d-9')}`);
    assert.equal(answer.status, 200);
    assert.match(request.get('authorization'), /of-a\.b_c@d-9$/);
    assert.equal(request.target, '/v1/messages');
  });

  it('both, alike', async () => assert.equal((await ask('/v1/messages?account=max', [['X-Account-Name', 'max']])).answer.status, 200));
  it('both, unlike: 400', () => refused('/v1/messages?account=max', [['X-Account-Name', 'demo']], 400, 'invalid_request_error', /max.*demo|demo.*max|different/));
  it('none of several: 400, and how to name one', () => refused('/v1/messages', [], 400, 'invalid_request_error', /X-Account-Name/));
  it('an unknown one: 400', () => refused('/v1/messages?account=nobody', [], 400, 'invalid_request_error', /nobody/));
  it('a name that is none: 400', () => refused('/v1/messages?account=..%2Fx', [], 400, 'invalid_request_error', /name/));
  it('an expired token: 401, and what to do', () => refused('/v1/messages?account=old', [], 401, 'authentication_error', /expired/));
  it('a broken file: 401', () => refused('/v1/messages?account=broken', [], 401, 'authentication_error', /broken/));
});

describe('a running relay', () => {
  it('has no account, gets one, gets another, loses one', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl, accounts: () => {} });
    const status = async () => (await message(relay.url)).status;
    const none = await message(relay.url);
    assert.equal(none.status, 400);
    assert.match(none.body.toString(), /account add/);
    await relay.logged(/account add/);
    addApiKey(relay.dataDir, 'demo', relay.settings);
    await until(async () => (await status()) === 200, { what: 'the new account' });
    writeOauth(relay.dataDir, 'max');
    await until(async () => (await status()) === 400, { what: 'a choice of two' });
    const chosen = await call(`${relay.url}/v1/models?account=max`);
    assert.equal(chosen.status, 200);
    const removed = command(['account', 'remove', 'max'], { env: { DATA_DIR: relay.dataDir, ...relay.settings } });
    assert.equal(removed.status, 0, removed.stderr);
    await until(async () => (await status()) === 200, { what: 'one account again' });
    /* A token that is replaced, as the seed's refresh did: written aside, renamed. */
    writeOauth(relay.dataDir, 'late', { expires_at: '2020-01-01T00:00:00Z', refresh_token: undefined });
    await until(async () => (await call(`${relay.url}/v1/models?account=late`)).status === 401, { what: 'the expired one' });
    const file = path.join(relay.dataDir, 'oauth_late.json');
    fs.writeFileSync(`${file}.tmp`, fs.readFileSync(file, 'utf8').replace('2020-01-01', '2099-01-01'), { mode: 0o600 });
    fs.renameSync(`${file}.tmp`, file);
    await until(async () => (await call(`${relay.url}/v1/models?account=late`)).status === 200, { what: 'the renewed one' });
    await relay.stop();
    await sim.stop();
  });

  it('keeps a good account while its file is broken, and warns of open modes', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl, accounts: (dir) => writeOauth(dir, 'max') });
    const file = path.join(relay.dataDir, 'oauth_max.json');
    fs.writeFileSync(file, '{"access_to');
    await relay.logged(/max.*last good version stays in use, .*cannot be used/);
    assert.equal((await message(relay.url)).status, 200);
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(file, '{"access_tok');
    await relay.logged(/could be read by others/);
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    await relay.stop();
    await sim.stop();
  });

  it('sees an account in a folder that was removed and made again', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl });
    fs.rmSync(relay.dataDir, { recursive: true });
    addApiKey(relay.dataDir, 'again', relay.settings);
    await until(async () => JSON.parse((await call(`${relay.url}/oauth/accounts`)).body).accounts[0] === 'again', { what: 'the new account' });
    await relay.stop();
    await sim.stop();
  });

  it('reads a folder that the seed wrote', async () => {
    const sim = await startSim();
    const relay = await startRelay({
      upstream: sim.apiUrl,
      accounts: (dir) => {
        writeOauth(dir, 'seed', { expires_at: '2099-01-02T03:04:05.123456789+02:00', proxy_config: null });
        fs.writeFileSync(path.join(dir, `pkce_${'ab'.repeat(32)}.json`), '{"code_verifier":"CANARY"}', { mode: 0o600 });
      },
    });
    assert.equal((await message(relay.url)).status, 200);
    await relay.stop();
    await sim.stop();
  });
});
