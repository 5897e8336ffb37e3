// SPDX-License-Identifier: MIT
/* The anthropic-beta field: a list of flags, which the relay may have to add to.
   Pure. */
#pragma once

#include "base/buf.h"
#include "http/headers.h"

/* Index of the client's last field of that name; headers->count if none. */
size_t beta_last(const struct headers *headers);

/* Append to `flags`, separated by commas, what the client's fields lack: the flag
   that the account needs (or empty), then those in `added`, a comma-separated list,
   in order and each once. */
void beta_missing(const struct headers *headers, struct str own,
                  struct str added, struct buf *flags);
