// SPDX-License-Identifier: MIT
/* What a relayed request takes from the limits of its key and group: an estimate before
   it is sent, corrected while the answer comes, the truth at the end.  One handle.

       NEW -(ask)-> GIVEN -(settle)-> SETTLED
        |             ^
        |             '------------------(ask)-----------------.
        '-(ask)-> WAITING AT ITS KEY -(ask)-> WAITING AT ITS KEY AND GROUP
                      ^                                        |
                      '-(ask; another group: ration_renew)-----'
       any but GIVEN -(ask)-> refused;   any -> freed: it leaves its queues, and gives back
       GIVEN -(again)-> GIVEN            for one more, beside what may be billed already

   While it waits it is woken when it may try, when its key or group was changed, when
   something of its key ends, and when it has waited long enough.  Whoever is woken
   looks its key and group up (ration_renew) before it asks again, and so does whoever
   is told that they are outdated: nobody is given what they do not allow any more.

   Loop thread only. */
#pragma once

#include "base/loop.h"
#include "team/admission.h"
#include "team/key.h"
#include "usage/meter.h"
#include "usage/price.h"

/* Whose limits they are, as of one look.  All borrowed, until they are renewed or for
   as long as the ration. */
struct ration_owner {
    const char *key;   /* names, for texts */
    const char *group; /* NULL: in none */
    struct {
        struct counters *counters; /* NULL: no group */
        const struct limits *limits;
        const struct zone *zone;
        uint64_t changed_ms; /* of the snapshot */
    } of[ADMISSION_SIDES];
    bool strict;
    uint64_t queue_wait_ms; /* for a free slot; 0: refused at once */
    uint64_t ends_ms;       /* wall clock: look again then; or KEY_NEVER */
};

struct ration_options {
    struct loop *loop;
    const struct prices *prices;
    uint64_t came_ms;     /* wall clock: whose prices hold */
    struct counters *all; /* histories of all keys */
    struct ration_owner owner;
    /* What its body asks for; NULL: it cannot be read.  Borrowed until it is given. */
    const struct scan_facts *facts;
    uint64_t body_bytes;
    bool packed;  /* for texts: it is compressed */
    bool counted; /* false: free of all limits */
    bool costs;   /* tokens and money: its answer tells its usage */
    bool
        costs_later; /* money, of which nothing is known yet: it is refused only when
                         a cost limit is used up */
};

struct ration;

struct ration *ration_new(const struct ration_options *options);
/* Leaves the queue.  What was given and is not settled is given back, as if nothing had
   been sent.  NULL is fine. */
void ration_free(struct ration *ration);

/* Would the smallest request there is be let in, at once or after it waited?  False:
   `err` says what it would be told.  Nothing is reserved. */
bool ration_has_room(const struct ration_owner *owner, struct counters_now now,
                     struct err *err) MUST_CHECK;

/* The key and the group as they are now, before it is asked again: what is reserved is
   estimated anew, and it leaves the queue of a group that it is in no more. */
void ration_renew(struct ration *ration, const struct ration_owner *owner);

enum ration_answer {
    RATION_GIVEN,
    RATION_WAITING,  /* after the next wake: renew, and ask again */
    RATION_OUTDATED, /* its key or group was changed: likewise, now */
    RATION_REFUSED,  /* `err` says why */
};
enum ration_answer ration_ask(struct ration *ration, void (*wake)(void *arg),
                              void *arg, struct err *err);
/* It was given, and goes to an account that calls its model so: what a strict key's may come
   to there is held.  False, and it is as before, if its limits have no room for that.  What
   its body asks for is borrowed for this, too.  `elsewhere`: to another provider, of whose
   models nobody knows what they cost: one without a price counts as the dearest, but
   for a strict key not as more than is held. */
bool ration_goes_as(struct ration *ration, struct str model,
                    bool elsewhere) MUST_CHECK;
/* Which limit refused it, if one did: of a ration that was refused.  False: something
   else is in the way. */
bool ration_refused_by(const struct ration *ration, enum limit *limit,
                       bool *of_group);
/* Is there a price for its model, that of the answer once it is known?  True if it costs
   nothing. */
bool ration_has_price(const struct ration *ration);
/* Has it been given, and not settled yet? */
bool ration_is_held(const struct ration *ration);
/* What was sent may be billed, nobody will know for how much, and the same is to be sent
   once more: what the former may have come to is held until the end, besides what is
   held for the latter.  False, and nothing changes, if the limits have no room for both
   (or were changed just now). */
bool ration_again(struct ration *ration) MUST_CHECK;

/* What is known of the answer so far.  For each wake: mostly it costs two
   comparisons. */
struct ration_look {
    unsigned told; /* the meter's, as of the last correction */
    uint64_t
        bytes_at; /* of the answer, from which on more must be held: as it is
                          read, whatever its coding */
};
void ration_correct(struct ration *ration, const struct meter_usage *usage,
                    uint64_t answer_bytes);
struct ration_look *ration_look_of(struct ration *ration);
static inline void ration_look(struct ration *ration,
                               const struct meter_usage *usage,
                               uint64_t answer_bytes)
{
    const struct ration_look *look = ration_look_of(ration);

    if (usage->told != look->told || answer_bytes >= look->bytes_at)
        ration_correct(ration, usage, answer_bytes);
}

/* How the request ended. */
struct ration_end {
    bool sent;     /* it left us completely */
    bool owed;     /* it may be billed: it was not refused */
    unsigned lost; /* so many more may be billed, of which nobody knows more */
    bool complete; /* the answer came to its end */
    const struct meter_usage *usage; /* NULL: nobody read the answer */
    uint64_t answer_bytes;           /* as it was read */
};
/* If it may be billed and nobody knows how much, what was reserved is booked; the same
   for each that was lost. */
void ration_settle(struct ration *ration, const struct ration_end *end);
