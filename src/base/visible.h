// SPDX-License-Identifier: MIT
/* Characters that print something, and nothing else.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* The character that `text`, which is not empty, begins with, `len` bytes of it (1 if it
   is no UTF-8): does it print?  No: controls, what breaks lines, what turns the direction
   of what follows, what joins, a byte that is no UTF-8.  The space does. */
bool visible_char(struct str text, size_t *len);

/* Append at most `max` bytes of `text`, with `blank` (one byte) for all that prints
   nothing; never half a character.  False if not all of it had room. */
bool visible_add(struct buf *out, struct str text, char blank, size_t max);
