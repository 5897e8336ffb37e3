// SPDX-License-Identifier: MIT
/* A batch, a file, and whatever else is named by an id, is known to the account that made
   it alone: requests that name one go there, over restarts, or are refused in words. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { beforeEach, it } from 'node:test';

import { noSqlite } from '../support/bookings.mjs';
import { call, HELLO } from '../support/http.mjs';
import { admin, createKey, keyOf } from '../support/keys.mjs';
import { describe, sleep, stage, startRelay } from '../support/processes.mjs';
import { listen } from '../support/proxies.mjs';
import { addAccount, addAll, KEYS, used } from '../support/several.mjs';

const BATCH = { requests: [{ custom_id: 'a', params: HELLO }] };
const ALL = { allow: ['messages', 'batches', 'files', 'other'] };
const FILE = { 'content-type': 'multipart/form-data; boundary=x' };
const UPLOAD = Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\nContent-Type: application/json\r\n\r\n{"id":"of-nobody"}\r\n--x--\r\n');

/* Between the answer and a kill. */
const SOON_MS = 100;

/* An upstream that answers what `answer(account, method, path)` says: a document, or nothing for a 404. */
async function startUpstream(answer) {
  const names = new Map(Object.entries(KEYS).map(([name, end]) => [end, name]));
  const server = http.createServer((req, res) => {
    req.resume().on('end', () => {
      const doc = answer(names.get(req.headers['x-api-key'].slice(-4)), req.method, req.url);
      res.writeHead(doc ? 200 : 404, { 'content-type': 'application/json' });
      res.end(JSON.stringify(doc ?? { type: 'error', error: { type: 'not_found_error', message: 'none of mine' } }));
    });
  });
  const { port, stop } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, stop };
}
const idOf = (word, account, number) => `${word}_${account}${String(number).padStart(20, '0')}`;
const isOf = (account, path) => new RegExp(`_${account}\\d{20}(/|$)`).test(path);

