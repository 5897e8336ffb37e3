// SPDX-License-Identifier: MIT
/* Reading texts that were compressed although nobody asked for it: gzip, zlib and
   bare deflate.  Whole texts in memory; not for streams.  Any thread. */
#pragma once

#include "base/buf.h"

enum inflate_end {
    INFLATE_WHOLE, /* all of it */
    INFLATE_CUT, /* `packed` ends early or is damaged: `out` has what came before */
    INFLATE_LARGE, /* more than `out` may hold: it has the beginning */
};

/* Does it begin as gzip does?  No JSON text and no HTML does. */
bool inflate_is_gzip(struct str packed);

/* Append what `packed` holds to `out`, never more than its ceiling. */
enum inflate_end inflate_text(struct str packed, struct buf *out);
