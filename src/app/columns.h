// SPDX-License-Identifier: MIT
/* A table of texts, as wide as it has to be.  Pure. */
#pragma once

#include "base/buf.h"

#define COLUMNS_MAX 16

struct columns {
    size_t count;            /* in a row */
    bool right[COLUMNS_MAX]; /* numbers stand at the right */
    struct buf cells;        /* each ended by NUL */
    size_t cell_count;
    size_t widths[COLUMNS_MAX];
};

/* A letter for each column: 'l' for texts, 'r' for numbers. */
void columns_begin(struct columns *columns, const char *sides);
void columns_done(struct columns *columns);
/* The next cell, row by row.  Nothing in it moves the cursor: what could is a space. */
void columns_add(struct columns *columns, struct str cell);
/* How wide the table is, in characters. */
size_t columns_width(const struct columns *columns);
/* One more column for the rows from 1 (0 has the titles) up to `rows`, appended by
   `add`; or NULL. */
struct columns_last {
    void (*add)(void *arg, size_t row, struct buf *out);
    void *arg;
    size_t rows;
};
void columns_write(const struct columns *columns,
                   const struct columns_last *last, struct buf *out);

/* In characters: bytes that go on with one are not counted. */
size_t columns_width_of(struct str text);
