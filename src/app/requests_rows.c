// SPDX-License-Identifier: MIT
/* Requests for programs. */
#include "app/requests_rows.h"

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

static void write_row(struct csv *csv, const struct json_doc *row, bool names)
{
    struct line line = { .csv = *csv, .names = names };

    (void)json_doc_each(row, add_cell, &line);
    csv_end_row(&line.csv);
}

static void write_csv(struct requests_rows *rows, const struct json_doc *list,
                      struct buf *text)
{
    struct csv csv = { .out = text };
    size_t count = json_doc_count(list);

    if (!rows->begun && count > 0)
        write_row(&csv, json_doc_at(list, 0), true);
    rows->begun = rows->begun || count > 0;
    for (size_t i = 0; i < count; i++) {
        write_row(&csv, json_doc_at(list, i), false);
        print(text);
    }
}

/* ---- JSON ---------------------------------------------------------------- */

static void write_json(struct requests_rows *rows, const struct json_doc *list,
                       bool last, struct buf *text)
{
    if (!rows->begun)
        buf_add(text, STR("{\"requests\":["));
    rows->begun = true;
    for (size_t i = 0; i < json_doc_count(list); i++) {
        buf_add(text, rows->count > 0 ? STR(",\n") : STR("\n"));
        if (json_doc_write(json_doc_at(list, i), false, text))
            print(text);
        buf_clear(text);
        rows->count++;
    }
    buf_add(text, last ? STR("\n]}\n") : STR_EMPTY);
    print(text);
}

void requests_rows_write(struct requests_rows *rows,
                         const struct json_doc *answer, bool last)
{
    const struct json_doc *list = json_doc_get(answer, "requests");
    struct buf text;

    buf_init(&text, ROW_MAX);
    if (rows->csv)
        write_csv(rows, list, &text);
    else
        write_json(rows, list, last, &text);
    buf_done(&text);
}
