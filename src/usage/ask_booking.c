// SPDX-License-Identifier: MIT
/* A booking with the texts that its numbers stand for. */
#include "usage/ask_booking.h"

#include <assert.h>

static const struct ask_column_row columns[ASK_COLUMNS] = {
#define COLUMN(name, form, sql, text, told)                                    \
    { #name, ASK_FORM_##form, text, ASK_TOLD_##told },
#include "usage/ask_columns.def"
#undef COLUMN
};

const struct ask_column_row *ask_column(enum ask_column column)
{
    assert(column < ASK_COLUMNS);
    return &columns[column];
}

/* ---- reading ------------------------------------------------------------- */

static const char statement[] =
    "SELECT b.id"
#define COLUMN(name, form, sql, text, told) ", " sql
#include "usage/ask_columns.def"
#undef COLUMN
    " FROM booking b LEFT JOIN holder h ON h.id = b.holder"
    " LEFT JOIN session s ON s.id = b.session"
    " LEFT JOIN word a ON a.id = b.account"
    " LEFT JOIN word m ON m.id = b.model"
    " LEFT JOIN word q ON q.id = b.asked"
    " LEFT JOIN word e ON e.id = b.endpoint"
    " LEFT JOIN word t ON t.id = b.tier"
    " LEFT JOIN word p ON p.id = b.prices WHERE b.id = $1";

struct reading {
    struct ask_booking *booking;
    struct arena *arena;
    bool found;
};

static bool take(void *arg, const struct sql_row *row)
{
    struct reading *reading = arg;
    struct ask_booking *booking = reading->booking;

    reading->found = true;
    for (size_t i = 0; i < ASK_COLUMNS; i++) {
        booking->at[i] = row->values[i + 1];
        booking->at[i].bytes =
            arena_str(reading->arena, sql_row_bytes(row, i + 1));
    }
    return false;
}

bool ask_booking_read(struct sql *sql, struct ask_booking *booking,
                      struct arena *arena, bool *found, struct err *err)
{
    struct reading reading = { .booking = booking, .arena = arena };
    const struct sql_ask ask = { statement,
                                 SQL_VALUES(sql_number(booking->number)), take,
                                 &reading };

    if (!sql_query(sql, &ask, err))
        return false;
    *found = reading.found;
    return true;
}
