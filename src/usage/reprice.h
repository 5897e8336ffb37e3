// SPDX-License-Identifier: MIT
/* Bookings are priced again, by the present table and each by its time: page by page,
   in transactions of their own, so that nothing waits for long.  A page changes rows and
   all that is summed up of them together, so whoever stops between two pages has sums
   that agree.  Bookings whose model has no price now stay as they are.

   What is no longer kept booking by booking (USAGE_RETENTION) cannot be priced
   again: its sums stay. */
#pragma once

#include "base/zone.h"
#include "store/records.h"
#include "usage/price.h"
#include "usage/reprice_tally.h"

/* ---- what there is ------------------------------------------------------- */

struct reprice_look {
    char zone[ZONE_NAME_MAX + 1]; /* of the days that are summed up; or empty */
    uint64_t
        rows_from_ms; /* the hour of the first booking that is kept; 0: none */
    uint64_t sums_from_ms; /* the first hour of which there are sums; 0: none */
};

/* For records_work.run, with a struct reprice_look. */
bool reprice_look_run(struct sql *sql, void *arg, struct err *err) MUST_CHECK;

/* ---- one page ------------------------------------------------------------ */

struct reprice_ask {
    uint64_t since_ms; /* they ended from then on, */
    uint64_t until_ms; /* up to, but not with */
    char model[REPRICE_NAME_MAX +
               1]; /* a pattern (team/patterns.h); empty: any */
    bool writes;
    int64_t after; /* the id of a booking: where the page before ended; or 0 */
    const struct zone *zone; /* reprice_look's; stays */
};

struct reprice_page {
    struct reprice_ask ask;
    struct prices *prices;
    /* What it brought: */
    int64_t next; /* `after` of the next page */
    bool done;    /* there is none */
    struct reprice_tally tally;
};

/* Takes a reference of its own. */
struct reprice_page *reprice_page_new(const struct reprice_ask *ask,
                                      struct prices *prices);
/* NULL is fine; for records_work.drop. */
void reprice_page_free(void *page);

/* For records_work.run, with a struct reprice_page: in one transaction, which changes
   something if ask.writes. */
bool reprice_page_run(struct sql *sql, void *page, struct err *err) MUST_CHECK;
