// SPDX-License-Identifier: MIT
/* What sqlite.c (the connection) and sqlite_statement.c (statements) share.  Not for
   other files. */
#pragma once

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/list.h"
#include "store/sql_backend.h"

/* So many statements are kept prepared. */
#define SQLITE_KEPT_MAX 64
#define SQLITE_COLUMNS_MAX 64

struct sqlite {
    struct sql sql;
    sqlite3 *db;
    char *path;
    sqlite3_vfs *vfs;   /* of a path made of a descriptor, or NULL */
    struct stat opened; /* the file that it works on */
    struct list kept;   /* statements, the last used first */
    size_t kept_count;
    uint64_t changes;
    bool later;           /* commits are not synced */
    bool inside;          /* a transaction */
    uint64_t deadline_ms; /* steady: of that, or 0 */
    size_t pages;         /* in the log after the last commit */
};

static inline struct sqlite *sqlite_of(struct sql *sql)
{
    return CONTAINER_OF(sql, struct sqlite, sql);
}

/* What `code` means, with the path in front.  Returns false. */
bool sqlite_fail(struct sqlite *self, int code, struct err *err);

/* The backend's query(). */
bool sqlite_query(struct sql *sql, const struct sql_ask *ask, struct err *err);
/* Nothing stays prepared. */
void sqlite_forget(struct sqlite *self);
