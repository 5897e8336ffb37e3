// SPDX-License-Identifier: MIT
/* Changes of keys and groups, in SQL. */
#include "team/key_store.h"

#include "base/reason.h"
#include "team/counters.h"
#include "team/key_build.h"

/* ---- values -------------------------------------------------------------- */

static struct sql_value number(uint64_t value)
{
    return sql_number((int64_t)value);
}

/* KEY_NEVER is NULL. */
static struct sql_value moment(uint64_t ms)
{
    return ms == KEY_NEVER ? sql_null() : number(ms);
}

static struct sql_value text(const char *value)
{
    return sql_text(str_of(value));
}

static struct sql_value group_of(const struct key *key)
{
    struct key_group *group = key_group_of(key);
    struct sql_value id = group ? number(group->id) : sql_null();

    key_group_unref(group);
    return id;
}

static bool read_id(void *arg, const struct sql_row *row)
{
    *(uint64_t *)arg = (uint64_t)sql_row_number(row, 0);
    return true;
}

static bool insert(struct sql *sql, const struct sql_ask *ask, uint64_t *id,
                   struct err *err)
{
    struct sql_ask with_id = *ask;

    *id = 0;
    with_id.row = read_id;
    with_id.arg = id;
    return sql_query(sql, &with_id, err) &&
           (*id > 0 ||
            err_set(err, ERR_INTERNAL, "the database gave a row no number"));
}

/* The row was found as it was when the change began, or somebody was faster. */
static bool one_changed(struct sql *sql, const char *name, struct err *err)
{
    return sql_changes(sql) == 1 || REASON_SET(err, CHANGED_MEANWHILE, name);
}

static bool name_is_taken(struct err *err, const char *what, const char *name)
{
    if (err->code != ERR_EXISTS)
        return false;
    return REASON_SET(err, NAME_TAKEN, what, STR_ARG(str_of(name)));
}

/* ---- keys ---------------------------------------------------------------- */

static bool insert_text(struct sql *sql, uint64_t key_id,
                        const struct key_text *one, struct err *err)
{
    const struct str hash = { (const char *)one->hash, HASH_SHA256_LEN };

    return sql_run(sql,
                   "INSERT INTO key_secret"
                   "(hash, key_id, prefix, last4, created_ms, expires_ms)"
                   " VALUES($1, $2, $3, $4, $5, $6)",
                   SQL_VALUES(sql_bytes(hash), number(key_id),
                              text(one->prefix), text(one->last),
                              number(one->created_ms), moment(one->expires_ms)),
                   err);
}

static bool insert_texts(struct sql *sql, const struct key *key,
                         uint64_t key_id, struct err *err)
{
    for (size_t i = 0; i < key->text_count; i++) {
        if (!insert_text(sql, key_id, &key->texts[i], err))
            return false;
    }
    return true;
}

bool key_store_create(struct sql *sql, const struct key *key, uint64_t *id,
                      struct err *err)
{
    const struct sql_ask ask = {
        "INSERT INTO key(name, folded, group_id, enabled, created_ms,"
        " changed_ms, revoked_ms, expires_ms, doc)"
        " VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        SQL_VALUES(text(key->name), text(key->folded), group_of(key),
                   number(key->enabled), number(key->created_ms),
                   number(key->changed_ms), moment(key->revoked_ms),
                   moment(key->expires_ms), text(key->doc)),
        NULL, NULL
    };

    if (!insert(sql, &ask, id, err)) {
        (void)name_is_taken(err, "key", key->name);
        return false;
    }
    return insert_texts(sql, key, *id, err);
}

bool key_store_update(struct sql *sql, const struct key *key, uint64_t was_ms,
                      struct err *err)
{
    if (!sql_run(sql,
                 "UPDATE key SET name = $3, folded = $4, group_id = $5,"
                 " enabled = $6, changed_ms = $7, revoked_ms = $8,"
                 " expires_ms = $9, doc = $10"
                 " WHERE id = $1 AND changed_ms = $2",
                 SQL_VALUES(number(key->id), number(was_ms), text(key->name),
                            text(key->folded), group_of(key),
                            number(key->enabled), number(key->changed_ms),
                            moment(key->revoked_ms), moment(key->expires_ms),
                            text(key->doc)),
                 err)) {
        (void)name_is_taken(err, "key", key->name);
        return false;
    }
    return one_changed(sql, key->name, err);
}

