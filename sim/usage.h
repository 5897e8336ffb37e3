// SPDX-License-Identifier: MIT
/* What an answer says it cost, as in Anthropic's `usage`. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

struct usage {
    uint64_t input;
    uint64_t output;
    uint64_t cache_read;
    uint64_t cache_write;    /* all of them */
    uint64_t cache_write_1h; /* those for an hour; the rest is for 5 minutes */
    uint64_t web_searches;
    bool batch; /* its tier */
};

/* Append the member about server tools, with a comma in front; nothing if there were
   none. */
void usage_write_tools(const struct usage *usage, struct buf *out);
/* Append it as a JSON object. */
void usage_write(const struct usage *usage, struct buf *out);
