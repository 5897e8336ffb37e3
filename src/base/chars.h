// SPDX-License-Identifier: MIT
/* Sets of bytes: what a name, a token or a code may consist of. */
#pragma once

#include "base/str.h"

struct chars {
    bool has[256];
};

/* Initialisers of `has`: ASCII digits and letters. */
#define CHARS_ALNUM                                                            \
    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,      \
    ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,      \
    ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true,      \
    ['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true, ['J'] = true,      \
    ['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true, ['O'] = true,      \
    ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true, ['T'] = true,      \
    ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true, ['Y'] = true,      \
    ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true,      \
    ['e'] = true, ['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true,      \
    ['j'] = true, ['k'] = true, ['l'] = true, ['m'] = true, ['n'] = true,      \
    ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true,      \
    ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true,      \
    ['y'] = true, ['z'] = true

/* Hexadecimal digits, in small letters. */
#define CHARS_HEX                                                              \
    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,      \
    ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,      \
    ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true,      \
    ['f'] = true

static inline bool chars_has(const struct chars *chars, char c)
{
    return chars->has[(unsigned char)c];
}

/* True if `s` consists of nothing else.  Mostly it does: no branch in the loop. */
static inline bool chars_has_all(const struct chars *chars, struct str s)
{
    bool all = true;

    for (size_t i = 0; i < s.len; i++)
        all &= chars_has(chars, s.at[i]);
    return all;
}

/* Of a hexadecimal digit in either case; -1: it is none. */
static inline int chars_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
