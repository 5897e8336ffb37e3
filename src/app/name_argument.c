// SPDX-License-Identifier: MIT
/* Names behind "--". */
#include "app/name_argument.h"

#include <stddef.h>
#include <string.h>

bool name_argument_is_marked(int argc, char **argv, int at)
{
    return at + 1 < argc && strcmp(argv[at], "--") == 0;
}

void name_argument_unmark(int *argc, char **argv, int at)
{
    if (!name_argument_is_marked(*argc, argv, at))
        return;
    for (int i = at; i < *argc; i++)
        argv[i] = argv[i + 1]; /* the NULL at the end, too */
    (*argc)--;
}

const char *name_argument_take(int argc, char **argv, int *at)
{
    if (name_argument_is_marked(argc, argv, *at))
        return argv[++*at];
    return argv[*at][0] == '-' ? NULL : argv[*at];
}
