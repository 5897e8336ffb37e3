// SPDX-License-Identifier: MIT
/* What was used is told by key, model, day and so on, by the API and by command, and each
   request with its record: all of it of real requests. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, it } from 'node:test';

import { call, HELLO, message, stream } from '../support/http.mjs';
import { admin, createGroup, createKey } from '../support/keys.mjs';
import { addApiKey, command, describe, manyBookings, stage, until } from '../support/processes.mjs';

const SUMS = [
  'requests', 'failed', 'unpriced', 'input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_write_5m_tokens',
  'cache_write_1h_tokens', 'web_search_requests', 'cost_microusd',
];
const SESSION = '11111111-2222-4333-8444-555555555555';
const linesOf = (csv) => csv.split('\r\n').slice(0, -1);

describe('usage', () => {
  const s = stage({ relay: { accounts: (dataDir) => addApiKey(dataDir, 'demo'), env: { TIME_ZONE: 'UTC' } } });
  const answers = [];

  const usage = async (query = '') => {
    const { status, doc } = await admin(s.relay, 'GET', `/admin/api/usage${query}`);
    assert.equal(status, 200, JSON.stringify(doc));
    return doc;
  };
  const requests = async (query = '') => (await admin(s.relay, 'GET', `/admin/api/requests${query}`)).doc;
  const run = (...args) => command([...args, '--data-dir', s.relay.dataDir]);

  before(async () => {
    await createGroup(s.relay, 'staff');
    const alice = await createKey(s.relay, 'alice', { owner: '=HYPERLINK("x")', group: 'staff' });
    const bob = await createKey(s.relay, 'bob');
    /* One after the other: a client has its answer before it is booked, and another worker may be faster. */
    const send = async (key, options) => {
      answers.push(await key.message(options));
      await until(async () => (await usage()).total.requests === answers.length, { what: `booking ${answers.length}` });
    };

    await send(alice, { headers: { 'x-claude-code-session-id': SESSION, 'x-request-id': 'mine-1' } });
    await send(alice, { body: { ...HELLO, stream: true } });
    await send(bob, { body: { ...HELLO, model: 'claude-haiku-4-5' } });
    /* Never sent: it is no booking. */
    await message(s.url, { headers: { 'x-api-key': 'cr_wrong' } });
  });

  it('adds up to the same by everything', async () => {
    const { total } = await usage();
    assert.deepEqual(Object.keys(total), SUMS);
    assert.equal(total.failed, 0);
    assert.ok(total.output_tokens > 0 && total.cost_microusd > 0, JSON.stringify(total));
    for (const by of ['key', 'group', 'owner', 'account', 'model', 'day', 'hour', 'session']) {
      const doc = await usage(`?by=${by}`);
      assert.deepEqual(doc.total, total, by);
      for (const name of SUMS) {
        assert.equal(doc.rows.reduce((sum, row) => sum + row[name], 0), total[name], `${by} ${name}`);
      }
    }
  });

  it('names what it was used by', async () => {
    const counts = async (by) => Object.fromEntries((await usage(`?by=${by}`)).rows.map((row) => [row[by], row.requests]));
    assert.deepEqual(await counts('key'), { alice: 2, bob: 1 });
    assert.deepEqual(await counts('group'), { staff: 2, null: 1 });
    assert.deepEqual(await counts('account'), { demo: 3 });
    assert.deepEqual(await counts('session'), { [SESSION]: 1, null: 2 });
    assert.equal((await usage('?by=session')).rows.find((row) => row.session).key, 'alice');
    assert.deepEqual((await usage('?by=key&session=')).rows.map((row) => [row.key, row.requests]).sort(), [['alice', 1], ['bob', 1]]);
    assert.deepEqual((await usage('?by=model&key=bob')).rows.map((row) => row.requests), [1]);
  });

  it('takes times, and says what it takes', async () => {
    assert.equal((await usage('?since=1h')).total.requests, 3);
    assert.equal((await usage('?until=1h')).total.requests, 0);
    assert.equal((await usage(`?since=${new Date(Date.now() - 600e3).toISOString()}&until=0s`)).total.requests, 3);
    for (const [query, text] of [
      ['?since=yesterday', /since must be a time like .*a day.*7d, not "yesterday"/],
      ['?since=1h&until=2h', /since must be before until/],
      ['?by=month', /by must be key, group/],
      ['?owner=x&by=session', /not by group, owner or day/],
      ['?until=2026-02-30', /until must be/],
    ]) {
      const { status, doc } = await admin(s.relay, 'GET', `/admin/api/usage${query}`);
      assert.equal(status, 400, query);
      assert.match(doc.error, text);
    }
    const missing = await admin(s.relay, 'GET', '/admin/api/usage?key=nobody');
    assert.equal(missing.status, 404);
    assert.match(missing.doc.error, /nothing has been booked of the key "nobody"/);
  });

  it('shows each request with its record, in pages', async () => {
    const all = (await requests()).requests;
    assert.deepEqual(all.map((row) => row.key), ['bob', 'alice', 'alice']);
    const first = all[2];
    assert.equal(first.session, SESSION);
    assert.equal(first.client_id, 'mine-1');
    assert.equal(first.upstream_id, answers[0].headers['request-id']);
    assert.equal(first.end, 'complete');
    assert.equal(first.status, 200);
    assert.equal(first.account, 'demo');
    assert.equal(first.endpoint, '/v1/messages');
    assert.equal(first.model_asked, HELLO.model);
    assert.equal(first.bytes_in, JSON.stringify(HELLO).length);
    assert.ok(first.cost_microusd > 0 && first.attempts === 1 && first.duration_ms >= first.first_byte_ms, JSON.stringify(first));

    const pages = [];
    for (let cursor = ''; cursor !== null; ) {
      const page = await requests(`?limit=1${cursor && `&cursor=${cursor}`}`);
      pages.push(...page.requests);
      cursor = page.next_cursor;
    }
    assert.deepEqual(pages, all);
  });

  it('finds a request by any of its ids, and by what it was', async () => {
    const [bobs, , first] = (await requests()).requests;
    for (const [query, ids] of [
      [`?id=${first.id}`, [first.id]],
      ['?client_id=mine-1', [first.id]],
      [`?upstream_id=${first.upstream_id}`, [first.id]],
      [`?session=${SESSION}`, [first.id]],
      ['?key=bob', [bobs.id]],
      ['?session=', [bobs.id, undefined]],
      ['?client_id=', [bobs.id, undefined]],
      ['?upstream_id=', []],
      ['?status=4xx', []],
      ['?partial=true', []],
      ['?partial=false&unpriced=false&key=bob', [bobs.id]],
      ['?end=client_left', []],
      [`?min_cost_microusd=${2 ** 40}`, []],
      ['?key=alice&status=200&end=complete&limit=1', [undefined]],
    ]) {
      const found = (await requests(query)).requests.map((row) => row.id);
      assert.equal(found.length, ids.length, query);
      ids.forEach((id, i) => id && assert.equal(found[i], id, query));
    }
    /* The log has the same id: it is the relay's own. */
    await s.relay.logged(new RegExp(first.id));
  });

  it('answers in CSV that no spreadsheet evaluates', async () => {
    const sums = await call(`${s.url}/admin/api/usage?by=owner&format=csv`);
    assert.match(sums.headers['content-type'], /^text\/csv/);
    const lines = linesOf(sums.body.toString());
    assert.equal(lines[0], ['owner', ...SUMS].join(','));
    assert.ok(lines.some((line) => line.startsWith('"\'=HYPERLINK(""x"")",2,')), lines.join('\n'));
    const rows = linesOf((await call(`${s.url}/admin/api/requests?format=csv`)).body.toString());
    assert.equal(rows.length, 4);
    assert.match(rows[0], /^ended_at,began_at,id,/);
    assert.equal(linesOf((await call(`${s.url}/admin/api/requests?format=csv&limit=2`)).body.toString()).length, 3);
  });

  it('has a course, minute by minute, by hours and by days', async () => {
    const { total } = await usage();
    for (const [range, count, step] of [['hour', 60, 60], ['day', 24, 3600], ['month', 30, 86400]]) {
      const { status, doc } = await admin(s.relay, 'GET', `/admin/api/series?range=${range}`);
      const sum = (member) => doc.points.reduce((all, point) => all + point[member], 0);
      assert.equal(status, 200, JSON.stringify(doc));
      assert.deepEqual([doc.range, doc.step_s, doc.points.length, doc.complete, doc.zone], [range, step, count, true, 'UTC']);
      for (const member of ['requests', 'failed', 'input_tokens', 'output_tokens', 'cost_microusd']) {
        assert.equal(sum(member), total[member], `${range} ${member}`);
      }
      const busy = doc.points.filter((point) => point.requests > 0);
      assert.ok(busy.every((point) => point.first_byte_p50_ms > 0 && point.first_byte_p95_ms >= point.first_byte_p50_ms && point.streams_max >= 1));
      assert.equal(doc.before.requests, 0);
      const table = run('series', range).stdout.split('\n');
      assert.equal(table.length, count + 3);
      assert.match(table[0], /^SINCE \(UTC\) +REQUESTS/);
      assert.deepEqual(Object.keys(JSON.parse(run('series', range, '--json').stdout)), Object.keys(doc));
    }
    assert.match((await admin(s.relay, 'GET', '/admin/api/series?range=year')).doc.error, /range must be hour, day or month, not "year"/);
    assert.match(run('series', 'year').stderr, /series takes hour, day or month, and --json, not "year"/);
  });

  it('is shown by command', async () => {
    const { total, rows } = await usage();
    assert.deepEqual(JSON.parse(run('usage', '--json').stdout), { rows, total });
    assert.deepEqual(linesOf(run('usage', '--by', 'model', '--csv').stdout)[0].split(','), ['model', ...SUMS]);
    const table = run('usage', '--by=key');
    assert.equal(table.status, 0, table.stderr);
    assert.match(table.stdout, /^KEY +REQUESTS +FAILED .*COST\nalice +2 .*\$0\.\d+\n/m);
    assert.match(table.stdout, /\nTOTAL +3 /);
    assert.equal(run('usage', '--key', 'bob', '--since', '1h', '--json').stdout.includes('"key":"bob"'), true);
    assert.match(run('usage', '--until', '1h').stdout, /Nothing was used/);
    assert.equal(run('usage', '--by', 'month').status, 1);
    assert.equal(run('usage', '--colour').status, 2);

    assert.deepEqual(JSON.parse(run('requests', '--json').stdout).requests, (await requests()).requests);
    assert.match(run('requests', '--limit', '1').stdout, /^ENDED \(UTC\) .*\n.*bob .*req_relay_[0-9a-f]{22}\n$/);
    assert.match(run('requests', '--status', '5xx').stdout, /No request matches/);
  });

  it('hides no cost behind a name that is given again', async () => {
    const { doc: bob } = await admin(s.relay, 'GET', '/admin/api/keys/bob');
    await admin(s.relay, 'PATCH', '/admin/api/keys/bob', { name: 'robert' });
    await createKey(s.relay, 'bob');
    for (const name of ['bob', 'robert', bob.id]) {
      const { rows } = await usage(`?key=${name}`);
      assert.deepEqual(rows.map((row) => [row.key, row.key_id, row.requests]), [['robert', bob.id, 1]], name);
      assert.deepEqual((await requests(`?key=${name}`)).requests.map((row) => row.key), ['bob'], name);
    }
    assert.equal((await admin(s.relay, 'DELETE', '/admin/api/keys/robert')).status, 200);
    assert.match(run('usage', '--key', 'bob').stdout, /\nrobert +1 /);
  });

  it('is told of the folder, too, after the relay has ended', async () => {
    const courseOf = () => JSON.parse(run('series', 'day', '--json').stdout).points.reduce((all, point) => all + point.requests, 0);
    const course = courseOf();
    const { total } = await usage();
    await s.relay.stop();
    const shown = run('usage', '--json');
    assert.equal(shown.status, 0, shown.stderr);
    assert.deepEqual(JSON.parse(shown.stdout).total, total);
    assert.equal(courseOf(), course);
  });

  /* What is answered for the first and the last of its days is all there is. */
  it('of a stopped relay has its days, whatever TIME_ZONE is now', async () => {
    await s.relay.stop();
    for (const TIME_ZONE of ['UTC', '+14:00', '-12:00']) {
      const ask = (...args) => JSON.parse(command(['usage', '--by', 'day', '--json', ...args, '--data-dir', s.relay.dataDir], { env: { TIME_ZONE } }).stdout);
      const all = ask();
      assert.equal(all.total.requests, 3);
      assert.deepEqual(ask('--since', all.rows[0].day, '--until', all.rows.at(-1).day), all, TIME_ZONE);
    }
  });
});

