// SPDX-License-Identifier: MIT
/* When a token is refreshed, and what is done under the lock.  Pure. */
#pragma once

#include "account/account.h"

/* Tokens are refreshed so long before they expire; jitter comes on top. */
#define REFRESH_AHEAD_MS (15u * 60 * 1000)
#define REFRESH_JITTER_MS (2u * 60 * 1000)

/* Is it time to refresh ahead?  `fresh_until_ms`: not before (a token that lives
   for minutes only would be refreshed all the time). */
bool refresh_rules_is_due(const struct account *account, uint64_t jitter_ms,
                          uint64_t fresh_until_ms, uint64_t now_wall_ms);

enum refresh_choice {
    REFRESH_ASK,
    REFRESH_USE, /* somebody else was first */
    REFRESH_REFUSE,
};

/* What to do with the account as it is in the store; `stale` is the token to
   get away from.  REFUSE: err says why. */
enum refresh_choice refresh_rules_decide(const struct account *account,
                                         const struct secret *stale,
                                         bool by_hand, uint64_t now_wall_ms,
                                         struct err *err);

/* After so many failures in a row; at least what the provider asked for. */
uint64_t refresh_rules_backoff_ms(unsigned failures, uint64_t retry_after_ms);
/* After so many saves that failed. */
uint64_t refresh_rules_save_again_ms(unsigned failures);
