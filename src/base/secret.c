// SPDX-License-Identifier: MIT
/* Secrets: wiped when freed, shared by reference count. */
#include "base/secret.h"

#include <stdatomic.h>

#include "base/mem.h"

struct secret {
    atomic_uint refs;
    size_t len;
    char *bytes;
};

struct secret *secret_new(struct str value)
{
    struct secret *secret = MEM_NEW(struct secret);

    atomic_init(&secret->refs, 1);
    secret->len = value.len;
    secret->bytes = mem_strndup(value.at, value.len);
    return secret;
}

struct secret *secret_ref(struct secret *secret)
{
    if (secret)
        atomic_fetch_add(&secret->refs, 1);
    return secret;
}

void secret_unref(struct secret *secret)
{
    if (!secret || atomic_fetch_sub(&secret->refs, 1) != 1)
        return;
    mem_wipe(secret->bytes, secret->len);
    mem_free(secret->bytes);
    mem_free(secret);
}

struct str secret_reveal(const struct secret *secret)
{
    return secret ? (struct str){ secret->bytes, secret->len } : STR_EMPTY;
}

bool secret_eq(struct str a, struct str b)
{
    unsigned char different = a.len != b.len;

    for (size_t i = 0; i < a.len && i < b.len; i++)
        different |= (unsigned char)(a.at[i] ^ b.at[i]);
    return different == 0;
}
