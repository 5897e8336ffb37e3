// SPDX-License-Identifier: MIT
/* A round: something that is done once on each of several loops, for somebody who is told
   when it has been done on all of them.

       UNDER WAY -(the last loop)-> DONE -> told: wake(arg), once, on the asker's loop

   Visits never overlap, so that what they fill needs no lock of its own.  Freed early
   it goes on, and nobody is told; whoever lets go last drops what was filled.  The
   loops must outlive the asker's interest, not the round: one that is freed carries out
   what was posted to it (base/loop.h). */
#pragma once

#include "base/loop.h"

struct round;

/* Where it goes. */
struct round_place {
    struct loop *loop;
    void *what; /* for the visit: what is there */
};

struct round_options {
    const struct round_place *places; /* copied */
    size_t count;
    /* On the place's thread; `state` is whatever is filled. */
    void (*visit)(void *state, void *what);
    void (*drop)(void *state); /* NULL: nothing; on any thread */
    void *state;
    struct loop *loop; /* the asker's */
    void (*wake)(void *arg);
    void *arg;
};

struct round *round_start(const struct round_options *options);
/* Asker's thread, as the next two.  NULL is fine. */
void round_free(struct round *round);
bool round_is_done(const struct round *round);
/* Once it is done. */
void *round_state(const struct round *round);
