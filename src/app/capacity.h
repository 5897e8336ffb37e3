// SPDX-License-Identifier: MIT
/* What the limit of open files allows.  Each client connection may need a second
   descriptor for its upstream; beside those some are kept for token calls, for
   saving what they bring, and for what the program itself has open.  Pure. */
#pragma once

#include "config/config.h"
#include "http/seats.h"

struct capacity {
    struct seats_limits seats;
    /* The kernel gives out the lowest descriptor that is free: from this one on so
       many are in use that the rest is for tokens and files. */
    int fd_max;
};

/* How many worker threads there are. */
size_t capacity_workers(const struct config *config);
/* How many open files MAX_CONNECTIONS needs. */
uint64_t capacity_need(const struct config *config);

/* With `files` that may be open: fewer connections than MAX_CONNECTIONS if need be.
   False and err if it is not worth starting. */
bool capacity_of(const struct config *config, uint64_t files,
                 struct capacity *capacity, struct err *err) MUST_CHECK;
