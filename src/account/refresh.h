// SPDX-License-Identifier: MIT
/* New tokens for one account: one flow at a time for each.  refresh_plan.h draws its
   states and decides; here is what the states do.  A refusal is saved too, as the
   mark login_required.  Keeper's loop only. */
#pragma once

#include "account/kept.h"

struct refresh;

/* Begin one for an account that has none.  It answers the account's waits and frees
   itself.  `stale`, a reference that is taken over, is the token to get away from;
   NULL: any live one will do.  `by_hand`: a mark of refusal does not count. */
void refresh_start(struct kept_account *kept, struct secret *stale,
                   bool by_hand);

/* Save these tokens (copied), in whatever state a refresh is; begins one if there is
   none. */
void refresh_adopt(struct kept_account *kept, const struct json_doc *tokens);

/* The rest is for accounts with and without one. */

/* The account was removed: what is under way saves nothing any more. */
void refresh_drop(struct kept_account *kept);

/* The process stops: what has not been asked for is not asked for any more, what
   could not be saved is tried again until keeper_options.save_at_stop_ms are over. */
void refresh_stop(struct kept_account *kept);

/* Somebody waits: if tokens are held that have expired, go on at once. */
void refresh_hurry(struct kept_account *kept);

/* Append "account main: saving its new tokens, at most 20 s more" and a newline if
   that is what is done. */
void refresh_describe(const struct kept_account *kept, struct buf *out);
