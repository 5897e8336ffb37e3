// SPDX-License-Identifier: MIT
/* The kinds of options: how a text becomes a value.  Pure.  To add a kind: here, its
   case in values.c, and its C type in config.h. */
#pragma once

#include "base/str.h"

/* Each of them is in the record of a request (usage/record.h). */
#define CONFIG_ATTEMPTS_MAX 5

enum config_kind {
    CONFIG_PORT_NUMBER,
    CONFIG_PORT_OR_NONE,
    CONFIG_ATTEMPTS,
    CONFIG_COUNT_256,
    CONFIG_COUNT_LARGE,
    CONFIG_DURATION,
    CONFIG_RETENTION, /* in ms; 0: for ever */
    CONFIG_FLAG,
    CONFIG_SWITCH,
    CONFIG_CLIENT_LOGIN,
    CONFIG_NOTIFY_FORMAT,
    CONFIG_LEVEL,
    CONFIG_FORMAT,
    /* From here on: texts */
    CONFIG_TEXT,
    CONFIG_PATH,
    CONFIG_ADDRESS,
    CONFIG_HOST_NAME,
    CONFIG_PROXY_TYPE,
    CONFIG_TOKEN,
    CONFIG_TOKEN_LIST,
    CONFIG_SCOPES,
    CONFIG_LINK,
    CONFIG_SECRET,
};

/* Is its value a struct str?  The others are uint64_t. */
bool config_kind_is_text(enum config_kind kind);

/* Does the text fit a text kind? */
bool config_text_fits(enum config_kind kind, struct str text);

/* The value of a number kind; false if the text is not allowed. */
bool config_parse_number(enum config_kind kind, struct str text,
                         uint64_t *number);
