// SPDX-License-Identifier: MIT
/* Records over a database that fails when the test says so, and jobs that write one
   row each (into key_group, whose names are their names). */
#pragma once

#include <stdatomic.h>
#include <stdio.h>

#include "base/mem.h"
#include "script_sql.h"
#include "unit.h"
#include "wire.h"

struct scene {
    char *folder;
    struct records *records;
    struct loop *loop;
};

/* What one asks for. */
struct errand {
    const char *name;
    enum err_code fails; /* by itself, without the database; or 0 */
    atomic_size_t ran;
    atomic_size_t dropped;
    size_t woken;
    struct records_job *job;
};

static inline int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->records = script_sql_records(scene->folder);
    scene->loop = loop_new();
    *state = scene;
    return 0;
}

static inline int close_scene(void **state)
{
    struct scene *scene = *state;

    script_sql_hold(false);
    records_stop(scene->records);
    loop_free(scene->loop);
    records_free(scene->records);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static inline bool write_row(struct sql *sql, void *arg, struct err *err)
{
    struct errand *errand = arg;

    errand->ran++;
    if (errand->fails)
        return err_set(err, errand->fails, "it does not want to");
    return sql_run(sql,
                   "INSERT INTO key_group(name, doc, created_ms)"
                   " VALUES($1, '{}', 1)",
                   SQL_VALUES(sql_text(str_of(errand->name))), err);
}

static inline void drop_errand(void *arg)
{
    struct errand *errand = arg;

    errand->dropped++;
}

static inline void wake_errand(void *arg)
{
    struct errand *errand = arg;

    errand->woken++;
}

static inline struct records_work work_of(struct errand *errand,
                                          uint64_t patience_ms)
{
    return (struct records_work){ .run = write_row,
                                  .drop = drop_errand,
                                  .arg = errand,
                                  .patience_ms = patience_ms };
}

static inline void start(struct scene *scene, struct errand *errand,
                         uint64_t patience_ms)
{
    struct records_work work = work_of(errand, patience_ms);

    errand->job =
        records_start(scene->records, scene->loop, &work, wake_errand, errand);
    assert_int_equal(errand->woken, 0);
}

static inline bool is_woken(void *arg)
{
    const struct errand *errand = arg;

    return errand->woken > 0;
}

static inline const struct err *wait_for(struct scene *scene,
                                         struct errand *errand)
{
    wire_until(scene->loop, is_woken, errand);
    assert_int_equal(errand->woken, 1);
    assert_true(records_job_is_done(errand->job));
    return records_job_error(errand->job);
}

static inline void finish(struct errand *errand)
{
    records_job_free(errand->job);
    errand->job = NULL;
    assert_int_equal(errand->dropped, 1);
    assert_int_equal(errand->woken, 1);
}

static inline bool is_holding(void *arg)
{
    (void)arg;
    return script_sql_is_holding();
}

static inline bool keep_count(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

static inline bool count_rows(struct sql *sql, void *arg, struct err *err)
{
    struct sql_ask ask = { .text = "SELECT count(*) FROM key_group",
                           .row = keep_count,
                           .arg = arg };

    return sql_query(sql, &ask, err);
}

/* How many are in the database. */
static inline int64_t rows(struct scene *scene)
{
    int64_t count = -1;
    struct err err;

    assert_true(records_do(scene->records,
                           &(struct records_work){ .run = count_rows,
                                                   .arg = &count,
                                                   .reads = true },
                           &err));
    return count;
}

static inline bool has_problem(void *arg)
{
    struct scene *scene = arg;
    struct store_state now;

    records_state(scene->records, &now);
    return now.problem[0] != '\0';
}

static inline bool has_no_problem(void *arg)
{
    return !has_problem(arg);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)
