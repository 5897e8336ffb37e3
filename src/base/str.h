// SPDX-License-Identifier: MIT
/* Text that is not NUL-terminated: a borrowed pointer and a length.  What is small
   and asked for hundreds of times a request stands here, to be inlined. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *at;
    size_t len;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_EMPTY ((struct str){ "", 0 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).at

/* A view of a NUL-terminated string (NULL counts as empty). */
struct str str_of(const char *text);

/* The part from `from` on (clamped), and at most `len` bytes of it. */
static inline struct str str_from(struct str s, size_t from)
{
    size_t skip = from < s.len ? from : s.len;

    /* An empty one may be at NULL, from where C counts no bytes, not even none. */
    return (struct str){ skip > 0 ? s.at + skip : s.at, s.len - skip };
}

static inline struct str str_sub(struct str s, size_t from, size_t len)
{
    struct str part = str_from(s, from);

    return (struct str){ part.at, part.len < len ? part.len : len };
}

/* Byte for byte, and ignoring ASCII case. */
static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* The same for two texts of one length. */
bool str_same_letters(const char *a, const char *b, size_t len);

/* True for letters of the same kind; for other bytes it may be, too. */
static inline bool str_may_be_same(char a, char b)
{
    return (((unsigned)a ^ (unsigned)b) & 0xdf) == 0;
}

/* Different names mostly differ in their length, first or middle letter already. */
static inline bool str_ieq(struct str a, struct str b)
{
    return a.len == b.len &&
           (a.len == 0 || (str_may_be_same(a.at[0], b.at[0]) &&
                           str_may_be_same(a.at[a.len / 2], b.at[a.len / 2]) &&
                           str_same_letters(a.at, b.at, a.len)));
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_sub(s, 0, prefix.len), prefix);
}

static inline bool str_istarts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_ieq(str_sub(s, 0, prefix.len), prefix);
}

/* Index of the first `c`, or s.len if there is none. */
static inline size_t str_index(struct str s, char c)
{
    const char *hit = s.len > 0 ? memchr(s.at, c, s.len) : NULL;

    return hit ? (size_t)(hit - s.at) : s.len;
}

bool str_contains(struct str s, struct str needle);

/* Without spaces and tabs (HTTP's OWS) at both ends. */
struct str str_trim(struct str s);

/* Take the next field of `*rest` up to `separator` and move on behind it.
   False when nothing is left; an empty text has no fields. */
bool str_next(struct str *rest, char separator, struct str *field);

/* A decimal number without sign, spaces or leading plus; false otherwise or if
   it is above `max`. */
bool str_to_u64(struct str s, uint64_t max, uint64_t *value);
