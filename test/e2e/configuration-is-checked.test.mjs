// SPDX-License-Identifier: MIT
/* With a bad configuration nothing starts, and the program says what is wrong; bad command lines print
   usage; SIGTERM ends cleanly. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { it } from 'node:test';

import { command, describe, sleep, startRelay, startSim, tempFolder, until } from '../support/processes.mjs';
import { call, message, stream } from '../support/http.mjs';

const bad = {
  PORT: ['0', '65536', '-1', '80x', 'http', '3000 ', '0x10', '99999999999999999999'],
  HOST: ['nonsense', '1.2.3', '300.1.1.1', 'example.invalid'],
  WORKERS: ['-1', '257', 'many', '1.5'],
  MAX_CONNECTIONS: ['0', '15', '1000001', 'x'],
  CLAUDE_API_URL: ['api.anthropic.com', 'ftp://api.anthropic.com', 'http://api.anthropic.com/v1/messages', 'http://192.0.2.1/', 'https://', 'https://a b/', 'https://host:0/', 'https://host:70000/', 'https://user:CANARY@host/', 'http://127.0.0.1.evil.example/'],
  CLAUDE_API_VERSION: ['2023-06-01\r\nX: y', 'a b'],
  CLAUDE_BETA_HEADER: ['a\r\nb: c', 'x\ty'],
  CLAUDE_TIMEOUT: ['30', '5 m', '-5s', '0', '0s', 'forever', '1h30', 's', '1.5.5s', '10q', '9999999999999h'],
  STREAM_IDLE_TIMEOUT: ['300', '0s', 'x'],
  PROXY_TIMEOUT: ['30', '0s', 'x'],
  UPSTREAM_CA_FILE: ['/nowhere/ca.pem'],
  GLOBAL_PROXY_ENABLED: ['yes', 'on', '2', 'TRue'],
  NOTIFY_FORMAT: ['Slack', 'xml'],
  LOG_LEVEL: ['verbose', 'INFO', '3'],
  LOG_FORMAT: ['xml', 'JSON '],
};
/* What is allowed must stand there as well: a word of it. */
const allowed = {
  PORT: /1 to 65535/,
  HOST: /address|localhost/,
  WORKERS: /256/,
  MAX_CONNECTIONS: /16/,
  CLAUDE_API_URL: /https?:\/\/|port|host|user|credential/i,
  CLAUDE_API_VERSION: /letters/,
  CLAUDE_BETA_HEADER: /flags|commas/,
  CLAUDE_TIMEOUT: /30s/,
  STREAM_IDLE_TIMEOUT: /30s/,
  PROXY_TIMEOUT: /30s/,
  UPSTREAM_CA_FILE: /PEM/,
  GLOBAL_PROXY_ENABLED: /true or false/,
  NOTIFY_FORMAT: /slack, feishu/,
  LOG_LEVEL: /debug/,
  LOG_FORMAT: /json/,
};

const proxy = { GLOBAL_PROXY_ENABLED: 'true', GLOBAL_PROXY_TYPE: 'socks5', GLOBAL_PROXY_HOST: 'proxy.invalid', GLOBAL_PROXY_PORT: '1080' };
const halfProxies = {
  'no type': [{ GLOBAL_PROXY_TYPE: '' }, /GLOBAL_PROXY_TYPE/],
  'no host': [{ GLOBAL_PROXY_HOST: '' }, /GLOBAL_PROXY_HOST/],
  'no port': [{ GLOBAL_PROXY_PORT: '' }, /GLOBAL_PROXY_PORT/],
  'port 0': [{ GLOBAL_PROXY_PORT: '0' }, /GLOBAL_PROXY_PORT/],
  'a port too high': [{ GLOBAL_PROXY_PORT: '65536' }, /GLOBAL_PROXY_PORT/],
  'an unknown type': [{ GLOBAL_PROXY_TYPE: 'socks4' }, /GLOBAL_PROXY_TYPE=.*socks5/s],
  'a user without password': [{ GLOBAL_PROXY_USERNAME: 'u' }, /password/i],
  'a password without user': [{ GLOBAL_PROXY_PASSWORD: 'CANARY-p' }, /username/i],
  'a host that is none': [{ GLOBAL_PROXY_HOST: 'http://proxy' }, /GLOBAL_PROXY.*host/is],
  'set, but neither enabled nor disabled': [{ GLOBAL_PROXY_ENABLED: '' }, /GLOBAL_PROXY_ENABLED/],
};

