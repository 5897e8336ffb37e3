// SPDX-License-Identifier: MIT
/* The seed's management API, /oauth, for whoever may use it (admin/access.h).
   One per loop. */
#pragma once

#include "account/keeper.h"
#include "admin/access.h"
#include "config/config.h"
#include "http/request.h"

/* All borrowed. */
struct admin_options {
    struct loop *loop;
    const struct config *config;
    const struct access *access;
    struct store *store;
    struct accounts *accounts;
    struct keeper *keeper;
    struct tls *tls;           /* for the proxy test; NULL if all is http:// */
    const struct proxy *proxy; /* the global one, or NULL */
};

struct admin {
    struct admin_options options;
};

struct admin *admin_new(const struct admin_options *options);
/* Every request must have ended: free the server first. */
void admin_free(struct admin *admin);

/* Takes the request if its path begins with /oauth/. */
bool admin_handle(struct admin *admin, struct request *req);
