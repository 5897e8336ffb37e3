// SPDX-License-Identifier: MIT
/* Characters that print something. */
#include "base/visible.h"

#include "base/glyph.h"

bool visible_add(struct buf *out, struct str text, char blank, size_t max)
{
    size_t start = out->len;

    while (text.len > 0) {
        struct glyph glyph = glyph_first(text);
        struct str shown =
            glyph.is_control ? (struct str){ &blank, 1 } : glyph.bytes;

        if (out->len - start + shown.len > max)
            return false;
        buf_add(out, shown);
        text = str_from(text, glyph.bytes.len);
    }
    return true;
}

void visible_add_lines(struct buf *out, struct str text, char blank)
{
    while (text.len > 0) {
        size_t end = str_index(text, '\n');

        (void)visible_add(out, str_sub(text, 0, end), blank, SIZE_MAX);
        buf_add(out, str_sub(text, end, 1));
        text = str_from(text, end + 1);
    }
}

bool visible_is_all(struct str text, bool lines)
{
    while (text.len > 0) {
        struct glyph glyph = glyph_first(text);
        char c = text.at[0];

        if (glyph.is_control && !(lines && (c == '\n' || c == '\t')))
            return false;
        text = str_from(text, glyph.bytes.len);
    }
    return true;
}
