// SPDX-License-Identifier: MIT
/* The fields of a line of the log. */
#include "base/log_fields.h"

#include <assert.h>

void log_fields_add(struct log_fields *fields, struct log_field field)
{
    assert(fields->count < LOG_FIELDS_MAX);
    fields->at[fields->count++] = field;
}

void log_fields_add_known(struct log_fields *fields, struct log_field field)
{
    if (field.text.len > 0 || field.number > 0)
        log_fields_add(fields, field);
}

void log_fields_write(const struct log_fields *fields, enum log_level level,
                      const char *event)
{
    log_event(level, event, fields->at, fields->count);
}
