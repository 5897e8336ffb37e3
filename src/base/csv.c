// SPDX-License-Identifier: MIT
/* Rows of CSV. */
#include "base/csv.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool needs_quotes(struct str cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        if (is_one_of(cell.at[i], "\",\r\n"))
            return true;
    }
    return false;
}

static void add_quoted(struct buf *out, struct str mark, struct str cell)
{
    buf_add(out, STR("\""));
    buf_add(out, mark);
    while (cell.len > 0) {
        size_t plain = str_index(cell, '"');

        buf_add(out, str_sub(cell, 0, plain));
        if (plain < cell.len)
            buf_add(out, STR("\"\""));
        cell = str_from(cell, plain + 1);
    }
    buf_add(out, STR("\""));
}

/* Spreadsheets evaluate what begins so, quoted or not; the apostrophe says that it is
   text.  It stands inside the quotes. */
void csv_add(struct csv *csv, struct str cell)
{
    bool formula = cell.len > 0 && is_one_of(cell.at[0], "=+-@\t\r");
    struct str mark = formula ? STR("'") : STR_EMPTY;

    buf_add(csv->out, csv->begun ? STR(",") : STR_EMPTY);
    csv->begun = true;
    if (needs_quotes(cell)) {
        add_quoted(csv->out, mark, cell);
        return;
    }
    buf_add(csv->out, mark);
    buf_add(csv->out, cell);
}

void csv_add_number(struct csv *csv, int64_t number)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%" PRId64, number);

    csv_add(csv, (struct str){ text, (size_t)len });
}

void csv_end_row(struct csv *csv)
{
    buf_add(csv->out, STR("\r\n"));
    csv->begun = false;
}
