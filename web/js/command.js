// SPDX-License-Identifier: MIT
/* Commands that the page shows: they can be pasted into a shell, whatever a name holds. */

/* As the relay's own (base/shell.c). */
const PLAIN = /^[\w./:@+,-]+$/;

const quoted = (word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** command('key rotate', name): 'claude-relay key rotate wei-desk' */
export const command = (start, ...words) => ['claude-relay', start, ...words.map(quoted)].join(' ');
