// SPDX-License-Identifier: MIT
/* Requests as a table. */
#include "app/requests_table.h"

#include "app/cells.h"
#include "app/usage_table.h"

#define DATE_AND_TIME                                                          \
    (struct cells_part)                                                        \
    {                                                                          \
        0, 19                                                                  \
    }
#define WITHOUT_YEAR                                                           \
    (struct cells_part)                                                        \
    {                                                                          \
        sizeof("2026-") - 1, 14                                                \
    }

static void write_cost(struct buf *out, uint64_t microusd)
{
    usage_table_add_dollars(out, microusd, 6);
}

static void add_row(struct columns *columns, const struct json_doc *doc)
{
    cells_add_time(columns, doc, "ended_at", DATE_AND_TIME);
    cells_add_time(columns, doc, "ended_at", WITHOUT_YEAR);
    cells_add_text(columns, doc, "key");
    cells_add_text(columns, doc, "account");
    cells_add_text(columns, doc, "model");
    cells_add_number(columns, doc, "status", usage_table_add_number);
    cells_add_text(columns, doc, "end");
    cells_add_number(columns, doc, "input_tokens", usage_table_add_number);
    cells_add_number(columns, doc, "output_tokens", usage_table_add_number);
    cells_add_number(columns, doc, "cost_microusd", write_cost);
    cells_add_number(columns, doc, "duration_ms", usage_table_add_number);
    cells_add_text(columns, doc, "id");
}

/* Places of columns, from 1. */
enum place {
    PLACE_ENDED = 1,
    PLACE_ENDED_SHORT,
    PLACE_KEY,
    PLACE_ACCOUNT,
    PLACE_MODEL,
    PLACE_STATUS,
    PLACE_END,
    PLACE_INPUT,
    PLACE_OUTPUT,
    PLACE_COST,
    PLACE_MS,
    PLACE_ID,
};
#define SIDES "lllllrlrrrrl"

static void fit(struct columns *columns, size_t width)
{
    static const struct columns_step steps[] = {
        { { PLACE_ID }, 0 },    { { PLACE_ACCOUNT }, 0 },
        { { PLACE_MS }, 0 },    { { PLACE_ENDED }, PLACE_ENDED_SHORT },
        { { PLACE_INPUT }, 0 }, { { PLACE_OUTPUT }, 0 },
        { { PLACE_END }, 0 },   { { 0 }, 0 },
    };
    static const struct columns_cut cuts[] = {
        { PLACE_KEY - 1, 8 },
        { PLACE_MODEL - 1, 12 },
        { 0, 0 },
    };

    columns_fit(columns, width, &(struct columns_fit){ steps, cuts });
}

void requests_table_add(struct buf *out, size_t width,
                        const struct json_doc *list)
{
    static const char *const titles[] = {
        "ENDED (UTC)", "ENDED (UTC)", "KEY",    "ACCOUNT", "MODEL", "STATUS",
        "END",         "INPUT",       "OUTPUT", "COST",    "MS",    "ID"
    };
    struct columns columns;

    columns_begin(&columns, SIDES);
    columns.hidden[PLACE_ENDED_SHORT - 1] = true;
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < json_doc_count(list); i++)
        add_row(&columns, json_doc_at(list, i));
    if (width > 0)
        fit(&columns, width);
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}
