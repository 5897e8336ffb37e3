// SPDX-License-Identifier: MIT
/* A look at the top level of a JSON request body, without parsing it into anything
   and without changing a byte.  Single pass, no recursion, no allocation, any
   nesting.  Pure.

   Brackets inside a value are counted, not matched: a body that is malformed in
   there is Anthropic's to refuse. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

struct scan {
    bool is_object;   /* the body is one JSON object as far as looked at */
    struct str model; /* text of "model" as written, without quotes */
    bool stream;      /* "stream": true */
    struct str
        proxy_config; /* the raw value of the last such member; or empty */
};

/* When a member comes twice the last one counts, as in most JSON readers. */
struct scan scan_body(struct str body);

/* Append `body` without its top-level members called `name` (however the name is
   escaped), each together with one comma; every other byte stays.  False, and
   nothing appended, if there is none or the body is no JSON object. */
bool scan_without(struct str body, struct str name, struct buf *out);
