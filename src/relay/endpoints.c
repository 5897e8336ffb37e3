// SPDX-License-Identifier: MIT
/* The relayed endpoints.  The API is an open list; one that is special gets a row. */
#include "relay/endpoints.h"

#include <strings.h>

#include "base/chars.h"
#include "base/macros.h"
#include "http/base_url.h"

#define MB (1024ull * 1024)
#define ROW_OF(method, pattern, max, body, metered, call, model, ...)          \
    {                                                                          \
        ROUTER_ROW(method, pattern), max, ENDPOINT_BODY_##body, metered,       \
            KEY_##call, ENDPOINT_MODEL_##model, __VA_ARGS__                    \
    }
#define ROW(method, pattern, max, body, metered, call, model)                  \
    ROW_OF(method, pattern, max, body, metered, call, model, false, false)
/* Costs nothing at Anthropic, and clients ask for many at once, or at their start. */
#define FREE_ROW(method, pattern, max, model)                                  \
    ROW_OF(method, pattern, max, WHOLE, false, MESSAGES, model, true, false)

/* Sizes: Anthropic's limits (https://docs.claude.com/en/api/overview). */
static const struct endpoint endpoints[] = {
    ROW("POST", "/v1/messages", 32 * MB, WHOLE, true, MESSAGES, ONE),
    FREE_ROW("POST", "/v1/messages/count_tokens", 32 * MB, ONE),
    ROW("POST", "/v1/complete", 32 * MB, WHOLE, true, MESSAGES, ONE),
    ROW("POST", "/v1/messages/batches", 256 * MB, SIZED, false, BATCHES, EACH),
    ROW("GET", "/v1/messages/batches", 32 * MB, WHOLE, false, BATCHES, NONE),
    ROW("GET", "/v1/messages/batches/:", 32 * MB, WHOLE, false, BATCHES, NONE),
    ROW("DELETE", "/v1/messages/batches/:", MB, WHOLE, false, BATCHES, NONE),
    ROW("POST", "/v1/messages/batches/:/cancel", MB, WHOLE, false, BATCHES,
        NONE),
    ROW_OF("GET", "/v1/messages/batches/:/results", 32 * MB, WHOLE, false,
           BATCHES, NONE, false, true),
    ROW("POST", "/v1/files", 500 * MB, STREAMED, false, FILES, NONE),
    ROW("GET", "/v1/files", 32 * MB, WHOLE, false, FILES, NONE),
    ROW("GET", "/v1/files/:", 32 * MB, WHOLE, false, FILES, NONE),
    ROW("GET", "/v1/files/:/content", 32 * MB, WHOLE, false, FILES, NONE),
    ROW("DELETE", "/v1/files/:", MB, WHOLE, false, FILES, NONE),
    FREE_ROW("GET", "/v1/models", 32 * MB, NONE),
    FREE_ROW("GET", "/v1/models/:", 32 * MB, NONE),
};

/* Everything else below /v1/: skills, agents, and what comes next.  A path has one
   permission, whatever the method: a row for each, the narrow ones first. */
#define OPEN(method, pattern, call, model)                                     \
    ROW(method, pattern, 500 * MB, OPEN, false, call, model)
#define OPEN_ALL(pattern, call, reads, writes)                                 \
    OPEN("GET", pattern, call, reads), OPEN("HEAD", pattern, call, reads),     \
        OPEN("POST", pattern, call, writes),                                   \
        OPEN("PUT", pattern, call, writes),                                    \
        OPEN("PATCH", pattern, call, writes),                                  \
        OPEN("DELETE", pattern, call, reads)
static const struct endpoint open_rows[] = {
    OPEN_ALL("/v1/messages", MESSAGES, PERHAPS, PERHAPS),
    OPEN_ALL("/v1/messages/count_tokens", MESSAGES, PERHAPS, PERHAPS),
    OPEN_ALL("/v1/messages/batches", BATCHES, NONE, EACH),
    OPEN_ALL("/v1/messages/batches/*", BATCHES, NONE, EACH),
    OPEN_ALL("/v1/complete", MESSAGES, PERHAPS, PERHAPS),
    OPEN_ALL("/v1/files", FILES, NONE, NONE),
    OPEN_ALL("/v1/files/*", FILES, NONE, NONE),
    OPEN_ALL("/v1/models", MESSAGES, PERHAPS, PERHAPS),
    OPEN_ALL("/v1/models/:", MESSAGES, PERHAPS, PERHAPS),
    OPEN_ALL("/v1/*", OTHER, PERHAPS, PERHAPS),
};

