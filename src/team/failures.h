// SPDX-License-Identifier: MIT
/* Wrong keys and wrong admin tokens, counted by the address that they came from (the
   /64 of an IPv6 one): each has a bucket that fills again with time, and whose bucket
   is empty is told when to come back.  Only wrong ones are asked about here, so that
   nobody behind a shared address is slowed who has a right one.

   The memory is a table of fixed size.  When it is full those go first who have come
   with the fewest; which addresses share a place nobody can foresee.  Any thread. */
#pragma once

#include "net/addr.h"

#define FAILURES_AT_ONCE 20     /* wrong ones that an address may send */
#define FAILURES_REFILL_MS 1000 /* and then one more each */

struct failures;

struct failures *failures_new(void);
void failures_free(struct failures *failures);

/* One more has come, at `now_ms` of the steady clock.  0; or, if the bucket is empty,
   in how many milliseconds it will not be.  The log says `what` ("a wrong relay
   key") and the address, once a second for each address and ten times for all. */
uint64_t failures_add(struct failures *failures, const struct addr *addr,
                      const char *what, uint64_t now_ms);

/* Something that is no guess and fills no bucket: only for the log. */
void failures_say(struct failures *failures, const struct addr *addr,
                  const char *what, uint64_t now_ms);
