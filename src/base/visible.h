// SPDX-License-Identifier: MIT
/* Characters that print something, and nothing else.  Pure. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* Append at most `max` bytes of `text`, with `blank` (one byte) for all that prints
   nothing (text_is_control() in base/text.h); never half a character.  False if not all
   of it had room. */
bool visible_add(struct buf *out, struct str text, char blank, size_t max);
/* All of it, line by line: ends of lines stay. */
void visible_add_lines(struct buf *out, struct str text, char blank);

/* Is nothing in it that prints nothing?  `lines`: ends of lines and tabs may be. */
bool visible_is_all(struct str text, bool lines);
