// SPDX-License-Identifier: MIT
/* How the client's answer begins.  Not for other folders. */
#pragma once

#include "relay/relayed.h"

/* In our own name, whole: why `r` was refused. */
void respond_refused(struct relayed *r);

/* For a client that asks with X-Relay-Explain: 1: which account answered, or
   was asked last, and after how many attempts. */
void respond_add_explanation(const struct relayed *r, struct buf *fields);

/* Of a 429 to a client that named no account: when the first of those that may serve it can
   be asked again, as a field, in place of what the one said that answered
   (RESPOND_RETRY_AFTER), if that one said anything (`told`); no field if one can be asked
   now, and the answer is about the account (`of_account`).  False: what that one said
   passes. */
bool respond_retry_after(struct relayed *r, unsigned status, bool told,
                         bool of_account, struct buf *fields);
#define RESPOND_RETRY_AFTER STR("retry-after")

/* The upstream's head, and what was gathered of its body, if anything; the rest is
   for the copy step. */
void respond_as_it_came(struct relayed *r);

/* The upstream's head with another length, and the whole body, which was gathered, as
   models_widen() has it.  False: it does not fit, and nothing was sent. */
bool respond_widened(struct relayed *r);
