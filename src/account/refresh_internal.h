// SPDX-License-Identifier: MIT
/* What refresh.c (locking, reading, life), refresh_ask.c and refresh_save.c share.
   Not for other folders. */
#pragma once

#include "account/refresh.h"
#include "base/loop.h"

#define REFRESH_SAVES_AT_STOP 3 /* tries before the process ends without */

struct refresh {
    struct flow flow;
    struct kept_account *kept;
    struct secret *stale;
    bool by_hand;
    bool adopting; /* `patch` came from a login */
    bool dropped;  /* the account is being removed */
    uint64_t began_ms;
    struct loop_timer *timer;
    struct store_job *job;
    struct store_lock *lock;
    struct json_doc *doc;    /* as read under the lock */
    struct account *account; /* of `doc` */
    struct fetch *fetch;
    struct json_doc *patch; /* what to save */
    unsigned version;       /* of `patch` */
    unsigned saving;        /* the version that is being saved */
    unsigned saves;         /* that failed */
    unsigned saves_at_stop; /* those since the keeper stops */
    struct err err;
    bool failed;
};

static inline struct refresh *refresh_of(struct flow *flow)
{
    return CONTAINER_OF(flow, struct refresh, flow);
}

static inline const struct keeper_options *refresh_options(
    const struct refresh *r)
{
    return &r->kept->keeper->options;
}

void refresh_wake(void *arg);
/* The key of the account's document. */
void refresh_key(const struct refresh *r, char key[ACCOUNT_KEY_MAX]);
void refresh_start_job(struct refresh *r, enum store_op op, const char *key);

/* Nothing new is begun while the relay stops or the account is removed. */
bool refresh_may_go_on(struct refresh *r);
/* End without new tokens; r->err says why.  Tokens that wait to be saved are not
   dropped for that. */
struct flow_next refresh_give_up(struct refresh *r);

/* Steps: ASKING, SAVING, HELD. */
struct flow_next refresh_ask(struct flow *flow);
struct flow_next refresh_save(struct flow *flow);
struct flow_next refresh_go_on_holding(struct flow *flow);
