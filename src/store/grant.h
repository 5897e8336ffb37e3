// SPDX-License-Identifier: MIT
/* Two versions of an account's document, whose secrets are open: which of them holds
   the later tokens?  Pure. */
#pragma once

#include "base/json.h"

enum grant_order {
    GRANT_SAME, /* one refresh token, or neither has one */
    GRANT_LATER,
    GRANT_EARLIER,
    GRANT_UNLIKE, /* they differ, and their times do not say more */
};

/* What `other` holds, seen from `doc`: of two grants the one that expires later was
   given later. */
enum grant_order grant_compare(const struct json_doc *doc,
                               const struct json_doc *other);

/* The tokens of `other`, and what belongs to them; all else of `doc` stays. */
void grant_take(struct json_doc *doc, const struct json_doc *other);
