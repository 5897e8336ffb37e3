// SPDX-License-Identifier: MIT
/* The options that say where an account's requests go, and with which key: --url,
   --bearer, --map, --tls-ca, --proxy and --api-key, as members of a request's body.
   Secrets come from the terminal or standard input, never from the command line, which
   others can see. */
#pragma once

#include "base/json.h"
#include "upstream/proxy.h"

#define GATEWAY_ARGUMENTS_USAGE                                                \
    "[--url URL] [--bearer] [--map MODEL=THEIRS]... [--tls-ca FILE]\n"         \
    "                 [--proxy URL|-]"
#define GATEWAY_ARGUMENTS_CHANGE                                               \
    "[--url URL|none] [--bearer on|off] [--map MODEL=THEIRS|none]... "         \
    "[--tls-ca FILE|none]\n"                                                   \
    "   [--proxy URL|none|-] [--api-key -]   (-: asked for, or read from "     \
    "standard input)"

struct gateway_arguments {
    struct json_doc *body;
    bool asks_key; /* which of them gateway_arguments_ask() asks for */
    bool asks_proxy;
};

enum gateway_argument {
    GATEWAY_ARGUMENT_NONE,  /* none of them */
    GATEWAY_ARGUMENT_TAKEN, /* `*at` is behind it, and behind its value */
    GATEWAY_ARGUMENT_WRONG,
};

/* What stands at argv[*at]?  WRONG: `*problem` says what is missing, and repeats
   nothing. */
enum gateway_argument gateway_arguments_take(int argc, char **argv, int *at,
                                             struct gateway_arguments *into,
                                             const char **problem);

/* Ask for the key and the proxy's URL, in that order, as far as "-" stands for them, or
   read a line of standard input for each.  False and err, which repeats nothing, if
   nothing comes, or no proxy's URL. */
bool gateway_arguments_ask(const struct gateway_arguments *asked,
                           struct err *err) MUST_CHECK;
/* For the URL alone; NULL and err likewise. */
struct proxy *gateway_arguments_ask_proxy(struct err *err);
