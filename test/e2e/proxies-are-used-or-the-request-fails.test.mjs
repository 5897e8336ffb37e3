// SPDX-License-Identifier: MIT
/* A configured proxy is used or the request fails: real proxies, all three places
   where one can be configured, and every way a proxy can fail.  The door in front of
   the simulator counts who came directly: nobody ever. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { after, before, it } from 'node:test';

import { assertProblem } from '../support/check.mjs';
import { call, HELLO, message, stream } from '../support/http.mjs';
import { addApiKey, command, commandBeside, describe, startRelay, startSim, tempFolder, until, writeOauth } from '../support/processes.mjs';
import { CLOSED_PORT, joinCertificates, makeCertificate, NAME, PASSWORD, startCutter, startDoor, startProxy, startSilent } from '../support/proxies.mjs';

const TYPES = ['socks5', 'http', 'https'];
const KINDS = TYPES.flatMap((type) => [
  { type, credentials: false, name: type },
  { type, credentials: true, name: `${type}-with-password` },
]);

const made = { proxies: {} };

const configOf = ({ type, port, username, password }) => ({ type, host: '127.0.0.1', port, ...(username ? { username, password } : {}) });

const globalEnv = ({ type, port, username, password }) => ({
  GLOBAL_PROXY_ENABLED: 'true',
  GLOBAL_PROXY_TYPE: type,
  GLOBAL_PROXY_HOST: '127.0.0.1',
  GLOBAL_PROXY_PORT: String(port),
  ...(username ? { GLOBAL_PROXY_USERNAME: username, GLOBAL_PROXY_PASSWORD: password } : {}),
});

/* The three places: what the relay is started with and what a request says. */
const PLACES = {
  global: (proxy) => ({ env: globalEnv(proxy) }),
  account: (proxy) => ({ accounts: (dir) => writeOauth(dir, 'far', { proxy_config: configOf(proxy) }) }),
  request: (proxy) => ({ body: { proxy_config: configOf(proxy) } }),
};

async function withRelay(options, use) {
  const relay = await startRelay({ upstream: made.apiUrl, ca: made.ca, ...options });
  try {
    await use(relay);
  } finally {
    await relay.stop();
  }
}

/* The address of the proxy, as errors name it. */
const named = (proxy) => new RegExp(`proxy .*127\\.0\\.0\\.1:${proxy.port}`);

before(async () => {
  made.certificate = makeCertificate();
  made.sim = await startSim({ tls: true });
  made.ca = joinCertificates(made.sim.ca, made.certificate.cert);
  made.door = await startDoor(made.sim.port);
  made.apiUrl = `https://127.0.0.1:${made.door.port}/v1/messages`;
  for (const kind of KINDS) {
    made.proxies[kind.name] = await startProxy(kind.type, { ...kind, certificate: made.certificate });
  }
});

after(async () => {
  for (const proxy of Object.values(made.proxies)) {
    await proxy.stop();
  }
  await made.door.stop();
  await made.sim.stop();
});

