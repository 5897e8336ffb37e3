// SPDX-License-Identifier: MIT
/* What numbers stand for: a holder of bookings for a key, a group or an owner, and rows
   of an answer for names.  For usage/ask. */
#pragma once

#include "usage/ask_groups.h"

/* By holder: the number that it counts as. */
struct ask_holders {
    int64_t *numbers;
    size_t count;
};

/* Nothing if it is not asked by what holders know. */
bool ask_holders_load(struct sql *sql, enum ask_by by,
                      struct ask_holders *holders, struct err *err) MUST_CHECK;
void ask_holders_done(struct ask_holders *holders);
/* 0: none. */
int64_t ask_holders_number(const struct ask_holders *holders, int64_t holder);

/* Give all rows their names, which lie in the arena: of keys and groups that there are,
   those that they have; of others the newest that was booked. */
bool ask_names_fill(struct sql *sql, enum ask_by by, struct ask_groups *groups,
                    struct arena *arena, struct err *err) MUST_CHECK;
