// SPDX-License-Identifier: MIT
/* What a relay key lets a request do: its rules, and its limits (relay/ration.h).  All is
   quick and true for a caller without a key. */
#pragma once

#include "relay/metering.h"
#include "relay/ration.h"
#include "relay/relayed.h"
#include "team/key.h"

/* By its endpoint alone: before the body is read.  A key with rules about models sends
   nothing whose model nobody sees. */
bool admit_may_call(const struct relayed *r, struct err *err) MUST_CHECK;
/* By all models that its body names where they may serve it (usage/named_models.h), once
   that was looked at, or is streamed. */
bool admit_may_ask(const struct relayed *r, struct err *err) MUST_CHECK;

/* Its body may have been long in coming: before it is asked what it asks for, the caller
   is taken as it is now, if anything was changed, and what is asked above is asked
   again. */
bool admit_renew(struct relayed *r, struct err *err) MUST_CHECK;
/* The same before anything goes upstream, once its account is known: a token may have
   been long in coming, too.  The key that it was admitted with stays its own. */
bool admit_may_send(struct relayed *r, struct err *err) MUST_CHECK;

/* Reserve.  WAITING: again after the next wake; then, and whenever they turn out to have
   been changed, r->caller and r->group are taken as they are now, and all that is asked
   above is asked again.  REFUSED leaves the reason in `err`.  Never OUTDATED. */
enum ration_answer admit_ask(struct relayed *r, void (*wake)(void *arg),
                             struct err *err);

/* For each wake while the answer comes. */
static inline void admit_look(struct relayed *r)
{
    if (r->ration && r->meter)
        ration_look(r->ration, &r->meter->usage, metering_bytes(r->meter));
}

/* A call is given up, or over: did its request leave? */
void admit_note_sent(struct relayed *r);
/* The truth, at the end; gives back what is not used. */
void admit_settle(struct relayed *r);
/* With the request. */
void admit_done(struct relayed *r);
