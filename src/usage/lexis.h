// SPDX-License-Identifier: MIT
/* The letters of JSON, as its two readers see them: members.c over a whole text,
   sift.c over pieces.  Pure. */
#pragma once

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
