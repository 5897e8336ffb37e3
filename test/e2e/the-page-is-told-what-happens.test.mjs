// SPDX-License-Identifier: MIT
/* Whoever listens is told what happens while it does: all of it at first, then what
   changes; on any worker and the control socket, 64 at once and no more.  Who does not
   read is dropped, and a stream ends with the session it came with. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { it } from 'node:test';

import { call, HELLO, message, stream } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { addApiKey, describe, stage, startRelay, startSim, until, writeOauth } from '../support/processes.mjs';

const LIVE = '/admin/api/live';
const ALL = ['figures', 'running', 'accounts', 'attention'];
const TOKEN = 'CANARY-admin-token-0123456789';

/* Listens: what came last of each event, and all rows of `ended`. */
async function listen(url, options = {}) {
  const told = { last: {}, ended: [], missed: 0, order: [], status: 0, over: false };
  let text = '';
  const take = (event) => {
    const name = /^event: (.*)$/m.exec(event)?.[1];
    if (!name) return;
    const data = JSON.parse(/^data: (.*)$/m.exec(event)[1]);
    told.order.push(name);
    told.last[name] = data;
    if (name === 'ended') {
      told.ended.push(...data.requests);
      told.missed += data.missed;
    }
  };
  await new Promise((resolve, reject) => {
    told.req = http.get(url, { agent: false, ...options }, (res) => {
      told.status = res.statusCode;
      told.headers = res.headers;
      res.setEncoding('utf8');
      res.on('data', (data) => {
        text += data;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          take(text.slice(0, end));
          text = text.slice(end + 2);
        }
      });
      told.ended_ = new Promise((done) => res.on('close', () => { told.over = true; done(res.complete); }));
      resolve();
    });
    told.req.on('error', (error) => (told.status ? null : reject(error)));
  });
  told.leave = () => told.req.destroy();
  return told;
}

const heardAll = (told) => until(() => ALL.every((name) => told.last[name]), { what: 'all events at once' });

