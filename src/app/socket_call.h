// SPDX-License-Identifier: MIT
/* One HTTP exchange over a connected socket: how a command asks the management API,
   of the running relay or of its own process.

       BUSY -> ANSWERED | FAILED

   `wake` comes once, when it is no longer BUSY; never from inside, and the call is not
   freed in it.  socket_call_free() closes the connection.  The answer is wiped when it is freed.
   Loop thread only. */
#pragma once

#include "base/err.h"
#include "base/loop.h"
#include "base/str.h"

struct socket_call;

struct socket_call_options {
    struct loop *loop;
    int fd; /* non-blocking; taken over */
    struct str method;
    struct str path;   /* and query, encoded */
    struct str body;   /* JSON, or empty; copied, as all texts here are */
    uint64_t limit_ms; /* for the whole exchange; 0: however long it takes */
    /* Takes the body of a 2xx, piece by piece as it comes, so that it may be of any
       length; NULL: it is kept. */
    void (*sink)(void *arg, struct str bytes);
    void *sink_arg;
};

struct socket_call *socket_call_start(const struct socket_call_options *options,
                                      void (*wake)(void *arg), void *arg);
/* NULL is fine. */
void socket_call_free(struct socket_call *call);

enum socket_call_state {
    SOCKET_CALL_BUSY,
    SOCKET_CALL_ANSWERED, /* any status; the body is complete */
    SOCKET_CALL_FAILED,
};
enum socket_call_state socket_call_state(const struct socket_call *call);
/* When FAILED. */
const struct err *socket_call_error(const struct socket_call *call);
/* When ANSWERED; the body is borrowed. */
unsigned socket_call_status(const struct socket_call *call);
struct str socket_call_body(const struct socket_call *call);
