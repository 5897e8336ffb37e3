// SPDX-License-Identifier: MIT
/* URLs of upstreams. */
#include "base/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/chars.h"
#include "base/reason.h"

static bool take_scheme(struct str *rest, bool *tls)
{
    *tls = str_istarts(*rest, STR("https://"));
    if (!*tls && !str_istarts(*rest, STR("http://")))
        return false;
    *rest = str_from(*rest, *tls ? 8 : 7);
    return true;
}

static bool is_clean(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (c <= ' ' || c >= 0x7f || strchr("\"\\<>?#@", c))
            return false;
    }
    return true;
}

static bool is_address(int family, struct str host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address; /* the larger of the two */

    if (host.len == 0 || host.len >= sizeof(text) ||
        memchr(host.at, 0, host.len))
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    return inet_pton(family, text, &address) == 1;
}

bool url_is_host(struct str host)
{
    static const struct chars usual = {
        { CHARS_ALNUM, ['.'] = true, ['-'] = true, ['_'] = true }
    };

    if (!chars_has_all(&usual, host))
        return is_address(AF_INET6, host);
    return host.len > 0 && host.len <= 253;
}

bool url_is_address(struct str host)
{
    return is_address(AF_INET, host) || is_address(AF_INET6, host);
}

struct str url_without_brackets(struct str host)
{
    struct str inside = str_sub(host, 1, host.len > 1 ? host.len - 2 : 0);

    return str_starts(host, STR("[")) && host.at[host.len - 1] == ']' &&
                   is_address(AF_INET6, inside)
               ? inside
               : host;
}

bool url_split_authority(struct str authority, struct str *host,
                         struct str *port)
{
    size_t end;

    if (authority.len > 0 && authority.at[0] == '[') {
        end = str_index(authority, ']');
        *host = str_sub(authority, 1, end - 1);
        *port = str_from(authority, end + 1);
        return end < authority.len && is_address(AF_INET6, *host) &&
               (port->len == 0 || port->at[0] == ':');
    }
    end = str_index(authority, ':');
    *host = str_sub(authority, 0, end);
    *port = str_from(authority, end);
    return url_is_host(*host);
}

static bool parse_port(struct str text, bool tls, uint16_t *port)
{
    uint64_t value = tls ? 443 : 80;

    if (text.len > 0 &&
        (!str_to_u64(str_from(text, 1), 65535, &value) || value == 0))
        return false;
    *port = (uint16_t)value;
    return true;
}

static struct str without_slash(struct str path)
{
    while (path.len > 0 && path.at[path.len - 1] == '/')
        path.len--;
    return path;
}

bool url_parse(struct arena *arena, struct str text, struct url *url,
               struct err *err)
{
    struct str rest = text;
    struct str host;
    struct str port;
    size_t slash;

    if (!take_scheme(&rest, &url->tls) || !is_clean(rest))
        return REASON_SET(err, URL_FORM);
    slash = str_index(rest, '/');
    if (!url_split_authority(str_sub(rest, 0, slash), &host, &port) ||
        !parse_port(port, url->tls, &url->port))
        return REASON_SET(err, URL_HOST);
    url->host = arena_str(arena, host);
    url->prefix = arena_str(arena, without_slash(str_from(rest, slash)));
    return true;
}

bool url_is_loopback(const struct url *url)
{
    return str_ieq(url->host, STR("localhost")) ||
           str_eq(url->host, STR("::1")) ||
           (str_starts(url->host, STR("127.")) &&
            is_address(AF_INET, url->host));
}

struct str url_authority(struct arena *arena, const struct url *url)
{
    bool v6 = str_index(url->host, ':') < url->host.len;
    bool standard = url->port == (url->tls ? 443 : 80);
    const char *open = v6 ? "[" : "";
    const char *close = v6 ? "]" : "";

    if (standard)
        return arena_printf(arena, "%s" STR_FMT "%s", open, STR_ARG(url->host),
                            close);
    return arena_printf(arena, "%s" STR_FMT "%s:%u", open, STR_ARG(url->host),
                        close, url->port);
}
