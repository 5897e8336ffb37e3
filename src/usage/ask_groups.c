// SPDX-License-Identifier: MIT
/* Rows by number: open addressing over an array that grows. */
#include "usage/ask_groups.h"

#include "base/mem.h"

#define FIRST_CAP 64u

void ask_groups_init(struct ask_groups *groups)
{
    *groups = (struct ask_groups){ .slot_count = 2 * FIRST_CAP };
    groups->cap = FIRST_CAP;
    groups->rows = mem_zalloc(groups->cap * sizeof(groups->rows[0]));
    groups->slots = mem_zalloc(groups->slot_count * sizeof(groups->slots[0]));
}

void ask_groups_done(struct ask_groups *groups)
{
    mem_free(groups->rows);
    mem_free(groups->slots);
    *groups = (struct ask_groups){ .cap = 0 };
}

/* Where it is, or would be. */
static uint32_t *slot_of(const struct ask_groups *groups, int64_t number)
{
    uint64_t at = (uint64_t)number * 0x9e3779b97f4a7c15u >> 32;

    for (;; at++) {
        uint32_t *slot = &groups->slots[at & (groups->slot_count - 1)];

        if (*slot == 0 || groups->rows[*slot - 1].number == number)
            return slot;
    }
}

static void grow(struct ask_groups *groups)
{
    groups->cap *= 2;
    groups->rows =
        mem_realloc(groups->rows, groups->cap * sizeof(groups->rows[0]));
    mem_free(groups->slots);
    groups->slot_count *= 2;
    groups->slots = mem_zalloc(groups->slot_count * sizeof(groups->slots[0]));
    for (size_t i = 0; i < groups->count; i++)
        *slot_of(groups, groups->rows[i].number) = (uint32_t)i + 1;
}

struct ask_row *ask_groups_row(struct ask_groups *groups, int64_t number)
{
    uint32_t *slot = slot_of(groups, number);

    if (*slot > 0)
        return &groups->rows[*slot - 1];
    if (groups->count == ASK_GROUPS_MAX)
        return NULL;
    if (groups->count == groups->cap) {
        grow(groups);
        slot = slot_of(groups, number);
    }
    groups->rows[groups->count] = (struct ask_row){ .number = number };
    *slot = (uint32_t)++groups->count;
    return &groups->rows[groups->count - 1];
}

struct ask_row *ask_groups_find(const struct ask_groups *groups, int64_t number)
{
    uint32_t at = *slot_of(groups, number);

    return at > 0 ? &groups->rows[at - 1] : NULL;
}

struct ask_row *ask_groups_take(struct ask_groups *groups, size_t *count)
{
    struct ask_row *rows = groups->rows;
    size_t kept = 0;

    for (size_t i = 0; i < groups->count; i++) {
        if (rows[i].sums[ASK_REQUESTS] > 0)
            rows[kept++] = rows[i];
    }
    *count = kept;
    groups->rows = NULL;
    ask_groups_done(groups);
    return rows;
}
