// SPDX-License-Identifier: MIT
/* New tokens for one account: one flow at a time for each (PROTOCOL.md section 3).

       LOCKING -> READING -> ASKING -> SAVING -> done
          |          |          |        | ^
          |          |          |        v | again and again, with back-off
          |          |          |      HELD
          |          |          '-------------> done: refused or transient error
          |          '------------------------> done: somebody else was first
          '-----------------------------------> done: no lock in time

   LOCKING: nobody else, in this process or another, may refresh the account; tried
   again every 50 ms.  READING: the document as it is now, under the lock: only now
   is the refresh token read.  ASKING: the request has left, and nothing cancels it.
   SAVING: durable before anyone uses it.  HELD: the store cannot be written; the
   new tokens are in use from memory, the lock is kept (the old refresh token in
   the store is spent), and saving is tried again until it works or the process
   ends.  A refusal is saved too, as the mark login_required.

   Tokens that a login brought (refresh_adopt) take the place of what would be
   asked for, in whatever state the flow is.
   Keeper's loop only. */
#pragma once

#include "account/keeper_internal.h"

struct refresh;

/* Begin one for a kept that has none.  It answers the kept's waits and frees
   itself.  `stale`, a reference that is taken over, is the token to get away from.
   `by_hand`: a mark of refusal does not count. */
void refresh_start(struct kept_account *kept, struct secret *stale,
                   bool by_hand);

/* Save these tokens (copied); begins a flow if there is none. */
void refresh_adopt(struct kept_account *kept, const struct json_doc *tokens);

/* The account is being removed: what is under way saves nothing any more. */
void refresh_drop(struct kept_account *kept);

/* If it is HELD, go on at once: a token has expired, or the keeper stops. */
void refresh_hurry(struct kept_account *kept);
