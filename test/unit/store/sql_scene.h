// SPDX-License-Identifier: MIT
/* A real database in a folder of its own, with a table of cups. */
#pragma once

#include <stdio.h>

#include "base/mem.h"
#include "store/sql_backend.h"
#include "unit.h"

struct scene {
    char *folder;
    char path[4096];
    struct sql *sql;
};

static inline struct sql *open_sql(const struct scene *scene, enum sql_use use)
{
    struct err err;
    struct sql *sql = sqlite_backend.open(scene->path, use, &err);

    assert_non_null(sql);
    return sql;
}

static inline int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->folder = unit_folder_new();
    unit_write(scene->folder, "x.db", "");
    (void)snprintf(scene->path, sizeof(scene->path), "%s",
                   unit_path(scene->folder, "x.db"));
    scene->sql = open_sql(scene, SQL_WRITES);
    assert_true(sqlite_backend.script(
        scene->sql,
        "CREATE TABLE cup(id INTEGER PRIMARY KEY, name TEXT UNIQUE,"
        " tea BLOB, ml INTEGER CHECK(ml > 0),"
        " shelf INTEGER REFERENCES cup(id)) STRICT;",
        &err));
    *state = scene;
    return 0;
}

static inline int close_scene(void **state)
{
    struct scene *scene = *state;

    sql_close(scene->sql);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static inline bool keep_number(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

/* What a question brings that has one number for an answer. */
static inline int64_t number_of(struct sql *sql, const char *text)
{
    int64_t number = -1;
    struct sql_ask ask = { .text = text, .row = keep_number, .arg = &number };
    struct err err;

    assert_true(sql_query(sql, &ask, &err));
    return number;
}

static inline bool add_cup(struct sql *sql, const char *name, struct err *err)
{
    return sql_run(sql, "INSERT INTO cup(name, ml) VALUES($1, 200)",
                   SQL_VALUES(sql_text(str_of(name))), err);
}
