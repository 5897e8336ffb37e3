// SPDX-License-Identifier: MIT
/* The relay at a glance, for a terminal of any size.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/json.h"

#define TOP_ENDED_MAX 100
#define TOP_SCREEN_MAX (1024u * 1024)

/* What was told last; each NULL until it was. */
struct top_view {
    const struct json_doc *figures;
    const struct json_doc *running;
    const struct json_doc *accounts;
    const struct json_doc *attention;
    const struct json_doc *const *ended; /* the newest first */
    size_t ended_count;
    const char *trouble; /* why nothing is told now; or NULL */
    uint64_t now_ms;     /* wall clock */
    size_t width;
    size_t height; /* 0: as high as it gets, for no terminal */
    bool coloured;
};

/* At most `height` lines of at most `width` columns, each ended by a line feed. */
void top_screen(struct buf *out, const struct top_view *view);
