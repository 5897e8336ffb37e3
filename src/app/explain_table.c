// SPDX-License-Identifier: MIT
/* Explanations as texts. */
#include "app/explain_table.h"

#include "app/columns.h"

#define CELL_MAX 1024

/* In the order in which they are told. */
static const struct {
    const char *why;
    const char *words;
} reasons[] = {
    { "chosen", "chosen" },
    { "other", "could have been chosen as well" },
    { "not_bound", "the session stays with another" },
    { "priority", "another one's priority is higher" },
    { "later", "only if no other is left" },
    { "full", "serves as many requests at once as it may" },
    { "paused", "paused" },
    { "no_model", "does not have the model" },
    { "not_owner", "did not make what the request names" },
    { "stopped", "does not serve" },
    { "not_allowed", "not for this key" },
};

static struct str text_of(const struct json_doc *doc, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, member, &text);
    return text;
}

/* "paused until 2026-..., a limit is used up" */
static void add_why(struct columns *columns, const struct json_doc *row,
                    const char *words)
{
    struct str until = text_of(row, "until");
    struct str cause = text_of(row, "cause");
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    buf_add(&cell, str_of(words));
    if (until.len > 0)
        buf_printf(&cell, ", until " STR_FMT, STR_ARG(until));
    if (cause.len > 0)
        buf_printf(&cell, " (" STR_FMT ")", STR_ARG(str_sub(cause, 0, 512)));
    columns_add(columns, buf_str(&cell));
    buf_done(&cell);
}

static void add_row(struct columns *columns, const struct json_doc *row,
                    const char *words)
{
    columns_add(columns, text_of(row, "account"));
    columns_add(columns, text_of(row, "state"));
    add_why(columns, row, words);
}

static void add_rows(struct columns *columns, const struct json_doc *rows,
                     size_t reason)
{
    for (size_t i = 0; i < json_doc_count(rows); i++) {
        const struct json_doc *row = json_doc_at(rows, i);

        if (str_eq(text_of(row, "why"), str_of(reasons[reason].why)))
            add_row(columns, row, reasons[reason].words);
    }
}

static void add_verdict(struct buf *out, const struct json_doc *answer)
{
    struct str chosen = text_of(answer, "account");

    if (chosen.len > 0)
        buf_printf(out, "It would go to \"" STR_FMT "\".\n", STR_ARG(chosen));
    else
        buf_printf(out, "It would be refused: " STR_FMT "\n",
                   STR_ARG(text_of(answer, "refused")));
}

void explain_table_add(struct buf *out, size_t width,
                       const struct json_doc *answer)
{
    static const struct columns_step none[] = { { { 0 }, 0 } };
    static const struct columns_cut cuts[] = { { 2, 24 }, { 0, 0 } };
    const struct columns_fit fit = { none, cuts };
    struct columns columns;

    columns_begin(&columns, "lll");
    columns_add(&columns, STR("ACCOUNT"));
    columns_add(&columns, STR("STATE"));
    columns_add(&columns, STR("WHY"));
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        add_rows(&columns, json_doc_get(answer, "accounts"), i);
    if (width > 0)
        columns_fit(&columns, width, &fit);
    add_verdict(out, answer);
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}
