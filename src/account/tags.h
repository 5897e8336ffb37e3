// SPDX-License-Identifier: MIT
/* Tags of accounts, by which relay keys name several of them at once: "tag:TAG" among
   their accounts.  Pure; any thread. */
#pragma once

#include "account/account.h"

#define ACCOUNT_TAGS_MAX 32
#define ACCOUNT_TAG_LEN_MAX 64
/* As a tag of a relay key. */
#define ACCOUNT_TAG_NEW                                                        \
    "1 to 64 bytes of visible text without a comma, and no key"

bool account_tag_is_valid(struct str tag);
/* A list of such; err, with that code, names the element that is none. */
bool account_tags_check(const struct json_doc *tags, enum err_code code,
                        struct err *err) MUST_CHECK;

/* Has it that one, byte for byte? */
bool account_has_tag(const struct account *account, struct str tag);
/* Is that "tag:TAG"?  Then which; no account's name has a colon. */
bool account_tag_of(struct str reference, struct str *tag);
