// SPDX-License-Identifier: MIT
/* A live token for a relayed request: asked for when the account's has expired, or
   when the upstream refused it (401), once. */
#pragma once

#include "relay/relayed.h"

/* Does the token have to be renewed before it is sent? */
bool authorise_is_due(const struct relayed *r);

/* Can its token be replaced by a better one, if the upstream refuses it? */
bool authorise_refreshes(const struct relayed *r);

/* Did its token take the place of another one within the last minute? */
bool authorise_is_young(const struct relayed *r);

/* So long a token is awaited before another account is looked for. */
#define AUTHORISE_PATIENCE_MS 3000

/* It is late: until it comes, others are better asked (account/vitals.h). */
void authorise_is_late(const struct relayed *r);

/* Ask the keeper for another token; `wake(r)` comes when it has answered. */
void authorise_ask(struct relayed *r, void (*wake)(void *arg));

enum authorise_state { AUTHORISE_WAITING, AUTHORISE_READY, AUTHORISE_REFUSED };
/* READY: r->account has the new token.  REFUSED: `err` says why. */
enum authorise_state authorise_take(struct relayed *r, struct err *err);

/* What an answer that goes to the client taught: its token was refused. */
void authorise_learn(struct relayed *r, const struct lesson *lesson);
