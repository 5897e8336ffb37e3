// SPDX-License-Identifier: MIT
/* Going the way that app/approach.h draws: asking, locking, waiting.  Blocking, for
   commands. */
#pragma once

#include "app/approach.h"
#include "base/err.h"
#include "config/config.h"

struct approach_run {
    const struct config *config;
    /* Does a relay answer?  False and ERR_NOT_FOUND: nobody listens. */
    bool (*ask)(void *arg, struct err *err);
    void *arg;
    int in_use; /* ALONE: the lock of the folder, the caller's; else -1 */
};

/* RELAY, ALONE, or REFUSED and err, which says what to do.  If it takes more than a
   moment, standard error has what is waited for.  The folder is made if it is missing
   and no relay answers. */
enum approach_state approach_run(struct approach_run *run, struct err *err);
