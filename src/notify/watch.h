// SPDX-License-Identifier: MIT
/* From what is seen now, and what was told already, to what is to be told: each event once
   when it has begun, and once when it is over.  Pure; the time is an argument.

       (unknown) --seen--> SETTLING --seen for its settling time--> TOLD
                              |  ^                                 |  ^
                         gone |  '---- not seen for that time,     |  | seen again
                              v        which is told -------.      v  |
                          (unknown) <-----------------------'--- LEAVING

   Of degrees of the same (80 %, then all of it) the higher one takes the place of the
   lower one, without a word about that being over; when it falls, the higher one is over
   and the lower one begins.  What was over by itself is RESTING instead of unknown until
   it may be told again (event.h), and what is seen sooner is SETTLING as long; each
   degree for itself.  At most `max` events are known, for which those that rest make
   room; what comes beyond is counted, and not told. */
#pragma once

#include "notify/event.h"

struct watch;

struct watch_calls {
    void (*tell)(void *arg, const struct event *event, enum event_end end);
    /* Why nothing was seen of it; not EVENT_HOLDS. */
    enum event_end (*end)(void *arg, const struct event *event);
};

/* `calls` come from inside watch_see() and watch_end(), with an event that is there
   while they run. */
struct watch *watch_new(size_t max, const struct watch_calls *calls, void *arg);
/* NULL is fine. */
void watch_free(struct watch *watch);

/* One look at everything that there is of a source: it begins, each event is seen, it
   ends.  Looks of several sources may overlap. */
void watch_begin(struct watch *watch, enum event_source source);
void watch_see(struct watch *watch, const struct event *event, uint64_t now_ms);
void watch_end(struct watch *watch, enum event_source source, uint64_t now_ms);

/* Visit those that were told and are not over, the oldest first. */
void watch_each(const struct watch *watch,
                void (*visit)(void *arg, const struct event *event), void *arg);
/* How often there was no room. */
uint64_t watch_left_out(const struct watch *watch);
