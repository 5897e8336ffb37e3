// SPDX-License-Identifier: MIT
/* The relayed endpoints and how their paths are found.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "http/router.h"
#include "team/key.h"

enum endpoint_body {
    ENDPOINT_BODY_WHOLE,    /* kept in memory, so that it can be sent again */
    ENDPOINT_BODY_STREAMED, /* passed on as it comes */
    ENDPOINT_BODY_SIZED, /* JSON: kept up to ENDPOINT_KEPT_MAX, else streamed */
    ENDPOINT_BODY_OPEN, /* anything: kept up to ENDPOINT_OPEN_KEPT_MAX, or streamed
                            as soon as it takes its time and is no JSON object */
};

/* Which models its bodies name: what a key's rules about models are checked by. */
enum endpoint_model {
    ENDPOINT_MODEL_NONE,    /* none */
    ENDPOINT_MODEL_ONE,     /* one, at the top level */
    ENDPOINT_MODEL_EACH,    /* one for each request of a batch */
    ENDPOINT_MODEL_PERHAPS, /* perhaps one, at the top level */
};

#define ENDPOINT_KEPT_MAX (32ull * 1024 * 1024)
#define ENDPOINT_OPEN_KEPT_MAX (8ull * 1024 * 1024)

struct endpoint {
    struct router_row route;
    uint64_t body_max; /* bytes */
    enum endpoint_body body;
    bool metered;       /* its answers tell usage */
    enum key_call call; /* what a key must allow */
    enum endpoint_model model;
    bool is_free;    /* of a key's limits */
    bool is_results; /* its answers are results of a batch */
};

/* The path as the API knows it: without a leading `/api`, with a doubled `/v1` or
   doubled slashes in front of it or right behind it undone, and with the `/v1` that is missing in front of a
   name that the table knows (base URLs end in all these ways).  Borrowed from
   `path`, or from the arena. */
struct str endpoints_upstream_path(struct arena *arena, struct str path);

/* Does the path, as the client sent it, begin with `/api`? */
bool endpoints_is_under_api(struct str path);

/* The row for a method and a path from endpoints_upstream_path(); NULL if there is
   none. */
const struct endpoint *endpoints_find(struct str method, struct str path);

/* A row for everything else below /v1/, for a method that the API uses; NULL if
   the path is not one that passes: its first name, and each one below a first name
   of the rows, has letters, digits and marks only that no server reads as the end of a
   name, and is no other spelling of one in the rows ("Batches", "batches:"); and no segment is empty, leads upwards or hides a '/',
   '.' or '\\'.  What a key must allow depends on the path alone. */
const struct endpoint *endpoints_open(struct str method, struct str path);

/* Is it known that its requests for this path are not paid for?  Results of a batch
   are, one by one, and nobody knows of the open list.  HEAD is like GET. */
bool endpoints_cost_nothing(const struct endpoint *endpoint, struct str path);

/* Do its paths and answers name, by ids, what nobody knows but the account that made it?
   Batches and files are of that kind, and whatever is not known to be another one;
   messages and models are not. */
bool endpoints_owns(const struct endpoint *endpoint);

/* Does its request make something, or set it off, which would be there twice if the
   request was worked on twice?  A message only costs twice. */
bool endpoints_makes(const struct endpoint *endpoint);

/* Why a path below /v1 does not pass, in words. */
const char *endpoints_flaw(struct str path);

/* The methods that the path has, as "GET, POST", in the arena; empty if it does not
   pass. */
struct str endpoints_allow(struct arena *arena, struct str path);

/* HEAD of a base URL, HEAD or GET of its api/hello: Claude Code's look whether
   anybody is there. */
bool endpoints_is_probe(struct str method, struct str path);

/* POST of Claude Code's event log, which is not relayed. */
bool endpoints_is_telemetry(struct str method, struct str path);
