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
    struct str account;  /* the first of them that can be used, if any can */
    const char *trouble; /* otherwise: what is wrong with the first */
    bool needs_key;      /* there are relay keys, so everybody needs one */
    const struct invocation *invocation;
    const char *folder; /* where the program was called; NULL if unknown */
};

/* Can a client connect to it as this machine?  Until there are keys, nobody else is
   served. */
bool banner_host_is_usable(const char *host);

/* What to do about a host that is not: the end of a sentence that named it. */
#define BANNER_USELESS_HOST                                                    \
    "until there are relay keys only this machine itself is served, so no "    \
    "client can use the relay at that address; make a key with "               \
    "`claude-relay key create me`, or set HOST=127.0.0.1 in .env"

/* Append the base URL for clients on this machine, of `host` and `port`. */
void banner_add_own_url(struct buf *out, const struct banner *banner);

/* What a client on this machine needs, as commands. */
void banner_add_client(struct buf *out, const struct banner *banner);

void banner_add(struct buf *out, const struct banner *banner);
