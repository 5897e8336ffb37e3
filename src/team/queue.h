// SPDX-License-Identifier: MIT
/* Waiting for a free slot of a key or a group: first come, first served, at most
   QUEUE_MAX at a time.

       WAITING -(a slot was given back)-> CALLED -(on its loop)-> WAITING, wake
          '--- queue_leave ---> gone <--- queue_leave ---'

   Whoever is woken asks again with its place (struct admission_ask), and leaves it once
   admitted; a request that comes later is never admitted in between.  Whoever leaves
   passes the call on.  Each place is made and left on its own loop's thread. */
#pragma once

#include "base/loop.h"
#include "team/counters.h"

#define QUEUE_MAX 64

struct queue_place;

/* NULL if so many wait already.  A slot may have become free just before: ask again at
   once.  `wake` may come without need. */
struct queue_place *queue_enter(struct counters *counters, struct loop *loop,
                                void (*wake)(void *arg), void *arg);
/* Admitted, tired of waiting, or the client left.  `wake` does not come any more.
   NULL is fine. */
void queue_leave(struct queue_place *place);
