// SPDX-License-Identifier: MIT
/* Dialling: from a host name to a connected socket, direct or through a proxy
   (names, happy eyeballs, SOCKS5, CONNECT and proxy authentication are libcurl's
   work; nothing else is).  Loop thread only.

       BUSY -> DONE | FAILED */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "upstream/proxy.h"

struct dialer; /* one per loop */
struct dial;

struct dialer *dialer_new(struct loop *loop);
/* Every dial must have been freed. */
void dialer_free(struct dialer *dialer);

enum dial_state { DIAL_BUSY, DIAL_DONE, DIAL_FAILED };

struct dial_target {
    const char *host; /* a name or an address, without brackets */
    uint16_t port;
    const struct proxy *proxy; /* NULL: direct */
    uint64_t timeout_ms;       /* for all of it */
};

/* `wake` comes once, when it is DONE or FAILED; never from inside. */
struct dial *dial_start(struct dialer *dialer, const struct dial_target *target,
                        void (*wake)(void *arg), void *arg);
/* Cancels what is not done. */
void dial_free(struct dial *dial);

enum dial_state dial_state(const struct dial *dial);
/* When DONE: the socket, non-blocking; the caller's from now on. */
int dial_take(struct dial *dial);
/* When FAILED: ERR_RESOLVE, ERR_CONNECT, ERR_PROXY or ERR_TIMEOUT. */
const struct err *dial_error(const struct dial *dial);
