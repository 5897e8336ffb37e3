// SPDX-License-Identifier: MIT
/* Tables of texts. */
#include "app/columns.h"

#include <assert.h>

#include "base/visible.h"

#define CELLS_MAX (64u * 1024 * 1024)
#define GAP 2

size_t columns_width_of(struct str text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return width;
}

void columns_begin(struct columns *columns, const char *sides)
{
    *columns = (struct columns){ .count = strlen(sides) };
    assert(columns->count <= COLUMNS_MAX);
    for (size_t i = 0; i < columns->count; i++)
        columns->right[i] = sides[i] == 'r';
    buf_init(&columns->cells, CELLS_MAX);
}

void columns_done(struct columns *columns)
{
    buf_done(&columns->cells);
}

void columns_add(struct columns *columns, struct str cell)
{
    size_t start = columns->cells.len;
    size_t *width = &columns->widths[columns->cell_count % columns->count];
    size_t new_width;

    (void)visible_add(&columns->cells, cell, ' ', SIZE_MAX);
    new_width = columns_width_of(str_from(buf_str(&columns->cells), start));
    if (new_width > *width)
        *width = new_width;
    buf_add(&columns->cells, (struct str){ "", 1 });
    columns->cell_count++;
}

size_t columns_width(const struct columns *columns)
{
    size_t width = 0;

    for (size_t i = 0; i < columns->count; i++)
        width += columns->widths[i] + (i ? GAP : 0);
    return width;
}

static void add_spaces(struct buf *out, size_t count)
{
    while (count-- > 0)
        buf_add(out, STR(" "));
}

/* Spaces are owed until something follows. */
static void write_cell(const struct columns *columns, size_t at,
                       struct str cell, size_t *owed, struct buf *out)
{
    size_t fill = columns->widths[at] - columns_width_of(cell);

    if (cell.len > 0) {
        add_spaces(out, *owed + (columns->right[at] ? fill : 0));
        buf_add(out, cell);
        *owed = GAP + (columns->right[at] ? 0 : fill);
    } else {
        *owed += columns->widths[at] + GAP;
    }
}

void columns_write(const struct columns *columns,
                   const struct columns_last *last, struct buf *out)
{
    struct str rest = buf_str(&columns->cells);

    for (size_t row = 0; row < columns->cell_count / columns->count; row++) {
        size_t owed = 0;

        for (size_t i = 0; i < columns->count; i++) {
            struct str cell = str_sub(rest, 0, str_index(rest, '\0'));

            write_cell(columns, i, cell, &owed, out);
            rest = str_from(rest, cell.len + 1);
        }
        if (last && row > 0 && row <= last->rows) {
            add_spaces(out, owed);
            last->add(last->arg, row, out);
        }
        buf_add(out, STR("\n"));
    }
}