describe('a proxy that works', () => {
  for (const kind of KINDS) {
    for (const [place, configure] of Object.entries(PLACES)) {
      it(`${kind.name}, ${place}: streams pass as they come, and nothing goes direct`, async () => {
        const proxy = made.proxies[kind.name];
        const { body, ...options } = configure(proxy);
        const before = { connects: proxy.connects().length, proxied: made.door.proxied };
        await withRelay(options, async (relay) => {
          const ask = (headers) => stream(relay.url, { body: { ...HELLO, stream: true, ...body }, headers });
          /* Its end never comes: what is kept back until then does not come either. */
          const endless = await ask({ 'x-sim-stall-at': '600' });
          assert.equal(endless.status, 200);
          await endless.next();
          endless.leave();
          const whole = await ask({});
          assert.equal(await whole.ended, true);
        });
        const targets = proxy.connects().slice(before.connects);
        assert.equal(made.door.direct, 0, 'somebody went direct');
        assert.ok(made.door.proxied > before.proxied);
        assert.ok(targets.length > 0, 'the proxy saw nothing');
        targets.forEach((target) => assert.equal(target, `127.0.0.1:${made.door.port}`));
      });
    }

    it(`${kind.name}: large bodies pass both ways`, async () => {
      await withRelay(PLACES.global(made.proxies[kind.name]), async (relay) => {
        const text = crypto.randomBytes(6 << 20).toString('hex');
        const bytes = Buffer.from(JSON.stringify({ ...HELLO, messages: [{ role: 'user', content: text }] }));
        const echo = await message(relay.url, { body: bytes, headers: { 'x-sim-echo': '1' } });
        assert.equal(echo.status, 200);
        assert.equal(JSON.parse(echo.body).body_sha256, crypto.createHash('sha256').update(bytes).digest('hex'));
        const large = await message(relay.url, { headers: { 'x-sim-events': '200', 'x-sim-event-size': '65536' } });
        assert.equal(large.complete, true);
        assert.ok(large.body.length > 200 * 65536, `${large.body.length} bytes`);
      });
      assert.equal(made.door.direct, 0);
    });

    it(`${kind.name}: a reader that pauses gets all of it`, async () => {
      await withRelay(PLACES.global(made.proxies[kind.name]), async (relay) => {
        const answer = await stream(relay.url, { headers: { 'x-sim-events': '400', 'x-sim-event-size': '32768' } });
        answer.res.pause();
        await new Promise((resolve) => setTimeout(resolve, 500));
        answer.res.resume();
        let events = 0;
        for (let event = await answer.next(); event; event = await answer.next()) {
          events++;
        }
        assert.ok(events >= 400, `${events} events`);
        assert.equal(answer.res.complete, true);
      });
      assert.equal(made.door.direct, 0);
    });

    it(`${kind.name}: a client that leaves cancels`, async () => {
      await withRelay(PLACES.global(made.proxies[kind.name]), async (relay) => {
        const name = `leaver-${kind.name}`;
        const answer = await stream(relay.url, { headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '20', 'x-sim-name': name } });
        await answer.next();
        answer.leave();
        await until(async () => (await made.sim.row(name)).outcome === 'aborted', { what: 'the abort at the sim' });
      });
    });
  }

  for (const type of TYPES) {
    it(`${type}: a name is the proxy's to resolve`, async () => {
      const sim = await startSim({ tls: true, certificate: made.certificate });
      const proxy = await startCutter(type, Infinity, made.certificate);
      for (const configure of Object.values(PLACES)) {
        const { body, ...options } = configure(proxy);
        await withRelay({ ...options, upstream: `https://${NAME}:${sim.port}/v1/messages` }, async (relay) => {
          const answer = await message(relay.url, { body: { ...HELLO, ...body } });
          assert.equal(answer.status, 200, answer.body.toString());
        });
      }
      assert.deepEqual(proxy.hosts.map((host) => host.split(':')[0]), Array(3).fill(NAME));
      await proxy.stop();
      await sim.stop();
    });
  }

  it('the global one comes before that of the request and of the account', async () => {
    const [first, second, third] = ['http', 'socks5', 'http-with-password'].map((name) => made.proxies[name]);
    const seen = [first, second, third].map((proxy) => proxy.connects().length);
    const accounts = (dir) => writeOauth(dir, 'far', { proxy_config: configOf(third) });
    const body = { ...HELLO, proxy_config: configOf(second) };
    await withRelay({ env: globalEnv(first), accounts }, async (relay) => assert.equal((await message(relay.url, { body })).status, 200));
    assert.deepEqual([first, second, third].map((proxy) => proxy.connects().length), [seen[0] + 1, seen[1], seen[2]]);
    await withRelay({ accounts }, async (relay) => assert.equal((await message(relay.url, { body })).status, 200));
    assert.deepEqual([first, second, third].map((proxy) => proxy.connects().length), [seen[0] + 1, seen[1] + 1, seen[2]]);
  });
});

