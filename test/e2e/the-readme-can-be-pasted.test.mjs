// SPDX-License-Identifier: MIT
/* What the READMEs tell people to paste: it parses, both say the same, and all that can
   be run here is run, in the README's order and in one folder, against claude-sim. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';

import { commandsOf, fences } from '../support/fences.mjs';
import { freePort } from '../support/ports.mjs';
import { API_KEY, cleanEnv, describe, Program, relayBinary, root, startSim, tempFolder, until } from '../support/processes.mjs';

const english = fences('README.md');
const shell = english.filter(({ language }) => language === 'sh').map(({ code }) => code);

describe('the READMEs', () => {
  it('have the same commands in the same order', () => {
    /* What is said to Claude may be said in Chinese. */
    const own = (block) => block.code.replaceAll('你好', 'Hello').replace(/\/\/ .*/g, '');
    const theirs = fences('README.zh-CN.md');
    assert.deepEqual(theirs.map(own), english.map(own));
    assert.deepEqual(theirs.map((block) => block.language), english.map((block) => block.language));
  });

  it('have one paragraph on one line, in Chinese', () => {
    const text = fs.readFileSync(path.join(root, 'README.zh-CN.md'), 'utf8').replace(/^```.*?^```$/gms, '');
    for (const paragraph of text.split(/\n\n+/)) {
      const lines = paragraph.trim().split('\n');
      assert.ok(lines.length === 1 || lines[0].startsWith('|') || lines[0].startsWith('```'), paragraph);
    }
  });

  for (const code of shell) {
    it(`a shell understands: ${code.split('\n')[0].slice(0, 60)}`, () => {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.doesNotMatch(code, /<[^<>]*>/, 'a placeholder that a shell would take for a redirection');
    });
  }

  it('name no model that has ended', () => {
    for (const file of ['README.md', 'README.zh-CN.md', 'script/run']) {
      for (const [model] of fs.readFileSync(path.join(root, file), 'utf8').matchAll(/\bclaude-(?:opus|sonnet|haiku)-[\d-]+/g)) {
        assert.equal(model, 'claude-sonnet-5', file);
      }
    }
  });
});

/* ---- pasting ------------------------------------------------------------ */

/* Not run here: they build, or need another machine or a real Claude Code. */
const elsewhere = [/^script\/run --demo$/, /^script\/test$/, /^ssh /, /^claude$/];
const start = /^script\/run$/;

describe('a README, pasted from top to bottom', { timeout: 180000 }, () => {
  let sim;
  let port;
  let folder;
  let relay;
  let state; /* of the sign-in that was begun last */
  let key; /* the relay key that was made first */
  const env = {}; /* what was exported */

  before(async () => {
    sim = await startSim();
    port = await freePort();
    folder = tempFolder();
    fs.mkdirSync(path.join(folder, 'build'));
    fs.symlinkSync(relayBinary, path.join(folder, 'build/claude-relay'));
    fs.copyFileSync(path.join(root, '.env.example'), path.join(folder, '.env.example'));
    /* What another relay exported. */
    const exported = { kind: 'claude-console-account', id: '1', name: 'elsewhere', isActive: true, priority: 50, proxy: null, credentials: { api_key: `${API_KEY}-2`, base_url: 'https://api.anthropic.com' } };
    fs.writeFileSync(path.join(folder, 'export.json'), JSON.stringify({ success: true, data: { claudeAccounts: [], claudeConsoleAccounts: [exported] } }));
  });
  after(() => [relay, sim?.program].forEach((program) => program?.child.kill('SIGKILL')));

  /* In a shell that tells curl's HTTP status. */
  function paste(code, input = '') {
    const script = `curl() { command curl -sS --noproxy '*' -w '\\nHTTP %{http_code}\\n' "$@"; }\nset -e\n${code}\n`;
    const child = spawn('bash', ['-c', script], { cwd: folder, env: cleanEnv(env) });
    let out = '';
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (out += data));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    return new Promise((resolve) => child.on('close', (status) => resolve({ status, out })));
  }

  const inputs = [
    [/ login /, 'CANARY_code-AZ09\n'],
    [/ account add /, `${API_KEY}\n`],
  ];
  /* A proxy that is not there: what was asked for is understood, and nothing goes
     direct instead. */
  const proxied = /"messages":.*"proxy_config"/;

  async function run(line) {
    if (elsewhere.some((pattern) => pattern.test(line))) {
      return;
    }
    if (start.test(line)) {
      /* The settings of this test, as a person would add theirs. */
      fs.appendFileSync(path.join(folder, '.env'), `PORT=${port}\nCLAUDE_API_URL=${sim.apiUrl}\nOAUTH_TOKEN_URL=${sim.url}/v1/oauth/token\n`);
      relay = new Program('build/claude-relay', ['serve'], {}, folder);
      await relay.ready(/listening on/);
      return;
    }
    const code = line.replace(/:3000\b/g, `:${port}`).replace('"STATE"', `"${state}"`).replace('cr_THE_KEY', key);
    const exported = /^export (\w+)="?([^"]*)"?$/.exec(code);
    if (exported) {
      env[exported[1]] = exported[2];
      return;
    }
    const input = inputs.find(([pattern]) => pattern.test(code))?.[1];
    const { status, out } = await paste(code, input);
    /* The account that was given a proxy cannot be reached through it. */
    assert.equal(status, / proxy test /.test(code) ? 1 : 0, `${code}\n${out}`);
    if (/^curl/.test(code)) {
      const http = Number(/HTTP (\d+)\n$/.exec(out)[1]);
      assert.equal(http, proxied.test(code) ? 502 : 200, `${code}\n${out}`);
    }
    key ??= /\bcr_[\w-]{43}\b/.exec(out)?.[0];
    state = /"state":\s*"([0-9a-f]{64})"/.exec(out)?.[1] ?? state;
  }

  for (const code of shell) {
    it(code.split('\n')[0].slice(0, 70), async () => {
      for (const line of commandsOf(code)) {
        await run(line);
      }
    });
  }

  it('leaves Claude Code an address that answers, a key, and an account', async () => {
    const models = 'curl "$ANTHROPIC_BASE_URL/v1/models" -H "X-Account-Name: team"';
    assert.match((await paste(models)).out, /HTTP 401\n$/);
    assert.match((await paste(`${models} -H "x-api-key: $ANTHROPIC_AUTH_TOKEN"`)).out, /HTTP 200\n$/);
    await until(() => /account=team/.test(relay.log), { what: 'the account in the log' });
  });
});
