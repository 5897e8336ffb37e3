// SPDX-License-Identifier: MIT
/* `claude-relay account pause|resume|clear|set NAME ...`: what the operator says of how an
   account serves. */
#pragma once

#include "app/gateway_arguments.h"
#include "app/remote.h"

#define ACCOUNT_CARE_USAGE                                                       \
    "account pause NAME --for 2h|--until TIME [--note TEXT]\n"                   \
    "account resume|clear NAME   (ends that pause; forgets what answers "        \
    "taught)\n"                                                                  \
    "account set NAME [--priority N] [--weight N] [--concurrency N]\n"           \
    "                 [--enabled on|off] [--pool on|off] [--tag TAG,...|none]\n" \
    "                 [--note TEXT|none]\n"                                      \
    "   " GATEWAY_ARGUMENTS_CHANGE

/* Is it one of these? */
bool account_care_is(const char *word);
/* What is wrong with these arguments, from the word on; NULL: nothing. */
const char *account_care_check(int argc, char **argv);
/* One more option of another command: "--tag a,b", whose tags are added to the member
   `tags`.  `*at` is behind it.  False: it is something else, or lacks its value. */
bool account_care_take_tags(int argc, char **argv, int *at,
                            struct json_doc *body);
/* Returns the exit status. */
int account_care_run(struct remote *remote, int argc, char **argv);
