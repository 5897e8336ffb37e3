// SPDX-License-Identifier: MIT
/* What the relay serves itself: /oauth/ (the seed's management API) and /admin/ for
   whoever may (team/caller.h), /health and / for everybody.  Rows of one table,
   served from any loop: one admin per loop. */
#pragma once

#include "account/keeper.h"
#include "admin/facts.h"
#include "admin/me_places.h"
#include "admin/row.h"
#include "config/config.h"
#include "http/request.h"
#include "http/server.h"
#include "store/audit.h"
#include "store/records.h"
#include "team/caller.h"
#include "team/keys.h"

/* All borrowed. */
struct attention;
struct ledger;
struct live;
struct me_turns;
struct notifier;
struct notify_board;
struct outgoing;
struct series;
struct running;
struct seal;
struct unpriced;

struct admin_options {
    struct loop *loop;
    const struct config *config;
    const struct caller_sources *callers;
    struct store *store;
    struct records *records; /* NULL: none */
    struct accounts *accounts;
    struct keeper *keeper;
    struct keys *keys;          /* NULL in tests that need none */
    struct audit_log *audit;    /* NULL: what is managed is in the log alone */
    struct ledger *ledger;      /* NULL: nothing is booked */
    const struct zone *zone;    /* whose days usage is asked by; NULL: UTC */
    struct price_board *prices; /* NULL: one of its own */
    struct unpriced *unpriced;  /* models without a price; NULL: none */
    struct series *series;      /* for charts; NULL: one of its own */
    struct tls *tls;            /* for the proxy test; NULL if all is http:// */
    const struct proxy *proxy;  /* the global one, or NULL */
    struct notifier *notifier;  /* NULL: nothing is told */
    struct notify_board *notices; /* where that goes; NULL: nowhere */
    struct outgoing *outgoing;    /* NULL: nobody wants to know */
    struct attention *attention;  /* of the main loop; NULL: one of its own */
    struct loop *main_loop;       /* `attention`'s */
    struct running *running;      /* requests that run; NULL: no relay does */
    struct live *live; /* what listeners are told; NULL: nobody can listen */
    /* For whoever serves it on connections of its own (server_options). */
    struct request_ids *ids;
    server_log_fn log; /* of `callers`; NULL: requests leave no line */
    const struct admin_facts *facts; /* of the running program; NULL: none */
    /* What holders of keys are told of where to go on is sealed with it; NULL: they are
       told one page. */
    const struct seal *cursors;
    struct me_turns *turns; /* of those holders, on all loops; NULL: any time */
    bool patient; /* who asks the keeper waits as long as it takes: a command */
};

struct price_board;
struct audited_users;

struct admin {
    struct admin_options options;
    struct me_places
        holders;           /* of keys, who are told of their usage just now */
    unsigned holder_ms;    /* so long they may take to read it */
    unsigned turn_wait_ms; /* and wait for their turn to ask */
    unsigned backups;      /* that clients read just now */
    unsigned backup_ms;    /* so long they may stand still */
    struct price_board *prices; /* the options', or its own */
    struct price_board *own_prices;
    struct series *series;       /* a reference */
    struct audited_users *users; /* NULL without an audit log */
    struct live_desk *live;      /* this loop's; NULL: nobody can listen */
    /* To the API, for admin/api_fetch.h alone; NULL until it is needed. */
    struct upstream *upstream;
};

struct admin *admin_new(const struct admin_options *options);
/* Every request must have ended: free the server first.  NULL is fine. */
void admin_free(struct admin *admin);

/* All rows there are. */
const struct admin_row *admin_rows(size_t *count);

/* Takes the request if its path is one of the rows', or below /oauth/ or /admin/;
   false leaves it untouched. */
bool admin_handle(struct admin *admin, struct request *req);
