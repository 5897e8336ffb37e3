// SPDX-License-Identifier: MIT
/* An answer that is read whole before the client sees any of it, so that it can be
   widened (relay/models.h).  What turns out not to fit is given back as it came.
   Loop thread only. */
#pragma once

#include "base/str.h"
#include "upstream/call.h"

struct gather;

/* The call is borrowed; nothing of its body was read yet.  Its call_on_body() is
   taken until gather_read() returns anything but WAITING. */
struct gather *gather_start(struct call *call);
/* NULL is fine. */
void gather_free(struct gather *gather);

enum gather_state {
    GATHER_WAITING, /* the call will wake */
    GATHER_WIDENED, /* gather_widened() is the whole body */
    GATHER_AS_IS, /* gather_came() is its beginning (all, if it was complete or
                       cut); call_read() goes on from there */
};
enum gather_state gather_read(struct gather *gather);

struct str gather_widened(const struct gather *gather);
/* What came so far: with its chunk framing, if any, or without. */
struct str gather_came(const struct gather *gather, bool unframed);
