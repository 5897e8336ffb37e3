// SPDX-License-Identifier: MIT
/* Header fields for tests, written as text: "Name: value\n" for each.  What stands
   between the ": " and the line's end is the value, byte for byte. */
#pragma once

#include "http/headers.h"
#include "unit.h"

struct fields {
    struct header at[HEADERS_COUNT_MAX];
    struct headers headers;
};

/* `text` must live as long as `fields` is used. */
static inline const struct headers *fields_read(struct fields *fields,
                                                const char *text)
{
    struct str rest = str_of(text);
    struct str line;
    size_t count = 0;

    while (str_next(&rest, '\n', &line)) {
        size_t colon = str_index(line, ':');

        assert_true(count < HEADERS_COUNT_MAX && colon < line.len);
        fields->at[count].name = str_sub(line, 0, colon);
        fields->at[count++].value = str_from(line, colon + 2);
    }
    fields->headers = headers_of(fields->at, count);
    return &fields->headers;
}
