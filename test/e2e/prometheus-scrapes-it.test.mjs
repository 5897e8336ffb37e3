// SPDX-License-Identifier: MIT
/* GET /metrics: both forms are what Prometheus takes, a real one reads it with a token
   that opens nothing else, what packaging/ names is there, and nobody outside can make
   it grow. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { call, HELLO, message, open } from '../support/http.mjs';
import { addApiKey, CANARY, describe, root, sanitized, stage, tempFolder, until, writeOauth } from '../support/processes.mjs';
import { familiesOf, metric, metricsOf, OPEN_METRICS, promtoolAccepts, seriesOf, startPrometheus, withoutPrometheus } from '../support/prometheus.mjs';

const TOKEN = `${CANARY}-metrics-token`;
const EVIL = '"><img src=x onerror=alert(1)>';
const bearer = (token) => ({ authorization: `Bearer ${token}` });
const AWAY = { via: '1.1 x' }; /* no request of this machine's has it */
const packaged = (name) => path.join(root, 'packaging', name);
const dashboard = () => JSON.parse(fs.readFileSync(packaged('grafana-dashboard.json'), 'utf8'));
const expressionsOf = (panel) => (panel.targets ?? []).map((target) => target.expr);

describe('figures for Prometheus', () => {
  const s = stage({
    relay: {
      env: { METRICS_TOKEN: TOKEN, ADMIN_LOOPBACK: 'off' },
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        writeOauth(dataDir, 'mine');
        writeOauth(dataDir, 'gone', { refresh_token: undefined, expires_at: new Date(0).toISOString() });
      },
    },
  });
  const admin = async (method, target, body) => {
    const token = fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim();
    const answer = await call(s.url + target, { method, body, headers: bearer(token) });
    return { status: answer.status, doc: answer.body.length ? JSON.parse(answer.body) : undefined };
  };
  const text = async (headers = {}) => (await metricsOf(s.relay, { ...bearer(TOKEN), ...headers })).text;
  let key;

  before(async () => {
    const made = await admin('POST', '/admin/api/keys', { name: EVIL, limits: { cost_day: 100, rpm: 1 } });
    assert.equal(made.status, 201, JSON.stringify(made.doc));
    key = { id: made.doc.id, headers: { 'x-api-key': made.doc.key, 'x-account-name': 'demo' } };
    assert.equal((await message(s.url, { headers: key.headers })).status, 200);
    assert.equal((await message(s.url, { headers: key.headers })).status, 429);
  });

  it('are text for whoever asks, and OpenMetrics for whoever prefers that', async () => {
    const plain = await metricsOf(s.relay, bearer(TOKEN));
    const openly = await metricsOf(s.relay, { ...bearer(TOKEN), accept: OPEN_METRICS });
    assert.equal(plain.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(openly.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.ok(openly.text.endsWith('\n# EOF\n'));
    assert.ok(!plain.text.includes('# EOF'));
    assert.deepEqual(seriesOf(plain.text), seriesOf(openly.text));
    const head = await call(`${s.url}/metrics`, { method: 'HEAD', headers: bearer(TOKEN) });
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers['content-type'], plain.headers['content-type']);
  });

  it('promtool accepts them', { skip: withoutPrometheus }, async () => {
    promtoolAccepts(['check', 'metrics'], await text());
  });

  it('no sample is there twice, and each is of a family that was declared', async () => {
    const plain = await text();
    const series = seriesOf(plain);
    assert.equal(new Set(series).size, series.length);
    const families = familiesOf(plain);
    for (const name of series.map((each) => each.replace(/\{.*/s, ''))) {
      assert.ok(families.has(name) || families.has(name.replace(/_(bucket|sum|count)$/, '')), name);
    }
  });

  it('tell of keys, whatever they are called', async () => {
    const plain = await text();
    const said = EVIL.replaceAll('"', '\\"');
    assert.equal(metric(plain, `claude_relay_key_requests_total{key="${said}"}`), 2);
    assert.equal(metric(plain, `claude_relay_key_failed_requests_total{key="${said}"}`), 1);
    assert.equal(metric(plain, `claude_relay_key_limit_used_ratio{key="${said}",limit="rpm"}`), 1);
    assert.equal(metric(plain, 'claude_relay_limits_refused_total{limit="rpm",scope="key"}'), 1);
    assert.ok(metric(plain, `claude_relay_key_cost_dollars_total{key="${said}"}`) > 0);
  });

  it('tell of accounts and models', async () => {
    const plain = await text();
    assert.equal(metric(plain, 'claude_relay_account_state{account="demo",state="ready"}'), 1);
    assert.equal(metric(plain, 'claude_relay_account_state{account="demo",state="login_required"}'), 0);
    assert.equal(metric(plain, 'claude_relay_account_state{account="gone",state="unusable"}'), 1);
    assert.equal(metric(plain, 'claude_relay_accounts{state="ready"}'), 2);
    assert.equal(metric(plain, 'claude_relay_account_attempts_total{account="demo",result="delivered"}'), 1);
    assert.equal(metric(plain, 'claude_relay_model_requests_total{model="claude-sonnet-5"}'), 2);
    assert.ok(metric(plain, 'claude_relay_account_token_expires_timestamp_seconds{account="mine"}') * 1000 > Date.now());
    assert.ok(metric(plain, 'claude_relay_account_window_used_ratio{account="demo",window="requests"}') >= 0);
  });

  it('tell of times, the process, and what is lost', async () => {
    const plain = await text();
    assert.equal(metric(plain, 'claude_relay_first_byte_seconds_count{stream="false"}'), 1);
    assert.equal(metric(plain, 'claude_relay_added_seconds_bucket{stream="false",le="+Inf"}'), 1);
    assert.ok(metric(plain, 'process_resident_memory_bytes') > 1e6);
    assert.ok(metric(plain, 'process_open_fds') > 5);
    assert.ok(metric(plain, 'process_start_time_seconds') * 1000 <= Date.now());
    assert.ok(metric(plain, 'claude_relay_connections') >= 1);
    for (const lost of ['claude_relay_bookings_lost_total', 'claude_relay_audit_entries_lost_total', 'claude_relay_log_lines_lost_total']) {
      assert.equal(metric(plain, lost), 0);
    }
  });

  it('count a stream while it runs', async () => {
    const { status, doc } = await admin('POST', '/admin/api/keys', { name: 'streams' });
    assert.equal(status, 201);
    const req = open(`${s.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': doc.key, 'x-account-name': 'demo', 'anthropic-version': '2023-06-01', 'x-sim-endless': '1', 'x-sim-gap-ms': '20' },
      body: { ...HELLO, stream: true },
    });
    req.on('error', () => {});
    req.on('response', (res) => res.resume());
    await until(async () => metric(await text(), 'claude_relay_streams_open') === 1, { what: 'a stream' });
    req.destroy();
    await until(async () => metric(await text(), 'claude_relay_streams_open') === 0, { what: 'its end' });
    assert.equal(metric(await text(), 'claude_relay_requests_total{end="client_left",status="2xx"}'), 1);
  });

  it('a key that is gone counts with the others, and keeps no name', async () => {
    const { doc } = await admin('POST', '/admin/api/keys', { name: 'short-lived' });
    assert.equal((await message(s.url, { headers: { 'x-api-key': doc.key, 'x-account-name': 'demo' } })).status, 200);
    assert.equal(metric(await text(), 'claude_relay_key_requests_total{key="short-lived"}'), 1);
    const others = metric(await text(), 'claude_relay_key_requests_total{key="other"}');
    assert.equal((await admin('PATCH', `/admin/api/keys/${doc.id}`, { name: 'renamed' })).status, 200);
    assert.equal(metric(await text(), 'claude_relay_key_requests_total{key="renamed"}'), 1);
    assert.equal((await admin('DELETE', `/admin/api/keys/${doc.id}`)).status, 200);
    assert.equal((await admin('DELETE', `/admin/api/keys/${doc.id}?purge=true`)).status, 200);
    const plain = await text();
    assert.ok(!plain.includes('renamed') && !plain.includes('short-lived'));
    assert.equal(metric(plain, 'claude_relay_key_requests_total{key="other"}'), others + 1);
  });

  it('a key that is called as the others are, or as what has none, is one of the others', async () => {
    for (const name of ['other', 'none']) {
      const { doc } = await admin('POST', '/admin/api/keys', { name });
      assert.equal((await message(s.url, { headers: { 'x-api-key': doc.key, 'x-account-name': 'demo' } })).status, 200);
      const series = seriesOf(await text());
      assert.equal(series.filter((each) => each === `claude_relay_key_requests_total{key="${name}"}`).length, 1);
    }
    assert.equal(metric(await text(), 'claude_relay_key_requests_total{key="none"}'), 0);
  });

  it('what has no model is counted under a word: to Prometheus an empty label is none', async () => {
    const nothing = metric(await text(), 'claude_relay_model_requests_total{model="none"}');
    const refused = await call(`${s.url}/v1/messages`, { method: 'POST', headers: { ...key.headers, 'anthropic-version': '2023-06-01' }, body: { max_tokens: 1 } });
    assert.notEqual(refused.status, 200);
    const plain = await text();
    assert.equal(metric(plain, 'claude_relay_model_requests_total{model="none"}'), nothing + 1);
    assert.deepEqual(seriesOf(plain).filter((each) => each.includes('=""')), []);
  });

  it('METRICS_TOKEN opens them and nothing else', async () => {
    for (const target of ['/admin/api/status', '/admin/api/openapi.json', '/oauth/accounts', '/admin/api/requests']) {
      assert.equal((await call(s.url + target, { headers: bearer(TOKEN) })).status, 401, target);
    }
    for (const target of ['/v1/me', '/v1/models']) {
      assert.equal((await call(s.url + target, { headers: { ...bearer(TOKEN), ...AWAY } })).status, 401, target);
    }
    const session = await call(`${s.url}/admin/api/session`, { method: 'POST', body: { token: TOKEN } });
    assert.equal(session.status, 401, session.body.toString());
    const health = await call(`${s.url}/health`, { headers: { ...bearer(TOKEN), ...AWAY } });
    assert.equal(JSON.parse(health.body).version, undefined);
    assert.equal((await metricsOf(s.relay, { ...bearer(TOKEN), ...AWAY })).status, 200);
    assert.equal((await metricsOf(s.relay)).status, 401);
    assert.equal((await metricsOf(s.relay, AWAY)).status, 401);
    assert.equal((await metricsOf(s.relay, key.headers)).status, 403);
    assert.equal((await metricsOf(s.relay, bearer(`${TOKEN}x`))).status, 401);
  });

  it('wrong ones are slowed', async () => {
    const statuses = [];
    for (let i = 0; i < 40; i++) {
      statuses.push((await metricsOf(s.relay, { ...bearer(`${TOKEN}${i}`), ...AWAY })).status);
    }
    assert.ok(statuses.includes(401) && statuses.includes(429), statuses.join(' '));
    assert.ok(metric(await text(), 'claude_relay_wrong_credentials_total') >= 40);
  });

  describe('and a Prometheus', { skip: withoutPrometheus }, () => {
    let prometheus;
    before(async () => {
      prometheus = await startPrometheus(s.relay, TOKEN);
      await until(async () => (await prometheus.query('up{job="claude-relay"}'))[0]?.value === 1, { every: 200, what: 'a scrape' });
    });
    after(() => prometheus?.stop());

    it('reads them with that token, as OpenMetrics', async () => {
      const [found] = await prometheus.query('claude_relay_requests_total{end="complete",status="2xx"}');
      assert.ok(found.value >= 2);
      const [evil] = await prometheus.query('claude_relay_key_requests_total{key=~".*onerror.*"}');
      assert.equal(evil.metric.key, EVIL);
      /* Only that form tells units. */
      const [meta] = await prometheus.api('targets/metadata?metric=claude_relay_first_byte_seconds');
      assert.equal(meta.unit, 'seconds');
      assert.equal(meta.type, 'histogram');
    });

    it('knows the alerts of packaging/, and what they ask for', async () => {
      promtoolAccepts(['check', 'rules', packaged('prometheus-rules.yml')]);
      const rules = await until(
        async () => {
          const all = (await prometheus.api('rules')).groups.flatMap((group) => group.rules);
          return all.length > 0 && all.every((rule) => rule.health === 'ok') && all;
        },
        { every: 200, what: 'all alerts evaluated' },
      );
      assert.ok(rules.length >= 20);
      const [broken] = await until(
        async () => {
          const alerts = await prometheus.query('ALERTS{alertname="ClaudeRelayAccountBlocked"}');
          return alerts.length > 0 && alerts;
        },
        { every: 200, what: 'an alert' },
      );
      assert.equal(broken.metric.account, 'gone');
    });

    it('answers every question of the dashboard', async () => {
      const variables = { $job: 'claude-relay', $instance: '.+', $account: '.+', $__rate_interval: '1m' };
      for (const panel of dashboard().panels) {
        for (const expr of expressionsOf(panel)) {
          const asked = Object.entries(variables).reduce((all, [name, value]) => all.replaceAll(name, value), expr);
          await prometheus.query(asked).catch((error) => assert.fail(`${panel.title}: ${error.message}`));
        }
      }
    });
  });

  it('all that packaging/ names is there', async () => {
    const families = familiesOf(await text());
    const rules = fs.readFileSync(packaged('prometheus-rules.yml'), 'utf8');
    const asked = [rules, JSON.stringify(dashboard())].join('\n');
    const names = new Set([...asked.matchAll(/\b(claude_relay_\w+|process_\w+)/g)].map(([name]) => name));
    assert.ok(names.size > 40);
    for (const name of names) {
      assert.ok(families.has(name) || families.has(name.replace(/_(bucket|sum|count)$/, '')), name);
    }
    /* And nothing that is told is left out of the dashboard. */
    const shown = [...families.keys()].filter((name) => ![...names].some((each) => each.startsWith(name)));
    assert.deepEqual(shown, ['claude_relay_model_failed_requests_total', 'claude_relay_model_tokens_total', 'claude_relay_keys', 'claude_relay_key_tokens_total', 'claude_relay_account_window_resets_timestamp_seconds', 'claude_relay_account_requests_total', 'claude_relay_account_failed_requests_total', 'claude_relay_account_tokens_total', 'claude_relay_bookings_total', 'claude_relay_connections_accepted_total', 'process_virtual_memory_bytes', 'process_threads']);
  });
});

describe('alerts', { skip: withoutPrometheus }, () => {
  const MINUTES = 40;
  /* What the figures are, and which alerts that is. */
  const cases = [
    { alerts: [], series: { 'up{job="claude-relay"}': '1', claude_relay_problems: '0', 'claude_relay_accounts{state="ready"}': '1', 'claude_relay_accounts{state="paused"}': '3' } },
    { alerts: ['ClaudeRelayDown'], series: { 'up{job="claude-relay"}': '0', 'up{job="another"}': '0' } },
    { alerts: ['ClaudeRelayHasProblems'], series: { claude_relay_problems: '2' } },
    { alerts: ['ClaudeRelayNoAccountReady'], series: { 'claude_relay_accounts{state="ready"}': '0', 'claude_relay_accounts{state="paused"}': '3' } },
    { alerts: [], series: { 'claude_relay_accounts{state="ready"}': '0', 'claude_relay_accounts{state="paused"}': '0' } },
    { alerts: ['ClaudeRelaySignInAgain'], series: { 'claude_relay_account_state{account="a",state="login_required"}': '1', 'claude_relay_account_state{account="b",state="login_required"}': '0' } },
    { alerts: ['ClaudeRelayWindowRunsOut'], series: { 'claude_relay_account_window_runs_out_timestamp_seconds{account="a",window="5h"}': `${MINUTES * 60 + 600}` } },
    { alerts: [], series: { 'claude_relay_account_window_runs_out_timestamp_seconds{account="a",window="5h"}': `${MINUTES * 60 + 7200}` } },
    { alerts: ['ClaudeRelayKeyBudgetNearlySpent'], series: { 'claude_relay_key_limit_used_ratio{key="k",limit="cost_day"}': '0.95', 'claude_relay_key_limit_used_ratio{key="k",limit="rpm"}': '1' } },
    { alerts: ['ClaudeRelayBookingsLost'], series: { claude_relay_bookings_lost_total: '0+1' } },
    { alerts: ['ClaudeRelayRequestsFail'], series: { 'claude_relay_requests_total{end="complete",status="2xx"}': '0+80', 'claude_relay_requests_total{end="refused",status="5xx"}': '0+20', 'claude_relay_requests_total{end="cut",status="2xx"}': '0+1' } },
    { alerts: [], series: { 'claude_relay_requests_total{end="complete",status="2xx"}': '0+80', 'claude_relay_requests_total{end="complete",status="4xx"}': '0+20', 'claude_relay_requests_total{end="refused",status="5xx"}': '0+2', 'claude_relay_requests_total{end="cut",status="2xx"}': '0+2' } },
    { alerts: ['ClaudeRelayFirstByteSlow'], series: { 'claude_relay_first_byte_seconds_bucket{stream="true",le="30.0"}': '0+10', 'claude_relay_first_byte_seconds_bucket{stream="true",le="60.0"}': '0+20', 'claude_relay_first_byte_seconds_bucket{stream="true",le="+Inf"}': '0+20' } },
    { alerts: ['ClaudeRelayGuesses'], series: { claude_relay_wrong_credentials_total: '0+20' } },
  ];
  const of = (name) => name.replace(/^(\w+)(\{(.*)\})?$/s, (_, base, __, labels) => `${base}{instance="here"${labels ? `,${labels}` : ''}}`);

  it('say what they are to say, and nothing else', () => {
    const tests = cases.map(({ alerts, series }) => ({
      interval: '1m',
      input_series: Object.entries(series).map(([name, value]) => ({ series: of(name), values: value.includes('+') ? `${value}x${MINUTES}` : `${value}+0x${MINUTES}` })),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: `${MINUTES}m`,
          exp_samples: alerts.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
        },
      ],
    }));
    const file = path.join(tempFolder(), 'tests.yml');
    fs.writeFileSync(file, JSON.stringify({ rule_files: [packaged('prometheus-rules.yml')], evaluation_interval: '1m', tests }));
    promtoolAccepts(['test', 'rules', file]);
  });
});

describe('whatever strangers ask for', () => {
  const COUNT = 10000;
  const s = stage();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
  after(() => agent.destroy());

  const many = async (ask) => {
    let next = 0;
    const work = async () => {
      while (next < COUNT) {
        await ask(next++);
      }
    };
    await Promise.all(Array.from({ length: 32 }, work));
  };
  const word = () => Math.random().toString(36).slice(2);
  const path_ = (i) => [`/v1/${word()}`, `/${word()}`, `/admin/api/${word()}`, `/v1/messages/batches/${word()}`, `/metrics?x=${word()}`][i % 5];
  const ask = (i) => call(s.url + path_(i), { agent, headers: { 'anthropic-version': '2023-06-01' } });
  const askModel = () => message(s.url, { body: { ...HELLO, model: `claude-${word()}` } });

  it('10,000 paths and 10,000 models change neither what there is nor the memory', async () => {
    const send = (i) =>
      call(`${s.url}/v1/messages`, { method: 'POST', agent, headers: { 'anthropic-version': '2023-06-01' }, body: { ...HELLO, model: `claude-${word()}` } });
    const booked = () => until(async () => metric((await metricsOf(s.relay)).text, 'claude_relay_bookings_waiting') === 0, { what: 'the bookings' });
    let rounds = 0;
    const round = async (before) => {
      await many(ask);
      await many(send);
      await booked();
      rounds += 1;
      const { text } = await metricsOf(s.relay);
      assert.deepEqual(seriesOf(text), before);
      assert.equal(metric(text, 'claude_relay_model_requests_total{model="other"}'), rounds * COUNT + 1);
      assert.equal(metric(text, 'claude_relay_bookings_lost_total'), 0);
      return s.relay.memory('Pss');
    };
    assert.equal((await message(s.url)).status, 200);
    assert.equal((await askModel()).status, 200);
    await booked();
    const before = seriesOf((await metricsOf(s.relay)).text);
    /* What is kept of each would show in every round; what a busy machine makes wait, in some. */
    const grown = [];
    let settled = await round(before);
    do {
      const now = await round(before);
      grown.push(now - settled);
      settled = now;
    } while (!sanitized && grown.at(-1) >= 4 * 2 ** 20 && grown.length < 4);
    assert.ok(sanitized || grown.at(-1) < 4 * 2 ** 20, `it grew by ${grown} bytes`);
  });
});