function refuses(env, ...patterns) {
  const done = command(['serve', '--port', '0'], { env });
  assert.notEqual(done.status, null, 'it started all the same');
  assert.equal(done.status, 1, `${done.status}: ${done.stderr}`);
  assert.equal(done.stdout, '');
  for (const pattern of patterns) {
    assert.match(done.stderr, pattern);
  }
  assert.ok(!done.stderr.includes('CANARY'), `a secret is repeated: ${done.stderr}`);
  assert.ok(done.stderr.trimEnd().split('\n').length <= 2, `more than a person can read:\n${done.stderr}`);
  return done.stderr;
}

const literally = (text) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));

describe('with a bad configuration nothing starts', () => {
  for (const [name, values] of Object.entries(bad)) {
    it(name, () => {
      for (const value of values) {
        const stderr = refuses({ [name]: value }, new RegExp(name), allowed[name]);
        const mayHoldASecret = /\S\s+\S|CANARY/.test(value) || name.startsWith('GLOBAL_PROXY_');
        assert.match(stderr, mayHoldASecret ? /\(not shown\)/ : literally(value.trim()), 'the value is not named');
        assert.ok(!/[\x00-\x08\x0b-\x1f]/.test(stderr), 'control characters reach the terminal');
      }
    });
  }

  for (const [name, [change, pattern]] of Object.entries(halfProxies)) {
    it(`the global proxy, half-filled: ${name}`, () => refuses({ ...proxy, ...change }, pattern));
  }

  it('where notices go, which is a secret', () => {
    for (const url of ['hooks.example/CANARY', 'http://hooks.example/CANARY', 'https://u:CANARY@hooks.example/', 'https://hooks.example/CANARY x', 'ftp://CANARY/', 'https://hooks.example/#CANARY']) {
      const stderr = refuses({ NOTIFY_URL: url }, /environment: NOTIFY_URL: must be https:\/\//);
      assert.ok(!stderr.includes('hooks.example'), stderr);
    }
    refuses({ NOTIFY_URL: 'https://api.telegram.org/botCANARY/sendMessage', NOTIFY_FORMAT: 'telegram' }, /NOTIFY_URL: .*chat_id=/);
    refuses({ NOTIFY_FORMAT: 'slack' }, /NOTIFY_FORMAT: NOTIFY_URL must be set/);
  });

  it('everything is told at once, with file and line', () => {
    const cwd = tempFolder();
    fs.writeFileSync(path.join(cwd, '.env'), '# mine\nPORT=http\nLOG_LEVEL="loud"\nnot a line CANARY\nGLOBAL_PROXY_ENABLED=true\nGLOBAL_PROXY_HOST=http://u:CANARY@proxy:1\n');
    const done = command(['serve'], { cwd, env: { WORKERS: 'many', LOG_FORMAT: 'text' } });
    assert.equal(done.status, 1);
    assert.ok(!done.stderr.includes('CANARY'));
    assert.deepEqual(done.stderr.trimEnd().split('\n').map((line) => /^claude-relay: bad configuration: ((?:\.env:\d+|environment): [A-Z_a-z]+)/.exec(line)?.[1]).sort(), [
      '.env:2: PORT', '.env:3: LOG_LEVEL', '.env:4: not', '.env:5: GLOBAL_PROXY_PORT', '.env:5: GLOBAL_PROXY_TYPE', '.env:6: GLOBAL_PROXY_HOST', 'environment: WORKERS',
    ]);
    fs.writeFileSync(path.join(cwd, '.env'), '\nGLOBAL_PROXY_ENABLED=true\nGLOBAL_PROXY_TYPE=http\nGLOBAL_PROXY_HOST=h\nGLOBAL_PROXY_PORT=1\nGLOBAL_PROXY_USERNAME=u:v\nGLOBAL_PROXY_PASSWORD=CANARY\n');
    const colon = command(['serve'], { cwd, env: { WORKERS: 'many' } });
    assert.match(colon.stderr, /environment: WORKERS=.*\n.*\.env:2: GLOBAL_PROXY_\*: proxy username holds a ':'/);
  });

  it('a certificate file without a certificate', () => {
    const file = path.join(tempFolder(), 'ca.pem');
    fs.writeFileSync(file, 'no certificate\n');
    refuses({ UPSTREAM_CA_FILE: file }, /UPSTREAM_CA_FILE|ca\.pem/);
  });

  it('a data folder that cannot be one', () => {
    const file = path.join(tempFolder(), 'file');
    fs.writeFileSync(file, '');
    refuses({ DATA_DIR: file }, /DATA_DIR/, literally(file));
    refuses({ DATA_DIR: '/proc/nowhere' }, /DATA_DIR/);
  });

  it('a port that is taken', async () => {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, '0.0.0.0', resolve));
    const port = server.address().port;
    const done = command(['serve', '--port', String(port)]);
    server.close();
    assert.equal(done.status, 1);
    assert.match(done.stderr, literally(String(port)));
  });

  it('an empty value is no value', async () => {
    const relay = await startRelay({ env: { CLAUDE_TIMEOUT: '', LOG_LEVEL: '', HOST: '', GLOBAL_PROXY_ENABLED: '' } });
    await relay.stop();
  });

  it('good values of every form start', async () => {
    for (const env of [
      { CLAUDE_TIMEOUT: '1h30m', STREAM_IDLE_TIMEOUT: '1.5h', PROXY_TIMEOUT: '100ms' },
      { HOST: '127.0.0.1', WORKERS: '1', MAX_CONNECTIONS: '16', LOG_LEVEL: 'debug', LOG_FORMAT: 'json' },
      { CLAUDE_API_URL: 'http://localhost:1/prefix/v1/messages', GLOBAL_PROXY_ENABLED: 'false' },
      { CLAUDE_API_URL: 'http://[::1]:1', CLAUDE_BETA_HEADER: 'a-1,b-2' },
      { ...proxy, GLOBAL_PROXY_USERNAME: 'u', GLOBAL_PROXY_PASSWORD: 'CANARY-p@ss/w#rd:' },
      { ...proxy, GLOBAL_PROXY_ENABLED: 'false' },
    ]) {
      const relay = await startRelay({ env });
      assert.equal((await call(`${relay.url}/health`)).status, 200);
      await relay.stop();
    }
  });

  it('a path prefix of CLAUDE_API_URL counts', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: `${sim.url}/some/prefix/v1/messages` });
    const { body } = await message(relay.url, { headers: { 'x-sim-echo': '1' } });
    assert.equal(JSON.parse(body).target, '/some/prefix/v1/messages');
    await relay.stop();
    await sim.stop();
  });

  it('LOG_LEVEL keeps what is worth that much: a request that failed is a warning', async () => {
    for (const [LOG_LEVEL, failed, refused] of [['info', true, true], ['warn', true, false], ['error', false, false]]) {
      const relay = await startRelay({ upstream: 'http://127.0.0.1:1', env: { LOG_LEVEL } });
      assert.equal((await message(relay.url)).status, 502);
      assert.equal((await message(relay.url, { target: '/v1/messages?account=nobody' })).status, 400);
      await relay.stop();
      assert.equal(/request.*status=502/.test(relay.log), failed, LOG_LEVEL);
      assert.equal(/request.*status=400/.test(relay.log), refused, LOG_LEVEL);
    }
  });
});

