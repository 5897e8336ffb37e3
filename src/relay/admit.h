// SPDX-License-Identifier: MIT
/* What a relay key lets a request do: its rules, and its limits (relay/ration.h).  All is
   quick and true for a caller without a key. */
#pragma once

#include "relay/metering.h"
#include "relay/ration.h"
#include "relay/relayed.h"
#include "team/key.h"

/* Would a message to that model (empty: to any), with this key, now, come to be sent?
   False: `err` says what its client would be told.  Nothing is reserved. */
bool admit_would(const struct key *key, struct str model,
                 struct counters_now now, struct err *err) MUST_CHECK;

/* By its endpoint alone: before the body is read.  A key with rules about models sends
   nothing whose model nobody sees. */
bool admit_may_call(const struct relayed *r, struct err *err) MUST_CHECK;
enum admit_answer {
    ADMIT_GIVEN,
    ADMIT_WAITING, /* again after the next wake */
    ADMIT_REFUSED, /* `err` says why */
};
/* May it ask for what it asks for, by all models that its body names where they may
   serve it (usage/named_models.h)?  And is there room for it in its limits: reserve.
   Whatever was changed meanwhile (its body may have been long in coming, and whoever
   waits waits for a change), r->caller and r->group are taken as they are now, and
   all that was asked is asked again. */
enum admit_answer admit_ask(struct relayed *r, void (*wake)(void *arg),
                            struct err *err);
/* At the account that was chosen: a strict key's limits have room for what it may cost
   there, where its model may be another one (account/model_map.h). */
bool admit_may_cost(struct relayed *r, struct err *err) MUST_CHECK;
/* Before anything goes upstream: the same of what was changed since, its account,
   too (a token may have been long in coming).  The key that it was admitted with stays
   its own. */
bool admit_may_send(struct relayed *r, struct err *err) MUST_CHECK;

/* What was sent and lost may be billed, and is to be sent once more: do the limits leave
   room for both?

       reserved -(answered, refused, left)-> settled: what it used, and each of `lost`
          |  ^
          |  '-----------------.  one more of `lost` is held, too
          '-(lost)-> again? ---'
                        '-(no room, nobody else)-> settled: it, and each of `lost` */
bool admit_again(struct relayed *r) MUST_CHECK;

/* For each wake while the answer comes. */
static inline void admit_look(struct relayed *r)
{
    if (r->ration && r->meter)
        ration_look(r->ration, &r->meter->usage, metering_bytes(r->meter));
}

/* The truth, at the end (attempt_note() knows it); gives back what is not used. */
void admit_settle(struct relayed *r);
/* With the request. */
void admit_done(struct relayed *r);
