// SPDX-License-Identifier: MIT
/* Text that is not NUL-terminated: a borrowed pointer and a length. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Byte for byte, and ignoring ASCII case. */
bool str_eq(struct str a, struct str b);
bool str_ieq(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_istarts(struct str s, struct str prefix);

/* The part from `from` on (clamped), and at most `len` bytes of it. */
struct str str_from(struct str s, size_t from);
struct str str_sub(struct str s, size_t from, size_t len);

/* Index of the first `c`, or s.len if there is none. */
size_t str_index(struct str s, char c);
bool str_contains(struct str s, struct str needle);

/* Without spaces and tabs (HTTP's OWS) at both ends. */
struct str str_trim(struct str s);

/* Take the next field of `*rest` up to `separator` and move on behind it.
   False when nothing is left; an empty text has no fields. */
bool str_next(struct str *rest, char separator, struct str *field);

/* A decimal number without sign, spaces or leading plus; false otherwise or if
   it is above `max`. */
bool str_to_u64(struct str s, uint64_t max, uint64_t *value);
