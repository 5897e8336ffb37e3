// SPDX-License-Identifier: MIT
/* What sift.c (the tree), sift_nested.c (what is stepped over) and sift_text.c (texts
   that are looked at) share.  A step takes bytes, and says how many, or ends
   something (the state, an escape). */
#pragma once

#include "usage/sift.h"

/* ---- texts (sift_text.c) ------------------------------------------------ */

void sift_begin_text(struct sift *sift);
/* What no longer fits spoils it. */
void sift_add_part(struct sift *sift, struct str part);
/* May the user be told of it?  Who keeps it as a C string must not cut it short. */
bool sift_is_tellable(struct str text);
/* Empty if it is spoilt. */
struct str sift_text_of(const struct sift *sift);
/* Is that number a count?  Many programs write 7 as 7.0, or as 7e0. */
bool sift_count_of(struct str text, uint64_t *count);
/* Some bytes, at most with the closing quote: then `text` is the whole text, until
   the next call; without an address before. */
size_t sift_take_text(struct sift *sift, struct str bytes, struct str *text);

/* ---- what is stepped over (sift_nested.c) ------------------------------- */

/* The node that is looked for anywhere by that name; or NULL. */
const struct sift_node *sift_watched(const struct sift *sift, struct str name);

size_t sift_in_nested(struct sift *sift, struct str bytes);
size_t sift_in_string(struct sift *sift, struct str bytes);
size_t sift_in_word(struct sift *sift, struct str bytes);
size_t sift_behind_word(struct sift *sift, struct str bytes);
size_t sift_at_word_value(struct sift *sift, struct str bytes);
