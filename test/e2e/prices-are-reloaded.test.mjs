// SPDX-License-Identifier: MIT
/* DATA_DIR/prices.json of a running relay: what requests cost follows it, a bad one
   stops nothing, and a request costs what the table said when it came. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { HELLO, call, message } from '../support/http.mjs';
import { addApiKey, commandBeside, describe, stage, startRelay, until } from '../support/processes.mjs';

const MODEL = 'claude-sonnet-5';
const table = (input, more = {}) => JSON.stringify({ version: `v${input}`, models: [{ model: MODEL, input, output: 0 }], ...more });
const TOKENS = { 'x-sim-input-tokens': '1000', 'x-sim-output-tokens': '10' };

describe('prices of a running relay', () => {
  const s = stage({ relay: { env: { WORKERS: '2' }, accounts: (dataDir) => addApiKey(dataDir, 'demo') } });
  const file = () => path.join(s.relay.dataDir, 'prices.json');
  const get = async (target, headers) => JSON.parse((await call(`${s.url}${target}`, { method: 'GET', headers })).body);
  const make = async (name) => {
    const body = { name, accounts: ['demo'], limits: { cost_total: '1000' } };
    const answer = await call(`${s.url}/admin/api/keys`, { method: 'POST', body });
    assert.equal(answer.status, 201, String(answer.body));
    return JSON.parse(answer.body).key;
  };
  const micros = async (key) => Math.round((await get('/v1/me', { 'x-api-key': key })).limits.cost_total.used * 1e6);
  const ask = (key) => message(s.url, { headers: { 'x-api-key': key, ...TOKENS }, body: HELLO });
  const costs = async (key) => {
    const before = await micros(key);
    assert.equal((await ask(key)).status, 200);
    return (await micros(key)) - before;
  };
  /* Renamed into place, as careful programs do. */
  const put = (text) => {
    fs.writeFileSync(`${file()}.new`, text);
    fs.renameSync(`${file()}.new`, file());
  };
  const comesTo = (key, cost) => until(async () => (await costs(key)) === cost, { what: `a cost of ${cost}` });
  const problems = async () => (await get('/health')).problems ?? [];

  it('a file with one row is enough, and goes when it goes', async () => {
    const key = await make('one-row');
    assert.equal(await costs(key), 2000 + 100);
    put(table(3000000));
    await comesTo(key, 3000);
    fs.writeFileSync(file(), table(5000000));
    await comesTo(key, 5000);
    fs.rmSync(file());
    await comesTo(key, 2000 + 100);
  });

  it("without a file no price is one's own", async () => {
    await until(async () => !fs.existsSync(file()), { what: 'no file' });
    const { models } = await get('/admin/api/prices');
    assert.ok(models.length > 0);
    assert.deepEqual(models.filter((row) => row.own), []);
  });

  it('a bad file changes nothing, and /health says what is wrong and where', async () => {
    const key = await make('bad');
    put(table(3000000));
    await comesTo(key, 3000);
    put('{"models":[{"model":"claude-sonnet-5","input":"3"}]}');
    await until(async () => (await problems()).some((one) => /prices of v3000000.*prices\.json: models\[0\]: input must be a whole number/.test(one)), { what: 'a problem' });
    assert.equal(await costs(key), 3000);
    await s.relay.logged(/prices\.json: models\[0\]: input must be/);
    put(table(4000000));
    await comesTo(key, 4000);
    assert.deepEqual(await problems(), []);
  });

  it('a row is changed while the relay runs: written whole, in force at once, audited', async () => {
    const key = await make('changed');
    const own = async () => (await get('/admin/api/prices')).models.filter((row) => row.own).map((row) => [row.model, row.input, row.cache_read, row.in_force]);
    const send = async (method, model, body) => {
      const answer = await call(`${s.url}/admin/api/prices/${encodeURIComponent(model)}`, { method, body });
      return { status: answer.status, doc: JSON.parse(answer.body) };
    };
    put(`{"about":"ours","models":[{"output":9,"model":"other-*","input":8}]}`);
    await until(async () => (await own()).length === 1, { what: 'the table' });
    const set = await send('PUT', MODEL, { input: 7000000, output: 0, cache_read: '0.05' });
    assert.equal(set.status, 200, JSON.stringify(set.doc));
    assert.equal(await costs(key), 7000);
    assert.deepEqual(await own(), [['other-*', 8, '0.1', true], [MODEL, 7000000, '0.05', true]]);
    const text = fs.readFileSync(file(), 'utf8');
    assert.ok(text.indexOf('"about"') < text.indexOf('"output": 9') && text.indexOf('"output": 9') < text.indexOf('"model": "other-*"'), text);
    assert.equal(fs.statSync(file()).mode & 0o777, 0o600);
    for (const [model, body, status, why] of [
      [MODEL, { input: 1 }, 400, /output is missing/],
      [MODEL, { input: -1, output: 1 }, 400, /input/],
      [MODEL, { input: 1, output: 1, cache_read: 'a' }, 400, /models\[1\]: cache_read must be a text such as/],
      [MODEL, { input: 1, output: 1, valid_from: 'soon' }, 400, /valid_from must be a date/],
    ]) {
      const refused = await send('PUT', model, body);
      assert.equal(refused.status, status, JSON.stringify(body));
      assert.match(refused.doc.error, why);
    }
    assert.equal(fs.readFileSync(file(), 'utf8'), text);
    const run = (...args) => commandBeside(['prices', ...args], { env: s.relay.settings });
    for (const odd of ['%ff', 'a%0ab', '%1b%5b2J', '%e2%80%ae']) {
      const { status, body } = await call(`${s.url}/admin/api/prices/${odd}`, { method: 'PUT', body: { input: 1, output: 1 } });
      assert.equal(status, 400, odd);
      assert.match(JSON.parse(body).error, /^the name of a model must be UTF-8 and visible text/);
    }
    assert.match((await run('set', 'a\nb', '--input', '1', '--output', '1')).stderr, /the name of a model must be UTF-8 and visible text/);
    assert.equal(fs.readFileSync(file(), 'utf8'), text);
    const done = await run('set', MODEL, '--input', '5', '--output=0');
    assert.deepEqual([done.status, /^Prices \S+ are in force\.\n$/.test(done.stdout)], [0, true], done.stderr);
    assert.equal(await costs(key), 5000);
    assert.equal((await run('remove', MODEL)).status, 0);
    assert.equal(await costs(key), 2000 + 100);
    assert.match((await run('remove', MODEL)).stderr, /no row for this model: built-in prices cannot be removed/);
    assert.match((await run('set', MODEL, '--input', '5')).stderr, /a price has --input and --output/);
    /* What other members it has is not thrown away with its last row. */
    assert.equal((await send('DELETE', 'other-*')).status, 409);
    fs.writeFileSync(file(), '{');
    await until(async () => (await problems()).length > 0, { what: 'a problem' });
    assert.match((await send('PUT', MODEL, { input: 1, output: 1 })).doc.error, /not valid as it is/);
    assert.match((await get('/admin/api/prices')).problem, /prices\.json/);
    fs.rmSync(file());
    await until(async () => (await problems()).length === 0, { what: 'no problem' });
    const audit = (await get('/admin/api/audit?limit=200')).entries.filter(({ action }) => action.startsWith('prices.set') || action === 'prices.remove').reverse();
    assert.deepEqual(audit.filter(({ done }) => done).map(({ action, target, before, after }) => [action, target, before?.input ?? null, after?.input ?? null]), [
      ['prices.set', MODEL, null, 7000000], ['prices.set', MODEL, 7000000, 5000000], ['prices.remove', MODEL, 5000000, null],
    ]);
  });

  it('a link may lead to it', async () => {
    const key = await make('link');
    const target = path.join(path.dirname(s.relay.dataDir), `prices-of-${path.basename(s.relay.dataDir)}.json`);
    fs.writeFileSync(target, table(6000000), { mode: 0o600 });
    fs.rmSync(file(), { force: true });
    fs.symlinkSync(target, file());
    await comesTo(key, 6000);
    fs.writeFileSync(target, table(7000000));
    await comesTo(key, 7000);
    fs.rmSync(file());
    fs.rmSync(target);
    await comesTo(key, 2000 + 100);
  });

  /* As for a file that was brought into a container. */
  it('another name may lead to it', async () => {
    const key = await make('name');
    put(table(8000000));
    const other = path.join(path.dirname(s.relay.dataDir), `other-${path.basename(s.relay.dataDir)}.json`);
    fs.linkSync(file(), other);
    await comesTo(key, 8000);
    fs.writeFileSync(other, table(9000000));
    await comesTo(key, 9000);
    fs.rmSync(file());
    fs.rmSync(other);
    await comesTo(key, 2000 + 100);
  });

  it('while they change, each request has one price', async () => {
    const key = await make('running');
    put(table(1000000));
    await comesTo(key, 1000);
    const before = await micros(key);
    const count = 300;
    let running = true;
    const writing = (async () => {
      for (let i = 0; running; i++) {
        put(table(i % 2 === 0 ? 1000000000 : 1000000));
        if (i % 5 === 0) fs.writeFileSync(file(), '{"models":');
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    })();
    for (let i = 0; i < count; i += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(key)));
      assert.ok(answers.every((answer) => answer.status === 200));
    }
    running = false;
    await writing;
    const used = (await micros(key)) - before;
    /* Of each at 1,000 and at 1,000,000: together all there were. */
    const dear = Math.floor(used / 1e6);
    const cheap = (used % 1e6) / 1000;
    assert.equal(dear + cheap, count, `${used}`);
  });

  /* Its price changes while the answer is awaited: for the booking, for limits and for who prices it again. */
  it('a request costs what held when it came', async () => {
    const key = await make('midnight');
    const sent = { 'x-api-key': key, ...TOKENS, 'x-sim-first-byte-ms': '400' };
    for (let came = Infinity, from = 0; came >= from;) {
      from = Date.now() + 300;
      const later = { model: MODEL, input: 9000000, output: 0, valid_from: new Date(from).toISOString() };
      put(JSON.stringify({ version: `from-${from}`, models: [{ model: MODEL, input: 1000000, output: 0 }, later] }));
      await until(async () => (await get('/admin/api/status')).prices.version.startsWith(`from-${from}`), { what: 'the table' });
      const before = await micros(key);
      assert.equal((await message(s.url, { headers: sent, body: HELLO })).status, 200);
      const used = (await micros(key)) - before;
      const latest = async () => (await get('/admin/api/requests?key=midnight&limit=1')).requests[0];
      await until(async () => Date.parse((await latest())?.ended_at) >= from, { what: 'its booking' });
      const booked = await latest();
      came = Date.parse(booked.began_at);
      assert.equal(booked.cost_microusd, came < from ? 1000 : 9000);
      assert.equal(used, booked.cost_microusd);
      const again = await call(`${s.url}/admin/api/usage/reprice`, { method: 'POST', body: { since: booked.began_at, dry_run: true } });
      assert.equal(JSON.parse(again.body).total.changed, 0, String(again.body));
    }
    fs.rmSync(file());
  });

  it('a command lists them, checks a file and exports the built-in ones', async () => {
    const run = (args) => commandBeside(['prices', ...args], { env: { ...s.relay.settings, DATA_DIR: s.relay.dataDir } });
    put(table(3500000));
    const listed = await run([]);
    assert.equal(listed.status, 0, listed.stderr);
    assert.match(listed.stdout, /^Prices v3500000:[0-9a-f]{6}\+\S+, in dollars a million tokens:/);
    assert.match(listed.stdout, /^claude-sonnet-5 +\$3\.5 +\$0 +\$0\.35 +prices\.json$/m);
    assert.equal(listed.stdout.match(/^claude-sonnet-5 /gm).length, 1, 'the built-in row is hidden, and not listed');
    assert.match(listed.stdout, /^Not listed: 1 that are hidden by others/m);
    assert.match(listed.stdout, /^claude-haiku-5-5 +\$0\.1 +\$0\.5 +\$0\.01 +built in; above 100000 tokens 5\.000 and 5\.000 times$/m);
    const nowhere = await commandBeside(['prices'], { env: { ...s.relay.settings, DATA_DIR: path.join(s.relay.dataDir, 'nowhere') } });
    assert.equal(nowhere.status, 0, nowhere.stderr);
    assert.match(nowhere.stdout, /^claude-sonnet-5 +\$2 +\$10 .* built in$/m);
    assert.match(nowhere.stderr, /there is no folder .*nowhere/);
    const exported = path.join(s.relay.dataDir, 'exported');
    fs.writeFileSync(exported, (await run(['--export'])).stdout);
    assert.equal((await run(['--check', exported])).status, 0);
    fs.writeFileSync(exported, '{"models":[{"model":"a"}]}');
    const checked = await run(['--check', exported]);
    assert.equal(checked.status, 1);
    assert.match(checked.stderr, /models\[0\]: input is missing/);
    assert.equal((await run(['--check'])).status, 2);
    fs.rmSync(exported);
    fs.rmSync(file());
  });

  it('a relay starts with a bad file, and says so', async () => {
    const relay = await startRelay({
      upstream: s.sim.apiUrl,
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        fs.writeFileSync(path.join(dataDir, 'prices.json'), '{"models":[]}');
      },
    });
    try {
      const health = JSON.parse((await call(`${relay.url}/health`, { method: 'GET' })).body);
      assert.equal(health.status, 'degraded');
      assert.match(health.problems.join(), /prices\.json: models must be an array of 1 to 10000 rows/);
      assert.equal((await message(relay.url)).status, 200);
      const check = await commandBeside(['check'], { env: { ...relay.settings, DATA_DIR: relay.dataDir } });
      assert.match(check.stdout, /^fail +prices +the prices of .* stay in force, .*prices\.json: models must be an array/m);
    } finally {
      await relay.stop();
    }
  });
});
