// SPDX-License-Identifier: MIT
/* claude-relay account import: what other relays export becomes accounts here, with
   their proxies; nothing that exists is replaced, and nothing is taken twice. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, it } from 'node:test';

import { call, message } from '../support/http.mjs';
import { addApiKey, API_KEY, assertNoSecret, command, describe, filesBelow, inMinutes, readAccount, startRelay, startSim, tempFolder, ways, writeOauth } from '../support/processes.mjs';

const token = (kind, name) => `sk-ant-${kind}-CANARY-of-${name}`;
const login = (name, more = {}) => ({ access_token: token('oat01', name), refresh_token: token('ort01', name), expires_at: inMinutes(120), scope: 'user:profile user:inference', ...more });
const PROXY = { host: '127.0.0.1', port: 9, username: 'u', password: 'CANARY-p@ss' };

/* What each relay exports, as its sources write it. */
const exported = {
  crs: () => ({
    success: true,
    data: {
      exportedAt: new Date().toISOString(),
      claudeAccounts: [
        { kind: 'claude-account', id: '1', name: 'Max 1', description: 'mine', platform: 'claude', authType: 'oauth', isActive: true, schedulable: true, priority: 40, status: 'active', proxy: { protocol: 'socks5', ...PROXY }, credentials: login('crs-1') },
        { kind: 'claude-account', id: '2', name: 'Max 1', authType: 'oauth', isActive: false, schedulable: true, priority: 50, proxy: null, credentials: login('crs-2') },
        { kind: 'claude-account', id: '3', name: 'lost', isActive: true, priority: 50, proxy: null, credentials: { access_token: '' } },
      ],
      claudeConsoleAccounts: [
        { kind: 'claude-console-account', id: '4', name: 'console', isActive: true, priority: 50, proxy: null, maxConcurrentTasks: 4, credentials: { api_key: API_KEY, base_url: 'https://api.anthropic.com' } },
        { kind: 'claude-console-account', id: '5', name: 'other', isActive: true, priority: 50, proxy: null, credentials: { api_key: 'CANARY-key-of-another', base_url: 'https://relay.example.com/api', model_mapping: { 'claude-sonnet-5': 'glm-5', 'claude-opus-5': 'claude-opus-5' } } },
        { kind: 'claude-console-account', id: '7', name: 'nowhere', isActive: true, priority: 50, proxy: null, credentials: { api_key: 'CANARY-key-of-nowhere', base_url: 'relay.example.com' } },
      ],
      openaiOAuthAccounts: [{ kind: 'openai-oauth-account', id: '6', name: 'gpt', credentials: { access_token: 'CANARY' } }],
      openaiResponsesAccounts: [],
    },
  }),
  sub2api: () => ({
    type: 'sub2api-data',
    version: 1,
    exported_at: new Date().toISOString(),
    proxies: [{ proxy_key: `http|127.0.0.1|9|u|${PROXY.password}`, name: 'p', protocol: 'http', ...PROXY, status: 'active' }],
    accounts: [
      { name: 'main', platform: 'anthropic', type: 'oauth', credentials: login('sub', { expires_at: String(Math.floor(Date.now() / 1000) + 7200) }), proxy_key: `http|127.0.0.1|9|u|${PROXY.password}`, concurrency: 3, priority: 1 },
      { name: 'setup', platform: 'anthropic', type: 'setup-token', credentials: { access_token: token('oat01', 'setup'), expires_at: inMinutes(9999) }, concurrency: 0, priority: 50 },
      { name: 'astray', platform: 'anthropic', type: 'oauth', credentials: login('astray'), proxy_key: 'http|gone|9|u|CANARY', concurrency: 0, priority: 1 },
      { name: 'gemini', platform: 'gemini', type: 'oauth', credentials: {}, concurrency: 0, priority: 1 },
    ],
  }),
  cliproxyapi: (email, more = {}) => ({ id_token: '', access_token: token('oat01', email), refresh_token: token('ort01', email), last_refresh: new Date().toISOString(), email, type: 'claude', expired: inMinutes(120), ...more }),
};