describe('whoever listens', () => {
  const s = stage({ relay: { env: { WORKERS: '2' } } });

  it('is told all there is at once, in one piece', async () => {
    const told = await listen(s.url + LIVE);
    assert.equal(told.status, 200);
    assert.equal(told.headers['content-type'], 'text/event-stream');
    assert.match(told.headers['cache-control'], /no-store/);
    await heardAll(told);
    assert.deepEqual(told.order.slice(0, 4), ALL);
    const { figures } = told.last;
    assert.match(figures.at, /^\d{4}-/);
    assert.deepEqual([figures.in_flight, figures.keys, figures.requests_minute], [0, 0, 0]);
    assert.deepEqual(told.last.running, { requests: [], more: 0 });
    assert.deepEqual(told.last.accounts.accounts.map(({ account, kind, state }) => [account, kind, state]), [['demo', 'api-key', 'ready']]);
    assert.deepEqual(told.last.attention, { items: [], more: 0 });
    told.leave();
  });

  it('is told what runs and what ends, on both workers, as the API has it', async () => {
    const told = await listen(s.url + LIVE);
    await heardAll(told);
    const open = await Promise.all(Array.from({ length: 8 }, (_, i) => stream(s.url, { headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '30', 'user-agent': `n/${i}` } })));
    await until(() => told.last.running.requests.length === 8 && told.last.running.requests.every(({ bytes_out: bytes }) => bytes > 0), { what: '8 that run' });
    const asked = (await admin(s.relay, 'GET', '/admin/api/requests/running')).doc;
    assert.deepEqual(told.last.running.requests.map(({ id }) => id), asked.requests.map(({ id }) => id));
    assert.deepEqual(Object.keys(told.last.running.requests[0]), Object.keys(asked.requests[0]));
    await until(() => told.last.figures.in_flight === 8 && told.last.accounts.accounts[0].in_flight === 8, { what: '8 in flight' });
    open.forEach((each) => each.leave());
    await until(() => told.last.running.requests.length === 0 && told.ended.length === 8, { what: 'the end of all' });
    const { doc } = await admin(s.relay, 'GET', '/admin/api/requests?limit=50');
    const byId = new Map(doc.requests.map((row) => [row.id, row]));
    for (const row of told.ended) {
      assert.deepEqual(row, byId.get(row.id));
    }
    await until(() => told.last.figures.requests_today === 8 && told.last.figures.requests_minute === 8, { what: 'the figures' });
    assert.equal(told.last.figures.failed_hour_ppm, 0, 'those who left are no failures');
    assert.ok(told.last.figures.first_byte_p95_ms >= told.last.figures.first_byte_p50_ms);
    told.leave();
  });

  it('is told of at most fifty ends at once, and how many more there were', async () => {
    const told = await listen(s.url + LIVE);
    await heardAll(told);
    for (let i = 0; i < 4; i++) {
      await Promise.all(Array.from({ length: 100 }, () => message(s.url)));
    }
    await until(() => told.ended.length + told.missed === 400, { what: 'all of them' });
    assert.equal(new Set(told.ended.map(({ id }) => id)).size, told.ended.length);
    told.leave();
  });

  it('is told nothing twice that has not changed', async () => {
    const told = await listen(s.url + LIVE);
    await heardAll(told);
    await until(() => told.order.filter((name) => name === 'figures').length >= 3, { what: 'figures again' });
    const count = (name) => told.order.filter((each) => each === name).length;
    assert.ok(count('running') <= 2 && count('attention') === 1, `${told.order}`);
    told.leave();
  });

  it('hears the same at the control socket', async () => {
    const told = await listen(`http://localhost${LIVE}`, { socketPath: path.join(s.relay.dataDir, 'control.sock') });
    await heardAll(told);
    await message(s.url);
    await until(() => told.ended.length === 1, { what: 'the end of a request' });
    told.leave();
  });

  it('hears what others are called as text, and no secret', async () => {
    const key = await createKey(s.relay, '"><img src=x onerror=alert(1)>');
    const told = await listen(s.url + LIVE);
    await heardAll(told);
    assert.equal(told.last.figures.keys, 1);
    const open = await stream(s.url, { headers: { 'x-api-key': key.text, 'x-sim-endless': '1', 'x-sim-gap-ms': '30' } });
    await until(() => told.last.running.requests[0]?.key === '"><img src=x onerror=alert(1)>', { what: 'its key' });
    assert.doesNotMatch(JSON.stringify(told.last), /CANARY|cr_/);
    open.leave();
    told.leave();
    await admin(s.relay, 'DELETE', `/admin/api/keys/${key.id}`);
    await admin(s.relay, 'DELETE', `/admin/api/keys/${key.id}?purge=true`);
  });

  it('is one of 64 at most; who leaves makes room', async () => {
    await until(async () => {
      const told = await Promise.all(Array.from({ length: 64 }, () => listen(s.url + LIVE)));
      const all = told.every(({ status }) => status === 200);
      if (!all) told.forEach((each) => each.leave());
      else s.open = told;
      return all;
    }, { what: '64 that listen', every: 100 });
    await Promise.all(s.open.map(heardAll));
    const one = await call(s.url + LIVE);
    assert.equal(one.status, 503);
    assert.match(JSON.parse(one.body).error, /64 listen already/);
    s.open[0].leave();
    const next = await until(async () => {
      const told = await listen(s.url + LIVE);
      return told.status === 200 && told;
    }, { what: 'room for one' });
    await heardAll(next);
    s.open[0] = next;
    /* Known by an id of its own: one of the test before may end late, before some listen or after. */
    await message(s.url, { headers: { 'x-request-id': 'told-to-all' } });
    const heard = ({ ended }) => ended.filter((row) => row.client_id === 'told-to-all').length;
    await until(() => s.open.every(heard), { what: 'the end, told to all' });
    s.open.forEach((told) => assert.equal(heard(told), 1));
  });

  /* All listen on; the last test of the suite ends the relay. */
  it('does not stop the relay from ending', () => {
    assert.equal(s.open.filter(({ over }) => !over).length, 64);
  });
});

