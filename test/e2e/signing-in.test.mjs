// SPDX-License-Identifier: MIT
/* Signing in over HTTP, as the seed's README does it, and everything that goes wrong
   on the way. */
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, it } from 'node:test';

import { call, message, open } from '../support/http.mjs';
import { describe, readAccount, sleep, stage, startRelay, until, writeOauth } from '../support/processes.mjs';

const CODE = 'CANARY_code-AZ09';

describe('signing in', () => {
  const s = stage({ relay: { accounts: () => {} } });
  const post = async (target, body, headers = {}) => {
    const answer = await call(s.url + target, { method: 'POST', body, headers });
    return { ...answer, json: JSON.parse(answer.body) };
  };
  const begin = async (body) => (await post('/oauth/auth-url', body)).json;
  const finish = (body) => post('/oauth/token', body);
  const files = () => fs.readdirSync(s.relay.dataDir).filter((name) => name.endsWith('.json')).sort();

  beforeEach(async () => {
    await s.sim.forgetFaults();
    await s.sim.forgetOauth();
    await s.sim.clear();
    /* Again and again: the relay may see a file of the last test late, and keeps an
       account whose file is away. */
    await until(async () => {
      const { accounts } = JSON.parse((await call(`${s.url}/oauth/accounts`)).body);
      for (const name of accounts) {
        await call(`${s.url}/oauth/accounts/${encodeURIComponent(name)}`, { method: 'DELETE' });
      }
      files().forEach((name) => fs.rmSync(path.join(s.relay.dataDir, name), { force: true }));
      return accounts.length === 0;
    }, { what: 'an empty folder' });
  });

  for (const [what, body] of [['no body', undefined], ['{}', '{}'], ['null proxy', '{"proxy_config":null}']]) {
    it(`auth-url with ${what}`, async () => {
      const answer = await post('/oauth/auth-url', body);
      assert.equal(answer.status, 200);
      assert.deepEqual(Object.keys(answer.json), ['auth_url', 'state', 'code_challenge']);
      const url = new URL(answer.json.auth_url);
      assert.equal(url.origin + url.pathname, 'https://claude.com/cai/oauth/authorize');
      assert.deepEqual([...url.searchParams.keys()], ['code', 'client_id', 'response_type', 'redirect_uri', 'scope', 'code_challenge', 'code_challenge_method', 'state']);
      assert.equal(url.searchParams.get('code'), 'true');
      assert.equal(url.searchParams.get('scope'), 'user:profile user:inference');
      assert.equal(url.searchParams.get('redirect_uri'), 'https://platform.claude.com/oauth/code/callback');
      assert.match(answer.json.state, /^[0-9a-f]{64}$/);
      const file = JSON.parse(fs.readFileSync(path.join(s.relay.dataDir, `pkce_${answer.json.state}.json`)));
      assert.equal(crypto.createHash('sha256').update(file.code_verifier).digest('base64url'), answer.json.code_challenge);
      assert.equal(file.code_verifier.length, 43);
    });
  }

  for (const [what, paste] of [
    ['CODE', () => CODE],
    ['CODE#STATE', (state) => `${CODE}#${state}`],
    ['the callback URL', (state) => `https://platform.claude.com/oauth/code/callback?code=${CODE}&state=${state}`],
    ['spaces, quotes and line breaks', (state) => `  "${CODE.slice(0, 5)}\n${CODE.slice(5)}#${state}" \r\n`],
    ['something behind', (state) => `${CODE}&state=${state}&more=1`],
  ]) {
    it(`a code pasted as ${what}`, async () => {
      const { state, code_challenge } = await begin();
      await s.sim.oauth({ code_challenge });
      const answer = await finish({ authorization_code: paste(state), state, account_name: 'max@home' });
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(answer.json.account, 'max@home');
      assert.ok(typeof answer.json.message === 'string');
      assert.ok(Date.parse(answer.json.expires_at) > Date.now() + 7 * 3600e3);
      assert.deepEqual([...answer.json.scopes].sort(), ['user:inference', 'user:profile']);
      assert.deepEqual(files(), ['oauth_max@home.json'], 'the pending login is gone');
      assert.equal(fs.statSync(path.join(s.relay.dataDir, 'oauth_max@home.json')).mode & 0o777, 0o600);
      const status = await call(`${s.url}/oauth/accounts/max%40home/status`);
      assert.equal(JSON.parse(status.body).is_valid, true);
      assert.equal((await message(s.url)).status, 200);
    });
  }

  it('the state may come with the code alone', async () => {
    const { state } = await begin();
    assert.equal((await finish({ authorization_code: `${CODE}#${state}`, account_name: 'a' })).status, 200);
  });

  it('what is no sign-in is refused by name, and nothing is written', async () => {
    const { state } = await begin();
    const good = { authorization_code: CODE, state, account_name: 'a' };
    const before = files();
    const other = crypto.randomBytes(32).toString('hex');
    const cases = [
      [{ ...good, authorization_code: undefined }, /authorization_code/],
      [{ ...good, authorization_code: 5 }, /authorization_code/],
      [{ ...good, authorization_code: '' }, /authorization_code/],
      [{ ...good, authorization_code: ' \n' }, /authorization_code/],
      [{ ...good, authorization_code: 'a b/c' }, /authorization_code/],
      [{ ...good, authorization_code: `${CODE}#${other}` }, /state/],
      [{ ...good, authorization_code: 'https://platform.claude.com/oauth/code/callback?error=access_denied' }, /access_denied/],
      [{ ...good, state: undefined }, /state/],
      [{ ...good, state: 7 }, /state/],
      [{ ...good, state: other }, /state/],
      [{ ...good, state: '../../etc/passwd' }, /state/],
      [{ ...good, state: state.toUpperCase() === state ? `${state}0` : state.toUpperCase() }, /state/],
      [{ ...good, account_name: undefined }, /account_name/],
      [{ ...good, account_name: '' }, /account_name/],
      [{ ...good, account_name: '../x' }, /account_name/],
      [{ ...good, account_name: '.x' }, /account_name/],
      [{ ...good, account_name: 'a'.repeat(65) }, /account_name/],
      [{ ...good, account_name: 'ünï' }, /account_name/],
      [{ ...good, account_name: 'a\u0000b' }, /JSON|account_name/],
      [{ ...good, account_name: ['a'] }, /account_name/],
      [{ ...good, proxy_config: 'http://h' }, /proxy_config/],
      [{ ...good, proxy_config: { type: 'socks5', host: 'h' } }, /proxy_config/],
      [{ ...good, proxy_config: { type: 'socks4', host: 'h', port: 1 } }, /proxy_config/],
      [{ ...good, proxy: { type: 'http', host: 'h', port: 1 } }, /not known here/],
      [{ ...good, proxy_config: { type: 'http', host: 'h', port: 1, pass: 'p' } }, /proxy_config/],
      [{ ...good, proxy_config: { type: 'http', host: 'h', port: '1' } }, /port/],
      ['[]', /object/],
      ['"text"', /object/],
      ['{', /JSON/],
      [Buffer.alloc(1 << 20, '{'), /JSON/],
      [Buffer.alloc(1 << 20, 0xff), /JSON/],
      ['{}', /authorization_code/],
    ];
    for (const [body, reason] of cases) {
      const answer = await finish(body);
      assert.equal(answer.status, 400, `${JSON.stringify(body).slice(0, 100)}: ${answer.body}`);
      assert.deepEqual(Object.keys(answer.json).filter((name) => name !== 'params'), ['error', 'code']);
      assert.match(answer.json.error, reason);
    }
    for (const body of ['[]', '{', '{"proxy_config":5}', '{"proxy_config":{"type":"http"}}', '{"kind":"other"}', '{"proxyConfig":{}}', `{"garbage":"${'a'.repeat(1 << 20)}"}`]) {
      assert.equal((await post('/oauth/auth-url', body)).status, 400);
    }
    assert.deepEqual(files(), before);
    assert.equal((await s.sim.totals()).token_calls, 0);
    assert.equal((await finish(good)).status, 200, 'the login still works');
  });

  it('a state works once', async () => {
    const { state } = await begin();
    assert.equal((await finish({ authorization_code: CODE, state, account_name: 'a' })).status, 200);
    const again = await finish({ authorization_code: CODE, state, account_name: 'a' });
    assert.equal(again.status, 400);
    assert.match(again.json.error, /state/);
  });

  it('a refused code gives 502 with the reason, and the login can be tried again', async () => {
    const { state } = await begin();
    const refused = await finish({ authorization_code: 'bad', state, account_name: 'a' });
    assert.equal(refused.status, 502);
    assert.match(refused.json.error, /invalid_grant/);
    assert.deepEqual(files(), [`pkce_${state}.json`]);
    assert.equal((await finish({ authorization_code: CODE, state, account_name: 'a' })).status, 200);
  });

  it('a login for an existing name replaces its tokens and nothing else', async () => {
    writeOauth(s.relay.dataDir, 'a', { note: 'mine', odd: { kept: [1, 2] }, login_required: '0123456789abcdef', proxy_config: null });
    await until(async () => JSON.parse((await call(`${s.url}/oauth/accounts`)).body).accounts.length === 1, { what: 'the account' });
    const { state } = await begin();
    assert.equal((await finish({ authorization_code: CODE, state, account_name: 'a' })).status, 200);
    const file = readAccount(s.relay.dataDir, 'a');
    assert.equal(file.note, 'mine');
    assert.deepEqual(file.odd, { kept: [1, 2] });
    assert.equal(file.login_required, undefined);
    assert.notEqual(file.access_token, 'sk-ant-oat01-CANARY-access-of-a');
  });

  it('a login for an account whose file is broken is refused before the code is used', async () => {
    const file = path.join(s.relay.dataDir, 'oauth_a.json');
    fs.writeFileSync(file, '{"proxy_config":', { mode: 0o600 });
    await until(async () => JSON.parse((await call(`${s.url}/oauth/accounts`)).body).accounts.length === 1, { what: 'the account' });
    const { state } = await begin();
    const answer = await finish({ authorization_code: CODE, state, account_name: 'a' });
    assert.equal(answer.status, 500);
    assert.match(answer.json.error, /the code was not used.*oauth_a\.json.*mend the file/);
    assert.equal((await s.sim.totals()).token_calls, 0);
    assert.equal(fs.readFileSync(file, 'utf8'), '{"proxy_config":', 'what is broken is left alone');
    assert.match((await message(s.url)).body.toString(), /cannot be used/);
    fs.writeFileSync(file, '{"note":"mended"}', { mode: 0o600 });
    assert.equal((await finish({ authorization_code: CODE, state, account_name: 'a' })).status, 200);
    assert.equal(readAccount(s.relay.dataDir, 'a').note, 'mended');
    await until(async () => (await message(s.url)).status === 200, { what: 'the account' });
  });

  it('a name that an API key has is not taken over', async () => {
    fs.writeFileSync(path.join(s.relay.dataDir, 'apikey_a.json'), '{"api_key":"sk-ant-api03-CANARY"}', { mode: 0o600 });
    await until(async () => JSON.parse((await call(`${s.url}/oauth/accounts`)).body).accounts.length === 1, { what: 'the account' });
    const { state } = await begin();
    const answer = await finish({ authorization_code: CODE, state, account_name: 'a' });
    assert.equal(answer.status, 400);
    assert.match(answer.json.error, /API key/);
    assert.equal((await s.sim.totals()).token_calls, 0);
  });

  it('a setup token is asked for a year and has no refresh token', async () => {
    const { state, auth_url } = await begin('{"kind":"setup-token"}');
    assert.equal(new URL(auth_url).searchParams.get('scope'), 'user:inference');
    await s.sim.oauth({ omit_refresh_token: true, expires_in: 31536000 });
    const answer = await finish({ authorization_code: CODE, state, account_name: 'a' });
    assert.equal(answer.status, 200);
    assert.ok(Date.parse(answer.json.expires_at) > Date.now() + 300 * 86400e3);
    assert.equal(readAccount(s.relay.dataDir, 'a').refresh_token, undefined);
  });

  it('the proxy of a login is stored with its account, and its password is shown nowhere', async () => {
    const proxy = { type: 'socks5', host: '127.0.0.1', port: 9, username: 'u', password: 'CANARY-password' };
    const { state } = await begin({ proxy_config: proxy });
    const answer = await finish({ authorization_code: CODE, state, account_name: 'a' });
    assert.equal(answer.status, 502, 'the proxy is used for the token call');
    assert.match(answer.json.error, /127\.0\.0\.1:9/);
    assert.equal((await s.sim.totals()).token_calls, 0);
    writeOauth(s.relay.dataDir, 'a', { proxy_config: proxy });
    const status = await until(async () => {
      const { body, status: code } = await call(`${s.url}/oauth/accounts/a/status`);
      return code === 200 && body.toString();
    }, { what: 'the account' });
    assert.ok(!status.includes('CANARY'), status);
    assert.equal(JSON.parse(status).proxy_config.host, '127.0.0.1');
  });

  it('a pending login survives a restart and expires after 30 minutes', async () => {
    const { state } = await begin();
    const old = await begin();
    const file = path.join(s.relay.dataDir, `pkce_${old.state}.json`);
    fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file)), created_at: new Date(Date.now() - 31 * 60e3).toISOString() }));
    const seeds = crypto.randomBytes(32).toString('hex');
    fs.writeFileSync(path.join(s.relay.dataDir, `pkce_${seeds}.json`), JSON.stringify({ code_verifier: 'v'.repeat(43), code_challenge: 'c', state: seeds, auth_url: 'https://claude.ai/x' }), { mode: 0o600 });
    const expired = await finish({ authorization_code: CODE, state: old.state, account_name: 'a' });
    assert.equal(expired.status, 400);
    assert.match(expired.json.error, /expired/);
    const again = await startRelay({ upstream: s.sim.apiUrl, dataDir: s.relay.dataDir, accounts: () => {} });
    try {
      const left = [`pkce_${seeds}.json`, `pkce_${state}.json`].sort().join();
      await until(() => files().join() === left, { what: 'the expired one to be removed at the start' });
      for (const [name, which] of [['a', state], ['b', seeds]]) {
        const answer = await call(`${again.url}/oauth/token`, { method: 'POST', body: { authorization_code: CODE, state: which, account_name: name } });
        assert.equal(answer.status, 200, answer.body.toString());
      }
    } finally {
      await again.stop();
    }
  });

  it('a client that leaves while the code is exchanged loses nothing', async () => {
    await s.sim.oauth({ delay_ms: 500 });
    await s.sim.clear();
    const { state } = await begin();
    const leaving = open(`${s.url}/oauth/token`, { method: 'POST', body: { authorization_code: CODE, state, account_name: 'a' } });
    leaving.on('error', () => {});
    await until(async () => (await s.sim.ledger()).some((row) => row.path === '/v1/oauth/token'), { what: 'the exchange' });
    leaving.destroy();
    await until(() => files().includes('oauth_a.json'), { what: 'the account' });
  });

  it('change, remove, and what is not there', async () => {
    writeOauth(s.relay.dataDir, 'a', { extra: 1 });
    const ask = async (method, target, body) => {
      const answer = await call(s.url + target, { method, body });
      return { status: answer.status, headers: answer.headers, json: JSON.parse(answer.body) };
    };
    await until(async () => (await ask('GET', '/oauth/accounts')).json.accounts.length === 1, { what: 'the account' });
    const changed = await ask('PATCH', '/oauth/accounts/a', { note: 'n', enabled: false, proxy_config: { type: 'http', host: '127.0.0.1', port: 9 } });
    assert.equal(changed.status, 200);
    assert.equal(changed.json.enabled, false);
    assert.equal(changed.json.note, 'n');
    assert.deepEqual(changed.json.proxy_config, { type: 'http', host: '127.0.0.1', port: 9 });
    assert.match((await message(s.url)).body.toString(), /switched off/);
    assert.equal((await ask('PATCH', '/oauth/accounts/a', { note: null, enabled: true, proxy_config: null })).json.proxy_config, null);
    assert.equal(readAccount(s.relay.dataDir, 'a').extra, 1);
    assert.equal((await message(s.url)).status, 200);
    for (const body of [{}, { access_token: 'x' }, { enabled: 'no' }, { note: 5 }, { proxy_config: {} }, { proxy_config: 'x' }, '[]']) {
      assert.equal((await ask('PATCH', '/oauth/accounts/a', body)).status, 400, JSON.stringify(body));
    }
    for (const [method, target] of [['GET', 'x/status'], ['DELETE', 'x'], ['PATCH', 'x'], ['POST', 'x/refresh']]) {
      const answer = await ask(method, `/oauth/accounts/${target}`, method === 'PATCH' ? { note: 'n' } : undefined);
      assert.equal(answer.status, 404, target);
      assert.deepEqual(Object.keys(answer.json).filter((name) => name !== 'params'), ['error', 'code']);
    }
    for (const name of ['..', '%2e%2e', '..%2f..%2fetc', '.a', 'a%00', '%', 'a'.repeat(65)]) {
      assert.ok([400, 404].includes((await ask('GET', `/oauth/accounts/${name}/status`)).status), name);
    }
    const wrong = await ask('PUT', '/oauth/accounts/a', '{}');
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.allow, 'DELETE, PATCH');
    assert.equal((await ask('DELETE', '/oauth/accounts/a')).status, 200);
    assert.deepEqual(files(), []);
    assert.deepEqual((await ask('GET', '/oauth/accounts')).json, { accounts: [] });
  });
});
