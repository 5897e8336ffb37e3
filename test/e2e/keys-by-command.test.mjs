// SPDX-License-Identifier: MIT
/* claude-relay key ...: what people and scripts are told, with a relay and without. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { addApiKey, command, describe, startRelay, startSim, tempFolder } from '../support/processes.mjs';
import { message } from '../support/http.mjs';

const key = (dataDir, ...args) => command(['key', ...args, '--data-dir', dataDir]);
const done = (dataDir, ...args) => {
  const { status, stdout, stderr } = key(dataDir, ...args);
  assert.equal(status, 0, stderr);
  return stdout;
};
const doc = (dataDir, ...args) => JSON.parse(done(dataDir, ...args, '--json'));
const textIn = (shown) => /^ {2}(cr_[\w-]{43})$/m.exec(shown)[1];

describe('claude-relay key', () => {
  const dir = path.join(tempFolder(), 'data');

  it('says that there are none yet, and what the first one means', () => {
    assert.match(key(dir, 'list').stderr, /there is no folder .*\/data: is DATA_DIR .* right/);
    fs.mkdirSync(path.join(dir, 'db'), { recursive: true, mode: 0o700 });
    assert.match(done(dir, 'list'), /^There are no keys yet: make one with `.* key create alice`\.\n$/);
    assert.match(done(dir, 'group', 'list'), /^There are no groups yet: make one with `.* key group create interns`\.\n$/);
    assert.match(done(dir, 'create', 'alice'), /This is the first key\. {2}From now on everybody needs one .*LOOPBACK_WITHOUT_KEY=on/s);
    assert.doesNotMatch(done(dir, 'create', 'bob'), /first key/);
  });

  it('lists them below a head, in columns as wide as they need', () => {
    done(dir, 'create', 'jörg', '--owner', 'Jörg Ärger');
    const lines = done(dir, 'list').trimEnd().split('\n');
    assert.match(lines[0], /^ID {2}NAME {3}STATE {3}KEY {13}GROUP {2}OWNER {7}LAST USED$/);
    assert.match(lines[1], /^1 {3}alice {2}active {2}cr_.{4}\.\.\..{4} {2}- {6}- {11}never$/);
    assert.match(lines[3], /^3 {3}jörg {3}active {2}cr_.{4}\.\.\..{4} {2}- {6}Jörg Ärger {2}never$/);
    assert.equal(done(dir, 'list', '--search', 'nobody'), 'No key matches.\n');
  });

  it('shows limits and costs as numbers, however they were given', () => {
    const made = doc(dir, 'create', 'carol', '--limit', 'rpm=60', '--limit', 'cost_day=3.50', '--limit', 'cost_total=100', '--limit', 'cost_5h=0.000001');
    assert.deepEqual(made.limits, { rpm: 60, cost_5h: 0.000001, cost_day: 3.5, cost_total: 100 });
    assert.deepEqual(made.used.cost_day, { limit: 3.5, used: 0, reserved: 0, resets_at: made.used.cost_day.resets_at });
    assert.match(made.used.cost_day.resets_at, /T00:00:00\.000Z$/);
    assert.equal(made.used.rpm.resets_at, null);
    assert.deepEqual(doc(dir, 'show', 'carol').limits, made.limits);
    const shown = done(dir, 'show', 'carol');
    assert.match(shown, /^id {13}4\nname {11}carol\nkey {12}cr_.{4}\.\.\..{4}\nstate {10}active$/m);
    assert.match(shown, /^LIMIT +ALLOWED +USED +RESERVED {2}RESETS$/m);
    assert.match(shown, /^rpm +60 +0 +0 {2}-$/m);
    assert.match(shown, /^cost_day +\$3\.50 +\$0\.00 +\$0\.00 {2}\d{4}-\d\d-\d\d 00:00 \(UTC\)$/m);
    assert.match(shown, /^Used in all: requests 0, input tokens 0, output tokens 0, counted against limits \$0\.00$/m);
  });

  it('names groups with their limits, as --limit takes them', () => {
    done(dir, 'group', 'create', 'interns', '--limit', 'cost_week=99.5', '--limit', 'rpm=1200');
    assert.match(done(dir, 'group', 'list'), /^ID {2}NAME {5}LIMITS\n1 {3}interns {2}rpm=1200 cost_week=99\.5\n$/);
    assert.match(done(dir, 'group', 'show', 'interns'), /^cost_week +\$99\.50 /m);
  });

  it('says how long a former text works', () => {
    assert.match(done(dir, 'rotate', 'alice', '--overlap', '1h'), /^The former one, cr_.{4}\.\.\..{4}, works until \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\)\.$/m);
    assert.match(done(dir, 'show', 'alice'), /^former key {5}cr_.{4}\.\.\..{4}, works until \d{4}/m);
    assert.doesNotMatch(done(dir, 'rotate', 'alice', '--overlap', '0s'), /former/);
  });

  it('refuses to change nothing, and notes nothing beside what it shows', () => {
    const nothing = key(dir, 'edit', 'alice');
    assert.equal(nothing.status, 2);
    assert.match(nothing.stderr, /needs something to change, such as --limit rpm=60\n/);
    assert.match(key(dir, 'edit', 'alice', '--owner', 'Al').stderr, /^claude-relay: working on .* itself: no relay runs on it\n$/);
    assert.match(key(dir, 'show', 'nobody').stderr, /there is no relay key nobody: `.* key list` shows those there are\n$/);
  });

  it('warns of what is hardly meant, and does it all the same', () => {
    const warned = key(dir, 'create', 'typo', '--account', 'ghost', '--model', 'opus', '--limit', 'rpm=0', '--json');
    assert.equal(warned.status, 0);
    const { warnings } = JSON.parse(warned.stdout);
    assert.match(warnings.join('\n'), /^there is no account "ghost" \(yet\): `.* account list` shows.*\nmodels: opus fits no model.*\nthe limit rpm is 0.* key edit typo --limit rpm=none`/);
    assert.equal(warned.stderr.match(/^Warning: .*\.$/gm).length, 3);
    assert.match(key(dir, 'show', 'typo').stderr, /^Warning: there is no account "ghost"/m);
    assert.doesNotMatch(done(dir, 'show', 'typo'), /warnings/);
    assert.match(key(dir, 'edit', 'typo', '--account', 'wraith', '--model', '*opus*', '--limit', 'rpm=none').stderr, /^Warning: there is no account "wraith"/m);
    assert.match(key(dir, 'group', 'edit', 'interns', '--limit', 'concurrency=0').stderr, /^Warning: the limit concurrency is 0.* key group edit interns --limit concurrency=none`/m);
    assert.equal(doc(dir, 'revoke', 'typo').warnings, undefined);
  });

  it('explains itself in lines that fit a terminal', () => {
    for (const line of command(['key', '--help']).stdout.split('\n'))
      assert.ok(line.replace(/(usage:| {6}) \S*claude-relay /, '$1 build/claude-relay ').length <= 80, line);
  });
});

describe('claude-relay key, beside a relay', () => {
  it('shows what was used', async () => {
    const sim = await startSim();
    const relay = await startRelay({ upstream: sim.apiUrl, accounts: (dataDir) => addApiKey(dataDir, 'demo') });
    const text = textIn(done(relay.dataDir, 'create', 'dora', '--limit', 'rpd=10'));
    assert.equal((await message(relay.url, { headers: { 'x-api-key': text } })).status, 200);
    const shown = done(relay.dataDir, 'show', 'dora');
    assert.match(shown, /^rpd +10 +1 +0 {2}\d{4}-\d\d-\d\d 00:00 \(UTC\)$/m);
    assert.match(shown, /^Used in all: requests 1, input tokens [1-9]/m);
    assert.match(done(relay.dataDir, 'list'), /dora.* \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\)$/m);
    await relay.stop();
    await sim.stop();
  });
});
