// SPDX-License-Identifier: MIT
/* What pricing bookings again changes, by model. */
#include "usage/reprice_tally.h"

#include "base/mem.h"
#include "base/text.h"

#define OTHERS STR("?")

static struct reprice_sum *find(const struct reprice_tally *tally,
                                struct str model)
{
    for (size_t i = 0; i < tally->count; i++) {
        if (str_eq(str_of(tally->at[i].model), model))
            return &tally->at[i];
    }
    return NULL;
}

static struct reprice_sum *sum_of(struct reprice_tally *tally, struct str model)
{
    struct reprice_sum *sum;

    model = str_sub(model, 0, REPRICE_NAME_MAX);
    sum = find(tally, model);
    if (!sum && tally->count >= REPRICE_MODELS_MAX) {
        model = OTHERS;
        sum = find(tally, model);
    }
    if (sum)
        return sum;
    tally->at =
        mem_realloc(tally->at, (tally->count + 1) * sizeof(struct reprice_sum));
    sum = &tally->at[tally->count++];
    *sum = (struct reprice_sum){ .model = "" };
    text_copy(sum->model, sizeof(sum->model), model);
    return sum;
}

void reprice_tally_add(struct reprice_tally *tally,
                       const struct reprice_change *change)
{
    struct reprice_sum *sum = sum_of(tally, change->model);

    sum->requests++;
    sum->changed += reprice_is_changed(change);
    sum->unpriced += !change->is_known;
    sum->before_microusd += change->before_microusd;
    sum->after_microusd += change->after_microusd;
}

void reprice_tally_merge(struct reprice_tally *tally,
                         const struct reprice_tally *other)
{
    for (size_t i = 0; i < other->count; i++) {
        const struct reprice_sum *from = &other->at[i];
        struct reprice_sum *to = sum_of(tally, str_of(from->model));

        to->requests += from->requests;
        to->changed += from->changed;
        to->unpriced += from->unpriced;
        to->before_microusd += from->before_microusd;
        to->after_microusd += from->after_microusd;
    }
}

void reprice_tally_done(struct reprice_tally *tally)
{
    mem_free(tally->at);
    *tally = (struct reprice_tally){ .count = 0 };
}
