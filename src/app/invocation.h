// SPDX-License-Identifier: MIT
/* How the program was called: what its texts put in front of the commands that they
   tell people to run.  Main thread. */
#pragma once

#include <stdio.h>

#include "base/buf.h"

struct invocation {
    struct str program;  /* argv[0]: a path, or a name that is in PATH */
    struct str data_dir; /* must be given again; empty if .env or the default
                            leads to the same folder */
};

/* As libc noted it when the process began, with the DATA_DIR of the environment. */
struct invocation invocation_of_process(void);

/* Append how a command begins: build/claude-relay, or
   DATA_DIR=/srv/relay build/claude-relay, quoted for a shell. */
void invocation_add(struct buf *out, const struct invocation *invocation);

/* From now on the commands in texts begin like that (base/shell.h), after a `cd` if
   `folder` is not NULL: texts of the relay are read in other terminals.  Before there
   are other threads. */
void invocation_set(const struct invocation *invocation, const char *folder);

/* Append a text that names commands (base/shell.h), so that they can be pasted. */
void invocation_fill(struct buf *out, struct str text);

/* Print such a text for the person who called the program.  Whatever others have put into
   it, nothing moves the cursor but ends of lines. */
void invocation_print(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);

/* Print "usage: build/claude-relay secret new", and the same for the lines that
   follow in `forms`; one that begins with a space goes on with the one before. */
void invocation_print_usage(FILE *out, struct str forms);
