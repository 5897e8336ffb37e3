// SPDX-License-Identifier: MIT
/* One connection to an SQL database, used by one thread at a time.  Blocking: on the
   records' threads (store/records.h), or in commands.

   Texts are in the part of SQL that all engines understand (docs/store.md): integers
   for times and money, INSERT .. ON CONFLICT, RETURNING.  Parameters are written $1,
   $2 ... and bound by their number, wherever they stand in the text.  A text is a
   constant: its statement is kept prepared.

   Errors: ERR_BUSY  another process holds the database; the same again may work
           ERR_IO    the disk is full, or does not work; likewise
           ERR_EXISTS  a UNIQUE constraint or a primary key is in the way
           ERR_CONFLICT  another constraint (REFERENCES, CHECK, NOT NULL)
           ERR_BROKEN  what lies in the file is damaged
           ERR_INTERNAL  the text is wrong
   A statement that failed changed nothing. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct sql;

/* ---- values ------------------------------------------------------------- */

enum sql_type { SQL_NULL, SQL_NUMBER, SQL_TEXT, SQL_BYTES };

struct sql_value {
    enum sql_type type;
    int64_t number;
    struct str bytes; /* TEXT (UTF-8 without NUL) and BYTES */
};

static inline struct sql_value sql_null(void)
{
    return (struct sql_value){ .type = SQL_NULL };
}

static inline struct sql_value sql_number(int64_t number)
{
    return (struct sql_value){ .type = SQL_NUMBER, .number = number };
}

static inline struct sql_value sql_text(struct str text)
{
    return (struct sql_value){ .type = SQL_TEXT, .bytes = text };
}

static inline struct sql_value sql_bytes(struct str bytes)
{
    return (struct sql_value){ .type = SQL_BYTES, .bytes = bytes };
}

/* For sql_run() and struct sql_ask: both the values and how many. */
#define SQL_VALUES(...)                                                        \
    (const struct sql_value[]){ __VA_ARGS__ },                                 \
        COUNT_OF(((const struct sql_value[]){ __VA_ARGS__ }))
#define SQL_NO_VALUES NULL, 0

/* ---- statements --------------------------------------------------------- */

/* Change something.  Rows that it returns are passed over. */
bool sql_run(struct sql *sql, const char *text, const struct sql_value *values,
             size_t count, struct err *err) MUST_CHECK;
/* How many rows the last sql_run() or sql_query() changed. */
uint64_t sql_changes(struct sql *sql);
/* Did others write?  A number of this connection's, which moves when another one, of
   whatever process, has committed something, and not with what this one commits. */
bool sql_others(struct sql *sql, uint64_t *number, struct err *err) MUST_CHECK;

/* In a transaction: gives back some of the room that removed rows left in the file, if
   that is more than a tenth of it.  `more`: there is more to give. */
bool sql_shrink(struct sql *sql, bool *more, struct err *err) MUST_CHECK;

/* One row of an answer: borrowed, with all that is in it, until `row` returns. */
struct sql_row {
    const struct sql_value *values;
    size_t count;
};

struct sql_ask {
    const char *text;
    const struct sql_value *values;
    size_t count;
    /* For each row, in order; false: no more of them, which is no failure.  It makes
       no other statement on this connection. */
    bool (*row)(void *arg, const struct sql_row *row);
    void *arg;
};
/* Statements that return rows: SELECT, and others with RETURNING. */
bool sql_query(struct sql *sql, const struct sql_ask *ask,
               struct err *err) MUST_CHECK;

bool sql_row_is_null(const struct sql_row *row, size_t at);
/* 0 if it is no number. */
int64_t sql_row_number(const struct sql_row *row, size_t at);
/* Empty if it is NULL. */
struct str sql_row_text(const struct sql_row *row, size_t at);
struct str sql_row_bytes(const struct sql_row *row, size_t at);
