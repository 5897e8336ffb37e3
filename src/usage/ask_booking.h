// SPDX-License-Identifier: MIT
/* All that was booked of one request, as a row of the table usage/ask_columns.def. */
#pragma once

#include "base/arena.h"
#include "store/sql.h"

enum ask_column {
#define COLUMN(name, form, sql, text, told) ASK_COLUMN_##name,
#include "usage/ask_columns.def"
#undef COLUMN
    ASK_COLUMNS,
};

enum ask_form {
    ASK_FORM_TEXT,
    ASK_FORM_NUMBER,
    ASK_FORM_TIME, /* in ms */
    ASK_FORM_BOOL,
    ASK_FORM_END, /* an enum record_end */
    ASK_FORM_ID,  /* what follows the time in the relay's own id */
    ASK_FORM_JSON,
};

/* To whom. */
enum ask_told {
    ASK_TOLD_OWN,  /* to the holder of the request's key, too */
    ASK_TOLD_KEPT, /* to whoever manages alone */
};

struct ask_column_row {
    const char *name;
    enum ask_form form;
    const char *text; /* what it means; may be empty */
    enum ask_told told;
};
const struct ask_column_row *ask_column(enum ask_column column);

struct ask_booking {
    int64_t number;
    struct sql_value at[ASK_COLUMNS]; /* SQL_NULL: not known */
};

/* That of booking->number.  Texts go to the arena; `found` false: there is none of that
   number any more. */
bool ask_booking_read(struct sql *sql, struct ask_booking *booking,
                      struct arena *arena, bool *found,
                      struct err *err) MUST_CHECK;
