// SPDX-License-Identifier: MIT
/* An answer that is read before the client sees any of it: whole, as far as that fits.
   What came is given back as it came.  Loop thread only. */
#pragma once

#include "base/str.h"
#include "upstream/call.h"

struct gather;

/* At most so many bytes, and one more piece.  The call is borrowed; nothing of its body
   was read yet.  Its call_on_body() is taken until gather_read() returns anything but
   WAITING, or until another takes it: call_read() goes on from there then, too. */
struct gather *gather_start(struct call *call, size_t max);
/* NULL is fine. */
void gather_free(struct gather *gather);

enum gather_state {
    GATHER_WAITING, /* the call will wake */
    GATHER_WHOLE,   /* all of it came */
    GATHER_PART,    /* there is more of it than fits, or it was cut: call_read()
                       goes on from there */
};
enum gather_state gather_read(struct gather *gather);

/* What came so far: with its chunk framing, if any, or without. */
struct str gather_came(const struct gather *gather, bool unframed);
