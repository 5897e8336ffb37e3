// SPDX-License-Identifier: MIT
/* The running program: the main thread (signals, the data folder) and its workers,
   each with a loop, a server and a relay of its own.  No globals: everything hangs
   from struct app. */
#pragma once

#include "app/invocation.h"
#include "config/config.h"

struct app_end {
    int signal;  /* which one ended it */
    size_t lost; /* what could not be saved (place->lost) */
};

/* Serve on `port` (0: any free one) until a signal of app/stop_signals.h.
   `invocation` is for what it prints.  False and err if it cannot start. */
bool app_serve(const struct config *config, const struct invocation *invocation,
               uint16_t port, struct app_end *end, struct err *err) MUST_CHECK;
