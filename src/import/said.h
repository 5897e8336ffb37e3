// SPDX-License-Identifier: MIT
/* What an import says: a line for each account, and what to do about sign-ins that two
   relays have now.  Pure. */
#pragma once

#include "import/formats.h"
#include "import/plan.h"

/* Append the line of one account. */
void import_said_row(struct buf *out, const struct import_candidate *candidate,
                     const struct import_row *row, bool dry_run);

struct import_tally {
    unsigned taken;
    unsigned there; /* already */
    unsigned foreign;
    unsigned refused;
    unsigned renewable; /* of those that were taken */
    unsigned renewed;   /* of these: they are switched on */
    uint64_t due_ms;    /* when the first of them is renewed here */
    const char *first;  /* its name, the row's; or, without, that of another */
};
void import_said_count(struct import_tally *tally,
                       const struct import_row *row);
/* Append what to do about sign-ins that two relays have now; nothing, if there are none. */
void import_said_warning(struct buf *out, const struct import_tally *tally,
                         const struct import_format *format, bool dry_run);
/* The same for programs: its code, or NULL, and the values in it, set in `params`. */
const char *import_said_warning_code(const struct import_tally *tally,
                                     const struct import_format *format);
void import_said_warning_params(struct json_doc *params,
                                const struct import_tally *tally,
                                const struct import_format *format);
/* Append the sums, and that warning. */
void import_said_end(struct buf *out, const struct import_tally *tally,
                     const struct import_format *format, bool dry_run);
/* 0: all of Anthropic's is here now, or was; and there was some. */
int import_said_status(const struct import_tally *tally);
