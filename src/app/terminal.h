// SPDX-License-Identifier: MIT
/* Asking a person, or reading standard input where there is none; and what all
   commands print. */
#pragma once

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

#define TERMINAL_LINE_MAX 8192

/* One line without its end, in `line`; wipe it with mem_wipe() afterwards.  On a
   terminal the prompt is shown, and with `hidden` what is typed is not.  False if
   nothing comes. */
bool terminal_ask(const char *prompt, bool hidden, char line[TERMINAL_LINE_MAX],
                  struct str *text);

/* Does a person sit there? */
bool terminal_is_there(void);

/* Of the terminal that standard output is, in characters; 0: it is none. */
size_t terminal_width(void);
/* It is one, and NO_COLOR is not set. */
bool terminal_has_colours(void);

/* Says on standard error what went wrong; returns the exit status 1. */
int terminal_fail(const struct err *err);

/* A document, on standard output; it may hold a secret.  What prints nothing is escaped
   in its texts. */
void terminal_print(const struct json_doc *doc);
/* Bytes as they are, on standard output: a sink (app/remote.h); `arg` is not used. */
void terminal_write(void *arg, struct str bytes);
/* The end of a command: what it printed is written out, or standard error says that it
   was lost, and the exit status is 1 at least.  A reader that went away knows. */
int terminal_finish(int status);
