// SPDX-License-Identifier: MIT
/* Members of a request's body whose values have rules of their own; which there are,
   and of what type, says the endpoint's table (admin/row.h).  All return false and
   err (ERR_BAD_REQUEST, naming the member) if one is not what it should be.  Pure. */
#pragma once

#include "base/err.h"
#include "base/json.h"

/* A text that is there and not empty. */
bool members_text(const struct json_doc *body, const char *member,
                  struct str *text, struct err *err) MUST_CHECK;
/* A text, or absent. */
bool members_optional_text(const struct json_doc *body, const char *member,
                           struct err *err) MUST_CHECK;
/* An account name. */
bool members_name(const struct json_doc *body, const char *member,
                  struct str *name, struct err *err) MUST_CHECK;
/* proxy_config: a whole proxy; NULL if absent or null. */
bool members_proxy(const struct json_doc *body, const struct json_doc **config,
                   struct err *err) MUST_CHECK;
/* kind: "setup-token" or absent. */
bool members_kind(const struct json_doc *body, bool *setup,
                  struct err *err) MUST_CHECK;

/* Does a text anywhere in it, or the name of a member, hold the secret? */
bool members_hold(const struct json_doc *body, struct str secret);

/* What may come beside the key of a new account: tags, proxy_config (or null). */
bool members_given(const struct json_doc *body, struct err *err) MUST_CHECK;
/* What an account's document has of that, as far as it is not looked at where the account
   is made of it: note (or null). */
bool members_document(const struct json_doc *doc, struct err *err) MUST_CHECK;
/* The change of an account: api_key, proxy_config (or null), note (or null), enabled,
   pool, tags, ...; at least one. */
bool members_change(const struct json_doc *body, struct err *err) MUST_CHECK;
