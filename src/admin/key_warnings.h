// SPDX-License-Identifier: MIT
/* What is allowed of a key or a group, and is hardly what was meant: a name that
   nobody has, a limit that lets nothing through.  It is done all the same, for what is
   missing may come later.  Any thread. */
#pragma once

#include "account/accounts.h"
#include "base/json.h"
#include "team/key.h"
#include "usage/price.h"

/* Add `warnings`, an array of texts, if there are any; a revoked key has none. */
void key_warnings_add(struct json_doc *doc, const struct key *key,
                      struct accounts *accounts, const struct prices *prices);
void key_warnings_add_group(struct json_doc *doc,
                            const struct key_group *group);
