// SPDX-License-Identifier: MIT
/* Hashes, by OpenSSL. */
#include "crypto/hash.h"

#define OPENSSL_SUPPRESS_DEPRECATED /* see hash_sha256() */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define SLOW_MEMORY_MAX (32u * 1024 * 1024)

/* The digests of the EVP interface allocate and look up what this has on the stack:
   hashing a relay key takes twice as long with them. */
void hash_sha256(struct str text, unsigned char out[HASH_SHA256_LEN])
{
    SHA256_CTX hash;

    (void)SHA256_Init(&hash);
    (void)SHA256_Update(&hash, text.at, text.len);
    (void)SHA256_Final(out, &hash);
    OPENSSL_cleanse(&hash, sizeof(hash));
}

uint64_t hash_number(struct str text)
{
    unsigned char hash[HASH_SHA256_LEN];
    uint64_t number;

    hash_sha256(text, hash);
    memcpy(&number, hash, sizeof(number));
    return number ? number : 1;
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
