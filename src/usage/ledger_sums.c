// SPDX-License-Identifier: MIT
/* A table with open addressing. */
#include "usage/ledger_sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAP_FIRST 64
/* At most half full. */
#define SLOTS_EACH 2

void ledger_sums_done(struct ledger_sums *sums)
{
    mem_free(sums->at);
    mem_free(sums->slots);
    *sums = (struct ledger_sums){ 0 };
}

void ledger_sums_clear(struct ledger_sums *sums)
{
    sums->count = 0;
    if (sums->slots)
        memset(sums->slots, 0, sums->cap * SLOTS_EACH * sizeof(uint32_t));
}

static size_t hash_of(const int64_t key[LEDGER_SUM_KEYS])
{
    uint64_t hash = 0;

    for (size_t i = 0; i < LEDGER_SUM_KEYS; i++) {
        hash = (hash ^ (uint64_t)key[i]) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

/* Where it is, or would be. */
static uint32_t *slot_of(const struct ledger_sums *sums,
                         const int64_t key[LEDGER_SUM_KEYS])
{
    size_t count = sums->cap * SLOTS_EACH;
    size_t slot = hash_of(key) % count;

    while (sums->slots[slot] != 0 && memcmp(sums->at[sums->slots[slot] - 1].key,
                                            key, sizeof(sums->at[0].key)) != 0)
        slot = (slot + 1) % count;
    return &sums->slots[slot];
}

static void grow(struct ledger_sums *sums)
{
    sums->cap = sums->cap ? 2 * sums->cap : CAP_FIRST;
    sums->at = mem_realloc(sums->at, sums->cap * sizeof(sums->at[0]));
    mem_free(sums->slots);
    sums->slots = mem_zalloc(sums->cap * SLOTS_EACH * sizeof(uint32_t));
    for (size_t i = 0; i < sums->count; i++)
        *slot_of(sums, sums->at[i].key) = (uint32_t)i + 1;
}

void ledger_sums_add(struct ledger_sums *sums, const struct ledger_sum *sum)
{
    uint32_t *slot;

    if (sums->count == sums->cap)
        grow(sums);
    slot = slot_of(sums, sum->key);
    if (*slot == 0) {
        sums->at[sums->count++] = *sum;
        *slot = (uint32_t)sums->count;
        return;
    }
    for (size_t i = 0; i < LEDGER_SUMS; i++)
        sums->at[*slot - 1].of[i] += sum->of[i];
}

static int compare(const void *a, const void *b)
{
    const struct ledger_sum *x = a;
    const struct ledger_sum *y = b;

    for (size_t i = 0; i < LEDGER_SUM_KEYS; i++) {
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? -1 : 1;
    }
    return 0;
}

void ledger_sums_sort(struct ledger_sums *sums)
{
    if (sums->count > 1)
        qsort(sums->at, sums->count, sizeof(sums->at[0]), compare);
}
