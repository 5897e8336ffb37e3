// SPDX-License-Identifier: MIT
/* Rows by number, and what is summed up in them.  For usage/ask. */
#pragma once

#include "usage/ask.h"

/* Sessions, mostly, whose ids clients choose: some 190 MB with their names. */
#define ASK_GROUPS_MAX 1000000u

struct ask_groups {
    struct ask_row *rows;
    size_t count;
    size_t cap;
    uint32_t *slots; /* places in `rows`, from 1; 0: free */
    size_t slot_count;
};

void ask_groups_init(struct ask_groups *groups);
void ask_groups_done(struct ask_groups *groups);
/* The row of that number, made if it is not there; NULL if there are too many.
   Borrowed until the next one is made. */
struct ask_row *ask_groups_row(struct ask_groups *groups, int64_t number);
/* NULL if there is none. */
struct ask_row *ask_groups_find(const struct ask_groups *groups,
                                int64_t number);
/* The rows that something was counted in, to whoever frees them with mem_free(); the
   groups are empty then. */
struct ask_row *ask_groups_take(struct ask_groups *groups, size_t *count);
