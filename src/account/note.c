// SPDX-License-Identifier: MIT
/* What the operator notes. */
#include "account/note.h"

#include "base/token.h"
#include "base/visible.h"

const char *account_note_problem(struct str note, size_t max, bool lines)
{
    if (note.len > max)
        return "is too long";
    if (token_is_in(note))
        return "holds a key or token";
    return visible_is_all(note, lines)
               ? NULL
               : "holds characters that nobody sees, or that move the cursor";
}
