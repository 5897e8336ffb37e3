// SPDX-License-Identifier: MIT
/* Rows of usage for programs. */
#include "app/usage_rows.h"

#include <stdio.h>

#include "base/csv.h"

#define ROW_MAX 65536

static void print(struct buf *text)
{
    (void)fwrite(buf_str(text).at, 1, text->len, stdout);
    buf_clear(text);
}

/* ---- CSV ----------------------------------------------------------------- */

struct line {
    struct csv csv;
    bool names; /* not values */
};

static void add_other(struct csv *csv, const struct json_doc *value)
{
    struct buf text;

    buf_init(&text, ROW_MAX / 2);
    if (!json_doc_is_null(value) && !json_doc_write(value, false, &text))
        buf_clear(&text);
    csv_add(csv, buf_str(&text));
    buf_done(&text);
}

/* Members come in the API's order. */
static bool add_cell(void *arg, struct str name, struct json_doc *value)
{
    struct line *line = arg;
    struct str text;
    double number;

    if (line->names)
        csv_add(&line->csv, name);
    else if (json_doc_as_str(value, &text))
        csv_add(&line->csv, text);
    else if (json_doc_as_number(value, &number))
        csv_add_number(&line->csv, (int64_t)number);
    else
        add_other(&line->csv, value);
    return true;
}

/* What rows have in front of their sums, though there is no row. */
static void add_first_names(const struct usage_rows *rows, struct csv *csv)
{
    static const struct {
        const char *by;
        const char *second;
    } seconds[] = { { "key", "key_id" },
                    { "group", "group_id" },
                    { "session", "key" } };

    csv_add(csv, rows->by);
    for (size_t i = 0; i < COUNT_OF(seconds); i++) {
        if (str_eq(rows->by, str_of(seconds[i].by)))
            csv_add(csv, str_of(seconds[i].second));
    }
}

static void write_head(const struct usage_rows *rows,
                       const struct json_doc *answer, struct buf *text)
{
    const struct json_doc *list = json_doc_get(answer, rows->list);
    struct line head = { .csv = { .out = text }, .names = true };

    if (rows->by.len > 0)
        add_first_names(rows, &head.csv);
    (void)json_doc_each(rows->by.len > 0 ? json_doc_get(answer, "total")
                                         : json_doc_at(list, 0),
                        add_cell, &head);
    csv_end_row(&head.csv);
}

static void write_csv(struct usage_rows *rows, const struct json_doc *answer,
                      struct buf *text)
{
    const struct json_doc *list = json_doc_get(answer, rows->list);
    size_t count = json_doc_count(list);

    if (!rows->begun && (count > 0 || rows->by.len > 0)) {
        write_head(rows, answer, text);
        rows->begun = true;
    }
    for (size_t i = 0; i < count; i++) {
        struct line line = { .csv = { .out = text } };

        (void)json_doc_each(json_doc_at(list, i), add_cell, &line);
        csv_end_row(&line.csv);
        print(text);
    }
    print(text);
}

/* ---- JSON ---------------------------------------------------------------- */

static void write_doc(const char *before, const struct json_doc *doc,
                      struct buf *text)
{
    buf_add(text, str_of(before));
    if (json_doc_write(doc, false, text))
        print(text);
    buf_clear(text);
}

static void write_end(const struct json_doc *answer, struct buf *text)
{
    const struct json_doc *total = json_doc_get(answer, "total");

    if (total)
        write_doc("\n],\"total\":", total, text);
    buf_add(text, total ? STR("}\n") : STR("\n]}\n"));
}

static void write_json(struct usage_rows *rows, const struct json_doc *answer,
                       bool last, struct buf *text)
{
    const struct json_doc *list = json_doc_get(answer, rows->list);

    if (!rows->begun)
        buf_printf(text, "{\"%s\":[", rows->list);
    for (size_t i = 0; i < json_doc_count(list); i++) {
        write_doc(rows->count > 0 ? ",\n" : "\n", json_doc_at(list, i), text);
        rows->count++;
    }
    rows->begun = true;
    if (last)
        write_end(answer, text);
    print(text);
}

void usage_rows_write(struct usage_rows *rows, const struct json_doc *answer,
                      bool last)
{
    struct buf text;

    buf_init(&text, ROW_MAX);
    if (rows->csv)
        write_csv(rows, answer, &text);
    else
        write_json(rows, answer, last, &text);
    buf_done(&text);
}
