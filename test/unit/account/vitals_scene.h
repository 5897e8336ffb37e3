// SPDX-License-Identifier: MIT
/* Two accounts, "one" and "two", and a database in which what is known of them is kept. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "account/vitals_keep.h"
#include "account/vitals_load.h"
#include "accounts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "script_sql.h"
#include "store/records_internal.h"
#include "unit.h"
#include "wire.h"

#define HOUR_MS 3600000u
#define KEY "{\"api_key\":\"sk-ant-api03-x\"}"

struct scene {
    char *folder;
    struct records *records;
    struct loop *loop;
    struct accounts *accounts;
    struct vitals_keep *keep;
    uint64_t now_ms;
};

static inline struct accounts *two_accounts(void)
{
    struct accounts *accounts = accounts_new();

    accounts_put(accounts, unit_account(&account_kind_apikey, "one", KEY),
                 false);
    accounts_put(accounts, unit_account(&account_kind_apikey, "two", KEY),
                 false);
    return accounts;
}

static inline int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->records = script_sql_records(scene->folder);
    scene->loop = loop_new();
    scene->accounts = two_accounts();
    scene->now_ms = clock_wall_ms();
    *state = scene;
    return 0;
}

static inline void keep_as(struct scene *scene, const char *relay,
                           uint64_t every_ms)
{
    scene->keep = vitals_keep_new(
        &(struct vitals_keep_options){ .loop = scene->loop,
                                       .relay = relay,
                                       .records = scene->records,
                                       .accounts = scene->accounts,
                                       .every_ms = every_ms });
}

static inline void keep(struct scene *scene, uint64_t every_ms)
{
    keep_as(scene, "a:1", every_ms);
}

/* As a relay ends. */
static inline void end(struct scene *scene)
{
    vitals_keep_stop(scene->keep);
    records_stop(scene->records);
    loop_free(scene->loop);
    vitals_keep_free(scene->keep);
    records_free(scene->records);
    accounts_free(scene->accounts);
    scene->keep = NULL;
}

static inline void load(struct scene *scene)
{
    struct err err;

    if (!vitals_load(scene->records, scene->accounts, "a:1", true, &err))
        fail_msg("%s", err.text);
}

static inline void begin_with(struct scene *scene, struct accounts *accounts)
{
    struct err err;

    scene->records = records_over(&script_sql_backend,
                                  unit_path(scene->folder, "x.db"), &err);
    assert_non_null(scene->records);
    scene->loop = loop_new();
    scene->accounts = accounts;
    load(scene);
}

static inline void begin_again(struct scene *scene)
{
    begin_with(scene, two_accounts());
}

static inline int close_scene(void **state)
{
    struct scene *scene = *state;

    end(scene);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

/* ---- the database ------------------------------------------------------------ */

static inline bool keep_count(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

static inline bool count_rows(struct sql *sql, void *arg, struct err *err)
{
    const struct sql_ask ask = { .text =
                                     "SELECT (SELECT count(*) FROM binding)"
                                     " + (SELECT count(*) FROM owned)"
                                     " + (SELECT count(*) FROM told)"
                                     " + (SELECT count(*) FROM account_state)",
                                 .row = keep_count,
                                 .arg = arg };

    return sql_query(sql, &ask, err);
}

static inline int64_t rows(const struct scene *scene)
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

struct awaited {
    const struct scene *scene;
    int64_t rows;
};

static inline bool has_rows(void *arg)
{
    const struct awaited *awaited = arg;

    return rows(awaited->scene) == awaited->rows;
}

static inline void until_rows(const struct scene *scene, int64_t count)
{
    wire_until(scene->loop, has_rows, &(struct awaited){ scene, count });
}

static inline bool run_text(struct sql *sql, void *arg, struct err *err)
{
    return sql_run(sql, arg, SQL_VALUES(sql_number(0)), err);
}

static inline void run(struct scene *scene, const char *text)
{
    char copy[256];
    struct err err;

    (void)strncpy(copy, text, sizeof(copy) - 1);
    copy[sizeof(copy) - 1] = '\0';
    if (!records_do(scene->records,
                    &(struct records_work){ .run = run_text, .arg = copy },
                    &err))
        fail_msg("%s", err.text);
}

/* ---- accounts ---------------------------------------------------------------- */

static inline void bind(struct scene *scene, uint64_t session, const char *name)
{
    bindings_put(accounts_bindings(scene->accounts), session,
                 bindings_account(str_of(name)), scene->now_ms);
}

static inline uint64_t home_of(const struct scene *scene, uint64_t session)
{
    return bindings_find(accounts_bindings(scene->accounts), session,
                         scene->now_ms);
}

static inline void own(struct scene *scene, uint64_t id, const char *name)
{
    bindings_put(accounts_owned(scene->accounts), id,
                 bindings_account(str_of(name)), scene->now_ms);
}

static inline uint64_t owner_of(const struct scene *scene, uint64_t id)
{
    return bindings_find(accounts_owned(scene->accounts), id,
                         scene->now_ms + 30 * 24 * (uint64_t)HOUR_MS);
}

static inline void put(struct scene *scene, const struct account_kind *kind,
                       const char *name, const char *doc)
{
    accounts_put(scene->accounts, unit_account(kind, name, doc), false);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)
