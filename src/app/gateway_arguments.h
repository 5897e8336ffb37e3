// SPDX-License-Identifier: MIT
/* The options that say where an account's requests go: --url, --bearer, --map and
   --tls-ca, as members of a request's body. */
#pragma once

#include "base/json.h"

#define GATEWAY_ARGUMENTS_USAGE                                                \
    "[--url URL] [--bearer] [--map MODEL=THEIRS]... [--tls-ca FILE]"
#define GATEWAY_ARGUMENTS_CHANGE                                               \
    "[--url URL|none] [--bearer on|off] [--map MODEL=THEIRS|none]... "         \
    "[--tls-ca FILE|none]"

enum gateway_argument {
    GATEWAY_ARGUMENT_NONE,  /* none of them */
    GATEWAY_ARGUMENT_TAKEN, /* `*at` is behind it, and behind its value */
    GATEWAY_ARGUMENT_WRONG,
};

/* What stands at argv[*at]?  WRONG: `*problem` says what is missing, and repeats
   nothing. */
enum gateway_argument gateway_arguments_take(int argc, char **argv, int *at,
                                             struct json_doc *body,
                                             const char **problem);
