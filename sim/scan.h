// SPDX-License-Identifier: MIT
/* The top-level members of a JSON object, as slices of the text: enough to answer
   a request of many megabytes without building a document.  It does not check
   the text.  Pure. */
#pragma once

#include "base/str.h"

struct scan {
    struct str rest;
};

/* False if the text does not begin like an object. */
bool scan_begin(struct scan *scan, struct str json);

/* The next member: the name without quotes, as written; the value as written. */
bool scan_next(struct scan *scan, struct str *name, struct str *value);

/* The text between the quotes; false if the value is no string. */
bool scan_string(struct str value, struct str *inside);
