// SPDX-License-Identifier: MIT
/* The text of a delta. */
#include "bench/delta.h"

#include <string.h>

#define HASH STR("#")
#define DIGITS 7
/* From where the number ends; it goes on with what follows the space. */
#define FIRST STR(" um dolor sit amet consectetur lorem ips")
#define PERIOD 39 /* the space stands in place of a letter: it does not recur */

static bool has_number(struct str text, uint64_t number)
{
    uint64_t told;

    return str_starts(text, HASH) &&
           str_to_u64(str_sub(text, HASH.len, DIGITS), UINT64_MAX, &told) &&
           told == number;
}

/* The first words are the known ones, and all others those a period before. */
bool delta_is_right(struct str text, uint64_t number)
{
    struct str words = str_from(text, HASH.len + DIGITS);
    struct str again = str_from(words, FIRST.len);
    struct str known = FIRST;

    known = str_sub(known, 0, words.len);
    return has_number(text, number) && words.len > 0 &&
           memcmp(words.at, known.at, known.len) == 0 &&
           (again.len == 0 ||
            memcmp(again.at, again.at - PERIOD, again.len) == 0);
}
