// SPDX-License-Identifier: MIT
/* What changed from one document to the next, for the audit log: only the members that
   differ, those of an object inside one by one, and no secrets.  Pure.

   Secrets are left out twice: those who make the documents name what is in them, and
   here the values of secret members (store/sealed.h, and what requests call theirs)
   and texts that hold a key or token are replaced, so that it is seen that they
   changed, and not to what. */
#pragma once

#include "base/json.h"

/* Of one text in bytes, of one list in elements: the rest is cut. */
#define AUDIT_TEXT_MAX 1024
#define AUDIT_LIST_MAX 64
#define AUDIT_HIDDEN "(not shown)"
/* As `after` has a secret that took the place of another one. */
#define AUDIT_CHANGED "(changed)"

struct audit_difference {
    struct json_doc *before; /* objects, the caller's */
    struct json_doc *after;
    struct buf names; /* "limits.rpm, note": of the members that differ */
};

/* NULL stands for a document that is not there, as null, [] and {} do for a member. */
void audit_difference_make(struct audit_difference *difference,
                           const struct json_doc *before,
                           const struct json_doc *after);
void audit_difference_done(struct audit_difference *difference);

/* A copy of the text, the caller's: cut, and hidden as a whole if it holds a key or
   token, with what is not UTF-8 replaced. */
char *audit_shown_text(struct str text);
