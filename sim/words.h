// SPDX-License-Identifier: MIT
/* The text of deltas: words of a sentence, or numbered filler of a fixed size,
   with the time in front where that is asked.  All of it is plain ASCII that
   needs no escaping in JSON.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#define WORDS_STAMP_LEN 22 /* [t=000012345678901234] */

struct words {
    uint64_t size; /* 0: words */
    bool stamp;
    char *text; /* what changes is overwritten in place */
};

void words_init(struct words *words, struct arena *arena, uint64_t size,
                bool stamp);

/* The text of delta `index`, from 0; valid until the next call. */
struct str words_at(struct words *words, uint64_t index, uint64_t now_ns);

/* Its length in bytes, whatever the time. */
size_t words_len(const struct words *words, uint64_t index);
