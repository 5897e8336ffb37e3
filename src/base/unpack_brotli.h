// SPDX-License-Identifier: MIT
/* br, whose decoder takes its memory here, so that what it costs is known, and bounded
   before it is spent.

   It keeps what has come out in a ring, as large as what the present part of the text
   will have come to, and fills all of it before it gives a byte.  So a block may have
   twice (sizes double) what may come of the packed bytes that are there, as
   base/unpack.h says it.  If one is larger the decoder is thrown away, and what has
   come is kept until there is enough of it to begin anew.

   One thread at a time. */
#pragma once

#include "base/str.h"

struct unpack_brotli;

struct unpack_brotli *unpack_brotli_new(void);
/* NULL is fine. */
void unpack_brotli_free(struct unpack_brotli *brotli);

enum unpack_brotli_answer {
    UNPACK_BROTLI_MORE, /* there is more to give, perhaps, without further bytes */
    UNPACK_BROTLI_HUNGRY,
    UNPACK_BROTLI_DAMAGED,
};
struct unpack_brotli_step {
    struct str packed; /* taken from in front */
    char *room;
    size_t size;
    size_t filled;
};
enum unpack_brotli_answer unpack_brotli_take(struct unpack_brotli *brotli,
                                             struct unpack_brotli_step *step);

/* What it holds: of the ring as much as was written to. */
size_t unpack_brotli_size(const struct unpack_brotli *brotli);
/* Has the text come to its end? */
bool unpack_brotli_is_whole(const struct unpack_brotli *brotli);
/* Does it wait for bytes that pay for what it needs? */
bool unpack_brotli_waits(const struct unpack_brotli *brotli);
