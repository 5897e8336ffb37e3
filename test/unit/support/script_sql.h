// SPDX-License-Identifier: MIT
/* Records over a real database that fails, or takes its time, when the test says so.
   One at a time in a process; any thread. */
#pragma once

#include "store/records.h"
#include "store/sql_backend.h"

/* Where it may fail. */
enum script_sql_at {
    SCRIPT_SQL_OPEN,
    SCRIPT_SQL_BEGIN,
    SCRIPT_SQL_STATEMENT, /* those of the work: BEGIN and COMMIT are not counted */
    SCRIPT_SQL_COMMIT,
    SCRIPT_SQL_CHECKPOINT,
    SCRIPT_SQL_SYNC,
    SCRIPT_SQL_PLACES,
};
#define SCRIPT_SQL_ALWAYS SIZE_MAX

extern const struct sql_backend script_sql_backend;

/* In a file of the folder; nothing fails so far.  Freed with records_free(). */
struct records *script_sql_records(const char *folder);

/* So many times, with this code, it fails there: ERR_BUSY, ERR_IO, ERR_BROKEN.  0:
   it works again. */
void script_sql_fail(enum script_sql_at at, enum err_code code, size_t times);
/* How often it came to that place, failures counted, since script_sql_records(). */
size_t script_sql_count(enum script_sql_at at);

/* From now on writing transactions wait in their beginning, as a disk that does not
   answer lets them, until they are let go or interrupted. */
void script_sql_hold(bool hold);
bool script_sql_is_holding(void);
/* The same for syncs. */
void script_sql_hold_syncs(bool hold);
/* One has begun, and waits. */
bool script_sql_holds_a_sync(void);
/* What unchecked_pages() says from now on. */
void script_sql_set_pages(size_t pages);
