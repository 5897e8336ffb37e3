// SPDX-License-Identifier: MIT
/* What a record says of usage. */
#include "relay/record_usage.h"

static bool tells(const struct meter_usage *usage)
{
    for (size_t i = 0; i < METER_COUNTS; i++) {
        if (usage->known[i])
            return true;
    }
    return false;
}

static struct str model_of(const struct record *record)
{
    return record->model.len > 0 ? record->model : record->model_asked;
}

/* At the prices of when it came. */
static void fill_cost(struct record *record, const struct prices *prices)
{
    const struct price *own =
        prices_find_safe(prices, model_of(record), record->usage->came_ms);

    record->priced = own->model;
    record->cost_known =
        price_cost_is_known(own, record->usage, &record->cost_microusd);
    if (!record->cost_known)
        record->cost_microusd = 0; /* what is known of it is no cost */
    record->price_version = str_of(prices_version(prices));
}

void record_usage_fill(struct record *record, const struct meter_usage *usage,
                       const struct prices *prices)
{
    if (usage->told > 0 || !str_eq(str_of(usage->model), STR(METER_MODEL_ODD)))
        record->model = str_of(usage->model);
    record->service_tier = str_of(usage->service_tier);
    record->partial = !meter_tells_all(usage);
    if (!tells(usage))
        return;
    record->usage = usage;
    fill_cost(record, prices);
}

void record_usage_name(struct record *record, const struct prices *prices)
{
    struct str model = model_of(record);

    if (record->priced.len == 0 && model.len > 0)
        record->priced =
            prices_find_safe(prices, model, record->began_ms)->model;
}

void record_usage_unseen(struct record *record, unsigned status)
{
    record->partial = true;
    if (status > 0)
        record->unread = STR("its status is not 200");
}
