// SPDX-License-Identifier: MIT
/* Points as a table. */
#include "app/series_table.h"

#include "app/columns.h"
#include "app/usage_table.h"

#define CELL_MAX 64

/* "2026-11-30 08:00" */
static void add_time(struct columns *columns, struct str time)
{
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    buf_printf(&cell, "%.*s %.*s", STR_ARG(str_sub(time, 0, 10)),
               STR_ARG(str_sub(time, 11, 5)));
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
    uint64_t microusd = 0;
    struct buf cell;

    (void)json_doc_get_u64(doc, "cost_microusd", &microusd);
    buf_init(&cell, CELL_MAX);
    usage_table_add_dollars(&cell, microusd, 2);
    columns_add(columns, buf_str(&cell));
    buf_done(&cell);
}

/* The last three are nothing of the period before. */
static void add_figures(struct columns *columns, const struct json_doc *doc)
{
    static const char *const members[] = { "first_byte_p50_ms",
                                           "first_byte_p95_ms", "streams_max" };

    add_number(columns, doc, "requests");
    add_number(columns, doc, "failed");
    add_number(columns, doc, "input_tokens");
    add_number(columns, doc, "output_tokens");
    add_number(columns, doc, "cache_read_tokens");
    add_number(columns, doc, "cache_write_tokens");
    add_cost(columns, doc);
    for (size_t i = 0; i < COUNT_OF(members); i++)
        add_number(columns, doc, members[i]);
}

/* Where there is little room, what caches have goes first. */
static void fit(struct columns *columns, size_t width)
{
    static const struct columns_step steps[] = {
        { { 7 }, 0 },  { { 6 }, 0 }, { { 11 }, 0 },
        { { 10 }, 0 }, { { 4 }, 0 }, { { 0 }, 0 },
    };
    static const struct columns_cut cuts[] = { { 0, 0 } };

    columns_fit(columns, width, &(struct columns_fit){ steps, cuts });
}

void series_table_add(struct buf *out, size_t width,
                      const struct json_doc *answer)
{
    static const char *const titles[] = {
        "SINCE (UTC)",   "REQUESTS",   "FAILED",      "INPUT",
        "OUTPUT",        "CACHE READ", "CACHE WRITE", "COST",
        "FIRST BYTE MS", "95 %",       "AT ONCE",
    };
    const struct json_doc *points = json_doc_get(answer, "points");
    struct columns columns;
    struct str at = STR_EMPTY;

    columns_begin(&columns, "lrrrrrrrrrr");
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < json_doc_count(points); i++) {
        (void)json_doc_get_str(json_doc_at(points, i), "at", &at);
        add_time(&columns, at);
        add_figures(&columns, json_doc_at(points, i));
    }
    columns_add(&columns, STR("BEFORE"));
    add_figures(&columns, json_doc_get(answer, "before"));
    if (width > 0)
        fit(&columns, width);
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}

void series_table_add_notes(struct buf *out, const struct json_doc *answer)
{
    bool complete = true;

    (void)json_doc_get_bool(answer, "complete", &complete);
    if (!complete)
        buf_add(out, STR("\nNot all bookings of that time are read so far: the "
                         "same again knows more of the first byte, and of how "
                         "many were answered at once.\n"));
}
