// SPDX-License-Identifier: MIT
/* What every engine promises: values, rows, transactions. */
#include "store/sql.h"

#include "sql_scene.h"

struct cup {
    size_t rows;
    char name[32];
    size_t tea_len;
    int64_t ml;
    bool no_shelf;
};

static bool keep_cup(void *arg, const struct sql_row *row)
{
    struct cup *cup = arg;

    cup->rows++;
    (void)snprintf(cup->name, sizeof(cup->name), STR_FMT,
                   STR_ARG(sql_row_text(row, 0)));
    cup->tea_len = sql_row_bytes(row, 1).len;
    cup->ml = sql_row_number(row, 2);
    cup->no_shelf = sql_row_is_null(row, 3);
    return true;
}

static void values_come_back_as_they_were(void **state)
{
    const struct scene *scene = *state;
    struct cup cup = { .rows = 0 };
    struct sql_ask ask = { .text = "SELECT name, tea, ml, shelf FROM cup",
                           .row = keep_cup,
                           .arg = &cup };
    struct err err;

    assert_true(sql_run(scene->sql,
                        "INSERT INTO cup(ml, shelf, name, tea)"
                        " VALUES($1, $2, $3, $4)",
                        SQL_VALUES(sql_number(INT64_MAX), sql_null(),
                                   sql_text(STR("gr\xc3\xbcn")),
                                   sql_bytes(STR("a\0b"))),
                        &err));
    assert_int_equal(sql_changes(scene->sql), 1);
    assert_true(sql_query(scene->sql, &ask, &err));
    assert_int_equal(cup.rows, 1);
    assert_string_equal(cup.name, "gr\xc3\xbcn");
    assert_int_equal(cup.tea_len, 3);
    assert_true(cup.ml == INT64_MAX);
    assert_true(cup.no_shelf);
}

static void empty_is_not_null(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_true(sql_run(scene->sql, "INSERT INTO cup(name, tea) VALUES($1, $2)",
                        SQL_VALUES(sql_text((struct str){ NULL, 0 }),
                                   sql_bytes((struct str){ NULL, 0 })),
                        &err));
    assert_int_equal(number_of(scene->sql,
                               "SELECT count(*) FROM cup"
                               " WHERE name = '' AND length(tea) = 0"),
                     1);
}

static bool stop_at_once(void *arg, const struct sql_row *row)
{
    (void)row;
    ++*(size_t *)arg;
    return false;
}

static void rows_end_when_no_more_are_wanted(void **state)
{
    const struct scene *scene = *state;
    size_t rows = 0;
    struct sql_ask ask = { .text = "SELECT name FROM cup",
                           .row = stop_at_once,
                           .arg = &rows };
    struct err err;

    assert_true(add_cup(scene->sql, "a", &err));
    assert_true(add_cup(scene->sql, "b", &err));
    assert_true(sql_query(scene->sql, &ask, &err));
    assert_int_equal(rows, 1);
    /* But what changes rows changes all of them. */
    ask.text = "UPDATE cup SET ml = 5 RETURNING name";
    assert_true(sql_query(scene->sql, &ask, &err));
    assert_int_equal(rows, 2);
    assert_int_equal(sql_changes(scene->sql), 2);
    assert_int_equal(number_of(scene->sql, "SELECT sum(ml) FROM cup"), 10);
}

/* ---- transactions ------------------------------------------------------- */

static bool add_two(struct sql *sql, void *arg, struct err *err)
{
    const char *second = arg;

    return add_cup(sql, "one", err) && add_cup(sql, second, err);
}

static bool transact(const struct scene *scene, const char *second,
                     struct err *err)
{
    char name[32];

    (void)snprintf(name, sizeof(name), "%s", second);
    return sql_transact(scene->sql,
                        &(struct sql_transaction){ .run = add_two,
                                                   .arg = name },
                        err);
}

static void all_of_a_transaction_is_kept_or_nothing(void **state)
{
    const struct scene *scene = *state;
    struct err err;

    assert_false(transact(scene, "one", &err));
    assert_int_equal(err.code, ERR_EXISTS);
    assert_false(sql_may_work_later(&err));
    assert_int_equal(number_of(scene->sql, "SELECT count(*) FROM cup"), 0);
    assert_true(transact(scene, "two", &err));
    assert_int_equal(number_of(scene->sql, "SELECT count(*) FROM cup"), 2);
}

static void what_may_work_later_is_known(void **state)
{
    (void)state;
    assert_true(sql_may_work_later(&(struct err){ .code = ERR_BUSY }));
    assert_true(sql_may_work_later(&(struct err){ .code = ERR_IO }));
    assert_false(sql_may_work_later(&(struct err){ .code = ERR_BROKEN }));
    assert_false(sql_may_work_later(&(struct err){ .code = ERR_TIMEOUT }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_come_back_as_they_were,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(empty_is_not_null, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(rows_end_when_no_more_are_wanted,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(all_of_a_transaction_is_kept_or_nothing,
                                        open_scene, close_scene),
        cmocka_unit_test(what_may_work_later_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
