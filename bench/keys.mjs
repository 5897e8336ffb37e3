// SPDX-License-Identifier: MIT
/* The data folder of a relay with keys, made once and copied for each run. */
import fs from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';

/* None of them is ever reached: what is measured is that they are asked. */
const LIMITS = ['rpm=100000000', 'tpm_in=100000000000', 'concurrency=10000', 'cost_day=1000000'];

function run(command, env = {}) {
  const done = spawnSync(command[0], command.slice(1), { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' });
  if (done.status !== 0) {
    throw new Error(`${path.basename(command[0])} failed: ${done.error ?? done.stderr}`);
  }
  return done.stdout;
}

/* So many keys in `data`, and the text of the last, which has four limits. */
export function makeKeys(count, { folder, relay, keysBench }) {
  const data = path.join(folder, `keys-${count}`);
  fs.mkdirSync(data, { mode: 0o700 });
  if (count > 1) {
    run([keysBench, String(count - 1), data]);
  }
  const made = run([relay, 'key', 'create', 'bench', ...LIMITS.flatMap((limit) => ['--limit', limit]), '--json'], { DATA_DIR: data });
  return { data, key: JSON.parse(made).key };
}
