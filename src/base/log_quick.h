// SPDX-License-Identifier: MIT
/* A line of the log as most are: short, and no value of it needs an escape or quotes.
   Pure. */
#pragma once

#include "base/log.h"

#define LOG_QUICK_MAX 2048
#define LOG_QUICK_HEAD 3
/* Longer values are cut. */
#define LOG_VALUE_MAX 512

struct log_quick {
    enum log_format format;
    struct str head[LOG_QUICK_HEAD]; /* up to the event */
    struct str event;
    const struct log_field *fields;
    size_t count;
};

/* Writes the line, with its end; returns its length, or 0 if it is not one of those. */
size_t log_quick_write(const struct log_quick *line, char out[LOG_QUICK_MAX]);
