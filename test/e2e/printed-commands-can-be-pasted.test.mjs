// SPDX-License-Identifier: MIT
/* A command that the program prints works when it is pasted into another terminal: the
   program as it was called, the folder, the port, real names.  Beside a relay with other
   settings it stops. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, it } from 'node:test';

import { call, message } from '../support/http.mjs';
import { API_KEY, cleanEnv, command, describe, Program, relayBinary, root, startRelay, startSim, tempFolder, until, ways, writeOauth } from '../support/processes.mjs';

const CODE = 'CANARY_code-AZ09';

/* In a new terminal: another folder, nothing exported. */
const paste = (script, input = '') =>
  spawnSync('bash', ['-e', '-c', script], { cwd: tempFolder(), env: cleanEnv(), input, encoding: 'utf8', timeout: 60000 });

/* The indented lines of what was printed. */
const indented = (text) => [...text.matchAll(/^ {2}(\S.*)$/gm)].map(([, line]) => line);

describe('printed commands', { timeout: 120000 }, () => {
  let sim;
  let folder;
  let relay;

  before(async () => {
    sim = await startSim();
  });
  after(() => [relay, sim?.program].forEach((program) => program?.child.kill('SIGKILL')));
  beforeEach(() => {
    folder = path.join(tempFolder(), "it's here");
    fs.mkdirSync(path.join(folder, 'build'), { recursive: true });
    fs.symlinkSync(relayBinary, path.join(folder, 'build/claude-relay'));
    fs.writeFileSync(path.join(folder, '.env'), Object.entries(ways({ upstream: sim.apiUrl })).map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 });
  });

  async function serve(binary, args = [], env = {}) {
    relay = new Program(binary, ['--port', '0', ...args], env, folder);
    const [, port] = await relay.ready(/listening on http:\/\/\S+:(\d+)/);
    await until(() => /\n(.*api-key -|  claude|Next: fix .*)\n/.test(relay.out), { what: 'the whole banner' });
    return Number(port);
  }

  for (const [what, binary, args, env, data] of [
    ['by a path from its folder', 'build/claude-relay', [], {}, 'data'],
    ['with a folder of its own', 'build/claude-relay', ['--data-dir', 'my data'], {}, 'my data'],
    ['with the folder exported', 'build/claude-relay', [], { DATA_DIR: "my 'data'" }, "my 'data'"],
    ['by its full path', relayBinary, [], {}, 'data'],
  ]) {
    it(`a relay that was called ${what}: its first account, and a client`, async () => {
      const port = await serve(binary, args, env);
      const lines = indented(relay.out).filter((line) => /^cd |claude-relay /.test(line));
      const [cd, login, add] = lines;
      assert.equal(lines.length, 3, relay.out);
      const done = paste(`${cd}\n${login}`, `${CODE}\n`);
      assert.equal(done.status, 0, done.stdout + done.stderr);
      assert.ok(fs.existsSync(path.join(folder, data, 'oauth_main.json')));

      /* What the sign-in prints leads to this relay. */
      const exports = indented(done.stdout).filter((line) => line.startsWith('export '));
      const told = paste(`${exports.join('\n')}\necho "$ANTHROPIC_BASE_URL"`).stdout.trim();
      assert.equal(told, `http://127.0.0.1:${port}`);
      await until(async () => (await message(told)).status === 200, { what: 'an answer' });

      /* A name that is taken: what to do is pasted, too. */
      const taken = paste(`${cd}\n${add}`, `${API_KEY}\n`);
      assert.equal(taken.status, 1);
      const [, again] = /or sign in again with `([^`]* login main)`/.exec(taken.stderr);
      assert.equal(paste(`${cd}\n${again}`, `${CODE}\n`).status, 0);
      assert.equal(paste(`${cd}\n${add.replace(' add main', ' add team')}`, `${API_KEY}\n`).status, 0);
      const retaken = paste(`${cd}\n${add.replace(' add main', ' add team')}`, `${API_KEY}\n`);
      const [, replace] = /or give it another key with `([^`]* account set team --api-key -)`/.exec(retaken.stderr);
      assert.equal(paste(`${cd}\n${replace}`, `${API_KEY}\n`).status, 0);
      await until(async () => (await message(told, { headers: { 'x-account-name': 'team' } })).status === 200, { what: 'an answer with the key' });

      await relay.terminate();
    });
  }

  it('by its name, found in PATH', async () => {
    const PATH = `${path.join(folder, 'build')}:${process.env.PATH}`;
    await serve('claude-relay', [], { PATH });
    assert.match(relay.out, /^ {2}claude-relay login main$/m);
    await relay.terminate();
  });

  it('with several accounts: the banner, the sign-in and a refusal say how to choose', async () => {
    for (const name of ['first', 'second']) {
      writeOauth(path.join(folder, 'data'), name);
    }
    const port = await serve('build/claude-relay');
    const url = `http://127.0.0.1:${port}`;
    const choose = /ANTHROPIC_CUSTOM_HEADERS="(X-Account-Name): (\w+)"/;
    const refusal = JSON.parse((await message(url)).body).error.message;
    for (const text of [relay.out, refusal]) {
      const [, name, value] = choose.exec(text);
      assert.equal(value, 'first');
      assert.equal((await message(url, { headers: { [name]: value } })).status, 200);
    }
    const [, query] = /with (\?account=\w+)/.exec(refusal);
    assert.equal((await message(url, { target: `/v1/messages${query}` })).status, 200);
    const done = paste(`cd "${folder}"\nbuild/claude-relay login second`, `${CODE}\n`);
    assert.equal(choose.exec(done.stdout)[2], 'second');
    await relay.terminate();
  });

  it('the banner chooses an account that can be used, or says what to do', async () => {
    const data = path.join(folder, 'data');
    fs.mkdirSync(data, { mode: 0o700 });
    writeOauth(data, 'acc', { refresh_token: undefined, expires_at: '2020-01-01T00:00:00Z' });
    await serve('build/claude-relay');
    assert.doesNotMatch(relay.out, /start Claude Code|ANTHROPIC_BASE_URL/);
    const [, line] = /Next: .*`([^`]+ login acc)`/.exec(relay.out);
    const done = paste(line, `${CODE}\n`);
    assert.equal(done.status, 0, done.stdout + done.stderr);
    await relay.terminate();
    fs.writeFileSync(path.join(data, 'oauth_aaa.json'), '{', { mode: 0o600 });
    await serve('build/claude-relay');
    assert.match(relay.out, /X-Account-Name: acc"/);
    await relay.terminate();
  });

  for (const [host, address] of [['127.0.0.2', '127.0.0.2'], ['::ffff:127.0.0.1', '[::ffff:127.0.0.1]'], ['LOCALHOST', 'LOCALHOST']]) {
    it(`HOST=${host}: what the banner says works`, async () => {
      writeOauth(path.join(folder, 'data'), 'acc');
      const port = await serve('build/claude-relay', [], { HOST: host });
      assert.ok(relay.out.includes(`ANTHROPIC_BASE_URL=http://${address}:${port} `), relay.out);
      const connect = { host: host === 'LOCALHOST' ? '127.0.0.1' : host.replace('::ffff:', '') };
      const answer = await message(`http://${connect.host}:${port}`, { headers: { host: `${address}:${port}` } });
      assert.equal(answer.status, 200, answer.body.toString());
      await relay.terminate();
    });
  }

  it('what the relay answers, and what it logs, begins with its folder', async () => {
    const port = await serve('build/claude-relay', [], { DATA_DIR: 'my data' });
    const ask = async (target, options = {}) => (await call(`http://127.0.0.1:${port}${target}`, options)).body.toString();
    const text = async (...args) => {
      const body = JSON.parse(await ask(...args));
      return body.error?.message ?? body.error ?? body.problem ?? body.problems.join();
    };
    const commands = (said) => [...said.matchAll(/`([^`]+)`/g)].map(([, line]) => line);
    const send = ['/v1/messages', { method: 'POST', body: '{}' }];
    const works = (line, input) => {
      const done = paste(line, input);
      assert.equal(done.status, 0, `${line}\n${done.stdout}${done.stderr}`);
      return done.stdout;
    };

    for (const line of commands(await text(...send))) {
      assert.match(line, /^cd '.*' && DATA_DIR='my data' build\/claude-relay (login|account add) main/);
    }
    writeOauth(path.join(folder, 'my data'), 'acc', { access_token: 'CANARY-a', refresh_token: undefined, expires_at: '2020-01-01T00:00:00Z' });
    await until(async () => /acc/.test(await text(...send)), { what: 'the account' });
    works(commands(await text('/v1/messages?account=other', send[1]))[0]);
    works(commands(await text('/oauth/accounts/other/refresh', { method: 'POST' }))[0]);
    const said = [await text(...send), await text('/oauth/accounts/acc/status'), await text('/health')];
    await until(() => /status=401 .* error="the token of/.test(relay.err), { what: 'the log line' });
    const [, logged] = /status=401 .* error=("the token of.*?[^\\]")/.exec(relay.err);
    for (const one of [...said, JSON.parse(logged)]) {
      assert.match(commands(one)[0], /^cd .* login acc$/);
      works(commands(one)[0], `${CODE}\n`);
    }

    /* What the page puts in front of its commands. */
    const { command: begins } = JSON.parse(await ask('/admin/api/session'));
    assert.match(works(`${begins} account list`), /\bacc\b/);

    /* A stranger sees no path. */
    for (const target of ['/admin/api/session', '/v1/me', '/admin/', '/me', '/v1/messages', '/oauth/accounts', '/v1/nothing', '/health', '/']) {
      const body = await ask(target, { headers: { 'x-forwarded-for': '192.0.2.1' } });
      assert.doesNotMatch(body, /\bhere\b|my data|build\//);
    }
    await relay.terminate();
  });

  it('a name that looks like an option, from before that was refused', async () => {
    const data = path.join(folder, 'data');
    fs.mkdirSync(data, { mode: 0o700 });
    for (const name of ['-x', '--help', '--json']) {
      const text = `CANARY-${name.replaceAll('-', '')}`;
      writeOauth(data, name, { access_token: text, refresh_token: undefined, expires_at: '2020-01-01T00:00:00Z' });
    }
    const run = (args, input = '') => spawnSync('build/claude-relay', args, { cwd: folder, env: cleanEnv(), encoding: 'utf8', input });
    const lines = [...run(['account', 'list']).stdout.matchAll(/`([^`]* login -- [^`]*)`/g)].map(([, line]) => line);
    assert.equal(lines.length, 3, run(['account', 'list']).stdout);
    for (const line of lines) {
      const done = paste(`cd "${folder}"\n${line}`, `${CODE}\n`);
      assert.equal(done.status, 0, `${line}\n${done.stdout}${done.stderr}`);
    }
    assert.equal(run(['account', 'test', '--', '--json', '--json']).status, 0);
    for (const args of [['account', 'test', '--json'], ['account', 'profile', '--json'], ['login', '-x']]) {
      assert.equal(run(args).status, 2, args.join(' '));
    }
    for (const args of [['show', '--', '--help'], ['set', '--', '-x', '--note', 'hi'], ['pool', '--', '-x', 'on'], ['profile', '--', '-x'], ['remove', '--', '--json'], ['remove', '-x']]) {
      const done = run(['account', ...args]);
      assert.equal(done.status, 0, args.join(' ') + done.stdout + done.stderr);
      assert.doesNotMatch(done.stdout, /usage:/);
    }

    /* None is made. */
    for (const args of [['account', 'add', '--', '-new', '--api-key', '-'], ['account', 'add', '-new', '--api-key', '-'], ['login', '--', '-new'], ['key', 'create', '--', '-new'], ['key', 'create', '-new'], ['key', 'group', 'create', '-new']]) {
      const refused = run(args, `${API_KEY}\n`);
      assert.equal(refused.status, 1, args.join(' ') + refused.stdout + refused.stderr);
      assert.match(refused.stderr, /(starting|begin) with a dot(,| or) -/, args.join(' '));
    }
  });

  it('a file that is in the way of a backup is named as a shell reads it', () => {
    const file = path.join(folder, "a b's.tar");
    fs.writeFileSync(file, '');
    fs.mkdirSync(path.join(folder, 'data'), { mode: 0o700 });
    writeOauth(path.join(folder, 'data'), 'main');
    const refused = spawnSync('build/claude-relay', ['backup', file], { cwd: folder, env: cleanEnv(), encoding: 'utf8' });
    const [, line] = /`([^`]* backup [^`]*--force)`/.exec(refused.stderr) ?? assert.fail(refused.stderr);
    const done = paste(`cd "${folder}"\n${line}`);
    assert.equal(done.status, 0, `${line}\n${done.stderr}`);
    assert.ok(fs.statSync(file).size > 0);
  });

  it('the page at / shows the address it was reached at', async () => {
    const port = await serve('build/claude-relay');
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost:8080', 'localhost', 'localhost:000080', '[::1]:00']) {
      const address = host.replace(/:0+(?=\d+$)/, ':');
      const ask = (accept) => call(`http://127.0.0.1:${port}/`, { headers: { host, accept } });
      const { usage } = JSON.parse((await ask('*/*')).body);
      assert.match(usage.claude_code, new RegExp(`^export ANTHROPIC_BASE_URL=http://${address.replace(/[[\]]/g, '\\$&')} `));
      assert.ok((await ask('text/html')).body.toString().includes(`export ANTHROPIC_BASE_URL=http://${address}\n`));
    }
    await relay.terminate();
  });

  it('name commands that exist, and no placeholders', () => {
    /* Texts are put together by the compiler: the program itself has them whole. */
    const program = fs.readFileSync(relayBinary, 'latin1');
    /* In the page's modules, which it has too, a backquote means something else. */
    const page = fs.readdirSync(path.join(root, 'web'), { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => fs.readFileSync(path.join(root, 'web', name), 'utf8')).join('\n');
    const found = [...program.matchAll(/`claude-relay(?: ([^`\0\n]+))?`/g)].filter(([whole]) => !page.includes(whole));
    const printed = new Set(found.map(([, line]) => line ?? ''));
    assert.ok(printed.size > 8, [...printed].join('\n'));
    const forms = command(['help']).stdout.split('\n').flatMap((line) => {
      const form = /^(?:usage:|\s+)\s*\S*claude-relay (.*?)(?: {3}.*)?$/.exec(line)?.[1];
      const choice = /^(\S+) (\w+(?:\|\w+)+)/.exec(form ?? '');
      return choice ? choice[2].split('|').map((word) => `${choice[1]} ${word}`) : form ? [form] : [];
    });
    for (const line of printed) {
      const words = line.split(' ').filter((word) => /^[a-z][a-z-]*$/.test(word));
      const fits = (part, word, i) => part.replace(/[[\]]/g, '').split('|').includes(word) || (i > 0 && /^\[?[A-Z]/.test(part));
      const known = words.length === 0 || forms.some((form) => words.slice(0, 2).every((word, i) => fits(form.split(' ')[i] ?? '', word, i)));
      assert.ok(known, `there is no "${line}"`);
      assert.doesNotMatch(line, /\b(NAME|URL|FOLDER)\b|[<>]/, line);
    }
  });
});

/* `check` tries the way out by itself. */
describe('a check beside a relay with other settings', { timeout: 120000 }, () => {
  const SECRET = Buffer.alloc(32, 'CANARY').toString('base64');
  const proxy = { GLOBAL_PROXY_ENABLED: 'true', GLOBAL_PROXY_TYPE: 'http', GLOBAL_PROXY_HOST: '127.0.0.1', GLOBAL_PROXY_PORT: '9', GLOBAL_PROXY_USERNAME: 'u', GLOBAL_PROXY_PASSWORD: 'CANARY-p' };

  for (const [what, theirs, ours, names] of [
    ['the proxy is missing', proxy, {}, Object.keys(proxy)],
    ['the proxy is another', proxy, { ...proxy, GLOBAL_PROXY_HOST: '127.0.0.2' }, ['GLOBAL_PROXY_HOST']],
    ['the password is another', proxy, { ...proxy, GLOBAL_PROXY_PASSWORD: 'CANARY-q' }, ['GLOBAL_PROXY_PASSWORD']],
    ['RELAY_SECRET is missing', { RELAY_SECRET: SECRET }, {}, ['RELAY_SECRET']],
    ['RELAY_SECRET is missing there', {}, { RELAY_SECRET: SECRET }, ['RELAY_SECRET']],
    ['the client is another', {}, { OAUTH_CLIENT_ID: 'mine' }, ['OAUTH_CLIENT_ID']],
  ]) {
    it(`${what}: check says so`, async () => {
      const relay = await startRelay({ env: theirs });
      const base = Object.fromEntries(Object.entries(relay.settings).filter(([name]) => !(name in theirs)));
      const check = command(['check'], { env: { ...base, ...ours } });
      assert.doesNotMatch(check.stdout, /proxy test/);
      assert.match(check.stdout, new RegExp(`^fail {2}relay .*port ${relay.port}\\).*settings than this command: ${names.join(', ')};.*\\.env`, 'm'));
      await relay.stop();
      /* It has ended, in whatever way: nobody disagrees any more. */
      if (!('RELAY_SECRET' in theirs)) {
        assert.equal(command(['account', 'list'], { env: { ...base, ...ours } }).status, 0);
      }
    });
  }

  it('with the same settings it works, and a relay that was killed is none', async () => {
    const relay = await startRelay({ env: proxy });
    const add = (name, settings) => command(['account', 'add', name, '--api-key', '-'], { env: settings, input: `${API_KEY}\n` });
    assert.equal(add('a', relay.settings).status, 0);
    assert.match(command(['check'], { env: relay.settings }).stdout, new RegExp(`^ok {4}relay .*port ${relay.port}`, 'm'));
    assert.equal(fs.statSync(path.join(relay.dataDir, '.relay')).mode & 0o777, 0o600);
    assert.doesNotMatch(fs.readFileSync(path.join(relay.dataDir, '.relay'), 'utf8'), /CANARY/);
    relay.program.child.kill('SIGKILL');
    await relay.program.ended;
    assert.equal(add('b', { DATA_DIR: relay.dataDir }).status, 0);
  });
});
