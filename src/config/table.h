// SPDX-License-Identifier: MIT
/* options.def as a table, for this layer's own files. */
#pragma once

#include <stddef.h>

#include "config/values.h"

struct config_option {
    const char *name;
    enum config_kind kind;
    size_t offset; /* in struct config */
    const char *standard;
    const char *allowed;
    const char *help;
};

/* Ends with a row whose name is NULL. */
extern const struct config_option config_options[];
