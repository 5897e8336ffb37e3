// SPDX-License-Identifier: MIT
/* What was counted, in the database: quarter hours, totals, histories.  For the
   records' thread. */
#pragma once

#include "store/sql.h"
#include "team/counters.h"
#include "team/keyring.h"

/* Quarter hours that no window reaches any more are removed. */
#define USE_KEPT_S (40ull * 86400)

/* Load what was saved into the counters of the keys and groups in the ring, and those
   of `all` (or NULL). */
bool use_store_load(struct sql *sql, struct keyring *ring, struct counters *all,
                    struct err *err) MUST_CHECK;

/* The same into the counters of one key or group, which are new. */
bool use_store_load_into(struct sql *sql, struct counters *counters,
                         struct err *err) MUST_CHECK;

/* Add what has been counted since the last time.  That of a key or group which is gone
   is thrown away. */
bool use_store_save(struct sql *sql, const struct counters_unsaved *use,
                    struct err *err) MUST_CHECK;

/* Remove quarter hours that are too old, by quarters_certain_s(), so that a clock that
   is ahead for some hours removes nothing; and all of keys and groups that are gone. */
bool use_store_trim(struct sql *sql, uint64_t now_wall_ms,
                    struct err *err) MUST_CHECK;
