// SPDX-License-Identifier: MIT
/* What script/bench says of figures: medians, differences, goals.  How fast anything
   is, is no matter of tests. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { makeNotes, makeRows, median, render } from '../../bench/table.mjs';
import { plan, workloads } from '../../bench/workloads.mjs';

describe('the arithmetic', () => {
  it('takes medians, and knows when there is none', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(median([undefined, 7]), 7);
    assert.equal(median([]), undefined);
  });

  const w4 = plan(workloads.find((row) => row.name === 'W4'), { quick: true, descriptors: 1000 });
  const run = (target, requestP50, broken = 0) => ({ workload: 'W4', target, requestP50, broken, restMb: 5 });
  const judged = (mine) => makeRows([run('direct', 100), run('relay', mine), run('nginx', 150), run('haproxy', 120, 2)], [w4]);
  const row = (rows, name) => rows.find((made) => made.workload === 'W4' && made.row === name);

  it('takes off what there is without a target, and compares the rest', () => {
    const made = row(judged(140), 'requestP50');
    assert.deepEqual(made.values, { direct: 100, relay: 40, nginx: 50, haproxy: 20 });
    assert.equal(made.toNginx, 0.8);
    assert.equal(made.toHaproxy, 2);
    assert.equal(made.met, true);
  });

  it('says when a target of ours is missed, and counts what broke', () => {
    const rows = judged(151);
    assert.equal(row(rows, 'requestP50').met, false);
    assert.equal(row(rows, 'broken').values.haproxy, 2);
    assert.match(render(rows), /MISSED: <= 1\.00 of nginx/);
  });

  const w1k = plan(workloads.find((each) => each.name === 'W1k'), { before: true, descriptors: 1000 });
  /* The machine was slow in the second run, and for all. */
  const keyed = (ratio) =>
    [10, 30, 10].flatMap((slow, run) =>
      Object.entries({ before: 1, relay: 2, keyed: 2 * ratio }).map(([target, cost]) => ({ workload: 'W1k', target, run, cpuRequest: slow * cost, startCpuMs: 900, broken: 0 })),
    );
  const keyedRow = (ratio, name) => makeRows(keyed(ratio), [w1k]).find((made) => made.workload === 'W1k' && made.row === name);

  it('compares what ran side by side, and with another build', () => {
    assert.deepEqual(w1k.targets, ['before', 'relay', 'keyed']);
    assert.deepEqual(keyedRow(1.5, 'keyedRatio').pairs, [1.5, 1.5, 1.5]);
    assert.equal(keyedRow(1.5, 'keyedRatio').met, false);
    assert.equal(keyedRow(1.05, 'keyedRatio').met, true);
    const rows = makeRows(keyed(1.5), [w1k]);
    assert.match(render(rows), /20\.0, keyed 30\.0, before 10\.0/);
    const notes = makeNotes(keyed(1.5).slice(0, -1), [w1k], rows, { narrow: {} });
    assert.ok(notes.includes('W1k: relay/before in pairs: 2.000 2.000 2.000, median 2.000'), notes.join('\n'));
    assert.ok(notes.includes('W1k: keyed/before in pairs: 3.000 3.000, median 3.000'), notes.join('\n'));
  });

  it('holds a start with many keys against a goal of its own', () => {
    assert.equal(keyedRow(1, 'startCpuMs').met, true);
    assert.equal(keyedRow(1, 'startCpuMs').goal, 'keyed <= 1000');
  });
});
