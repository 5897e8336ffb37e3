// SPDX-License-Identifier: MIT
/* Commands that the page shows: they can be pasted into a shell of the relay's machine, however
   the program was called there and whatever a name holds. */
import { session } from './api.js';
import { h } from './dom.js';

/* As the relay's own (base/shell.c): what begins with - stands behind --. */
const PLAIN = /^[\w./:@+,-]+$/;

const quoted = (word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
const named = (name) => (name.startsWith('-') ? `-- ${quoted(name)}` : quoted(name));

/** command('key rotate', name): 'build/claude-relay key rotate wei-desk', as the relay was called. */
export const command = (start, ...names) => [session.command, start, ...names.map(named)].join(' ');

/** The same as a part of the page; `kind`: classes, as h() has them. */
export const commandLine = (kind, ...words) => h(`code.cmd${kind}`, command(...words));
