// SPDX-License-Identifier: MIT
/* Cells from documents. */
#include "app/cells.h"

#include "base/glyph.h"
#include "base/text.h"

#define CELL_MAX 512

void cells_add_text(struct columns *columns, const struct json_doc *doc,
                    const char *member)
{
    struct str text = STR("-");

    (void)json_doc_get_str(doc, member, &text);
    columns_add(columns, glyph_cut(text, CELLS_TEXT_WIDTH));
}

void cells_add_number(struct columns *columns, const struct json_doc *doc,
                      const char *member,
                      void (*write)(struct buf *out, uint64_t number))
{
    uint64_t number;
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    if (json_doc_get_u64(doc, member, &number))
        write(&cell, number);
    else
        buf_add(&cell, STR("-"));
    columns_add(columns, buf_str(&cell));
    buf_done(&cell);
}

void cells_add_time(struct columns *columns, const struct json_doc *doc,
                    const char *member, struct cells_part part)
{
    char shown[TEXT_TIME_MAX];
    struct str time;

    if (!json_doc_get_str(doc, member, &time)) {
        columns_add(columns, STR("-"));
        return;
    }
    text_copy(shown, sizeof(shown), time);
    for (char *at = shown; *at; at++) {
        if (*at == 'T')
            *at = ' ';
    }
    columns_add(columns, str_sub(str_of(shown), part.from, part.len));
}
