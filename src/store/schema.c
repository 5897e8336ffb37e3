// SPDX-License-Identifier: MIT
/* The tables of the records. */
#include "store/schema.h"

#include "store/dialect.h"

#define TEXT_MAX (1u << 20)

/* A text is longer than what every compiler has to take. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const struct schema_step own_steps[] = {
#include "store/schema_steps.h"
};
#pragma GCC diagnostic pop

struct schema_steps schema_steps(void)
{
    return (struct schema_steps){ own_steps, COUNT_OF(own_steps) };
}

/* ---- where it stands ---------------------------------------------------- */

struct standing {
    unsigned version; /* the last step; 0: there is nothing yet */
    unsigned oldest_writer;
};

static bool keep_standing(void *arg, const struct sql_row *row)
{
    struct standing *standing = arg;

    standing->version = (unsigned)sql_row_number(row, 0);
    standing->oldest_writer = (unsigned)sql_row_number(row, 1);
    return true;
}

static bool look(struct sql *sql, struct standing *standing, struct err *err)
{
    struct sql_ask ask = { .text = "SELECT version, oldest_writer FROM schema",
                           .row = keep_standing,
                           .arg = standing };

    *standing = (struct standing){ 0 };
    /* Without the table the text is wrong. */
    return sql_query(sql, &ask, err) || err->code == ERR_INTERNAL;
}

static unsigned newest(const struct schema_steps *steps)
{
    return steps->at[steps->count - 1].number;
}

static bool check(const struct standing *standing,
                  const struct schema_steps *steps, struct err *err)
{
    return standing->oldest_writer <= newest(steps) ||
           err_set(err, ERR_CONFIG,
                   "the database was written by a newer claude-relay (its "
                   "schema is %u, this program knows %u, and %u is the oldest "
                   "that may write it): run that version again, or bring back "
                   "a backup that was made before (`claude-relay restore "
                   "FILE`)",
                   standing->version, newest(steps), standing->oldest_writer);
}

/* ---- making steps ------------------------------------------------------- */

#define NOTES                                                                  \
    "CREATE TABLE IF NOT EXISTS schema(one {number} NOT NULL PRIMARY KEY,"     \
    " version {number} NOT NULL, oldest_writer {number} NOT NULL){rows};"

static bool write_script(struct sql *sql, const char *text, struct err *err)
{
    struct buf script;
    bool ok;

    buf_init(&script, TEXT_MAX);
    ok = dialect_write(sql->backend->dialect, str_of(text), &script, err) &&
         (buf_append(&script, (struct str){ "", 1 }) ||
          err_set(err, ERR_INTERNAL, "a migration is too long")) &&
         sql->backend->script(sql, buf_str(&script).at, err);
    buf_done(&script);
    return ok;
}

static bool note(struct sql *sql, const struct standing *standing,
                 struct err *err)
{
    return sql_run(sql,
                   "INSERT INTO schema(one, version, oldest_writer)"
                   " VALUES(1, $1, $2) ON CONFLICT(one) DO UPDATE SET"
                   " version = excluded.version,"
                   " oldest_writer = excluded.oldest_writer",
                   SQL_VALUES(sql_number(standing->version),
                              sql_number(standing->oldest_writer)),
                   err);
}

/* Looked at again under the lock: another process may be making them, too. */
static bool make_step(struct sql *sql, void *arg, struct err *err)
{
    const struct schema_step *step = arg;
    struct standing standing;

    if (!write_script(sql, NOTES, err) || !look(sql, &standing, err))
        return false;
    if (standing.version >= step->number)
        return true;
    standing.version = step->number;
    if (standing.oldest_writer < step->oldest_writer)
        standing.oldest_writer = step->oldest_writer;
    return write_script(sql, step->text, err) && note(sql, &standing, err);
}

static bool make_steps(struct sql *sql, const struct schema_steps *steps,
                       unsigned from, struct err *err)
{
    for (size_t i = 0; i < steps->count; i++) {
        struct schema_step step = steps->at[i];

        if (step.number > from &&
            !sql_transact(sql,
                          &(struct sql_transaction){ .run = make_step,
                                                     .arg = &step },
                          err))
            return err_wrap(err, "bringing the database to schema %u",
                            step.number);
    }
    return true;
}

bool schema_apply(struct sql *sql, const struct schema_steps *steps,
                  struct err *err)
{
    struct standing standing;

    return look(sql, &standing, err) && check(&standing, steps, err) &&
           make_steps(sql, steps, standing.version, err) &&
           look(sql, &standing, err) && check(&standing, steps, err);
}

bool schema_bring_up(struct sql *sql, struct err *err)
{
    struct schema_steps steps = schema_steps();

    return schema_apply(sql, &steps, err);
}

/* ---- writing on --------------------------------------------------------- */

bool schema_may_write(struct sql *sql, struct err *err)
{
    struct schema_steps steps = schema_steps();
    struct standing standing;

    if (!look(sql, &standing, err))
        return false;
    if (check(&standing, &steps, err))
        return true;
    err->code = ERR_IO;
    return false;
}
