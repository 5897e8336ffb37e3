// SPDX-License-Identifier: MIT
/* NOTIFY_URL is told when something needs somebody, and when it is over: once each,
   through the proxy or not at all, and nobody is told the URL. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { after, before, beforeEach, it } from 'node:test';

import { HELLO, message } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { freePort } from '../support/ports.mjs';
import { addApiKey, commandBeside, describe, stage, startRelay, tempFolder, until, writeOauth } from '../support/processes.mjs';
import { CLOSED_PORT, listen, makeCertificate, startProxy } from '../support/proxies.mjs';

const SECRET = 'CANARYhooktoken';
const CODE = 'CANARY_code-AZ09';
const inSeconds = (seconds) => String(Math.floor(Date.now() / 1000) + seconds);

/* Who takes notices: `posts` have come, `answers` are given to the next ones. */
async function startReceiver() {
  const receiver = { posts: [], answers: [] };
  const server = http.createServer((req, res) => {
    let body = '';
    req.on('data', (data) => (body += data));
    req.on('end', () => {
      const { status = 200, text = '' } = receiver.answers.shift() ?? {};
      receiver.posts.push({ status, method: req.method, url: req.url, headers: req.headers, from: req.socket.remoteAddress, body });
      res.writeHead(status).end(text);
    });
  });
  Object.assign(receiver, await listen(server));
  receiver.url = `http://127.0.0.1:${receiver.port}/hook/${SECRET}?key=${SECRET}`;
  /* What was taken, of one id: "window_80 begun". */
  receiver.told = (id) => receiver.posts.filter(({ status }) => status === 200).map(({ body }) => JSON.parse(body)).filter((notice) => notice.id === id)
    .map(({ event, state }) => `${event} ${state}`);
  receiver.until = (id, ...want) => until(() => receiver.told(id).length >= want.length, { what: `${want} of ${id}` })
    .then(() => assert.deepEqual(receiver.told(id), want));
  return receiver;
}

