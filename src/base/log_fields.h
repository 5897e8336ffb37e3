// SPDX-License-Identifier: MIT
/* The fields of a line of the log that has only those that there is something to say
   of.  Inlined: there is one for each request. */
#pragma once

#include <assert.h>

#include "base/log.h"

#define LOG_FIELDS_MAX 32

struct log_fields {
    size_t count; /* begins as 0 */
    struct log_field at[LOG_FIELDS_MAX];
};

static inline void log_fields_add(struct log_fields *fields,
                                  struct log_field field)
{
    assert(fields->count < LOG_FIELDS_MAX);
    fields->at[fields->count++] = field;
}

/* Unless it is an empty text or the number 0. */
static inline void log_fields_add_known(struct log_fields *fields,
                                        struct log_field field)
{
    if (field.text.len > 0 || field.number > 0)
        log_fields_add(fields, field);
}

static inline void log_fields_write(const struct log_fields *fields,
                                    enum log_level level, const char *event)
{
    log_event(level, event, fields->at, fields->count);
}

static inline void log_fields_write_always(const struct log_fields *fields,
                                           const char *event)
{
    log_event_always(event, fields->at, fields->count);
}
