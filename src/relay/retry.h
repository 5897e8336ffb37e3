// SPDX-License-Identifier: MIT
/* What comes next when an outgoing call was answered, or failed.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "usage/record.h"

struct retry_facts {
    unsigned status; /* of its answer; 0: it failed before one came */
    bool replayable; /* the body is still at hand */
    bool makes;      /* something that would be there twice (a batch) */
    unsigned tries;  /* made with the present token, this one included */

    /* of one that failed: */
    bool reused;    /* it went over a pooled connection */
    bool connected; /* there was a connection to send over */
    bool sent;      /* the request had left completely */
    bool answered;  /* at least one byte came back */
    bool timed_out; /* we gave up; the other side closed nothing */
    bool unheard;   /* because not one byte of it was acknowledged */
    uint64_t since_sent_ms;

    /* what it taught (account/lesson.h): */
    bool token;        /* a better token may help */
    bool elsewhere;    /* another account may be asked */
    unsigned accounts; /* that were asked, this one included */
    unsigned accounts_max;
};

/* So many accounts are asked for one request at the most; one more than the first once
   an answer said that the provider is overloaded, whatever others say. */
static inline unsigned retry_accounts_max(unsigned max, bool overloaded)
{
    return overloaded && max > 2 ? 2 : max;
}

enum retry_verdict {
    RETRY_DELIVER,     /* the answer is the client's, whatever it says */
    RETRY_AGAIN_FRESH, /* once more, on a fresh connection, unseen */
    RETRY_RENEW,       /* once more, with a better token, unseen */
    RETRY_ELSEWHERE,   /* by another account, if one is left, unseen */
    RETRY_REFUSE,      /* say what failed */
};

/* RENEW: what refuses the token for the first time.

   AGAIN_FRESH: only for a pooled connection that turned out to be dead before
   anything of the request arrived, or that the other side closed while we were
   sending, or right after (an idle close crosses our request within a round trip).
   /v1/messages bills: a connection that dies later may have done its work
   (docs/decisions/0002-stale-connections.md).  What makes something (a batch) is not
   sent again once it was sent whole, unless nothing of it arrived.

   ELSEWHERE: before the client has a byte of it, after an answer that is about the account
   or the provider, or none.  Not once an answer had begun, nor when we gave up on
   one that may be under way: both may be billed.  So may one that was sent and lost;
   that is accounted for (relay/attempt.h), but what makes something ends here, and with
   a 5xx, behind which it may have been made. */
enum retry_verdict retry_decide(const struct retry_facts *facts);

/* What came of it. */
enum record_result retry_result(const struct retry_facts *facts);
