// SPDX-License-Identifier: MIT
/* The line of the log for each request that is not relayed: those that the relay
   answers itself, those that it refuses, and those that are none (malformed, too slow,
   cut off).  Relayed ones have theirs from their record.  Any thread. */
#pragma once

#include "http/server.h"
#include "team/caller.h"

/* A server_log_fn; `callers` is a struct caller_sources. */
void request_log(const void *callers, const struct request *req,
                 const struct server_outcome *outcome);
