// SPDX-License-Identifier: MIT
/* Every management action once, by each way there is: the audit log says who, what,
   before and after, and the log has a line.  No secret that was in play is in the
   database's bytes. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { call } from '../support/http.mjs';
import { readLines } from '../support/log.mjs';
import { addApiKey, API_KEY, command, describe, filesBelow, Program, stage, startRelay, tempFolder, until, ways, writeOauth } from '../support/processes.mjs';
import { find } from '../support/users.mjs';

const CODE = 'CANARY_code-AZ09';
const TOKEN = 'CANARY-admin-token-0123456789';
const ME = `${os.userInfo().username} (uid ${process.getuid()})`;
const PROXY = { type: 'http', host: '127.0.0.1', port: 9, username: 'user', password: 'CANARY-proxy-password' };

/* As the bytes lie there: the database, its log, and whatever else is beside them. */
function assertNoSecretInDatabase(dataDir, secrets) {
  for (const file of filesBelow(path.join(dataDir, 'db'))) {
    const bytes = fs.readFileSync(file);
    for (const secret of ['CANARY', 'sk-ant-', ...secrets]) {
      assert.ok(!bytes.includes(secret), `${secret.slice(0, 8)}... is in ${file}`);
    }
  }
}

describe('the audit log', () => {
  const s = stage({
    relay: {
      env: { ADMIN_TOKEN: TOKEN, ADMIN_LOOPBACK: 'on', NOTIFY_URL: 'http://127.0.0.1:9/CANARY-hook' },
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        writeOauth(dataDir, 'mine');
        writeOauth(dataDir, 'doomed');
      },
    },
  });
  const secrets = [];
  const ask = async (method, target, body, headers = {}) => {
    const answer = await call(s.url + target, { method, body, headers });
    const doc = answer.body.length > 0 ? JSON.parse(answer.body) : undefined;
    if (doc?.key) {
      secrets.push(doc.key);
    }
    return { status: answer.status, doc };
  };
  const entries = async (query = '') => (await ask('GET', `/admin/api/audit${query}`)).doc.entries;
  const newest = async (action) => {
    const [entry] = await entries('?limit=1');
    assert.equal(entry.action, action);
    return entry;
  };

  const does = (action, target, ask_, { status = 200, before = {}, after = {} } = {}) =>
    it(`${action} says what it changed`, async () => {
      const answer = await ask_();
      assert.equal(answer.status, status, JSON.stringify(answer.doc));
      const entry = await newest(action);
      assert.equal(entry.who, 'this-machine');
      assert.equal(entry.peer, '127.0.0.1');
      assert.equal(entry.target, target);
      assert.equal(entry.done, true);
      assert.equal(entry.error, null);
      assert.ok(Math.abs(Date.parse(entry.at) - Date.now()) < 3600e3, entry.at);
      for (const [side, want] of Object.entries({ before, after })) {
        for (const [member, value] of Object.entries(want)) {
          assert.deepEqual(entry[side][member], value, `${side}.${member} of ${JSON.stringify(entry)}`);
        }
      }
      for (const member of Object.keys({ ...entry.before, ...entry.after })) {
        assert.notDeepEqual(entry.before[member], entry.after[member], `${member} did not change`);
      }
      await s.relay.logged(new RegExp(`audit who=this-machine peer=127\\.0\\.0\\.1 action=${action}${target ? ` target=${target}` : ''}\\b`));
      /* The line of the log says the same. */
      await until(() => readLines(s.relay.program.err).some((line) => line.event === 'audit' && line.action === action &&
        isDeepStrictEqual([line.before, line.after].map((doc) => JSON.parse(doc ?? '{}')), [entry.before, entry.after])), { what: JSON.stringify(entry) });
    });

  /* ---- keys ---------------------------------------------------------------- */

  does('group.create', 'interns', () => ask('POST', '/admin/api/groups', { name: 'interns', limits: { rpm: 5 } }), { status: 201, after: { name: 'interns', id: 1, limits: { rpm: 5 } } });
  does('group.change', 'interns', () => ask('PATCH', '/admin/api/groups/interns', { limits: { rpm: 6, rpd: 9 }, note: 'n' }), { before: { limits: { rpm: 5 } }, after: { limits: { rpm: 6, rpd: 9 }, note: 'n' } });
  does('key.create', 'ci', () => ask('POST', '/admin/api/keys', { name: 'ci', limits: { rpm: 5 } }), { status: 201, after: { name: 'ci', id: 1, limits: { rpm: 5 } } });
  does('key.change', 'ci', () => ask('PATCH', '/admin/api/keys/1', { limits: { rpm: 7 }, group: 'interns' }), { before: { limits: { rpm: 5 } }, after: { limits: { rpm: 7 }, group: 'interns' } });
  does('key.rotate', 'ci', () => ask('POST', '/admin/api/keys/ci/rotate', { overlap: '1h' }));
  does('key.revoke', 'ci', () => ask('DELETE', '/admin/api/keys/ci'), { before: { state: 'active' }, after: { state: 'revoked' } });
  does('key.restore', 'ci', () => ask('POST', '/admin/api/keys/ci/restore'), { before: { state: 'revoked' }, after: { state: 'active' } });
  does('key.revoke', 'ci', () => ask('DELETE', '/admin/api/keys/ci'), { before: { state: 'active' }, after: { state: 'revoked' } });
  does('key.purge', 'ci', () => ask('DELETE', '/admin/api/keys/ci?purge=true'), { before: { name: 'ci', id: 1, group: 'interns' } });
  does('group.remove', 'interns', () => ask('DELETE', '/admin/api/groups/interns'), { before: { name: 'interns', id: 1 } });

  /* ---- accounts ------------------------------------------------------------ */

  does('account.add', 'behind', () => ask('POST', '/admin/api/accounts', { name: 'behind', api_key: API_KEY, proxy_config: PROXY }), { status: 201, after: { api_key: '(not shown)', proxy_config: { type: 'http', host: '127.0.0.1', port: 9, username: 'user', password: '(not shown)' } } });
  does('account.add', 'made', () => ask('POST', '/admin/api/accounts', { name: 'made', api_key: API_KEY }), { status: 201, after: { kind: 'api-key', enabled: true } });
  does('account.change', 'made', () => ask('PATCH', '/oauth/accounts/made', { api_key: `${API_KEY}-another` }), { before: { api_key: '(not shown)' }, after: { api_key: '(changed)' } });
  does('account.change', 'made', () => ask('PATCH', '/oauth/accounts/made', { note: 'mine', enabled: false, proxy_config: PROXY }), {
    before: { enabled: true },
    after: { note: 'mine', enabled: false, proxy_config: { type: 'http', host: '127.0.0.1', port: 9, username: 'user', password: '(not shown)' } },
  });
  does('account.change', 'made', () => ask('PATCH', '/oauth/accounts/made', { proxy_config: { ...PROXY, password: 'CANARY-another-password' } }), {
    before: { proxy_config: { password: '(not shown)' } },
    after: { proxy_config: { password: '(changed)' } },
  });
  does('account.change', 'made', () => ask('PATCH', '/oauth/accounts/made', { base_url: 'https://gateway.example/base', bearer: true, model_map: { 'claude-sonnet-5': 'glm-5' } }), {
    before: { bearer: false },
    after: { base_url: 'https://gateway.example/base', bearer: true, model_map: { 'claude-sonnet-5': 'glm-5' } },
  });
  does('account.pause', 'demo', () => ask('POST', '/admin/api/accounts/demo/pause', { for: '1h', note: 'holidays' }), { before: { state: 'ready' }, after: { state: 'paused', why: 'holidays' } });
  does('account.resume', 'demo', () => ask('POST', '/admin/api/accounts/demo/resume'), { before: { state: 'paused' }, after: { state: 'ready' } });
  does('account.clear', 'demo', () => ask('POST', '/admin/api/accounts/demo/clear'));
  does('account.remove', 'made', () => ask('DELETE', '/oauth/accounts/made'), { before: { kind: 'api-key', note: 'mine' } });
  does('account.refresh', 'mine', () => ask('POST', '/oauth/accounts/mine/refresh'));
  does('account.proxy-test', 'demo', () => ask('POST', '/oauth/accounts/demo/proxy-test', { proxy_config: PROXY }));
  does('account.test', 'demo', () => ask('POST', '/admin/api/accounts/demo/test', {}));
  does('account.message', 'demo', () => ask('POST', '/admin/api/accounts/demo/message'));
  does('proxy.test', null, () => ask('POST', '/admin/api/proxy-test', { proxy_config: PROXY }));
  does('notify.test', null, () => ask('POST', '/admin/api/notify/test'));
  does('login.begin', null, () => ask('POST', '/oauth/auth-url'));
  does('login.finish', 'max', async () => {
    const { state, code_challenge } = (await ask('POST', '/oauth/auth-url')).doc;
    await s.sim.oauth({ code_challenge });
    return ask('POST', '/oauth/token', { authorization_code: CODE, state, account_name: 'max', proxy_config: null });
  }, { after: { kind: 'oauth', login_required: false } });

  does('log.level', null, () => ask('PATCH', '/admin/api/log', { level: 'debug' }), { before: { level: 'info' }, after: { level: 'debug' } });

  it('a refresh shows that another grant took the place of the former', async () => {
    const [entry] = await entries('?action=account.refresh');
    assert.match(entry.before.grant, /^[0-9a-f]{16}$/);
    assert.match(entry.after.grant, /^[0-9a-f]{16}$/);
    assert.notEqual(entry.before.grant, entry.after.grant);
  });

  /* ---- browsers ------------------------------------------------------------- */

  it('session.begin says who brought the token', async () => {
    assert.equal((await ask('POST', '/admin/api/session', { token: TOKEN })).status, 200);
    const entry = await newest('session.begin');
    assert.deepEqual([entry.who, entry.peer, entry.done, entry.after], ['admin-token', '127.0.0.1', true, {}]);
  });
  does('session.end', null, () => ask('DELETE', '/admin/api/session?everywhere=true'), { after: { ended: 1 } });

  does('account.import', null, () => ask('POST', '/admin/api/accounts/import', { content: JSON.stringify({ api_key: API_KEY }), name: 'demo2', dry_run: true }), { after: { format: 'seed', dry_run: true, taken: 0, there: 1 } });

  /* Tests of their own look at what these change. */
  for (const [action, target, status, ...request] of [
    ['prices.set', 'claude-audited', 200, 'PUT', '/admin/api/prices/claude-audited', { input: 3, output: 15 }],
    ['prices.remove', 'claude-audited', 200, 'DELETE', '/admin/api/prices/claude-audited'],
    ['notify.change', null, 409, 'PATCH', '/admin/api/notify', { url: 'https://example.com/CANARY' }],
    ['request.cancel', 'req_relay_none', 404, 'DELETE', '/admin/api/requests/running/req_relay_none'],
  ]) {
    it(`${action} is told`, async () => {
      assert.equal((await ask(...request)).status, status);
      const entry = (await entries('?limit=5')).find((each) => each.action === action);
      assert.deepEqual([entry?.target, entry?.done], [target, status === 200]);
    });
  }

  it('backup.make is told', async () => {
    assert.equal((await call(`${s.url}/admin/api/backup`, { method: 'POST' })).status, 200);
    await until(async () => (await entries('?limit=5')).some(({ action, done }) => action === 'backup.make' && done), { what: 'the entry' });
  });

  it('every change that the API has was done here', async () => {
    const { paths } = (await ask('GET', '/admin/api/openapi.json')).doc;
    if (paths['/admin/api/usage/reprice']) {
      assert.equal((await ask('POST', '/admin/api/usage/reprice', { since: '1d', dry_run: true })).status, 200);
      await newest('usage.reprice');
    }
    /* Questions, asked with a body. */
    for (const question of ['/admin/api/explain', '/admin/api/accounts/check']) {
      delete paths[question];
    }
    const changes = Object.values(paths).flatMap((methods) => Object.keys(methods)).filter((method) => method !== 'get').length;
    const done = new Set((await entries('?limit=200')).map(({ action }) => action).filter((action) => action !== 'key.purge'));
    assert.equal(done.size, changes, `${[...done].sort()}`);
  });

  /* ---- refusals ------------------------------------------------------------- */

  it('what somebody who may manage failed to do is there, with why', async () => {
    for (const [action, target, status, error, ask_] of [
      ['key.revoke', 'nobody', 404, /no relay key nobody/, () => ask('DELETE', '/admin/api/keys/nobody')],
      ['key.create', 'x', 400, /"misspelt" is not known here/, () => ask('POST', '/admin/api/keys', { name: 'x', misspelt: 1 })],
      ['account.add', 'demo', 409, /"demo" exists already/, () => ask('POST', '/admin/api/accounts', { name: 'demo', api_key: API_KEY })],
      ['account.refresh', 'demo', 400, /./, () => ask('POST', '/oauth/accounts/demo/refresh')],
      ['login.finish', 'y', 400, /state/, () => ask('POST', '/oauth/token', { authorization_code: CODE, account_name: 'y' })],
      ['group.create', null, 400, /not valid JSON|not a JSON object/, () => ask('POST', '/admin/api/groups', '{')],
      ['group.remove', 'g', 400, /"a" is not known here/, () => ask('DELETE', '/admin/api/groups/g', { a: 1 })],
    ]) {
      const answer = await ask_();
      assert.equal(answer.status, status, JSON.stringify(answer.doc));
      const entry = await newest(action);
      assert.equal(entry.target, target);
      assert.equal(entry.done, false, action);
      assert.match(entry.error, error);
      assert.deepEqual([entry.code, entry.params], [answer.doc.code, answer.doc.params ?? {}]);
      assert.deepEqual([entry.before, entry.after], [{}, {}]);
    }
    await s.relay.logged(/audit who=this-machine .*action=key\.revoke target=nobody refused=/);
  });

  it('whoever may not manage leaves no entry', async () => {
    const [{ id }] = await entries('?limit=1');
    const answer = await ask('DELETE', '/admin/api/keys/nobody', undefined, { authorization: 'Bearer CANARY-wrong-token', 'x-forwarded-for': '10.0.0.7' });
    assert.equal(answer.status, 401);
    assert.equal((await entries('?limit=1'))[0].id, id);
  });

  it('keys and tokens that were put where names belong are not shown', async () => {
    const key = `cr_${'a'.repeat(43)}`;
    secrets.push(key);
    for (const wrong of [key, API_KEY]) {
      await ask('DELETE', `/admin/api/keys/${wrong}`);
      assert.equal((await newest('key.revoke')).target, '(not shown)');
      await ask('POST', '/admin/api/accounts', { name: wrong, api_key: wrong });
      assert.equal((await newest('account.add')).target, '(not shown)');
    }
  });

  it('the admin token is kept and shown nowhere, as little as a key', async () => {
    for (const written of [TOKEN, `my-${TOKEN}`, TOKEN.replace('-', '%2D')]) {
      const gone = await ask('DELETE', `/admin/api/keys/${written}`);
      assert.equal(gone.status, 400);
      assert.match(gone.doc.error, /the path holds the admin token/);
      assert.equal((await newest('key.revoke')).target, '(not shown)');
    }
    for (const body of [{ name: TOKEN }, { name: 'held', note: `it is ${TOKEN}` }, { name: 'held', tags: [TOKEN] }, { [TOKEN]: 1 }]) {
      assert.equal((await ask('POST', '/admin/api/keys', body)).status, 400);
      assert.notEqual((await newest('key.create')).target, TOKEN);
    }
    assert.equal((await ask('PATCH', '/admin/api/accounts/mine', { note: TOKEN })).status >= 400, true);
    await s.relay.logged(/path="?\/admin\/api\/keys\/\(not shown\)/);
    const { key } = (await ask('POST', '/admin/api/keys', { name: 'lost' })).doc;
    await call(`${s.url}/v1/lost/${TOKEN}`, { headers: { 'x-api-key': key } });
    await s.relay.logged(/key=lost .*path="?\/v1\/lost\/\(not shown\)/);
    await call(`${s.url}/v1/wrong/${TOKEN}`);
    await s.relay.logged(/path="?\/v1\/wrong\/\(not shown\)/);
  });

  /* ---- who ------------------------------------------------------------------ */

  it('says who: by the admin token from an address, by the control socket a user', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '10.0.0.7' };
    assert.equal((await ask('POST', '/admin/api/keys', { name: 'by-token' }, headers)).status, 201);
    const byToken = await newest('key.create');
    assert.deepEqual([byToken.who, byToken.peer], ['admin-token', '127.0.0.1']);
    const done = command(['key', 'create', 'by-socket', '--data-dir', s.relay.dataDir]);
    assert.equal(done.status, 0, done.stderr);
    secrets.push(/cr_[\w-]{43}/.exec(done.stdout)[0]);
    const bySocket = await newest('key.create');
    assert.deepEqual([bySocket.who, bySocket.peer, bySocket.target], ['control-socket', ME, 'by-socket']);
    const mine = await entries(`?who=${encodeURIComponent(ME)}`);
    assert.deepEqual(mine.map(({ who, target }) => [who, target]), [['control-socket', 'by-socket'], ['command', 'demo']]);
  });

  it('signing in by command, through the relay and on a folder', async () => {
    const dir = path.join(tempFolder(), 'data');
    await s.sim.forgetOauth();
    for (const [where, who] of [[s.relay.dataDir, 'control-socket'], [dir, 'command']]) {
      const run = (...args) => command([...args, '--data-dir', where], { env: ways({ upstream: s.sim.apiUrl }), input: `${CODE}\n` });
      const done = run('login', 'typed');
      assert.equal(done.status, 0, done.stderr + done.stdout);
      const made = JSON.parse(run('audit', '--json', '--action', 'login', '--limit', '2').stdout).entries;
      assert.deepEqual(made.map(({ action, target }) => [action, target]), [['login.finish', 'typed'], ['login.begin', null]]);
      assert.ok(made.every((entry) => entry.who === who && entry.peer === ME && entry.done), JSON.stringify(made));
      assert.equal(made[0].after.kind, 'oauth');
      assertNoSecretInDatabase(where, secrets);
    }
  });

  it('the relay itself: a grant that was refused for good', async () => {
    await s.sim.oauth({ tokens: [{ token: 'sk-ant-ort01-CANARY-refresh-of-doomed', state: 'spent' }] });
    assert.notEqual((await ask('POST', '/oauth/accounts/doomed/refresh')).status, 200);
    const [entry] = await until(async () => {
      const found = await entries('?action=account.refused');
      return found.length > 0 && found;
    }, { what: 'the entry' });
    assert.deepEqual([entry.who, entry.peer, entry.target], ['relay', null, 'doomed']);
    assert.deepEqual([entry.before, entry.after], [{ login_required: false }, { login_required: true }]);
    const [asked] = await entries('?action=account.refresh&limit=1');
    assert.equal(asked.done, false);
    assert.match(asked.error, /could not be refreshed/);
  });

  /* ---- looking -------------------------------------------------------------- */

  it('is looked through by pages and filters', async () => {
    const all = await entries('?limit=200');
    const ids = all.map(({ id }) => id);
    assert.deepEqual(ids, [...ids].sort((a, b) => b - a), 'newest first');
    const pages = [];
    for (let cursor = ''; cursor !== null; ) {
      const page = (await ask('GET', `/admin/api/audit?limit=7${cursor ? `&cursor=${cursor}` : ''}`)).doc;
      pages.push(...page.entries.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    assert.deepEqual(pages, ids);
    assert.ok((await entries('?action=account')).every(({ action }) => action.startsWith('account.')));
    assert.ok((await entries('?target=ci')).every(({ target }) => target === 'ci'));
    assert.deepEqual(await entries('?until=1d'), []);
    assert.equal((await entries('?since=1d&limit=200')).length, all.length);
    const today = new Date().toISOString().slice(0, 10);
    assert.ok((await entries(`?since=2020-01-01&until=${today}`)).length > 0);
    assert.deepEqual(await entries('?target=%ff%00x'), []);
    for (const wrong of ['since=tomorrow', 'limit=0', 'limit=201', 'cursor=x']) {
      const answer = await ask('GET', `/admin/api/audit?${wrong}`);
      assert.equal(answer.status, 400);
      assert.match(answer.doc.error, new RegExp(`^${wrong.split('=')[0]} must be`));
    }
  });

  it('is shown in the terminal, through the relay that runs', async () => {
    const shown = command(['audit', '--data-dir', s.relay.dataDir, '--limit', 'all']);
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(shown.stderr, /asking the relay that runs on/);
    assert.match(shown.stdout, /^WHEN \(UTC\) +WHO +WHAT +CHANGES$/m);
    assert.match(shown.stdout, /this-machine 127\.0\.0\.1 +key\.change ci +limits\.rpm: 5 -> 7, group=interns$/m);
    assert.match(shown.stdout, /key\.revoke nobody +REFUSED: there is no relay key nobody/);
    const json = JSON.parse(command(['audit', '--data-dir', s.relay.dataDir, '--limit', 'all', '--json']).stdout);
    assert.equal(json.entries.length, (await entries('?limit=200')).length);
  });

  it('a database that is locked refuses nothing: the entry is there when it can be', { skip: !find('sqlite3') && 'not installed: sqlite3 (script/packages test)' }, async () => {
    const other = new Program(find('sqlite3'), [path.join(s.relay.dataDir, 'db/relay.db')], {}, tempFolder(), 'pipe');
    other.child.stdin.write(".timeout 60000\nBEGIN IMMEDIATE;\nSELECT 'locked';\n");
    await other.ready(/locked/);
    assert.equal((await ask('PATCH', '/oauth/accounts/demo', { note: 'while it was locked' })).status, 200);
    await s.relay.logged(/audit .*action=account\.change target=demo changed=note/);
    assert.deepEqual(await entries('?target=demo&action=account.change'), []);
    other.child.stdin.end('ROLLBACK;\n');
    await other.ended;
    const [entry] = await until(async () => {
      const found = await entries('?target=demo&action=account.change');
      return found.length > 0 && found;
    }, { what: 'the entry' });
    assert.deepEqual(entry.after, { note: 'while it was locked' });
  });

  it('as CSV it comes whole, however long it is', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, i) => ask('DELETE', `/admin/api/keys/${i === 7 ? '=cmd' : 'nobody'}`)));
    const json = await until(async () => {
      const found = JSON.parse(command(['audit', '--data-dir', s.relay.dataDir, '--limit', 'all', '--json']).stdout).entries;
      return found.length > 200 && found.filter(({ target }) => target === '=cmd').length === 1 && found;
    }, { what: 'all of them' });
    const answer = await call(`${s.url}/admin/api/audit?format=csv`);
    assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
    const lines = answer.body.toString().split('\r\n');
    assert.equal(lines[0], 'id,at,who,peer,action,target,before,after,error,code');
    assert.equal(lines.at(-1), '');
    assert.deepEqual(lines.slice(1, -1).map((line) => Number(line.split(',')[0])), json.map(({ id }) => id));
    assert.equal(lines.filter((line) => line.includes(",'=cmd,")).length, 1);
    /* Cells, not whatever follows a quote inside one: what keys end with may begin with "-". */
    const cells = [...answer.body.toString().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"\r\n]*))/gm)].map(([, quoted, plain]) => quoted ?? plain);
    assert.ok(cells.length >= 9 * lines.slice(1, -1).length);
    assert.deepEqual(cells.filter((cell) => /^[=+@-]/.test(cell)), []);
    assert.equal((await ask('GET', '/admin/api/audit?format=csv&limit=5')).status, 400);
    assert.equal((await ask('GET', '/admin/api/audit?format=xml')).status, 400);
  });

  it('holds no secret, in whichever byte, and neither does the log', () => {
    assert.ok(secrets.length >= 4);
    for (const secret of ['CANARY', 'sk-ant-', ...secrets]) {
      assert.ok(!s.relay.program.err.includes(secret), `${secret.slice(0, 8)}... is in the log`);
    }
    assertNoSecretInDatabase(s.relay.dataDir, secrets);
  });
});

