// SPDX-License-Identifier: MIT
/* Lists of keys and of groups. */
#include "app/key_table.h"

#include <assert.h>
#include <stdio.h>

#include "app/key_print.h"
#include "base/glyph.h"

#define CELL_LEN_MAX 4096

/* What a row is made of. */
struct key_row {
    const struct json_doc *doc;
    const struct zone *zone; /* its own */
};

struct key_column {
    const char *title;
    const char *member;
    void (*add)(struct buf *out, const struct key_row *row, const char *member);
};

/* ---- cells --------------------------------------------------------------- */

static void add_number(struct buf *out, const struct key_row *row,
                       const char *member)
{
    uint64_t number = 0;

    (void)json_doc_get_u64(row->doc, member, &number);
    buf_printf(out, "%llu", (unsigned long long)number);
}

static void add_text(struct buf *out, const struct key_row *row,
                     const char *member)
{
    struct str text = STR("-");

    (void)json_doc_get_str(row->doc, member, &text);
    buf_add(out, text);
}

static void add_masked(struct buf *out, const struct key_row *row,
                       const char *member)
{
    (void)member;
    key_print_add_masked(out, row->doc);
}

static void add_time(struct buf *out, const struct key_row *row,
                     const char *member)
{
    struct str time;

    if (json_doc_get_str(row->doc, member, &time))
        key_print_add_time(out, time, row->zone);
    else
        buf_add(out, STR("never"));
}

/* As --limit takes them: "rpm=60 cost_day=3.5". */
static void add_limits(struct buf *out, const struct key_row *row,
                       const char *member)
{
    const struct json_doc *limits = json_doc_get(row->doc, member);
    const char *before = "";

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const char *name = limit_kinds[i].name;
        char text[LIMIT_TEXT_MAX];

        if (!json_doc_get(limits, name))
            continue;
        limit_write((enum limit)i,
                    key_print_amount(limits, name, (enum limit)i), text);
        buf_printf(out, "%s%s=%s", before, name, text);
        before = " ";
    }
    if (!before[0])
        buf_add(out, STR("-"));
}

/* ---- tables -------------------------------------------------------------- */

static const struct key_column of_keys[] = {
    { "ID", "id", add_number },
    { "NAME", "name", add_text },
    { "STATE", "state", add_text },
    { "KEY", NULL, add_masked },
    { "GROUP", "group", add_text },
    { "OWNER", "owner", add_text },
    { "LAST USED", "last_used_at", add_time },
};
static const struct key_column of_groups[] = {
    { "ID", "id", add_number },
    { "NAME", "name", add_text },
    { "LIMITS", "limits", add_limits },
};

static_assert(COUNT_OF(of_keys) <= KEY_TABLE_COLUMNS_MAX, "widths fit");

void key_table_begin_keys(struct key_table *table)
{
    *table = (struct key_table){ .columns = of_keys,
                                 .column_count = COUNT_OF(of_keys),
                                 .zones = zones_new(NULL) };
}

void key_table_begin_groups(struct key_table *table)
{
    *table = (struct key_table){ .columns = of_groups,
                                 .column_count = COUNT_OF(of_groups),
                                 .zones = zones_new(NULL) };
}

void key_table_done(struct key_table *table)
{
    zones_free(table->zones);
    table->zones = NULL;
}

/* ---- widths -------------------------------------------------------------- */

static struct key_row row_of(const struct key_table *table,
                             const struct json_doc *doc)
{
    return (struct key_row){ doc, key_print_zone(table->zones, doc) };
}

/* Of the cell, or of the title if there is no document. */
static void write_cell(const struct key_column *column,
                       const struct key_row *row, struct buf *out)
{
    if (row->doc)
        column->add(out, row, column->member);
    else
        buf_add(out, str_of(column->title));
}

static void widen(struct key_table *table, const struct json_doc *doc)
{
    const struct key_row row = row_of(table, doc);

    for (size_t i = 0; i < table->column_count; i++) {
        struct buf cell;

        buf_init(&cell, CELL_LEN_MAX);
        write_cell(&table->columns[i], &row, &cell);
        if (glyph_width(buf_str(&cell)) > table->widths[i])
            table->widths[i] = glyph_width(buf_str(&cell));
        buf_done(&cell);
    }
}

/* ---- printing ------------------------------------------------------------ */

static void print_row(const struct key_table *table, const struct json_doc *doc)
{
    const struct key_row row = row_of(table, doc);
    size_t owed = 0; /* spaces, if something follows */

    for (size_t i = 0; i < table->column_count; i++) {
        struct buf cell;
        size_t width;

        buf_init(&cell, CELL_LEN_MAX);
        write_cell(&table->columns[i], &row, &cell);
        width = glyph_width(buf_str(&cell));
        (void)printf("%*s" STR_FMT, (int)owed, "", STR_ARG(buf_str(&cell)));
        owed = 2 + (width < table->widths[i] ? table->widths[i] - width : 0);
        buf_done(&cell);
    }
    (void)printf("\n");
}

void key_table_print(struct key_table *table, const struct json_doc *list)
{
    if (table->widths[0] == 0) {
        widen(table, NULL);
        for (size_t i = 0; i < json_doc_count(list); i++)
            widen(table, json_doc_at(list, i));
        print_row(table, NULL);
    }
    for (size_t i = 0; i < json_doc_count(list); i++)
        print_row(table, json_doc_at(list, i));
}
