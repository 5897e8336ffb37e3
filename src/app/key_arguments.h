// SPDX-License-Identifier: MIT
/* What `claude-relay key ...` was given, as the document that the management API takes:
   its members have the names of the options.  What a value may be, the API says.
   Pure. */
#pragma once

#include "base/err.h"
#include "base/json.h"

/* Which options a command takes. */
enum key_options {
    KEY_OPTIONS_CREATE = 1,
    KEY_OPTIONS_EDIT = 2,
    KEY_OPTIONS_GROUP = 4,      /* group create */
    KEY_OPTIONS_GROUP_EDIT = 8, /* group edit */
    KEY_OPTIONS_LIST = 16,
    KEY_OPTIONS_ROTATE = 32,
    KEY_OPTIONS_NONE = 64, /* --json alone */
};

struct key_arguments {
    enum key_options options;
    const char *name;     /* NULL: none was given */
    bool json;            /* --json */
    struct json_doc *doc; /* the members; of a list, the query: texts */
};

/* Fills the arguments, which are released with key_arguments_done() whatever comes of
   it.  False and err, which names the argument and what is allowed. */
bool key_arguments_parse(struct key_arguments *arguments, int argc, char **argv,
                         enum key_options options, struct err *err) MUST_CHECK;
void key_arguments_done(struct key_arguments *arguments);
