// SPDX-License-Identifier: MIT
/* Compression that nobody asked for: gzip, deflate, br and zstd, one in the other too.
   What a text is packed with its first bytes tell, whatever is said of it; br and bare
   deflate have no such mark, and are believed where content-encoding names them, unless
   the text is plainly JSON.  Whole texts in memory.  Pure; any thread. */
#pragma once

#include "base/inflate.h"
#include "http/headers.h"

#define LAYERS_MAX 3 /* nobody means more */

/* What is said of a text, and not undone yet: the outermost last.  Borrowed. */
struct layers {
    struct str names[LAYERS_MAX];
    size_t count;
};

/* Of all fields content-encoding; of more than LAYERS_MAX the outermost. */
struct layers layers_of(const struct headers *headers);

struct layer {
    struct str coding; /* empty: there is none, or none that is known */
    bool sure;         /* no text that is not packed begins so */
};

/* The outermost one of `text`.  What is said of it is taken out of `layers`, and what is
   said and not so. */
struct layer layers_next(struct layers *layers, struct str text);

/* Append what `packed` holds to `out`, never more than its ceiling.  Of br and zstd, whose
   libraries have memory of their own, traces stay in what was given back. */
enum inflate_end layers_undo(const struct layer *layer, struct str packed,
                             struct buf *out);

/* Does it begin as gzip or zstd do? */
bool layers_are_marked(struct str text);
