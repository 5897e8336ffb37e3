// SPDX-License-Identifier: MIT
/* A probe: one way out, tried once, step by step, with times.  It dials, secures
   and asks `HEAD /` on connections of its own, so that the pool is neither used nor
   filled; any answer, whatever its status, means that the API was reached, unless it is
   our own: then the way leads back here (ERR_LOOP).

       BUSY -> over: probe_result()

   `wake` comes once, when it is over; never from inside probe_start().  Loop
   thread only. */
#pragma once

#include "base/json.h"
#include "base/loop.h"
#include "base/url.h"
#include "http/headers.h"
#include "upstream/proxy.h"

struct probe;
struct tls;

struct probe_options {
    struct loop *loop;
    const struct url *api;
    struct tls *tls;           /* for https; borrowed */
    const char *ca_file;       /* see upstream_new() */
    struct outgoing *outgoing; /* see upstream_make_known() */
    const struct proxy *proxy; /* NULL: direct */
    uint64_t timeout_ms;       /* for dialling, TLS and the answer, each */
};

/* resolve, connect, proxy TLS, authenticate, TLS, request: those there are. */
#define PROBE_STEPS_MAX 6

struct probe_step {
    const char *name;
    bool ok;
    uint64_t us;
    const char *found; /* for people; as long as the probe; or NULL */
};

/* Up to the step that failed. */
struct probe_result {
    bool ok;
    struct probe_step steps[PROBE_STEPS_MAX];
    size_t count;
    uint64_t total_us;
    unsigned status;         /* of the answer, if ok */
    const char *failed_step; /* NULL if ok */
    struct err err;          /* names the step and the proxy, if not ok */
};

struct probe *probe_start(const struct probe_options *options,
                          void (*wake)(void *arg), void *arg);
/* Cancels what is not over; may come in the wake. */
void probe_free(struct probe *probe);

/* NULL while it is BUSY. */
const struct probe_result *probe_result(const struct probe *probe);
/* The fields of the answer; NULL if there was none. */
const struct headers *probe_headers(const struct probe *probe);
/* "host:port" of the API. */
struct str probe_target(const struct probe *probe);

/* What is over, as a document that the caller frees: {ok, proxy {type, host, port}
   or null, target, status or null, steps [{step, ok, ms, us,
   found or null}], total_ms, failed_step or
   null, error or null}. */
struct json_doc *probe_report(const struct probe *probe);
