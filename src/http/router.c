// SPDX-License-Identifier: MIT
/* Finding the row for a method and a path. */
#include "http/router.h"

#include <assert.h>

#include "base/buf.h"
#include "base/text.h"

static const struct router_row *row_at(const struct router *router, size_t i)
{
    const char *first = (const char *)router->rows;

    return (const struct router_row *)(const void *)(first + i * router->size);
}

/* ---- paths -------------------------------------------------------------- */

static void take(struct router_match *match, struct str what)
{
    assert(match->count < ROUTER_TAKEN_MAX);
    match->at[match->count++] = what;
}

/* "/a/b" -> "a", and "/b" is left. */
static bool next_segment(struct str *rest, struct str *segment)
{
    if (rest->len == 0 || rest->at[0] != '/')
        return false;
    *segment = str_sub(*rest, 1, str_index(str_from(*rest, 1), '/'));
    *rest = str_from(*rest, 1 + segment->len);
    return true;
}

static bool fits_segment(struct str want, struct str have,
                         struct router_match *match)
{
    if (want.len == 0 || want.at[0] != ':')
        return str_eq(want, have);
    if (have.len > 0)
        take(match, have);
    return have.len > 0;
}

static bool fits_rest(struct str path, struct router_match *match)
{
    if (path.len < 2 || path.at[0] != '/')
        return false;
    take(match, str_from(path, 1));
    return true;
}

/* Every request passes by every table: most rows differ in the first letter. */
static bool may_fit(struct str pattern, struct str path)
{
    return pattern.len < 2 || path.len < 2 || pattern.at[1] == path.at[1] ||
           pattern.at[1] == ':' || pattern.at[1] == '*';
}

static bool fits(struct str pattern, struct str path,
                 struct router_match *match)
{
    struct str want;
    struct str have;

    match->count = 0;
    if (!may_fit(pattern, path))
        return false;
    while (next_segment(&pattern, &want)) {
        if (pattern.len == 0 && str_eq(want, STR("*")))
            return fits_rest(path, match);
        if (!next_segment(&path, &have) || !fits_segment(want, have, match))
            return false;
    }
    return path.len == 0;
}

/* ---- methods ------------------------------------------------------------ */

static bool takes(const struct router *router, const struct router_row *row,
                  struct str method)
{
    return str_eq(row->method, method) ||
           (router->head && str_eq(method, STR("HEAD")) &&
            str_eq(row->method, STR("GET")));
}

static bool is_allowed(const struct router_match *match, struct str method)
{
    struct str rest = str_of(match->allow);
    struct str known;

    while (str_next(&rest, ',', &known)) {
        if (str_eq(str_trim(known), method))
            return true;
    }
    return false;
}

static void allow(struct router_match *match, struct str method)
{
    size_t len = strlen(match->allow);

    if (is_allowed(match, method))
        return;
    assert(len + 2 + method.len < ROUTER_ALLOW_MAX);
    if (len > 0) {
        text_copy(match->allow + len, 3, STR(", "));
        len += 2;
    }
    text_copy(match->allow + len, ROUTER_ALLOW_MAX - len, method);
}

static void allow_row(const struct router *router, const struct router_row *row,
                      struct router_match *match)
{
    allow(match, row->method);
    if (router->head && str_eq(row->method, STR("GET")))
        allow(match, STR("HEAD"));
}

enum router_verdict router_find(const struct router *router, struct str method,
                                struct str path, struct router_match *match)
{
    match->allow[0] = 0;
    for (size_t i = 0; i < router->count; i++) {
        const struct router_row *row = row_at(router, i);

        if (!fits(row->pattern, path, match))
            continue;
        if (takes(router, row, method)) {
            match->row = i;
            match->allow[0] = 0;
            return ROUTER_FOUND;
        }
        allow_row(router, row, match);
    }
    match->count = 0;
    return match->allow[0] ? ROUTER_WRONG_METHOD : ROUTER_UNKNOWN;
}

/* ---- decoding ----------------------------------------------------------- */

static bool decode(struct arena *arena, struct str *text)
{
    struct buf decoded;
    bool fine;

    buf_init_secret(&decoded, text->len + 1);
    fine = text_percent_decode(&decoded, *text) &&
           str_index(buf_str(&decoded), 0) == buf_str(&decoded).len;
    if (fine)
        *text = arena_str(arena, buf_str(&decoded));
    buf_done(&decoded);
    return fine;
}

bool router_decode(struct arena *arena, struct router_match *match)
{
    for (size_t i = 0; i < match->count; i++) {
        if (!decode(arena, &match->at[i]))
            return false;
    }
    return true;
}
