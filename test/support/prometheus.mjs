// SPDX-License-Identifier: MIT
/* Figures as text, and a real Prometheus that reads them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { call, fetchJson } from './http.mjs';
import { freePort } from './ports.mjs';
import { Program, root, tempFolder, until } from './processes.mjs';
import { WAIT_MS } from './time.mjs';

const program = (name) => ['/usr/bin', '/usr/local/bin'].map((dir) => path.join(dir, name)).find(fs.existsSync);
const promtool = program('promtool');
const prometheus = program('prometheus');

/* For test options: false where both are there. */
export const withoutPrometheus = promtool && prometheus ? false : 'needs prometheus and promtool (script/packages test)';

export const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0';

/* { status, headers, text } of GET /metrics. */
export async function metricsOf(relay, headers = {}) {
  const answer = await call(`${relay.url}/metrics`, { headers });
  return { status: answer.status, headers: answer.headers, text: answer.body.toString() };
}

/* The value of a sample, as it is written: metric(text, 'name{label="value"}'). */
export function metric(text, sample) {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}

/* All samples, without their values. */
export const seriesOf = (text) =>
  text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.slice(0, line.lastIndexOf(' ')));

/* Names and types of what the text declares. */
export const familiesOf = (text) => new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));

/* One run of promtool, which must be content. */
export function promtoolAccepts(args, input) {
  const done = spawnSync(promtool, args, { input, encoding: 'utf8', timeout: WAIT_MS });
  assert.equal(done.status, 0, `promtool ${args.join(' ')}: ${done.stdout}${done.stderr}`);
  assert.equal(done.stderr, '');
  return done.stdout;
}

/* A Prometheus that scrapes the relay every two seconds with that token, with the rules of
   packaging/. */
export async function startPrometheus(relay, token) {
  const folder = tempFolder();
  const port = await freePort();
  const config = path.join(folder, 'prometheus.yml');
  fs.writeFileSync(path.join(folder, 'token'), `${token}\n`, { mode: 0o600 });
  fs.writeFileSync(
    config,
    `global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s }
rule_files: ['${path.join(root, 'packaging/prometheus-rules.yml')}']
scrape_configs:
  - job_name: claude-relay
    authorization: { credentials_file: '${path.join(folder, 'token')}' }
    static_configs: [{ targets: ['127.0.0.1:${relay.port}'] }]
`,
  );
  const made = new Program(
    prometheus,
    [`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`],
    {},
    folder,
  );
  const url = `http://127.0.0.1:${port}`;
  const api = async (target) => (await fetchJson(`${url}/api/v1/${target}`)).data;
  await until(() => call(`${url}/-/ready`).then((answer) => answer.status === 200, () => false), { every: 100, what: 'Prometheus' });
  return {
    api,
    /* [{ metric: { label: value }, value }] */
    query: async (expr) =>
      (await api(`query?query=${encodeURIComponent(expr)}`)).result.map((each) => ({ metric: each.metric, value: Number(each.value[1]) })),
    stop: () => made.kill(),
  };
}
