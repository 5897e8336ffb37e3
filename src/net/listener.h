// SPDX-License-Identifier: MIT
/* A listening socket on one loop.  Several loops may listen on one port: the
   kernel spreads connections over them (SO_REUSEPORT).  Loop thread only. */
#pragma once

#include "base/loop.h"
#include "net/addr.h"

struct listener;

struct listener_options {
    const char *host; /* numeric, or localhost */
    uint16_t port;    /* 0: any free port */
    bool shared;      /* others of this process listen on the same port */
    int fd_max; /* descriptors from here on are not for connections; 0: all */
};

/* A connection: the caller owns `fd` (non-blocking, close-on-exec, no delay). */
typedef void (*listener_fn)(void *arg, int fd, const struct addr *peer);

/* Binds and listens at once.  Unless `shared`, a port on which anybody listens
   already is an error.  When descriptors run out it pauses and tries
   again, with a log line now and then. */
struct listener *listener_new(struct loop *loop,
                              const struct listener_options *options,
                              listener_fn accepted, void *arg, struct err *err);
/* On a descriptor that listens already, which is borrowed: a Unix socket
   (net/unix_door.h), or an inherited one. */
struct listener *listener_new_on(struct loop *loop, int fd,
                                 listener_fn accepted, void *arg);
void listener_free(struct listener *listener);

/* The port in use, useful after asking for port 0. */
uint16_t listener_port(const struct listener *listener);
