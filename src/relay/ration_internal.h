// SPDX-License-Identifier: MIT
/* What ration.c (asking), ration_answer.c (correcting, settling) and ration_estimate.c
   share.  Not for other folders. */
#pragma once

#include "base/clock.h"
#include "relay/ration.h"
#include "relay/ration_basis.h"
#include "team/queue.h"

struct ration {
    struct ration_look look; /* in front: seen at each wake */
    struct ration_options options;
    struct admission admission;
    struct estimate estimate;
    struct estimate unread; /* what is booked if its usage is never told */
    struct estimate most;   /* whatever its like came to; as far as is known */
    struct estimate worst;  /* proven, or all 0: for histories */
    uint64_t asked;         /* tokens of output at the most */
    char *boundless; /* of RATION_STRICT_UNBOUNDED: why nothing bounds it */
    char model[SIFT_TEXT_MAX + 1];
    const struct price *price; /* of the model asked for, or of that answered */
    bool answered;             /* the latter */
    struct estimate top;       /* of ration_goes_as(): the most that was held */
    bool
        renamed; /* the price is of the name that its account has for the model */
    bool elsewhere; /* at another provider */
    enum ration_basis basis;
    struct history history; /* of its like, if the basis knows any */
    bool has_tools;         /* that the server runs */
    unsigned
        again; /* how often it was made again, of which nobody knows what it
                       came to */
    struct queue_place *places[ADMISSION_SIDES]; /* NULL: it waits not there */
    struct loop_timer *patience;                 /* while it waits */
    uint64_t since_ms;                           /* likewise */
    enum limit refused_by;                       /* LIMIT_COUNT: none */
    bool refused_group;
};

static inline uint64_t ration_smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t ration_larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Answers say what they like. */
static inline uint64_t ration_sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static inline struct counters_now ration_now(const struct ration *ration)
{
    return (struct counters_now){ loop_now_ms(ration->options.loop),
                                  clock_wall_ms() };
}

/* What such ones are booked as. */
struct estimate ration_lost(const struct ration *ration, unsigned count);

/* Its price, until the answer says which model it was. */
void ration_find_price(struct ration *ration, const char *model);

/* From the body's facts and what its like came to.  May be done again. */
void ration_estimate(struct ration *ration);
