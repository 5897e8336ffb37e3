// SPDX-License-Identifier: MIT
/* The page's accounts, as a person at it sees them: what stands on it by its name, and a
   relay with accounts in every state behind it. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { open } from './browser.mjs';
import { admin } from './keys.mjs';
import { startRelayOfManyStates } from './many_accounts.mjs';
import { startSim } from './processes.mjs';
import { accountOf } from './several.mjs';

/* ---- what stands on it ------------------------------------------------------ */

export const button = (name) => `::-p-aria([name="${name}"][role="button"])`;
export const link = (name) => `::-p-aria([name="${name}"][role="link"])`;
export const box = (name) => `::-p-aria([name="${name}"][role="textbox"])`;
export const item = (name) => `::-p-aria([name="${name}"][role="menuitem"])`;
export const tick = (name) => `::-p-aria([name="${name}"][role="checkbox"])`;
export const choice = (name) => `::-p-aria([name="${name}"][role="radio"])`;
export const row = (name) => `.acc:has(.name[title="${name}"])`;

export async function choose(page, menu, name) {
  await page.press(button(menu));
  await page.press(item(name));
}

export const gone = (page, selector) => page.page.waitForFunction((each) => !document.querySelector(each), { polling: 50 }, selector);

/* What the relay refused on purpose is an error to the browser, and to nobody else. */
export function forgive(page) {
  const other = page.seen.errors.filter((text) => !/status of (400|404|409|502)/.test(text));
  assert.deepEqual(other, []);
  page.seen.errors.length = 0;
}

/* ---- the relay --------------------------------------------------------------- */

/* Inside describe(): filled before its tests run; its programs end with end(). */
export function stageOfAccounts() {
  const s = {
    visit: (path, options) => open(s.relay, { path, ...options }),
    account: (name) => accountOf(s.relay, name),
    async api(method, path, body) {
      const answer = await admin(s.relay, method, path, body);
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.doc)}`);
      return answer.doc;
    },
    async end() {
      await s.relay.stop();
      await s.sim.stop();
    },
  };
  before(async () => {
    s.sim = await startSim();
    s.relay = await startRelayOfManyStates({ upstream: s.sim.apiUrl });
  });
  after(() => [s.relay, s.sim].forEach((part) => part?.program.child.kill('SIGKILL')));
  return s;
}