describe('the command line', () => {
  for (const args of [['frobnicate'], ['--frobnicate'], ['serve', '--frobnicate'], ['serve', 'now'], ['serve', '--port'], ['serve', '--port', 'x'], ['serve', '--port', '65536'], ['serve', '--port', '-1'], ['account'], ['account', 'add'], ['account', 'add', 'x'], ['account', 'add', 'x', '--api-key'], ['account', 'add', 'x', '--api-key', '-', 'more'], ['account', 'frobnicate'], ['--port=x']]) {
    it(`claude-relay ${args.join(' ')}: usage, and 2`, () => {
      const done = command(args);
      assert.equal(done.status, 2, `${done.status}: ${done.stderr}`);
      assert.match(done.stderr, /usage: \S*claude-relay /);
      assert.equal(done.stdout, '');
    });
  }

  it('help lists every command and every option', () => {
    const done = command(['help']);
    assert.equal(done.status, 0);
    for (const word of ['serve', 'account', 'version', ...Object.keys(bad), 'DATA_DIR', ...Object.keys(proxy)]) {
      assert.ok(done.stdout.includes(word), word);
    }
  });

  it('--help and --version, as everywhere', () => {
    assert.match(command(['--help']).stdout, /usage: \S*claude-relay /);
    assert.match(command(['--version']).stdout, /^claude-relay \d+\.\d+/);
    assert.match(command(['version']).stdout, /^claude-relay \d+\.\d+/);
  });

  it('--port 0 picks a port and prints it; --port=N takes that one', async () => {
    const relay = await startRelay();
    assert.ok(relay.port > 0);
    const { port } = relay;
    await relay.stop();
    const again = await startRelay({ args: [`--port=${port}`] });
    assert.equal(again.port, port);
    await again.stop();
  });

  it('DATA_DIR is ./data by default', async () => {
    const relay = await startRelay({ env: { DATA_DIR: '' }, accounts: () => {} });
    const cwd = fs.readlinkSync(`/proc/${relay.pid}/cwd`);
    const info = fs.statSync(path.join(cwd, 'data'));
    assert.equal(info.mode & 0o777, 0o700);
    await relay.stop();
  });
});

