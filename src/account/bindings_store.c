// SPDX-License-Identifier: MIT
/* Bindings become rows, and rows become bindings. */
#include "account/bindings_store.h"

#include "base/macros.h"

/* Of those that are over, so many go with each save. */
#define OVER_MAX 100

static const struct table {
    struct bindings *(*of)(struct accounts *accounts);
    size_t max;
    size_t taken_max;
    const char *load;
    const char *save;
    const char *forget;
    const char *end; /* of those that are over */
    const char *accounts;
    const char *leave; /* of an account */
} tables[BINDINGS_STORE_TABLES] = {
#define TABLE(of, max, taken_max, name, number)                                \
    {                                                                          \
        of, max, taken_max,                                                    \
            "SELECT " number ", account, until_ms FROM " name                  \
            " WHERE until_ms > $1 ORDER BY until_ms DESC LIMIT $2",            \
            "INSERT INTO " name "(" number                                     \
            ", account, until_ms) VALUES($1, $2, $3) ON CONFLICT (" number     \
            ") DO UPDATE SET account = excluded.account,"                      \
            " until_ms = excluded.until_ms",                                   \
            "DELETE FROM " name " WHERE " number " = $1",                      \
            "DELETE FROM " name " WHERE " number " IN (SELECT " number         \
            " FROM " name " WHERE until_ms <= $1 LIMIT $2)",                   \
            "SELECT DISTINCT account FROM " name,                              \
            "DELETE FROM " name " WHERE account = $1"                          \
    }
    TABLE(accounts_bindings, BINDINGS_MAX, BINDINGS_TAKEN_MAX, "binding",
          "session"),
    TABLE(accounts_owned, BINDINGS_MAX, BINDINGS_TAKEN_MAX, "owned", "id"),
    TABLE(accounts_told, BINDINGS_TOLD_MAX, BINDINGS_TAKEN_MAX / 10, "told",
          "id"),
};

struct bindings *bindings_store_of(struct accounts *accounts, size_t table)
{
    return tables[table].of(accounts);
}

void bindings_store_take(struct accounts *accounts, size_t table,
                         struct bindings_part *part)
{
    bindings_take(tables[table].of(accounts), tables[table].taken_max, part);
}

/* ---- saving -------------------------------------------------------------- */

static bool forget(struct sql *sql, const struct table *table,
                   const struct binding *binding, struct err *err)
{
    return binding->kept == 0 || binding->kept == binding->session ||
           sql_run(sql, table->forget,
                   SQL_VALUES(sql_number((int64_t)binding->kept)), err);
}

static bool save(struct sql *sql, const struct table *table,
                 const struct binding *binding, struct err *err)
{
    return binding->session == 0 ||
           sql_run(sql, table->save,
                   SQL_VALUES(sql_number((int64_t)binding->session),
                              sql_number((int64_t)binding->account),
                              sql_number((int64_t)binding->until_ms)),
                   err);
}

bool bindings_store_save(struct sql *sql, size_t table,
                         const struct bindings_part *part, uint64_t now_ms,
                         struct err *err)
{
    const struct table *to = &tables[table];
    bool fine = true;

    for (size_t i = 0; i < part->count && fine; i++)
        fine = forget(sql, to, &part->at[i], err);
    for (size_t i = 0; i < part->count && fine; i++)
        fine = save(sql, to, &part->at[i], err);
    return fine &&
           (part->count == 0 || sql_run(sql, to->end,
                                        SQL_VALUES(sql_number((int64_t)now_ms),
                                                   sql_number(OVER_MAX)),
                                        err));
}

/* ---- accounts that are gone -------------------------------------------------- */

static bool leave(struct sql *sql, const struct table *table, uint64_t account,
                  struct err *err)
{
    return sql_run(sql, table->leave, SQL_VALUES(sql_number((int64_t)account)),
                   err);
}

bool bindings_store_forget(struct sql *sql, uint64_t account, struct err *err)
{
    bool fine = true;

    for (size_t i = 0; i < COUNT_OF(tables) && fine; i++)
        fine = leave(sql, &tables[i], account, err);
    return fine;
}

/* Of some of the accounts; more come in another round. */
#define STRANGERS_MAX 100

struct strangers {
    const struct bindings_its *its;
    uint64_t at[STRANGERS_MAX];
    size_t count;
};

static bool note_stranger(void *arg, const struct sql_row *row)
{
    struct strangers *strangers = arg;
    uint64_t account = (uint64_t)sql_row_number(row, 0);
    bool is_known = false;

    for (size_t i = 0; i < strangers->its->count && !is_known; i++)
        is_known = strangers->its->at[i] == account;
    if (!is_known && strangers->count < STRANGERS_MAX)
        strangers->at[strangers->count++] = account;
    return true;
}

static bool tidy(struct sql *sql, const struct table *table,
                 const struct bindings_its *its, struct err *err)
{
    struct strangers strangers = { .its = its };
    bool fine;

    do {
        strangers.count = 0;
        fine = sql_query(sql,
                         &(struct sql_ask){ .text = table->accounts,
                                            .row = note_stranger,
                                            .arg = &strangers },
                         err);
        for (size_t i = 0; i < strangers.count && fine; i++)
            fine = leave(sql, table, strangers.at[i], err);
    } while (fine && strangers.count == STRANGERS_MAX);
    return fine;
}

bool bindings_store_tidy(struct sql *sql, const struct bindings_its *its,
                         struct err *err)
{
    bool fine = true;

    for (size_t i = 0; i < COUNT_OF(tables) && fine; i++)
        fine = tidy(sql, &tables[i], its, err);
    return fine;
}

/* ---- loading ------------------------------------------------------------- */

static bool take_row(void *arg, const struct sql_row *row)
{
    const struct binding binding = {
        .session = (uint64_t)sql_row_number(row, 0),
        .account = (uint64_t)sql_row_number(row, 1),
        .until_ms = (uint64_t)sql_row_number(row, 2),
    };

    bindings_restore(arg, &binding);
    return true;
}

static bool load(struct sql *sql, const struct table *table,
                 struct accounts *accounts, uint64_t now_ms, struct err *err)
{
    const struct sql_ask ask = { table->load,
                                 SQL_VALUES(sql_number((int64_t)now_ms),
                                            sql_number((int64_t)table->max)),
                                 take_row, table->of(accounts) };

    return sql_query(sql, &ask, err);
}

bool bindings_store_load(struct sql *sql, struct accounts *accounts,
                         uint64_t now_ms, struct err *err)
{
    bool fine = true;

    for (size_t i = 0; i < COUNT_OF(tables) && fine; i++)
        fine = load(sql, &tables[i], accounts, now_ms, err);
    return fine;
}
