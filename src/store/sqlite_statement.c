// SPDX-License-Identifier: MIT
/* SQLite's statements: kept prepared, with parameters by their number. */
#include <assert.h>
#include <stdio.h>

#include "base/mem.h"
#include "store/sqlite_internal.h"

#define VALUES_MAX 999

struct statement {
    struct list node;
    char *text;
    size_t len;
    sqlite3_stmt *stmt;
    /* SQLite numbers parameters by where they first stand: the n-th one is the value
       of this index. */
    size_t count;
    size_t of[];
};

/* ---- kept ones ---------------------------------------------------------- */

static void statement_free(struct statement *kept)
{
    list_remove(&kept->node);
    (void)sqlite3_finalize(kept->stmt);
    mem_free(kept->text);
    mem_free(kept);
}

static struct statement *item(struct list *node)
{
    return LIST_ITEM(node, struct statement, node);
}

void sqlite_forget(struct sqlite *self)
{
    while (!list_is_empty(&self->kept))
        statement_free(item(self->kept.next));
    self->kept_count = 0;
}

static struct statement *find(struct sqlite *self, struct str text)
{
    for (struct list *node = self->kept.next; node != &self->kept;
         node = node->next) {
        struct statement *kept = item(node);

        if (str_eq((struct str){ kept->text, kept->len }, text))
            return kept;
    }
    return NULL;
}

static void put_first(struct sqlite *self, struct statement *kept)
{
    list_remove(&kept->node);
    list_push(self->kept.next, &kept->node);
}

/* ---- preparing ---------------------------------------------------------- */

static bool number_of(const char *name, size_t *number)
{
    uint64_t value;

    if (!name || name[0] != '$' ||
        !str_to_u64(str_of(name + 1), VALUES_MAX, &value) || value == 0)
        return false;
    *number = (size_t)value;
    return true;
}

static bool find_parameters(struct statement *made, struct err *err)
{
    for (size_t i = 0; i < made->count; i++) {
        const char *name = sqlite3_bind_parameter_name(made->stmt, (int)i + 1);
        size_t number;

        if (!number_of(name, &number))
            return err_set(err, ERR_INTERNAL,
                           "a parameter is called %s, not $1 to $%d",
                           name ? name : "?", VALUES_MAX);
        made->of[i] = number - 1;
    }
    return true;
}

static struct statement *statement_new(struct str text, sqlite3_stmt *stmt)
{
    size_t count = (size_t)sqlite3_bind_parameter_count(stmt);
    struct statement *made =
        mem_zalloc(sizeof(*made) + count * sizeof(made->of[0]));

    list_init(&made->node);
    made->text = mem_strndup(text.at, text.len);
    made->len = text.len;
    made->stmt = stmt;
    made->count = count;
    return made;
}

static struct statement *prepare(struct sqlite *self, struct str text,
                                 struct err *err)
{
    struct statement *made;
    sqlite3_stmt *stmt;
    int code = sqlite3_prepare_v3(self->db, text.at, (int)text.len + 1,
                                  SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

    if (code != SQLITE_OK) {
        sqlite_fail(self, code, err);
        return NULL;
    }
    made = statement_new(text, stmt);
    if (!find_parameters(made, err)) {
        statement_free(made);
        return NULL;
    }
    if (self->kept_count == SQLITE_KEPT_MAX)
        statement_free(item(self->kept.prev));
    else
        self->kept_count++;
    return made;
}

/* ---- values ------------------------------------------------------------- */

static int bind(sqlite3_stmt *stmt, int at, const struct sql_value *value)
{
    /* Without an address it would be NULL. */
    const char *bytes = value->bytes.at ? value->bytes.at : "";

    switch (value->type) {
    case SQL_NUMBER:
        return sqlite3_bind_int64(stmt, at, value->number);
    case SQL_TEXT:
        return sqlite3_bind_text64(stmt, at, bytes, value->bytes.len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case SQL_BYTES:
        return sqlite3_bind_blob64(stmt, at, bytes, value->bytes.len,
                                   SQLITE_STATIC);
    case SQL_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

static bool bind_all(struct sqlite *self, struct statement *kept,
                     const struct sql_ask *ask, struct err *err)
{
    for (size_t i = 0; i < kept->count; i++) {
        int code;

        if (kept->of[i] >= ask->count)
            return err_set(err, ERR_INTERNAL, "no value for $%zu",
                           kept->of[i] + 1);
        code = bind(kept->stmt, (int)i + 1, &ask->values[kept->of[i]]);
        if (code != SQLITE_OK)
            return sqlite_fail(self, code, err);
    }
    return true;
}

static struct sql_value value_at(sqlite3_stmt *stmt, int at)
{
    struct str bytes;

    switch (sqlite3_column_type(stmt, at)) {
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        return sql_number(sqlite3_column_int64(stmt, at));
    case SQLITE_TEXT:
        bytes.at = (const char *)sqlite3_column_text(stmt, at);
        bytes.len = (size_t)sqlite3_column_bytes(stmt, at);
        return sql_text(bytes);
    case SQLITE_BLOB:
        bytes.at = sqlite3_column_blob(stmt, at);
        bytes.len = (size_t)sqlite3_column_bytes(stmt, at);
        return sql_bytes(bytes.len > 0 ? bytes : STR_EMPTY);
    default:
        return sql_null();
    }
}

static bool hand_over(sqlite3_stmt *stmt, const struct sql_ask *ask)
{
    struct sql_value values[SQLITE_COLUMNS_MAX];
    struct sql_row row = { .values = values,
                           .count = (size_t)sqlite3_column_count(stmt) };

    assert(row.count <= SQLITE_COLUMNS_MAX);
    for (size_t i = 0; i < row.count; i++)
        values[i] = value_at(stmt, (int)i);
    return ask->row(ask->arg, &row);
}

/* ---- asking ------------------------------------------------------------- */

/* Rows of a change are all made, though nobody wants more of them. */
static int step_through(sqlite3_stmt *stmt, const struct sql_ask *ask)
{
    bool wanted = ask->row != NULL;
    bool reads = sqlite3_stmt_readonly(stmt) != 0;
    int code = sqlite3_step(stmt);

    while (code == SQLITE_ROW) {
        wanted = wanted && hand_over(stmt, ask);
        if (!wanted && reads)
            return SQLITE_DONE;
        code = sqlite3_step(stmt);
    }
    return code;
}

/* An error of some kinds has undone the whole transaction: what came now would be
   saved by itself. */
static bool is_undone(const struct sqlite *self)
{
    return self->inside && sqlite3_get_autocommit(self->db) != 0;
}

bool sqlite_query(struct sql *sql, const struct sql_ask *ask, struct err *err)
{
    struct sqlite *self = sqlite_of(sql);
    struct str text = str_of(ask->text);
    struct statement *kept;
    bool ok;

    if (is_undone(self))
        return err_set(err, ERR_IO, "the transaction was undone already");
    kept = find(self, text);
    if (!kept)
        kept = prepare(self, text, err);
    if (!kept)
        return false;
    put_first(self, kept);
    ok = bind_all(self, kept, ask, err);
    if (ok) {
        int code = step_through(kept->stmt, ask);

        ok = code == SQLITE_DONE || sqlite_fail(self, code, err);
        self->changes = (uint64_t)sqlite3_changes(self->db);
    }
    (void)sqlite3_reset(kept->stmt);
    (void)sqlite3_clear_bindings(kept->stmt);
    return ok;
}
