// SPDX-License-Identifier: MIT
/* What a refresh does next: one pure function over states and events.  The flow
   (account/refresh.h) does the I/O.

       LOCKING -> READING -> RESERVING -> ASKING -> READING -> SAVING -> OVER
        |   ^        ^                     ^                    |  ^
        v   |        |  the document could |                    v  |
       PAUSING       '- not be read ------ HELD <---------------'  | again,
                                            '----------------------' with backoff

   LOCKING: nobody else, in this process or another, refreshes the account.
   READING: the document as it is now: only under the lock is the refresh token
   read.  RESERVING: room for the new document, before the old token is spent; below,
   what becomes of it if there is none.  ASKING: the token call has left, and nothing but newer tokens or a removal
   ends it.  READING again: a sign-in that did not wait for the lock may have brought
   newer tokens; they stay.  SAVING: durable before anyone uses it.  HELD: the store cannot be
   written; the new tokens are used from memory, and the lock is kept, since the
   document holds a spent token.

   RESERVING, and there is no room:

       the token that is there  | nobody waits | somebody waits, by hand too
       -------------------------+--------------+----------------------------
       serves still             | OVER         | OVER: nothing is spent
       has expired, was refused | OVER         | ASKING (decision 0008)

   Tokens are *precious* from the moment when they were granted, adopted or found
   newer than the document until they are saved.  Precious tokens leave memory in
   two more ways only: a removal that somebody asked for, and a stop that says so
   (REFRESH_ENDS_LOST).  Pure. */
#pragma once

#include <stdbool.h>

#include "account/refresh_rules.h"

enum refresh_state {
    REFRESH_LOCKING,
    REFRESH_PAUSING,
    REFRESH_READING,
    REFRESH_RESERVING,
    REFRESH_ASKING,
    REFRESH_SAVING,
    REFRESH_HELD,
    REFRESH_OVER,
    REFRESH_STATES,
};

enum refresh_goal {
    REFRESH_RENEW,   /* exchange the refresh token */
    REFRESH_ADOPT,   /* save the tokens of a sign-in */
    REFRESH_RESTORE, /* an older document was put back, or it is away: write what
                        memory has */
    REFRESH_MARK,    /* save that the grant was refused for good */
};

enum refresh_event {
    REFRESH_LOCKED,
    REFRESH_BUSY,    /* somebody else holds the lock */
    REFRESH_NO_LOCK, /* it cannot be taken */
    REFRESH_READ,
    REFRESH_GONE,       /* removed, as somebody asked for */
    REFRESH_AWAY,       /* not there, or damaged, and nobody removed it */
    REFRESH_UNREADABLE, /* the document, for now */
    REFRESH_RESERVED,
    REFRESH_NO_ROOM,
    REFRESH_GRANTED,
    REFRESH_REFUSED,
    REFRESH_TRANSIENT,
    REFRESH_SAVED,
    REFRESH_NOT_SAVED,
    REFRESH_TIME, /* the timer */
    REFRESH_TOLD_ADOPT,
    REFRESH_TOLD_DROP, /* the account was removed */
    REFRESH_TOLD_STOP, /* the process ends */
    REFRESH_EVENTS,
};

/* What an event is judged by; each names the event, or the state, it belongs to. */
struct refresh_facts {
    bool patient;               /* BUSY: has not waited for long */
    enum refresh_choice choice; /* READ: what the document asks for */
    bool spent;     /* READ: its tokens are older than those in memory */
    bool overtaken; /* READ: it got newer tokens than those that were granted */
    bool known;     /* AWAY: memory has the whole document, newest */
    bool awaited;   /* NO_ROOM: somebody waits for another token */
    bool useless;   /* NO_ROOM: the one that is there serves nobody */
    bool newer;     /* SAVED, NOT_SAVED: newer tokens came meanwhile */
    bool unread;    /* HELD: the document was not read yet */
    bool due;       /* HELD, TIME: the held token has expired too */
    bool too_late;  /* NOT_SAVED, HELD: the time that a stop has is over */
};

enum refresh_end {
    REFRESH_GOES_ON,
    REFRESH_ENDS_SAVED,   /* new tokens are in use */
    REFRESH_ENDS_USED,    /* what is there serves: somebody else was first */
    REFRESH_ENDS_FAILED,  /* the event said why */
    REFRESH_ENDS_REMOVED, /* the account */
    REFRESH_ENDS_STOPPED, /* before anything was asked */
    REFRESH_ENDS_LOST,    /* the process ends with tokens that were not saved */
};

struct refresh_plan {
    enum refresh_state state;
    enum refresh_goal goal;
    bool precious;
    bool removed;
    bool stopping;
    bool verifying; /* a last look at the document before the end */
};

struct refresh_move {
    /* Begin what plan->state says; otherwise what is under way goes on. */
    bool enter;
    enum refresh_end end; /* with plan->state OVER */
};

/* Changes the plan.  Events that cannot come in a state are a mistake of the caller:
   asserted. */
struct refresh_move refresh_next(struct refresh_plan *plan,
                                 enum refresh_event event,
                                 const struct refresh_facts *facts);

/* Can this event come in this state? */
bool refresh_can_happen(enum refresh_state state, enum refresh_event event);
