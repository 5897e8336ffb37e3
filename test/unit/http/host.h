// SPDX-License-Identifier: MIT
/* A server on a loop, and a handler that does what the path says:

       /now      200 "now" at once
       /body     the body (at most 10 bytes) back
       /secret   "taken", if the body, which is secret, is HOST_SECRET
       /window   the same as /body, with a window of 16 bytes that the test empties
       /hold     nothing: the test answers
       /deaf     nothing, and does not want to hear that the client is gone
       /abort    half an answer, then the end
       /reset    the same without a length, then a reset
       /big      16 MB
       /last     200 "last", connection: close
       /known    as /now, and the test vouches for the client */
#pragma once

#include "http/response.h"
#include "http/server.h"
#include "unit.h"
#include "wire.h"

#define HOST_BIG (16u * 1024 * 1024)
#define HOST_SECRET "sk-ant-abc sk-ant-abc sk-ant-a"

struct host {
    struct loop *loop;
    struct server *server;
    struct server_options options;
    struct wire client;
    struct request *held; /* of /hold, /window, /body while it is read */
    unsigned requests;
    unsigned gone;
    char *big;
};

/* A host that does not run yet, so that a test can change its options. */
int host_open(void **state);
int host_close(void **state);
/* Run it and connect the client. */
void host_start(struct host *host);
/* A further connection instead of the client's. */
void host_reconnect(struct host *host);
/* Turn until a request is held; until so many requests came; until so many
   connections are left. */
void host_until_held(struct host *host);
void host_until_requests(struct host *host, unsigned count);
void host_until_gone(struct host *host, unsigned count);
void host_until_connections(struct host *host, size_t count);
