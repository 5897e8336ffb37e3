// SPDX-License-Identifier: MIT
/* Rows of CSV. */
#include "base/csv.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/glyph.h"
#include "base/macros.h"

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

/* What begins a formula; where Chinese and Japanese are written, the full-width ones do,
   too. */
static const struct str signs[] = {
    { "=", 1 },      { "+", 1 },      { "-", 1 },      { "@", 1 },
    { "\uFF1D", 3 }, { "\uFF0B", 3 }, { "\uFF0D", 3 }, { "\uFF20", 3 },
};
/* No-break, and as wide as a Chinese character. */
static const struct str blanks[] = { { " ", 1 },
                                     { "\u00A0", 2 },
                                     { "\u3000", 3 } };

static bool begins_with_one(struct str text, const struct str *set,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_starts(text, set[i]))
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
    while (rest.len > 0 && (glyph_first(rest).is_control ||
                            begins_with_one(rest, blanks, COUNT_OF(blanks))))
        rest = str_from(rest, glyph_first(rest).bytes.len);
    return begins_with_one(rest, signs, COUNT_OF(signs));
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