/* More than fit into a page, a part of an answer, or what a command is given at once. */
describe('many bookings', () => {
  const COUNT = 12000;
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        const made = spawnSync(manyBookings, [String(COUNT), dataDir], { encoding: 'utf8' });
        assert.equal(made.status, 0, made.stderr);
      },
    },
  });
  const usage = async (query) => (await admin(s.relay, 'GET', `/admin/api/usage${query}`)).doc;

  it('add up to the same by everything, and in all pages', async () => {
    const { total } = await usage('');
    assert.equal(total.requests, COUNT);
    for (const by of ['group', 'owner', 'account', 'model', 'day', 'hour', 'session']) {
      const doc = await usage(`?by=${by}`);
      assert.deepEqual(doc.total, total, by);
      assert.equal(doc.rows.reduce((sum, row) => sum + row.cost_microusd, 0), total.cost_microusd, by);
    }
    const all = await usage('?by=hour');
    assert.ok(all.rows.length > 1000, `${all.rows.length} hours`);
    const page = await usage('?by=hour&offset=100&limit=50');
    assert.deepEqual(page, { rows: all.rows.slice(100, 150), total });
    const shown = command(['usage', '--by', 'hour', '--since', all.rows.at(-900).hour, '--json', '--data-dir', s.relay.dataDir]);
    assert.deepEqual(JSON.parse(shown.stdout).rows, all.rows.slice(-900));
    const days = (await usage('?by=day')).rows.map((row) => row.day);
    const table = command(['usage', '--by', 'day', '--data-dir', s.relay.dataDir]).stdout;
    assert.deepEqual(table.split('\n').slice(1, 101).map((line) => line.split(' ')[0]), days.slice(-100));
    assert.match(table, /\nThese are the last 100: /);
    const few = command(['usage', '--by=day', '--limit=3', '--csv', '--data-dir', s.relay.dataDir]).stdout;
    assert.deepEqual(linesOf(few).slice(1).map((line) => line.split(',')[0]), days.slice(-3));
  });

  it('are counted to the millisecond', async () => {
    const moment = (await admin(s.relay, 'GET', '/admin/api/requests?until=100d&limit=1')).doc.requests[0].ended_at;
    const after = new Date(Date.parse(moment) + 1).toISOString();
    const [before, from, both] = await Promise.all([usage(`?until=${moment}`), usage(`?since=${moment}`), usage(`?since=${moment}&until=${after}`)]);
    assert.equal(before.total.requests + from.total.requests, COUNT);
    assert.ok(both.total.requests >= 1);
    assert.equal((await usage(`?until=${after}`)).total.requests, before.total.requests + both.total.requests);
  });

  it('are all in the CSV, each once', async () => {
    const { total } = await usage('?key=key-0');
    for (const [query, count] of [['', COUNT], ['&key=key-0', total.requests]]) {
      const lines = linesOf((await call(`${s.url}/admin/api/requests?format=csv${query}`)).body.toString());
      assert.equal(lines.length, count + 1, query);
      assert.equal(new Set(lines.map((line) => line.split(',')[2])).size, count + 1);
    }
    const limited = await call(`${s.url}/admin/api/requests?format=csv&limit=2100`);
    assert.equal(linesOf(limited.body.toString()).length, 2101);
    for (const [args, count] of [
      [['--limit', '1100'], 1100], [[], COUNT], [['--limit', 'all'], COUNT], [['--until', '2001-01-01'], 0],
    ]) {
      const rows = linesOf(command(['requests', '--csv', ...args, '--data-dir', s.relay.dataDir]).stdout);
      assert.equal(rows.length, count + 1, args.join(' '));
      assert.match(rows[0], /^ended_at,/);
    }
  });

  it('are all in JSON, and the table says how many it leaves out', () => {
    const run = (...args) => command(['requests', ...args, '--data-dir', s.relay.dataDir]);
    assert.equal(JSON.parse(run('--json').stdout).requests.length, COUNT);
    assert.equal(JSON.parse(run('--json', '--limit', '700').stdout).requests.length, 700);
    const table = run('--limit', 'all').stdout.split('\n');
    assert.equal(table.length, 10_004);
    assert.match(table.at(-2), /^These are the newest 10000: --csv and --json have all/);
    assert.equal(run('--limit', '10000').stdout.split('\n').length, 10_002);
    assert.equal(run().stdout.split('\n').length, 22);
  });
});

