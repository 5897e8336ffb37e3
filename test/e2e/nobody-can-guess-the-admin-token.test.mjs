// SPDX-License-Identifier: MIT
/* Whoever has not got the admin token (METRICS_TOKEN's owner, a session, a key's holder)
   cannot find it out by sending guesses elsewhere than where they are slowed down: no
   answer and nothing that can be read back tells a text that holds it from one that does
   not. */
import assert from 'node:assert/strict';
import { before, it } from 'node:test';

import { call, HELLO } from '../support/http.mjs';
import { createKey } from '../support/keys.mjs';
import { addApiKey, describe, stage, until } from '../support/processes.mjs';

const TOKEN = 'chosen-admin-token-0123456789';
const WRONG = TOKEN.replace('9', '8');
const SCRAPER = 'chosen-metrics-token-0123456789';
const HOST = 'relay.example';

describe('guesses at the admin token', () => {
  const s = stage({
    relay: {
      env: { ADMIN_TOKEN: TOKEN, METRICS_TOKEN: SCRAPER, TRUSTED_PROXIES: '127.0.0.0/8' },
      accounts: (dataDir) => addApiKey(dataDir, 'demo'),
    },
  });
  const away = { host: HOST, 'x-forwarded-for': '198.18.0.9' };
  let session;
  let key;

  /* What an answer says of a text, which is the same for any other, and no moment. */
  const told = async (headers, method, target, text, body) => {
    const answer = await call(s.url + target.replaceAll('TEXT', text), {
      method,
      headers: { ...away, ...headers },
      body: body && JSON.parse(JSON.stringify(body).replaceAll('TEXT', text)),
    });
    return { status: answer.status, text: answer.body.toString().replaceAll(text, 'TEXT').replaceAll(/"(id|created_at|changed_at|key|last4|prefix|made_at)":("[^"]*"|\d+)/g, '') };
  };
  const assertSame = async (headers, method, target, body) => {
    const right = await told(headers, method, target, TOKEN, body);
    assert.deepEqual(await told(headers, method, target, WRONG, body), right, `${method} ${target}`);
    return right;
  };

  before(async () => {
    const answer = await call(`${s.url}/admin/api/session`, { method: 'POST', headers: { ...away, origin: `http://${HOST}` }, body: { token: TOKEN } });
    assert.equal(answer.status, 200, answer.body.toString());
    session = {
      cookie: answer.headers['set-cookie'][0].split(';')[0],
      'x-csrf-token': JSON.parse(answer.body).csrf,
      origin: `http://${HOST}`,
      'sec-fetch-site': 'same-origin',
    };
    key = await createKey(s.relay, 'alice');
  });

  it('are texts like others beside METRICS_TOKEN', async () => {
    const scraper = { authorization: `Bearer ${SCRAPER}` };
    for (const target of ['/metrics?TEXT', '/metrics?TEXT=1', '/metrics?a=1&TEXT', '/metrics/?%54EXT']) {
      const answer = await assertSame(scraper, 'GET', target);
      assert.equal(answer.status, 400);
      assert.doesNotMatch(answer.text, /holds_admin_token/);
    }
  });

  it('are texts like others in what a session asks for, and in what it reads back', async () => {
    for (const target of ['/admin/api/session?TEXT', '/admin/api/keys/TEXT', '/admin/api/keys?search=TEXT', '/admin/api/audit?target=TEXT', '/metrics?TEXT']) {
      await assertSame(session, 'GET', target);
    }
    for (const [method, target, body] of [
      ['DELETE', '/admin/api/keys/TEXT'],
      ['POST', '/admin/api/keys', { name: 'TEXT' }],
      ['POST', '/admin/api/keys', { name: 'TEXT', note: 'it is TEXT' }],
      ['POST', '/admin/api/keys', { TEXT: 1 }],
    ]) {
      await assertSame(session, method, target, body);
    }
    const audit = await call(`${s.url}/admin/api/audit?who=session`, { headers: { ...away, ...session } });
    const targets = JSON.parse(audit.body).entries.map(({ action, target, error }) => [action, target, error].join(' '));
    const of = (text) => targets.filter((each) => each.includes(text)).map((each) => each.replaceAll(text, 'TEXT'));
    assert.ok(of(TOKEN).length > 2, targets.join('\n'));
    assert.deepEqual(of(TOKEN), of(WRONG));
  });

  it('are texts like others in what a key sends, and in what its holder and a session read back', async () => {
    for (const text of [TOKEN, WRONG]) {
      const headers = { ...key.headers, 'x-request-id': `id-${text}`, 'x-claude-code-session-id': `of-${text}` };
      const answer = await call(`${s.url}/v1/messages/count_tokens`, { method: 'POST', headers, body: { model: HELLO.model, messages: HELLO.messages } });
      assert.equal(answer.status, 200, answer.body.toString());
    }
    for (const [target, headers] of [['/v1/me/requests', key.headers], ['/admin/api/requests', { ...away, ...session }]]) {
      const rows = async () => JSON.parse((await call(s.url + target, { headers })).body).requests;
      await until(async () => (await rows()).length === 2, { every: 50, what: 'the bookings' });
      assert.deepEqual((await rows()).map((row) => [row.client_id, row.session]), [WRONG, TOKEN].map((text) => [`id-${text}`, `of-${text}`]), target);
    }
  });

  it('are refused to whoever has it: he should not put it there', async () => {
    const answer = await told({ authorization: `Bearer ${TOKEN}` }, 'GET', '/admin/api/keys/TEXT', TOKEN);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /holds_admin_token/);
  });
});
