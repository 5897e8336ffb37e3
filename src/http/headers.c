// SPDX-License-Identifier: MIT
/* Header fields. */
#include "http/headers.h"

#include <string.h>

const struct str *headers_get(const struct headers *headers, struct str name)
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

bool headers_is_token(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool token = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                     (c >= 'A' && c <= 'Z') ||
                     (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));

        if (!token)
            return false;
    }
    return name.len > 0;
}
