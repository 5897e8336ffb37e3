// SPDX-License-Identifier: MIT
/* `claude-relay top` in a terminal of its own: it shows the relay as it goes, follows the
   terminal's size, and puts the terminal back, however it ends. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { it } from 'node:test';

import { HELLO, message, stream } from '../support/http.mjs';
import { command, describe, Program, relayBinary, stage, startRelay, startSim, tempFolder, until } from '../support/processes.mjs';
import { missing } from '../support/users.mjs';

const BEGIN = '\x1b[?1049h\x1b[?25l';
const END = '\x1b[?25h\x1b[?1049l';
const skip = missing('script', 'stty', 'ps');
const bare = (text) => text.replace(/\x1b\[[0-9;]*m|\x1b\[[KJ]|\r/g, '');

/* In a pseudo-terminal of util-linux's script. */
class Terminal {
  static async open(dataDir, { rows = 24, columns = 80 } = {}) {
    const terminal = new Terminal();
    const run = `trap : INT; stty rows ${rows} cols ${columns}; stty -a > before; '${relayBinary}' top; echo "status $?"; stty -a > after`;
    terminal.folder = tempFolder();
    terminal.program = new Program('script', ['-qfec', run, '/dev/null'], { DATA_DIR: dataDir, SHELL: '/bin/sh', TERM: 'xterm' }, terminal.folder, 'pipe');
    await terminal.until((text) => text.includes(BEGIN), 'the alternate screen');
    return terminal;
  }

  get text() {
    return this.program.out;
  }

  /* The last screen that was drawn whole. */
  get screen() {
    const drawn = this.text.split('\x1b[H').slice(1).filter((each) => each.includes('\x1b[J'));
    return drawn.length ? bare(drawn.at(-1).split('\x1b[?25h')[0]).split('\n') : [];
  }

  until(test, what) {
    return until(() => test(this.text), { what: `${what}:\n${this.screen.join('\n')}` });
  }

  shows(pattern) {
    return until(() => pattern.test(this.screen.join('\n')), { what: `${pattern} in\n${this.screen.join('\n')}` });
  }

  type(keys) {
    this.program.child.stdin.write(keys);
  }

  /* The process in there. */
  get top() {
    const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,tty=,args='], { encoding: 'utf8' }).split('\n').map((line) => line.trim().split(/\s+/));
    const children = (pid) => rows.filter(([, parent]) => Number(parent) === pid).flatMap((row) => [row, ...children(Number(row[0]))]);
    const [pid, , tty] = children(this.program.pid).find(([, , , binary, name]) => binary === relayBinary && name === 'top');
    return { pid: Number(pid), tty: `/dev/${tty}` };
  }

  async assertPutBack(status) {
    await this.until((text) => new RegExp(`status ${status}\\b`).test(text), `status ${status}`);
    await this.program.ended;
    assert.equal(this.text.split(BEGIN).length, this.text.split(END).length);
    assert.ok(this.text.lastIndexOf(END) > this.text.lastIndexOf('\x1b[H'));
    const read = (name) => fs.readFileSync(`${this.folder}/${name}`, 'utf8').replace(/rows \d+; columns \d+;/, '');
    assert.equal(read('after'), read('before'));
  }
}

describe('the relay in a terminal', { skip }, () => {
  const s = stage({ relay: { env: { WORKERS: '2' } } });

  for (const [rows, columns] of [[24, 80], [50, 200], [10, 40]]) {
    it(`fits into ${columns} by ${rows}`, async () => {
      const open = await Promise.all(Array.from({ length: 20 }, () => stream(s.url, { headers: { 'x-sim-endless': '1', 'x-sim-gap-ms': '30' } })));
      await message(s.url);
      const terminal = await Terminal.open(s.relay.dataDir, { rows, columns });
      await terminal.shows(/RUNNING[^]*\n *20 /);
      await terminal.shows(/demo +ready/);
      await terminal.shows(/answering/);
      if (rows >= 24) {
        await terminal.shows(new RegExp(`\\d\\d:\\d\\d:\\d\\d .*${HELLO.model} .*200  complete`));
      }
      assert.ok(terminal.screen.length <= rows, terminal.screen.join('\n'));
      assert.ok(terminal.screen.every((line) => line.length <= columns), terminal.screen.join('\n'));
      open.forEach((each) => each.leave());
      await terminal.shows(/No request runs/);
      terminal.type('q');
      await terminal.assertPutBack(0);
    });
  }

  it('follows the size of the terminal', async () => {
    const terminal = await Terminal.open(s.relay.dataDir, { rows: 50, columns: 150 });
    await terminal.shows(/FIRST BYTE/);
    execFileSync('stty', ['-F', terminal.top.tty, 'rows', '8', 'cols', '30']);
    await until(() => terminal.screen.length <= 8 && terminal.screen.length > 0 && terminal.screen.every((line) => line.length <= 30), { what: 'a smaller screen' });
    terminal.type('q');
    await terminal.assertPutBack(0);
  });

  it('Ctrl-C ends it, and so do signals: the terminal is as it was', async () => {
    const typed = await Terminal.open(s.relay.dataDir);
    await typed.shows(/demo/);
    typed.type('\x03');
    await typed.assertPutBack(0);
    for (const [signal, status] of [['SIGTERM', 143], ['SIGHUP', 129]]) {
      const told = await Terminal.open(s.relay.dataDir);
      await told.shows(/demo/);
      process.kill(told.top.pid, signal);
      await told.assertPutBack(status);
    }
  });

  it('prints once where there is no terminal, and takes no arguments', () => {
    const env = { DATA_DIR: s.relay.dataDir };
    const once = command(['top'], { env });
    assert.equal(once.status, 0);
    assert.match(once.stdout, /^claude-relay /);
    assert.match(once.stdout, /demo +ready/);
    assert.ok(!once.stdout.includes('\x1b'));
    assert.equal(command(['top', 'x'], { env }).status, 2);
  });
});

describe('a relay that goes away', { skip }, () => {
  it('is waited for, and shown again when it is back', async () => {
    const sim = await startSim();
    let relay = await startRelay({ upstream: sim.apiUrl });
    const { dataDir } = relay;
    const terminal = await Terminal.open(dataDir);
    await terminal.shows(/demo +ready/);
    await relay.stop();
    await terminal.shows(/The relay tells nothing now/);
    relay = await startRelay({ upstream: sim.apiUrl, dataDir, accounts: () => {} });
    await terminal.shows(/^(?![^]*tells nothing)[^]*demo +ready/);
    terminal.type('q');
    await terminal.assertPutBack(0);
    await relay.stop();
    const none = command(['top'], { env: { DATA_DIR: dataDir } });
    assert.match(none.stderr, /no relay runs/);
    assert.notEqual(none.status, 0);
    await sim.stop();
  });
});
