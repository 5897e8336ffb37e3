// SPDX-License-Identifier: MIT
/* The words in which SQL engines differ.  Migrations write them in braces, {number};
   all else is the same for every engine (docs/store.md).  Pure. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRES, DIALECT_COUNT };

/* `text` with each {word} in this engine's way; false and err for a word that there
   is none of, and if `out` has no room. */
bool dialect_write(enum dialect dialect, struct str text, struct buf *out,
                   struct err *err) MUST_CHECK;
