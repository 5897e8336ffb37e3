// SPDX-License-Identifier: MIT
/* A look at a JSON request body, without parsing it into anything
   and without changing a byte.  Single pass, no recursion, no allocation, any
   nesting.  Pure.

   Values are not checked (members.h): a body that is malformed in there is
   Anthropic's to refuse. */
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include "usage/scan_facts.h"

struct scan {
    bool
        is_object; /* the body is one JSON object as far as looked at; when not,
                       what was seen before the fault is still told */
    struct scan_facts facts; /* what scan_ahead.h would have gathered */
    struct str proxy_config; /* the raw value of that member; or empty */
    bool proxy_again;        /* it comes more than once */
};

/* proxy_config is looked for at the top level, however its name is escaped; the last one
   is told. */
struct scan scan_body(struct str body);

/* Does it begin as an object does, behind white space and a byte order mark? */
bool scan_begins_object(struct str body);
/* The same in UTF-16 or UTF-32, too: some readers take that, and nobody here looks into
   it. */
bool scan_begins_any_object(struct str body);

/* For a body that is no JSON object as far as scan_body() looked: does it seem to
   be meant as one (it begins like neither an array nor a text), and does "name"
   stand anywhere in it, however it is escaped? */
bool scan_hints_at(struct str body, struct str name);

/* Append `body` without its top-level members called `name` (lower-case ASCII
   letters and '_'), however that is escaped.  Each takes one comma with it: the
   one in front, or behind it if no kept member is in front.  Every other byte
   stays, white space around the cut too.  False, and nothing appended, if there
   is no such member or the body is no JSON object.  The ceiling of `out` must
   leave room for the whole body. */
bool scan_without(struct str body, struct str name, struct buf *out) MUST_CHECK;
