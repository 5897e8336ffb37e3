// SPDX-License-Identifier: MIT
/* The line of the log for each request that is not relayed: those that the relay
   answers itself, those that it refuses, and those that are none (malformed, too slow,
   cut off).  Relayed ones have theirs from their record.  Any thread. */
#pragma once

#include "config/config.h"
#include "http/server.h"

/* A server_log_fn; `config` is a struct config. */
void request_log(const void *config, const struct request *req,
                 const struct server_outcome *outcome);
