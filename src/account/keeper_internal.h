// SPDX-License-Identifier: MIT
/* What the keeper's files share: keeper, kept accounts, waits.  Keeper's loop only,
   but for the two ends of a question.  Not for other folders. */
#pragma once

#include <stdatomic.h>

#include "account/keeper.h"
#include "base/flow.h"
#include "base/list.h"
#include "upstream/fetch.h"

struct keeper {
    struct keeper_options options;
    struct upstream *upstream;
    struct list kept;
    struct list calls; /* of token endpoints, under way */
    struct list timed; /* waits, the one that has waited longest first */
    struct loop_timer *patience;
    struct loop_timer *sweep;
    size_t running; /* refreshes, logins and changes under way */
    atomic_uint_fast64_t refreshes[KEEPER_REFRESHES];
    size_t lost; /* accounts whose new tokens a stop left unsaved */
    bool stopping;
    uint64_t stopped_ms; /* steady */
    void (*idle)(void *arg);
    void *idle_arg;
};

/* A question on its way: references of the asker, of the keeper, and of an answer
   on its way back. */
struct keeper_wait {
    atomic_uint refs;
    struct keeper *keeper;
    struct list node;  /* in kept->waits, while it waits there */
    struct list timed; /* in keeper->timed */
    uint64_t deadline_ms;
    bool answered;
    /* The question. */
    enum keeper_op op;
    char name[ACCOUNT_NAME_MAX + 1];
    struct secret *stale;
    bool by_hand;
    bool patient;
    struct json_doc *change;
    const struct account_kind *kind;
    struct audit *audit; /* or NULL */
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
/* An account of that name is there: `account`, or one of the same kind. */
void keeper_tell_taken(const struct account *account, struct err *err);
/* Answer it, unless that was done; `err` is NULL if it went well.  The work goes on,
   if there is any. */
void keeper_wait_answer(struct keeper_wait *wait, const struct err *err);
/* Answer it, unless that was done; the keeper's reference is gone. */
void keeper_wait_end(struct keeper_wait *wait, const struct err *err);
/* From now on it is answered with an error after keeper_options.patience_ms. */
void keeper_wait_time(struct keeper_wait *wait);
/* The timer of keeper->timed. */
void keeper_wait_expire(void *keeper);

/* An entry in the audit log of what nobody here asked for: how the account was, and how
   it is; either may be NULL. */
void keeper_found(struct keeper *keeper, const char *action, const char *name,
                  const struct account *before, const struct account *after);

/* Work begins and ends: a keeper that is stopping waits for it. */
void keeper_begin(struct keeper *keeper);
void keeper_end(struct keeper *keeper);
