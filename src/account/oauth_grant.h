// SPDX-License-Identifier: MIT
/* The tokens in an answer of the token endpoint, for oauth_judge().  Pure; any
   thread. */
#pragma once

#include "account/oauth_members.h"
#include "base/json.h"

/* The member that says that nothing was granted. */
extern const struct oauth_wanted oauth_grant_failure;

/* The members to change in the account's document, and how long they last (0: no
   access token came); NULL if nothing is granted. */
struct json_doc *oauth_grant(unsigned status, struct str body,
                             uint64_t now_wall_ms, uint64_t *lifetime_ms);

/* The answer names a refresh token that is none, so that the patch has none: the old
   one stays, although it may be spent. */
bool oauth_grant_spoils(const struct json_doc *patch, struct str body);
