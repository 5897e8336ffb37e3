// SPDX-License-Identifier: MIT
/* Of two documents of one account, with different grants: is the one that a file shows
   older than the one that memory has?  A refresh token works once, so that an older
   document's is spent, and asking with it may end the sign-in.

       what they say                                  | the file is
       -----------------------------------------------+-------------------------------
       memory's `replaced` names the file's grant     | older
       the file's `replaced` names memory's grant     | newer, whatever its times are
       they have the same signed_in_at, or their      |
       `replaced` have a grant in common:             |
         the file's signed_in_at is later             | newer: a sign-in
         one sign-in, and one newest in `replaced`    | no: written in there by hand
         else                                         | older if it expires earlier
       none of that: a file of somebody else, or from | older if it has expired and
         before there was `replaced`                  | memory's has not

   A refresh moves expires_at on, so that a copy of what memory once had expires earlier,
   however many refreshes ago that was; `replaced` has no more than the newest of them,
   and the first.  The last row: what somebody put there on purpose works, mostly; what
   has expired was put there by a restored backup, as far as anybody can tell, and what
   works is not given up for it.  That is a guess, so that what is replaced by it is kept
   beside the file (store/driver.h).  Pure. */
#pragma once

#include "account/account.h"

/* False, too, if they have the same grant. */
bool older_is(const struct account *file, const struct account *memory,
              uint64_t now_wall_ms);
