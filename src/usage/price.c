// SPDX-License-Identifier: MIT
/* Finding a price. */
#include "usage/price.h"

#include "team/patterns.h"
#include "usage/price_internal.h"

/* What somebody asks for; `dateless` is the same if it has no date. */
struct asked {
    struct str model;
    struct str dateless;
    uint64_t at_ms;
};

/* How a row fits: the greatest counts. */
enum fit {
    FIT_NOT,
    FIT_PATTERN,
    FIT_DATELESS, /* its id without the date */
    FIT_ID,
};

/* Most rows are for one name, and those that are of one length mostly differ in their
   last digit. */
static bool is_named(const struct price *row, struct str model)
{
    size_t last = row->model.len - 1;

    return row->model.len == model.len &&
           str_may_be_same(row->model.at[last], model.at[last]) &&
           str_ieq(row->model, model);
}

static bool is_meant(const struct price *row, const struct asked *asked)
{
    return pattern_matches(row->model, asked->model) ||
           (asked->dateless.len < asked->model.len &&
            pattern_matches(row->model, asked->dateless));
}

static enum fit fit_of(const struct price *row, const struct asked *asked)
{
    if (row->valid_from_ms > asked->at_ms)
        return FIT_NOT;
    if (!row->names_one)
        return is_meant(row, asked) ? FIT_PATTERN : FIT_NOT;
    if (is_named(row, asked->model))
        return FIT_ID;
    return is_named(row, asked->dateless) ? FIT_DATELESS : FIT_NOT;
}

struct found {
    const struct price *row; /* NULL: none */
    enum fit fit;
};

/* `a` stands behind `b` in the table. */
static bool is_better(struct found a, struct found b)
{
    if (a.fit != b.fit || a.fit == FIT_NOT)
        return a.fit > b.fit;
    if (a.row->model.len != b.row->model.len)
        return a.row->model.len > b.row->model.len;
    return a.row->valid_from_ms >= b.row->valid_from_ms;
}

/* Some rows of a table. */
struct range {
    const struct price *from;
    const struct price *to;
};

static const struct price *find_in(struct range range,
                                   const struct asked *asked)
{
    struct found best = { NULL, FIT_NOT };

    for (const struct price *row = range.from; row < range.to; row++) {
        struct found found = { row, fit_of(row, asked) };

        if (is_better(found, best))
            best = found;
    }
    return best.row;
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

const struct price *prices_find(const struct prices *prices, struct str model,
                                uint64_t at_ms)
{
    const struct price *rows = prices->rows;
    const struct asked asked = { model, without_date(model), at_ms };
    struct range own = { rows, rows + prices->own_count };
    struct range behind = { own.to, rows + prices->count };
    const struct price *price = find_in(own, &asked);

    return price ? price : find_in(behind, &asked);
}

static bool is_own(const struct prices *prices, const struct price *row)
{
    return row < prices->rows + prices->own_count;
}

/* Both are in force. */
static bool hides(const struct prices *prices, const struct price *row,
                  const struct price *hidden)
{
    bool same = str_ieq(row->model, hidden->model);

    if (is_own(prices, row) == is_own(prices, hidden))
        return same && row->valid_from_ms >= hidden->valid_from_ms &&
               (row > hidden || row->valid_from_ms > hidden->valid_from_ms);
    return is_own(prices, row) &&
           (same || (str_index(row->model, '?') == row->model.len &&
                     pattern_matches(row->model, hidden->model)));
}

bool prices_reach(const struct prices *prices, const struct price *row,
                  uint64_t now_ms)
{
    if (now_ms < row->valid_from_ms)
        now_ms = row->valid_from_ms;
    if (row->names_one)
        return prices_find(prices, row->model, now_ms) == row;
    for (size_t i = 0; i < prices->count; i++) {
        const struct price *other = &prices->rows[i];

        if (other != row && other->valid_from_ms <= now_ms &&
            hides(prices, other, row))
            return false;
    }
    return true;
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
                                     struct str model, uint64_t at_ms)
{
    const struct price *price = prices_find(prices, model, at_ms);

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
