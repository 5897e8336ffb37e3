// SPDX-License-Identifier: MIT
/* Entity tags. */
#include "http/etag.h"

#include <stdio.h>

#include "base/text.h"
#include "crypto/hash.h"

/* Of the hash: enough that no two versions of a file meet. */
#define BYTES 16

void etag_of(struct str bytes, char out[ETAG_MAX])
{
    unsigned char hash[HASH_SHA256_LEN];
    char hex[2 * BYTES + 1];

    hash_sha256(bytes, hash);
    text_hex(hash, BYTES, hex);
    (void)snprintf(out, ETAG_MAX, "\"%s\"", hex);
}

static bool names(struct str list, struct str etag)
{
    struct str item;

    while (headers_list_next(&list, &item)) {
        if (str_starts(item, STR("W/")))
            item = str_from(item, 2);
        if (str_eq(item, etag) || str_eq(item, STR("*")))
            return true;
    }
    return false;
}

bool etag_is_known(const struct headers *headers, const char *etag)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, STR("if-none-match")) &&
            names(headers->at[i].value, str_of(etag)))
            return true;
    }
    return false;
}
