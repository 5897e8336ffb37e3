// SPDX-License-Identifier: MIT
/* What the running program knows of itself, for GET /admin/api/status.  Filled before
   the first request is served; immutable from then on, and the callbacks may come on
   any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

#define ADMIN_ADDRESSES_MAX 8

struct seats;
struct tally_share;

struct admin_facts {
    uint64_t started_ms; /* steady clock */
    uint64_t started_wall_ms;
    /* "127.0.0.1:3000"; none if it does not serve (a command on the folder). */
    char addresses[ADMIN_ADDRESSES_MAX][72];
    size_t address_count;
    unsigned port; /* that it listens on; 0: none */
    void *arg;
    size_t (*in_flight)(void *arg); /* requests being relayed; NULL: none */
    size_t (*keys)(void *arg);      /* relay keys there are; NULL: none */
    /* `sum`, which is empty, has what all workers count; NULL: nothing. */
    void (*share)(void *arg, struct tally_share *sum);
    const struct seats *seats; /* of clients' connections; NULL: none */
    size_t seats_max;          /* that there can be at once */
    /* Append one text for each thing that somebody has to look after, beside those
       of accounts and store; NULL: none. */
    void (*degraded)(void *arg, struct json_doc *texts);
};

/* "HOST:PORT", or "[HOST]:PORT"; one too many is left out. */
void admin_facts_add_address(struct admin_facts *facts, const char *host,
                             unsigned port);
