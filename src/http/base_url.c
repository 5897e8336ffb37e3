// SPDX-License-Identifier: MIT
/* Paths under any base URL. */
#include "http/base_url.h"

struct str base_url_single_slash(struct str path)
{
    while (str_starts(path, STR("//")))
        path = str_from(path, 1);
    return path;
}

bool base_url_drop(struct str *path, struct str segment)
{
    struct str rest = str_from(*path, segment.len);

    if (!str_starts(*path, segment) || (rest.len > 0 && rest.at[0] != '/'))
        return false;
    *path = base_url_single_slash(rest);
    return true;
}

struct str base_url_rest(struct str path)
{
    struct str rest = base_url_single_slash(path);
    struct str behind;

    (void)base_url_drop(&rest, STR("/api"));
    behind = rest;
    return base_url_drop(&behind, STR("/v1")) && str_starts(behind, STR("/v1/"))
               ? behind
               : rest;
}
