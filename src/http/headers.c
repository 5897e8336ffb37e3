// SPDX-License-Identifier: MIT
/* Header fields. */
#include "http/headers.h"

#include "base/chars.h"

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

struct str headers_line(const struct header *field)
{
    const char *colon = field->name.at + field->name.len;
    const char *end = field->value.at + field->value.len;
    bool whole = field->value.at == colon + 2 && colon[0] == ':' &&
                 colon[1] == ' ' && end[0] == '\r' && end[1] == '\n';

    return whole ? (struct str){ field->name.at,
                                 (size_t)(end + 2 - field->name.at) }
                 : STR_EMPTY;
}

bool headers_list_next(struct str *list, struct str *item)
{
    while (str_next(list, ',', item)) {
        *item = str_trim(*item);
        if (item->len > 0)
            return true;
    }
    return false;
}

static bool list_has(struct str list, struct str token)
{
    struct str item;

    while (headers_list_next(&list, &item)) {
        if (str_ieq(item, token))
            return true;
    }
    return false;
}

bool headers_list_has(const struct headers *headers, struct str name,
                      struct str token)
{
    if (!headers_get(headers, name))
        return false;
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, name) &&
            list_has(headers->at[i].value, token))
            return true;
    }
    return false;
}

bool headers_is_token(struct str name)
{
    static const struct chars token = {
        { CHARS_ALNUM, ['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true,
          ['&'] = true, ['\''] = true, ['*'] = true, ['+'] = true, ['-'] = true,
          ['.'] = true, ['^'] = true, ['_'] = true, ['`'] = true, ['|'] = true,
          ['~'] = true }
    };

    return name.len > 0 && chars_has_all(&token, name);
}
