// SPDX-License-Identifier: MIT
/* A real database that fails when the test says so. */
#include "script_sql.h"

#include <pthread.h>
#include <stdio.h>

#include "base/mem.h"
#include "store/records_internal.h"
#include "unit.h"

struct place {
    enum err_code code;
    size_t failures; /* still to come */
    size_t count;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct place places[SCRIPT_SQL_PLACES];
    bool hold;
    bool hold_syncs;
    bool a_sync_waits;
    bool interrupted;
    size_t holding;
    size_t pages;
} script = { .lock = PTHREAD_MUTEX_INITIALIZER,
             .changed = PTHREAD_COND_INITIALIZER };

struct faulty {
    struct sql sql;
    struct sql *real;
};

static struct sql *real_of(struct sql *sql)
{
    return CONTAINER_OF(sql, struct faulty, sql)->real;
}

/* ---- what the test says ------------------------------------------------- */

static void lock(void)
{
    (void)pthread_mutex_lock(&script.lock);
}

static void unlock(void)
{
    (void)pthread_cond_broadcast(&script.changed);
    (void)pthread_mutex_unlock(&script.lock);
}

void script_sql_fail(enum script_sql_at at, enum err_code code, size_t times)
{
    lock();
    script.places[at].code = code;
    script.places[at].failures = times;
    unlock();
}

size_t script_sql_count(enum script_sql_at at)
{
    size_t count;

    lock();
    count = script.places[at].count;
    unlock();
    return count;
}

void script_sql_hold(bool hold)
{
    lock();
    script.hold = hold;
    script.interrupted = false;
    unlock();
}

void script_sql_hold_syncs(bool hold)
{
    lock();
    script.hold_syncs = hold;
    unlock();
}

bool script_sql_holds_a_sync(void)
{
    bool holds;

    lock();
    holds = script.a_sync_waits;
    unlock();
    return holds;
}

bool script_sql_is_holding(void)
{
    bool holding;

    lock();
    holding = script.holding > 0;
    unlock();
    return holding;
}

void script_sql_set_pages(size_t pages)
{
    lock();
    script.pages = pages;
    unlock();
}

/* ---- the engine --------------------------------------------------------- */

static bool pass(enum script_sql_at at, struct err *err)
{
    struct place *place = &script.places[at];
    bool fails;

    lock();
    place->count++;
    fails = place->failures > 0;
    if (fails && place->failures != SCRIPT_SQL_ALWAYS)
        place->failures--;
    if (fails)
        err_set(err, place->code, "the database x.db: scripted trouble");
    unlock();
    return !fails;
}

static struct sql *open_it(const char *where, enum sql_use use, struct err *err)
{
    struct faulty *self;
    struct sql *real;

    if (!pass(SCRIPT_SQL_OPEN, err))
        return NULL;
    real = sqlite_backend.open(where, use, err);
    if (!real)
        return NULL;
    self = MEM_NEW(struct faulty);
    self->sql.backend = &script_sql_backend;
    self->real = real;
    return &self->sql;
}

static void close_it(struct sql *sql)
{
    sql_close(real_of(sql));
    mem_free(CONTAINER_OF(sql, struct faulty, sql));
}

static bool query(struct sql *sql, const struct sql_ask *ask, struct err *err)
{
    return pass(SCRIPT_SQL_STATEMENT, err) &&
           sqlite_backend.query(real_of(sql), ask, err);
}

static uint64_t changes(struct sql *sql)
{
    return sqlite_backend.changes(real_of(sql));
}

static bool others(struct sql *sql, uint64_t *number, struct err *err)
{
    return sqlite_backend.others(real_of(sql), number, err);
}

static bool shrink(struct sql *sql, bool *more, struct err *err)
{
    return sqlite_backend.shrink(real_of(sql), more, err);
}

static bool run_script(struct sql *sql, const char *text, struct err *err)
{
    return sqlite_backend.script(real_of(sql), text, err);
}

static bool wait_while_held(struct err *err)
{
    bool interrupted;

    lock();
    script.holding++;
    while (script.hold && !script.interrupted)
        (void)pthread_cond_wait(&script.changed, &script.lock);
    script.holding--;
    interrupted = script.hold;
    unlock();
    return !interrupted || err_set(err, ERR_TIMEOUT, "it was interrupted");
}

static bool begin(struct sql *sql, const struct sql_begin *how, struct err *err)
{
    return pass(SCRIPT_SQL_BEGIN, err) &&
           (how->reads || wait_while_held(err)) &&
           sqlite_backend.begin(real_of(sql), how, err);
}

static bool commit(struct sql *sql, struct err *err)
{
    return pass(SCRIPT_SQL_COMMIT, err) &&
           sqlite_backend.commit(real_of(sql), err);
}

static void rollback(struct sql *sql)
{
    sqlite_backend.rollback(real_of(sql));
}

static void interrupt(struct sql *sql)
{
    sqlite_backend.interrupt(real_of(sql));
    lock();
    script.interrupted = true;
    unlock();
}

static size_t unchecked_pages(struct sql *sql)
{
    size_t pages;

    (void)sql;
    lock();
    pages = script.pages;
    unlock();
    return pages;
}

static bool checkpoint(struct sql *sql, struct err *err)
{
    return pass(SCRIPT_SQL_CHECKPOINT, err) &&
           sqlite_backend.checkpoint(real_of(sql), err);
}

static void wait_while_syncs_are_held(void)
{
    lock();
    script.a_sync_waits = script.hold_syncs;
    while (script.hold_syncs)
        (void)pthread_cond_wait(&script.changed, &script.lock);
    script.a_sync_waits = false;
    unlock();
}

static bool sync_it(struct sql *sql, struct err *err)
{
    wait_while_syncs_are_held();
    return pass(SCRIPT_SQL_SYNC, err) && sqlite_backend.sync(real_of(sql), err);
}

static bool copy(struct sql *sql, const char *path, struct err *err)
{
    return sqlite_backend.copy(real_of(sql), path, err);
}

const struct sql_backend script_sql_backend = {
    .name = "script",
    .dialect = DIALECT_SQLITE,
    .open = open_it,
    .close = close_it,
    .query = query,
    .changes = changes,
    .others = others,
    .shrink = shrink,
    .script = run_script,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .interrupt = interrupt,
    .unchecked_pages = unchecked_pages,
    .checkpoint = checkpoint,
    .sync = sync_it,
    .copy = copy,
};

static void forget_all(void)
{
    lock();
    for (size_t i = 0; i < SCRIPT_SQL_PLACES; i++)
        script.places[i] = (struct place){ 0 };
    script.hold = false;
    script.hold_syncs = false;
    script.pages = 0;
    unlock();
}

struct records *script_sql_records(const char *folder)
{
    struct records *records;
    struct err err;

    forget_all();
    unit_write(folder, "x.db", "");
    records =
        records_over(&script_sql_backend, unit_path(folder, "x.db"), &err);
    assert_non_null(records);
    forget_all();
    return records;
}
