// SPDX-License-Identifier: MIT
/* Hashes, by OpenSSL. */
#include "crypto/hash.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include "base/mem.h"

#define SLOW_MEMORY_MAX (32u * 1024 * 1024)

void hash_sha256(struct str text, unsigned char out[HASH_SHA256_LEN])
{
    (void)SHA256((const unsigned char *)text.at, text.len, out);
}

struct hasher {
    EVP_MD *sha256;
};

struct hasher *hasher_new(void)
{
    struct hasher *hasher = MEM_NEW(struct hasher);

    hasher->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!hasher->sha256)
        abort();
    return hasher;
}

void hasher_free(struct hasher *hasher)
{
    if (!hasher)
        return;
    EVP_MD_free(hasher->sha256);
    mem_free(hasher);
}

void hasher_sha256(const struct hasher *hasher, struct str text,
                   unsigned char out[HASH_SHA256_LEN])
{
    /* Only a lack of memory could fail. */
    if (EVP_Digest(text.at, text.len, out, NULL, hasher->sha256, NULL) != 1)
        abort();
}

void hash_slow(struct str password, struct str salt,
               unsigned char out[HASH_SLOW_LEN])
{
    /* Only a lack of memory could fail. */
    if (EVP_PBE_scrypt(password.at, password.len,
                       (const unsigned char *)salt.at, salt.len, 16384, 8, 1,
                       SLOW_MEMORY_MAX, out, HASH_SLOW_LEN) != 1)
        abort();
}
