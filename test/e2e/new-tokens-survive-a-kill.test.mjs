// SPDX-License-Identifier: MIT
/* SIGKILL at every system call after a refresh was answered: once the new tokens
   have been written, wherever that is, the account works after a restart.  The token
   endpoint takes each refresh token once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { describe, it } from 'node:test';

import { assertNoSecret, buildDir, cleanEnv, relayBinary, sanitized, tempFolder, writeOauth } from '../support/processes.mjs';

const dieAt = path.join(buildDir, 'test/die-at');
const MARK = '"the-end-of-the-answer"}';
const SECRET = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const KILLS_MAX = 2000;
/* So many after the rename: its folder is synced, and the rest changes nothing. */
const RENAMED_ENOUGH = 12;

async function startEndpoint() {
  const made = { valid: null, number: 0, refused: 0 };
  const server = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (part) => parts.push(part));
    req.on('end', () => {
      const { refresh_token } = JSON.parse(Buffer.concat(parts));
      if (refresh_token !== made.valid) {
        made.refused++;
        res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
        return;
      }
      made.number++;
      made.valid = `sk-ant-ort01-CANARY-${made.number}`;
      const tokens = { token_type: 'Bearer', access_token: `sk-ant-oat01-CANARY-${made.number}`, expires_in: 28800, refresh_token: made.valid, scope: 'user:inference' };
      const body = `${JSON.stringify(tokens).slice(0, -1)},"z":${MARK}`;
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  made.url = `http://127.0.0.1:${server.address().port}/v1/oauth/token`;
  made.stop = () => new Promise((resolve) => server.close(resolve));
  return made;
}

function run(program, args, env) {
  const child = spawn(program, args, { env: cleanEnv(env), cwd: env.DATA_DIR, stdio: ['ignore', 'pipe', 'pipe'] });
  const done = { out: '', err: '' };
  child.stdout.on('data', (data) => (done.out += data));
  child.stderr.on('data', (data) => (done.err += data));
  return new Promise((resolve) => child.on('close', (status) => resolve({ ...done, status })));
}

/* Whether the newest tokens lie in the folder, under any name: sealed ones cannot be
   told from others, but the whole document that holds them has a newer expires_at. */
function isWritten(folders, old) {
  const files = folders.flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)));
  return files.filter((file) => file.includes('oauth_main.json')).some((file) => {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8').replace(/\0+$/, '')).expires_at !== old.expires_at;
    } catch {
      return false;
    }
  });
}

async function killEverywhere(t, settings, prepare = () => []) {
  const endpoint = await startEndpoint();
  const counts = { before: 0, after: 0, renamed: 0 };
  for (let n = 1; n < KILLS_MAX && counts.renamed < RENAMED_ENOUGH; n++) {
    const folder = tempFolder();
    const env = { ...settings, DATA_DIR: folder, OAUTH_TOKEN_URL: endpoint.url, CLAUDE_API_URL: endpoint.url };
    const old = writeOauth(folder, 'main');
    endpoint.valid = old.refresh_token;
    const folders = [folder, ...prepare(folder)];
    const killed = await run(dieAt, [String(n), MARK, relayBinary, 'account', 'refresh', 'main'], env);
    if (killed.status === 77) {
      t.skip('this machine does not permit ptrace');
      break;
    }
    assert.equal(killed.status, 0, killed.err);
    const report = JSON.parse(killed.out);
    assert.ok(report.seen, `the answer was not seen: ${killed.err}`);
    if (!report.killed) {
      assert.equal(report.status, 0, killed.err);
      break;
    }
    /* Nobody can find again what was never written. */
    if (!isWritten(folders, old)) {
      counts.before++;
      continue;
    }
    counts.after++;
    counts.renamed += report.renames > 0;
    const again = await run(relayBinary, ['account', 'refresh', 'main'], env);
    assert.equal(again.status, 0, `kill ${n}: ${again.err}`);
    assert.equal(endpoint.refused, 0, `kill ${n}: the spent token was asked with`);
    assertNoSecret(again.err, 'the log');
  }
  await endpoint.stop();
  return counts;
}

/* They are written, into room that was reserved, before the first system call that
   follows the answer. */
function check(t, counts) {
  if (counts.before + counts.after === 0) {
    return;
  }
  t.diagnostic(`${counts.before} system calls before the tokens were written, ${counts.after} after`);
  assert.equal(counts.before, 0, JSON.stringify(counts));
  /* Before fsync or rename; before open, fsync, close of the folder. */
  assert.ok(counts.after - counts.renamed >= 1, JSON.stringify(counts));
  assert.ok(counts.renamed >= 3, JSON.stringify(counts));
}

describe('a kill after new tokens came', { skip: sanitized && 'a sanitizer makes system calls of its own' }, () => {
  it('leaves an account that works', async (t) => {
    check(t, await killEverywhere(t, {}));
  });

  it('also with sealed tokens', async (t) => {
    check(t, await killEverywhere(t, { RELAY_SECRET: SECRET }));
  });

  it('also where the file is a link', async (t) => {
    check(t, await killEverywhere(t, {}, (folder) => {
      const real = tempFolder();
      fs.renameSync(path.join(folder, 'oauth_main.json'), path.join(real, 'oauth_main.json'));
      fs.symlinkSync(path.join(real, 'oauth_main.json'), path.join(folder, 'oauth_main.json'));
      return [real];
    }));
  });
});
