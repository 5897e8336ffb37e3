// SPDX-License-Identifier: MIT
/* Whether the overview, or the way to the first message, stands at /admin/. */
import { api } from './api.js';

const KEPT = 'claude-relay.overview';

function passed() {
  try {
    return localStorage.getItem(KEPT) === 'on';
  } catch {
    return false;
  }
}

/** From now on the overview, whatever was answered. */
export function passFirstRun() {
  try {
    localStorage.setItem(KEPT, 'on');
  } catch { /* asked again next time */ }
}

let firstKey = null;

/** The text of a key that was created on the way, for the lines of the last step: once, in memory. */
export function giveFirstKey(text) {
  firstKey = text;
}

export function takeFirstKey() {
  const text = firstKey;
  firstKey = null;
  return text;
}

/** Was no message answered yet?  Nor did anybody say that they know the way. */
export async function isFirstRun(view) {
  if (passed()) return false;
  const answer = await api.get('/admin/api/requests', { limit: 1, end: 'complete', endpoint: '/v1/messages' }, view).catch(() => null);
  return answer !== null && answer.requests.length === 0;
}
