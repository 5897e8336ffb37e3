// SPDX-License-Identifier: MIT
/* Waiting for a free slot of a key or a group: first come, first served, at most
   QUEUE_MAX at a time.  Each place is freed on its own loop's thread:

       WAITING -(a slot was given back)-> CALLED (wake, on its loop)
          '------------ queue_leave -------------'-> gone

   Whoever was called reserves with `in_turn`; its call passes on to the next when it
   leaves without having been admitted.  Nobody who comes later is admitted in
   between. */
#pragma once

#include "base/loop.h"
#include "team/counters.h"

#define QUEUE_MAX 64

struct queue_place;

/* NULL if so many wait already. */
struct queue_place *queue_enter(struct counters *counters, struct loop *loop,
                                void (*wake)(void *arg), void *arg);
/* Has the turn come? */
bool queue_is_called(const struct queue_place *place);
/* Admitted, tired of waiting, or the client left.  `admitted`: the slot is taken.
   `wake` does not come any more.  NULL is fine. */
void queue_leave(struct queue_place *place, bool admitted);
