// SPDX-License-Identifier: MIT
/* The brackets open in a JSON value that is stepped over.  Closing ones must match
   in the outermost NESTING_MATCHED levels; further in they are counted only, so that
   any nesting fits.  Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NESTING_MATCHED 64

struct nesting {
    size_t depth;
    uint64_t braces; /* bit by level: opened by '{', not '[' */
};

static inline void nesting_open(struct nesting *nesting, char bracket)
{
    uint64_t bit;

    if (nesting->depth < NESTING_MATCHED) {
        bit = (uint64_t)1 << nesting->depth;
        nesting->braces =
            bracket == '{' ? nesting->braces | bit : nesting->braces & ~bit;
    }
    nesting->depth++;
}

/* False if that is not the one which closes the last opened; one is open. */
static inline bool nesting_close(struct nesting *nesting, char bracket)
{
    nesting->depth--;
    return nesting->depth >= NESTING_MATCHED ||
           (nesting->braces >> nesting->depth & 1) == (bracket == '}');
}
