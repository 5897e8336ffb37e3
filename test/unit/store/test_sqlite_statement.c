// SPDX-License-Identifier: MIT
/* SQLite's statements: kept prepared, with parameters by their number. */
#include "sql_scene.h"
#include "store/sqlite_internal.h"

static bool keep_two(void *arg, const struct sql_row *row)
{
    int64_t *numbers = arg;

    numbers[0] = sql_row_number(row, 0);
    numbers[1] = sql_row_number(row, 1);
    return true;
}

/* SQLite would take $2, which stands first, for its first parameter. */
static void parameters_go_by_number_whatever_their_order(void **state)
{
    const struct scene *scene = *state;
    const struct sql_value values[] = { sql_number(10), sql_number(20) };
    int64_t got[2] = { 0 };
    struct sql_ask ask = { .text = "SELECT $2, $1 WHERE $1 < $2",
                           .values = values,
                           .count = 2,
                           .row = keep_two,
                           .arg = got };
    struct err err;

    assert_true(sql_query(scene->sql, &ask, &err));
    assert_int_equal(got[0], 20);
    assert_int_equal(got[1], 10);
}

static void a_missing_value_or_a_wrong_name_is_an_error(void **state)
{
    static const char *const wrong[] = {
        "SELECT $2", "SELECT $0", "SELECT :a",
        "SELECT ?",  "SELECT $x", "SELECT ?1"
    };
    const struct scene *scene = *state;
    struct err err;

    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_false(
            sql_run(scene->sql, wrong[i], SQL_VALUES(sql_number(1)), &err));
        assert_int_equal(err.code, ERR_INTERNAL);
    }
    assert_false(sql_run(scene->sql, "SELEKT 1", SQL_NO_VALUES, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
}

static void values_of_the_last_time_are_forgotten(void **state)
{
    const struct scene *scene = *state;
    const char *text = "SELECT $1 IS NULL";
    struct err err;

    assert_true(sql_run(scene->sql, text, SQL_VALUES(sql_number(1)), &err));
    assert_false(sql_run(scene->sql, text, SQL_NO_VALUES, &err));
}

static void statements_are_kept_but_not_without_end(void **state)
{
    const struct scene *scene = *state;
    const struct sqlite *self = sqlite_of(scene->sql);
    char text[64];
    struct err err;

    for (unsigned i = 0; i < SQLITE_KEPT_MAX + 10; i++) {
        /* The same memory with another text is another statement. */
        (void)snprintf(text, sizeof(text), "SELECT %u", i);
        assert_int_equal(number_of(scene->sql, text), i);
        assert_int_equal(number_of(scene->sql, "SELECT 7"), 7);
    }
    assert_int_equal(self->kept_count, SQLITE_KEPT_MAX);
    assert_true(sql_run(scene->sql, "SELECT 1", SQL_NO_VALUES, &err));
    assert_int_equal(self->kept_count, SQLITE_KEPT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            parameters_go_by_number_whatever_their_order, open_scene,
            close_scene),
        cmocka_unit_test_setup_teardown(
            a_missing_value_or_a_wrong_name_is_an_error, open_scene,
            close_scene),
        cmocka_unit_test_setup_teardown(values_of_the_last_time_are_forgotten,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(statements_are_kept_but_not_without_end,
                                        open_scene, close_scene),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
