// SPDX-License-Identifier: MIT
/* What lies in the memory of a process; root alone may look there. */
import fs from 'node:fs';

import { until } from './processes.mjs';

/* Those of these texts that lie in memory that the process can write. */
export function inMemory(pid, texts) {
  const found = new Set();
  const memory = fs.openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of fs.readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').filter((line) => / rw.. /.test(line))) {
      const [from, to] = line.split(' ')[0].split('-').map((hex) => BigInt(`0x${hex}`));
      const part = Buffer.alloc(Number(to - from));
      try {
        fs.readSync(memory, part, 0, part.length, from);
      } catch {
        continue;
      }
      texts.filter((text) => part.includes(text)).forEach((text) => found.add(text));
    }
  } finally {
    fs.closeSync(memory);
  }
  return [...found];
}

/* A request is settled a moment after its client has gone. */
export async function leaveMemory(pid, texts) {
  let found;
  await until(() => (found = inMemory(pid, texts)).length === 0, { every: 100, what: 'secrets to leave the memory' }).catch((error) => {
    throw new Error(`${error.message}: ${found.join(', ')}`);
  });
}
