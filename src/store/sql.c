// SPDX-License-Identifier: MIT
/* One connection to an SQL database, whichever engine it is. */
#include "store/sql.h"

#include <assert.h>

#include "store/sql_backend.h"

/* To add an engine: a row, and its words in store/dialect.c. */
const struct sql_backend *const sql_backends[] = { &sqlite_backend };
const size_t sql_backend_count = COUNT_OF(sql_backends);

/* ---- statements --------------------------------------------------------- */

bool sql_query(struct sql *sql, const struct sql_ask *ask, struct err *err)
{
    return sql->backend->query(sql, ask, err);
}

bool sql_run(struct sql *sql, const char *text, const struct sql_value *values,
             size_t count, struct err *err)
{
    return sql_query(sql,
                     &(struct sql_ask){
                         .text = text, .values = values, .count = count },
                     err);
}

uint64_t sql_changes(struct sql *sql)
{
    return sql->backend->changes(sql);
}

bool sql_others(struct sql *sql, uint64_t *number, struct err *err)
{
    return sql->backend->others(sql, number, err);
}

bool sql_shrink(struct sql *sql, bool *more, struct err *err)
{
    *more = false;
    return sql->backend->shrink(sql, more, err);
}

void sql_close(struct sql *sql)
{
    if (sql)
        sql->backend->close(sql);
}

/* ---- transactions ------------------------------------------------------- */

bool sql_transact(struct sql *sql, const struct sql_transaction *transaction,
                  struct err *err)
{
    *err = (struct err){ .code = ERR_INTERNAL };
    if (!sql->backend->begin(sql, &transaction->how, err))
        return false;
    if (transaction->run(sql, transaction->arg, err) &&
        sql->backend->commit(sql, err))
        return true;
    sql->backend->rollback(sql);
    return false;
}

bool sql_may_work_later(const struct err *err)
{
    return err->code == ERR_BUSY || err->code == ERR_IO;
}

/* ---- rows --------------------------------------------------------------- */

static const struct sql_value *value_of(const struct sql_row *row, size_t at)
{
    assert(at < row->count);
    return &row->values[at];
}

bool sql_row_is_null(const struct sql_row *row, size_t at)
{
    return value_of(row, at)->type == SQL_NULL;
}

int64_t sql_row_number(const struct sql_row *row, size_t at)
{
    const struct sql_value *value = value_of(row, at);

    return value->type == SQL_NUMBER ? value->number : 0;
}

static struct str bytes_of(const struct sql_row *row, size_t at)
{
    const struct sql_value *value = value_of(row, at);
    bool has = value->type == SQL_TEXT || value->type == SQL_BYTES;

    return has ? value->bytes : STR_EMPTY;
}

struct str sql_row_text(const struct sql_row *row, size_t at)
{
    return bytes_of(row, at);
}

struct str sql_row_bytes(const struct sql_row *row, size_t at)
{
    return bytes_of(row, at);
}
