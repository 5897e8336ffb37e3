// SPDX-License-Identifier: MIT
/* Points as a table. */
#include "app/series_table.h"

#include "app/cells.h"
#include "app/usage_table.h"

#define DATE_AND_MINUTE                                                        \
    (struct cells_part)                                                        \
    {                                                                          \
        0, 16                                                                  \
    }

static void write_cost(struct buf *out, uint64_t microusd)
{
    usage_table_add_dollars(out, microusd, 2);
}

/* The last three are nothing of the period before. */
static void add_figures(struct columns *columns, const struct json_doc *doc)
{
    static const struct {
        const char *member;
        void (*write)(struct buf *out, uint64_t number);
    } figures[] = {
        { "requests", usage_table_add_number },
        { "failed", usage_table_add_number },
        { "input_tokens", usage_table_add_number },
        { "output_tokens", usage_table_add_number },
        { "cache_read_tokens", usage_table_add_number },
        { "cache_write_tokens", usage_table_add_number },
        { "cost_microusd", write_cost },
        { "first_byte_p50_ms", usage_table_add_number },
        { "first_byte_p95_ms", usage_table_add_number },
        { "streams_max", usage_table_add_number },
    };

    for (size_t i = 0; i < COUNT_OF(figures); i++)
        cells_add_number(columns, doc, figures[i].member, figures[i].write);
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

    columns_begin(&columns, "lrrrrrrrrrr");
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < json_doc_count(points); i++) {
        cells_add_time(&columns, json_doc_at(points, i), "at", DATE_AND_MINUTE);
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
