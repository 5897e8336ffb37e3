// SPDX-License-Identifier: MIT
/* What a request's body says to the relay: the seed's proxy_config member, with
   which this machine names its own way out. */
#pragma once

#include "base/macros.h"
#include "relay/relayed.h"

/* Is it compressed?  Then it is never looked at, and passes as it is. */
bool body_is_packed(const struct headers *headers);

/* More of the body is here, and not all: long ones are looked at while the CPU has
   them at hand. */
void body_look_ahead(struct relayed *r);

/* Of a kept body, as far as it has come: may it be a JSON object, or meant as one, that
   names a proxy or null?  No more once an object has ended that does not: what comes
   behind it is another line. */
bool body_may_name(const struct relayed *r);

/* More has come of a body that is passed on as it comes, and that only this look
   keeps from naming a proxy (null is none).  False with an error if it does, or if it
   belongs to an endpoint that takes JSON objects and is none, so that nobody can
   tell. */
bool body_may_pass(struct relayed *r, struct err *err) MUST_CHECK;

/* The whole body is here: r->body and, if it named one, r->proxy.  Its proxy_config
   is cut out, and nothing else is changed; null means that it names none.  False
   with an error if it is neither a proxy nor null. */
bool body_take(struct relayed *r, struct err *err) MUST_CHECK;