bool key_store_rotate(struct sql *sql, const struct key *key, uint64_t was_ms,
                      struct err *err)
{
    return key_store_update(sql, key, was_ms, err) &&
           sql_run(sql, "DELETE FROM key_secret WHERE key_id = $1",
                   SQL_VALUES(number(key->id)), err) &&
           insert_texts(sql, key, key->id, err);
}

static bool forget_counted(struct sql *sql, int64_t subject, struct err *err)
{
    return sql_run(sql, "DELETE FROM use_quarter WHERE subject = $1",
                   SQL_VALUES(sql_number(subject)), err) &&
           sql_run(sql, "DELETE FROM use_total WHERE subject = $1",
                   SQL_VALUES(sql_number(subject)), err) &&
           sql_run(sql, "DELETE FROM estimate WHERE subject = $1",
                   SQL_VALUES(sql_number(subject)), err);
}

bool key_store_purge(struct sql *sql, const struct key *key, struct err *err)
{
    return sql_run(sql, "DELETE FROM key WHERE id = $1 AND changed_ms = $2",
                   SQL_VALUES(number(key->id), number(key->changed_ms)), err) &&
           one_changed(sql, key->name, err) &&
           sql_run(sql, "DELETE FROM key_secret WHERE key_id = $1",
                   SQL_VALUES(number(key->id)), err) &&
           forget_counted(sql, SUBJECT_OF_KEY(key->id), err);
}

/* A key that was purged meanwhile has no row, and that is fine. */
bool key_store_used(struct sql *sql, const struct key_used *used, size_t count,
                    struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!sql_run(sql,
                     "UPDATE key SET last_used_ms = $2,"
                     " first_used_ms = COALESCE(first_used_ms, $3)"
                     " WHERE id = $1",
                     SQL_VALUES(number(used[i].id), number(used[i].last_ms),
                                number(used[i].first_ms)),
                     err))
            return false;
    }
    return true;
}

/* ---- groups -------------------------------------------------------------- */

bool key_store_create_group(struct sql *sql, const struct key_group *group,
                            uint64_t *id, struct err *err)
{
    const struct sql_ask ask = {
        "INSERT INTO key_group(name, created_ms, changed_ms, doc)"
        " VALUES($1, $2, $3, $4) RETURNING id",
        SQL_VALUES(text(group->name), number(group->created_ms),
                   number(group->changed_ms), text(group->doc)),
        NULL, NULL
    };

    if (insert(sql, &ask, id, err))
        return true;
    (void)name_is_taken(err, "group", group->name);
    return false;
}

bool key_store_update_group(struct sql *sql, const struct key_group *group,
                            uint64_t was_ms, struct err *err)
{
    if (sql_run(sql,
                "UPDATE key_group SET name = $3, changed_ms = $4, doc = $5"
                " WHERE id = $1 AND changed_ms = $2",
                SQL_VALUES(number(group->id), number(was_ms), text(group->name),
                           number(group->changed_ms), text(group->doc)),
                err))
        return one_changed(sql, group->name, err);
    (void)name_is_taken(err, "group", group->name);
    return false;
}

bool key_store_remove_group(struct sql *sql, const struct key_group *group,
                            struct err *err)
{
    if (!sql_run(sql, "DELETE FROM key_group WHERE id = $1",
                 SQL_VALUES(number(group->id)), err))
        return err->code == ERR_CONFLICT &&
               REASON_SET(err, GROUP_HAS_KEYS, group->name);
    return one_changed(sql, group->name, err) &&
           forget_counted(sql, SUBJECT_OF_GROUP(group->id), err);
}
