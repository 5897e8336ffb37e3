// SPDX-License-Identifier: MIT
/* `GET /health` and `GET /`.  This machine is told what runs, what is wrong
   ("degraded") and how to use it; strangers only that something lives.  HEAD is like
   GET, other methods are refused. */
#pragma once

#include "account/accounts.h"
#include "http/request.h"
#include "store/store.h"

/* What there is to look after; borrowed. */
struct health_sources {
    struct accounts *accounts;
    struct store *store;
};

/* Takes the request if it asks for one of the two; false leaves it untouched. */
bool health_handle(struct request *req, const struct health_sources *sources);
