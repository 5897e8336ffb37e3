// SPDX-License-Identifier: MIT
/* claude-relay backup into files, pipes and standard output; what is none of these
   stays as it is.  And nobody leads root's backup or restore elsewhere.  All pipes,
   devices and links are made here. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { addApiKey, API_KEY, cleanEnv, command, describe, relayBinary, tempFolder } from '../support/processes.mjs';

const SERVICE = 12345;
const skip = process.getuid() === 0 ? false : 'needs root';
const run = (dataDir, ...args) => command([...args, '--data-dir', dataDir], { input: `${API_KEY}\n` });

function scene() {
  const folder = tempFolder();
  const data = path.join(folder, 'data');
  addApiKey(data, 'demo');
  return { folder, data, file: path.join(folder, 'x.tar'), to: path.join(folder, 'to') };
}

/* What a shell does with such a line. */
const shell = (line, { data, file, to }) =>
  spawnSync('sh', ['-c', line, relayBinary, data, file, to], { env: cleanEnv(), encoding: 'utf8', cwd: tempFolder() });

function brings(to, file) {
  const back = run(to, 'restore', file);
  assert.equal(back.status, 0, back.stderr);
  assert.match(run(to, 'account', 'list').stdout, /^demo /m);
}

describe('where a backup goes', () => {
  it('a file that is there is replaced with --force only', () => {
    const { data, file, to } = scene();
    fs.writeFileSync(file, 'mine');
    const refused = run(data, 'backup', file);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /x\.tar.*is there already.*--force/);
    assert.equal(fs.readFileSync(file, 'utf8'), 'mine');
    assert.equal(run(data, 'backup', file, '--force').status, 0);
    brings(to, file);
    assert.deepEqual(fs.readdirSync(path.dirname(file)).sort(), ['data', 'to', 'x.tar']);
  });

  it('standard output gets it, and nothing else', () => {
    const s = scene();
    const piped = shell('"$0" backup - --data-dir "$1" | "$0" restore - --data-dir "$3"', s);
    assert.equal(piped.status, 0, piped.stderr);
    assert.match(piped.stderr, /files of .* are in what was written to standard output/);
    assert.match(run(s.to, 'account', 'list').stdout, /^demo /m);
    const sent = shell('"$0" backup - --data-dir "$1" > "$2"', s);
    assert.equal(sent.status, 0, sent.stderr);
    brings(path.join(s.folder, 'second'), s.file);
    const gone = shell('("$0" backup - --data-dir "$1"; echo "it ended with $?" >&2) | true', s);
    assert.match(gone.stderr, /it ended with [01]/);
  });

  it('a pipe gets it and stays a pipe', () => {
    const s = scene();
    execFileSync('mkfifo', [s.file]);
    const done = shell('cat "$2" > "$2.got" & "$0" backup "$2" --data-dir "$1" && wait', s);
    assert.equal(done.status, 0, done.stderr);
    assert.ok(fs.lstatSync(s.file).isFIFO());
    brings(s.to, `${s.file}.got`);
  });

  it('a character device of our own stays what it is, and so does a link to it', { skip }, (t) => {
    const { folder, data, file } = scene();
    const device = path.join(folder, 'null');
    if (spawnSync('mknod', [device, 'c', '1', '3']).status !== 0) {
      return t.skip('no devices can be made here');
    }
    fs.symlinkSync('null', file);
    for (const force of [[], ['--force']]) {
      run(data, 'backup', device, ...force);
      run(data, 'backup', file, ...force);
      assert.ok(fs.lstatSync(device).isCharacterDevice());
      assert.equal(fs.readlinkSync(file), 'null');
    }
  });

  it('links to files and folders are left as they are', () => {
    const { folder, data, file } = scene();
    fs.writeFileSync(path.join(folder, 'real'), 'mine');
    fs.symlinkSync('real', file);
    const done = run(data, 'backup', file, '--force');
    assert.equal(done.status, 1);
    assert.match(done.stderr, /a link/);
    assert.equal(fs.readFileSync(file, 'utf8'), 'mine');
    assert.match(run(data, 'backup', folder, '--force').stderr, /a folder: name a file in it/);
  });
});

describe('in the folder of a service user, root', () => {
  const theirs = () => {
    const s = scene();
    execFileSync('chown', ['-R', `${SERVICE}:${SERVICE}`, s.data]);
    const victim = path.join(tempFolder(), 'victim');
    fs.mkdirSync(path.join(victim, 'db'), { recursive: true });
    fs.writeFileSync(path.join(victim, 'tea'), 'hot');
    fs.writeFileSync(path.join(victim, 'db/tea'), 'hot');
    assert.equal(run(s.data, 'backup', s.file).status, 0);
    return { ...s, victim };
  };
  const isWhole = (victim) => ['tea', 'db/tea'].forEach((name) => assert.equal(fs.readFileSync(path.join(victim, name), 'utf8'), 'hot'));

  it('follows no link that is called restoring', { skip }, () => {
    const { data, file, victim } = theirs();
    const stage = path.join(data, 'restoring');
    fs.symlinkSync(victim, stage);
    fs.lchownSync(stage, SERVICE, SERVICE);
    const done = run(data, 'restore', file, '--force');
    assert.equal(done.status, 1);
    assert.match(done.stderr, /restoring must be a folder, and is a link/);
    isWhole(victim);
  });

  it('nor one within it', { skip }, () => {
    const { data, file, victim } = theirs();
    const stage = path.join(data, 'restoring');
    fs.mkdirSync(stage, { mode: 0o700 });
    fs.symlinkSync(victim, path.join(stage, 'db'));
    execFileSync('chown', ['-Rh', `${SERVICE}:${SERVICE}`, stage]);
    const done = run(data, 'restore', file, '--force');
    assert.equal(done.status, 0, done.stderr);
    isWhole(victim);
    assert.equal(fs.existsSync(stage), false);
    for (const name of ['apikey_demo.json', ...fs.readdirSync(data).filter((n) => n.startsWith('before-restore-'))]) {
      assert.equal(fs.statSync(path.join(data, name)).uid, SERVICE, name);
    }
  });
});
