// SPDX-License-Identifier: MIT
/* What the relay prints when it has started: its addresses, and what to do next.
   Pure. */
#pragma once

#include "app/invocation.h"

#define BANNER_MAX 131072

struct banner {
    const char *host; /* as configured */
    unsigned port;    /* as it is */
    const char *also; /* a further address that is listened at; or NULL */
    size_t accounts;
    struct str account; /* the name of one of them */
    const struct invocation *invocation;
    const char *folder; /* where the program was called; NULL if unknown */
};

/* What a client on this machine needs, as commands. */
void banner_add_client(struct buf *out, const struct banner *banner);

void banner_add(struct buf *out, const struct banner *banner);
