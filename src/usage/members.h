// SPDX-License-Identifier: MIT
/* The top-level members of a JSON object, as they stand in its text.  Single pass,
   no recursion, no allocation, any nesting.  Pure.

   Inside a value strings and brackets are followed (nesting.h), and scalars are
   skipped, not checked: what else is malformed in there is for others to refuse. */
#pragma once

#include "base/macros.h"
#include "base/str.h"

/* One member; offsets count from the start of the text. */
struct member {
    struct str name;  /* between the quotes, as written */
    struct str value; /* with its quotes or brackets; never empty */
    size_t start;     /* of the opening quote of the name */
    size_t end;       /* behind the value */
    size_t comma;     /* of the comma in front; unset for the first member */
};

/* Calls `visit` for each member in order.  False if the text is not one object
   and nothing else; members in front of the fault were visited then. */
bool members_visit(struct str text,
                   void (*visit)(void *arg, const struct member *member),
                   void *arg) MUST_CHECK;

/* Is that its name, escaped or not?  "proxy\u005fconfig" is "proxy_config".  For
   names of lower-case letters and '_'. */
bool members_name_is(const struct member *member, struct str name);

/* Is `text`, which stands behind an opening quote, that name and its closing quote,
   and then anything?  Escaped or not, likewise. */
bool members_name_begins(struct str text, struct str name);
