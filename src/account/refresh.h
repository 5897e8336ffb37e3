// SPDX-License-Identifier: MIT
/* New tokens for one account: one flow at a time for each.  refresh_plan.h draws its
   states and decides; here is what the states do.  A refusal is saved too, as the
   mark login_required.  Keeper's loop only. */
#pragma once

#include "account/kept.h"

struct refresh;

/* Why one was begun, for the log. */
enum refresh_why {
    REFRESH_EXPIRES_SOON,
    REFRESH_EXPIRED,
    REFRESH_REFUSED_401,
    REFRESH_BY_HAND,    /* a person asked: a mark of refusal does not count */
    REFRESH_OLDER_FILE, /* memory has newer tokens than the file */
    REFRESH_SIGNED_IN,
    REFRESH_LAST_LOOK, /* before the process ends */
    REFRESH_WHYS,
};

/* Begin one for an account that has none.  It answers the account's waits and frees
   itself.  `stale`, a reference that is taken over, is the token to get away from;
   NULL: any live one will do. */
void refresh_start(struct kept_account *kept, struct secret *stale,
                   enum refresh_why why);

/* Save these tokens (copied) of an account of this kind, in whatever state a refresh is;
   begins one if there is none. */
void refresh_adopt(struct kept_account *kept, const struct account_kind *kind,
                   const struct json_doc *tokens);

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
