// SPDX-License-Identifier: MIT
/* Requests as a table. */
#include "app/requests_table.h"

#include "app/columns.h"
#include "app/usage_table.h"
#include "base/glyph.h"

#define CELL_MAX 256
#define NAME_MAX_WIDTH 60

static void add_text(struct columns *columns, const struct json_doc *doc,
                     const char *member)
{
    struct str text = STR("-");

    (void)json_doc_get_str(doc, member, &text);
    columns_add(columns, glyph_cut(text, NAME_MAX_WIDTH));
}

/* "2026-11-30 08:00:00", of UTC, as the title says; or without the year. */
static void add_time(struct columns *columns, const struct json_doc *doc,
                     size_t from)
{
    struct str time = STR("-");
    struct buf cell;

    (void)json_doc_get_str(doc, "ended_at", &time);
    buf_init(&cell, CELL_MAX);
    buf_printf(&cell, "%.*s %.*s", STR_ARG(str_sub(time, from, 10 - from)),
               STR_ARG(str_sub(time, 11, 8)));
    columns_add(columns, buf_str(&cell));
    buf_done(&cell);
}

static void add_number(struct columns *columns, const struct json_doc *doc,
                       const char *member)
{
    uint64_t number;
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    if (json_doc_get_u64(doc, member, &number))
        usage_table_add_number(&cell, number);
    else
        buf_add(&cell, STR("-"));
    columns_add(columns, buf_str(&cell));
    buf_done(&cell);
}

static void add_cost(struct columns *columns, const struct json_doc *doc)
{
    uint64_t microusd;
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    if (json_doc_get_u64(doc, "cost_microusd", &microusd))
        usage_table_add_dollars(&cell, microusd, 6);
    else
        buf_add(&cell, STR("-"));
    columns_add(columns, buf_str(&cell));
    buf_done(&cell);
}

static void add_row(struct columns *columns, const struct json_doc *doc)
{
    add_time(columns, doc, 0);
    add_time(columns, doc, sizeof("2026-") - 1);
    add_text(columns, doc, "key");
    add_text(columns, doc, "account");
    add_text(columns, doc, "model");
    add_number(columns, doc, "status");
    add_text(columns, doc, "end");
    add_number(columns, doc, "input_tokens");
    add_number(columns, doc, "output_tokens");
    add_cost(columns, doc);
    add_number(columns, doc, "duration_ms");
    add_text(columns, doc, "id");
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
