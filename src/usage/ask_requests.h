// SPDX-License-Identifier: MIT
/* Questions about single requests: the last ones that match, newest first.  They are
   looked for in the hours in which sums say that what is asked for occurs (of a key,
   a model, a session ...), newest first, and there from the newest back; whatever is
   asked for, it stops after a while with what it has and says where to go on.  On a
   thread of the records, in one transaction. */
#pragma once

#include "usage/ask_booking.h"
#include "usage/ask_filter.h"
#include "usage/record.h"

/* What comes next: bookings of older hours, and of this one those with smaller
   numbers. */
struct ask_cursor {
    int64_t hour_s;
    int64_t number;
};
#define ASK_CURSOR_MAX 48
void ask_cursor_write(const struct ask_cursor *cursor,
                      char out[ASK_CURSOR_MAX]);
bool ask_cursor_read(struct str text, struct ask_cursor *cursor);

#define ASK_REQUESTS_MAX 1000
#define ASK_REQUESTS_PATIENCE_MS 300

enum ask_flag { ASK_EITHER, ASK_WITH, ASK_WITHOUT };

/* Texts as in struct ask_filter: one without an address asks for nothing. */
struct ask_requests {
    struct ask_filter filter;
    unsigned status_min; /* 0: any */
    unsigned status_max;
    enum record_end end;     /* RECORD_RUNNING: any */
    enum record_end end_not; /* likewise: none is left out */
    struct str endpoint;
    struct str upstream_id;
    struct str client_id;
    bool
        by_id; /* with this id of the relay's own; of a batch there are many: */
    uint64_t began_ms;
    uint64_t tail;
    enum ask_flag partial;
    enum ask_flag unpriced; /* what it cost is not known, for whatever reason */
    uint64_t cost_min_microusd;
    uint64_t duration_min_ms;
    bool goes_on; /* after: */
    struct ask_cursor after;
    size_t limit; /* how many rows at most, up to ASK_REQUESTS_MAX */
    uint64_t patience_ms;
};

struct ask_found {
    struct arena *arena; /* of all that follows */
    struct ask_booking *rows;
    size_t count;
    bool more; /* there may be: after `next` */
    struct ask_cursor next;
    uint64_t
        searched_back_ms; /* then: the time down to which it was looked for */
};

/* ERR_NOT_FOUND as ask_filter_check().  Freed either way. */
bool ask_requests_run(struct sql *sql, const struct ask_requests *ask,
                      struct ask_found *found, struct err *err) MUST_CHECK;
void ask_found_done(struct ask_found *found);
