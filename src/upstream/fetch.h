// SPDX-License-Identifier: MIT
/* One small outgoing exchange whose answer is read whole: token calls, profiles,
   probes.  On a connection of its own, never repeated, redirects never followed.

       BUSY -> ANSWERED | FAILED

   ANSWERED: any status, the body complete.  An answer that is cut, too large or
   late is FAILED, unless `look` says that what came must not be lost: then the bytes
   are looked at as they came too, whatever is wrong with head and framing.  `wake`
   comes once, when it is no longer BUSY; never from inside fetch_start().  fetch_free() cancels, and may come in the wake.  Request and
   answer are wiped when they are no longer needed.  Loop thread only. */
#pragma once

#include "upstream/call.h"

#define FETCH_BODY_MAX (1024u * 1024)

/* With `look`: how large the body may be; how long the rest of an answer may take
   that has all it needs, or that was to come no more. */
#define FETCH_KEEP_MAX (4u * 1024 * 1024)
#define FETCH_REST_MS 2000

struct fetch;

/* What the body, as far as it came, is good for. */
enum fetch_worth {
    FETCH_WORTHLESS, /* incomplete it is none */
    FETCH_PRECIOUS,  /* if no more comes, it is ANSWERED all the same */
    FETCH_ENOUGH,    /* nothing that matters is missing: the rest may be lost */
};
/* `status` is 0 as long as none was understood. */
typedef enum fetch_worth fetch_look_fn(unsigned status, struct str body);
/* The body is complete by its framing: does it look as if it were not? */
typedef bool fetch_doubt_fn(unsigned status, struct str body);

struct fetch_options {
    struct upstream *upstream;
    struct origin *origin;     /* the fetch takes a reference of its own */
    const struct proxy *proxy; /* NULL: direct */
    struct str method;
    struct str host;   /* the Host field */
    struct str target; /* path and query */
    struct str
        fields;      /* further fields, each ended by CRLF; Host, Content-Length
                            and Accept-Encoding (identity) are written here */
    struct str body; /* copied, as all texts here are */
    uint64_t connect_ms;   /* dialling, and TLS, each */
    uint64_t answer_ms;    /* from sending to the last byte of the answer */
    fetch_look_fn *look;   /* NULL: an answer is complete or worth nothing */
    fetch_doubt_fn *doubt; /* with `look`: the connection is listened to for
                              FETCH_REST_MS more; NULL: never */
};

struct fetch *fetch_start(const struct fetch_options *options,
                          void (*wake)(void *arg), void *arg);
void fetch_free(struct fetch *fetch);

enum fetch_state { FETCH_BUSY, FETCH_ANSWERED, FETCH_FAILED };
enum fetch_state fetch_state(const struct fetch *fetch);
/* When FAILED: the step and the cause; ERR_BAD_RESPONSE for a body above
   the limit, ERR_TIMEOUT for a late one. */
const struct err *fetch_error(const struct fetch *fetch);
/* How far it came, or had come when it failed. */
struct call_facts fetch_facts(const struct fetch *fetch);
/* When ANSWERED, valid until fetch_free().  The body comes without framing, and
   without gzip, deflate, br or zstd (upstream/layers.h) should the upstream have packed
   it all the same.  The
   status is 0, and there are no fields, if the head was not understood.  Status and
   body, perhaps packed, are there before and when FAILED too, as far as they came. */
unsigned fetch_status(const struct fetch *fetch);
const struct headers *fetch_headers(const struct fetch *fetch);
struct str fetch_body(const struct fetch *fetch);