describe('what runs', () => {
  const s = stage();

  it('is in the course, and no failure if it was left', async () => {
    const most = async (range) => Math.max(...(await admin(s.relay, 'GET', `/admin/api/series?range=${range}`)).doc.points.map((point) => point.streams_max));
    const total = async () => (await admin(s.relay, 'GET', '/admin/api/usage')).doc.total;
    const open = await Promise.all(Array.from({ length: 5 }, () => stream(s.url, { headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '50' } })));
    await until(async () => (await admin(s.relay, 'GET', '/admin/api/requests/running')).doc.requests.filter(({ age_ms: age }) => age > 1500).length === 5, { what: 'five that run for a while' });
    for (const range of ['hour', 'day', 'month']) {
      await until(async () => (await most(range)) === 5, { what: `five at once in the ${range}'s course` });
    }
    open.forEach((each) => each.leave());
    await until(async () => (await total()).requests === 5, { what: 'their bookings' });
    assert.equal((await total()).failed, 0);
    for (const range of ['hour', 'day']) {
      await until(async () => (await admin(s.relay, 'GET', `/admin/api/series?range=${range}`)).doc.points.at(-1).requests >= 5, { what: 'them in the course' });
      assert.equal(await most(range), 5, range);
    }
  });
});

/* More than are looked through at once, and some that ended in another hour than they began in. */
describe('many bookings in an hour', () => {
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        const made = spawnSync(manyBookings, ['12000', dataDir, '1'], { encoding: 'utf8' });
        assert.equal(made.status, 0, made.stderr);
      },
    },
  });
  const find = (id) => admin(s.relay, 'GET', `/admin/api/requests/${id}`);

  it('are each found by its id', async () => {
    const { requests } = (await admin(s.relay, 'GET', '/admin/api/requests?limit=1000')).doc;
    const hourOf = (ms) => Math.floor(ms / 3600e3);
    const crossing = requests.filter((row) => hourOf(Date.parse(row.ended_at)) !== hourOf(Date.parse(row.ended_at) - row.duration_ms));
    assert.ok(crossing.length > 0);
    for (const { id } of [...crossing, ...requests.filter((_, i) => i % 50 === 0)]) {
      const { status, doc } = await find(id);
      assert.equal(status, 200, `${id}: ${JSON.stringify(doc)}`);
      assert.equal(doc.request.id, id);
    }
  });

  it('none is found that is not there', async () => {
    const [{ id }] = (await admin(s.relay, 'GET', '/admin/api/requests?limit=1')).doc.requests;
    for (const other of [`${id.slice(0, -4)}ffff`, 'req_relay_00000000000a1b00000000', `req_relay_${'f'.repeat(22)}`]) {
      assert.equal((await find(other)).status, 404, other);
    }
  });
});
