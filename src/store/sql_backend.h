// SPDX-License-Identifier: MIT
/* What lies below store/sql.h: engines, a row of sql_backends[] each, and what the
   records do with a connection beside statements.  For store/, and for tests that
   play an engine. */
#pragma once

#include "store/dialect.h"
#include "store/sql.h"

/* What a connection is for. */
enum sql_use { SQL_WRITES, SQL_READS, SQL_CHECKPOINTS };

struct sql_begin {
    bool reads;
    /* Committed when the kernel has it, so that no end of the process undoes it; on the
       disk after the next sync(). */
    bool later;
    uint64_t limit_ms; /* statements end with ERR_TIMEOUT then; 0: never */
};

struct sql_backend {
    const char *name;
    enum dialect dialect;
    /* `where`: the path of the file, which is there and may be empty. */
    struct sql *(*open)(const char *where, enum sql_use use, struct err *err);
    void (*close)(struct sql *sql);
    /* Rows are passed over if ask->row is NULL. */
    bool (*query)(struct sql *sql, const struct sql_ask *ask, struct err *err);
    uint64_t (*changes)(struct sql *sql);
    /* A number that is another one once other connections have committed something,
       and stays while only this one did.  Cheap: it is asked every second. */
    bool (*others)(struct sql *sql, uint64_t *number, struct err *err);
    /* As sql_shrink(). */
    bool (*shrink)(struct sql *sql, bool *more, struct err *err);
    /* Several statements without parameters, as a migration has them. */
    bool (*script)(struct sql *sql, const char *text, struct err *err);
    bool (*begin)(struct sql *sql, const struct sql_begin *how,
                  struct err *err);
    bool (*commit)(struct sql *sql, struct err *err);
    void (*rollback)(struct sql *sql);
    /* A running statement fails.  Any thread. */
    void (*interrupt)(struct sql *sql);
    /* How much a checkpoint would have to do, and that checkpoint, which holds
       nobody up. */
    size_t (*unchecked_pages)(struct sql *sql);
    bool (*checkpoint)(struct sql *sql, struct err *err);
    /* All that was committed before, by whatever connection, is on the disk. */
    bool (*sync)(struct sql *sql, struct err *err);
    /* A consistent copy as the file at `path`, which is there and empty. */
    bool (*copy)(struct sql *sql, const char *path, struct err *err);
};

/* Each engine's connection begins with this. */
struct sql {
    const struct sql_backend *backend;
};

extern const struct sql_backend sqlite_backend;
/* The first is what a data folder gets. */
extern const struct sql_backend *const sql_backends[];
extern const size_t sql_backend_count;

void sql_close(struct sql *sql);

struct sql_transaction {
    bool (*run)(struct sql *sql, void *arg, struct err *err);
    void *arg;
    struct sql_begin how;
};
/* All that `run` does, or nothing. */
bool sql_transact(struct sql *sql, const struct sql_transaction *transaction,
                  struct err *err) MUST_CHECK;

/* May the same work another time? */
bool sql_may_work_later(const struct err *err);
