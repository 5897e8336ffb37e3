// SPDX-License-Identifier: MIT
/* The URL of an API. */
#include "config/api_url.h"

#include "base/macros.h"
#include "base/reason.h"

bool api_url_check(struct arena *arena, struct str text, struct url *url,
                   struct err *err)
{
    return url_parse(arena, text, url, err) &&
           (url->tls || url_is_loopback(url) || REASON_SET(err, URL_NOT_HTTPS));
}

static void cut_slashes(struct str *path)
{
    while (path->len > 0 && path->at[path->len - 1] == '/')
        path->len--;
}

static void cut_endpoint(struct url *url)
{
    static const struct str endings[] = { { "/v1/messages", 12 },
                                          { "/v1", 3 } };

    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t len = endings[i].len;

        if (url->prefix.len >= len &&
            str_eq(str_from(url->prefix, url->prefix.len - len), endings[i])) {
            url->prefix.len -= len;
            break;
        }
    }
    cut_slashes(&url->prefix);
}

bool api_url_parse(struct arena *arena, struct str text, struct url *url,
                   struct err *err)
{
    if (!api_url_check(arena, text, url, err))
        return false;
    cut_endpoint(url);
    return true;
}

/* ---- places ---------------------------------------------------------------- */

static bool is_anthropic(const struct url *url)
{
    return url->tls && url->port == 443 &&
           str_ieq(url->host, STR("api.anthropic.com"));
}

static struct str lower(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.len + 1);

    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];

        out[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return (struct str){ out, text.len };
}

struct str api_url_place(struct arena *arena, const struct url *url)
{
    struct str host;

    if (is_anthropic(url))
        return STR_EMPTY;
    host = lower(arena, url->host);
    return arena_printf(arena, "%s " STR_FMT " %u " STR_FMT,
                        url->tls ? "https" : "http", STR_ARG(host), url->port,
                        STR_ARG(url->prefix));
}