describe('notices', () => {
  const s = stage({});
  let receiver;
  before(async () => (receiver = await startReceiver()));
  after(() => receiver.stop());
  beforeEach(async () => {
    receiver.posts.length = 0;
    receiver.answers.length = 0;
    await s.sim.forgetFaults();
  });
  const start = ({ env, ...options } = {}) => startRelay({ upstream: s.sim.apiUrl, env: { NOTIFY_URL: receiver.url, ...env }, ...options });
  const fault = (directives) => s.sim.fault({ path: '/v1/messages', times: 0, directives });
  /* The provider refuses demo for good; the other one serves. */
  const twoAccounts = (dataDir) => ['demo', 'other'].forEach((name) => addApiKey(dataDir, name));
  const block = async (relay) => {
    const key = await createKey(relay, 'alice', { accounts: ['demo'] });
    await fault({ status: 400, body: '{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}' });
    await key.message({ body: HELLO });
  };
  const assertUnseen = (text) => assert.ok(!text.includes(SECRET), `the URL is told: ${text}`);

  it('an account is revoked, and signs in again: told once each', async () => {
    const relay = await start({ accounts: (dataDir) => writeOauth(dataDir, 'mine') });
    const key = await createKey(relay, 'alice', { accounts: ['mine'] });
    await fault({ status: 401, body: '{"type":"error","error":{"type":"authentication_error","message":"OAuth token has been revoked"}}' });
    for (let i = 0; i < 3; i++) {
      await key.message({ body: HELLO });
    }
    await receiver.until('account_login_required:mine', 'account_login_required begun');
    const [post] = receiver.posts;
    assert.equal(post.method, 'POST');
    assert.equal(post.url, `/hook/${SECRET}?key=${SECRET}`);
    assert.equal(post.headers['content-type'], 'application/json; charset=utf-8');
    const notice = JSON.parse(post.body);
    assert.equal(notice.account, 'mine');
    assert.match(notice.message, /^Account "mine" has to sign in again: /);
    assert.match(notice.next, /claude-relay login mine/);
    const { doc } = await admin(relay, 'GET', '/admin/api/notify');
    assert.ok(doc.set && doc.host === '127.0.0.1' && doc.last.delivered);
    assert.ok(doc.telling.some(({ id }) => id === 'account_login_required:mine'));
    await receiver.until('accounts_paused:all', 'accounts_paused begun');

    await s.sim.forgetFaults();
    const { state, code_challenge } = (await admin(relay, 'POST', '/oauth/auth-url')).doc;
    await s.sim.oauth({ code_challenge });
    assert.equal((await admin(relay, 'POST', '/oauth/token', { authorization_code: CODE, state, account_name: 'mine' })).status, 200);
    await receiver.until('account_login_required:mine', 'account_login_required begun', 'account_login_required over');
    await receiver.until('accounts_paused:all', 'accounts_paused begun', 'accounts_paused over');
    assert.deepEqual((await admin(relay, 'GET', '/admin/api/notify')).doc.telling, []);
    assertUnseen(JSON.stringify(doc));
    await relay.stop();
  });

  it('a window passes 80 %, is used up, and begins anew', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', { accounts: ['demo'] });
    const answer = async (used, seconds) => {
      await s.sim.forgetFaults();
      await fault({ 'reply-header': ['anthropic-ratelimit-unified-5h-status: allowed', `anthropic-ratelimit-unified-5h-utilization: ${used}`, `anthropic-ratelimit-unified-5h-reset: ${inSeconds(seconds)}`] });
      assert.equal((await key.message({ body: HELLO })).status, 200);
    };
    await answer('0.79', 3600);
    await answer('0.83', 3600);
    await receiver.until('window:demo:5h', 'window_80 begun');
    assert.match(receiver.posts[0].body, /has used 83 % of its window 5h; it begins anew at /);
    await answer('0.79', 3600);
    await answer('1.0', 3600);
    await receiver.until('window:demo:5h', 'window_80 begun', 'window_exhausted begun');
    await answer('1.0', 1);
    await receiver.until('window:demo:5h', 'window_80 begun', 'window_exhausted begun', 'window_exhausted over');
    await relay.stop();
  });

  it('a budget passes 80 % and 100 %, of a key and of its group', async () => {
    const relay = await start();
    await admin(relay, 'POST', '/admin/api/groups', { name: 'interns', limits: { rpd: 10 } });
    const key = await createKey(relay, 'alice', { accounts: ['demo'], group: 'interns', limits: { rpd: 5, rpm: 5 } });
    for (let i = 0; i < 4; i++) {
      assert.equal((await key.message({ body: HELLO })).status, 200);
    }
    await receiver.until(`budget:key:${key.id}:rpd`, 'budget_80 begun');
    assert.equal((await key.message({ body: HELLO })).status, 200);
    await receiver.until(`budget:key:${key.id}:rpd`, 'budget_80 begun', 'budget_100 begun');
    await key.change({ limits: { rpd: 10, rpm: null } });
    await receiver.until(`budget:key:${key.id}:rpd`, 'budget_80 begun', 'budget_100 begun', 'budget_100 over');
    for (let i = 0; i < 3; i++) {
      assert.equal((await key.message({ body: HELLO })).status, 200);
    }
    await receiver.until('budget:group:1:rpd', 'budget_80 begun');
    assert.ok(receiver.posts.every(({ body }) => !body.includes('rpm')));
    await relay.stop();
  });

  it('a budget of which too little is left for a request counts as used up', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', { accounts: ['demo'], limits: { cost_total: 0.02 } });
    const body = { ...HELLO, max_tokens: 100 };
    let status;
    for (let i = 0; i < 100 && status !== 402; i++) {
      ({ status } = await key.message({ body, headers: { 'x-sim-output-tokens': '100' } }));
    }
    assert.equal(status, 402);
    const { used, limit } = await key.limit('cost_total');
    assert.ok(used < limit, `${used} of ${limit}`);
    await until(() => receiver.told(`budget:key:${key.id}:cost_total`).at(-1) === 'budget_100 begun', { what: 'it is told' });
    assert.match(receiver.posts.at(-1).body, /: requests are refused\./);
    await relay.stop();
  });

  it('nobody takes them for a while: they are sent again, and told once', async () => {
    receiver.answers.push({ status: 503 }, { status: 503 });
    const relay = await start({ env: { LOG_LEVEL: 'debug' }, accounts: twoAccounts });
    await block(relay);
    await receiver.until('account_blocked:demo', 'account_blocked begun');
    assert.equal(receiver.posts.length, 3);
    assert.match(JSON.parse(receiver.posts[2].body).next, /claude-relay account clear demo/);
    await admin(relay, 'POST', '/admin/api/accounts/demo/clear');
    await receiver.until('account_blocked:demo', 'account_blocked begun', 'account_blocked over');
    assert.equal(receiver.posts.length, 4);
    assertUnseen(relay.log);
    await relay.stop();
  });

  it('whom nobody looks at any more is not said to be well, and begins again', async () => {
    const relay = await start({ accounts: twoAccounts });
    await block(relay);
    const id = 'account_blocked:demo';
    const states = ['account_blocked begun'];
    const next = async (state, reason, message) => {
      states.push(`account_blocked ${state}`);
      await receiver.until(id, ...states);
      const notice = JSON.parse(receiver.posts.findLast(({ body }) => JSON.parse(body).id === id).body);
      assert.equal(notice.reason, reason);
      assert.match(notice.message, message);
    };
    const enable = async (enabled) => assert.equal((await admin(relay, 'PATCH', '/oauth/accounts/demo', { enabled })).status, 200);
    await receiver.until(id, ...states);
    await enable(false);
    await next('over', 'switched_off', /^Account "demo" was switched off; no longer watched: Account is blocked\.$/);
    await enable(true);
    await next('begun', undefined, /^The provider refuses account "demo"/);
    assert.equal((await admin(relay, 'DELETE', '/oauth/accounts/demo')).status, 200);
    await next('over', 'removed', /^Account "demo" was removed/);
    await relay.stop();
  });

  it('tokens and bookings cannot be saved for a while', async () => {
    let before;
    const relay = await start({ accounts: (dataDir) => (before = writeOauth(dataDir, 'me')) });
    const limit = (size) => assert.equal(spawnSync('prlimit', ['--pid', String(relay.pid), `--fsize=${size}:`]).status, 0);
    await s.sim.oauth({ tokens: [{ token: before.access_token, state: 'expired' }] });
    limit(0);
    assert.equal((await message(relay.url)).status, 200);
    await receiver.until('token_unsaved:me', 'token_unsaved begun');
    await receiver.until('bookings_unsaved', 'bookings_unsaved begun');
    limit('unlimited');
    await receiver.until('token_unsaved:me', 'token_unsaved begun', 'token_unsaved over');
    await receiver.until('bookings_unsaved', 'bookings_unsaved begun', 'bookings_unsaved over');
    await s.sim.forgetOauth();
    await relay.stop();
  });

  it('they go through the proxy, and if it is dead, nowhere', async () => {
    const proxy = await startProxy('socks5');
    const through = (port) => ({ GLOBAL_PROXY_ENABLED: 'true', GLOBAL_PROXY_TYPE: 'socks5', GLOBAL_PROXY_HOST: '127.0.0.1', GLOBAL_PROXY_PORT: String(port) });
    const relay = await start({ env: through(proxy.port), accounts: twoAccounts });
    await block(relay);
    await receiver.until('account_blocked:demo', 'account_blocked begun');
    const tested = await admin(relay, 'POST', '/admin/api/notify/test');
    assert.ok(tested.doc.delivered && tested.doc.proxy.port === proxy.port);
    assert.deepEqual(receiver.posts.map(({ from }) => from), ['127.0.0.3', '127.0.0.3']);
    await relay.stop();
    await proxy.stop();
    const dead = await start({ env: through(CLOSED_PORT) });
    const { doc } = await admin(dead, 'POST', '/admin/api/notify/test');
    assert.equal(doc.delivered, false);
    assert.equal(doc.status, null);
    assert.match(doc.error, /proxy connect failed: 127\.0\.0\.1:1/);
    assertUnseen(JSON.stringify(doc));
    assert.equal(receiver.posts.length, 2);
    await dead.stop();
  });

  /* ---- notify test ---------------------------------------------------------- */

  const test = (env = {}) => commandBeside(['notify', 'test'], { env: { DATA_DIR: tempFolder(), NOTIFY_URL: receiver.url, ...env } });

  it('notify test says what came of it, whether a relay runs or not', async () => {
    const relay = await start();
    const beside = await commandBeside(['notify', 'test'], { env: relay.settings });
    assert.deepEqual([beside.status, beside.stdout], [0, 'To 127.0.0.1, as json, directly: taken (HTTP 200).\n'], beside.stderr);
    assert.equal(JSON.parse(receiver.posts[0].body).event, 'test');
    await relay.stop();
    const alone = await test();
    assert.equal(alone.status, 0, alone.stderr);
    receiver.answers.push({ status: 404, text: SECRET });
    const refused = await test();
    assert.deepEqual([refused.status, refused.stdout], [1, 'To 127.0.0.1, as json, directly: not taken: it was answered 404\n']);
    const unset = await test({ NOTIFY_URL: '' });
    assert.equal(unset.status, 1);
    assert.match(unset.stderr, /NOTIFY_URL is not set, so notices go nowhere: say where to with .* or put NOTIFY_URL=https:\/\/\.\.\. into \.env/);
    const wrong = await commandBeside(['notify', 'tset'], {});
    assert.equal(wrong.status, 2);
    for (const run of [beside, alone, refused, unset]) {
      assertUnseen(run.stdout + run.stderr);
    }
  });

  it('each service is sent its own, and believed as it means it', async () => {
    const chat = `${receiver.url}&chat_id=-1002`;
    const text = /^claude-relay on \S+: This is a test: notices arrive\.$/;
    const rows = [
      ['slack', receiver.url, 'ok', (doc) => doc.text],
      ['feishu', receiver.url, '{"code":0,"msg":"success"}', (doc) => doc.msg_type === 'text' && doc.content.text, '{"code":19024,"msg":"Key Words Not Found"}', /200, code 19024: Key Words Not Found/],
      ['dingtalk', receiver.url, '{"errcode":0,"errmsg":"ok"}', (doc) => doc.msgtype === 'text' && doc.text.content, '{"errcode":310000,"errmsg":"sign not match"}', /200, errcode 310000: sign not match/],
      ['wecom', receiver.url, '{"errcode":0,"errmsg":"ok"}', (doc) => doc.msgtype === 'text' && doc.text.content, `{"errcode":93000,"errmsg":"invalid ${SECRET}"}`, /200, errcode 93000\n/],
      ['telegram', chat, '{"ok":true,"result":{}}', (doc) => doc.chat_id === '-1002' && doc.text, '{"ok":false,"description":"chat not found"}', /200: chat not found/],
    ];
    for (const [format, url, fine, read, refusal, why] of rows) {
      receiver.answers.push({ text: fine });
      const taken = await test({ NOTIFY_FORMAT: format, NOTIFY_URL: url });
      assert.equal(taken.status, 0, `${format}: ${taken.stdout}${taken.stderr}`);
      const post = receiver.posts.at(-1);
      assert.match(read(JSON.parse(post.body)), text, format);
      assert.equal(post.url, `/hook/${SECRET}?key=${SECRET}`);
      if (refusal) {
        receiver.answers.push({ text: refusal });
        const run = await test({ NOTIFY_FORMAT: format, NOTIFY_URL: url });
        assert.equal(run.status, 1, format);
        assert.match(run.stdout, why);
        assertUnseen(run.stdout + run.stderr);
      }
    }
    assert.equal((await test({ NOTIFY_FORMAT: 'ntfy' })).status, 0);
    const ntfy = receiver.posts.at(-1);
    assert.match(ntfy.body, text);
    assert.equal(ntfy.headers.title, 'claude-relay: Test');
    assert.equal(ntfy.headers['content-type'], 'text/plain; charset=utf-8');
  });

  it('https is believed if its certificate is', async () => {
    const certificate = makeCertificate();
    const server = https.createServer({ cert: fs.readFileSync(certificate.cert), key: fs.readFileSync(certificate.key) }, (req, res) => res.end());
    const { port, stop } = await listen(server);
    const url = { NOTIFY_URL: `https://127.0.0.1:${port}/${SECRET}`, CLAUDE_API_URL: s.sim.apiUrl, OAUTH_TOKEN_URL: s.sim.url };
    const refused = await test(url);
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /not taken: TLS .*certificate/i);
    const taken = await test({ ...url, UPSTREAM_CA_FILE: certificate.cert });
    assert.equal(taken.status, 0, taken.stdout + taken.stderr);
    assertUnseen(refused.stdout + refused.stderr + taken.stdout);
    await stop();
  });

  it('an address may be given while the relay runs: it is used at once, and kept sealed', async () => {
    const relay = await start({ env: { NOTIFY_URL: '', RELAY_SECRET: Buffer.alloc(32, 'CANARY').toString('base64') }, accounts: twoAccounts });
    const set = (input, ...args) => commandBeside(['notify', 'set', ...args], { env: relay.settings, input });
    const show = async () => JSON.parse((await commandBeside(['notify', 'show', '--json'], { env: relay.settings })).stdout);
    await block(relay);
    assert.deepEqual([(await show()).set, (await show()).telling], [false, []]);
    const run = await set(`${receiver.url}\n`);
    assert.deepEqual([run.status, run.stdout.split('\n')[0]], [0, 'Notices go to 127.0.0.1, as json (set here).'], run.stderr);
    /* What holds already is told, too. */
    await receiver.until('account_blocked:demo', 'account_blocked begun');
    const doc = await show();
    assert.deepEqual([doc.set, doc.host, doc.format, doc.origin], [true, '127.0.0.1', 'json', 'here']);
    assert.match(doc.changed_at, /^\d{4}-\d\d-\d\dT.*Z$/);
    const settings = (await admin(relay, 'GET', '/admin/api/settings')).doc.options;
    const option = settings.find(({ name }) => name === 'NOTIFY_URL');
    assert.deepEqual([option.origin, option.effect, option.is_set, option.length, option.value], ['here', 'now', true, receiver.url.length, null]);
    assert.deepEqual(settings.filter(({ name }) => name === 'NOTIFY_FORMAT').map(({ value, origin }) => [value, origin]), [['json', 'here']]);
    const file = fs.readFileSync(`${relay.dataDir}/notices.json`, 'utf8');
    assert.match(file, /"notify_url": *"sealed:v1:/);
    /* Another format, and the address as it was. */
    receiver.answers.push({ text: 'ok' });
    assert.equal((await admin(relay, 'PATCH', '/admin/api/notify', { url: receiver.url, format: 'slack' })).doc.format, 'slack');
    await until(() => receiver.posts.some(({ body }) => JSON.parse(body).text?.includes('demo')), { what: 'the same, for Slack' });
    const audit = (await admin(relay, 'GET', '/admin/api/audit?action=notify.change')).doc.entries;
    assert.deepEqual(audit.map(({ before, after }) => [before, after]).reverse(), [
      [{ set: false }, { set: true, host: '127.0.0.1', format: 'json' }],
      [{ format: 'json' }, { format: 'slack' }],
    ]);
    await relay.stop();
    const again = await start({ env: { ...relay.settings, NOTIFY_URL: '' }, dataDir: relay.dataDir, accounts: () => {} });
    assert.equal((await admin(again, 'GET', '/admin/api/notify')).doc.format, 'slack');
    const off = await commandBeside(['notify', 'off'], { env: again.settings });
    assert.match(off.stdout, /^Notices go nowhere; /);
    assert.ok(!fs.existsSync(`${relay.dataDir}/notices.json`));
    assert.equal((await admin(again, 'POST', '/admin/api/notify/test')).status, 400);
    await again.stop();
    for (const text of [run.stdout, run.stderr, JSON.stringify(doc), JSON.stringify(settings), JSON.stringify(audit), file, off.stdout]) {
      assertUnseen(text);
    }
  });

  it('another relay on the folder sends there, too', async () => {
    const relay = await start({ env: { NOTIFY_URL: '' } });
    const other = await start({ env: { NOTIFY_URL: '' }, dataDir: relay.dataDir, accounts: () => {} });
    await admin(relay, 'PATCH', '/admin/api/notify', { url: receiver.url });
    await until(async () => (await admin(other, 'GET', '/admin/api/notify')).doc.set, { what: 'the other knows' });
    await Promise.all([relay.stop(), other.stop()]);
  });

  it('an address is refused as the option would be, and NOTIFY_URL wins', async () => {
    const relay = await start();
    const won = await admin(relay, 'PATCH', '/admin/api/notify', { url: receiver.url });
    assert.equal(won.status, 409);
    assert.match(won.doc.error, /^NOTIFY_URL is set in the relay's environment, and that counts: change it there/);
    await relay.stop();
    const open = await start({ env: { NOTIFY_URL: '' } });
    for (const [body, why] of [
      [{ url: `http://elsewhere.example/${SECRET}` }, /^url: must be https:\/\/; http:\/\/ is for loopback hosts only/],
      [{ url: `http://127.0.0.1:${open.port}/${SECRET}` }, /^url: leads to port \d+ of this machine, which is this relay itself/],
      [{ url: `https://u:${SECRET}@h.example/` }, /^url: must be https:\/\/HOST/],
      [{ url: `https://api.telegram.org/bot${SECRET}/`, format: 'telegram' }, /^url: must be https:\/\/api\.telegram\.org\/bot<token>/],
      [{ url: receiver.url, format: 'pigeon' }, /^format must be json, slack/],
      [{ format: 'slack' }, /url/],
    ]) {
      const { status, doc } = await admin(open, 'PATCH', '/admin/api/notify', body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(doc.error, why);
      assertUnseen(doc.error);
    }
    const shown = await commandBeside(['notify', 'set', receiver.url], { env: open.settings });
    assert.equal(shown.status, 2);
    assert.match(shown.stderr, /others can see the command line/);
    assertUnseen(shown.stderr);
    assert.equal((await admin(open, 'GET', '/admin/api/notify')).doc.set, false);
    await open.stop();
  });

  it('a URL that leads back to the relay is refused', async () => {
    const port = await freePort();
    const dataDir = tempFolder();
    addApiKey(dataDir, 'demo');
    /* lint: the relay looks the name up, and nobody connects */
    const run = await commandBeside(['serve', '--port', String(port)], { env: { DATA_DIR: dataDir, NOTIFY_URL: `http://localhost:${port}/${SECRET}` } });
    assert.equal(run.status, 1);
    assert.match(run.stderr, /NOTIFY_URL leads to host localhost port \d+, which is this relay itself/);
    assertUnseen(run.stderr);
  });
});
