// SPDX-License-Identifier: MIT
/* How wide characters are, from ranges of Unicode. */
#include "base/glyph.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"

/* ---- widths -------------------------------------------------------------- */

struct range {
    uint32_t from;
    uint32_t to;
    unsigned width;
};

static const struct range ranges[] = {
#define WIDE(from, to) { from, to, 2 },
#define NONE(from, to) { from, to, 0 },
#include "base/glyph_ranges.def"
#undef WIDE
#undef NONE
};

static int find(const void *key, const void *element)
{
    uint32_t code = *(const uint32_t *)key;
    const struct range *range = element;

    return code < range->from ? -1 : code > range->to;
}

static unsigned width_of(uint32_t code)
{
    const struct range *range;

    if (code < ranges[0].from)
        return 1;
    range = bsearch(&code, ranges, COUNT_OF(ranges), sizeof(ranges[0]), find);
    return range ? range->width : 1;
}

/* ---- characters ---------------------------------------------------------- */

struct glyph glyph_first(struct str text)
{
    size_t len = text_utf8_len(text);
    struct glyph glyph = { str_sub(text, 0, len > 0 ? len : 1), 1, true };
    uint32_t code;

    if (len == 0)
        return glyph;
    code = text_utf8_code(glyph.bytes);
    glyph.is_control = text_is_control(glyph.bytes);
    glyph.width = glyph.is_control ? 1 : width_of(code);
    return glyph;
}

size_t glyph_width(struct str text)
{
    size_t width = 0;

    while (text.len > 0) {
        struct glyph glyph = glyph_first(text);

        width += glyph.width;
        text = str_from(text, glyph.bytes.len);
    }
    return width;
}

struct str glyph_cut(struct str text, size_t width)
{
    struct str rest = text;

    while (rest.len > 0) {
        struct glyph glyph = glyph_first(rest);

        if (glyph.width > width)
            break;
        width -= glyph.width;
        rest = str_from(rest, glyph.bytes.len);
    }
    return str_sub(text, 0, text.len - rest.len);
}
