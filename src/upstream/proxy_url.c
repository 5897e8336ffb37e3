// SPDX-License-Identifier: MIT
/* Proxies written as URLs. */
#include "upstream/proxy_url.h"

#include <string.h>

#include "base/reason.h"
#include "base/text.h"
#include "base/url.h"

static bool take_scheme(struct str *rest, struct str *type)
{
    static const struct {
        const char *scheme;
        const char *type;
    } rows[] = {
        { "socks5://", "socks5" },
        { "socks5h://", "socks5" },
        { "http://", "http" },
        { "https://", "https" },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str scheme = str_of(rows[i].scheme);

        if (str_istarts(*rest, scheme)) {
            *type = str_of(rows[i].type);
            *rest = str_from(*rest, scheme.len);
            return true;
        }
    }
    return false;
}

/* Of several '@' the last ends the user part, as people who forget to encode one
   expect. */
static struct str take_user(struct str *authority)
{
    const char *at = memrchr(authority->at, '@', authority->len);
    struct str user = STR_EMPTY;

    if (at) {
        user = str_sub(*authority, 0, (size_t)(at - authority->at));
        *authority = str_from(*authority, user.len + 1);
    }
    return user;
}

static bool take_place(struct str authority, struct proxy_parts *parts,
                       struct err *err)
{
    struct str port;

    if (!url_split_authority(authority, &parts->host, &port))
        return REASON_SET(err, PROXY_URL_HOST);
    if (!str_to_u64(str_from(port, 1), 65535, &parts->port))
        return REASON_SET(err, PROXY_URL_PORT);
    return true;
}

static bool take_credentials(struct str user, struct buf *name,
                             struct buf *word, struct err *err)
{
    size_t colon = str_index(user, ':');

    return (text_percent_decode(name, str_sub(user, 0, colon)) &&
            text_percent_decode(word, str_from(user, colon + 1))) ||
           REASON_SET(err, PROXY_URL_ESCAPE);
}

/* Where the authority ends. */
static size_t authority_len(struct str url)
{
    size_t len = 0;

    while (len < url.len && !memchr("/?#", url.at[len], 3))
        len++;
    return len;
}

static bool take_parts(struct str url, struct proxy_parts *parts,
                       struct str *user, struct err *err)
{
    size_t end;

    if (!take_scheme(&url, &parts->type))
        return REASON_SET(err, PROXY_URL_SCHEME);
    end = authority_len(url);
    if (url.len > end && !str_eq(str_from(url, end), STR("/")))
        return REASON_SET(err, PROXY_URL_END);
    url = str_sub(url, 0, end);
    *user = take_user(&url);
    return take_place(url, parts, err);
}

struct proxy *proxy_url_parse(struct str url, struct err *err)
{
    struct proxy_parts parts = { .port = 0 };
    struct proxy *proxy = NULL;
    struct str user = STR_EMPTY;
    struct buf name;
    struct buf word;

    buf_init_secret(&name, url.len);
    buf_init_secret(&word, url.len);
    if (take_parts(url, &parts, &user, err) &&
        take_credentials(user, &name, &word, err)) {
        parts.username = buf_str(&name);
        parts.password = buf_str(&word);
        proxy = proxy_new(&parts, err);
    }
    buf_done(&name);
    buf_done(&word);
    return proxy;
}
