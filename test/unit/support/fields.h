// SPDX-License-Identifier: MIT
/* Header fields for tests, written as text: "Name: value\n" for each.  What stands
   between the ": " and the line's end is the value, byte for byte. */
#pragma once

#include <stdio.h>

#include "http/headers.h"
#include "unit.h"

struct fields {
    struct header at[HEADERS_COUNT_MAX];
    struct headers headers;
    char text[HEADERS_BYTES_MAX]; /* as on the wire */
    size_t len;
};

static inline struct str fields_keep(struct fields *fields, struct str line)
{
    char *at = fields->text + fields->len;
    int len = snprintf(at, sizeof(fields->text) - fields->len, STR_FMT "\r\n",
                       STR_ARG(line));

    fields->len += (size_t)len;
    assert_true(fields->len < sizeof(fields->text));
    return (struct str){ at, line.len };
}

static inline const struct headers *fields_read(struct fields *fields,
                                                const char *text)
{
    struct str rest = str_of(text);
    struct str line;
    size_t count = 0;

    fields->len = 0;
    while (str_next(&rest, '\n', &line)) {
        size_t colon = str_index(line, ':');

        line = fields_keep(fields, line);
        assert_true(count < HEADERS_COUNT_MAX && colon < line.len);
        fields->at[count].name = str_sub(line, 0, colon);
        fields->at[count++].value = str_from(line, colon + 2);
    }
    fields->headers = headers_of(fields->at, count);
    return &fields->headers;
}
