// SPDX-License-Identifier: MIT
/* One call of a token endpoint: a refresh token or a code is exchanged.

       BUSY -> ANSWERED | FAILED
        | ^
        '-' once: the connection was lost before any answer

   It listens for TOKEN_CALL_MS: PROXY_TIMEOUT bounds connecting only, since
   tokens that come late are the only ones there are.  Who waits for them may be
   told earlier (keeper_options.patience_ms).  `wake` comes once, never from inside
   token_call_start(), never after token_call_free(), which cancels.
   Keeper's loop only. */
#pragma once

#include "account/keeper_internal.h"
#include "account/renewal.h"

#define TOKEN_CALL_MS (10u * 60 * 1000)

struct token_call_options {
    struct keeper *keeper;
    const struct renewal *renewal; /* whom it asks, and what the answer means */
    const char *name;              /* of the account, for texts; copied */
    const struct proxy
        *proxy;      /* borrowed until the call is freed; NULL: direct */
    struct str body; /* copied, and wiped afterwards */
};

struct token_call *token_call_start(const struct token_call_options *options,
                                    void (*wake)(void *arg), void *arg);
void token_call_free(struct token_call *call);

bool token_call_is_done(const struct token_call *call);
/* When done: what the answer says.  A call without an answer is TRANSIENT, with its
   own error.  `answer->patch` is the caller's. */
struct renewal_answer token_call_take(const struct token_call *call);

/* Of all calls under way: append "account main: ..., at most 580 s more" for each,
   one a line. */
void token_call_describe(struct keeper *keeper, struct buf *out);
