// SPDX-License-Identifier: MIT
/* Texts in which the members of an answer cannot be seen as they came.  Pure; any
   thread. */
#pragma once

#include "base/buf.h"

/* Characters that fit are kept, others become '?': tokens are ASCII. */

/* `body` itself, or, if it is UTF-16 of either order, with or without a mark, what it
   says: in `out`, which is initialised here, as a secret one. */
struct str oauth_text_plain(struct str body, struct buf *out);

/* Append what a JSON text says that is written within a string: one level of escapes
   less.  False if there is no sign of one. */
bool oauth_text_unwrap(struct str body, struct buf *out) MUST_CHECK;
