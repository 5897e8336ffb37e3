// SPDX-License-Identifier: MIT
/* What an answer says it cost, as in Anthropic's `usage`. */
#pragma once

#include "base/buf.h"

struct usage {
    uint64_t input;
    uint64_t output;
    uint64_t cache_read;
    uint64_t cache_write;
};

/* Append it as a JSON object. */
void usage_write(const struct usage *usage, struct buf *out);
