// SPDX-License-Identifier: MIT
/* Names among arguments.  One that begins with "-" looks like an option: "--" in front
   of it says that it is none, and texts that name it have it there (shell_name(),
   base/shell.h).  It is about the one argument behind it, for options stand behind names,
   too.  Pure. */
#pragma once

#include <stdbool.h>

/* Is argv[at] the "--" in front of a name? */
bool name_argument_is_marked(int argc, char **argv, int at);

/* Take the "--" at argv[at], if it is one, out of the arguments. */
void name_argument_unmark(int *argc, char **argv, int at);

/* The name that stands at argv[*at], or behind the "--" there, `*at` then being the
   name's own place; NULL if that is an option. */
const char *name_argument_take(int argc, char **argv, int *at);
