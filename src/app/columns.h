// SPDX-License-Identifier: MIT
/* A table of texts, as wide as it has to be, or may be.  Widths are columns of a terminal.
   Pure. */
#pragma once

#include "base/buf.h"

#define COLUMNS_MAX 16

struct columns {
    size_t count;            /* in a row */
    bool right[COLUMNS_MAX]; /* numbers stand at the right */
    struct buf cells;        /* each ended by NUL */
    size_t cell_count;
    size_t widths[COLUMNS_MAX];
    bool hidden[COLUMNS_MAX];
};

/* A letter for each column: 'l' for texts, 'r' for numbers. */
void columns_begin(struct columns *columns, const char *sides);
void columns_done(struct columns *columns);
/* The next cell, row by row.  Nothing in it moves the cursor: what could is a space. */
void columns_add(struct columns *columns, struct str cell);
/* How wide the table is, without what is hidden. */
size_t columns_width(const struct columns *columns);

/* One way to make a table narrower: columns are hidden and shown, by their places from
   1; 0: none. */
struct columns_step {
    unsigned char hide[2];
    unsigned char show;
};
/* A column that may become narrower, by its place from 0, and how narrow at most. */
struct columns_cut {
    size_t column;
    size_t least;
};
/* Steps are taken, one after the other, until the table is as narrow as that; if they are
   not enough, columns are cut.  A last step, and a last cut, does nothing. */
struct columns_fit {
    const struct columns_step *steps;
    const struct columns_cut *cuts;
};
void columns_fit(struct columns *columns, size_t width,
                 const struct columns_fit *fit);
/* One more column for the rows from 1 (0 has the titles) up to `rows`, appended by
   `add`; or NULL. */
struct columns_last {
    void (*add)(void *arg, size_t row, struct buf *out);
    void *arg;
    size_t rows;
};
void columns_write(const struct columns *columns,
                   const struct columns_last *last, struct buf *out);