describe('the end', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`${signal} ends it in order, idle or busy`, async () => {
      const sim = await startSim();
      const idle = await startRelay({ upstream: sim.apiUrl });
      await idle.stop(signal);

      const relay = await startRelay({ upstream: sim.apiUrl });
      const streams = await Promise.all(Array.from({ length: 20 }, () => stream(relay.url, { headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '10' } })));
      await Promise.all(streams.map((s) => s.next()));
      await relay.stop(signal); /* the streams would never end */
      await Promise.all(streams.map((s) => s.ended));
      await until(async () => (await sim.totals()).streams_open === 0, { what: 'the end of all streams' });
      await sim.stop();
    });
  }

  it('a start says so if every address may say any address', async () => {
    const relay = await startRelay({ env: { TRUSTED_PROXIES: '10.0.0.0/8, 0.0.0.0/0, ::/0' } });
    await relay.logged(/TRUSTED_PROXIES holds 0\.0\.0\.0\/0: whoever connects can say any address/);
    await relay.logged(/TRUSTED_PROXIES holds ::\/0: /);
    assert.doesNotMatch(relay.log, /holds 10\./);
    await relay.stop();
  });

  it('SIGTERM twice, and at once after the start', async () => {
    const relay = await startRelay();
    process.kill(relay.pid, 'SIGTERM');
    await relay.stop();
  });

  it('SIGPIPE does not kill a request', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl });
    process.kill(relay.pid, 'SIGPIPE');
    await sleep(50);
    assert.equal((await message(relay.url)).status, 200);
    await relay.stop();
    await sim.stop();
  });
});
