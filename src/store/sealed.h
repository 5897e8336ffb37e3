// SPDX-License-Identifier: MIT
/* The secret members of a document: access_token, refresh_token, api_key,
   code_verifier, notify_url, and password inside proxy_config.  To add one: a row.  Pure. */
#pragma once

#include "base/json.h"
#include "crypto/seal.h"

/* Seal all of them in `doc`, which is called `key` and has them open.  With a NULL
   seal they stay as they are; err if one could not be told from a sealed text
   then. */
bool sealed_close(const struct seal *seal, const char *key,
                  struct json_doc *doc, struct err *err) MUST_CHECK;
/* Open those that are sealed.  err says which does not open, and why; `doc` is open
   in part then. */
bool sealed_open(const struct seal *seal, const char *key, struct json_doc *doc,
                 struct err *err) MUST_CHECK;

/* Is any of them not as `seal` would leave it (plain, or sealed with another key;
   with a NULL seal: sealed at all)? */
bool sealed_is_stale(const struct seal *seal, const struct json_doc *doc);

/* The name of the i-th secret member, wherever in a document it is; NULL: there are
   no more. */
const char *sealed_member(size_t i);
