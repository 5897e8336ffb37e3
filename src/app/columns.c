// SPDX-License-Identifier: MIT
/* Tables of texts. */
#include "app/columns.h"

#include <assert.h>

#include "base/glyph.h"
#include "base/visible.h"

#define CELLS_MAX (64u * 1024 * 1024)
#define GAP 2

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
    new_width = glyph_width(str_from(buf_str(&columns->cells), start));
    if (new_width > *width)
        *width = new_width;
    buf_add(&columns->cells, (struct str){ "", 1 });
    columns->cell_count++;
}

size_t columns_width(const struct columns *columns)
{
    size_t width = 0;

    for (size_t i = 0; i < columns->count; i++) {
        if (!columns->hidden[i])
            width += columns->widths[i] + (width > 0 ? GAP : 0);
    }
    return width;
}

/* ---- narrower ------------------------------------------------------------ */

static bool take_step(struct columns *columns, const struct columns_step *step)
{
    for (size_t i = 0; i < COUNT_OF(step->hide); i++) {
        if (step->hide[i] > 0)
            columns->hidden[step->hide[i] - 1] = true;
    }
    if (step->show > 0)
        columns->hidden[step->show - 1] = false;
    return step->hide[0] > 0 || step->show > 0;
}

static void cut(struct columns *columns, size_t width,
                const struct columns_cut *cut)
{
    size_t *own = &columns->widths[cut->column];
    size_t others = columns_width(columns) - *own;
    size_t left = width > others ? width - others : 0;

    if (left < cut->least)
        left = cut->least;
    if (left < *own && !columns->hidden[cut->column])
        *own = left;
}

void columns_fit(struct columns *columns, size_t width,
                 const struct columns_fit *fit)
{
    const struct columns_step *step = fit->steps;

    while (columns_width(columns) > width && take_step(columns, step))
        step++;
    for (const struct columns_cut *each = fit->cuts;
         each->least > 0 && columns_width(columns) > width; each++)
        cut(columns, width, each);
}

/* ---- writing ------------------------------------------------------------- */

static void add_spaces(struct buf *out, size_t count)
{
    while (count-- > 0)
        buf_add(out, STR(" "));
}

/* Spaces are owed until something follows. */
static void write_cell(const struct columns *columns, size_t at,
                       struct str cell, size_t *owed, struct buf *out)
{
    size_t width = columns->widths[at];
    bool fits = glyph_width(cell) <= width;
    struct str shown = fits ? cell : glyph_cut(cell, width - 1);
    size_t fill = width - glyph_width(shown) - !fits;

    if (cell.len > 0) {
        add_spaces(out, *owed + (columns->right[at] ? fill : 0));
        buf_add(out, shown);
        buf_add(out, fits ? STR_EMPTY : STR("…"));
        *owed = GAP + (columns->right[at] ? 0 : fill);
    } else {
        *owed += width + GAP;
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

            if (!columns->hidden[i])
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
