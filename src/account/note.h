// SPDX-License-Identifier: MIT
/* What the operator notes of an account or of its pause: it is shown where the account
   is.  Pure; any thread. */
#pragma once

#include "base/str.h"

#define ACCOUNT_NOTE_MAX 1000

/* Behind "it": what is wrong with a note of at most `max` bytes; NULL: nothing.  In
   `lines` there may be several. */
const char *account_note_problem(struct str note, size_t max, bool lines);
