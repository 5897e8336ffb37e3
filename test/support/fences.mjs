// SPDX-License-Identifier: MIT
/* The fenced blocks of a Markdown text. */
import fs from 'node:fs';
import path from 'node:path';

import { root } from './processes.mjs';

export function fences(file) {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code }));
}

/* One a line, continued lines joined. */
export const commandsOf = (code) =>
  code
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim());
