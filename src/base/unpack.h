// SPDX-License-Identifier: MIT
/* Reading a copy of what is compressed while it passes: gzip, deflate, br and zstd
   (RFC 9110 and RFC 8878 name them), in pieces cut anywhere.  What can be unpacked is
   told at once.  What is damaged is given up, and so is what would cost too much:

   - of each packed byte at most 64 are unpacked, beside the first 256 KB (short streams
     of events that resemble each other pack better): a bomb is given up where it
     begins to be one;
   - a window may have the 8 MB that RFC 9659 allows (zstd), or the 16 MB that br knows
     of, which is paid for by packed bytes before it is taken (base/unpack_brotli.h);
   - memory is taken as the text grows, and all that is read at once shares one
     allowance (struct unpack_room).

   One thread at a time. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

#define UNPACK_RATIO_MAX 64u
#define UNPACK_START_MAX (256u * 1024)

/* The memory of all that is read on a thread.  Outlives what is read in it. */
struct unpack_room {
    size_t held;
    size_t max; /* bytes */
};

struct unpack;

/* For a value of content-encoding.  NULL if it names no such coding, or several. */
struct unpack *unpack_new(struct str coding, struct unpack_room *room);
/* NULL is fine. */
void unpack_free(struct unpack *unpack);

/* The next packed bytes: `plain` is called with what they hold, in pieces that live for
   the call.  False once it was given up, and forever after; its memory is free then. */
bool unpack_feed(struct unpack *unpack, struct str packed,
                 void (*plain)(void *arg, struct str bytes), void *arg);

/* Nothing comes any more, and nothing broke off: what is not whole is given up. */
void unpack_end(struct unpack *unpack);

/* Why it was given up, for people; NULL if it was not. */
const char *unpack_why(const struct unpack *unpack);
