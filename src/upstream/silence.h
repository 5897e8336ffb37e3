// SPDX-License-Identifier: MIT
/* Whether a connection on which no answer comes is dead, or its upstream thinks: by
   what TCP acknowledged.  Pure.

   A path that silently ends (the machine slept, a VPN changed, a NAT forgot) sends
   no reset.  TCP repeats what was not acknowledged for a quarter of an hour before
   it gives up; an upstream that is there acknowledges at once, even if it thinks for
   minutes, and even if it takes no more for now: window probes are acknowledged too
   (TCP_USER_TIMEOUT would count that as silence).  Both repetitions and probes become
   rarer, up to one in two minutes, so that a long silence alone proves nothing: it
   has to be one in which several of them stayed unanswered. */
#pragma once

#include <stdint.h>

#include "net/stream.h"

#define SILENCE_LIMIT_MS 15000

enum silence {
    SILENCE_NONE,    /* all was acknowledged: it is there */
    SILENCE_GOES_ON, /* something is still on the way: look again */
    SILENCE_DEAD,    /* and has been for longer than the limit */
};

/* Asked when bytes have been on the way for `limit_ms` or longer. */
enum silence silence_judge(const struct stream_acks *acks, uint64_t limit_ms);

/* If it goes on: when to look again. */
uint64_t silence_next_ms(const struct stream_acks *acks, uint64_t limit_ms);

/* Of the `sent` bytes of a request, how many were acknowledged. */
uint64_t silence_acknowledged(const struct stream_acks *acks, uint64_t sent);
