// SPDX-License-Identifier: MIT
/* A relay whose accounts are in every state there is, with windows that were heard of for
   hours: what takes hours to come about is written into its database before it starts. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { ask as sql } from './bookings.mjs';
import { addAccount } from './several.mjs';
import { inMinutes, startRelay, writeOauth } from './processes.mjs';

const MINUTE = 60e3;
export const HOSTILE = '"><img src=x onerror=alert(1)>';

/* ---- windows -------------------------------------------------------------- */

/* One that began `ageMs` ago, is used to `used` (0 to 1), and was heard of every ten minutes. */
function windowOf(name, lengthMs, ageMs, used, { status = 'allowed', seenMs = 0 } = {}) {
  const now = Date.now();
  const count = 12;
  const samples = Array.from({ length: count }, (_, i) => {
    const part = (i + 1) / count;
    return { at: Math.round(now - seenMs - (ageMs - seenMs) * (1 - part)), used_ppm: Math.round(used * 1e6 * part ** 0.9) };
  });
  return { name, status, used_ppm: Math.round(used * 1e6), reset: now + lengthMs - ageMs, seen: now - seenMs, samples };
}

const fiveHours = (ageMinutes, used, more) => windowOf('5h', 300 * MINUTE, ageMinutes * MINUTE, used, more);
const sevenDays = (ageHours, used, more) => windowOf('7d', 168 * 60 * MINUTE, ageHours * 60 * MINUTE, used, more);

const pause = (minutes, cause) => ({ since: Date.now() - 5 * MINUTE, until: Date.now() + minutes * MINUTE, soft: false, cause });

/* ---- accounts -------------------------------------------------------------- */

const states = {
  main: { windows: [fiveHours(243, 0.84), sevenDays(110, 0.41), windowOf('7d_opus', 168 * 60 * MINUTE, 110 * 60 * MINUTE, 0.12)] },
  lin: { windows: [fiveHours(180, 0.18, { seenMs: 80 * MINUTE }), sevenDays(90, 0.57, { seenMs: 80 * MINUTE })] },
  team: { windows: [windowOf('input-tokens', MINUTE, 20e3, 0.21), windowOf('requests', MINUTE, 20e3, 0.04)] },
  full: { taught: pause(94, 'a limit is used up'), windows: [fiveHours(206, 1, { status: 'rejected' }), sevenDays(120, 0.66)], last_error: '429: This request would exceed your account’s rate limit. Please try again later.', last_error_at: Date.now() - 5 * MINUTE },
  banned: { stopped: 'blocked', stopped_at: Date.now() - 600 * MINUTE, stopped_cause: 'its organization is disabled', last_error: '403: This organization has been disabled.', last_error_at: Date.now() - 600 * MINUTE },
};

/* How the relay names a sign-in or a key. */
const REFUSED = 'sk-ant-ort01-CANARY-refused';
const nameOf = (token) => createHash('sha256').update(token).digest('hex').slice(0, 16);

/* What is known of a key holds for that key alone. */
function credentialOf(dataDir, name) {
  const file = path.join(dataDir, `apikey_${name}.json`);
  return fs.existsSync(file) ? nameOf(JSON.parse(fs.readFileSync(file, 'utf8')).api_key) : undefined;
}

function writeStates(dataDir, relay) {
  for (const [name, doc] of Object.entries(states)) {
    sql(dataDir, `INSERT OR REPLACE INTO account_state(name, relay, doc) VALUES ('${name}', '${relay}', '${JSON.stringify({ cleared: Date.now(), credential: credentialOf(dataDir, name), ...doc }).replaceAll("'", "''")}')`);
  }
}

function makeAccounts(dataDir) {
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeOauth(dataDir, 'main', { expires_at: inMinutes(420), signed_in_at: inMinutes(-60000), note: 'Wei’s plan; do not pool' });
  writeOauth(dataDir, 'lin', { expires_at: inMinutes(-60), refresh_token: REFUSED, login_required: nameOf(REFUSED) });
  writeOauth(dataDir, 'full', { expires_at: inMinutes(200), proxy_config: { type: 'socks5', host: 'hk-1.invalid', port: 1080, username: 'u', password: 'CANARY-proxy' } });
  addAccount(dataDir, 'team', 'a1a1', '--tag', 'fast');
  addAccount(dataDir, 'banned', 'b2b2');
  addAccount(dataDir, 'archive', 'c3c3');
  const archive = path.join(dataDir, 'apikey_archive.json');
  fs.writeFileSync(archive, JSON.stringify({ ...JSON.parse(fs.readFileSync(archive, 'utf8')), enabled: false, note: HOSTILE }), { mode: 0o600 });
  addAccount(dataDir, 'glm', 'd4d4', '--url', 'https://gateway.invalid/base', '--bearer', '--map', 'claude-sonnet-5=glm-5');
  fs.writeFileSync(path.join(dataDir, 'oauth_broken.json'), '{"access_token":', { mode: 0o600 });
}

/* As startRelay(), on a port that the kernel chooses: what was learned is found again by
   the name that relays on such ports have. */
export function startRelayOfManyStates(options = {}) {
  return startRelay({
    ...options,
    accounts(dataDir) {
      makeAccounts(dataDir);
      options.accounts?.(dataDir);
      writeStates(dataDir, '127.0.0.1:0');
    },
  });
}

/* So many that sign in, with nothing known of them: account-000 and on. */
export function manyAccounts(dataDir, count) {
  for (let i = 0; i < count; i++) {
    writeOauth(dataDir, `account-${String(i).padStart(3, '0')}`, { expires_at: inMinutes(300 + i) });
  }
}
