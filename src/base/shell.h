// SPDX-License-Identifier: MIT
/* Commands inside texts.  Everywhere in the program a text names a command of its
   own in backquotes and as `claude-relay login main`; whoever shows the text to a
   person puts in how the program was called, so that the command can be pasted.
   Any thread. */
#pragma once

#include "base/buf.h"

/* Append `word` as a POSIX shell reads it: as it is if nothing in it means
   something to a shell, in single quotes otherwise.  It never holds a backquote, so
   that a text may put it between two. */
void shell_add_quoted(struct buf *out, struct str word);

#define SHELL_WORD_MAX 400

/* The same with a NUL, for a text with a path in it; cut if it is too long. */
void shell_quote(struct str word, char out[SHELL_WORD_MAX]);

/* The same for a name: one that begins with "-" stands behind "--", or the command
   would take it for an option (app/name_argument.h). */
void shell_name(struct str name, char out[SHELL_WORD_MAX]);

/* Append `text` with `start` in place of each "claude-relay" that begins a command
   in backquotes. */
void shell_add_text(struct buf *out, struct str text, struct str start);

#define SHELL_START_MAX 2048

/* What shell_fill() puts in from now on: how the program was called.  Copied; empty,
   longer than SHELL_START_MAX - 1 or not UTF-8, it leaves texts as they are.  Before
   there are other threads. */
void shell_set_start(struct str start);

/* How a command begins: that, or the program's plain name. */
struct str shell_start(void);

/* shell_add_text() with that. */
void shell_fill(struct buf *out, struct str text);
