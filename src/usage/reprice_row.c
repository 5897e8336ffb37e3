// SPDX-License-Identifier: MIT
/* One booking, priced again. */
#include "usage/reprice_row.h"

#include "base/text.h"
#include "usage/booked_parts.h"

/* As in REPRICE_COLUMNS. */
enum column {
    ID,
    ENDED,
    DURATION,
    HOLDER,
    ACCOUNT,
    MODEL,
    SESSION,
    BATCH,
    COST,
    TOKENS_IN,
    TOKENS_OUT,
    CACHE_READ,
    CACHE_WRITE_5M,
    CACHE_WRITE_1H,
    SEARCHES,
    MODEL_TEXT,
    TIER_TEXT,
    PARTS,
};

static uint64_t number(const struct sql_row *row, enum column column)
{
    int64_t number = sql_row_number(row, column);

    return number > 0 ? (uint64_t)number : 0;
}

/* To the millisecond: a booking has ended when it came, and its duration
   (usage/booking.c). */
static uint64_t came_ms(const struct sql_row *row)
{
    uint64_t ended = number(row, ENDED);
    uint64_t took = number(row, DURATION);

    return ended > took ? ended - took : 0;
}

static void take_counts(struct meter_usage *usage, const struct sql_row *row)
{
    uint64_t *counts = usage->counts;

    counts[METER_INPUT] = number(row, TOKENS_IN);
    counts[METER_OUTPUT] = number(row, TOKENS_OUT);
    counts[METER_CACHE_READ] = number(row, CACHE_READ);
    counts[METER_CACHE_WRITE_5M] = number(row, CACHE_WRITE_5M);
    counts[METER_CACHE_WRITE_1H] = number(row, CACHE_WRITE_1H);
    counts[METER_CACHE_WRITE] =
        counts[METER_CACHE_WRITE_5M] + counts[METER_CACHE_WRITE_1H];
    counts[METER_WEB_SEARCH] = number(row, SEARCHES);
}

static bool has_used(const struct meter_usage *usage)
{
    uint64_t any = 0;

    for (size_t i = 0; i < METER_COUNTS; i++)
        any |= usage->counts[i];
    return any > 0;
}

/* A batch's results are of the tier "batch", whatever they say. */
static void take_texts(struct meter_usage *usage, const struct sql_row *row)
{
    struct str tier = sql_row_text(row, TIER_TEXT);

    text_copy(usage->model, sizeof(usage->model),
              sql_row_text(row, MODEL_TEXT));
    text_copy(usage->service_tier, sizeof(usage->service_tier),
              number(row, BATCH) > 0 ? STR("batch") : tier);
}

/* False if that is not known: parts that nobody can read are of other models. */
static bool cost_again(const struct sql_row *row, const struct prices *prices,
                       struct meter_usage *usage, uint64_t *microusd)
{
    bool known;

    if (!sql_row_is_null(row, PARTS) &&
        !booked_parts_read(sql_row_text(row, PARTS), usage))
        return false;
    known = prices_cost(prices, str_of(usage->model), usage, microusd);
    booked_parts_done(usage);
    return known;
}

void reprice_row_take(struct reprice_row *out, const struct sql_row *row,
                      const struct prices *prices)
{
    struct meter_usage usage = { .came_ms = came_ms(row) };
    struct reprice_change *change = &out->change;

    *out = (struct reprice_row){
        .id = sql_row_number(row, ID),
        .ended_ms = number(row, ENDED),
        .holder = sql_row_number(row, HOLDER),
        .account = sql_row_number(row, ACCOUNT),
        .model = sql_row_number(row, MODEL),
        .session = sql_row_number(row, SESSION),
        .change = { .model = sql_row_text(row, MODEL_TEXT),
                    .was_known = !sql_row_is_null(row, COST),
                    .before_microusd = number(row, COST) },
    };
    take_counts(&usage, row);
    take_texts(&usage, row);
    out->used = has_used(&usage);
    change->is_known =
        out->used && cost_again(row, prices, &usage, &change->after_microusd);
    if (change->is_known)
        return;
    change->is_known = change->was_known;
    change->after_microusd = change->before_microusd;
}