describe('a proxy that fails', { concurrency: 3 }, () => {
  const wrong = (type) => ({ ...made.proxies[`${type}-with-password`], password: 'CANARY-wrong' });
  const none = (type) => ({ ...made.proxies[`${type}-with-password`], username: undefined });

  /* Through all three places; the simulator must not hear of it. */
  async function fails(proxy, status, text, env = {}) {
    for (const [place, configure] of Object.entries(PLACES)) {
      const { body, ...options } = configure(proxy);
      const name = `fails-${crypto.randomUUID()}`;
      await withRelay({ ...options, env: { ...options.env, ...env } }, async (relay) => {
        const answer = await message(relay.url, { body: { ...HELLO, ...body }, headers: { 'x-sim-name': name } });
        const { error } = assertProblem(answer, status, null, text);
        assert.match(error.message, named(proxy), `${place}: the proxy is not named`);
        assert.ok(!error.message.includes(PASSWORD));
      });
      assert.equal(made.door.direct, 0, 'somebody went direct');
      assert.equal((await made.sim.ledger(name)).length, 0);
    }
  }

  for (const type of TYPES) {
    it(`${type}: a wrong password`, () => fails(wrong(type), 502, /proxy authenticate failed: .*check the user name and password/));
    it(`${type}: no password`, () => fails(none(type), 502, /proxy authenticate failed: .*wants a user name and password/));
    it(`${type}: nobody listens`, () => fails({ type, port: CLOSED_PORT }, 502, /proxy connect failed/));

    it(`${type}: it says nothing`, async () => {
      const silent = await startSilent(type);
      await fails(silent, 504, type === 'https' ? /proxy TLS failed/ : /proxy authenticate failed/, { PROXY_TIMEOUT: '1s' });
      await silent.stop();
    });

    it(`${type}: it hangs up in the middle of a stream`, async () => {
      const cutter = await startCutter(type, 20000, made.certificate);
      for (const configure of Object.values(PLACES)) {
        const { body, ...options } = configure(cutter);
        await withRelay(options, async (relay) => {
          const answer = await message(relay.url, { body: { ...HELLO, stream: true, ...body }, headers: { 'x-sim-events': '100', 'x-sim-event-size': '1000' } });
          assert.equal(answer.status, 200);
          assert.equal(answer.complete, false, 'a cut answer looks whole');
          await relay.logged(/was cut/);
          await relay.logged(named(cutter));
        });
      }
      assert.equal(made.door.direct, 0);
      await cutter.stop();
    });

    it(`${type}: it hangs up in the TLS handshake with the API`, async () => {
      const cutter = await startCutter(type, 100, made.certificate);
      await fails(cutter, 502, /TLS failed: 127\.0\.0\.1/);
      await cutter.stop();
    });
  }

  it('https: a certificate that nobody trusts', async () => {
    for (const place of [PLACES.global, PLACES.account]) {
      const proxy = made.proxies['https-with-password'];
      await withRelay({ ca: made.sim.ca, ...place(proxy) }, async (relay) => {
        const answer = await message(relay.url);
        assertProblem(answer, 502, 'api_error', /proxy TLS failed: .*certificate/);
        assert.match(answer.body.toString(), named(proxy));
      });
    }
    assert.equal(made.door.direct, 0);
  });

  it('half-filled: no start, no account, no request', async () => {
    const { port } = made.proxies.http;
    const half = { type: 'http', host: '127.0.0.1', port, username: 'CANARY-user' };
    const start = command(['--port', '0'], { env: { CLAUDE_API_URL: made.apiUrl, ...globalEnv({ type: 'http', port }), GLOBAL_PROXY_USERNAME: 'u' } });
    assert.equal(start.status, 1);
    assert.match(start.stderr, /GLOBAL_PROXY_PASSWORD/);
    await withRelay({ accounts: (dir) => writeOauth(dir, 'far', { proxy_config: half }) }, async (relay) => {
      const answer = await message(relay.url);
      assert.ok(answer.status >= 400, String(answer.status));
      assert.match(answer.body.toString(), /proxy password is missing/);
    });
    await withRelay({}, async (relay) => {
      for (const proxy_config of [half, { type: 'http', host: '127.0.0.1' }, { host: '127.0.0.1', port }, {}, 'http://127.0.0.1', []]) {
        const answer = await message(relay.url, { body: { ...HELLO, proxy_config } });
        assertProblem(answer, 400, 'invalid_request_error', /proxy/);
      }
    });
    assert.equal(made.door.direct, 0, 'somebody went direct');
  });
});

