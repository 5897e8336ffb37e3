// SPDX-License-Identifier: MIT
/* The command line: a table of subcommands. */
#pragma once

/* Runs a command; the process's exit status: 0 fine, 1 failed, 2 bad usage. */
int commands_run(int argc, char **argv);

/* Says on standard error what is wrong with which argument, and the usage.
   Returns 2. */
int commands_usage_error(const char *text, const char *argument);
