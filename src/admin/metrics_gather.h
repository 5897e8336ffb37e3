// SPDX-License-Identifier: MIT
/* All that GET /metrics tells, as of one moment: plain values, gathered before the first
   line is written, so that figures that belong together do.  What there may be any number
   of is bounded here. */
#pragma once

#include "account/health.h"
#include "account/keeper.h"
#include "account/quotas.h"
#include "admin/routes.h"
#include "base/process.h"
#include "usage/ledger.h"
#include "usage/tally_share.h"

/* Of accounts and groups the first ones by name or id; of keys and models
   BREAKDOWN_MAX. */
#define METRICS_ACCOUNTS_MAX 1000
#define METRICS_GROUPS_MAX 200

/* The rows of what has no name of its own: what came to no key, model or account, and what
   came to those that are not told one by one.  To Prometheus a label without a value is
   none. */
#define METRICS_NONE "none"
#define METRICS_OTHERS "other"

/* As "state" of an account has it. */
#define METRICS_STATES (HEALTH_STATES + 1)
const char *metrics_state_word(size_t state);

struct metrics_window {
    char name[QUOTA_NAME_MAX + 1];
    int64_t used_ppm;     /* -1: not known */
    uint64_t reset_ms;    /* wall clock; 0: not known */
    uint64_t runs_out_ms; /* likewise, or not before that */
};

struct metrics_account {
    char name[ACCOUNT_NAME_MAX + 1];
    const char *kind;
    size_t state;
    unsigned in_flight;
    bool unsaved;        /* new tokens are in use that no file has */
    uint64_t expires_ms; /* its token; 0: never, or it has none */
    struct metrics_window windows[QUOTAS_MAX];
    size_t window_count;
};

/* How much of its limits a key or a group has used. */
#define METRICS_NO_LIMIT UINT64_MAX
struct metrics_limits {
    char name[BREAKDOWN_NAME_MAX + 1];
    uint64_t used_ppm[LIMIT_COUNT]; /* METRICS_NO_LIMIT: there is none */
};

struct metrics_store {
    uint64_t waiting;
    uint64_t oldest_ms;
    bool failing;
};
enum metrics_store_kind {
    METRICS_DOCUMENTS,
    METRICS_RECORDS,
    METRICS_STORES,
};

struct metrics {
    uint64_t problems;
    uint64_t started_wall_ms; /* 0: not known */
    uint64_t in_flight;
    uint64_t keys;
    const struct tally *tally;
    struct tally_share share;
    struct ledger_state bookings;
    struct breakdown_copy by[BREAKDOWN_BYS];
    struct metrics_account *accounts;
    size_t account_count;
    uint64_t in_state[METRICS_STATES]; /* of all there are */
    struct metrics_limits *limits; /* of keys that have some, then of groups */
    size_t limits_of_keys;
    size_t limits_of_groups;
    struct metrics_store stores[METRICS_STORES];
    uint64_t refreshes[KEEPER_REFRESHES];
    uint64_t connections;
    uint64_t connections_max;
    uint64_t connections_accepted;
    uint64_t connections_refused;
    uint64_t wrong_credentials;
    uint64_t log_lines_lost;
    uint64_t audit_lost;
    struct process_figures process;
};

/* Of whatever is there; metrics_done() frees it. */
void metrics_gather(struct metrics *metrics,
                    const struct admin_options *options);
void metrics_done(struct metrics *metrics);
