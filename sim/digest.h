// SPDX-License-Identifier: MIT
/* SHA-256 of bytes that come in pieces, and base64. */
#pragma once

#include "base/buf.h"

#define DIGEST_HEX_MAX 65

struct digest;

struct digest *digest_new(void);
/* NULL is fine. */
void digest_free(struct digest *digest);
void digest_add(struct digest *digest, struct str bytes);
/* As lower-case hex; nothing can be added afterwards. */
void digest_hex(struct digest *digest, char out[DIGEST_HEX_MAX]);

/* base64url(SHA-256(text)) without padding: PKCE's S256. */
void digest_challenge(struct str verifier, char out[64]);

void digest_base64(struct str bytes, struct buf *out);
