// SPDX-License-Identifier: MIT
/* Arguments of commands that ask the management API: "--since 7d" or "--since=7d" becomes
   since=7d in the query of its URL.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* "min-cost" is taken as --min-cost, and named "min_cost" in the query. */
struct ask_arguments {
    const char *const *names; /* that are taken, ended by NULL */
    struct buf query;         /* "&since=7d&key=alice" */
    struct str limit;         /* of --limit; empty: not given */
    struct str by;            /* of --by */
    bool csv;
    bool json;
};

/* False and err if an argument is none of these.  Done with in any case. */
bool ask_arguments_parse(struct ask_arguments *arguments, int argc, char **argv,
                         struct err *err) MUST_CHECK;
void ask_arguments_done(struct ask_arguments *arguments);
