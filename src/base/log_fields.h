// SPDX-License-Identifier: MIT
/* The fields of a line of the log that has only those that there is something to say
   of.  Pure. */
#pragma once

#include "base/log.h"

#define LOG_FIELDS_MAX 32

struct log_fields {
    size_t count; /* begins as 0 */
    struct log_field at[LOG_FIELDS_MAX];
};

void log_fields_add(struct log_fields *fields, struct log_field field);
/* Unless it is an empty text or the number 0. */
void log_fields_add_known(struct log_fields *fields, struct log_field field);
void log_fields_write(const struct log_fields *fields, enum log_level level,
                      const char *event);
