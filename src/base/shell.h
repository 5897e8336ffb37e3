// SPDX-License-Identifier: MIT
/* Commands inside texts.  Everywhere in the program a text names a command of its
   own in backquotes and as `claude-relay login main`; whoever shows the text to a
   person puts in how the program was called, so that the command can be pasted.
   Pure; any thread. */
#pragma once

#include "base/buf.h"

/* Append `word` as a POSIX shell reads it: as it is if nothing in it means
   something to a shell, in single quotes otherwise. */
void shell_add_quoted(struct buf *out, struct str word);

#define SHELL_WORD_MAX 400

/* The same with a NUL, for a text with a path in it; cut if it is too long. */
void shell_quote(struct str word, char out[SHELL_WORD_MAX]);

/* Append `text` with `start` in place of each "claude-relay" that begins a command
   in backquotes. */
void shell_add_text(struct buf *out, struct str text, struct str start);
