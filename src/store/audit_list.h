// SPDX-License-Identifier: MIT
/* Reading the audit log, newest first.  Blocking: on a thread of the records. */
#pragma once

#include "base/json.h"
#include "store/sql.h"

/* Empty and 0: any. */
struct audit_query {
    uint64_t since_ms; /* from this time on */
    uint64_t until_ms; /* before this one */
    struct str who;    /* who or peer */
    struct str
        action; /* "key.create", or "key" for all that begin with "key." */
    struct str target;
    uint64_t cursor; /* only entries with smaller ids */
    size_t max;      /* so many at most */
};

/* Append the entries to `list`, an array: objects with id, at (RFC 3339), who, peer,
   action, target, before, after, done, error, code and
   params. */
bool audit_list_read(struct sql *sql, const struct audit_query *query,
                     struct json_doc *list, struct err *err) MUST_CHECK;
