// SPDX-License-Identifier: MIT
/* Requests for programs, on standard output: one JSON document, in as many pieces as there
   are answers.  (CSV is the API's own.) */
#pragma once

#include "base/json.h"

struct requests_rows {
    bool begun;
    size_t count; /* rows that are written */
};

/* The requests of an answer of the API; `last`: no other follows. */
void requests_rows_write(struct requests_rows *rows,
                         const struct json_doc *answer, bool last);
