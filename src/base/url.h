// SPDX-License-Identifier: MIT
/* URLs of upstreams.  Pure; any thread. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct url {
    bool tls;        /* https */
    struct str host; /* without brackets; NUL-terminated */
    uint16_t port;
    struct str prefix; /* the path without a trailing '/'; may be empty */
};

/* An http:// or https:// URL.  A user part, a query or a fragment is refused. */
bool url_parse(struct arena *arena, struct str text, struct url *url,
               struct err *err) MUST_CHECK;

/* A host name (letters, digits, '.', '-', '_') or an address without brackets. */
bool url_is_host(struct str host);
/* A numeric IPv4 or IPv6 address without brackets. */
bool url_is_address(struct str host);
/* "[::1]" as "::1"; anything else as it is. */
struct str url_without_brackets(struct str host);

/* "[::1]:8080", "host:8080" or "host": the host without brackets, and the port with
   its ':' in front, or empty.  False if the host is none; the port is not looked
   at. */
bool url_split_authority(struct str authority, struct str *host,
                         struct str *port);

/* localhost, 127.x.x.x or ::1. */
bool url_is_loopback(const struct url *url);

/* "host" or "host:port" as a Host field wants it: brackets around IPv6, the
   scheme's default port left out. */
struct str url_authority(struct arena *arena, const struct url *url);
