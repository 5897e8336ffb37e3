// SPDX-License-Identifier: MIT
/* The record of a request of our own to the API (admin/api_fetch.h), for its booking. */
#pragma once

#include "relay/endpoints.h"
#include "upstream/fetch.h"
#include "usage/price.h"
#include "usage/record.h"

/* All texts are borrowed. */
struct api_exchange {
    struct str id;    /* of the request to us that it is for, */
    uint64_t came_ms; /* which came then: wall clock, */
    uint64_t came_ns; /* and steady */
    uint64_t began_ns;
    const struct endpoint *endpoint;
    struct str method;
    struct str path;
    struct str account;
    struct str model; /* that it asked for, or empty */
    uint64_t bytes_in;
};

/* As far as it came by now: one that is busy is given up. */
void api_record_fill(struct record *record, const struct api_exchange *exchange,
                     const struct fetch *fetch);

/* What it used as far as its answer came, what that costs, and whether it is all.  The
   meter is a new one, for JSON, and stays as long as the record. */
void api_record_price(struct record *record, struct meter *meter,
                      const struct api_exchange *exchange,
                      const struct fetch *fetch, const struct prices *prices);
