// SPDX-License-Identifier: MIT
/* A request body in which the model has the name that an account's provider knows it by.
   Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

/* `body` into `out`, in which the text of each top-level member "model" that `map`
   (account/model_map.h) has another name for is that name; every other byte stays.
   False, and `out` empty, if there is none (or more than anybody means), or the body
   is no JSON object.  The ceiling of `out` is set here, and what it held is gone. */
bool rename_model(struct str body, const struct json_doc *map,
                  struct buf *out) MUST_CHECK;
