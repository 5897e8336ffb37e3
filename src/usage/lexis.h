// SPDX-License-Identifier: MIT
/* The letters of JSON, as its two readers see them: members.c over a whole text,
   sift.c over pieces.  Pure. */
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/str.h"

static inline bool lexis_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Does it belong to a number, or to true, false or null? */
static inline bool lexis_is_scalar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == 'E' ||
           c == '-' || c == '+' || c == '.';
}

/* Does an odd number of backslashes stand in front of `at`?  These runs never
   overlap from one quote to the next, so looking back costs O(n) in all. */
static inline bool lexis_is_escaped(struct str text, size_t at, size_t from)
{
    size_t first = at;

    while (first > from && text.at[first - 1] == '\\')
        first--;
    return (at - first) % 2 == 1;
}

#ifdef __SSE2__
/* A bit for each of 16 bytes that is `c`. */
static inline unsigned lexis_bytes_like(const char *bytes, char c)
{
    __m128i all = _mm_loadu_si128((const __m128i *)(const void *)bytes);

    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_set1_epi8(c)));
}
#endif

/* Most strings are short: the first 32 bytes, 16 at a time.  True, and the index, if the
   quote that ends it is there and no escape in front of it. */
static inline bool lexis_plain_end(struct str text, size_t from, size_t *end)
{
#ifdef __SSE2__
    for (size_t at = from; at < from + 32 && text.len - at >= 16; at += 16) {
        unsigned quotes = lexis_bytes_like(text.at + at, '"');
        unsigned escapes = lexis_bytes_like(text.at + at, '\\');

        if ((quotes | escapes) == 0)
            continue;
        *end = at + (size_t)__builtin_ctz(quotes | escapes);
        return text.at[*end] == '"';
    }
#endif
    return false;
}

/* The index of the first quote from `at` on that no backslash escapes; text.len if
   there is none.  Behind `from` backslashes count. */
static inline size_t lexis_quote(struct str text, size_t at, size_t from)
{
    while (at < text.len) {
        const char *hit = memchr(text.at + at, '"', text.len - at);

        if (!hit)
            break;
        at = (size_t)(hit - text.at);
        if (text.at[at - (at > from)] != '\\' ||
            !lexis_is_escaped(text, at, from))
            return at;
        at++;
    }
    return text.len;
}

/* The index of the quote that ends a string, from behind the one that opens it;
   text.len if there is none.  `plain`: no escape is in it (false: one may be).  Bodies
   are mostly long strings: further quotes are looked for with memchr(). */
static inline size_t lexis_string_end(struct str text, size_t from, bool *plain)
{
    size_t end = text.len;

    *plain = lexis_plain_end(text, from, &end);
    return *plain ? end : lexis_quote(text, from, from);
}

/* The index, from `from` on, of what ends or nests a value; all else in it is
   stepped over.  text.len if there is none. */
static inline size_t lexis_structure(struct str text, size_t from)
{
    static const bool is_structure[256] = {
        ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true
    };
    size_t at = from;

    while (at < text.len && !is_structure[(unsigned char)text.at[at]])
        at++;
    return at;
}

/* Above 15 if it is no hexadecimal digit. */
static inline unsigned lexis_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}