describe('who does not read', () => {
  const s = stage({ relay: { env: { WORKERS: '2' } } });

  it('is dropped, and others are told as before', { timeout: 300e3 }, async () => {
    const told = await listen(s.url + LIVE);
    await heardAll(told);
    const model = `claude-${'x'.repeat(120)}`;
    const open = await Promise.all(Array.from({ length: 100 }, () =>
      stream(s.url, { body: { ...HELLO, model, stream: true }, headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '200', 'user-agent': `kettle/1.0 (${'tea '.repeat(40)})` } })));
    const deaf = net.connect(s.port, '127.0.0.1');
    deaf.on('error', () => {});
    deaf.pause();
    deaf.write(`GET ${LIVE} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await s.relay.logged(/path=\/admin\/api\/live .*it did not read what it was told/);
    deaf.destroy();
    assert.equal(told.over, false);
    const seen = told.order.length;
    await until(() => told.order.length > seen, { what: 'the next event' });
    open.forEach((each) => each.leave());
    told.leave();
  });
});

describe('what needs attention', () => {
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        writeOauth(dataDir, 'lin');
      },
    },
  });
  const items = async () => (await admin(s.relay, 'GET', '/admin/api/attention')).doc.items;
  const until_ = (what) => until(async () => (await items()).find((item) => item.what === what), { what });

  it('is told without notices: an account that has to sign in again', async () => {
    await s.sim.oauth({ tokens: [{ token: 'sk-ant-ort01-CANARY-refresh-of-lin', state: 'spent' }] });
    await admin(s.relay, 'POST', '/oauth/accounts/lin/refresh');
    const item = await until_('sign_in_again');
    assert.deepEqual([item.severity, item.subject, item.until], ['bad', 'lin', null]);
    assert.match(item.since, /^\d{4}-/);
    assert.match(item.message, /Account "lin" has to sign in again/);
    assert.deepEqual([item.details.account, item.details.kind], ['lin', 'oauth']);
    assert.match(item.details.next, /claude-relay login lin/);
  });

  it('a budget that is nearly spent, then spent; the same since, to whoever asks', async () => {
    const key = await createKey(s.relay, 'poor', { limits: { rpd: 5 } });
    for (let i = 0; i < 4; i++) {
      assert.equal((await message(s.url, { headers: { 'x-api-key': key.text } })).status, 200);
    }
    const nearly = await until_('budget_nearly');
    assert.deepEqual([nearly.severity, nearly.subject, nearly.details.limit_name], ['warn', 'poor', 'rpd']);
    assert.equal(nearly.details.used_ppm, 800000);
    assert.equal((await items()).find(({ what }) => what === 'budget_nearly').since, nearly.since);
    assert.equal((await message(s.url, { headers: { 'x-api-key': key.text } })).status, 200);
    const spent = await until_('budget_spent');
    assert.ok(spent.until);
    assert.equal((await items())[0].what, 'sign_in_again');
    await admin(s.relay, 'DELETE', `/admin/api/keys/${key.id}`);
    await until(async () => (await items()).length === 1, { what: 'that nobody needs it' });
  });
});

describe('a browser that listens', () => {
  it('is cut off when its session ends', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl, env: { ADMIN_TOKEN: TOKEN, ADMIN_LOOPBACK: 'off' } });
    const signedIn = await call(`${relay.url}/admin/api/session`, { method: 'POST', body: { token: TOKEN } });
    assert.equal(signedIn.status, 200);
    const cookie = signedIn.headers['set-cookie'][0].split(';')[0];
    const { csrf } = JSON.parse(signedIn.body);
    assert.equal((await call(relay.url + LIVE)).status, 401);
    const told = await listen(relay.url + LIVE, { headers: { cookie } });
    await heardAll(told);
    assert.equal(told.last.figures.sessions, 1);
    const other = await listen(relay.url + LIVE, { headers: { authorization: `Bearer ${TOKEN}` } });
    await heardAll(other);
    assert.equal((await call(`${relay.url}/admin/api/session`, { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrf } })).status, 200);
    assert.equal(await told.ended_, true);
    const seen = other.order.length;
    await until(() => other.order.length > seen && other.last.figures.sessions === 0, { what: 'that the other one still hears' });
    other.leave();
    await relay.stop();
    await sim.stop();
  });
});
