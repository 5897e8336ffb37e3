// SPDX-License-Identifier: MIT
/* Members of a JSON text that may be damaged.  Answers that hold new tokens are the
   only place where these tokens exist: they are read although something beside them
   is not JSON.  Of a valid text the outermost member of that name is found, whatever
   it lies in; of duplicates the last.  A name is one
   however it is escaped.  Pure; any thread. */
#pragma once

#include "base/buf.h"

/* Is this what is looked for?  `value` begins where the value does: a complete
   string with its quotes, a number or a word, or the rest of the text from the
   bracket on. */
typedef bool oauth_fits_fn(struct str value);

struct oauth_wanted {
    const char *name;
    oauth_fits_fn *fits;
    size_t depth_max; /* 1: only a member of the outermost object */
};

/* False if there is none. */
bool oauth_member(struct str text, struct oauth_wanted wanted,
                  struct str *value);

/* Append what a complete string means, as UTF-8 as far as it was; what is none is
   appended as U+FFFD.  False if `value` is no string, or `out` is full. */
bool oauth_member_text(struct str value, struct buf *out) MUST_CHECK;

/* Both: the text of a string.  False, and nothing in
   `out`, if there is none; `out` is initialised here, as a
   secret one that holds any token. */
bool oauth_member_read(struct str text, struct oauth_wanted wanted,
                       struct buf *out);
