// SPDX-License-Identifier: MIT
/* SQLite: connections, transactions, copies.  Settings as measured: docs/store.md. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sqlite_held.h"

/* A lock of another process is waited for so long; then the records try again. */
#define BUSY_MS 500
/* How many of SQLite's steps lie between two looks at the clock. */
#define STEPS 20000

/* ---- opening ------------------------------------------------------------ */

static int look_at_clock(void *arg)
{
    const struct sqlite *self = arg;

    return self->deadline_ms > 0 && clock_steady_ms() > self->deadline_ms;
}

static int committed(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct sqlite *self = arg;

    (void)db;
    (void)name;
    self->pages = pages > 0 ? (size_t)pages : 0;
    return SQLITE_OK;
}

static bool set(struct sqlite *self, const char *settings, struct err *err)
{
    int code = sqlite3_exec(self->db, settings, NULL, NULL, NULL);

    return code == SQLITE_OK || sqlite_fail(self, code, err);
}

#define FOR_ALL                                                                \
    "PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"    \
    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
/* Of a new file, which has no tables yet; it needs a lock. */
#define FOR_A_NEW_ONE "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
#define FOR_WRITING                                                            \
    "PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF;"                       \
    "PRAGMA cache_size=-16384; PRAGMA journal_size_limit=16777216;"
#define FOR_READING "PRAGMA query_only=ON;"

static int keep_mode(void *arg, int count, char **values, char **names)
{
    bool *is_wal = arg;

    (void)names;
    *is_wal = count == 1 && values[0] && strcmp(values[0], "wal") == 0;
    return 0;
}

/* A connection that has never looked would checkpoint nothing. */
static bool find_mode(struct sqlite *self, bool *is_wal, struct err *err)
{
    int code;

    *is_wal = false;
    code =
        sqlite3_exec(self->db, "PRAGMA journal_mode", keep_mode, is_wal, NULL);
    return code == SQLITE_OK || sqlite_fail(self, code, err);
}

/* On some file systems it stays another one, without an error. */
static bool set_mode(struct sqlite *self, struct err *err)
{
    bool is_wal;

    if (!find_mode(self, &is_wal, err))
        return false;
    if (!is_wal &&
        (!set(self, FOR_A_NEW_ONE, err) || !find_mode(self, &is_wal, err)))
        return false;
    return is_wal ||
           err_set(err, ERR_CONFIG,
                   "the database %s cannot be used on this file system, which "
                   "has no shared memory: put DATA_DIR on a local one",
                   self->path);
}

static bool prepare_use(struct sqlite *self, enum sql_use use, struct err *err)
{
    bool is_wal;

    (void)sqlite3_busy_timeout(self->db, BUSY_MS);
    (void)sqlite3_db_config(self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!set(self, FOR_ALL, err))
        return false;
    switch (use) {
    case SQL_WRITES:
        (void)sqlite3_wal_hook(self->db, committed, self);
        return set_mode(self, err) && set(self, FOR_WRITING, err);
    case SQL_READS:
        sqlite3_progress_handler(self->db, STEPS, look_at_clock, self);
        return find_mode(self, &is_wal, err) && set(self, FOR_READING, err);
    case SQL_CHECKPOINTS:
        break;
    }
    return find_mode(self, &is_wal, err);
}

static void close_it(struct sql *sql)
{
    struct sqlite *self = sqlite_of(sql);

    sqlite_forget(self);
    (void)sqlite3_close_v2(self->db);
    sqlite_held_done(self);
    mem_free(self->path);
    mem_free(self);
}

static bool open_file(struct sqlite *self, struct err *err)
{
    int code = sqlite_held_open(self);

    if (code != SQLITE_OK)
        return sqlite_fail(self, code, err);
    (void)sqlite3_extended_result_codes(self->db, 1);
    return stat(self->path, &self->opened) == 0 ||
           err_errno(err, "open the database %s", self->path);
}

static struct sql *open_it(const char *path, enum sql_use use, struct err *err)
{
    struct sqlite *self = MEM_NEW(struct sqlite);

    self->sql.backend = &sqlite_backend;
    self->path = mem_strdup(path);
    list_init(&self->kept);
    if (open_file(self, err) && prepare_use(self, use, err))
        return &self->sql;
    close_it(&self->sql);
    return NULL;
}

/* ---- transactions ------------------------------------------------------- */

/* Of a file that was removed or replaced SQLite takes no notice, and what it writes
   is lost. */
static bool is_still_there(const struct sqlite *self, struct err *err)
{
    struct stat now;

    if (stat(self->path, &now) != 0)
        return err_errno(err, "look for the database %s", self->path);
    return (now.st_ino == self->opened.st_ino &&
            now.st_dev == self->opened.st_dev) ||
           err_set(err, ERR_IO,
                   "the database %s is another file than the one that was "
                   "opened, so nothing is saved: put that one back, or restart "
                   "the relay",
                   self->path);
}

static bool do_plain(struct sqlite *self, const char *text, struct err *err)
{
    return sqlite_query(&self->sql, &(struct sql_ask){ .text = text }, err);
}

/* Not from inside a transaction. */
static bool set_syncing(struct sqlite *self, bool later, struct err *err)
{
    if (self->later != later &&
        !set(self,
             later ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL",
             err))
        return false;
    self->later = later;
    return true;
}

