// SPDX-License-Identifier: MIT
/* What the fuzz targets share: an input cut into pieces, and a loop that is turned
   by hand.

   An input that begins with a byte 1 to 8 names so many cuts in the bytes that
   follow; any other input is text as it is, cut by a hash of itself, so that
   plain messages serve as seeds. */
#pragma once

#include <stdint.h>

#include "base/loop.h"
#include "base/str.h"

/* How large the pieces are: one of these, over and over. */
#define PIECES_CUTS_MAX 8

struct pieces {
    struct str left;
    size_t sizes[PIECES_CUTS_MAX];
    size_t count;
    size_t at;
    uint8_t choice; /* for whatever a target lets the input decide */
};

void pieces_init(struct pieces *pieces, const uint8_t *data, size_t size);
/* The same bytes in one piece. */
void pieces_join(struct pieces *pieces);
/* False when nothing is left. */
bool pieces_next(struct pieces *pieces, struct str *piece);

/* Let the loop see what is ready, once, without waiting. */
void pieces_turn(struct loop *loop);

/* Two ends of a connection, both non-blocking. */
void pieces_connect(int ends[2]);
/* Send a piece; false if the other side is gone. */
bool pieces_send(int fd, struct str piece);
