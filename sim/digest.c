// SPDX-License-Identifier: MIT
/* SHA-256 and base64 by OpenSSL. */
#include "sim/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define SHA256_LEN 32
#define BASE64_PIECE 3072u /* a multiple of three: no padding inside */

struct digest {
    EVP_MD_CTX *context;
};

struct digest *digest_new(void)
{
    struct digest *digest = MEM_NEW(struct digest);

    digest->context = EVP_MD_CTX_new();
    if (!digest->context ||
        EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1)
        abort();
    return digest;
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    mem_free(digest);
}

void digest_add(struct digest *digest, struct str bytes)
{
    (void)EVP_DigestUpdate(digest->context, bytes.at, bytes.len);
}

void digest_hex(struct digest *digest, char out[DIGEST_HEX_MAX])
{
    unsigned char hash[SHA256_LEN];

    (void)EVP_DigestFinal_ex(digest->context, hash, NULL);
    text_hex(hash, sizeof(hash), out);
}

void digest_challenge(struct str verifier, char out[64])
{
    unsigned char hash[SHA256_LEN];

    (void)EVP_Digest(verifier.at, verifier.len, hash, NULL, EVP_sha256(), NULL);
    (void)EVP_EncodeBlock((unsigned char *)out, hash, sizeof(hash));
    for (char *p = out; *p; p++) {
        if (*p == '+')
            *p = '-';
        else if (*p == '/')
            *p = '_';
        else if (*p == '=')
            *p = '\0';
    }
}

void digest_base64(struct str bytes, struct buf *out)
{
    while (bytes.len > 0) {
        struct str piece = str_sub(bytes, 0, BASE64_PIECE);
        char *room = buf_room(out, BASE64_PIECE * 4 / 3 + 1);
        int len =
            EVP_EncodeBlock((unsigned char *)room,
                            (const unsigned char *)piece.at, (int)piece.len);

        buf_grow(out, (size_t)len);
        bytes = str_from(bytes, piece.len);
    }
}
