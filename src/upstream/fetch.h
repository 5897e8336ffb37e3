// SPDX-License-Identifier: MIT
/* One small outgoing exchange whose answer is read whole: token calls, profiles,
   probes.  On a fresh connection, never repeated, redirects never followed.

       BUSY -> ANSWERED | FAILED

   `wake` comes once, when it is no longer BUSY; never from inside fetch_start().
   fetch_free() cancels.  Loop thread only. */
#pragma once

#include "upstream/call.h"

#define FETCH_BODY_MAX (1024u * 1024)

struct fetch;

struct fetch_options {
    struct upstream *upstream;
    struct origin *origin;
    const struct proxy *proxy; /* NULL: direct */
    struct str method;
    struct str host;     /* the Host field */
    struct str target;   /* path and query */
    struct str fields;   /* further header fields, each ended by CRLF */
    struct str body;     /* copied, as all texts here, and wiped afterwards */
    uint64_t connect_ms; /* dialling, and TLS, each */
    uint64_t answer_ms;  /* beyond that, to the last byte of the answer */
};

struct fetch *fetch_start(const struct fetch_options *options,
                          void (*wake)(void *arg), void *arg);
void fetch_free(struct fetch *fetch);

enum fetch_state { FETCH_BUSY, FETCH_ANSWERED, FETCH_FAILED };
enum fetch_state fetch_state(const struct fetch *fetch);
/* When FAILED: the step and the cause. */
const struct err *fetch_error(const struct fetch *fetch);
/* When ANSWERED.  The body is at most FETCH_BODY_MAX bytes; valid until
   fetch_free(). */
unsigned fetch_status(const struct fetch *fetch);
const struct headers *fetch_headers(const struct fetch *fetch);
struct str fetch_body(const struct fetch *fetch);
