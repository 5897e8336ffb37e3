// SPDX-License-Identifier: MIT
/* Several accounts of one relay: the simulator knows them by how their keys end. */
import assert from 'node:assert/strict';

import { admin } from './keys.mjs';
import { command } from './processes.mjs';

export const KEYS = { one: 'a1a1', two: 'b2b2', three: 'c3c3' };

export function addAccount(dataDir, name, end, ...options) {
  const done = command(['account', 'add', name, '--api-key', '-', ...options], { env: { DATA_DIR: dataDir }, input: `sk-ant-api03-${'x'.repeat(40)}${end}\n` });
  assert.equal(done.status, 0, done.stderr);
}

export const addAll = (dataDir) => Object.entries(KEYS).forEach(([name, end]) => addAccount(dataDir, name, end));

/* What the management API says of one. */
export const accountOf = async (relay, name) => (await admin(relay, 'GET', '/admin/api/accounts')).doc.accounts.find(({ account }) => account === name);

const inSeconds = (seconds) => String(Math.floor(Date.now() / 1000) + seconds);

/* Fields of an answer that says that this window is used up; `further` windows stand beside it. */
export const used = (window, seconds, ...further) => [
  'anthropic-ratelimit-unified-status: rejected',
  `anthropic-ratelimit-unified-${window}-status: rejected`,
  `anthropic-ratelimit-unified-${window}-reset: ${inSeconds(seconds)}`,
  ...further.flatMap(([name, status, reset]) => [`anthropic-ratelimit-unified-${name}-status: ${status}`, `anthropic-ratelimit-unified-${name}-reset: ${inSeconds(reset)}`]),
];
