// SPDX-License-Identifier: MIT
/* The endpoints.  To add one, add a row in routes.c. */
#pragma once

#include "http/router.h"

struct visit;

enum route_access {
    ROUTE_OPEN,    /* no credential */
    ROUTE_API,     /* a credential and anthropic-version */
    ROUTE_OAUTH,   /* an OAuth credential */
    ROUTE_CONTROL, /* of the sim itself: no directives, no ledger */
};

struct route {
    struct router_row row;
    void (*answer)(struct visit *visit);
    enum route_access access;
    uint64_t body_max;
    void (*upload)(
        struct visit *visit); /* sets a sink; NULL: body kept whole */
};

/* NULL if there is none.  HEAD is answered like GET.  `param`: what stands for ':'. */
const struct route *route_find(struct str method, struct str path,
                               struct str *param);

/* Some endpoint has that path, with another method. */
bool route_has_path(struct str path);
