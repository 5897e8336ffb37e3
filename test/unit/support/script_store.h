// SPDX-License-Identifier: MIT
/* A store that a test plays: documents in memory, and what it is told to do with the
   next jobs.  Any thread. */
#pragma once

#include "store/driver.h"

struct script_store;

enum script_op {
    SCRIPT_READ,
    SCRIPT_WRITE, /* update, change, create, fill */
    SCRIPT_REMOVE,
    SCRIPT_LOCK,
    SCRIPT_RESERVE,
    SCRIPT_OPS,
};

struct script_store *script_store_new(void);
/* For store_over(), which frees the script with it. */
struct store_driver *script_store_driver(struct script_store *script);

/* The document as JSON text; NULL: it is away, or was removed on purpose. */
void script_store_put(struct script_store *script, const char *key,
                      const char *text);
void script_store_take_away(struct script_store *script, const char *key,
                            bool on_purpose);
/* As text without spaces, freed with mem_free(); NULL if there is none. */
char *script_store_get(struct script_store *script, const char *key);

/* The document that was noted last; likewise. */
char *script_store_noted(struct script_store *script);

/* The next `times` jobs of this kind fail with this code (a lock with ERR_BUSY is
   held by somebody else). */
void script_store_fail(struct script_store *script, enum script_op op,
                       enum err_code code, unsigned times);
/* The same after one more has succeeded. */
void script_store_fail_later(struct script_store *script, enum script_op op,
                             enum err_code code, unsigned times);
/* The next job of this kind waits, before it does anything, until it is let go. */
void script_store_stall(struct script_store *script, enum script_op op);
void script_store_let_go(struct script_store *script);
bool script_store_is_stalled(struct script_store *script);

/* How many jobs of a kind came, those that failed too; how many locks are held. */
unsigned script_store_count(struct script_store *script, enum script_op op);
unsigned script_store_locks(struct script_store *script);