static const struct router known = ROUTER_OVER(endpoints, route);
static const struct router open_list = ROUTER_OVER(open_rows, route);

/* "/messages", the first segment of what follows "/v1" in a row? */
static bool is_known(struct str segment)
{
    for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
        struct str name = str_from(endpoints[i].route.pattern, 3);

        if (base_url_drop(&name, segment))
            return true;
    }
    return false;
}

static struct str first_segment(struct str path)
{
    return str_sub(path, 0, 1 + str_index(str_from(path, 1), '/'));
}

struct str endpoints_upstream_path(struct arena *arena, struct str path)
{
    struct str rest = base_url_rest(path);
    struct str behind = rest;

    if (str_starts(rest, STR("/v1//")) && base_url_drop(&behind, STR("/v1")))
        return arena_printf(arena, "/v1" STR_FMT, STR_ARG(behind));
    return rest.len > 1 && is_known(first_segment(rest))
               ? arena_printf(arena, "/v1" STR_FMT, STR_ARG(rest))
               : rest;
}

bool endpoints_is_under_api(struct str path)
{
    struct str rest = base_url_single_slash(path);

    return base_url_drop(&rest, STR("/api"));
}

/* An id goes upstream as it came: nothing in it may lead to another path. */
static bool is_plain_segment(struct str segment)
{
    for (size_t i = 0; i + 2 < segment.len; i++) {
        if (segment.at[i] == '%' &&
            (strncasecmp(segment.at + i, "%2f", 3) == 0 ||
             strncasecmp(segment.at + i, "%2e", 3) == 0 ||
             strncasecmp(segment.at + i, "%5c", 3) == 0))
            return false;
    }
    return segment.len > 0 && !str_eq(segment, STR(".")) &&
           !str_eq(segment, STR("..")) &&
           str_index(segment, '\\') == segment.len;
}

const struct endpoint *endpoints_find(struct str method, struct str path)
{
    struct router_match match;

    if (router_find(&known, method, path, &match) != ROUTER_FOUND)
        return NULL;
    for (size_t i = 0; i < match.count; i++) {
        if (!is_plain_segment(match.at[i]))
            return NULL;
    }
    return &endpoints[match.row];
}

/* Escaped, another endpoint's name would hide that it has a row; and what stands behind
   a ';' belongs to the name for some servers, and not for others. */
static bool is_plain_name(struct str segment)
{
    static const struct chars plain = {
        { CHARS_ALNUM, ['-'] = true, ['_'] = true, ['.'] = true, ['~'] = true,
          [':'] = true, ['@'] = true, ['!'] = true, ['$'] = true, ['\''] = true,
          ['('] = true, [')'] = true, ['*'] = true, ['+'] = true, [','] = true,
          ['='] = true }
    };

    return is_plain_segment(segment) && chars_has_all(&plain, segment);
}

/* What names are made of here. */
static bool is_of_name(char c)
{
    static const struct chars plain = {
        { CHARS_ALNUM, ['-'] = true, ['_'] = true }
    };

    return chars_has(&plain, c);
}

/* A name of the rows, or of the base, as only a forgiving server would read it: in
   other capitals, or with dots or other marks around it. */
static bool is_misspelt(struct str segment)
{
    struct str name = segment;

    while (name.len > 0 && !is_of_name(name.at[name.len - 1]))
        name.len--;
    while (name.len > 0 && !is_of_name(name.at[0]))
        name = str_from(name, 1);
    for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
        struct str rest = str_from(endpoints[i].route.pattern, 4);
        struct str part;

        while (str_next(&rest, '/', &part)) {
            if (str_ieq(part, name) && !str_eq(part, segment))
                return true;
        }
    }
    return str_ieq(name, STR("v1"));
}

/* May a row hide behind it?  Then it has to be spelt as the row would be. */
static bool hides(struct str segment)
{
    return !is_plain_name(segment) || is_misspelt(segment);
}

