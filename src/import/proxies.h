// SPDX-License-Identifier: MIT
/* Proxies of others as ours.  One that cannot be understood refuses the account: it
   would go out another way than it did.  Pure; any thread. */
#pragma once

#include "import/candidate.h"

/* An object {protocol|type|scheme, host, port, username, password}, or a URL; null,
   false, an empty text or absent: none. */
void import_proxy(struct import_candidate *candidate,
                  const struct json_doc *proxy);
/* A URL; "direct" and "none" are none. */
void import_proxy_url(struct import_candidate *candidate, struct str url);
