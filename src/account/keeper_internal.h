// SPDX-License-Identifier: MIT
/* What keeper.c, keeper_wait.c, refresh.c and login.c share.  Keeper's loop only,
   but for the two ends of a question.  Not for other folders. */
#pragma once

#include <stdatomic.h>

#include "account/keeper.h"
#include "base/flow.h"
#include "base/list.h"
#include "upstream/fetch.h"

/* So many of the grants that were exchanged for newer ones are remembered. */
#define KEPT_SPENT_MAX 8

/* What the keeper knows of one account name. */
struct kept_account {
    struct list node; /* in keeper->kept */
    struct keeper *keeper;
    char name[ACCOUNT_NAME_MAX + 1];
    struct refresh *refresh; /* under way, or NULL */
    struct list waits;       /* who waits for it */
    unsigned failures;       /* of refreshes, in a row */
    uint64_t not_before_ms;  /* steady: back-off */
    uint64_t fresh_until_ms; /* wall: half of the life of what we got */
    uint64_t jitter_ms;
    struct err last; /* why the last refresh failed */
    char spent[KEPT_SPENT_MAX][ACCOUNT_GRANT_LEN + 1]; /* a ring */
    unsigned spent_count;
};

struct keeper {
    struct keeper_options options;
    struct oauth_client client;
    struct upstream *upstream;
    struct origin *origin; /* of the token URL */
    struct arena *arena;
    struct str host; /* Host field of the token URL */
    struct list kept;
    struct loop_timer *sweep;
    size_t running; /* refreshes, logins and changes under way */
    bool stopping;
    void (*idle)(void *arg);
    void *idle_arg;
};

/* A question on its way: two references, the asker's and the keeper's. */
struct keeper_wait {
    atomic_uint refs;
    struct keeper *keeper;
    struct list node; /* in kept->waits, while it waits there */
    /* The question. */
    enum keeper_op op;
    char name[ACCOUNT_NAME_MAX + 1];
    struct secret *stale;
    bool by_hand;
    struct json_doc *change;
    /* The asker's; its thread only. */
    struct loop *loop;
    void (*wake)(void *arg);
    void *arg;
    bool done;
    bool freed;
    /* The answer, written before it is posted back. */
    bool failed;
    struct err err;
};

/* The keeper has a question in hand (keeper.c). */
void keeper_arrived(struct keeper_wait *wait);
/* Answer it; `err` is NULL if it went well.  The keeper's reference is gone. */
void keeper_wait_answer(struct keeper_wait *wait, const struct err *err);

/* Work begins and ends: a keeper that is stopping waits for it. */
void keeper_begin(struct keeper *keeper);
void keeper_end(struct keeper *keeper);

/* Answer all who wait for the kept's refresh. */
void kept_answer(struct kept_account *kept, const struct err *err);

/* Ask the token endpoint; the body is copied. */
struct fetch *keeper_fetch(struct keeper *keeper, const struct proxy *proxy,
                           struct str body, void (*wake)(void *arg), void *arg);