describe('the audit log of a folder on which no relay runs', () => {
  const run = (dir, line, input = '') => {
    const done = command([...line.split(' '), '--data-dir', dir], { input });
    assert.equal(done.status, 0, `${line}: ${done.stderr}`);
    return done.stdout;
  };
  const actions = (dir) => JSON.parse(run(dir, 'audit --json')).entries;

  it('commands are there by user, and the relay finds them', async () => {
    const dir = path.join(tempFolder(), 'data');
    const backup = path.join(tempFolder(), 'backup.tar');
    const files = path.join(tempFolder(), 'others');
    writeOauth(files, 'max');
    run(dir, 'key create ci');
    run(dir, 'account add demo --api-key -', `${API_KEY}\n`);
    run(dir, `account import ${files}`);
    run(dir, 'account pool demo off');
    run(dir, `backup ${backup}`);
    run(dir, 'account remove demo');
    run(dir, 'secret rotate', `${Buffer.alloc(32, 'CANARY').toString('base64')}\n`);
    const made = actions(dir);
    assert.deepEqual(
      made.map(({ action, target }) => `${action} ${target}`).reverse(),
      ['key.create ci', 'account.add demo', 'account.add max', 'account.change demo', `backup.make ${backup}`, 'account.remove demo', 'secret.rotate null'],
    );
    assert.ok(made.every(({ who, peer, done }) => who === 'command' && peer === ME && done));
    assert.deepEqual(made[0].after, { documents: 1, sealed: true });
    assertNoSecretInDatabase(dir, []);
    run(dir, `restore ${backup} --force`);
    assert.deepEqual(actions(dir).map(({ action }) => action), ['backup.restore', 'account.change', 'account.add', 'account.add', 'key.create']);
    const relay = await startRelay({ dataDir: dir, accounts: () => {} });
    const seen = JSON.parse((await call(`${relay.url}/admin/api/audit`)).body).entries;
    assert.equal(seen[0].action, 'backup.restore');
    assert.equal(seen[0].target, backup);
    await relay.stop();
  });
});
