// SPDX-License-Identifier: MIT
/* The codes of errors, as src/base/reason.def and err.def have them. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { root } from './processes.mjs';

const read = (name) => fs.readFileSync(path.join(root, 'src/base', name), 'utf8');

/** A Map of the reasons: the code, and the names of its values. */
export const reasons = new Map([...read('reason.def').matchAll(/^REASON\((\w+), \w+,([^]*?)"([\w -]*)"\)$/gm)]
  .map(([, name, , values]) => [name.toLowerCase(), values.split(' ').filter((each) => each && each !== '-')]));

/** The codes of whatever has no reason of its own. */
export const kinds = [...read('err.def').matchAll(/^ERR\((\w+),/gm)].map(([, name]) => name.toLowerCase());

/** An error has a code that there is, and its values are texts by the names that the table has. */
export function assertCode({ code, params = {} }, what) {
  assert.ok(reasons.has(code) || kinds.includes(code), `${what}: the code ${code}`);
  const { at, ...named } = params;
  assert.deepEqual(Object.keys(named), reasons.get(code) ?? [], what);
  for (const value of Object.values(params)) assert.equal(typeof value, 'string', what);
}
