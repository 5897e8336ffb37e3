// SPDX-License-Identifier: MIT
/* What is counted, and said in the log, of callers whose credential is of no use
   (team/failures.h).  Not for other folders. */
#pragma once

#include "team/caller.h"

/* It presented so many wrong keys: guesses, which count; caller->wait_ms. */
void caller_wrong_keys(struct caller *caller, unsigned count);
/* No guess: whoever sent it had the key once, or has it; or it was counted already. */
void caller_wrong_say(const struct caller *caller, const char *what);
