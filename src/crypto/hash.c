// SPDX-License-Identifier: MIT
/* SHA-256, by OpenSSL. */
#include "crypto/hash.h"

#include <openssl/sha.h>

void hash_sha256(struct str text, unsigned char out[HASH_SHA256_LEN])
{
    (void)SHA256((const unsigned char *)text.at, text.len, out);
}
