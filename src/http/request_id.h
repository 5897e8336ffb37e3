// SPDX-License-Identifier: MIT
/* Our request ids: "req_relay_" and 22 hex digits.  The first 11 are when the request
   came, in ms since 1970; 3 are the node, which a process takes at random; 8 a counter
   that begins anywhere.  So an id says when to look for its booking, and the rest of
   it, the tail, tells it from others of that moment. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/str.h"

#define REQUEST_ID_PREFIX "req_relay_"
#define REQUEST_ID_LEN 32
#define REQUEST_ID_SIZE (REQUEST_ID_LEN + 1)
/* What fits into 11 digits: until the year 2527. */
#define REQUEST_ID_TIME_BITS 44
#define REQUEST_ID_TAIL_BITS 44

/* Where they come from: one for all servers of a process.  Any thread. */
struct request_ids {
    uint64_t node;
    atomic_uint counter;
};

/* Before other threads know it. */
void request_ids_init(struct request_ids *ids);
/* Makes the next one, of a request that came at `wall_ms`. */
void request_ids_next(struct request_ids *ids, uint64_t wall_ms,
                      char out[REQUEST_ID_SIZE]);

/* The id with this time and this tail. */
void request_id_write(uint64_t time_ms, uint64_t tail,
                      char out[REQUEST_ID_SIZE]);
/* Takes one apart; false if `id` is not one of ours as they are written. */
bool request_id_read(struct str id, uint64_t *time_ms, uint64_t *tail);
/* The parts of one that is ours; 0 of any other text. */
uint64_t request_id_time_ms(struct str id);
uint64_t request_id_tail(struct str id);
