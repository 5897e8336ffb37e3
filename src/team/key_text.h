// SPDX-License-Identifier: MIT
/* The text that opens a key: cr_ and 32 random bytes in base64url.  It is shown once
   and never kept; what stays is its SHA-256, its beginning and its end. */
#pragma once

#include "base/secret.h"
#include "team/key.h"

/* A new one; `out` is what is kept of it, without an expiry. */
struct secret *key_text_new(uint64_t now_wall_ms, struct key_text *out);

/* Is it of that form?  Nothing else is worth a look-up. */
bool key_text_is_valid(struct str text);