/* Is what stands below /v1/ below a name that rows have? */
static bool is_below_known(struct str rest)
{
    struct str first = str_sub(rest, 0, str_index(rest, '/'));

    for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
        struct str name = str_from(endpoints[i].route.pattern, 4);

        if (str_eq(str_sub(name, 0, str_index(name, '/')), first))
            return true;
    }
    return false;
}

/* Below /v1/: is no part empty, and does none lead elsewhere? */
static bool is_plain_path(struct str rest)
{
    struct str whole = rest;
    struct str segment;

    while (str_next(&rest, '/', &segment)) {
        if (!is_plain_segment(segment))
            return false;
    }
    return whole.len > 0 && whole.at[whole.len - 1] != '/';
}

/* The names by which the rows are told: the first one, and all below those that the
   rows know. */
static bool has_hidden_name(struct str rest)
{
    bool all = is_below_known(rest);
    struct str segment;

    if (!str_next(&rest, '/', &segment) || hides(segment))
        return true;
    while (all && str_next(&rest, '/', &segment)) {
        if (hides(segment))
            return true;
    }
    return false;
}

bool endpoints_cost_nothing(const struct endpoint *endpoint, struct str path)
{
    const struct endpoint *like = endpoint;

    if (str_eq(endpoint->route.method, STR("HEAD")))
        like = endpoints_find(STR("GET"), path);
    return like && !like->metered && like->body != ENDPOINT_BODY_OPEN;
}

bool endpoints_owns(const struct endpoint *endpoint)
{
    return endpoint->call != KEY_MESSAGES;
}

bool endpoints_makes(const struct endpoint *endpoint)
{
    return str_eq(endpoint->route.method, STR("POST")) &&
           endpoints_owns(endpoint);
}

const char *endpoints_flaw(struct str path)
{
    struct str rest = str_from(path, 4);

    if (is_plain_path(rest) && has_hidden_name(rest))
        return "the first name behind /v1/, and every name below messages, "
               "files, models and complete, may have letters, digits and - _ "
               ". ~ : @ ! $ ' ( ) * + , = only, no escapes, and no other "
               "capitals than documented, nor marks around a documented name";
    return "what is below /v1/ passes if no part of the path is empty, . or "
           ".., and none has a backslash or an escaped / . or \\";
}

/* `rest` is what stands below /v1/. */
static bool is_open(struct str rest)
{
    return is_plain_path(rest) && !has_hidden_name(rest);
}

const struct endpoint *endpoints_open(struct str method, struct str path)
{
    struct router_match match;

    if (router_find(&open_list, method, path, &match) != ROUTER_FOUND)
        return NULL;
    return is_open(str_from(path, 4)) ? &open_rows[match.row] : NULL;
}

struct str endpoints_allow(struct arena *arena, struct str path)
{
    struct router_match match;

    if (!is_open(str_from(path, 4)) ||
        router_find(&open_list, STR_EMPTY, path, &match) == ROUTER_UNKNOWN)
        return STR_EMPTY;
    return arena_str(arena, str_of(match.allow));
}

/* What is left behind all leading /api and /v1; `api`: the last one was /api. */
static struct str behind_base(struct str path, bool *api)
{
    struct str rest = base_url_single_slash(path);

    *api = false;
    for (;;) {
        if (base_url_drop(&rest, STR("/api")))
            *api = true;
        else if (base_url_drop(&rest, STR("/v1")))
            *api = false;
        else
            return rest;
    }
}

bool endpoints_is_probe(struct str method, struct str path)
{
    bool head = str_eq(method, STR("HEAD"));
    bool api;
    struct str rest;

    if (!head && !str_eq(method, STR("GET")))
        return false;
    rest = behind_base(path, &api);
    if (api && str_eq(rest, STR("/hello")))
        return true;
    return head && (rest.len == 0 || str_eq(rest, STR("/")));
}

bool endpoints_is_telemetry(struct str method, struct str path)
{
    bool api;
    struct str rest = behind_base(path, &api);

    return api && str_eq(method, STR("POST")) &&
           str_eq(rest, STR("/event_logging/batch"));
}