static bool begin(struct sql *sql, const struct sql_begin *how, struct err *err)
{
    struct sqlite *self = sqlite_of(sql);

    if (!is_still_there(self, err))
        return false;
    self->deadline_ms = 0;
    if (how->limit_ms > 0)
        self->deadline_ms = clock_steady_ms() + how->limit_ms;
    if (!how->reads && !set_syncing(self, how->later, err))
        return false;
    self->inside =
        do_plain(self, how->reads ? "BEGIN" : "BEGIN IMMEDIATE", err);
    return self->inside;
}

static bool commit(struct sql *sql, struct err *err)
{
    struct sqlite *self = sqlite_of(sql);

    if (!do_plain(self, "COMMIT", err))
        return false;
    self->inside = false;
    self->deadline_ms = 0;
    return true;
}

static void rollback(struct sql *sql)
{
    struct sqlite *self = sqlite_of(sql);
    struct err ignored;

    self->inside = false;
    self->deadline_ms = 0;
    /* Some errors have done that already. */
    if (sqlite3_get_autocommit(self->db) == 0)
        (void)do_plain(self, "ROLLBACK", &ignored);
}

static bool script(struct sql *sql, const char *text, struct err *err)
{
    struct sqlite *self = sqlite_of(sql);
    int code = sqlite3_exec(self->db, text, NULL, NULL, NULL);

    return code == SQLITE_OK || sqlite_fail(self, code, err);
}

static uint64_t changes(struct sql *sql)
{
    return sqlite_of(sql)->changes;
}

static bool take_number(void *arg, const struct sql_row *row)
{
    *(uint64_t *)arg = (uint64_t)sql_row_number(row, 0);
    return true;
}

static bool others(struct sql *sql, uint64_t *number, struct err *err)
{
    return sqlite_query(sql,
                        &(struct sql_ask){ .text = "PRAGMA data_version",
                                           .row = take_number,
                                           .arg = number },
                        err);
}

static bool ask_number(struct sql *sql, const char *text, uint64_t *number,
                       struct err *err)
{
    *number = 0;
    return sqlite_query(sql,
                        &(struct sql_ask){
                            .text = text, .row = take_number, .arg = number },
                        err);
}

#define FREE_PAGES "PRAGMA freelist_count"

/* A hundred pages take 3 ms.  A file that was not made by this program may be of a kind
   that never shrinks. */
static bool shrink(struct sql *sql, bool *more, struct err *err)
{
    uint64_t before;
    uint64_t pages;
    uint64_t after;

    if (!ask_number(sql, FREE_PAGES, &before, err) ||
        !ask_number(sql, "PRAGMA page_count", &pages, err))
        return false;
    if (before <= pages / 10)
        return true;
    if (!do_plain(sqlite_of(sql), "PRAGMA incremental_vacuum(100)", err) ||
        !ask_number(sql, FREE_PAGES, &after, err))
        return false;
    *more = after < before && after > (pages - (before - after)) / 10;
    return true;
}

static void interrupt(struct sql *sql)
{
    sqlite3_interrupt(sqlite_of(sql)->db);
}

/* ---- checkpoints and copies --------------------------------------------- */

static size_t unchecked_pages(struct sql *sql)
{
    return sqlite_of(sql)->pages;
}

/* Any other kind would wait for readers, and hold up the writer meanwhile. */
static bool checkpoint(struct sql *sql, struct err *err)
{
    struct sqlite *self = sqlite_of(sql);
    int code = sqlite3_wal_checkpoint_v2(self->db, NULL,
                                         SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

    return code == SQLITE_OK || sqlite_fail(self, code, err);
}

/* Of the log; what SQLite has in its file it has synced by itself. */
static bool sync_log(struct sql *sql, struct err *err)
{
    struct sqlite *self = sqlite_of(sql);
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(self->db, "main",
                                    SQLITE_FCNTL_JOURNAL_POINTER, &file);

    if (code == SQLITE_OK && file && file->pMethods)
        code = file->pMethods->xSync(file,
                                     SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    return code == SQLITE_OK || sqlite_fail(self, code, err);
}

/* In one step: in several, each commit of others would begin it anew. */
static bool copy_all(struct sqlite *from, struct sqlite *to, struct err *err)
{
    sqlite3_backup *backup =
        sqlite3_backup_init(to->db, "main", from->db, "main");
    int code;

    if (!backup)
        return sqlite_fail(to, sqlite3_errcode(to->db), err);
    (void)sqlite3_backup_step(backup, -1);
    code = sqlite3_backup_finish(backup);
    if (code != SQLITE_OK)
        return sqlite_fail(to, code, err);
    /* The copy is one file, whoever opens it. */
    return set(to, "PRAGMA journal_mode=DELETE", err);
}

static bool copy(struct sql *sql, const char *path, struct err *err)
{
    struct sqlite to = { .path = mem_strdup(path) };
    bool ok = open_file(&to, err) && copy_all(sqlite_of(sql), &to, err);

    (void)sqlite3_close_v2(to.db);
    sqlite_held_done(&to);
    mem_free(to.path);
    return ok;
}

const struct sql_backend sqlite_backend = {
    .name = "sqlite",
    .dialect = DIALECT_SQLITE,
    .open = open_it,
    .close = close_it,
    .query = sqlite_query,
    .changes = changes,
    .others = others,
    .shrink = shrink,
    .script = script,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .interrupt = interrupt,
    .unchecked_pages = unchecked_pages,
    .checkpoint = checkpoint,
    .sync = sync_log,
    .copy = copy,
};
