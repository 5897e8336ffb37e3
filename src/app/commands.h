// SPDX-License-Identifier: MIT
/* The command line: a table of subcommands. */
#pragma once

/* Runs a command; the process's exit status: 0 fine, 1 failed, 2 bad usage. */
int commands_run(int argc, char **argv);
