// SPDX-License-Identifier: MIT
/* Requests as a table. */
#include "app/requests_table.h"

#include "app/columns.h"
#include "app/usage_table.h"

#define CELL_MAX 256
#define NAME_MAX_LEN 60

static void add_text(struct columns *columns, const struct json_doc *doc,
                     const char *member)
{
    struct str text = STR("-");

    (void)json_doc_get_str(doc, member, &text);
    columns_add(columns, str_sub(text, 0, NAME_MAX_LEN));
}

/* "2026-11-30 08:00:00", of UTC, as the title says. */
static void add_time(struct columns *columns, const struct json_doc *doc)
{
    struct str time = STR("-");
    struct buf cell;

    (void)json_doc_get_str(doc, "ended_at", &time);
    buf_init(&cell, CELL_MAX);
    buf_printf(&cell, "%.*s %.*s", STR_ARG(str_sub(time, 0, 10)),
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
    add_time(columns, doc);
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

void requests_table_add(struct buf *out, const struct json_doc *list)
{
    static const char *const titles[] = { "ENDED (UTC)", "KEY",    "ACCOUNT",
                                          "MODEL",       "STATUS", "END",
                                          "INPUT",       "OUTPUT", "COST",
                                          "MS",          "ID" };
    struct columns columns;

    columns_begin(&columns, "llllrlrrrrl");
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < json_doc_count(list); i++)
        add_row(&columns, json_doc_at(list, i));
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}
