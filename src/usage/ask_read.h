// SPDX-License-Identifier: MIT
/* What a question has come to, and reading on.  For usage/ask. */
#pragma once

#include "usage/ask_groups.h"
#include "usage/ask_names.h"
#include "usage/ask_source.h"

/* From then on, up to but not with. */
struct ask_stretch {
    uint64_t from_ms;
    uint64_t until_ms;
};

struct asking {
    struct ask ask;
    struct ask_groups groups;
    struct ask_holders holders; /* what they count as; empty if not asked for */
    struct zones *zones;        /* NULL: not needed */
    const struct zone *zone;    /* whose days there are */
    bool begun;
    struct ask_stretch left; /* what is not read so far, piece by piece */
    /* Of what is read just now: */
    const struct ask_span *span;
    enum ask_kind kind;
    bool sessions; /* parts are of sessions; else of everything */
    bool
        rest; /* wanted is what is of no session: parts of them are taken off */
    bool full;
};

/* It is about sessions: only of their hours, and not with whom the key belonged to
   then. */
bool ask_is_of_sessions(const struct ask *ask);

/* It is read piece by piece: hours and sessions may be too many for one transaction. */
bool ask_is_long(const struct ask *ask);
/* First what there is to read, then, until that time (steady), some of it. */
bool ask_read_bounds(struct sql *sql, struct asking *asking,
                     struct err *err) MUST_CHECK;
bool ask_read_some(struct sql *sql, struct asking *asking, uint64_t deadline_ms,
                   struct err *err) MUST_CHECK;
/* Everything that is asked about, whatever session it is of. */
bool ask_read_all(struct sql *sql, struct asking *asking,
                  struct err *err) MUST_CHECK;
