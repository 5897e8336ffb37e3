// SPDX-License-Identifier: MIT
/* Base64 (RFC 4648).  Pure; any thread. */
#pragma once

#include "base/buf.h"

/* Append in the URL-safe alphabet, without padding. */
void base64url_encode(struct buf *out, const void *bytes, size_t len);
/* Append in the standard alphabet, with padding. */
void base64_encode(struct buf *out, const void *bytes, size_t len);

/* Append the bytes; false, with part of them in `out`, if `text` is anything else,
   padded, its last character has bits that mean nothing, or the ceiling is in the
   way. */
bool base64url_decode(struct buf *out, struct str text) MUST_CHECK;
/* The standard alphabet, with or without padding. */
bool base64_decode(struct buf *out, struct str text) MUST_CHECK;
