// SPDX-License-Identifier: MIT
/* A command at a terminal, and the person in front of it. */
#pragma once

#include "run.h"

struct typing {
    int master; /* the person's side */
    int slave;
    char name[64];
    int err[2]; /* the command's standard error */
};

void typing_init(struct typing *typing);
void typing_done(struct typing *typing);

/* Run a command line there, its standard output to /dev/null; ended by
   run_wait(). */
pid_t typing_start(const struct typing *typing, const struct run *run,
                   const char *line);
/* Wait until the command has said this, on standard error. */
void typing_expect(struct typing *typing, const char *part);
void typing_type(struct typing *typing, const char *text);

/* What the terminal has shown of what was typed; freed with mem_free(). */
char *typing_echo(struct typing *typing);
/* Does the terminal show what is typed? */
bool typing_is_shown(const struct typing *typing);
