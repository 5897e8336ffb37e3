// SPDX-License-Identifier: MIT
/* Requests that run, as a table. */
#include "app/running_table.h"

#include "app/cells.h"
#include "app/usage_table.h"

void running_table_add_age(struct buf *out, uint64_t ms)
{
    unsigned long long seconds = ms / 1000;

    if (ms < 1000)
        buf_printf(out, "%llu ms", (unsigned long long)ms);
    else if (ms < 60000)
        buf_printf(out, "%llu.%llu s", seconds,
                   (unsigned long long)(ms % 1000 / 100));
    else if (seconds < 3600)
        buf_printf(out, "%llu:%02llu", seconds / 60, seconds % 60);
    else
        buf_printf(out, "%llu:%02llu:%02llu", seconds / 3600, seconds / 60 % 60,
                   seconds % 60);
}

static void add_row(struct columns *columns, const struct json_doc *doc)
{
    cells_add_number(columns, doc, "age_ms", running_table_add_age);
    cells_add_text(columns, doc, "step");
    cells_add_text(columns, doc, "key");
    cells_add_text(columns, doc, "account");
    cells_add_text(columns, doc, "model");
    cells_add_number(columns, doc, "bytes_out", usage_table_add_number);
    cells_add_number(columns, doc, "attempts", usage_table_add_number);
    cells_add_text(columns, doc, "client");
    cells_add_text(columns, doc, "id");
}

/* Places of columns, from 1. */
enum place {
    PLACE_AGE = 1,
    PLACE_STEP,
    PLACE_KEY,
    PLACE_ACCOUNT,
    PLACE_MODEL,
    PLACE_BYTES,
    PLACE_TRIES,
    PLACE_CLIENT,
    PLACE_ID,
};
#define SIDES "rllllrrll"

static void fit(struct columns *columns, const struct running_table *table)
{
    static const struct columns_step with_ids[] = {
        { { PLACE_TRIES }, 0 }, { { PLACE_CLIENT }, 0 },
        { { PLACE_BYTES }, 0 }, { { PLACE_ACCOUNT }, 0 },
        { { 0 }, 0 },
    };
    static const struct columns_step without[] = {
        { { PLACE_ID }, 0 },    { { PLACE_CLIENT }, 0 },
        { { PLACE_TRIES }, 0 }, { { PLACE_BYTES }, 0 },
        { { 0 }, 0 },
    };
    static const struct columns_cut cuts[] = {
        { PLACE_MODEL - 1, 10 },
        { PLACE_KEY - 1, 8 },
        { PLACE_ACCOUNT - 1, 8 },
        { 0, 0 },
    };

    columns_fit(columns, table->width,
                &(struct columns_fit){ table->wanted ? with_ids : without,
                                       cuts });
}

void running_table_add(struct buf *out, const struct running_table *table,
                       const struct json_doc *list)
{
    static const char *const titles[] = { "AGE",     "STEP",   "KEY",
                                          "ACCOUNT", "MODEL",  "BYTES",
                                          "TRIES",   "CLIENT", "ID" };
    size_t count = json_doc_count(list);
    struct columns columns;

    columns_begin(&columns, SIDES);
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < count && i < table->max; i++)
        add_row(&columns, json_doc_at(list, i));
    if (table->width > 0)
        fit(&columns, table);
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}
