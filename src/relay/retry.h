// SPDX-License-Identifier: MIT
/* Whether a failed outgoing call is made again, unseen by the client.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct retry_facts {
    bool reused;       /* it went over a pooled connection */
    bool sent;         /* the request had left completely */
    bool answered;     /* at least one byte came back */
    bool timed_out;    /* we gave up; the other side closed nothing */
    bool unheard;      /* because not one byte of it was acknowledged */
    bool replayable;   /* the body is still at hand */
    unsigned attempts; /* made so far */
    uint64_t since_sent_ms;
};

/* True: once more, on a fresh connection.  Only for a pooled connection that turned
   out to be dead before anything of the request arrived, or that the other side
   closed while we were sending, or right after (an idle close crosses our request
   within a round trip).  /v1/messages bills: a connection that dies
   later may have done its work (docs/decisions/0002-stale-connections.md). */
bool retry_on_fresh(const struct retry_facts *facts);
