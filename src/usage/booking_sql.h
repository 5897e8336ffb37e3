// SPDX-License-Identifier: MIT
/* What a booking is counted as, in SQL: as the ledger does when it
   sums them up (usage/booking.h). */
#pragma once

/* As record_is_failure().  1: RECORD_COMPLETE, 4: RECORD_CLIENT_LEFT, 8:
   RECORD_CANCELLED. */
#define BOOKING_FAILED                                                         \
    "(CASE WHEN ending NOT IN (4, 8) AND (ending <> 1 OR status >= 400)"       \
    " THEN 1 ELSE 0 END)"
/* It used something, and nobody knows what that costs. */
#define BOOKING_UNPRICED                                                       \
    "(CASE WHEN cost_microusd IS NULL AND COALESCE(tokens_in, tokens_out,"     \
    " cache_read, cache_write_5m, cache_write_1h, searches) IS NOT NULL"       \
    " THEN 1 ELSE 0 END)"

/* In the order of the columns that sums have (`total`, `daily`, `session_hour`). */
#define BOOKING_SUMS                                                           \
    "1, " BOOKING_FAILED ", " BOOKING_UNPRICED                                 \
    ", COALESCE(tokens_in, 0), COALESCE(tokens_out, 0)"                        \
    ", COALESCE(cache_read, 0), COALESCE(cache_write_5m, 0)"                   \
    ", COALESCE(cache_write_1h, 0), COALESCE(searches, 0)"                     \
    ", COALESCE(cost_microusd, 0)"
