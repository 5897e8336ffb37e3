// SPDX-License-Identifier: MIT
/* What a batch of bookings adds to the tables total, daily, session_hour,
   session_day and hour.  Used by one thread at a time. */
#pragma once

#include "base/zone.h"
#include "store/sql.h"
#include "usage/ledger_head.h"
#include "usage/ledger_sums.h"

#define LEDGER_BATCH_MAX 1000
#define LEDGER_NO_DAY INT64_MIN

/* A booking that was written, by the numbers that it has. */
struct ledger_row {
    const struct booking *booking;
    int64_t id;
    int64_t holder;
    int64_t session; /* 0: none */
    int64_t account;
    int64_t model; /* 0: not known */
};

struct ledger_totals {
    const struct zone *zone; /* whose days are summed up; it stays */
    struct ledger_sums hourly;
    struct ledger_sums daily;
    struct ledger_sums session_hours;
    struct ledger_sums session_days;
    struct ledger_hour hours[LEDGER_BATCH_MAX];
    size_t hour_count;
    uint64_t quarter; /* of an hour: all of it is in `day` */
    int64_t day;
};

void ledger_totals_init(struct ledger_totals *totals, const struct zone *zone);
void ledger_totals_done(struct ledger_totals *totals);

/* A batch begins, of LEDGER_BATCH_MAX rows at most. */
void ledger_totals_clear(struct ledger_totals *totals);
void ledger_totals_add(struct ledger_totals *totals,
                       const struct ledger_row *row);
/* In the transaction of the rows. */
bool ledger_totals_write(struct ledger_totals *totals, struct sql *sql,
                         struct err *err) MUST_CHECK;