describe('batches and files stay at their account', { skip: noSqlite }, () => {
  const s = stage({});
  const start = (options = {}) => startRelay({ upstream: s.sim.apiUrl, env: { WORKERS: '2' }, accounts: addAll, ...options });
  const send = (key, method, path, { headers = {}, body } = {}) =>
    call(key.relay.url + path, { method, headers: { 'anthropic-version': '2023-06-01', 'x-relay-explain': '1', ...key.headers, ...headers }, body });
  const made = async (key, method, path, options) => {
    const answer = await send(key, method, path, options);
    assert.equal(answer.status, 200, answer.body.toString());
    return { id: JSON.parse(answer.body).id, account: answer.headers['x-relay-account'], answer };
  };
  /* All of these go there; without a home, the same path would be spread over three. */
  async function staysAt(key, account, requests) {
    for (let round = 0; round < 4; round++) {
      for (const [method, path, options, status = 200] of requests) {
        const answer = await send(key, method, path, options);
        assert.equal(answer.status, status, `${method} ${path}: ${answer.body}`);
        assert.equal(answer.headers['x-relay-account'], account, `${method} ${path}`);
      }
    }
  }
  const ofBatch = (id) => [
    ['GET', `/v1/messages/batches/${id}`],
    ['GET', `/v1/messages/batches/${id}/results`],
    ['GET', `/v1/messages/batches?after_id=${id}`],
    ['GET', `/v1/messages/batches/${id.replace('_', '%5F')}`, {}, 404],
  ];
  const withFile = (...ids) => ({ ...HELLO, messages: [{ role: 'user', content: ids.map((id) => ({ type: 'document', source: { type: 'file', file_id: id } })) }] });
  const ofFile = (id) => [
    ['GET', `/v1/files/${id}`],
    ['GET', `/v1/files/${id}/content`],
    ['POST', '/v1/messages', { body: withFile('file_unknown', id) }],
    ['POST', '/v1/messages/count_tokens', { body: withFile(id) }],
    ['POST', '/v1/messages/batches', { body: { requests: [{ custom_id: 'a', params: withFile(id) }] } }],
  ];

  beforeEach(() => s.sim.forgetFaults());

  it('requests for a batch go to the account that made it, over a restart', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', ALL);
    const batches = [];
    for (let i = 0; i < 12; i++) {
      batches.push(await made(key, 'POST', '/v1/messages/batches', { body: BATCH }));
    }
    for (const { id, account } of batches) {
      await staysAt(key, account, ofBatch(id));
    }
    assert.ok(new Set(batches.map(({ account }) => account)).size > 1, 'they are spread');
    const { doc } = await admin(relay, 'POST', '/admin/api/explain', { key: 'alice', id: batches[0].id });
    assert.equal(doc.account, batches[0].account);
    assert.deepEqual(doc.accounts.filter(({ account }) => account !== doc.account).map(({ why }) => why), ['not_owner', 'not_owner']);
    await relay.stop();
    const again = await start({ dataDir: relay.dataDir, accounts: () => {} });
    const sameKey = keyOf(again, { ...key, key: key.text });
    for (const { id, account } of batches) {
      await staysAt(sameKey, account, ofBatch(id));
    }
    await again.stop();
  });

  it('files, named in a path or in a body, too', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', ALL);
    for (let i = 0; i < 4; i++) {
      const { id, account } = await made(key, 'POST', '/v1/files', { headers: FILE, body: UPLOAD });
      await staysAt(key, account, ofFile(id));
      /* Which one is named wins. */
      const other = Object.keys(KEYS).find((name) => name !== account);
      const named = await send(key, 'GET', `/v1/files/${id}`, { headers: { 'x-account-name': other } });
      assert.equal(named.headers['x-relay-account'], other);
    }
    /* What somebody wrote into a file says nothing. */
    const { doc } = await admin(relay, 'POST', '/admin/api/explain', { key: 'alice', id: 'of-nobody' });
    assert.ok(doc.accounts.every(({ why }) => why !== 'not_owner'));
    await relay.stop();
  });

  it('what was made before the relay is learned when a named account tells it', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', ALL);
    const direct = await call(s.sim.apiUrl.replace('/v1/messages', '/v1/files'), { method: 'POST', headers: { ...FILE, 'x-api-key': `sk-ant-api03-${KEYS.two}`, 'anthropic-version': '2023-06-01' }, body: UPLOAD });
    const { id } = JSON.parse(direct.body);
    const list = await send(key, 'GET', '/v1/files', { headers: { 'x-account-name': 'two', 'accept-encoding': 'gzip' } });
    assert.equal(list.status, 200, list.body.toString());
    await staysAt(key, 'two', ofFile(id));
    await relay.stop();
  });

  it('is no other account asked, however it is', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', ALL);
    const { id, account } = await made(key, 'POST', '/v1/messages/batches', { body: BATCH });
    const path = `/v1/messages/batches/${id}`;
    const body = '{"type":"error","error":{"type":"rate_limit_error","message":"theirs"}}';
    await s.sim.fault({ path, account: KEYS[account], times: 0, directives: { status: 429, body, 'reply-header': used('5h', 3600) } });
    const first = await send(key, 'GET', path);
    assert.deepEqual([first.status, first.body.toString(), first.headers['x-relay-attempts']], [429, body, '1']);
    /* Its limit is not that of messages, which pauses the account. */
    assert.equal((await send(key, 'GET', path)).body.toString(), body);
    await s.sim.fault({ path: '/v1/messages', account: KEYS[account], times: 1, directives: { status: 429, body, 'reply-header': used('5h', 3600) } });
    assert.equal((await send(key, 'POST', '/v1/messages', { body: HELLO, headers: { 'x-account-name': account } })).status, 429);
    const second = await send(key, 'GET', path);
    assert.equal(second.status, 429);
    assert.match(second.body.toString(), /known to the account that made it alone: .* has no more to give before/);
    assert.ok(Number(second.headers['retry-after']) > 3590);
    assert.equal((await admin(relay, 'PATCH', `/oauth/accounts/${account}`, { enabled: false })).status, 200);
    const third = await send(key, 'GET', path);
    assert.equal(third.status, 400);
    assert.match(third.body.toString(), /known to the account that made it alone: .*switched off/);
    const bob = await createKey(relay, 'bob', { ...ALL, accounts: Object.keys(KEYS).filter((name) => name !== account) });
    const fourth = await send(bob, 'GET', path);
    assert.equal(fourth.status, 200, 'as if nobody knew whose it is');
    assert.notEqual(fourth.headers['x-relay-account'], account);
    /* Once it is gone, nobody is known to have made it. */
    assert.equal((await admin(relay, 'DELETE', `/oauth/accounts/${account}`)).status, 200);
    assert.equal((await send(key, 'GET', path)).status, 200);
    await relay.stop();
  });

  const explained = async (relay, id) => (await admin(relay, 'POST', '/admin/api/explain', { key: 'alice', id })).doc.accounts.filter(({ why }) => why !== 'not_owner').map(({ account }) => account);

  it('what was made is known after a kill, and a whole list of it after an end', async () => {
    const COUNT = 5000;
    const PAGE = 1000;
    let number = 0;
    const upstream = await startUpstream((account, method, path) => {
      if (method === 'POST') {
        return { id: idOf(path.includes('files') ? 'file' : 'msgbatch', account, number++) };
      }
      if (path.startsWith('/v1/files?page=')) {
        return { data: Array.from({ length: PAGE }, (_, i) => ({ id: idOf('file', account, COUNT + PAGE * Number(path.split('=')[1]) + i) })) };
      }
      return isOf(account, path) && { id: path.split('/').at(-1) };
    });
    const options = { upstream: `${upstream.url}/v1/messages` };
    let relay = await start(options);
    const alice = await createKey(relay, 'alice', ALL);
    let key = alice;
    const again = async () => {
      relay = await start({ ...options, dataDir: relay.dataDir, accounts: () => {} });
      key = keyOf(relay, { ...alice, key: alice.text });
    };
    const batches = [];
    for (let i = 0; i < 6; i++) {
      batches.push(await made(key, 'POST', '/v1/messages/batches', { body: BATCH }));
    }
    await sleep(SOON_MS);
    await relay.program.kill();
    await again();
    for (const { id, account } of batches) {
      await staysAt(key, account, [['GET', `/v1/messages/batches/${id}`]]);
    }
    for (let page = 0; page < COUNT / PAGE; page++) {
      assert.equal((await send(key, 'GET', `/v1/files?page=${page}`, { headers: { 'x-account-name': 'two' } })).status, 200);
    }
    await relay.stop();
    await again();
    for (let i = 0; i < COUNT; i += 100) {
      assert.deepEqual(await explained(relay, idOf('file', 'two', COUNT + i)), ['two'], `file ${i}`);
    }
    await relay.stop();
    await upstream.stop();
  });

  it('what keeps an account from serving is known after a kill', async () => {
    const relay = await start();
    const key = await createKey(relay, 'alice', ALL);
    const stopped = { one: { status: 429, 'reply-header': used('5h', 3600) }, two: { status: 400, body: '{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}' } };
    for (const [name, directives] of Object.entries(stopped)) {
      await s.sim.fault({ account: KEYS[name], times: 1, directives });
      assert.equal((await send(key, 'POST', '/v1/messages', { headers: { 'x-account-name': name }, body: HELLO })).status, directives.status);
    }
    assert.equal((await admin(relay, 'POST', '/admin/api/accounts/three/pause', { for: '1h' })).status, 200);
    await sleep(SOON_MS);
    await relay.program.kill();
    const again = await start({ dataDir: relay.dataDir, accounts: () => {} });
    const states = (await admin(again, 'GET', '/admin/api/accounts')).doc.accounts.map(({ account, state }) => [account, state]);
    assert.deepEqual(Object.fromEntries(states), { one: 'paused', two: 'blocked', three: 'paused' });
    await again.stop();
  });

  it('files that code has made in a message are known', async () => {
    const made = (account) => ({ type: 'message', model: HELLO.model, content: [{ type: 'bash_code_execution_tool_result', content: { type: 'bash_code_execution_result', content: [{ type: 'bash_code_execution_output', file_id: idOf('file', account, 1) }] } }], usage: { input_tokens: 1, output_tokens: 1 } });
    const upstream = await startUpstream((account, method, path) => (method === 'POST' ? made(account) : isOf(account, path.replace('/content', '')) && { of: account }));
    const relay = await start({ upstream: `${upstream.url}/v1/messages` });
    const key = await createKey(relay, 'alice', ALL);
    const answer = await send(key, 'POST', '/v1/messages', { body: HELLO });
    const account = answer.headers['x-relay-account'];
    await staysAt(key, account, [['GET', `/v1/files/${idOf('file', account, 1)}/content`]]);
    await relay.stop();
    await upstream.stop();
  });

  it('no answer leads what it is not about, nor a gateway other keys', async () => {
    const theirs = idOf('file', 'one', 7);
    const names = ['v1', 'files', 'batches', 'messages', 'skills', 'xlsx', theirs, idOf('skill', 'one', 7)].map((id) => ({ id }));
    const answer = (account, method, path) => (path === '/v1/files' || path === '/v1/skills' ? { id: 'files', data: names } : { id: 'xlsx' });
    const upstream = await startUpstream(answer);
    const gateway = await startUpstream(answer);
    const relay = await start({
      upstream: `${upstream.url}/v1/messages`,
      accounts: (dataDir) => {
        addAll(dataDir);
        addAccount(dataDir, 'glm', 'd4d4', '--url', gateway.url);
      },
    });
    const alice = await createKey(relay, 'alice', { ...ALL, accounts: ['one'] });
    const bob = await createKey(relay, 'bob', { ...ALL, accounts: ['two', 'glm'] });
    for (const [account, path] of [['two', '/v1/skills'], ['glm', '/v1/files'], ['glm', '/v1/skills']]) {
      assert.equal((await send(bob, 'GET', path, { headers: { 'x-account-name': account } })).status, 200);
    }
    await staysAt(bob, 'glm', [['GET', `/v1/files/${theirs}`]]);
    await staysAt(alice, 'one', [
      ['GET', '/v1/skills/xlsx'],
      ['GET', `/v1/files/${theirs}`],
      ['POST', '/v1/files', { headers: FILE, body: UPLOAD }],
      ['POST', '/v1/messages/batches', { body: BATCH }],
    ]);
    /* Two, at Anthropic, told of a skill; but alice may not use it. */
    await staysAt(alice, 'one', [['GET', `/v1/skills/${idOf('skill', 'one', 7)}`]]);
    await relay.stop();
    await upstream.stop();
    await gateway.stop();
  });
});
