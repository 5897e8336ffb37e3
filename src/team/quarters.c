// SPDX-License-Identifier: MIT
/* A sorted array, mostly added to at its end. */
#include "team/quarters.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

void use_add(struct use *sum, const struct use *use)
{
    sum->requests += use->requests;
    sum->tokens_in += use->tokens_in;
    sum->tokens_out += use->tokens_out;
    sum->cost_microusd += use->cost_microusd;
}

void quarters_done(struct quarters *quarters)
{
    mem_free(quarters->at);
    *quarters = (struct quarters){ .at = NULL };
}

size_t quarters_before(const struct quarters *quarters, uint64_t start_s)
{
    size_t count = quarters->count;

    while (count > 0 && quarters->at[count - 1].start_s >= start_s)
        count--;
    return count;
}

static void insert(struct quarters *quarters, size_t at, uint64_t start_s)
{
    if (quarters->count == quarters->cap) {
        quarters->cap = quarters->cap ? quarters->cap * 2 : 4;
        quarters->at = mem_realloc(quarters->at,
                                   quarters->cap * sizeof(struct use_quarter));
    }
    memmove(&quarters->at[at + 1], &quarters->at[at],
            (quarters->count - at) * sizeof(struct use_quarter));
    quarters->at[at] = (struct use_quarter){ .start_s = start_s };
    quarters->count++;
}

void quarters_add(struct quarters *quarters, uint64_t start_s,
                  const struct use *use)
{
    size_t at = quarters_before(quarters, start_s);

    assert(start_s % QUARTER_S == 0);
    if (at == quarters->count || quarters->at[at].start_s != start_s)
        insert(quarters, at, start_s);
    use_add(&quarters->at[at].use, use);
}

struct use quarters_sum(const struct quarters *quarters, uint64_t from_s,
                        uint64_t until_s)
{
    struct use sum = { .requests = 0 };

    for (size_t i = quarters->count; i > 0; i--) {
        const struct use_quarter *quarter = &quarters->at[i - 1];

        if (quarter->start_s < from_s)
            break;
        if (quarter->start_s < until_s)
            use_add(&sum, &quarter->use);
    }
    return sum;
}

void quarters_drop(struct quarters *quarters, size_t count)
{
    assert(count <= quarters->count);
    quarters->count -= count;
    if (quarters->count == 0)
        quarters_done(quarters);
    else
        memmove(quarters->at, quarters->at + count,
                quarters->count * sizeof(struct use_quarter));
}

uint64_t quarters_certain_s(const struct quarters *quarters, uint64_t now_s)
{
    uint64_t start_s;

    if (quarters->count <= QUARTERS_DOUBTED)
        return 0;
    start_s = quarters->at[quarters->count - 1 - QUARTERS_DOUBTED].start_s;
    return start_s < now_s ? start_s : now_s;
}
