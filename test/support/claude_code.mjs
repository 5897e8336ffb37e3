// SPDX-License-Identifier: MIT
/* Claude Code itself, as the registry has it: one run with a prompt, in a home of its
   own, that asks nobody but the base URL that it is given. */
import fs from 'node:fs';
import path from 'node:path';

import { Program, root, tempFolder } from './processes.mjs';
import { WAIT_MS } from './time.mjs';

const cli = path.join(root, 'test/node_modules/@anthropic-ai/claude-code/cli.js');

export const claudeCodeMissing = fs.existsSync(cli) ? false : 'not installed: npm ci --prefix test';

/* { code, out, result: what it printed at its end (see its --output-format json) } */
export async function claudeCode({ base, certificate, env, args = [], prompt = 'Say hello.' }) {
  const home = tempFolder();
  const own = { HOME: home, ANTHROPIC_BASE_URL: base, NODE_EXTRA_CA_CERTS: certificate.cert, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
  const program = new Program(process.execPath, [cli, '-p', prompt, '--output-format', 'stream-json', '--verbose', ...args], { ...own, ...env }, home);
  const timer = setTimeout(() => program.child.kill('SIGKILL'), WAIT_MS);
  const { code } = await program.ended;
  clearTimeout(timer);
  const lines = program.out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  return { code, out: program.log, lines, result: lines.findLast((line) => line.type === 'result') };
}
