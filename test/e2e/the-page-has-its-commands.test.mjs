// SPDX-License-Identifier: MIT
/* What the page can do, a command can do too: each path that its modules call is in the
   table of docs/page.md and in docs/api.md, and each command of that table is in `help`. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';

import { command, describe, root } from '../support/processes.mjs';

const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');
const modules = () => fs.readdirSync(path.join(root, 'web/js'), { recursive: true }).filter((name) => name.endsWith('.js'))
  .map((name) => read(path.join('web/js', name))).join('\n');

/* "/admin/api/accounts/NAME/test": what a place stands for does not matter. */
const bare = (text) => text.replace(/\$\{[^}]*\}/g, '*').replace(/\/(?:[A-Z]{2,}|\{\w+\})(?=\/|$)/g, '/*').replace(/\$.*$|\.$|\?.*$/g, '').replace(/\*+/g, '*').replace(/\/$/, '');
const paths = (text) => new Set([...text.matchAll(/(?:\/admin\/api|\/oauth)\/[\w\-/${}().*]*/g)].map(([found]) => bare(found)));

describe('what the page can do', () => {
  const table = read('docs/page.md').split('## What it does, by command')[1].split('\n## ')[0];
  const rows = table.split('\n').filter((line) => /^\| [^|-]/.test(line)).slice(1).map((line) => line.split(' | '));

  it('is in the table', () => {
    const told = paths(rows.map(([, asks]) => asks).join('\n'));
    const called = [...paths(modules())].filter((each) => !each.endsWith('/*'));
    assert.ok(called.length > 15, called.join('\n'));
    assert.deepEqual(called.filter((each) => ![...told].some((one) => one === each || one.startsWith(`${each}/`))), []);
  });

  it('words of accounts, too, which are put together', () => {
    const words = new Set([...modules().matchAll(/athOf\(\w+, '([\w-]+)'\)/g)].map(([, word]) => word));
    assert.ok(words.has('profile') && words.has('pause'), [...words].join());
    assert.deepEqual([...words].filter((word) => !table.includes(`/${word}\``)), []);
  });

  it('is documented', () => {
    const documented = paths(read('docs/api.md'));
    assert.deepEqual([...paths(rows.map(([, asks]) => asks).join('\n'))].filter((each) => !documented.has(each)), []);
  });

  it('has commands that there are', () => {
    const help = command(['help']).stdout;
    const commands = rows.flatMap(([, , cell]) => [...cell.matchAll(/`claude-relay ([^`]+)`((?:, `[a-z]+`)*)/g)].flatMap(([, line, others]) => {
      const words = line.split(' ');
      return [words, ...[...others.matchAll(/`(\w+)`/g)].map(([, word]) => [words[0], word])];
    }));
    assert.ok(commands.length > 30, String(commands.length));
    for (const [first, second] of commands) {
      const form = new RegExp(`claude-relay ${first}${second ? ` (?:[\\w|]*\\|)?${second}\\b` : '\\b'}`);
      assert.match(help, form, `${first} ${second ?? ''}`);
    }
  });
});
