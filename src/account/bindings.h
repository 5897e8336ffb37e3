// SPDX-License-Identifier: MIT
/* Which account serves what, so that it stays there: each session, because the provider
   keeps the beginnings of its prompts for a while; each batch and file, because no other
   account knows it.  For a time from the last answer.  Each has its place in one of many
   small sets, by its number: of more than a set has room for, those that would end first
   are forgotten, by chance a few long before all of them together are as many as there
   may be.  What is saved of them is bounded likewise: what is forgotten is told, too.
   Any thread. */
#pragma once

#include "base/str.h"

#define BINDINGS_MAX 131072u
#define BINDINGS_TOLD_MAX 16384u
/* Of sessions, and of batches, files and the like. */
#define BINDINGS_SESSION_MS ((uint64_t)3600 * 1000)
#define BINDINGS_OWNED_MS ((uint64_t)366 * 86400 * 1000)

struct bindings;

/* `max`: a multiple of eight. */
struct bindings *bindings_new(uint64_t last_ms, size_t max);
/* NULL is fine. */
void bindings_free(struct bindings *bindings);

/* A name, as bindings keep it. */
uint64_t bindings_account(struct str name);

/* It was served by that account (wall clock, as all times).  `session`: of its key, evenly
   spread, not 0. */
void bindings_put(struct bindings *bindings, uint64_t session, uint64_t account,
                  uint64_t now_ms);
/* The same for what was chosen while the session was bound to `was` (0: to none), some time
   ago: if others have moved it since, it stays where they did. */
void bindings_renew(struct bindings *bindings, uint64_t session, uint64_t was,
                    uint64_t account, uint64_t now_ms);
/* 0: it is bound to none. */
uint64_t bindings_find(struct bindings *bindings, uint64_t session,
                       uint64_t now_ms);

/* That account is gone: it serves none any more. */
void bindings_forget(struct bindings *bindings, uint64_t account);

struct binding {
    uint64_t session; /* 0: there is none, in place of `kept` */
    uint64_t account;
    uint64_t until_ms;
    uint64_t kept_until_ms; /* as it was taken last; for account/bindings.c */
    uint64_t
        kept; /* the session that this one takes the place of, to be forgotten
                      if it is another one; or 0 */
};
#define BINDINGS_TAKEN_MAX 1000
struct bindings_part {
    size_t count;
    bool more; /* others are left: the next part has them */
    struct binding at[BINDINGS_TAKEN_MAX];
    unsigned char place[BINDINGS_TAKEN_MAX]; /* for account/bindings.c */
};
/* Some of those that are new, moved, or last ten minutes longer than when they were
   taken the last time.  What is to be forgotten comes first: a session may move to
   another place of its set.  `max`: 8 to BINDINGS_TAKEN_MAX. */
void bindings_take(struct bindings *bindings, size_t max,
                   struct bindings_part *part);
/* What was taken last came to nothing: it is taken again. */
void bindings_put_back(struct bindings *bindings,
                       const struct bindings_part *part);
/* One from before a restart; what is newer stays. */
void bindings_restore(struct bindings *bindings, const struct binding *binding);
