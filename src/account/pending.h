// SPDX-License-Identifier: MIT
/* Pending logins: documents pkce_<state> = {code_verifier, code_challenge, state,
   auth_url}, as the seed wrote them, and ours beside: created_at, kind,
   proxy_config.  They survive a restart and live for 30 minutes. */
#pragma once

#include "account/oauth.h"
#include "store/driver.h"

#define PENDING_LIFE_MS (30u * 60 * 1000)
#define PENDING_KEY_MAX (5 + OAUTH_STATE_LEN + 1)

/* "pkce_<state>"; the state was checked with oauth_state_is_valid(). */
void pending_key(struct str state, char out[PENDING_KEY_MAX]);

struct pending_options {
    const struct oauth_client *client;
    bool setup;                          /* a long-lived token */
    const struct json_doc *proxy_config; /* or NULL */
};
/* A new one, the caller's.  Pure but for the random bytes. */
struct json_doc *pending_new(const struct pending_options *options,
                             uint64_t now_wall_ms);

/* Pure.  False if it has expired or is no pending login. */
bool pending_is_alive(const struct json_doc *doc, uint64_t now_wall_ms);
bool pending_is_setup(const struct json_doc *doc);

/* Remove the expired ones.  Those of the seed carry no time: they get the present
   one, and so another 30 minutes.  What another process holds waits for the next
   time.  Blocking: for the store's thread. */
void pending_sweep(struct store_driver *driver, uint64_t now_wall_ms);
