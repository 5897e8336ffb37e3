// SPDX-License-Identifier: MIT
/* What happens to bookings once they are kept, each in a transaction: their days become
   those of another zone, and old ones go. */
#pragma once

#include "store/records.h"
#include "unit.h"
#include "usage/ledger_calendar.h"
#include "usage/ledger_retention.h"

struct ledger_change {
    const struct zone *zone;
    uint64_t before_ms;
    bool more;
};

static inline bool ledger_change_zone(struct sql *sql, void *arg,
                                      struct err *err)
{
    const struct ledger_change *change = arg;

    return ledger_calendar_apply(sql, change->zone, err);
}

static inline bool ledger_change_remove(struct sql *sql, void *arg,
                                        struct err *err)
{
    struct ledger_change *change = arg;

    return ledger_retention_step(sql, change->zone, change->before_ms,
                                 &change->more, err);
}

static inline void ledger_change_run(struct records *records,
                                     bool (*run)(struct sql *sql, void *arg,
                                                 struct err *err),
                                     struct ledger_change *change)
{
    struct err err = { 0 };

    if (!records_do(records,
                    &(struct records_work){ .run = run, .arg = change }, &err))
        fail_msg("%s", err.text);
}

static inline void ledger_use_zone(struct records *records,
                                   const struct zone *zone)
{
    ledger_change_run(records, ledger_change_zone,
                      &(struct ledger_change){ .zone = zone });
}

/* One step: true while there is more. */
static inline bool ledger_remove_some(struct records *records,
                                      const struct zone *zone,
                                      uint64_t before_ms)
{
    struct ledger_change change = { .zone = zone, .before_ms = before_ms };

    ledger_change_run(records, ledger_change_remove, &change);
    return change.more;
}

/* All of it, in a bounded count of steps. */
static inline void ledger_remove_before(struct records *records,
                                        const struct zone *zone,
                                        uint64_t before_ms)
{
    size_t steps = 0;

    while (ledger_remove_some(records, zone, before_ms))
        assert_true(steps++ < 10000);
}
