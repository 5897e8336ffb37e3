// SPDX-License-Identifier: MIT
/* There are as many rows as there are bindings. */
#include "account/bindings_store.h"

#include "base/clock.h"
#include "base/mem.h"
#include "script_sql.h"
#include "unit.h"

struct scene {
    char *folder;
    struct records *records;
    struct accounts *accounts;
    uint64_t now_ms;
    size_t table;
    struct bindings_part part;
    int64_t rows;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->records = script_sql_records(scene->folder);
    scene->accounts = accounts_new();
    scene->now_ms = clock_wall_ms();
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    records_free(scene->records);
    accounts_free(scene->accounts);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void run(struct scene *scene,
                bool (*work)(struct sql *sql, void *arg, struct err *err))
{
    struct err err;

    if (!records_do(scene->records,
                    &(struct records_work){ .run = work, .arg = scene }, &err))
        fail_msg("%s", err.text);
}

static struct bindings *of(const struct scene *scene)
{
    return bindings_store_of(scene->accounts, scene->table);
}

static bool save_part(struct sql *sql, void *arg, struct err *err)
{
    struct scene *scene = arg;

    return bindings_store_save(sql, scene->table, &scene->part, scene->now_ms,
                               err);
}

static void save(struct scene *scene)
{
    do {
        bindings_store_take(scene->accounts, scene->table, &scene->part);
        run(scene, save_part);
    } while (scene->part.more);
}

static bool keep_count(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

static bool count_rows(struct sql *sql, void *arg, struct err *err)
{
    static const char *const texts[BINDINGS_STORE_TABLES] = {
        "SELECT count(*) FROM binding", "SELECT count(*) FROM owned",
        "SELECT count(*) FROM told"
    };
    struct scene *scene = arg;

    return sql_query(sql,
                     &(struct sql_ask){ .text = texts[scene->table],
                                        .row = keep_count,
                                        .arg = &scene->rows },
                     err);
}

static int64_t rows(struct scene *scene)
{
    run(scene, count_rows);
    return scene->rows;
}

static bool load_all(struct sql *sql, void *arg, struct err *err)
{
    struct scene *scene = arg;

    return bindings_store_load(sql, scene->accounts, scene->now_ms, err);
}

static void begin_again(struct scene *scene)
{
    accounts_free(scene->accounts);
    scene->accounts = accounts_new();
    run(scene, load_all);
}

static uint64_t found(const struct scene *scene, uint64_t session)
{
    return bindings_find(of(scene), session, scene->now_ms);
}

/* They are of one set. */
#define STEP (BINDINGS_MAX / 8)

static void what_is_thrown_out_has_no_row(void **state)
{
    struct scene *scene = *state;

    for (scene->table = 0; scene->table < BINDINGS_STORE_TABLES;
         scene->table++) {
        for (uint64_t i = 1; i <= 20; i++) {
            bindings_put(of(scene), i * STEP, 1, scene->now_ms + i);
            if (i % 3 == 0)
                save(scene);
        }
        save(scene);
        assert_int_equal(rows(scene), 8);
        begin_again(scene);
        for (uint64_t i = 1; i <= 20; i++)
            assert_int_equal(found(scene, i * STEP), i > 12);
        /* Those of before a restart, too. */
        bindings_put(of(scene), 21 * STEP, 2, scene->now_ms + 21);
        save(scene);
        assert_int_equal(rows(scene), 8);
        begin_again(scene);
        assert_int_equal(found(scene, 13 * STEP), 0);
        assert_int_equal(found(scene, 21 * STEP), 2);
    }
}

static void what_is_forgotten_has_no_row(void **state)
{
    struct scene *scene = *state;

    for (uint64_t i = 1; i <= 2 * BINDINGS_TAKEN_MAX; i++)
        bindings_put(of(scene), i, i % 2 + 1, scene->now_ms);
    save(scene);
    bindings_forget(of(scene), 2);
    bindings_put(of(scene), 1, 1, scene->now_ms);
    save(scene);
    assert_int_equal(rows(scene), BINDINGS_TAKEN_MAX + 1);
    begin_again(scene);
    assert_int_equal(found(scene, 1), 1);
    assert_int_equal(found(scene, 2), 1);
    assert_int_equal(found(scene, 3), 0);
}

static void what_is_over_has_no_row_long(void **state)
{
    struct scene *scene = *state;

    bindings_put(of(scene), 1, 1, scene->now_ms);
    save(scene);
    scene->now_ms += BINDINGS_SESSION_MS;
    bindings_put(of(scene), 2, 1, scene->now_ms);
    save(scene);
    assert_int_equal(rows(scene), 1);
    begin_again(scene);
    assert_int_equal(found(scene, 1), 0);
    assert_int_equal(found(scene, 2), 1);
}

/* A save of what a gateway says is short: others wait for it. */
static void few_are_taken_of_what_gateways_say(void **state)
{
    struct scene *scene = *state;
    size_t taken[BINDINGS_STORE_TABLES];

    for (scene->table = 0; scene->table < BINDINGS_STORE_TABLES;
         scene->table++) {
        for (uint64_t i = 1; i <= 5000; i++)
            bindings_put(of(scene), i, 1, scene->now_ms);
        bindings_store_take(scene->accounts, scene->table, &scene->part);
        taken[scene->table] = scene->part.count;
        assert_true(scene->part.more);
    }
    assert_true(taken[0] > BINDINGS_TAKEN_MAX - 8);
    assert_true(taken[1] > BINDINGS_TAKEN_MAX - 8);
    assert_true(taken[2] <= 100);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_thrown_out_has_no_row),
        TEST(what_is_forgotten_has_no_row),
        TEST(what_is_over_has_no_row_long),
        TEST(few_are_taken_of_what_gateways_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
