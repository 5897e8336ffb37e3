// SPDX-License-Identifier: MIT
/* The body of an answer whose head or framing cannot be believed, out of the bytes
   as they came.  Pure; any thread. */
#pragma once

#include "base/buf.h"

/* Different guesses at what the sender meant; which of them is right shows in what
   comes out. */
enum salvage_way {
    SALVAGE_CHUNKS, /* what lies behind the head, without chunk sizes */
    SALVAGE_REST,   /* what lies behind the head */
    SALVAGE_PACKED, /* from where something begins as gzip or zstd do */
    SALVAGE_WAYS,
};

/* Append to `out`, which holds as much as `raw`; false if it is not that way. */
bool salvage_body(struct str raw, enum salvage_way way,
                  struct buf *out) MUST_CHECK;
