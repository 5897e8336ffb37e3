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

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool headers_is_token(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];

        if (!is_letter(c) && c != '-' && !(c >= '0' && c <= '9') &&
            (c == '\0' || !strchr("!#$%&'*+.^_`|~", c)))
            return false;
    }
    return name.len > 0;
}
