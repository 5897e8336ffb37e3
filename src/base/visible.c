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
