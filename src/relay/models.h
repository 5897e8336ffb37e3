// SPDX-License-Identifier: MIT
/* GET /api/v1/models: the upstream's list of models, widened so that clients of
   Anthropic's and of OpenAI's shape can both read it (the seed's promise).  Under
   /v1/models the answer passes unchanged.  Pure. */
#pragma once

#include "base/buf.h"
#include "http/parser.h"

/* Longer lists pass unchanged. */
#define MODELS_MAX (4u * 1024 * 1024)
/* One that becomes longer, too. */
#define MODELS_WIDENED_MAX (4 * MODELS_MAX)

/* A request for models: the list, or one of them.  `path`: upstream's view. */
bool models_is_request(struct str path);

/* Is the list widened for this request?  `target_path`: as the client sent it. */
bool models_is_widened(struct str target_path, struct str path);

/* Is the answer one whose body models_widen() should see?  A 200 with JSON that is
   not compressed, and not known to be too long. */
bool models_fits(const struct parser_head *head);

/* Write the widened list into `out`, which is empty: `object` "list" at the top, and `object` "model",
   `created` (seconds since 1970, 0 if unknown) and `owned_by` "anthropic" in every
   element, each where it was absent; all else is kept, in order.  False, and
   `out` stays empty, if `body` is not such a list or does not fit. */
bool models_widen(struct str body, struct buf *out) MUST_CHECK;
