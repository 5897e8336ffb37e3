// SPDX-License-Identifier: MIT
/* What the log says, at level debug, of outgoing connections: names, addresses, proxies,
   the pool.  Of a proxy its host and port alone, and nothing that is sent.  At other
   levels these cost a comparison.  Loop thread only. */
#pragma once

#include <sys/socket.h>

#include "upstream/call_internal.h"
#include "upstream/dial_internal.h"

/* What becomes of one in the pool; `why` may be NULL. */
void trace_link(const struct link *link, const char *event, const char *why);
/* The call has its connection out of the pool; closes it. */
void trace_taken(const struct call *call);
void trace_closed(const struct call *call, const char *why);
/* It begins; an address is tried; it is over. */
void trace_dial_start(const struct dial *dial);
void trace_dial_try(const struct dial *dial, const struct sockaddr *address,
                    size_t len);
void trace_dial_end(const struct dial *dial);
/* The handshake with the API's host is over. */
void trace_secured(const struct call *call);
