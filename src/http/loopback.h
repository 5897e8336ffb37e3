// SPDX-License-Identifier: MIT
/* Who counts as "this machine": the one place that is asked.  The addresses and
   header fields are judged first (pure), then the process at the other end of the
   connection, whose verdict the connection keeps (net/peers.h). */
#pragma once

#include "http/request.h"

/* NULL if the request comes from this machine and nothing else: both addresses are
   loopback, and the process at the other end runs as the relay's user or root; no
   Forwarded, X-Forwarded-*, X-Real-IP or Via; Host is localhost, 127.0.0.1, [::1]
   or the loopback address that the client connected to, with any port; Origin, if
   present, is http://<Host>; Sec-Fetch-Site, if present, is same-origin.
   Otherwise the reason, as the end of a sentence "... because ...". */
const char *loopback_refusal(const struct request *req);

/* The part of the rule that is not about the process: addresses and fields. */
const char *loopback_field_refusal(const struct request *req);
