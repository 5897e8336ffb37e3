// SPDX-License-Identifier: MIT
/* Wrong keys and wrong admin tokens, counted by the address that they came from (the
   /64 of an IPv6 one): each has a bucket that fills again with time.

   Keys are 256 random bits: they are looked at first, so that nobody behind a shared
   address is held up who has a right one, and wrong ones are counted afterwards.  An
   admin token may be one that somebody chose: while the bucket is empty none is looked
   at.  Where the right one came from within the last day, tokens have a bucket of their
   own, which holds more and fills faster: no owner is locked out for long by what
   happens behind the same address, and nobody who shares it can try without end.

   The memory is a table of fixed size.  When it is full those go first who have come
   with the fewest; which addresses share a place nobody can foresee.  Of addresses that
   the right token came from the last FAILURES_KNOWN are remembered: guesses do not get
   there.  Any thread. */
#pragma once

#include "net/addr.h"

#define FAILURES_AT_ONCE 20     /* wrong ones that an address may send */
#define FAILURES_REFILL_MS 1000 /* and then one more each */
#define FAILURES_KNOWN 64
#define FAILURES_KNOWN_AT_ONCE                                                 \
    100 /* of tokens, from where the right one came */
#define FAILURES_KNOWN_REFILL_MS 100
#define FAILURES_KNOWN_MS (24ull * 3600 * 1000)

struct failures;

/* What the log says of one. */
struct failure {
    const char *what; /* "a wrong relay key" */
    const char *key;  /* the name of the key that it was; NULL: it was none */
    struct str hint;  /* of one that was none: how lists show keys; or empty */
};

struct failures *failures_new(void);
void failures_free(struct failures *failures);

/* `count` more have come, at `now_ms` of the steady clock: each takes one from the bucket.
   0; or, if it was empty before the last, in how many milliseconds it will not be.  The
   log says `what` it was and the address, once a second for each address and ten times
   for all. */
uint64_t failures_add(struct failures *failures, const struct addr *addr,
                      const struct failure *what, unsigned count,
                      uint64_t now_ms);

/* Something that is no guess and takes nothing: only for the log. */
void failures_say(struct failures *failures, const struct addr *addr,
                  const struct failure *what, uint64_t now_ms);

/* How many came that were of no use, whatever was said of them in the log; since the
   start.  NULL: none. */
uint64_t failures_total(struct failures *failures);

/* Before a token is looked at: takes one from the bucket.  0: it may be looked at;
   or in how many milliseconds the next may. */
uint64_t failures_take(struct failures *failures, const struct addr *addr,
                       uint64_t now_ms);
/* It was another right one, which makes nobody known: what it took is given back. */
void failures_give_back(struct failures *failures, const struct addr *addr,
                        uint64_t now_ms);
/* It was the right one: what it took is given back, and the address is known. */
void failures_right(struct failures *failures, const struct addr *addr,
                    uint64_t now_ms);
