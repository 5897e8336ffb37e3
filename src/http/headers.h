// SPDX-License-Identifier: MIT
/* Header fields in the order and spelling in which they came.  Pure. */
#pragma once

#include "base/macros.h"
#include "base/str.h"

/* Fields of a request, and of an answer, whose proxies add to it on the way. */
#define HEADERS_COUNT_MAX 128
#define HEADERS_ANSWER_COUNT_MAX 256
#define HEADERS_BYTES_MAX (64u * 1024)

struct header {
    struct str name;
    struct str value; /* without surrounding white space */
};

/* Borrowed from an arena or a literal table; made by headers_of(). */
struct headers {
    const struct header *at;
    size_t count;
    uint64_t marks; /* of all names */
};

struct headers headers_of(const struct header *at, size_t count);

/* One bit of 64 for the length and the first letter of a name: most questions are
   about fields that are not there, and end with it. */
static inline uint64_t headers_mark(struct str name)
{
    unsigned first = name.len > 0 ? (unsigned char)name.at[0] | 0x20u : 0;

    return UINT64_C(1) << ((first + name.len * 5) & 63);
}

const struct str *headers_search(const struct headers *headers,
                                 struct str name);

/* The first field of that name (any case); NULL if there is none. */
static inline const struct str *headers_get(const struct headers *headers,
                                            struct str name)
{
    return headers->marks & headers_mark(name) ? headers_search(headers, name)
                                               : NULL;
}

size_t headers_count(const struct headers *headers, struct str name);

/* The whole line of a field in the text that it was read from, with its CRLF; empty
   if it did not come as "name: value" (or was never read). */
struct str headers_line(const struct header *field);

/* The next element of a comma-separated list (RFC 9110 section 5.6.1), without the
   white space around it; empty ones are passed over.  False at the end. */
bool headers_list_next(struct str *list, struct str *item);

/* True if a field of that name holds `token` (any case) in its comma-separated
   list. */
bool headers_list_has(const struct headers *headers, struct str name,
                      struct str token);

/* RFC 9110 token characters only, at least one. */
bool headers_is_token(struct str name);
