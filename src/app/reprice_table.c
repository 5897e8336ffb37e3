// SPDX-License-Identifier: MIT
/* What pricing bookings again changes, for people. */
#include "app/reprice_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/columns.h"
#include "base/text.h"
#include "usage/model_shown.h"

#define MILLION 1000000u

static void add_dollars(struct buf *out, const char *sign, uint64_t microusd)
{
    (void)buf_printf(out, "%s$%" PRIu64 ".%06" PRIu64, sign, microusd / MILLION,
                     microusd % MILLION);
}

static void add_difference(struct buf *out, const struct reprice_sum *sum)
{
    uint64_t before = sum->before_microusd;
    uint64_t after = sum->after_microusd;

    if (after > before)
        add_dollars(out, "+", after - before);
    else if (after < before)
        add_dollars(out, "-", before - after);
    else
        buf_add(out, STR("0"));
}

/* ---- cells --------------------------------------------------------------- */

static void add_model(struct buf *out, const struct reprice_sum *sum)
{
    char text[SHOWN_MAX];

    buf_add(out, str_of(model_shown(str_of(sum->model), text)));
}

static void add_requests(struct buf *out, const struct reprice_sum *sum)
{
    (void)buf_printf(out, "%" PRIu64, sum->requests);
}

static void add_changed(struct buf *out, const struct reprice_sum *sum)
{
    (void)buf_printf(out, "%" PRIu64, sum->changed);
}

static void add_unpriced(struct buf *out, const struct reprice_sum *sum)
{
    (void)buf_printf(out, "%" PRIu64, sum->unpriced);
}

static void add_before(struct buf *out, const struct reprice_sum *sum)
{
    add_dollars(out, "", sum->before_microusd);
}

static void add_after(struct buf *out, const struct reprice_sum *sum)
{
    add_dollars(out, "", sum->after_microusd);
}

/* Columns, from 1. */
enum place {
    PLACE_MODEL = 1,
    PLACE_REQUESTS,
    PLACE_CHANGED,
    PLACE_UNPRICED,
    PLACE_BEFORE,
    PLACE_AFTER,
    PLACE_DIFFERENCE,
};

static const struct {
    const char *title;
    void (*add)(struct buf *out, const struct reprice_sum *sum);
} columns[] = {
    [PLACE_MODEL - 1] = { "MODEL", add_model },
    [PLACE_REQUESTS - 1] = { "REQUESTS", add_requests },
    [PLACE_CHANGED - 1] = { "CHANGED", add_changed },
    [PLACE_UNPRICED - 1] = { "UNPRICED", add_unpriced },
    [PLACE_BEFORE - 1] = { "BEFORE", add_before },
    [PLACE_AFTER - 1] = { "AFTER", add_after },
    [PLACE_DIFFERENCE - 1] = { "DIFFERENCE", add_difference },
};

/* ---- the table ----------------------------------------------------------- */

#define CELL_MAX 512
#define SIDES "lrrrrrr" /* numbers end under each other */

static void add_titles(struct columns *table)
{
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        columns_add(table, str_of(columns[i].title));
}

static void add_row(struct columns *table, const struct reprice_sum *sum)
{
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        struct buf cell;

        buf_init(&cell, CELL_MAX);
        columns[i].add(&cell, sum);
        columns_add(table, buf_str(&cell));
        buf_done(&cell);
    }
}

static int dearest_first(const void *a, const void *b)
{
    const struct reprice_sum *first = a;
    const struct reprice_sum *second = b;

    if (first->after_microusd != second->after_microusd)
        return first->after_microusd < second->after_microusd ? 1 : -1;
    return strcmp(first->model, second->model);
}

struct reprice_sum reprice_table_total(const struct reprice_tally *tally)
{
    struct reprice_sum total = { .model = "" };

    for (size_t i = 0; i < tally->count; i++) {
        total.requests += tally->at[i].requests;
        total.changed += tally->at[i].changed;
        total.unpriced += tally->at[i].unpriced;
        total.before_microusd += tally->at[i].before_microusd;
        total.after_microusd += tally->at[i].after_microusd;
    }
    return total;
}

/* What tells least goes first; --json has all. */
static void fit(struct columns *table, size_t width)
{
    static const struct columns_step steps[] = {
        { { PLACE_REQUESTS }, 0 },
        { { PLACE_UNPRICED }, 0 },
        { { PLACE_BEFORE }, 0 },
        { { 0 }, 0 },
    };
    static const struct columns_cut cuts[] = { { PLACE_MODEL - 1, 12 },
                                               { 0, 0 } };

    columns_fit(table, width, &(struct columns_fit){ steps, cuts });
}

void reprice_table_add(struct buf *out, size_t width,
                       const struct reprice_tally *tally)
{
    struct reprice_sum total = reprice_table_total(tally);
    struct columns table;

    if (tally->count > 0)
        qsort(tally->at, tally->count, sizeof(tally->at[0]), dearest_first);
    text_copy(total.model, sizeof(total.model), STR("all"));
    columns_begin(&table, SIDES);
    add_titles(&table);
    for (size_t i = 0; i < tally->count; i++)
        add_row(&table, &tally->at[i]);
    add_row(&table, &total);
    if (width > 0)
        fit(&table, width);
    columns_write(&table, NULL, out);
    columns_done(&table);
}
