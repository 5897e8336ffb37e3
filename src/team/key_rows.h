// SPDX-License-Identifier: MIT
/* Rows of keys and groups, and showing them in the keyring: at the start (key_load),
   and when others have written (key_reload).  What cannot be used is switched off, and
   the log says so. */
#pragma once

#include "team/key_build.h"
#include "team/key_load.h"

#define KEY_ROWS_GROUP                                                         \
    "SELECT id, name, created_ms, changed_ms, doc FROM key_group"
#define KEY_ROWS_KEY                                                           \
    "SELECT id, name, group_id, enabled, created_ms, changed_ms, revoked_ms,"  \
    " first_used_ms, last_used_ms, doc FROM key"
#define KEY_ROWS_TEXT                                                          \
    "SELECT key_id, hash, prefix, last4, created_ms, expires_ms"               \
    " FROM key_secret"

/* NULL is KEY_NEVER. */
uint64_t key_rows_moment(const struct sql_row *row, size_t at);

struct key_text key_rows_text(const struct sql_row *row);
/* Which of two texts of a key is newer: < 0 is the first. */
int key_rows_newer(const struct key_text *a, const struct key_text *b);

/* Put it into into->ring.  With these counters (borrowed), which outlive snapshots. */
void key_rows_show_group(const struct key_load *into, const struct sql_row *row,
                         struct counters *counters);
/* Likewise, with these texts, newest first.  `use`: when it was used (borrowed); NULL:
   as the row says. */
struct key_rows_with {
    struct counters *counters;
    struct key_use *use;
    const struct key_text *texts;
    size_t text_count;
};
void key_rows_show_key(const struct key_load *into, const struct sql_row *row,
                       const struct key_rows_with *with);
