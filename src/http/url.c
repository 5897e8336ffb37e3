// SPDX-License-Identifier: MIT
/* Query strings. */
#include "http/url.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static struct str decode(struct arena *arena, struct str raw)
{
    struct buf out;
    struct str decoded = raw;

    buf_init_secret(&out, raw.len + 1); /* a key, perhaps, by mistake */
    if (text_url_decode(&out, raw))
        decoded = arena_str(arena, buf_str(&out));
    buf_done(&out);
    return decoded;
}

/* The name of "name=value", decoded: "%61ccount" is "account". */
static struct str name_of(struct arena *arena, struct str pair)
{
    struct str raw = str_sub(pair, 0, str_index(pair, '='));

    return str_index(raw, '%') < raw.len ? decode(arena, raw) : raw;
}

bool url_query_next(struct arena *arena, struct str *query, struct str name,
                    struct str *value)
{
    struct str pair;

    while (str_next(query, '&', &pair)) {
        if (!str_eq(name_of(arena, pair), name))
            continue;
        *value = decode(arena, str_from(pair, str_index(pair, '=') + 1));
        return true;
    }
    return false;
}

bool url_query_get(struct arena *arena, struct str query, struct str name,
                   struct str *value)
{
    return url_query_next(arena, &query, name, value);
}

/* A pair without escapes is what it is. */
static bool goes(struct arena *arena, struct str pair,
                 bool (*drops)(struct str text))
{
    return drops && (drops(pair) || (str_index(pair, '%') < pair.len &&
                                     drops(decode(arena, pair))));
}

struct str url_query_without(struct arena *arena, struct str query,
                             struct str name, bool (*drops)(struct str text))
{
    char *out = arena_alloc(arena, query.len + 1);
    struct str rest = query;
    struct str pair;
    size_t len = 0;

    while (str_next(&rest, '&', &pair)) {
        size_t with_separator = pair.len + 1;

        if (str_eq(name_of(arena, pair), name) || goes(arena, pair, drops))
            continue;
        if (pair.at + pair.len == query.at + query.len)
            with_separator = pair.len;
        memcpy(out + len, pair.at, with_separator);
        len += with_separator;
    }
    /* The last parameter went: its separator stays behind. */
    if (len > 0 && out[len - 1] == '&' && query.at[query.len - 1] != '&')
        len--;
    return (struct str){ out, len };
}
