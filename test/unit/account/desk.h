// SPDX-License-Identifier: MIT
/* A keeper at work: a scripted store, and a token endpoint that the test plays. */
#pragma once

#include "account/keeper.h"
#include "script_store.h"
#include "unit.h"
#include "wire.h"

#define DESK_KEY "oauth_main"
#define DESK_LONG_AGO "2020-01-01T00:00:00Z"
#define DESK_DOC(access, refresh, expires)                                     \
    "{\"access_token\":\"" access "\",\"refresh_token\":\"" refresh            \
    "\",\"expires_at\":\"" expires "\",\"note\":\"mine\"}"

struct desk {
    struct loop *loop;
    struct script_store *script;
    struct store *store;
    struct accounts *accounts;
    struct keeper *keeper;
    struct config config;
    int listening;
    uint16_t port;
    struct wire peer; /* the connection of the present token call */
    unsigned wakes;
    unsigned retry_after_s; /* of the last error */
    bool stopped;           /* desk_stop() was called */
    unsigned idles; /* the keeper said that it is idle, after desk_stop() */
};

/* With the account "main" whose token (old-access, old-refresh) has expired. */
int desk_open(void **state);
/* Stops the keeper, if that was not done. */
int desk_close(void **state);

/* `change` is JSON text, or NULL. */
struct keeper_wait *desk_ask(struct desk *desk, enum keeper_op op,
                             const char *change);
/* The same with the token that was refused. */
struct keeper_wait *desk_tell_refused(struct desk *desk, enum keeper_op op,
                                      const char *stale);
/* Until it is answered; the error's code, or -1; and frees it. */
int desk_answer(struct desk *desk, struct keeper_wait *wait);

/* Until the token call has come, whole. */
void desk_token_call(struct desk *desk);
/* Answer it: 200 with these tokens (`refresh` may be NULL), or another status. */
void desk_grant(struct desk *desk, const char *access, const char *refresh);
void desk_reply(struct desk *desk, const char *status, const char *body);

/* A refresh from end to end: its tokens are new-access and new-refresh. */
void desk_renew(struct desk *desk);

/* What memory shows: the access token of "main", or "" if there is none. */
const char *desk_token(struct desk *desk, char out[64]);
/* Fails unless it is this one. */
void desk_expect_token(struct desk *desk, const char *want);
/* Fails unless the stored document holds the text. */
void desk_expect_stored(struct desk *desk, const char *part);

void desk_stop(struct desk *desk);
/* Turn the loop until `op` came `count` times in all, or is stalled. */
void desk_until_count(struct desk *desk, enum script_op op, unsigned count);
void desk_until_stalled(struct desk *desk);
