// SPDX-License-Identifier: MIT
/* All that is wrong with a configuration, in the order it was found: one line
   each, with the place where it stands (".env:12: PORT=..."). */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct problems {
    struct buf lines;
    size_t count;
};

void problems_init(struct problems *problems);
void problems_done(struct problems *problems);

/* Take a failure's text over; false, as it is one.  Only the first hundred are
   kept. */
bool problems_add(struct problems *problems, const struct err *err);

/* Does one of them speak of this option, or of one that begins so? */
bool problems_name(const struct problems *problems, struct str option);

/* Take the next line off `*rest`, which begins as buf_str(&problems->lines). */
bool problems_next(struct str *rest, struct str *line);
