// SPDX-License-Identifier: MIT
/* What the ledger has written, read out of the database with SQLite's own shell; and
   whether it adds up. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { find } from './users.mjs';

export const noSqlite = find('sqlite3') ? false : 'not installed: sqlite3 (script/packages test)';

/* `before`: what stands in front of the command. */
export function ask(dataDir, text, before = []) {
  const [program, ...args] = [...before, find('sqlite3'), '-json', '-cmd', '.timeout 60000', path.join(dataDir, 'db/relay.db'), text];
  const out = execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return out.trim() ? JSON.parse(out) : [];
}

const ENDS = ['running', 'complete', 'refused', 'cut', 'client_left', 'idle', 'error_event', 'relay_stopped', 'cancelled'];
const COUNTS = ['tokens_in', 'tokens_out', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'searches'];

/* All bookings, texts in place of numbers. */
export function bookings(dataDir, before) {
  const word = (column) => `(SELECT text FROM word WHERE id = b.${column})`;
  const rows = ask(dataDir, `SELECT b.*, ${['account', 'model', 'endpoint', 'tier', 'asked'].map((c) => `${word(c)} AS ${c}_text`)}, h.key_name, s.name AS session_name
    FROM booking b JOIN holder h ON h.id = b.holder LEFT JOIN session s ON s.id = b.session ORDER BY b.id`, before);
  return rows.map((row) => ({ ...row, end: ENDS[row.ending], ...Object.fromEntries(COUNTS.map((name) => [name, row[name] ?? 0])) }));
}

const SUMS = [['requests', 'count(*)'], ...[...COUNTS, 'cost_microusd'].map((name) => [name, `sum(coalesce(${name}, 0))`])];

/* Every table of sums equals the sum of the rows, by what it is summed up by; and no row
   is left as running. */
export function assertAddsUp(dataDir, before) {
  const compare = (table, by, ofRow) => {
    const keys = Object.entries(ofRow).map(([name, value]) => `${value} AS ${name}`);
    const fromRows = `SELECT ${[...keys, ...SUMS.map(([name, sum]) => `${sum} AS ${name}`)]} FROM booking ${table.startsWith('session') ? 'WHERE session IS NOT NULL' : ''} GROUP BY ${by}`;
    const fromTable = `SELECT ${[...Object.keys(ofRow), ...SUMS.map(([name]) => name)]} FROM ${table}`;
    const [{ n }] = ask(dataDir, `SELECT (SELECT count(*) FROM (${fromRows} EXCEPT ${fromTable})) + (SELECT count(*) FROM (${fromTable} EXCEPT ${fromRows})) AS n`, before);
    assert.equal(n, 0, `${table} is not the sum of the rows`);
  };
  const hour = 'ended_ms / 3600000 * 3600';
  const place = { account: 'account', model: 'coalesce(model, 0)' };
  compare('total', '1, 2, 3, 4', { hour_s: hour, holder: 'holder', ...place });
  compare('daily', '1, 2, 3, 4', { day: 'ended_ms / 86400000', holder: 'holder', ...place });
  compare('session_hour', '1, 2, 3, 4', { hour_s: hour, session: 'session', ...place });
  compare('session_day', '1, 2, 3, 4', { day: 'ended_ms / 86400000', session: 'session', ...place });
  assert.deepEqual(ask(dataDir, 'SELECT id FROM booking WHERE ending = 0', before), []);
  assert.deepEqual(ask(dataDir, `SELECT b.id FROM booking b LEFT JOIN hour h ON h.hour_s = b.ended_ms / 3600000 * 3600 WHERE h.hour_s IS NULL OR b.id < h.first_id OR b.id > h.last_id`, before), []);
}
