// SPDX-License-Identifier: MIT
/* Waiting for a free slot of a key or a group: first come, first served, at most
   QUEUE_MAX at a time.

       WAITING -(call)-> CALLED -(on its loop)-> WAITING, wake
          '--- queue_leave ---> gone <--- queue_leave ---'

   The first is called when a slot was given back and when the one in front of it left;
   all are called when the key or the group was changed.  Whoever is woken asks again
   with its places (struct admission_ask), and leaves them once it was admitted or
   refused.  Nobody is admitted while another waits in front: whoever comes later, or
   is woken sooner on another thread, waits until that one has decided.

   A request waits at its key from the first to the last, and at its group as well
   while that is what is in the way: so a change of either one reaches it, and the
   group's queue is not held up by a request whose key is full.  Each place is made and
   left on its own loop's thread. */
#pragma once

#include "base/loop.h"
#include "team/counters.h"

#define QUEUE_MAX 64

struct queue_place;

/* NULL if so many wait already.  A slot may have become free just before: ask again at
   once.  `wake` may come without need. */
struct queue_place *queue_enter(struct counters *counters, struct loop *loop,
                                void (*wake)(void *arg), void *arg);
/* Admitted, refused, tired of waiting, or the client left.  `wake` does not come any
   more.  NULL is fine. */
void queue_leave(struct queue_place *place);
/* Is it a place in the queue of those counters?  NULL is none. */
bool queue_is_at(const struct queue_place *place,
                 const struct counters *counters);

/* The key or the group of these counters is another one now, in the place where those
   who ask look it up: all who wait there are called, and whoever asks by a snapshot of
   before `changed_ms` is told so (ADMISSION_OUTDATED).  Any thread. */
void queue_owner_changed(struct counters *counters, uint64_t changed_ms);