describe('proxy test and check', { concurrency: 3 }, () => {
  const env = () => ({ CLAUDE_API_URL: made.apiUrl, UPSTREAM_CA_FILE: made.ca });
  const url = ({ type, port, username, password }) => `${type}://${username ? `${username}:${encodeURIComponent(password)}@` : ''}127.0.0.1:${port}`;

  for (const kind of KINDS) {
    it(`${kind.name}: each step and its time`, async () => {
      const proxy = made.proxies[kind.name];
      const steps = ['resolve', 'connect', ...(kind.type === 'https' ? ['proxy TLS'] : []), 'authenticate', 'TLS', 'request'];
      const tries = [
        await commandBeside(['proxy', 'test', '--url', '-'], { env: env(), input: `${url(proxy)}\n` }),
        await commandBeside(['proxy', 'test', '--url', url(proxy)], { env: env() }),
        await commandBeside(['proxy', 'test'], { env: { ...env(), ...globalEnv(proxy) } }),
      ];
      for (const run of tries) {
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.deepEqual([...run.stdout.matchAll(/^ {2}(\S.*?) +\d+\.\d ms +ok$/gm)].map((match) => match[1]), steps);
        assert.match(run.stdout, new RegExp(`through the ${kind.type} proxy 127\\.0\\.0\\.1:${proxy.port}`));
        assert.match(run.stdout, /Reached: HTTP 200/);
        assert.ok(!(run.stdout + run.stderr).includes(PASSWORD));
      }
      assert.equal(made.door.direct, 0, 'somebody went direct');
    });
  }

  it('an account and its own proxy; a wrong password is told', async () => {
    const dir = tempFolder();
    const proxy = made.proxies['http-with-password'];
    writeOauth(dir, 'far', { proxy_config: configOf(proxy) });
    writeOauth(dir, 'off', { proxy_config: configOf({ ...proxy, password: 'CANARY-wrong' }) });
    const good = await commandBeside(['proxy', 'test', '--account', 'far'], { env: { ...env(), DATA_DIR: dir } });
    assert.equal(good.status, 0, good.stdout + good.stderr);
    const bad = await commandBeside(['proxy', 'test', '--account', 'off'], { env: { ...env(), DATA_DIR: dir } });
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /authenticate +\d+\.\d ms +failed: proxy authenticate failed: 127\.0\.0\.1:\d+: it answered 40[17]; check/);
    assert.match(bad.stdout, /Not reached: the step "authenticate" failed/);
    assert.ok(!bad.stdout.includes('CANARY'));
    const wins = await commandBeside(['proxy', 'test', '--account', 'off'], { env: { ...env(), DATA_DIR: dir, ...globalEnv(made.proxies.socks5) } });
    assert.equal(wins.status, 0);
    assert.match(wins.stdout, /GLOBAL_PROXY_ENABLED is true/);
    assert.equal(made.door.direct, 0, 'somebody went direct');
  });

  it('the doctor: all well, and a proxy that fails', async () => {
    const dir = tempFolder();
    addApiKey(dir, 'demo');
    const well = await commandBeside(['check'], { env: { ...env(), DATA_DIR: dir, MAX_CONNECTIONS: '100', ...globalEnv(made.proxies['https-with-password']) } });
    assert.equal(well.status, 0, well.stdout + well.stderr);
    assert.match(well.stdout, /^ok +upstream +127\.0\.0\.1:\d+ answers through the https proxy 127\.0\.0\.1:\d+, in \d+ ms$/m);
    assert.match(well.stdout, /^ok +account +demo: good$/m);
    const ill = await commandBeside(['check'], { env: { ...env(), DATA_DIR: dir, ...globalEnv({ ...made.proxies['https-with-password'], password: 'CANARY-wrong' }) } });
    assert.equal(ill.status, 1);
    assert.match(ill.stdout, /^fail +proxy +proxy authenticate failed: .*check the user name and password/m);
    assert.ok(!(ill.stdout + ill.stderr).includes('CANARY'));
    assert.equal(made.door.direct, 0, 'somebody went direct');
  });
});

it('the door knows who comes directly', async () => {
  await withRelay({}, async (relay) => assert.equal((await message(relay.url)).status, 200));
  assert.ok(made.door.direct > 0, 'the door sees nothing: no test above would');
  assert.equal((await call(`https://127.0.0.1:${made.door.port}/sim/totals`, { ca: made.sim.caPem })).status, 200);
});
