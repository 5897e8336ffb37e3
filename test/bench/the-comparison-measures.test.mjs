// SPDX-License-Identifier: MIT
/* The tools of script/bench work: every figure of the table is there, and a target
   that breaks answers is not taken for a fast one.  They measure by the clock and
   need nginx and HAProxy, so script/bench --selftest runs this, not script/test. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';

import { buildDir, root, startSim } from '../support/processes.mjs';

const has = (command, flag) => spawnSync(command, [flag]).status === 0;
const targets = ['direct', 'relay', ...(has('nginx', '-v') ? ['nginx'] : []), ...(has('haproxy', '-v') ? ['haproxy'] : [])];

describe('claude-bench', () => {
  let sim;
  before(async () => (sim = await startSim()));
  after(() => sim.stop());

  const load = (...args) => {
    const bounds = ['--warm-ms', '200', '--measure-ms', '600', '--drain-ms', '700'];
    const done = spawnSync(path.join(buildDir, 'claude-bench'), ['--url', sim.url, '--key', 'sk-ant-api03-bench', ...bounds, ...args], { encoding: 'utf8', timeout: 30000 });
    assert.equal(done.status, 0, done.stderr);
    return JSON.parse(done.stdout);
  };
  const stream = ['--stream', '--events', '10', '--gap-ms', '10', '--connections', '8'];

  for (const [what, directives] of Object.entries({
    'cut': { 'cut-at': 900 },
    'ended by an error': { 'error-at': 5 },
    'refused': { status: 529 },
    'short by an event': { events: 9 },
    'said to be of less input': { 'input-tokens': 3 },
  })) {
    it(`counts answers that were ${what} as broken`, async () => {
      await sim.fault({ times: 3, directives });
      const result = load(...stream);
      assert.equal(result.broken, 3);
      assert.equal(result.lost, 0);
      assert.notEqual(result.fault, '');
    });
  }

  it('counts answers that do not end as lost', async () => {
    await sim.fault({ times: 2, directives: { 'stall-at': 900 } });
    const result = load(...stream);
    assert.equal(result.lost, 2);
    assert.equal(result.broken, 0);
  });

  it('leaves as many streams as it is told, and calls none of them broken', async () => {
    await sim.clear();
    const result = load(...stream, '--leave-percent', '50');
    const totals = await sim.totals();
    assert.equal(result.broken + result.lost, 0);
    assert.ok(Math.abs(totals.aborted - result.started / 2) <= 1, `${totals.aborted} of ${result.started}`);
  });

  it('counts the wait of requests that were due while the target stood still', async () => {
    await sim.fault({ times: 1, directives: { 'first-byte-ms': 300 } });
    const result = load('--rate', '100', '--connections', '1', '--warm-ms', '0');
    assert.ok(result.latency_us.count >= 55, `${result.latency_us.count} requests`);
    assert.ok(result.latency_us.p90 > 100e3, `those that had to wait counted ${result.latency_us.p90} us`);
  });

  it('keeps its rate when it reads slowly', () => {
    const result = load('--stream', '--events', '20000', '--connections', '1', '--read-rate', '100000');
    assert.ok(result.events * 200 < 100000, `${result.events} events in 0.6 s`);
  });
});

describe('a quick run', () => {
  it('fills the table', { timeout: 120000 }, () => {
    const args = ['--quick', '--workloads', 'W1,W2g,W1k', '--runs', '1', '--targets', [...targets, 'keyed'].join(',')];
    const done = spawnSync('node', [path.join(root, 'bench/compare.mjs'), ...args], { env: { ...process.env, BUILD_DIR: buildDir }, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stdout + done.stderr);
    const { rows, results } = JSON.parse(fs.readFileSync(path.join(buildDir, 'bench.json'), 'utf8'));
    assert.equal(results.length, 2 * targets.length + 2);
    for (const result of results) {
      assert.equal(result.broken, 0, `${result.workload} ${result.target}: ${result.fault}`);
      assert.ok(result.load.requests > 0);
    }
    for (const [workload, row] of [['all', 'restMb'], ['all', 'startMs'], ['W1', 'cpuRequest'], ['W2g', 'cpuEvent'], ['W2g', 'eventP50']]) {
      const made = rows.find((each) => each.workload === workload && each.row === row);
      for (const target of targets.filter((name) => name !== 'direct')) {
        assert.equal(typeof made.values[target], 'number', `${workload} ${row} ${target}`);
      }
    }
    assert.equal(rows.find((made) => made.row === 'keyedRatio').pairs.length, 1);
  });
});
