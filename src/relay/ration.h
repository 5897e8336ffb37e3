// SPDX-License-Identifier: MIT
/* What a relayed request takes from the limits of its key and group: an estimate before
   it is sent, corrected while the answer comes, the truth at the end.  One handle;
   while it waits for a free slot it stands in the queue.

       NEW -(ask)-> WAITING -(ask)-> GIVEN -(settle)-> SETTLED
        '--------------------------> GIVEN             any of the first two -> freed

   Loop thread only. */
#pragma once

#include "base/loop.h"
#include "team/admission.h"
#include "usage/meter.h"
#include "usage/price.h"

/* Whose limits they are.  All borrowed for as long as the ration. */
struct ration_owner {
    const char *key;   /* names, for texts */
    const char *group; /* NULL: in none */
    struct {
        struct counters *counters; /* NULL: no group */
        const struct limits *limits;
        const struct zone *zone;
    } of[ADMISSION_SIDES];
    bool strict;
    uint64_t queue_wait_ms; /* for a free slot; 0: refused at once */
};

struct ration_options {
    struct loop *loop;
    const struct prices *prices;
    struct counters *all; /* histories of all keys */
    struct ration_owner owner;
    /* What its body asks for; NULL: it cannot be read. */
    const struct scan_facts *facts;
    uint64_t body_bytes;
    bool packed;  /* for texts: it is compressed */
    bool counted; /* false: free of all limits */
    bool costs;   /* tokens and money: its answer tells its usage */
};

struct ration;

struct ration *ration_new(const struct ration_options *options);
/* Leaves the queue.  It has been settled if it was given.  NULL is fine. */
void ration_free(struct ration *ration);

enum ration_answer {
    RATION_GIVEN,
    RATION_WAITING, /* ask again after the next wake */
    RATION_REFUSED, /* `err` says why */
};
enum ration_answer ration_ask(struct ration *ration, void (*wake)(void *arg),
                              void *arg, struct err *err);
/* Has it been given, and not settled yet? */
bool ration_is_held(const struct ration *ration);
/* What is known of the answer so far.  For each wake: mostly it costs two
   comparisons. */
struct ration_look {
    unsigned told;     /* the meter's, as of the last correction */
    uint64_t bytes_at; /* of the answer, from which on more must be held */
};
void ration_correct(struct ration *ration, const struct meter_usage *usage,
                    uint64_t answer_bytes);
struct ration_look *ration_look_of(struct ration *ration);
static inline void ration_look(struct ration *ration,
                               const struct meter_usage *usage,
                               uint64_t answer_bytes)
{
    const struct ration_look *look = ration_look_of(ration);

    if (usage->told != look->told || answer_bytes >= look->bytes_at)
        ration_correct(ration, usage, answer_bytes);
}

/* How the request ended. */
struct ration_end {
    bool sent;                       /* it left us completely */
    bool owed;                       /* it may be billed: it was not refused */
    bool complete;                   /* the answer came to its end */
    const struct meter_usage *usage; /* NULL: nobody read the answer */
    uint64_t answer_bytes;
};
/* If it may be billed and nobody knows how much, what was reserved is booked. */
void ration_settle(struct ration *ration, const struct ration_end *end);
