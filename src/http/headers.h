// SPDX-License-Identifier: MIT
/* Header fields in the order and spelling in which they came.  Pure. */
#pragma once

#include "base/macros.h"
#include "base/str.h"

#define HEADERS_COUNT_MAX 128
#define HEADERS_BYTES_MAX (64u * 1024)

struct header {
    struct str name;
    struct str value; /* without surrounding white space */
};

/* Borrowed from an arena or a literal table. */
struct headers {
    const struct header *at;
    size_t count;
};

/* The first field of that name (any case); NULL if there is none. */
const struct str *headers_get(const struct headers *headers, struct str name);
size_t headers_count(const struct headers *headers, struct str name);

/* True if a field of that name holds `token` (any case) in its comma-separated
   list. */
bool headers_list_has(const struct headers *headers, struct str name,
                      struct str token);

/* RFC 9110 token characters only, at least one. */
bool headers_is_token(struct str name);
