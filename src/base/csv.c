// SPDX-License-Identifier: MIT
/* Rows of CSV. */
#include "base/csv.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/glyph.h"

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Many programs split at semicolons or tabs, too. */
static bool needs_quotes(struct str cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        if (is_one_of(cell.at[i], "\",;\t\r\n"))
            return true;
    }
    return false;
}

/* Spreadsheets evaluate what begins so, quoted or not, and some pass over what is not
   seen in front of it. */
static bool is_formula(struct str cell)
{
    struct str rest = cell;

    if (cell.len > 0 && is_one_of(cell.at[0], "\t\r\n"))
        return true;
    while (rest.len > 0 && (rest.at[0] == ' ' || glyph_first(rest).is_control))
        rest = str_from(rest, glyph_first(rest).bytes.len);
    return rest.len > 0 && is_one_of(rest.at[0], "=+-@");
}

static size_t plain_len(struct str text)
{
    size_t len = 0;

    while (len < text.len && text.at[len] >= ' ' && text.at[len] <= '~' &&
           text.at[len] != '"')
        len++;
    return len;
}

/* What would move a terminal's cursor is a space; lines and tabs are kept by quotes. */
static void add_text(struct buf *out, struct str text)
{
    for (;;) {
        size_t plain = plain_len(text);
        struct glyph glyph;

        buf_add(out, str_sub(text, 0, plain));
        text = str_from(text, plain);
        if (text.len == 0)
            return;
        glyph = glyph_first(text);
        if (text.at[0] == '"')
            buf_add(out, STR("\"\""));
        else
            buf_add(out, glyph.is_control && !is_one_of(text.at[0], "\t\r\n")
                             ? STR(" ")
                             : glyph.bytes);
        text = str_from(text, glyph.bytes.len);
    }
}

/* An apostrophe says that it is text.  It stands inside the quotes. */
void csv_add(struct csv *csv, struct str cell)
{
    struct str quote = needs_quotes(cell) ? STR("\"") : STR_EMPTY;

    buf_add(csv->out, csv->begun ? STR(",") : STR_EMPTY);
    csv->begun = true;
    buf_add(csv->out, quote);
    buf_add(csv->out, is_formula(cell) ? STR("'") : STR_EMPTY);
    add_text(csv->out, cell);
    buf_add(csv->out, quote);
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
