// SPDX-License-Identifier: MIT
/* A live token for a relayed request: asked for when the account's has expired, or
   when the upstream refused it (401), once. */
#pragma once

#include "relay/relayed.h"

/* Does the token have to be renewed before it is sent? */
bool authorise_is_due(const struct relayed *r);

/* Should this answer be thrown away and the request be repeated with a better
   token?  (A first 401 to a body that can be sent again.) */
bool authorise_should_repeat(const struct relayed *r, unsigned status);

/* Ask the keeper for another token; `wake(r)` comes when it has answered. */
void authorise_ask(struct relayed *r, void (*wake)(void *arg));

enum authorise_state { AUTHORISE_WAITING, AUTHORISE_READY, AUTHORISE_REFUSED };
/* READY: r->account has the new token.  REFUSED: `err` says why. */
enum authorise_state authorise_take(struct relayed *r, struct err *err);

/* What a 401 that goes to the client says of the account. */
void authorise_learn(struct relayed *r, unsigned status);
