// SPDX-License-Identifier: MIT
/* Keys and groups in the database: statements for the records' thread
   (store/records.h), each called inside its transaction.  What is written is a
   snapshot that nobody else sees yet, or that never changes. */
#pragma once

#include "store/sql.h"
#include "team/key.h"

/* ---- keys ---------------------------------------------------------------- */

/* With its only text.  ERR_EXISTS if there is one of that name. */
bool key_store_create(struct sql *sql, const struct key *key, uint64_t *id,
                      struct err *err) MUST_CHECK;

/* All but its texts and its use.  `was_ms` is the changed_ms that the change began
   with: ERR_CONFLICT if somebody else changed it meanwhile. */
bool key_store_update(struct sql *sql, const struct key *key, uint64_t was_ms,
                      struct err *err) MUST_CHECK;

/* The same, and its texts become those of the snapshot. */
bool key_store_rotate(struct sql *sql, const struct key *key, uint64_t was_ms,
                      struct err *err) MUST_CHECK;

/* With its texts and all that was counted. */
bool key_store_purge(struct sql *sql, const struct key *key,
                     struct err *err) MUST_CHECK;

/* When it was used. */
struct key_used {
    uint64_t id;
    uint64_t first_ms;
    uint64_t last_ms;
};
bool key_store_used(struct sql *sql, const struct key_used *used, size_t count,
                    struct err *err) MUST_CHECK;

/* ---- groups -------------------------------------------------------------- */

bool key_store_create_group(struct sql *sql, const struct key_group *group,
                            uint64_t *id, struct err *err) MUST_CHECK;
bool key_store_update_group(struct sql *sql, const struct key_group *group,
                            uint64_t was_ms, struct err *err) MUST_CHECK;
/* ERR_CONFLICT while keys are in it. */
bool key_store_remove_group(struct sql *sql, const struct key_group *group,
                            struct err *err) MUST_CHECK;
