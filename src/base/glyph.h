// SPDX-License-Identifier: MIT
/* Characters of UTF-8 as a terminal shows them, whatever the locale is.  Pure. */
#pragma once

#include "base/str.h"

/* The first one of a text that is not empty. */
struct glyph {
    struct str bytes;
    unsigned width;  /* in columns: none, one or two */
    bool is_control; /* base/text.h; shown as one blank (base/visible.h) */
};
struct glyph glyph_first(struct str text);

/* In columns. */
size_t glyph_width(struct str text);
/* As much of its beginning as fits. */
struct str glyph_cut(struct str text, size_t width);
