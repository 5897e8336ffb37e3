// SPDX-License-Identifier: MIT
/* Header fields. */
#include "http/headers.h"

#include <string.h>

struct headers headers_of(const struct header *at, size_t count)
{
    struct headers headers = { at, count, 0 };

    for (size_t i = 0; i < count; i++)
        headers.marks |= headers_mark(at[i].name);
    return headers;
}

const struct str *headers_search(const struct headers *headers, struct str name)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, name))
            return &headers->at[i].value;
    }
    return NULL;
}

size_t headers_count(const struct headers *headers, struct str name)
{
    size_t count = 0;

    for (size_t i = 0; i < headers->count; i++)
        count += str_ieq(headers->at[i].name, name);
    return count;
}

static bool list_has(struct str list, struct str token)
{
    struct str item;

    while (str_next(&list, ',', &item)) {
        if (str_ieq(str_trim(item), token))
            return true;
    }
    return false;
}

bool headers_list_has(const struct headers *headers, struct str name,
                      struct str token)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, name) &&
            list_has(headers->at[i].value, token))
            return true;
    }
    return false;
}

/* One bit for each of !#$%&'*+-.^_`|~, digits and letters. */
static bool is_token_char(unsigned char c)
{
    static const uint64_t bits[4] = { 0x03ff6cfa00000000, 0x57ffffffc7fffffe };

    return (bits[c / 64] >> (c % 64)) & 1;
}

/* Names are short and nearly always in order: no branch in the loop. */
bool headers_is_token(struct str name)
{
    bool ok = name.len > 0;

    for (size_t i = 0; i < name.len; i++)
        ok &= is_token_char((unsigned char)name.at[i]);
    return ok;
}