describe('accounts are imported', () => {
  let sim;
  let dataDir;
  let from;
  const run = (line, { input = '', env = {} } = {}) => {
    const done = command(line.split(' '), { env: { DATA_DIR: dataDir, ...ways({ upstream: sim.apiUrl }), ...env }, input });
    assertNoSecret(done.stdout + done.stderr, line);
    return done;
  };
  const write = (name, doc) => {
    const file = path.join(from, name);
    fs.writeFileSync(file, JSON.stringify(doc));
    return file;
  };
  const accounts = () => (fs.existsSync(dataDir) ? fs.readdirSync(dataDir).filter((name) => name.endsWith('.json')).sort() : []);
  const everything = (folder) => (fs.existsSync(folder) ? filesBelow(folder).map((file) => [file, fs.readFileSync(file, 'latin1')]) : null);
  const untouched = (what) => {
    const before = [everything(from), accounts()];
    what();
    assert.deepEqual([everything(from), accounts()], before);
  };

  before(async () => {
    sim = await startSim();
  });
  after(() => sim.program.child.kill('SIGKILL'));
  beforeEach(async () => {
    dataDir = path.join(tempFolder(), 'data');
    from = tempFolder();
    await sim.forgetOauth();
    await sim.clear();
  });

  it('from claude-relay-service: names, proxies, priorities, and what is left out', () => {
    const file = write('crs.json', exported.crs());
    const done = run(`account import --from crs ${file}`);
    assert.equal(done.status, 1, 'two were left out');
    assert.match(done.stdout, /^Max-1 +oauth +imported \(there: "Max 1"\)$/m);
    assert.match(done.stdout, /^Max-1-2 +oauth +imported .*not active there: switched off here$/m);
    assert.match(done.stdout, /^lost +oauth +left out: access_token is missing/m);
    assert.match(done.stdout, /^console +api-key +imported$/m);
    assert.match(done.stdout, /^other +api-key +imported$/m, 'with all its models');
    assert.match(done.stdout, /^nowhere +api-key +left out: base_url=/m);
    assert.match(done.stdout, /^gpt +- +left out: its kind is "openai-oauth-account"/m);
    assert.match(done.stdout, /^4 imported, 3 left out\.$/m);
    assert.match(done.stdout, /whichever refreshes first, claude-relay-service or this relay/);
    const first = readAccount(dataDir, 'Max-1');
    assert.deepEqual(first.proxy_config, { type: 'socks5', ...PROXY });
    assert.equal(first.refresh_token, token('ort01', 'crs-1'));
    assert.deepEqual(first.scopes, ['user:profile', 'user:inference']);
    assert.equal(first.note, 'mine');
    assert.equal(first.priority, 1, 'before those of priority 50');
    assert.equal(readAccount(dataDir, 'Max-1-2').enabled, false);
    const key = JSON.parse(fs.readFileSync(path.join(dataDir, 'apikey_console.json'), 'utf8'));
    assert.deepEqual([key.api_key, key.concurrency], [API_KEY, 4]);
    const other = JSON.parse(fs.readFileSync(path.join(dataDir, 'apikey_other.json'), 'utf8'));
    assert.deepEqual([other.base_url, other.bearer, other.model_map], ['https://relay.example.com/api', true, { 'claude-sonnet-5': 'glm-5', 'claude-opus-5': 'claude-opus-5' }]);
  });

  it('from sub2api: a proxy that is not there is never left away', () => {
    const done = run(`account import --from sub2api ${write('data.json', exported.sub2api())}`);
    assert.equal(done.status, 1);
    assert.match(done.stdout, /^main +oauth +imported$/m);
    assert.match(done.stdout, /^setup +oauth +imported$/m);
    assert.match(done.stdout, /^astray +oauth +left out: its proxy_key is not among proxies$/m);
    assert.match(done.stdout, /^gemini +- +left out: its platform is "gemini"/m);
    assert.deepEqual(accounts(), ['oauth_main.json', 'oauth_setup.json']);
    const main = readAccount(dataDir, 'main');
    assert.deepEqual(main.proxy_config, { type: 'http', ...PROXY });
    assert.equal(main.concurrency, 3);
    assert.ok(Date.parse(main.expires_at) > Date.now());
  });

  it('from CLIProxyAPI: a folder of files, and standard input', () => {
    write('claude-a@example.com.json', exported.cliproxyapi('a@example.com', { proxy_url: 'socks5h://u:CANARY%40@127.0.0.1:9' }));
    write('claude-b.json', exported.cliproxyapi('', { disabled: true }));
    write('codex-x.json', { type: 'codex', email: 'x' });
    fs.writeFileSync(path.join(from, 'claude-broken.json'), '{"access_token":"sk-ant-oat01-CANARY');
    const done = run(`account import --from cliproxyapi ${from}`);
    assert.equal(done.status, 1);
    assert.match(done.stdout, /^a@example\.com +oauth +imported$/m);
    assert.match(done.stdout, /^b +oauth +imported; disabled there: switched off here$/m);
    assert.match(done.stdout, /^x +- +left out: its type is "codex"/m);
    assert.match(done.stdout, /^claude-broken\.json +- +left out: not valid JSON \(line 1/m);
    assert.equal(readAccount(dataDir, 'a@example.com').proxy_config.password, 'CANARY@');
    const piped = run('account import --from=cliproxyapi -', { input: JSON.stringify(exported.cliproxyapi('c@example.com')) });
    assert.equal(piped.status, 0, piped.stdout + piped.stderr);
    assert.match(piped.stdout, /^c@example\.com +oauth +imported$/m);
  });

  it('from Claude Code, and from another folder of this relay', () => {
    write('.credentials.json', { claudeAiOauth: { accessToken: token('oat01', 'cc'), refreshToken: token('ort01', 'cc'), expiresAt: Date.now() + 3600e3 } });
    assert.equal(run(`account import --from claude-code ${from} laptop`).status, 0);
    writeOauth(from, 'a');
    addApiKey(from, 'k');
    const done = run(`account import --from seed ${from}`);
    assert.equal(done.status, 0, done.stdout);
    assert.deepEqual(accounts(), ['apikey_k.json', 'oauth_a.json', 'oauth_laptop.json']);
    assert.deepEqual(readAccount(dataDir, 'a'), readAccount(from, 'a'));
    writeOauth(from, 'max', { pool: true, tags: ['team'], priority: 1000 });
    assert.match(run(`account import --from seed ${from}`).stdout, /^max +oauth +imported; its priority, 1000, counts only among those imported; in the pool there: not here; its tags are left out: it would serve every key that names one$/m);
    const { pool, tags, priority } = readAccount(dataDir, 'max');
    assert.deepEqual([pool, tags, priority], [undefined, undefined, undefined]);
  });

  it('--dry-run says the same and writes nothing', () => {
    const file = write('crs.json', exported.crs());
    let dry;
    untouched(() => {
      dry = run(`account import --from crs --dry-run ${file}`);
    });
    assert.equal(fs.existsSync(dataDir), false, 'not even a folder');
    const done = run(`account import --from crs ${file}`);
    assert.equal(dry.stdout.replaceAll('would be imported', 'imported').replace('before you import', 'now'), done.stdout);
    assert.equal(dry.status, done.status);
    untouched(() => {
      dry = run(`account import --from crs --dry-run ${file}`);
    });
    assert.match(dry.stdout, /^0 would be imported, 3 left out, 4 here already\.$/m);
  });

  it('--dry-run leaves out what the relay would refuse', async () => {
    const console = (name, base_url) => ({ kind: 'claude-console-account', name, isActive: true, priority: 50, credentials: { api_key: `CANARY-${name}`, base_url } });
    const same = (port, counts) => {
      const file = write('crs.json', { data: { claudeAccounts: [], claudeConsoleAccounts: [console('loop', `http://127.0.0.1:${port}/x`), console('fine', 'https://relay.example.com')] } });
      const [dry, done] = ['account import --dry-run', 'account import'].map((line) => run(`${line} --from crs ${file}`, { env: { PORT: String(port) } }));
      assert.match(dry.stdout, /^loop +api-key +left out: base_url leads to host .* which is this relay itself/m);
      assert.match(dry.stdout, counts);
      assert.equal(dry.stdout.replaceAll('would be imported', 'imported'), done.stdout);
      assert.deepEqual([dry.status, done.status], [1, 1]);
    };
    same(4321, /^1 would be imported, 1 left out\.$/m);
    const relay = await startRelay({ upstream: sim.apiUrl, accounts: () => {} });
    dataDir = relay.dataDir;
    same(relay.port, /^1 would be imported, 1 left out\.$/m);
    assert.deepEqual(JSON.parse(run('audit --json').stdout).entries.filter(({ action }) => action === 'account.add').map(({ target }) => target), ['fine', 'loop']);
    await relay.stop();
  });

  it('a second import takes nothing twice, and what exists stays as it is', () => {
    const file = write('data.json', exported.sub2api());
    writeOauth(dataDir, 'main', { note: 'ours' });
    const done = run(`account import --from sub2api ${file}`);
    assert.match(done.stdout, /^main-2 +oauth +imported \(there: "main"\); priority 0 instead of 1, its place in their order: the most that imports get here$/m, 'another sign-in is another account');
    assert.equal(readAccount(dataDir, 'main-2').refresh_token, token('ort01', 'sub'));
    assert.equal(readAccount(dataDir, 'main').note, 'ours');
    assert.equal(readAccount(dataDir, 'main').refresh_token, token('ort01', 'main').replace('CANARY-of', 'CANARY-refresh-of'));
    const prefixed = run(`account import --from sub2api --prefix sub- ${file}`);
    assert.match(prefixed.stdout, /^main-2 +oauth +exists already, with the same sign-in or key/m);
    assert.match(prefixed.stdout, /^setup +oauth +exists already, with the same sign-in or key$/m);
    untouched(() => {
      assert.match(run(`account import --from sub2api ${file}`).stdout, /^0 imported, 2 left out, 2 here already\.$/m);
    });
    const given = run(`account import --from cliproxyapi ${write('claude-x.json', exported.cliproxyapi('x'))} main`);
    assert.equal(given.status, 1);
    assert.match(given.stdout, /^x +oauth +left out: an account of that name is here, with another sign-in or key: choose another name$/m);
  });

  it('with a relay running: served at once, known again when its tokens are newer', async () => {
    const file = write('claude-r.json', exported.cliproxyapi('r', { expired: inMinutes(-5) }));
    const relay = await startRelay({ upstream: sim.apiUrl, accounts: () => {} });
    dataDir = relay.dataDir;
    assert.match(run(`account import --from cliproxyapi --dry-run ${file}`).stdout, /^r +oauth +would be imported$/m);
    assert.deepEqual(accounts(), []);
    const done = run(`account import --from cliproxyapi ${file}`);
    assert.equal(done.status, 0, done.stdout + done.stderr);
    assert.equal((await message(relay.url)).status, 200);
    assert.notEqual(readAccount(dataDir, 'r').refresh_token, token('ort01', 'r'), 'it was refreshed');
    const again = run(`account import --from cliproxyapi ${file} other`);
    assert.equal(again.status, 0, again.stdout);
    assert.match(again.stdout, /^r +oauth +exists already, with the same sign-in or key/m);
    assert.deepEqual(accounts(), ['oauth_r.json']);
    const entries = JSON.parse(run('audit --json').stdout).entries;
    assert.deepEqual(entries.filter(({ action }) => action === 'account.add').map(({ target }) => target), ['r']);
    await relay.stop();
  });

  it('a sign-in is known however often it was renewed', async () => {
    const file = write('claude-r.json', exported.cliproxyapi('r'));
    const folder = tempFolder();
    writeOauth(folder, 's', { replaced: Array.from({ length: 32 }, (_, i) => String(i).padStart(16, '0')) });
    const relay = await startRelay({ upstream: sim.apiUrl, accounts: () => {} });
    dataDir = relay.dataDir;
    const both = () => run(`account import --from cliproxyapi ${file}`).stdout + run(`account import ${folder}`).stdout;
    both();
    for (let i = 0; i < 34; i++) {
      for (const name of ['r', 's']) assert.equal((await call(`${relay.url}/oauth/accounts/${name}/refresh`, { method: 'POST' })).status, 200);
    }
    const known = both();
    for (const name of ['r', 's']) assert.match(known, new RegExp(`^${name} +oauth +exists already, with the same sign-in or key`, 'm'));
    assert.equal(readAccount(dataDir, 's').replaced.length, 32);
    assert.deepEqual(accounts(), ['oauth_r.json', 'oauth_s.json']);
    await relay.stop();
  });

  it('what is imported serves after what is here, and the order that this costs is told', () => {
    const data = (...priorities) => write('data.json', { accounts: priorities.map((priority) => ({ name: `p${priority}`, platform: 'anthropic', type: 'apikey', credentials: { api_key: `CANARY-${priority}`, base_url: 'https://relay.example.com' }, priority })) });
    const kept = () => accounts().map((name) => [name, JSON.parse(fs.readFileSync(path.join(dataDir, name), 'utf8')).priority ?? 0]);
    run(`account import --from sub2api ${data(1, 10, 100, 5000)}`);
    assert.deepEqual(kept(), [['apikey_p1.json', 3], ['apikey_p10.json', 2], ['apikey_p100.json', 1], ['apikey_p5000.json', 0]]);
    run('account set p5000 --priority 1');
    assert.match(run(`account import --from sub2api ${data(2, 3, 4)}`).stdout, /^p2 +api-key +imported; priority 1 instead of 2, its place in their order: the most that imports get here$/m);
    assert.deepEqual(kept().filter(([name]) => /p[234]\./.test(name)), [['apikey_p2.json', 1], ['apikey_p3.json', 1], ['apikey_p4.json', 0]]);
  });

  it('a key of one place is known however its URL is spelt', () => {
    const data = (...urls) => write('crs.json', { data: { claudeAccounts: [], claudeConsoleAccounts: urls.map((base_url, i) => ({ kind: 'claude-console-account', name: `c${i}`, isActive: true, credentials: { api_key: 'CANARY-one', base_url } })) } });
    run(`account import --from crs ${data('https://relay.example.com')}`);
    assert.match(run(`account import --from crs ${data('https://relay.example.com/', 'https://Relay.example.com:443/v1', 'https://relay.example.com/v1/messages', 'https://relay.example.com/other')}`).stdout, /^1 imported, 0 left out, 3 here already\.$/m);
  });

  it('what cannot be read names the file and the member, and nothing of its content', () => {
    for (const [format, text, reason] of [
      ['crs', '{"success":false,"error":"include_secrets_required"}', /x\.json: data\.claudeAccounts is missing.*include_secrets=true/],
      ['crs', '{"data":{"claudeAccounts":"sk-ant-oat01-CANARY"}}', /x\.json: data\.claudeAccounts is not a list/],
      ['sub2api', '{"accounts":{"CANARY":1}}', /x\.json: accounts is missing or not a list/],
      ['cliproxyapi', '["CANARY"]', /x\.json: type is missing/],
      ['claude-code', '{"claudeAiOauth":"CANARY"}', /x\.json: claudeAiOauth is missing or not an object/],
      ['seed', '"CANARY"', /x\.json: that is not a JSON object/],
      ['crs', '{"a":1,"a":"CANARY"}', /x\.json: not valid JSON/],
      ['crs', `${'['.repeat(100)}`, /x\.json: JSON is nested too deeply/],
      ['crs', '{"CANARY', /x\.json: not valid JSON \(line 1/],
    ]) {
      const file = path.join(from, 'x.json');
      fs.writeFileSync(file, text);
      const done = run(`account import --from ${format} ${file}`);
      assert.equal(done.status, 1, text);
      assert.match(done.stderr, reason);
    }
    for (const [line, status, reason] of [
      ['account import --from nobody x', 1, /--from "nobody" is unknown: it is crs, sub2api, cliproxyapi, claude-code or seed/],
      ['account import --from crs', 1, /--from crs needs a FILE, a FOLDER or -/],
      ['account import --from', 2, /does not take/],
      [`account import --prefix ../ --from crs ${from}`, 1, /the prefix .* does not begin a name/],
      [`account import --from crs ${from}/none`, 1, /look at .*: No such file/],
    ]) {
      const done = run(line);
      assert.equal(done.status, status, line);
      assert.match(done.stderr, reason);
    }
    assert.equal(fs.existsSync(dataDir), false);
  });

  it('what a file is shows by itself, and is said', () => {
    for (const [doc, format] of [[exported.crs(), 'crs'], [exported.crs().data, 'crs'], [exported.sub2api(), 'sub2api'], [{ code: 0, data: exported.sub2api() }, 'sub2api'], [exported.cliproxyapi('a@example.com'), 'cliproxyapi'], [{ claudeAiOauth: { accessToken: token('oat01', 'cc') } }, 'claude-code'], [login('s'), 'seed']]) {
      const file = write('x.json', doc);
      const told = run(`account import --dry-run --from ${format} ${file}`);
      for (const done of [run(`account import --dry-run ${file}`), run('account import --dry-run -', { input: JSON.stringify(doc) })]) {
        assert.match(done.stderr, new RegExp(`Read as --from ${format} \\(`));
        assert.equal(done.stdout.split('\n').length, told.stdout.split('\n').length, format);
      }
      assert.doesNotMatch(told.stderr, /Read as/);
    }
    const odd = run(`account import ${write('x.json', { other: 'CANARY' })}`);
    assert.equal(odd.status, 1);
    assert.match(odd.stderr, /x\.json: say with --from what it is/);
  });
});

/* ---- over HTTP ---------------------------------------------------------------- */

describe('accounts are imported over HTTP', () => {
  let sim;
  let relay;
  before(async () => {
    sim = await startSim();
    relay = await startRelay({ upstream: sim.apiUrl, accounts: () => {} });
  });
  after(async () => {
    await relay.stop();
    sim.program.child.kill('SIGKILL');
  });
  const ask = async (body) => {
    const answer = await call(`${relay.url}/admin/api/accounts/import`, { method: 'POST', body });
    assertNoSecret(answer.body.toString(), 'the answer');
    return { status: answer.status, doc: JSON.parse(answer.body) };
  };
  const names = async () => JSON.parse((await call(`${relay.url}/oauth/accounts`)).body).accounts;
  const linesOf = ({ doc }) => doc.accounts.map(({ name, there, outcome }) => [name ?? there, outcome]);
  /* What the command says of the same export, on a folder of its own. */
  const byCommand = (content, ...args) => {
    const dataDir = path.join(tempFolder(), 'data');
    const done = command(['account', 'import', ...args, '-'], { env: { DATA_DIR: dataDir, ...ways({ upstream: sim.apiUrl }) }, input: content });
    return { dataDir, lines: done.stdout.split('\n').filter((line) => /imported|left out:/.test(line) && !/^\d/.test(line)).map((line) => line.split(/ +/)[0]) };
  };
  const kept = (dataDir, name) => {
    const file = ['oauth', 'apikey'].map((kind) => path.join(dataDir, `${kind}_${name}.json`)).find(fs.existsSync);
    const { created_at: _, ...doc } = JSON.parse(fs.readFileSync(file));
    return doc;
  };

  it('as the command does it, whatever the format, and it is the same twice', async () => {
    const before = new Set(await names());
    for (const [format, doc] of Object.entries({ crs: exported.crs(), sub2api: exported.sub2api(), cliproxyapi: exported.cliproxyapi('c@example.com'), 'claude-code': { claudeAiOauth: { accessToken: token('oat01', 'cc'), refreshToken: token('ort01', 'cc'), expiresAt: Date.now() + 3600e3 } } })) {
      const content = JSON.stringify(doc);
      const told = byCommand(content);
      const dry = await ask({ content, dry_run: true });
      assert.equal(dry.status, 200, JSON.stringify(dry.doc));
      assert.deepEqual([dry.doc.format, dry.doc.dry_run], [format, true]);
      assert.deepEqual(linesOf(dry).map(([name]) => name.replace(/ .*/, '')), told.lines);
      assert.deepEqual(new Set(await names()), before, 'a dry run made something');
      const done = await ask({ content, format });
      assert.deepEqual(linesOf(done), linesOf(dry).map(([name, outcome]) => [name, outcome === 'take' ? 'imported' : outcome]));
      assert.deepEqual([done.doc.taken, done.doc.there, done.doc.left_out], [dry.doc.taken, 0, dry.doc.left_out]);
      for (const { name } of done.doc.accounts.filter(({ outcome }) => outcome === 'imported')) {
        before.add(name);
        const { priority: _, ...mine } = kept(relay.dataDir, name);
        const { priority: __, ...theirs } = kept(told.dataDir, name);
        assert.deepEqual(mine, theirs, name);
      }
      assert.deepEqual(new Set(await names()), before);
      const again = await ask({ content });
      assert.deepEqual([again.doc.taken, again.doc.there], [0, done.doc.taken]);
      assert.deepEqual(new Set(await names()), before);
    }
  });

  it('names, prefix and file, as the command has them', async () => {
    const one = (name) => JSON.stringify(exported.cliproxyapi(name));
    assert.deepEqual(linesOf(await ask({ content: one('d'), prefix: 'cli-' })), [['cli-d', 'imported']]);
    assert.deepEqual(linesOf(await ask({ content: one('e'), name: 'mine' })), [['mine', 'imported']]);
    assert.deepEqual(linesOf(await ask({ content: one('f'), name: 'mine' })), [['f', 'refused']]);
    assert.deepEqual(linesOf(await ask({ content: JSON.stringify(login('g')), file: '../x/oauth_from-file.json' })), [['from-file', 'imported']]);
    const { doc } = await ask({ content: JSON.stringify(login('h')), dry_run: true });
    assert.match(doc.warning, /A refresh token works once/);
    assert.equal((await ask({ content: '{"api_key":"CANARY-plain","base_url":"https://relay.example.com"}', dry_run: true })).doc.warning, null);
  });

  it('what cannot be taken is refused as a whole, and says nothing of what it holds', async () => {
    for (const [body, status, reason] of [
      [{ content: '{"CANARY' }, 400, /^content: not valid JSON/],
      [{ content: '{"other":"CANARY"}' }, 400, /^content: it does not look like/],
      [{ content: '{"other":"CANARY"}', format: 'crs' }, 400, /^content: data\.claudeAccounts is missing/],
      [{ content: '{}', format: 'tea' }, 400, /^format: "tea" is none; they are crs/],
      [{ content: '[]' }, 400, /^content: /],
      [{ content: `${'['.repeat(5000)}` }, 400, /nested too deeply/],
      [{ content: JSON.stringify(exported.crs()), name: 'one' }, 400, /a name is for one account/],
      [{ content: '{"access_token":"x"}', name: '../x' }, 400, /not a valid account name/],
      [{ content: '{"access_token":"x"}', prefix: '../' }, 400, /does not begin a name/],
      [{ content: JSON.stringify({ accounts: Array.from({ length: 1001 }, () => ({ name: 'x' })) }) }, 413, /1001 accounts, and 1000 are taken at once/],
      [{ content: `{"access_token":"${'x'.repeat(8 * 2 ** 20)}"}` }, 413, /more than 8 MB/],
      [{ content: `[${'{},'.repeat(2 * 2 ** 20)}{}]` }, 413, /^content has more than 200000 values/],
      [{ content: '{"access_token":"x"}', name: '../x', accounts: Array(200_000).fill(0) }, 400, /^the body has more than 200000 values/],
      [{ content: `{"CANARY":"${'[{,'.repeat(200_000)}"}` }, 400, /^content: it does not look like/],
    ]) {
      const answer = await ask(body);
      assert.equal(answer.status, status, JSON.stringify(answer.doc));
      assert.match(answer.doc.error, reason);
    }
    assert.equal((await call(`${relay.url}/admin/api/accounts/import`, { method: 'POST', body: `{"content":"${'x'.repeat(19 * 2 ** 20)}"}` })).status, 413);
  });

  it('names are shown as text, and tokens in their place are not', async () => {
    const name = '"><img src=x onerror=alert(1)>';
    const { doc } = await ask({ content: JSON.stringify({ accounts: [{ name, platform: 'anthropic', type: 'oauth', credentials: login('i') }, { name: token('oat01', 'j'), platform: 'openai' }] }), dry_run: true });
    assert.equal(doc.accounts[0].there, name);
    assert.match(doc.accounts[0].name, /^[A-Za-z0-9._@-]+$/);
    assert.equal(doc.accounts[1].there, '(not shown)');
  });

  it('each account has its entry in the audit log, and the import its own', async () => {
    await ask({ content: JSON.stringify(exported.cliproxyapi('k')) });
    const { entries } = JSON.parse((await call(`${relay.url}/admin/api/audit?limit=2`)).body);
    assert.deepEqual(entries.map(({ action, target, done }) => [action, target, done]).sort(), [['account.add', 'k', true], ['account.import', null, true]]);
    assert.deepEqual(entries.find(({ action }) => action === 'account.import').after, { format: 'cliproxyapi', dry_run: false, taken: 1, there: 0, left_out: 0 });
  });
});
