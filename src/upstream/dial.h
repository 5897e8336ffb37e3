// SPDX-License-Identifier: MIT
/* Dialling: from a host name to a connected socket, direct or through a proxy
   (names, happy eyeballs, SOCKS5, CONNECT, TLS to the proxy and authentication are
   libcurl's work; nothing else is).  Loop thread only.

       BUSY -> DONE | FAILED */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "upstream/proxy.h"

struct dialer; /* one per loop */
struct dial;

/* `ca_file`: see upstream_new(). */
struct dialer *dialer_new(struct loop *loop, const char *ca_file);
/* Descriptors from `fd_max` on (0: none) are for others.  When they run out,
   `relieve` may close what is not needed. */
void dialer_keep_back(struct dialer *dialer, int fd_max,
                      bool (*relieve)(void *arg), void *arg);
/* Every dial must have been freed; connections through https proxies end. */
void dialer_free(struct dialer *dialer);

enum dial_state { DIAL_BUSY, DIAL_DONE, DIAL_FAILED };

/* In this order; which of them there are depends on the proxy. */
enum dial_step {
    DIAL_RESOLVE,      /* the proxy's name, or the host's when direct */
    DIAL_CONNECT,      /* TCP */
    DIAL_PROXY_TLS,    /* https proxies */
    DIAL_AUTHENTICATE, /* SOCKS5's handshake, or CONNECT and its answer */
    DIAL_STEPS,
};

struct dial_target {
    const char *host; /* a name or an address, without brackets */
    uint16_t port;
    const struct proxy *proxy; /* NULL: direct */
    uint64_t timeout_ms;       /* for all of it */
    const char *id;            /* as call_options has it; outlives the dial */
};

/* `wake` comes once, when it is DONE or FAILED; never from inside. */
struct dial *dial_start(struct dialer *dialer, const struct dial_target *target,
                        void (*wake)(void *arg), void *arg);
/* Cancels what is not done. */
void dial_free(struct dial *dial);

enum dial_state dial_state(const struct dial *dial);
/* When DONE: the socket, non-blocking; the caller's from now on.  Behind an https
   proxy it is one end of a pair (upstream/bridge.h). */
int dial_take(struct dial *dial);
/* When FAILED: ERR_RESOLVE, ERR_CONNECT, ERR_PROXY or ERR_TIMEOUT; the text names
   the step and the proxy. */
const struct err *dial_error(const struct dial *dial);

/* Where the time went, up to the end or the failure. */
struct dial_times {
    uint64_t us[DIAL_STEPS];
    enum dial_step reached; /* the step that failed; DIAL_STEPS: none */
};
struct dial_times dial_times(const struct dial *dial);

/* The address that it was connected to, the proxy's if there is one; empty: to none. */
const char *dial_peer(const struct dial *dial);

/* Is the step part of the way through that proxy? */
bool dial_has_step(const struct proxy *proxy, enum dial_step step);
