// SPDX-License-Identifier: MIT
/* The secret members of a document: access_token, refresh_token, api_key,
   code_verifier, and password inside proxy_config.  To add one: a row.  Pure. */
#pragma once

#include "base/json.h"
#include "crypto/seal.h"

/* Seal those that are plain; with a NULL seal nothing happens. */
void sealed_close(const struct seal *seal, const char *key,
                  struct json_doc *doc);
/* Open those that are sealed. */
bool sealed_open(const struct seal *seal, const char *key, struct json_doc *doc,
                 struct err *err) MUST_CHECK;

/* Is any of them not as `seal` would leave it (plain, or sealed with another key;
   with a NULL seal: sealed at all)? */
bool sealed_is_stale(const struct seal *seal, const struct json_doc *doc);
