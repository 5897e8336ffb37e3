// SPDX-License-Identifier: MIT
/* What the keeper knows of one account name, beyond its snapshot.  Keeper's loop
   only. */
#pragma once

#include "account/keeper_internal.h"

/* So many of the grants that were exchanged for newer ones are remembered. */
#define KEPT_SPENT_MAX 8

struct kept_account {
    struct list node; /* in keeper->kept */
    struct keeper *keeper;
    char name[ACCOUNT_NAME_MAX + 1];
    const struct account_kind
        *kind;               /* of its last refresh; NULL: there was none */
    struct refresh *refresh; /* under way, or NULL */
    struct list waits;       /* who waits for it */
    bool marking;            /* that its grant is refused is being saved */
    unsigned failures;       /* of refreshes, in a row */
    uint64_t not_before_ms;  /* steady: back-off */
    bool
        spared; /* that is for want of room alone: who needs a token, and not only a
                    newer one, does not wait for it */
    uint64_t fresh_until_ms; /* wall: half of the life of what we got */
    uint64_t jitter_ms;
    struct err last; /* why the last refresh failed */
    /* The document with the newest tokens that were got here, or NULL. */
    struct json_doc *doc;
    char spent[KEPT_SPENT_MAX][ACCOUNT_GRANT_LEN + 1]; /* a ring */
    unsigned spent_count;
};

/* The one of this name; made if there is none. */
struct kept_account *kept_find(struct keeper *keeper, const char *name);
void kept_free(struct kept_account *kept);

/* Answer all who wait for its refresh. */
void kept_answer(struct kept_account *kept, const struct err *err);
/* Tell those who wait that all is well, but not those who want to get away from
   this token. */
void kept_answer_but(struct kept_account *kept, const struct secret *token);

/* This document (copied) has the newest tokens; `grant` (perhaps empty), which
   brought them, is spent if theirs is another. */
void kept_remember(struct kept_account *kept, const struct json_doc *doc,
                   const struct account *account, const char *grant);
/* It was removed. */
void kept_forget(struct kept_account *kept);
bool kept_is_spent(const struct kept_account *kept, const char *grant);
/* Has this account, as its file shows it, tokens that are older than those that
   memory has: were they replaced by them here, or does account/older.h say so? */
bool kept_is_older(const struct kept_account *kept, const struct account *read);
/* The members with the tokens that memory has, to be written into another document
   of the account; the caller's.  NULL if it has none. */
struct json_doc *kept_tokens(const struct kept_account *kept);

/* A refresh failed: wait, at least as long as the provider asked for.  Returns how
   long. */
uint64_t kept_postpone(struct kept_account *kept, uint64_t retry_after_ms);
/* What all see of its token: there is none for so long, and why; 0: there is one. */
void kept_tell_token(const struct kept_account *kept, uint64_t wait_ms,
                     const char *why);
/* How long still. */
uint64_t kept_backs_off_ms(const struct kept_account *kept);
