// SPDX-License-Identifier: MIT
/* Whoever asks the relay itself, over loopback: its own user and root are this
   machine, every other user is not; however the relay finds that out. */
import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { buildDir, cleanEnv, command, describe, relayBinary, startRelay, tempFolder, until } from '../support/processes.mjs';
import { rawUpstream, requestBytes, responseBytes } from '../support/raw.mjs';
import { as, curl, find, isRoot, missing, startRelayAs, userNamed } from '../support/users.mjs';

const ANOTHER_USER = /not this machine: a process of another user is at the other end, as with a reverse proxy/;
const withoutNetlink = path.join(buildDir, 'test/without-netlink');
const works = (file, ...args) => file && fs.existsSync(file) && spawnSync(file, [...args, 'true']).status === 0;
const noFilter = works(withoutNetlink) ? false : `${withoutNetlink} is not built, or does not work here`;
const noUsers = missing();
const hello = '{"model":"claude-sonnet-5","max_tokens":1,"messages":[]}';

const users = isRoot ? { root: { uid: 0, gid: 0 }, nobody: userNamed('nobody'), 'www-data': userNamed('www-data'), daemon: userNamed('daemon') } : {};

async function ask(relay, user) {
  const before = user ? as(user) : [];
  return {
    message: await curl(`${relay.url}/v1/messages`, { method: 'POST', body: hello, before }),
    accounts: await curl(`${relay.url}/oauth/accounts`, { before }),
    health: await curl(`${relay.url}/health`, { before }),
    page: await curl(`${relay.url}/`, { before }),
  };
}

async function assertServed(relay, user, who) {
  const { message, accounts, health, page } = await ask(relay, user);
  assert.equal(message.status, 200, `${who}: ${message.body}`);
  assert.equal(accounts.status, 200, `${who}: ${accounts.body}`);
  assert.match(health.body, /"version"/, who);
  assert.match(page.body, /"endpoints"/, who);
}

async function assertRefused(relay, user, who, reason = ANOTHER_USER) {
  const { message, accounts, health, page } = await ask(relay, user);
  for (const answer of [message, accounts]) {
    assert.equal(answer.status, 401, `${who}: ${answer.status} ${answer.body}`);
    assert.match(answer.body, reason, who);
  }
  for (const answer of [health, page]) {
    assert.equal(answer.status, 200, who);
    assert.doesNotMatch(answer.body, /version|endpoints/, who);
  }
}

describe('this machine is our user or root', () => {
  let upstream;
  const options = (more) => ({ upstream: `${upstream.url}/v1/messages`, ...more });

  async function withRelay(start, work) {
    const relay = await start();
    try {
      await work(relay);
    } finally {
      await relay.stop();
    }
  }

  before(async () => {
    upstream = await rawUpstream((c) => c.write(responseBytes({ body: '{"fine":true}' })));
  });
  after(() => upstream.stop());

  it('whoever started it is served', () => withRelay(() => startRelay(options()), (relay) => assertServed(relay, null, 'the same user')));

  /* Who runs it, who is served, who is not. */
  for (const [owner, served, refused] of [
    ['root', ['root'], ['nobody', 'www-data', 'daemon']],
    ['daemon', ['daemon', 'root'], ['nobody', 'www-data']],
    ['nobody', ['nobody', 'root'], ['www-data', 'daemon']],
  ]) {
    it(`a relay of ${owner} serves ${served.join(' and ')} alone`, { skip: noUsers }, () =>
      withRelay(
        () => startRelayAs(users[owner], options()),
        async (relay) => {
          for (const name of served) {
            await assertServed(relay, users[name], name);
          }
          for (const name of refused) {
            await assertRefused(relay, users[name], name);
          }
        },
      ));
  }

  it('without netlink the list of connections tells the same', { skip: noUsers || noFilter }, () =>
    withRelay(
      () => startRelayAs(users.daemon, options({ before: as(users.daemon, withoutNetlink) })),
      async (relay) => {
        await assertServed(relay, users.daemon, 'daemon');
        await assertServed(relay, users.root, 'root');
        await assertRefused(relay, users['www-data'], 'www-data');
      },
    ));

  /* The relay is held, so that both are there when it looks: the stranger's request, and
     the owner's socket at the address that it came from. */
  const sendAndReset = `
    const socket = require('node:net').connect({ host: '127.0.0.1', port: Number(process.argv[1]) }, () =>
      socket.write(process.argv[2], () => {
        console.log(socket.localPort);
        socket.resetAndDestroy();
      }));`;
  for (const [name, before] of [
    ['netlink', []],
    ['the list of connections', noFilter ? null : [withoutNetlink]],
  ]) {
    it(`a stranger who resets is not the owner who gets its port next (${name})`, { skip: noUsers || (!before && noFilter) }, () =>
      withRelay(
        () => startRelay(options({ wrap: before, env: { WORKERS: '1' } })),
        async (relay) => {
          const attack = requestBytes({ method: 'DELETE', target: '/oauth/accounts/demo' });
          process.kill(relay.pid, 'SIGSTOP');
          const [binary, ...args] = as(users.nobody, process.execPath, '-e', sendAndReset, String(relay.port), attack.toString('latin1'));
          const succeed = async () => {
            const done = spawnSync(binary, args, { encoding: 'utf8' });
            const localPort = Number(done.stdout);
            assert.ok(localPort > 0, done.stderr);
            const owner = net.connect({ host: '127.0.0.1', port: relay.port, localPort });
            return new Promise((resolve) => owner.on('connect', () => resolve(owner)).on('error', () => resolve(null)));
          };
          const owner = await until(succeed, { what: 'a port that nobody else took' });
          process.kill(relay.pid, 'SIGCONT');
          const { accounts } = await ask(relay);
          assert.match(accounts.body, /"demo"/, 'the stranger deleted the account');
          owner.destroy();
        },
      ));
  }

  /* Every user that the namespace does not map is 65534 in it, and so is the relay. */
  const unshare = find('unshare');
  const noNamespace = works(unshare, '--user') ? false : 'no user namespace can be made here (unshare --user)';
  it('in a user namespace 65534 is nobody in particular', { skip: noUsers || noNamespace }, () =>
    withRelay(
      () => startRelayAs(users.nobody, options({ before: as(users.nobody, unshare, '--user') })),
      async (relay) => {
        for (const name of ['nobody', 'www-data', 'root']) {
          await assertRefused(relay, users[name], name);
        }
      },
    ));

  it('check shows the way that is used', { skip: noFilter }, () => {
    assert.match(command(['check']).stdout, /^ok +this machine +.*netlink$/m);
    const env = cleanEnv({ DATA_DIR: path.join(tempFolder(), 'data') });
    const { stdout } = spawnSync(withoutNetlink, [relayBinary, 'check'], { env, cwd: tempFolder(), encoding: 'utf8' });
    assert.match(stdout, /^warn +this machine +.*\/proc\/self\/net\/tcp.*\(netlink: .*Address family not supported/m);
  });
});
