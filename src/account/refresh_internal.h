// SPDX-License-Identifier: MIT
/* What refresh.c (the flow), refresh_read.c and refresh_states.c (what each state does)
   share.  Not for other folders. */
#pragma once

#include "account/refresh.h"
#include "account/refresh_plan.h"
#include "account/token_call.h"
#include "base/loop.h"

struct refresh {
    struct flow flow;
    struct kept_account *kept;
    const struct account_kind *kind;
    struct refresh_plan plan;
    struct refresh_facts facts; /* of the present event */
    struct secret *stale;
    enum refresh_why why;
    uint64_t began_ms;    /* steady, as all times here */
    uint64_t precious_ms; /* when the tokens came that must not be lost */
    struct loop_timer *timer;
    bool rang;
    struct store_job *job;
    struct store_lock *lock;
    struct json_doc *doc;    /* as read under the lock, and what came since */
    struct account *account; /* of `doc` */
    char grant[ACCOUNT_GRANT_LEN + 1]; /* of the document as it was read */
    uint64_t asked_until_ms; /* wall: the token that was asked with expires */
    struct token_call *call;
    struct json_doc *patch; /* what to save */
    unsigned version;       /* of `patch` */
    unsigned saving;        /* the version that is being saved */
    unsigned noted;         /* the version that outlives the process, or 0 */
    unsigned saves;         /* that failed */
    bool whole;             /* the file is away: write the whole document */
    bool elsewhere;         /* another account has its tokens */
    struct err err;
};

static inline const struct keeper_options *refresh_options(
    const struct refresh *r)
{
    return &r->kept->keeper->options;
}

/* Begin what the plan's state does; and look what came of it: false if nothing did
   yet, otherwise the event, with r->facts. */
void refresh_begin(struct refresh *r);
bool refresh_look(struct refresh *r, enum refresh_event *event);

/* For refresh_begin() and refresh_look(): refresh_read.c. */
void refresh_begin_locking(struct refresh *r);
void refresh_begin_pausing(struct refresh *r);
void refresh_begin_reading(struct refresh *r);
void refresh_begin_reserving(struct refresh *r);
enum refresh_event refresh_look_at_lock(struct refresh *r);
enum refresh_event refresh_look_at_timer(struct refresh *r);
enum refresh_event refresh_look_at_document(struct refresh *r);
enum refresh_event refresh_look_at_room(struct refresh *r);

/* What the states share: refresh_states.c. */
void refresh_start_job(struct refresh *r, enum store_op op,
                       const struct json_doc *patch);
void refresh_set_timer(struct refresh *r, uint64_t in_ms);
/* Takes over `doc`. */
void refresh_set_doc(struct refresh *r, struct json_doc *doc);
/* Not now: r->err says why.  Returns `event`. */
enum refresh_event refresh_postponed(struct refresh *r,
                                     enum refresh_event event,
                                     uint64_t retry_after_ms);
/* The same for what only ends a refresh that has nothing to lose. */
enum refresh_event refresh_failed(struct refresh *r, enum refresh_event event);

/* The facts that HELD needs, when somebody tells it something. */
void refresh_weigh(struct refresh *r);

void refresh_wake(void *arg);
/* It ended so, for figures; what only saved or restored a file is no refresh. */
void refresh_count(const struct refresh *r, enum keeper_refresh how);
/* Steady time by which a stop gives up saving. */
uint64_t refresh_limit_ms(const struct refresh *r);
