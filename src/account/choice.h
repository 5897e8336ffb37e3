// SPDX-License-Identifier: MIT
/* Which of several accounts serves a request, and why not the others.  Pure.

   What cannot serve it is left out: not allowed by the key, not the one that made what the
   request names, without the model, tried already, switched off, signed out, blocked,
   paused, full.  Of the rest

   1. the one that the session is bound to;
   2. those of the highest priority;
   3. of these, for a new session, the first by weighted rendezvous hashing: every
      relay, before and after a restart, comes to the same one, and one account more or
      less moves only the sessions that are its own;
      without a session a random one, by weight and by what remains of its windows.

   Softly paused and stopped ones (account/health.h) serve only if no other is left, the
   one that may be asked soonest first, stopped ones last. */
#pragma once

#include "account/health.h"

/* A weight of nothing in particular. */
#define CHOICE_WEIGHT 100
#define CHOICE_NONE SIZE_MAX

enum choice_why {
    CHOICE_FINE,
    CHOICE_NOT_ALLOWED,
    CHOICE_NOT_OWNER, /* what the request names (a batch, a file) is another's */
    CHOICE_TRIED,
    CHOICE_STOPPED, /* disabled, signed out or blocked: its view says which */
    CHOICE_PAUSED,
    CHOICE_FULL,
    CHOICE_NO_MODEL,
    CHOICE_LATER,     /* softly paused, and another one is not */
    CHOICE_NOT_BOUND, /* the session is another's */
    CHOICE_PRIORITY,  /* another has a higher one */
    CHOICE_OTHER,     /* it could have been this one */
    CHOICE_WHYS,
};
const char *choice_why_word(enum choice_why why);

/* One account, as it is now. */
struct choice_row {
    struct str name;
    struct health_view health;
    bool allowed;
    bool foreign;       /* what the request names is another's */
    bool tried;         /* by this request */
    bool full;          /* as many requests as it may have are in flight */
    bool no_model;      /* it does not have the one that is asked for */
    int64_t priority;   /* higher ones first */
    uint64_t weight;    /* 0: only if no other of its priority is left */
    uint64_t spare_ppm; /* what remains of its windows, in millionths */
};

struct choice_ask {
    const struct choice_row *rows;
    size_t count;
    uint64_t session; /* of its key, evenly spread; 0: none */
    size_t bound;     /* the row that the session is bound to, or CHOICE_NONE */
    uint64_t random;  /* evenly spread */
};

/* The row, or CHOICE_NONE; and of each row why it is not the one. */
size_t choice_of(const struct choice_ask *ask, enum choice_why *whys);
