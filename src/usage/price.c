// SPDX-License-Identifier: MIT
/* Finding a price. */
#include "usage/price.h"

#include "team/patterns.h"
#include "usage/price_internal.h"

/* `a` stands behind `b` in the table. */
static bool is_better(const struct price *a, const struct price *b)
{
    if (!b || a->model.len != b->model.len)
        return !b || a->model.len > b->model.len;
    return a->valid_from_ms >= b->valid_from_ms;
}

/* Most rows are for one name, and those that are of one length mostly differ in their
   last digit. */
static bool is_for(const struct price *row, struct str model)
{
    size_t last = row->model.len - 1;

    if (!row->names_one)
        return pattern_matches(row->model, model);
    return row->model.len == model.len &&
           str_may_be_same(row->model.at[last], model.at[last]) &&
           str_ieq(row->model, model);
}

/* Some rows of a table. */
struct range {
    const struct price *from;
    const struct price *to;
};

static const struct price *find_named(struct range range, struct str model,
                                      uint64_t now_ms)
{
    const struct price *best = NULL;

    for (const struct price *row = range.from; row < range.to; row++) {
        if (is_for(row, model) && row->valid_from_ms <= now_ms &&
            is_better(row, best))
            best = row;
    }
    return best;
}

/* "-20250514" is 9 bytes. */
static struct str without_date(struct str model)
{
    size_t len = model.len < 9 ? 0 : model.len - 9;
    uint64_t date;

    if (len == 0 || model.at[len] != '-' ||
        !str_to_u64(str_from(model, len + 1), UINT64_MAX, &date))
        return model;
    return str_sub(model, 0, len);
}

static const struct price *find_in(struct range range, struct str model,
                                   uint64_t now_ms)
{
    const struct price *price = find_named(range, model, now_ms);

    return price ? price : find_named(range, without_date(model), now_ms);
}

const struct price *prices_find(const struct prices *prices, struct str model,
                                uint64_t now_ms)
{
    const struct price *rows = prices->rows;
    struct range own = { rows, rows + prices->own_count };
    struct range behind = { own.to, rows + prices->count };
    const struct price *price = find_in(own, model, now_ms);

    return price ? price : find_in(behind, model, now_ms);
}

bool prices_know(const struct prices *prices, struct str pattern)
{
    for (size_t i = 0; i < prices->count; i++) {
        struct str model = prices->rows[i].model;

        if (pattern_matches(pattern, model) || str_istarts(pattern, model))
            return true;
    }
    return false;
}

const struct price *prices_find_safe(const struct prices *prices,
                                     struct str model, uint64_t now_ms)
{
    const struct price *price = prices_find(prices, model, now_ms);

    return price ? price : &prices->dearest;
}

void prices_each(const struct prices *prices,
                 void (*visit)(void *arg, const struct price *price, bool own),
                 void *arg)
{
    for (size_t i = 0; i < prices->count; i++)
        visit(arg, &prices->rows[i], i < prices->own_count);
}

const char *prices_version(const struct prices *prices)
{
    return prices->version;
}

const struct meter_borders *prices_borders(const struct prices *prices)
{
    return &prices->borders;
}
