// SPDX-License-Identifier: MIT
/* Usage and requests for programs, on standard output: JSON or CSV, in as many pieces as
   there are answers. */
#pragma once

#include "base/json.h"

struct usage_rows {
    bool csv;
    const char *list; /* the member of answers that has the rows */
    struct str by;    /* what usage is asked by, as the API has it; or empty */
    bool begun;
    size_t count; /* rows that are written */
};

/* The rows of an answer; behind those of the last one its total, if it has one. */
void usage_rows_write(struct usage_rows *rows, const struct json_doc *answer,
                      bool last);
