// SPDX-License-Identifier: MIT
/* What one key or one group has used, and what its requests under way hold.  Lives on
   while the key's limits and other members change; every window is counted whether it
   is limited or not, so that a budget put on later counts from where its window
   began.  Shared by all threads, one mutex each, held for memory work only.  Times
   are arguments.

   What is used is kept by quarter hours for a good month (as saved: use_quarter) and
   as a total; what has not been saved yet is known apart:

       counted -> unsaved -(counters_take_unsaved)-> being saved -> saved
                     ^------------ it failed --------------'

   At the end what is left is taken once, as the last (counters_take_last). */
#pragma once

#include <stddef.h>

#include "team/estimate.h"
#include "team/limits.h"
#include "team/quarters.h"

struct counters;

/* The counters that have something to be saved; made once, shared by all. */
struct unsaved;
struct unsaved *unsaved_new(void);
/* After the last counters. */
void unsaved_free(struct unsaved *unsaved);
/* One of those that have something; a reference, the caller's.  NULL: none. */
struct counters *unsaved_next(struct unsaved *unsaved);

/* Whose counters they are, as the database numbers them.  Subject 0 is all keys
   together: it keeps histories only. */
#define SUBJECT_ALL 0
#define SUBJECT_OF_KEY(id) (2 * (int64_t)(id))
#define SUBJECT_OF_GROUP(id) (2 * (int64_t)(id) + 1)

/* One reference, the caller's.  `unsaved` may be NULL: nothing is saved then. */
struct counters *counters_new(struct unsaved *unsaved, int64_t subject);
struct counters *counters_ref(struct counters *counters);
/* NULL is fine. */
void counters_unref(struct counters *counters);
int64_t counters_subject(const struct counters *counters);

/* ---- saving ------------------------------------------------------------- */

/* At start, before anything is counted: a row that was saved, and the total. */
void counters_load_quarter(struct counters *counters,
                           const struct use_quarter *row);
void counters_load_total(struct counters *counters, const struct use *total);
void counters_load_history(struct counters *counters,
                           const struct history *row);

#define COUNTERS_QUARTERS_MAX 8
#define COUNTERS_HISTORIES_MAX 16
/* What is to be added to the saved rows, and histories to be replaced. */
struct counters_unsaved {
    int64_t subject;
    size_t quarter_count;
    size_t history_count;
    struct use_quarter quarters[COUNTERS_QUARTERS_MAX]; /* differences */
    struct use total;                                   /* likewise */
    struct history histories[COUNTERS_HISTORIES_MAX];   /* whole */
};

/* False if there is nothing, or what was taken last is not settled yet.  If true,
   counters_saved() must follow.  Histories may wait for another time. */
bool counters_take_unsaved(struct counters *counters, bool histories,
                           struct counters_unsaved *out);
/* Nothing was taken: if something waits, they are listed again, and true. */
bool counters_again(struct counters *counters);
/* What was taken is in the database; `ok` false: it is not, and will be taken
   again. */
void counters_saved(struct counters *counters, bool ok);
/* At the end, again and again while it is true: what is left, also beside what was
   taken and is not settled yet (amounts are added, in whatever order they come).
   It is not settled, and will not be taken again. */
bool counters_take_last(struct counters *counters,
                        struct counters_unsaved *out);

/* Something was used, and is in the database already (usage/ledger_charges.h). */
void counters_add_saved(struct counters *counters,
                        const struct use_quarter *quarter);

/* ---- looking ------------------------------------------------------------ */

struct counters_now {
    uint64_t steady_ms; /* for rates */
    uint64_t wall_ms;   /* for windows */
};

struct limit_view {
    uint64_t used;
    uint64_t reserved;
    uint64_t limit; /* LIMIT_NONE: counted only */
    uint64_t
        opens_ms; /* wall clock: the end of a calendar window; when something of
                          what is used leaves a rolling one; 0: nothing is used
                          there, or never */
    bool full; /* a request was refused for what is used, and would still be */
};

struct counters_view {
    struct limit_view at[LIMIT_COUNT];
    struct use total;
    struct use today; /* the present day of the zone */
    struct use
        last_30d; /* the present quarter of an hour and 30 days before it */
};

/* Rates are counted from the first request after the limit was put on; all else
   always.  Requests of a day that are under way are reserved. */
void counters_view(struct counters *counters, const struct limits *limits,
                   const struct zone *zone, struct counters_now now,
                   struct counters_view *out);

/* ---- histories ---------------------------------------------------------- */

/* A copy of what requests for that model came to; false if none is known. */
bool counters_history(struct counters *counters, struct str model,
                      struct history *out);
/* Names that are not of 1 to 127 printable ASCII characters are passed over. */
void counters_learn(struct counters *counters, struct str model,
                    const struct estimate_truth *truth);
