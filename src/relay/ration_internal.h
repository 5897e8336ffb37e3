// SPDX-License-Identifier: MIT
/* What ration.c (asking, correcting, settling) and ration_estimate.c share.  Not for
   other folders. */
#pragma once

#include "relay/ration.h"
#include "team/queue.h"

struct ration {
    struct ration_look look; /* in front: seen at each wake */
    struct ration_options options;
    struct admission admission;
    struct estimate estimate;
    struct estimate unread; /* what is booked if its usage is never told */
    const char *boundless;  /* why nothing bounds what it may cost; or NULL */
    char model[SIFT_TEXT_MAX + 1];
    const struct price
        *price;    /* of the model asked for, then of that answered */
    bool answered; /* which of the two it is */
    bool has_history;
    bool is_own_history;    /* of the key; else of all keys */
    struct history history; /* what it was estimated by */
    uint64_t cost_out;      /* of the estimate: what is not input */
    bool corrects;          /* input can be told from the rest */
    struct queue_place *place;
    const struct counters *queued_at; /* whose queue that is */
    struct loop_timer *patience;      /* while it waits */
    uint64_t wait_until_ms;
};

static inline uint64_t ration_smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Its price, until the answer says which model it was. */
void ration_find_price(struct ration *ration, const char *model);

/* From the body's facts and what its like came to. */
void ration_estimate(struct ration *ration);
