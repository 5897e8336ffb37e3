// SPDX-License-Identifier: MIT
/* Tags of accounts: a key that names one is served by the accounts that have it, at each
   moment, and by no other. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { HELLO } from '../support/http.mjs';
import { admin, createKey } from '../support/keys.mjs';
import { command, describe, stage } from '../support/processes.mjs';
import { addAccount, addAll } from '../support/several.mjs';

describe('accounts have tags', () => {
  const s = stage({ relay: { accounts: addAll } });
  const run = (line) => command([...line.split(' '), '--data-dir', s.relay.dataDir]);
  const tagsOf = (name) => JSON.parse(run(`account show ${name}`).stdout).tags;
  const ask = async (key) => {
    const answer = await key.message({ headers: { 'x-relay-explain': '1' }, body: HELLO });
    return answer.status === 200 ? answer.headers['x-relay-account'] : answer;
  };
  /* Served by these, and by each of them, over many sessions. */
  const servedBy = async (key, names) => {
    const seen = new Set();
    for (let i = 0; i < 24; i++) {
      seen.add((await key.message({ headers: { 'x-relay-explain': '1', 'x-claude-code-session-id': `${key.id}-${Math.random()}` }, body: HELLO })).headers['x-relay-account']);
    }
    assert.deepEqual([...seen].sort(), names);
  };

  it('are given and taken by command, and by the API', async () => {
    assert.equal(run('account set one --tag fast,team-a').status, 0);
    assert.deepEqual(tagsOf('one'), ['fast', 'team-a']);
    assert.equal(run('account set one --tag slow --tag fast').status, 0);
    assert.deepEqual(tagsOf('one'), ['slow', 'fast']);
    assert.equal(run('account set one --tag none').status, 0);
    assert.deepEqual(tagsOf('one'), []);
    const set = await admin(s.relay, 'PATCH', '/oauth/accounts/one', { tags: ['Team A'] });
    assert.deepEqual(set.doc.tags, ['Team A']);
    assert.deepEqual((await admin(s.relay, 'PATCH', '/oauth/accounts/one', { tags: null })).doc.tags, []);
    for (const [tags, reason] of [
      [['a,b'], /tags\[0\] must be 1 to 64 bytes/],
      [['a', ''], /tags\[1\] must be/],
      [['sk-ant-api03-CANARY'], /tags\[0\] must be/],
    ]) {
      const bad = await admin(s.relay, 'PATCH', '/oauth/accounts/one', { tags });
      assert.equal(bad.status, 400);
      assert.match(JSON.stringify(bad.doc), reason);
      assert.doesNotMatch(JSON.stringify(bad.doc), /CANARY/);
    }
    assert.match(run('account set one --tag').stderr, /--tag with tags between commas, or none/);
  });

  it('a key is served by those that have its tag, as they are now', async () => {
    run('account set one --tag fast');
    run('account set two --tag fast,spare');
    const key = await createKey(s.relay, 'alice', { accounts: ['tag:fast'] });
    await servedBy(key, ['one', 'two']);
    run('account set one --tag none');
    await servedBy(key, ['two']);
    const named = await key.message({ headers: { 'x-account-name': 'one' }, body: HELLO });
    assert.equal(named.status, 403);
    assert.match(named.body.toString(), /may not use the account \\"one\\": it is not in its `accounts`/);
    assert.equal((await key.message({ headers: { 'x-account-name': 'two' }, body: HELLO })).status, 200);
    const both = await createKey(s.relay, 'bob', { accounts: ['one', 'tag:spare'] });
    await servedBy(both, ['one', 'two']);
  });

  it('a tag that no account has serves nobody, like an account that is not there', async () => {
    const made = run('key create carol --account tag:nobody');
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout + made.stderr, /no account has the tag "nobody" \(yet\): .*account set one --tag nobody/);
    const key = await createKey(s.relay, 'dave', { accounts: ['tag:nobody'] });
    const none = await ask(key);
    assert.equal(none.status, 403);
    const ghost = await ask(await createKey(s.relay, 'erin', { accounts: ['ghost'] }));
    assert.equal(none.body.toString().replace('dave', 'erin').replace(/"request_id":"[^"]*"/, ''), ghost.body.toString().replace(/"request_id":"[^"]*"/, ''));
    run('account set one --tag nobody');
    assert.equal(await ask(key), 'one');
  });

  it('what is no tag is refused, and names the place', () => {
    for (const tag of ['tag:', 'tag:a,b', 'tags:a']) {
      const done = run(`key create frank --account ${tag}`);
      assert.equal(done.status, 1, tag);
      assert.match(done.stderr, /accounts\[0\] must be the name of an account, or tag:NAME/);
    }
  });

  it('a new account has those that it is made with', async () => {
    const api_key = `sk-ant-api03-${'x'.repeat(40)}d4d4`;
    const bad = await admin(s.relay, 'POST', '/admin/api/accounts', { name: 'four', api_key, tags: ['a,b'] });
    assert.equal(bad.status, 400);
    assert.match(JSON.stringify(bad.doc), /tags\[0\] must be/);
    const made = await admin(s.relay, 'POST', '/admin/api/accounts', { name: 'four', api_key, tags: ['new'] });
    assert.equal(made.status, 201);
    assert.deepEqual(made.doc.tags, ['new']);
    assert.equal(await ask(await createKey(s.relay, 'gina', { accounts: ['tag:new'] })), 'four');
    addAccount(s.relay.dataDir, 'five', 'e5e5', '--tag', 'x,y', '--tag=z');
    assert.deepEqual(tagsOf('five'), ['x', 'y', 'z']);
  });

  it('the pool is set in the same way', () => {
    const out = run('account set one --pool off');
    assert.equal(out.status, 0, out.stderr);
    assert.equal(JSON.parse(run('account show one').stdout).pool, false);
    assert.equal(run('account set one --pool=on --priority 3').status, 0);
    const shown = JSON.parse(run('account show one').stdout);
    assert.deepEqual([shown.pool, shown.priority], [true, 3]);
  });
});
