// SPDX-License-Identifier: MIT
/* What a key is refused with: Anthropic's shape, so that SDKs and Claude Code do the
   right thing by themselves and show the text; x-should-retry: false where trying
   again is useless, retry-after where it is not; and the text says which limit, how
   much is used, and when it opens again, in the key's time zone. */
import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import Anthropic from 'sdk';

import { assertProblem } from '../support/check.mjs';
import { call, HELLO, message } from '../support/http.mjs';
import { admin, burst, createGroup, createKey, keepingUpstream, nothingHeld } from '../support/keys.mjs';
import { describe, rawStage } from '../support/processes.mjs';

/* $0.20 for claude-sonnet-5. */
const TWENTY_CENTS = { tokensIn: 50000, tokensOut: 10000 };
const FIXED = 'Asia/Shanghai'; /* its clocks are never changed */
const FIXED_MS = 8 * 3600e3;

/* "2026-11-30 00:00", that long before the Unix epoch's clock there. */
const localTime = (text) => Date.parse(`${text.replace(' ', 'T')}:00Z`) - FIXED_MS;

const assertFinal = (answer, what) => {
  assert.equal(answer.headers['x-should-retry'], 'false', what);
  assert.equal(answer.headers['retry-after'], undefined, what);
};

describe('refusals have the shape of Anthropic', () => {
  const s = rawStage(keepingUpstream);
  beforeEach(() => {
    s.upstream.passes = TWENTY_CENTS;
  });

  it('401: what is no key, and what is none any more', async () => {
    const key = await createKey(s, 'was one');
    await key.revoke();
    const off = await createKey(s, 'is off', { enabled: false });
    const late = await createKey(s, 'is late', { expires: '2020-01-01' });
    for (const [headers, text] of [
      [{}, /no relay key/],
      [{ 'x-api-key': 'cr_CANARYaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }, /not a relay key/],
      [{ 'x-api-key': 'anything' }, /not a relay key/],
      [{ authorization: 'Bearer sk-ant-api03-CANARY' }, /not a relay key/],
      [key.headers, /revoked/],
      [off.headers, /off|disabled/],
      [late.headers, /expired/],
    ]) {
      const answer = await message(s.url, { headers });
      assertProblem(answer, 401, 'authentication_error', text);
      assertFinal(answer, String(text));
      assert.doesNotMatch(answer.body.toString(), /cr_[\w-]{43}/);
    }
  });

  it('403: what a key does not allow, and what it does', async () => {
    const key = await createKey(s, 'narrow', { models: ['claude-sonnet-*'], deny_models: ['*-4-5'], accounts: ['demo'] });
    const bound = await createKey(s, 'bound', { addresses: ['192.0.2.0/24'] });
    const client = await createKey(s, 'of one client', { clients: ['claude-cli/*'] });
    const files = await createKey(s, 'only files', { allow: ['files'] });
    const proxy = { ...HELLO, proxy_config: { type: 'http', host: '127.0.0.1', port: 1 } };
    for (const [options, text] of [
      [{ headers: key.headers, body: { ...HELLO, model: 'claude-opus-4-8' } }, /claude-opus-4-8/],
      [{ headers: key.headers, body: { ...HELLO, model: 'claude-sonnet-4-5' } }, /claude-sonnet-4-5/],
      [{ headers: key.headers, body: '{"messages":[]}' }, /model/],
      [{ headers: key.headers, body: '{"model":"claude-sonnet-5","model":"claude-opus-4-8"}' }, /model/],
      [{ headers: key.headers, target: '/v1/messages/batches', body: '{"requests":[]}' }, /batches/],
      [{ headers: key.headers, target: '/v1/files' }, /files/],
      [{ headers: key.headers, target: '/v1/skills' }, /other/],
      [{ headers: files.headers }, /messages/],
      [{ headers: bound.headers }, /address/],
      [{ headers: { ...client.headers, 'user-agent': 'curl/8' } }, /curl\/8|client/],
      [{ headers: { ...key.headers, 'x-account-name': 'other' } }, /account/],
    ]) {
      const answer = await message(s.url, options);
      assertProblem(answer, 403, 'permission_error', text);
      assertFinal(answer, String(text));
    }
    assert.equal(s.upstream.requests.length, 0, 'something was sent');
    /* From this machine a proxy may be named; nothing listens there. */
    assertProblem(await message(s.url, { headers: key.headers, body: proxy }), 502, 'api_error', /proxy/);
    assert.equal((await key.message()).status, 200);
    assert.equal((await client.message({ headers: { 'user-agent': 'claude-cli/2.1.0 (external, cli)' } })).status, 200);
  });

  /* ---- limits ---------------------------------------------------------------- */

  /* A key that has had one request; its `budgets` are put on only then: before, what
     the model has cost others would not fit. */
  async function refusedBy({ limits = {}, budgets = {}, group }) {
    const key = await createKey(s, `with ${Object.keys({ ...limits, ...budgets })} in ${group ?? 'none'}`, { time_zone: FIXED, group, limits });
    assert.equal((await key.message()).status, 200);
    await nothingHeld(key);
    await key.change({ limits: budgets });
    return [key, await key.message()];
  }

  const WINDOWS = {
    cost_day: [/in a day|a day|of the day/, (at) => at + 24 * 3600e3],
    cost_week: [/week/, (at) => at + 7 * 24 * 3600e3],
    cost_month: [/month/, (at) => at + 31 * 24 * 3600e3],
    cost_5h: [/5 hours/, (at) => at + 5.5 * 3600e3],
  };
  for (const [name, [words, latest]] of Object.entries(WINDOWS)) {
    it(`402: ${name}, and when it opens again`, async () => {
      const before = Date.now();
      const [key, answer] = await refusedBy({ budgets: { [name]: 0.25 } });
      const { error } = assertProblem(answer, 402, 'billing_error', words);
      assert.ok(error.message.startsWith(`the key ${key.name} has used $0.20 of $0.25`), error.message);
      assert.ok(error.message.includes(`limit ${name}`), error.message);
      assertFinal(answer, name);
      const [, text] = /opens again (\d{4}-\d\d-\d\d \d\d:\d\d) \(Asia\/Shanghai\)$/.exec(error.message) ?? assert.fail(error.message);
      const opens = localTime(text);
      assert.ok(opens > before - 60e3 && opens <= latest(Date.now()), `${text} is no end of ${name}`);
      if (name !== 'cost_5h') {
        assert.match(text, / 00:00$/);
      }
      assert.equal((await key.me()).limits[name].resets_at, new Date(opens).toISOString());
    });
  }

  it('402: cost_total opens when it is raised', async () => {
    const [key, answer] = await refusedBy({ budgets: { cost_total: 0.25 } });
    assertProblem(answer, 402, 'billing_error', /\$0\.20 of \$0\.25 in total \(limit cost_total\).*opens again when the limit is raised/);
    assertFinal(answer);
    await key.change({ limits: { cost_total: 5 } });
    assert.equal((await key.message()).status, 200);
  });

  it('402: of a group, with its name and in its zone', async () => {
    await createGroup(s, 'team', { time_zone: '+05:30' });
    const [key] = await refusedBy({ limits: { rpm: 100 }, group: 'team' });
    await nothingHeld(key);
    await admin(s, 'PATCH', '/admin/api/groups/team', { limits: { cost_day: 0.25 } });
    const answer = await key.message();
    assertProblem(answer, 402, 'billing_error', /^the group team has used \$0\.40 of \$0\.25 .*\(limit cost_day\).*opens again \d{4}-\d\d-\d\d 00:00 \(\+05:30\)$/);
  });

  it('429: rpm, with the seconds to wait', async () => {
    const [key, answer] = await refusedBy({ limits: { rpm: 1 } });
    assertProblem(answer, 429, 'rate_limit_error', /has used 1 of 1 requests a minute \(limit rpm\).*opens again/);
    const seconds = Number(answer.headers['retry-after']);
    assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 61, answer.headers['retry-after']);
    assert.notEqual(answer.headers['x-should-retry'], 'false');
    assert.equal((await key.show()).total.requests, 1, 'the refused one counts');
  });

  it('429: tokens of a minute', async () => {
    for (const [name, limit, used] of [['tpm_in', 90000, '50,000 of 90,000'], ['tpm_out', 19000, '10,000 of 19,000']]) {
      const [, answer] = await refusedBy({ limits: { [name]: limit } });
      assertProblem(answer, 429, 'rate_limit_error', new RegExp(`has used ${used} .* a minute \\(limit ${name}\\).*opens again \\S+ \\d\\d:\\d\\d:\\d\\d \\(`));
      assert.ok(Number(answer.headers['retry-after']) >= 1);
    }
  });

  it('429: rpd, tomorrow', async () => {
    const [, answer] = await refusedBy({ limits: { rpd: 1 } });
    assertProblem(answer, 429, 'rate_limit_error', /has used 1 of 1 requests a day \(limit rpd\): it opens again \S+ 00:00 \(Asia\/Shanghai\)$/);
    assert.equal(answer.headers['x-should-retry'], 'false');
    assert.equal(answer.headers['retry-after'], undefined);
  });

  it('429: requests at once', async () => {
    const key = await createKey(s, 'one at once', { limits: { concurrency: 1 } });
    s.upstream.passes = null;
    const two = await burst(s.upstream, [key], 2, { body: HELLO });
    assertProblem(two.refused[0], 429, 'rate_limit_error', /has used 1 of 1 requests at once \(limit concurrency\)/);
    assert.ok(Number(two.refused[0].headers['retry-after']) >= 1);
    await two.release(TWENTY_CENTS);
  });

  it('402, not 429, if both are in the way: a retry would be of no use', async () => {
    const [, answer] = await refusedBy({ limits: { rpm: 1 }, budgets: { cost_total: 0.25 } });
    assertProblem(answer, 402, 'billing_error', /cost_total/);
    assertFinal(answer);
  });

  it('names of keys that are odd are shown, and break nothing', async () => {
    for (const name of ['é你😀', 'a "b" c', '<b>&amp;%s', 'x'.repeat(64)]) {
      const key = await createKey(s, name, { limits: { rpd: 0 } });
      assert.ok(assertProblem(await key.message(), 429, 'rate_limit_error').error.message.includes(name));
    }
  });

  it('a refusal is told before the body is there, and a stream is refused like anything else', async () => {
    const key = await createKey(s, 'nothing', { limits: { cost_total: 0 } });
    assertProblem(await key.message({ body: { ...HELLO, stream: true } }), 402, 'billing_error', /cost_total/);
    for (const target of ['/api/v1/messages', '/v1/v1/messages', '/messages?beta=true']) {
      assertProblem(await key.message({ target }), 402, 'billing_error', /cost_total/);
    }
  });

  it('the SDK does not try again where that is useless', async () => {
    const client = (key) => new Anthropic({ baseURL: s.url, apiKey: key.text, maxRetries: 3 });
    const ask = (key) => client(key).messages.create({ model: 'claude-sonnet-5', max_tokens: 5, messages: HELLO.messages });
    const budget = await createKey(s, 'sdk budget', { limits: { cost_total: 0 } });
    await assert.rejects(ask(budget), (error) => error.status === 402 && /cost_total/.test(error.message));
    const day = await createKey(s, 'sdk day', { limits: { rpd: 0 } });
    await assert.rejects(ask(day), (error) => error.status === 429 && /rpd/.test(error.message));
    const files = await createKey(s, 'sdk files', { allow: ['files'] });
    await assert.rejects(ask(files), (error) => error.status === 403 && error.constructor.name === 'PermissionDeniedError');
    await s.relay.logged(/key="sdk files".*end=refused/);
    assert.equal(s.relay.log.match(/key="sdk \w+".*end=refused/g).length, 3, 'it tried again');
  });

  it('GET /v1/me: for the holder, and for nobody else', async () => {
    const key = await createKey(s, 'me', { time_zone: FIXED, owner: 'Ann', note: 'not hers', limits: { rpm: 9, cost_day: 1 } });
    assert.equal((await key.message()).status, 200);
    await nothingHeld(key);
    const me = await key.me();
    assert.deepEqual([me.name, me.time_zone, me.limits.rpm.used, me.limits.rpm.limit, me.limits.cost_day.used], ['me', FIXED, 1, 9, 0.2]);
    assert.doesNotMatch(JSON.stringify(me), /not hers|cr_[\w-]{43}/);
    assert.equal((await call(`${s.url}/v1/me`)).status, 401);
    assert.equal((await call(`${s.url}/v1/me`, { headers: { 'x-api-key': `${key.text}x` } })).status, 401);
    for (const target of ['/api/v1/me', '/api/v1/v1/me']) {
      const answer = await call(s.url + target, { headers: { authorization: `Bearer ${key.text}` } });
      assert.equal(answer.status, 200, target);
    }
    await key.revoke();
    assert.equal((await call(`${s.url}/v1/me`, { headers: key.headers })).status, 401);
  });
});
