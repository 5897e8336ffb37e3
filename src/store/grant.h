// SPDX-License-Identifier: MIT
/* Two versions of an account's document, whose secrets are open: which of them holds
   the later tokens?  Pure. */
#pragma once

#include "base/json.h"

/* The beginning of the SHA-256 of a grant's refresh token (or of its access token, if
   it has no other), by which "replaced" tells what the tokens of a document
   replaced; the same as that of account/account.h. */
#define GRANT_NAME_LEN 16
/* Empty if there is none. */
void grant_name(const struct json_doc *doc, char name[GRANT_NAME_LEN + 1]);

/* Does `doc` say that its tokens replaced those of `other`?  The secrets of `doc`
   need not be open. */
bool grant_replaces(const struct json_doc *doc, const struct json_doc *other);

/* Would the refresh token of `before` be nowhere, and not known to be of no use, once
   `after` takes its place? */
bool grant_is_lost(const struct json_doc *before, const struct json_doc *after);

enum grant_order {
    GRANT_SAME, /* one grant, or neither has one */
    GRANT_LATER,
    GRANT_EARLIER, /* so say their times, which is not certain */
    GRANT_SPENT,   /* for certain: it was replaced */
    GRANT_UNLIKE,  /* they differ, and their times do not say more */
};

/* What `other` holds, seen from `doc`.  A document that names the other's grant among
   those that it replaced is the later one, whatever the times: the next token may
   live for a shorter time than the one before.  If neither does, the grant that
   expires later is taken to be the later one. */
enum grant_order grant_compare(const struct json_doc *doc,
                               const struct json_doc *other);

/* The tokens of `other`, and what belongs to them; all else of `doc` stays.  What
   either of them replaced is known afterwards, newest first, and so is the grant of
   `doc`: an older file that is put back later is known as older. */
void grant_take(struct json_doc *doc, const struct json_doc *other);
