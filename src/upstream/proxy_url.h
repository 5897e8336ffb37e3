// SPDX-License-Identifier: MIT
/* Proxies written as URLs, on the command line only.  Pure; any thread. */
#pragma once

#include "upstream/proxy.h"

/* socks5://, socks5h:// (the same: the proxy looks names up), http:// or https://,
   then [USER:PASSWORD@]HOST:PORT.  What is special in user and password (@ : / # ?
   and %) is percent-encoded; an IPv6 address stands in brackets.  NULL and err,
   which never quotes the URL, if it is something else. */
struct proxy *proxy_url_parse(struct str url, struct err *err);
