// SPDX-License-Identifier: MIT
/* What a browser says of the page that a request comes from. */
#include "http/origin.h"

#define BETWEEN STR("://")

/* "https://relay.example:8443" */
static bool is_origin(struct str origin, struct str scheme, struct str host)
{
    struct str rest = str_from(origin, scheme.len);

    return str_istarts(origin, scheme) && str_starts(rest, BETWEEN) &&
           str_ieq(str_from(rest, BETWEEN.len), host);
}

bool origin_is_own(const struct headers *headers, struct str scheme)
{
    const struct str *host = headers_get(headers, STR("host"));
    const struct str *origin = headers_get(headers, STR("origin"));
    const struct str *site = headers_get(headers, STR("sec-fetch-site"));

    if (!host || headers_count(headers, STR("host")) != 1)
        return false;
    if (origin && (headers_count(headers, STR("origin")) != 1 ||
                   !is_origin(*origin, scheme, *host)))
        return false;
    return !site || (headers_count(headers, STR("sec-fetch-site")) == 1 &&
                     str_eq(*site, STR("same-origin")));
}
