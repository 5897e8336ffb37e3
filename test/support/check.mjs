// SPDX-License-Identifier: MIT
/* What every refusal of the relay must look like. */
import assert from 'node:assert/strict';

import { CANARY } from './processes.mjs';

/* Works on answers of http.mjs and of raw.mjs. */
export function assertProblem(response, status, type, text) {
  assert.ok(response, 'there is no answer at all');
  const shown = response.body.toString();
  assert.equal(response.status, status, `status ${response.status}: ${shown}`);
  const body = JSON.parse(shown);
  assert.equal(body.type, 'error');
  assert.deepEqual(Object.keys(body.error).sort(), ['message', 'type']);
  assert.equal(typeof body.request_id, 'string');
  if (type) {
    assert.equal(body.error.type, type, shown);
  }
  if (text) {
    assert.match(body.error.message, text);
  }
  assert.ok(!shown.includes(CANARY), `a secret stands in an answer: ${shown}`);
  return body;
}
