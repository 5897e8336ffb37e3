// SPDX-License-Identifier: MIT
/* Questions about usage: sums of what was booked, by key, group, owner, account, model,
   day, hour or session.  Exact to the millisecond, and quick however much there is:
   from sums by days and hours, and from bookings only where the time asked for cuts an
   hour (usage/ask_span.h).  On a thread of the records. */
#pragma once

#include "base/arena.h"
#include "usage/ask_filter.h"

enum ask_by {
    ASK_BY_KEY,
    ASK_BY_GROUP,
    ASK_BY_OWNER,
    ASK_BY_ACCOUNT,
    ASK_BY_MODEL,
    ASK_BY_DAY,
    ASK_BY_HOUR,
    ASK_BY_SESSION,
    ASK_BYS,
};
/* "key", "group", ... */
const char *ask_by_word(enum ask_by by);
/* ASK_BYS if it is none. */
enum ask_by ask_by_of(struct str word);

/* What is summed up. */
enum ask_sum {
    ASK_REQUESTS,
    ASK_FAILED,
    ASK_UNPRICED, /* there is no price for something that they used */
    ASK_INPUT,
    ASK_OUTPUT,
    ASK_CACHE_READ,
    ASK_CACHE_WRITE_5M,
    ASK_CACHE_WRITE_1H,
    ASK_SEARCHES,
    ASK_COST_MICROUSD,
    ASK_SUMS,
};
/* "requests", "input_tokens", ...: as the API has it. */
const char *ask_sum_name(enum ask_sum sum);

struct ask {
    enum ask_by by;
    struct ask_filter filter;
    const struct zone *zone; /* the relay's; the database may have another: */
    /* The filter's times as base/when.h has them, if there are any: their days are
       then of that zone, like those of rows. */
    struct str since;
    struct str until;
    uint64_t now_ms;
    uint64_t skip;    /* rows in front that are not wanted, */
    uint64_t limit;   /* and how many are, at most; 0: all */
    uint64_t last;    /* only so many at the end; 0: all */
    uint64_t step_ms; /* after so long a step ends, if it can */
};

struct ask_row {
    int64_t number; /* of the key, the word, the day, ... */
    struct str
        name; /* "2026-11-29", "2026-11-29T08:00:00Z"; empty: it has none */
    struct str key; /* by session: whose */
    int64_t sums[ASK_SUMS];
};

/* Days and hours in their order, others by falling cost. */
struct ask_answer {
    struct arena *arena; /* of all that follows */
    struct ask_row *rows;
    size_t count;
    int64_t total[ASK_SUMS]; /* of all rows, wanted or not */
    bool done;               /* else another step follows */
};

/* Sessions are known by key, account, model and hour only. */
bool ask_is_possible(const struct ask *ask, struct err *err) MUST_CHECK;
#define ASK_STEP_MS 300

/* A question in hand: it copies `ask`, but for its texts and zone. */
struct asking *ask_new(const struct ask *ask);
/* NULL is fine. */
void ask_free(struct asking *asking);
/* One step of it, until answer->done, each in a transaction of its own: hours and
   sessions may be too many for one.  `answer` is empty at first.  ERR_NOT_FOUND as ask_filter_check();
   ERR_BAD_REQUEST if there are more groups than fit into memory.  After a failure the
   same again begins afresh. */
bool ask_step(struct sql *sql, struct asking *asking, struct ask_answer *answer,
              struct err *err) MUST_CHECK;
/* Either way. */
void ask_answer_done(struct ask_answer *answer);
