// SPDX-License-Identifier: MIT
/* A command line run in a process of its own, with nothing in its environment but
   what the test gives, in a folder of its own. */
#pragma once

#include <sys/types.h>

#include "unit.h"

struct run {
    char *folder;        /* working folder */
    const char *env[8];  /* "NAME=value", ended by NULL */
    const char *program; /* argv[0]; NULL: "claude-relay" */
    const char *input;   /* standard input; NULL: empty */
    /* What came of it; freed by run_close() */
    int status;
    char *out;
    char *err;
};

/* Setup and teardown of a test whose state is a struct run. */
int run_open(void **state);
int run_close(void **state);

/* `line` is split at spaces; "claude-relay", or `program`, is put in front. */
void run_command(struct run *run, const char *line);

/* A data folder in the working folder, on which a relay has run. */
void run_begin_folder(const struct run *run, const char *name);

/* In a forked child: never returns. */
void run_as_child(const struct run *run, const char *line);
/* The exit status of a child; 128 and the signal if one ended it. */
int run_wait(pid_t child);
