// SPDX-License-Identifier: MIT
/* How a command comes to whoever works on the data folder; pure.

       ASKING --somebody answers on the control socket--> RELAY
         | ^
         | '--------------------- WAITING
       nobody does                   ^
         v                           |
       TAKING --held by a relay, or by another command; for a while
         |    --for too long--> REFUSED
         '----the folder's lock is ours--> ALONE

   What cannot be asked, or cannot be locked, is REFUSED as well: nothing is written
   behind a relay's back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A relay makes a missing socket again within two seconds, and one that starts reads
   its keys first. */
#define APPROACH_RELAY_MS 10000
#define APPROACH_COMMAND_MS 30000

enum approach_state {
    APPROACH_ASKING,
    APPROACH_TAKING,
    APPROACH_WAITING,
    APPROACH_RELAY,
    APPROACH_ALONE,
    APPROACH_REFUSED,
};

enum approach_event {
    APPROACH_ANSWERED,
    APPROACH_NOBODY,     /* listens */
    APPROACH_TOOK,       /* the lock */
    APPROACH_BY_RELAY,   /* it is held */
    APPROACH_BY_COMMAND, /* likewise */
    APPROACH_LATER,      /* a moment has passed */
    APPROACH_FAILED,
};
#define APPROACH_EVENTS (APPROACH_FAILED + 1)

struct approach {
    enum approach_state state;
    enum approach_event holder; /* since when the lock is held, and by whom */
    uint64_t since_ms;
};

/* Begins with ASKING, at any time. */
void approach_begin(struct approach *approach);
/* False if that cannot happen in this state, and nothing changes. */
bool approach_next(struct approach *approach, enum approach_event event,
                   uint64_t now_ms);
/* How long it will wait for whoever holds the lock. */
uint64_t approach_patience_ms(const struct approach *approach);
