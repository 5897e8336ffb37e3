// SPDX-License-Identifier: MIT
/* What runs is seen, on every worker and in every state, by the API and by the command;
   it can be cancelled, which its client is told, and which is booked, logged and audited.
   What has ended says where its time went. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import Anthropic from 'sdk';

import { HELLO, message, stream } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { requestLines } from '../support/log.mjs';
import { command, describe, stage, startRelay, startSim, until } from '../support/processes.mjs';
import { startProxy } from '../support/proxies.mjs';

const RUNNING = '/admin/api/requests/running';
const HOSTILE = '"><img src=x onerror=alert(1)>';
const GONE = /whoever runs the relay has cancelled this request/;
const ENDLESS = { 'x-sim-endless': '1', 'x-sim-gap-ms': '20' };
const QUIET = { 'x-sim-before-head': 'stall' };

const runs = async (relay) => (await admin(relay, 'GET', RUNNING)).doc.requests;
const cancel = (relay, id) => admin(relay, 'DELETE', `${RUNNING}/${id}`);
const untilRuns = (relay, test, what = 'it runs') => until(async () => (await runs(relay)).find(test), { what });
const booked = (relay, id) => until(async () => (await admin(relay, 'GET', `/admin/api/requests?id=${id}`)).doc.requests[0], { what: `the booking of ${id}` });
const nothingRuns = (relay) => until(async () => (await runs(relay)).length === 0, { what: 'that nothing runs' });

describe('what runs', () => {
  const s = stage({ relay: { env: { WORKERS: '2', MAX_ATTEMPTS: '1' } } });

  it('is seen on both workers, the oldest first, as it is', async () => {
    const streams = [];
    for (let i = 0; i < 12; i++) {
      streams.push(await stream(s.url, { headers: { ...ENDLESS, 'user-agent': `claude-cli/2.0.${i} (external, cli)` } }));
    }
    await until(async () => (await runs(s.relay)).filter(({ bytes_out: bytes }) => bytes > 2000).length === 12, { what: 'twelve that are under way' });
    const all = await runs(s.relay);
    assert.ok(all.every(({ output_tokens: told }) => told === null), 'a stream begins with a number that says nothing');
    assert.deepEqual(all.map(({ started_at: at }) => at), all.map(({ started_at: at }) => at).sort());
    assert.deepEqual(all.map(({ client }) => client).sort(), streams.map((_, i) => `claude-cli/2.0.${i} (external, cli)`).sort());
    for (const one of all) {
      assert.match(one.id, /^req_relay_[0-9a-f]{22}$/);
      assert.deepEqual(
        { key: one.key, account: one.account, model: one.model, endpoint: one.endpoint, stream: one.stream, step: one.step, attempts: one.attempts },
        { key: null, account: 'demo', model: HELLO.model, endpoint: '/v1/messages', stream: true, step: 'answering', attempts: 1 },
      );
      assert.ok(one.age_ms >= one.first_byte_ms && one.bytes_out > 0);
    }
    for (const each of streams) {
      each.leave();
    }
    await nothingRuns(s.relay);
  });

  it('is seen in each state', async () => {
    const key = await createKey(s.relay, 'narrow', { limits: { concurrency: 1 }, queue_wait: '60s' });
    const open = message(s.url, { headers: { ...QUIET, 'x-api-key': key.text } });
    const waiting = await untilRuns(s.relay, ({ step }) => step === 'waiting');
    assert.equal(waiting.key, 'narrow');
    assert.equal(waiting.first_byte_ms, null);
    assert.equal(waiting.output_tokens, null);
    const next = message(s.url, { headers: { ...QUIET, 'x-api-key': key.text } });
    const queued = await untilRuns(s.relay, ({ step }) => step === 'queued');
    assert.equal(queued.account, null);
    assert.equal((await cancel(s.relay, queued.id)).status, 200);
    assert.equal((await next).status, 503);
    assert.equal((await cancel(s.relay, waiting.id)).status, 200);
    assert.equal((await open).status, 503);
    assert.equal((await admin(s.relay, 'DELETE', `/admin/api/keys/${key.id}`)).status, 200);
    assert.equal((await admin(s.relay, 'DELETE', `/admin/api/keys/${key.id}?purge=true`)).status, 200);
  });

  it('may call itself whatever it likes', async () => {
    const open = await stream(s.url, { body: { ...HELLO, model: HOSTILE, stream: true }, headers: { ...ENDLESS, 'user-agent': HOSTILE } });
    const seen = await untilRuns(s.relay, ({ step }) => step === 'answering');
    assert.equal(seen.model, HOSTILE);
    assert.doesNotMatch(seen.client ?? '', /</);
    open.leave();
    await nothingRuns(s.relay);
  });
});

describe('what is cancelled', () => {
  const s = stage({ relay: { env: { WORKERS: '2', MAX_ATTEMPTS: '1' } } });

  it('is answered with an error that the SDK does not repeat, if nothing was sent', async () => {
    const client = new Anthropic({ baseURL: s.url, apiKey: 'any', maxRetries: 3 });
    const asked = client.messages.create(HELLO, { headers: QUIET }).then(() => null, (error) => error);
    const { id } = await untilRuns(s.relay, ({ step }) => step === 'waiting');
    const done = await cancel(s.relay, id);
    assert.equal(done.status, 200);
    assert.deepEqual(done.doc, { id, cancelled: true });
    const error = await asked;
    assert.equal(error?.status, 503);
    assert.match(error.message, GONE);
    assert.equal((await s.sim.ledger()).filter(({ path }) => path === '/v1/messages').length, 1);
    const row = await booked(s.relay, id);
    assert.deepEqual([row.end, row.status, row.partial], ['cancelled', 503, true]);
  });

  it('is cut, if it was being answered: the upstream stops, and what it used is booked', async () => {
    const open = await stream(s.url, { headers: { ...ENDLESS, 'x-sim-name': 'cut' } });
    const { id } = await untilRuns(s.relay, ({ bytes_out: bytes }) => bytes > 0);
    assert.equal((await cancel(s.relay, id)).status, 200);
    assert.equal(await open.ended, false);
    const row = await booked(s.relay, id);
    assert.deepEqual([row.end, row.status, row.partial], ['cancelled', 200, true]);
    assert.ok(row.input_tokens > 0);
    await until(async () => (await s.sim.ledger()).find(({ name, outcome }) => name === 'cut' && outcome === 'aborted'), { what: 'the end upstream' });
    const line = await until(() => requestLines(s.relay).find((each) => each.id === id), { what: 'its line' });
    assert.equal(line.end, 'cancelled');
    const { doc } = await admin(s.relay, 'GET', `/admin/api/requests?end=cancelled`);
    assert.ok(doc.requests.some((each) => each.id === id));
  });

  it('is told to the audit log; what does not run is not found, which is told too', async () => {
    const nobody = 'req_relay_1a229e47a899e650b7f7bb';
    const refused = await cancel(s.relay, nobody);
    assert.equal(refused.status, 404);
    assert.match(refused.doc.error, /no request of that id runs/);
    const { doc } = await admin(s.relay, 'GET', '/admin/api/audit?action=request.cancel');
    assert.equal(doc.entries.length, 3);
    assert.equal(doc.entries[0].target, nobody);
    assert.match(doc.entries[0].refused ?? doc.entries[0].error ?? JSON.stringify(doc.entries[0]), /no request of that id runs/);
  });

  it('is known by its whole id: nothing longer, and nothing else, ends it', async () => {
    const open = await stream(s.url, { headers: ENDLESS });
    const { id } = await untilRuns(s.relay, ({ bytes_out: bytes }) => bytes > 0);
    for (const wrong of [`${id}EXTRA`, id.slice(0, -1), id.toUpperCase()]) {
      const refused = await cancel(s.relay, wrong);
      assert.equal(refused.status, 404, wrong);
      assert.match(refused.doc.error, /22 hex digits/);
    }
    assert.equal((await runs(s.relay)).length, 1);
    open.leave();
    await nothingRuns(s.relay);
  });

  it('is cancelled by command, too', async () => {
    const env = { DATA_DIR: s.relay.dataDir };
    const open = await stream(s.url, { headers: ENDLESS });
    const { id } = await untilRuns(s.relay, ({ bytes_out: bytes }) => bytes > 0);
    const table = command(['requests', '--running'], { env });
    assert.match(table.stdout, new RegExp(`answering .* ${id}`));
    assert.equal(JSON.parse(command(['requests', '--running', '--json'], { env }).stdout).requests[0].id, id);
    const done = command(['requests', 'cancel', id], { env });
    assert.deepEqual([done.status, done.stdout], [0, `Request ${id} is cancelled.\n`]);
    assert.equal(await open.ended, false);
    assert.match(command(['requests', '--running'], { env }).stdout, /No request runs/);
    const again = command(['requests', 'cancel', id], { env });
    assert.equal(again.status, 1);
    assert.match(again.stderr, /no request of that id runs/);
    for (const args of [['cancel'], ['cancel', 'a', 'b'], ['--running', '--csv']]) {
      assert.equal(command(['requests', ...args], { env }).status, 2, args.join(' '));
    }
  });

  it('makes room: hundreds are cancelled, and nothing is left', async () => {
    const open = await Promise.all(Array.from({ length: 200 }, () => stream(s.url, { headers: ENDLESS })));
    await until(async () => (await runs(s.relay)).length === 200, { what: '200 that run' });
    const done = await Promise.all((await runs(s.relay)).map(({ id }) => cancel(s.relay, id)));
    assert.ok(done.every(({ status }) => status === 200));
    assert.deepEqual(await Promise.all(open.map(({ ended }) => ended)), open.map(() => false));
    assert.equal((await admin(s.relay, 'GET', '/admin/api/status')).doc.in_flight, 0);
  });
});

describe('what has ended', () => {
  const s = stage({ sim: { tls: true }, relay: { env: { WORKERS: '2' } } });
  const last = async () => (await until(async () => (await admin(s.relay, 'GET', '/admin/api/requests?limit=1')).doc.requests[0], { what: 'a booking' })).id;
  const detailOf = async (id) => (await admin(s.relay, 'GET', `/admin/api/requests/${id}`)).doc;
  /* Each begins where the one before ended, or later, and none is beyond the end. */
  const assertOrder = ({ request, detail }) => {
    let at = 0;
    for (const { start_us: start, us } of detail.steps) {
      assert.ok(start >= at - 1000, JSON.stringify(detail.steps));
      at = start + us;
    }
    assert.ok(at <= (request.duration_ms + 2) * 1000, `${at} us, ${request.duration_ms} ms`);
  };

  it('says where its time went: a fresh connection, then a kept one', async () => {
    await message(s.url, { headers: { 'x-sim-first-byte-ms': '300' } });
    const first = await detailOf(await last());
    assert.deepEqual(first.detail.attempts.map(({ account, result, status, fresh, proxy, why }) => ({ account, result, status, fresh, proxy, why })), [
      { account: 'demo', result: 'delivered', status: 200, fresh: true, proxy: null, why: null },
    ]);
    const words = first.detail.steps.map(({ step }) => step);
    for (const word of ['receive', 'choose', 'connect', 'tls', 'wait']) {
      assert.ok(words.includes(word), `${word} in ${words}`);
    }
    /* Who is slow to notice that all was sent begins to wait later. */
    assert.ok(first.detail.steps.find(({ step }) => step === 'wait').us >= 50_000);
    assertOrder(first);
    const before = first.request.id;
    await until(async () => {
      await message(s.url);
      const { request, detail } = await detailOf(await last());
      return request.id !== before && detail && !detail.attempts[0].fresh && !detail.steps.some(({ step }) => step === 'connect');
    }, { what: 'a kept connection' });
  });

  it('has all attempts, each with its reason', async () => {
    await s.sim.fault({ path: '/v1/messages', times: 2, directives: { 'before-head': 'cut' } });
    await message(s.url);
    const doc = await detailOf(await last());
    assert.ok(doc.detail.attempts.length >= 1);
    for (const attempt of doc.detail.attempts.filter(({ result }) => result !== 'delivered')) {
      assert.match(attempt.why, /connection closed before an answer/);
      assert.equal(attempt.status, null);
    }
    assertOrder(doc);
  });

  it('is shown by command, too', async () => {
    const env = { DATA_DIR: s.relay.dataDir };
    const run = (line) => command(['requests', 'show', ...line.split(' ').filter(Boolean)], { env });
    await message(s.url, { headers: { 'x-request-id': 'to-be-shown' } });
    const { id } = await until(async () => (await admin(s.relay, 'GET', '/admin/api/requests')).doc.requests.find((row) => row.client_id === 'to-be-shown'), { what: 'its booking' });
    const shown = run(id);
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(shown.stdout, new RegExp(`COST[^]*${id}[^]*STEP +BEGAN MS +TOOK MS\n[^]*wait +[\\d.]+ +[\\d.]+\n[^]*ATTEMPT[^]*demo +200 +delivered`));
    assert.deepEqual(JSON.parse(run(`--json ${id}`).stdout), await detailOf(id));
    assert.match(run('nonsense').stderr, /ids of requests are/);
    assert.equal(run('nonsense').status, 1);
    for (const line of ['', '--nope', 'a b']) {
      assert.equal(run(line).status, 2, line);
    }
  });

  it('is not found if nobody knows it; one that reached nobody has no booking', async () => {
    assert.equal((await admin(s.relay, 'GET', '/admin/api/requests/req_relay_1a229e47a899e650b7f7bb')).status, 404);
    assert.equal((await admin(s.relay, 'GET', '/admin/api/requests/nonsense')).status, 404);
    const refused = await message(s.url, { headers: { 'x-account-name': 'nobody' } });
    assert.ok(refused.status >= 400);
    const doc = await detailOf(JSON.parse(refused.body).request_id);
    assert.equal(doc.request, null);
    assert.deepEqual(doc.detail.attempts, []);
  });
});

describe('through a proxy', () => {
  it('the way is told, and nothing of who uses it', async () => {
    const proxy = await startProxy('http', { credentials: true });
    const sim = await startSim();
    const relay = await startRelay({
      upstream: sim.apiUrl,
      env: {
        GLOBAL_PROXY_ENABLED: 'true', GLOBAL_PROXY_TYPE: 'http', GLOBAL_PROXY_HOST: '127.0.0.1', GLOBAL_PROXY_PORT: String(proxy.port),
        GLOBAL_PROXY_USERNAME: proxy.username, GLOBAL_PROXY_PASSWORD: proxy.password,
      },
    });
    assert.equal((await message(relay.url)).status, 200);
    const row = await until(async () => (await admin(relay, 'GET', '/admin/api/requests?limit=1')).doc.requests[0], { what: 'a booking' });
    const { doc } = await admin(relay, 'GET', `/admin/api/requests/${row.id}`);
    assert.equal(doc.detail.attempts[0].proxy, `http://127.0.0.1:${proxy.port}`);
    assert.ok(!JSON.stringify(doc).includes(proxy.username));
    await relay.stop();
    await sim.stop();
    await proxy.stop();
  });
});
