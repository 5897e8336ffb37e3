// SPDX-License-Identifier: MIT
/* What counters.c, admission.c and queue.c share.  All under the counters' mutex; that of
   a key is taken before that of its group, and the one of `unsaved` last. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/list.h"
#include "team/counters.h"
#include "team/minute.h"
#include "team/quarters.h"
#include "team/windows.h"

/* What requests under way hold. */
struct held {
    uint64_t
        requests; /* of those that are counted: they are the ones at once */
    uint64_t tokens_out;
    uint64_t cost_microusd;
    uint64_t whole; /* requests that hold all that is left of cost limits */
};

enum { RATE_REQUESTS, RATE_TOKENS_IN, RATE_TOKENS_OUT, RATES };

/* A request was refused, not because of others under way: what is left is too little. */
struct refused {
    uint64_t at;       /* what the limit was then */
    uint64_t until_ms; /* wall clock: when it would fit; 0: none was refused */
};

/* Made when the first request comes: most keys rest. */
struct activity {
    struct quarters quarters; /* of a good month */
    struct windows windows;   /* sums of them */
    struct use total;
    struct held held;
    struct refused refused[LIMIT_COUNT];
    struct minute *rates[RATES]; /* NULL: not limited yet */
    struct list waiting;         /* queue.c */
    size_t waiting_count;
    struct quarters pending; /* counted, not saved */
    struct quarters taken;   /* being saved */
    bool taking;
    size_t history_count; /* the latest first */
    struct kept_history {
        struct history history;
        uint64_t learned; /* how often, since the start */
        uint64_t saved;   /* as of then */
        uint64_t taken;   /* as of then, it is being saved */
    } * histories;        /* COUNTERS_HISTORIES_MAX */
};

struct counters {
    pthread_mutex_t mutex;
    atomic_uint refs;
    int64_t subject;
    struct unsaved *unsaved; /* or NULL */
    struct list node;        /* in it, behind its mutex */
    bool listed;             /* likewise */
    struct activity *activity;
    uint64_t changed_ms; /* of the snapshot of their owner that holds */
};

/* Locks; the activity is there from now on. */
struct activity *counters_lock(struct counters *counters);
void counters_unlock(struct counters *counters);

/* In unsaved.c: there is something to be saved; locked. */
void unsaved_list(struct counters *counters);

/* Book what was used: locked. */
void counters_add(struct counters *counters, const struct use *use,
                  uint64_t wall_ms);

/* Used of that limit, and held beside what is used if it is as high as `at` (which may
   be LIMIT_NONE); locked. */
uint64_t counters_used(struct activity *activity, enum limit limit,
                       const struct zone *zone, struct counters_now now);
uint64_t counters_held(const struct activity *activity, enum limit limit,
                       uint64_t used, uint64_t at);
/* When no more than `most` of it is used, by the wall clock; 0: now, never, or it is
   not known.  Locked. */
uint64_t counters_opens(struct activity *activity, enum limit limit,
                        uint64_t most, struct counters_now now);

/* In queue.c: whoever is the first of those who wait may try now; locked. */
void queue_call_first(struct activity *activity);
/* Does nobody wait in front of that place (NULL: of one who comes now)?  Locked. */
struct queue_place;
bool queue_is_first(const struct activity *activity,
                    const struct queue_place *place);
