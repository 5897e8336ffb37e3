// SPDX-License-Identifier: MIT
/* Which account serves a relayed request. */
#pragma once

#include "relay/relayed.h"

/* Takes the account that the request names, which its key must allow; if it names none,
   the one that is chosen (relay/candidates.h).  None if the client's own login passes.
   False: `err` says why not, without a word about accounts that the key may not use. */
bool pick_account(struct relayed *r, struct err *err) MUST_CHECK;

/* It answered, and well to the end: the session stays there, unless it is there for this
   request alone, or was moved since this one was chosen. */
void pick_bind(const struct relayed *r);

/* Might another one be asked? */
bool pick_may_other(const struct relayed *r);
/* Another one, a reference, for a request that named none; NULL if there is none left, or
   if it may not ask more. */
struct account *pick_other(struct relayed *r);

/* Likewise, but only one that is ready. */
struct account *pick_ready(struct relayed *r);

/* Where a request named no account: in how many seconds the first of those that may serve it
   can be asked again; 0: one can be now.  `told`: the answer says so itself, which is
   right where there is only one.  False: that is not known. */
bool pick_opens_s(struct relayed *r, bool told, unsigned *in_s);
