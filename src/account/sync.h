// SPDX-License-Identifier: MIT
/* Keeps `accounts` in step with the store: reads what changed, on the store's
   thread, and shows it.

       IDLE --changed--> ASKED --10 ms--> READING --shown--> IDLE
                           ^  (several changes        |
                           |   become one)            |
                           '--------------------------'
                 more changed meanwhile, or, a moment later, there is a complaint to
                 look into again: a file that is broken or away, a folder that
                 cannot be read

   One changed file reads one file.  Runs on the loop of whoever changes the
   accounts (the keeper's). */
#pragma once

#include "account/accounts.h"
#include "store/store.h"

struct sync;

/* All borrowed; they outlive it. */
struct sync_options {
    struct loop *loop;
    struct store *store;
    struct accounts *accounts;
    uint64_t again_ms; /* 0: 2000 */
    /* Does the account, as its file shows it, hold a grant that is known to be
       spent?  NULL: nobody knows. */
    bool (*is_spent)(void *arg, const struct account *account);
    /* Such a file was found: bring the newer tokens back into it. */
    void (*restore)(void *arg, const char *name);
    /* An account that another process was asked to remove is shown no longer from now on;
       may be NULL. */
    void (*leaves)(void *arg, const struct account *account);
    /* A removal that another process was asked for was found; may be NULL. */
    void (*removed)(void *arg, const char *name);
    /* After something was shown; may be NULL. */
    void (*shown)(void *arg);
    void *arg;
};

struct sync *sync_new(const struct sync_options *options);
/* What is being read is not shown any more. */
void sync_free(struct sync *sync);

/* A file of the folder may have changed; one that is no account's costs nothing.
   NULL: any may have. */
void sync_changed(struct sync *sync, const char *file);
