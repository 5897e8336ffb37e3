// SPDX-License-Identifier: MIT
/* Who counts as "this machine" (DESIGN.md section 9).  Pure. */
#pragma once

#include "http/request.h"

/* NULL if the request comes from this machine and nothing else: the peer address
   is loopback; no Forwarded, X-Forwarded-*, X-Real-IP or Via; Host is localhost,
   127.0.0.1 or [::1], with any port; Origin, if present, is http://<Host>;
   Sec-Fetch-Site, if present, is same-origin.
   Otherwise the reason, as the end of a sentence "... because ...". */
const char *loopback_refusal(const struct addr *peer,
                             const struct headers *headers);
