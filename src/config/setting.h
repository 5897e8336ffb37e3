// SPDX-License-Identifier: MIT
/* Options as they are in force, for people: what they are, where that is from, and
   nothing of a secret but its length.  Pure. */
#pragma once

#include "base/shown.h"
#include "config/config.h"

struct config_setting {
    const char *name;
    const char *help;
    const char *allowed;
    struct str standard; /* empty: not set */
    enum config_origin origin;
    const char *file; /* of CONFIG_BY_FILE */
    size_t line;
    bool is_secret; /* it may be one: there is no value, */
    size_t length;  /* but how long it is */
    bool is_set;    /* there is a value, be it the default */
    struct str value;
    char text[SHOWN_MAX]; /* for `value` */
};

/* `number` is below CONFIG_OPTIONS. */
void config_setting_of(const struct config *config, size_t number,
                       struct config_setting *setting);
/* "default", "environment", "file", "argument" */
const char *config_origin_word(enum config_origin origin);
