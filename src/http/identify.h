// SPDX-License-Identifier: MIT
/* Waiting until it is known who is at the other end.  Mostly that is known, or the
   kernel says it at once; only where it refuses netlink there is something to wait
   for (net/peers.h).  Loop thread only. */
#pragma once

#include "http/server.h"

/* Calls `go(arg, req)` as soon as loopback_refusal() can answer: from inside, or
   later.  A client that leaves meanwhile is let go, and `go` never comes. */
void identify_then(struct request *req, server_fn go, void *arg);
