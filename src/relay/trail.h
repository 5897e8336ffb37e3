// SPDX-License-Identifier: MIT
/* When a request came how far: noted on the way, where a clock is read already or where it
   waited, and told at its end as a struct detail.  Not for other folders. */
#pragma once

#include "base/str.h"
#include "upstream/call.h"

struct relayed;

/* Of an attempt, once its call has ended. */
struct trail_way {
    uint64_t began_ns;
    uint64_t took_ns;  /* until its head came, or it failed */
    uint64_t token_ns; /* a token was awaited so long before it; 0: not */
    struct call_times times;
    bool fresh;
    struct str proxy; /* in the request's arena, as the next; or empty */
    struct str why;
};

/* Steady clock; 0: it did not wait there. */
struct trail {
    uint64_t received_ns;   /* the body is there */
    uint64_t admitted_ns;   /* a slot was waited for */
    uint64_t asked_ns;      /* a token is awaited */
    uint64_t token_ns;      /* so long, before the next attempt */
    struct trail_way way;   /* of the present attempt */
    struct trail_way *past; /* of those before, as attempt->past; or NULL */
};

void trail_received(struct relayed *r);
void trail_admitted(struct relayed *r);
void trail_token_asked(struct relayed *r);
void trail_token_came(struct relayed *r);
/* Its call is about to be freed. */
void trail_note_call(struct relayed *r);
/* The present attempt is one of those before. */
void trail_turn(struct relayed *r);

/* At its end. */
struct record;
struct running_seat;
void trail_keep(const struct relayed *r, const struct record *record,
                struct running_seat *seat);
