// SPDX-License-Identifier: MIT
/* A token call that was sent is carried through and saved, whatever signal ends the
   program, and however often: the relay as well as commands. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, beforeEach, it } from 'node:test';

import { call, message } from '../support/http.mjs';
import { assertNoSecret, describe, inMinutes, Program, readAccount, relayBinary, sanitized, startRelay, startSim, tempFolder, until, ways, writeOauth } from '../support/processes.mjs';

const OLD = 'sk-ant-oat01-CANARY-access-of-me';
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

describe('an end', () => {
  let sim;
  let running = [];
  const asked = () => until(async () => (await sim.ledger()).some((row) => row.path === '/v1/oauth/token'), { what: 'the token call' });

  before(async () => {
    sim = await startSim();
  });
  beforeEach(async () => {
    await sim.forgetFaults();
    await sim.forgetOauth();
    await sim.clear();
    await sim.oauth({ hold: true });
  });
  after(() => {
    running.forEach((program) => program.child.kill('SIGKILL'));
    sim.program.child.kill('SIGKILL');
  });

  const folder = () => path.join(tempFolder(), 'data');
  async function relayOf(dataDir) {
    const relay = await startRelay({ upstream: sim.apiUrl, dataDir, accounts: (dir) => writeOauth(dir, 'me', { expires_at: inMinutes(-5) }) });
    running.push(relay.program);
    return relay;
  }
  function commandOf(args, dataDir) {
    const program = new Program(relayBinary, args, { DATA_DIR: dataDir, ...ways({ upstream: sim.apiUrl }) }, tempFolder());
    running.push(program);
    return program;
  }
  function checkSaved(dataDir, program) {
    assert.notEqual(readAccount(dataDir, 'me').access_token, OLD, program.log);
    assertNoSecret(program.log, 'what the program said');
  }
  const checkSaid = (program) => assert.match(program.err, /waiting for account me: the answer to its token call, at most \d+ s more/);
  const byItself = (signal) => ({ code: null, signal });

  for (const signal of SIGNALS) {
    for (const times of [1, 2]) {
      it(`${signal} ${times === 1 ? 'once' : 'twice'} in the middle of a refresh of the relay`, async () => {
        const dataDir = folder();
        const { program } = await relayOf(dataDir);
        await asked();
        for (let i = 0; i < times; i++) {
          program.child.kill(signal);
          await until(() => program.err.includes(i === 0 ? 'stopping' : `${signal} again`), { what: 'a word about it' });
        }
        await sim.oauth({ hold: false });
        const exit = await program.ended;
        assert.deepEqual(exit, signal === 'SIGINT' ? byItself(signal) : { code: 0, signal: null });
        checkSaved(dataDir, program);
        checkSaid(program);
      });

      it(`${signal} ${times === 1 ? 'once' : 'twice'} in the middle of account refresh`, async () => {
        const dataDir = folder();
        writeOauth(dataDir, 'me', { expires_at: inMinutes(-5) });
        const program = commandOf(['account', 'refresh', 'me'], dataDir);
        await asked();
        program.child.kill(signal);
        await until(() => program.err.includes('waiting for'), { what: 'a word about it' });
        if (times === 2) {
          program.child.kill(signal);
        }
        await sim.oauth({ hold: false });
        assert.deepEqual(await program.ended, byItself(signal));
        checkSaved(dataDir, program);
      });
    }

    it(`${signal} while a code is exchanged by login`, async () => {
      const dataDir = folder();
      const program = spawnLogin(dataDir);
      await asked();
      program.child.kill(signal);
      await until(() => program.err.includes('waiting for'), { what: 'a word about it' });
      await sim.oauth({ hold: false });
      assert.deepEqual(await program.ended, byItself(signal));
      checkSaved(dataDir, program);
      checkSaid(program);
    });
  }

  function spawnLogin(dataDir) {
    const program = new Program(relayBinary, ['login', 'me'], { DATA_DIR: dataDir, ...ways({ upstream: sim.apiUrl }) }, tempFolder(), 'pipe');
    running.push(program);
    program.child.stdin.end('code\n');
    return program;
  }

  it('a command with nothing under way ends at once', async () => {
    const program = new Program(relayBinary, ['login', 'me'], { DATA_DIR: folder(), ...ways({ upstream: sim.apiUrl }) }, tempFolder(), 'pipe');
    await program.ready(/Code: |Paste the code/);
    program.child.kill('SIGINT');
    assert.deepEqual(await program.ended, byItself('SIGINT'));
  });

  it('HUP that was ignored at the start (nohup) is ignored', async () => {
    const dataDir = folder();
    writeOauth(dataDir, 'me');
    const program = new Program('sh', ['-c', 'trap "" HUP; exec "$@"', 'sh', relayBinary, '--port', '0'], { DATA_DIR: dataDir, ...ways({ upstream: sim.apiUrl }) }, tempFolder());
    running.push(program);
    const [, port] = await program.ready(/listening on http:\/\/\S+:(\d+)/);
    program.child.kill('SIGHUP');
    assert.equal((await call(`http://127.0.0.1:${port}/health`)).status, 200);
    program.child.kill('SIGTERM');
    assert.deepEqual(await program.ended, { code: 0, signal: null });
  });

  it('tokens that cannot be saved: tried until the limit of a stop, then an exit status and a word about where they went', { skip: sanitized ? 'takes half a minute: the plain build shows it' : false }, async () => {
    const dataDir = folder();
    const relay = await startRelay({ upstream: sim.apiUrl, dataDir, accounts: (dir) => writeOauth(dir, 'me') });
    running.push(relay.program);
    await sim.oauth({ hold: false });
    assert.equal(spawnSync('prlimit', ['--pid', String(relay.pid), '--fsize=0:']).status, 0);
    await sim.fault({ path: '/v1/messages', times: 1, directives: { status: 401 } });
    assert.equal((await message(relay.url)).status, 200);
    relay.program.child.kill('SIGTERM');
    await until(() => /waiting for account me: saving its new tokens: .*, at most \d+ s more/.test(relay.log), { what: 'what it waits for' });
    assert.deepEqual(await relay.program.ended, { code: 1, signal: null });
    assert.match(relay.log, /account me: its new tokens could not be put into its file in .*data within 30 s: they end with this process, .* sign in again/);
    assert.equal(readAccount(dataDir, 'me').access_token, OLD);
  });

  it('a command that waits for long says for what; one that loses tokens fails', { skip: sanitized ? 'takes half a minute: the plain build shows it' : false }, async () => {
    const dataDir = folder();
    writeOauth(dataDir, 'me', { expires_at: inMinutes(-5) });
    const program = commandOf(['account', 'refresh', 'me'], dataDir);
    await until(() => /waiting for account me: the answer to its token call, at most \d+ s more/.test(program.err), { what: 'a word of patience' });
    assert.equal(spawnSync('prlimit', ['--pid', String(program.pid), '--fsize=0:']).status, 0);
    await sim.oauth({ hold: false });
    const exit = await program.ended;
    assert.equal(readAccount(dataDir, 'me').access_token === OLD, exit.code !== 0, program.log);
  });

  it('in the end the simulated upstream ends well', async () => {
    await sim.stop();
  });
});
