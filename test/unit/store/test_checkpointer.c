// SPDX-License-Identifier: MIT
/* Checkpoints are made on another thread, when the log is worth it. */
#include "store/checkpointer.h"

#include "records_scene.h"

static bool was_tried(void *arg)
{
    const size_t *times = arg;

    return script_sql_count(SCRIPT_SQL_CHECKPOINT) >= *times;
}

static void only_a_long_log_is_worth_it(void **state)
{
    struct scene *scene = *state;
    struct checkpointer *checkpointer =
        checkpointer_new(&script_sql_backend, unit_path(scene->folder, "x.db"));
    size_t once = 1;

    checkpointer_look(checkpointer, 0);
    checkpointer_look(checkpointer, 999);
    checkpointer_look(checkpointer, 1000);
    wire_until(scene->loop, was_tried, &once);
    checkpointer_free(checkpointer);
    assert_int_equal(script_sql_count(SCRIPT_SQL_CHECKPOINT), 1);
}

static void one_that_failed_is_made_up_for_by_the_next(void **state)
{
    struct scene *scene = *state;
    struct checkpointer *checkpointer =
        checkpointer_new(&script_sql_backend, unit_path(scene->folder, "x.db"));
    size_t once = 1;
    size_t twice = 2;

    script_sql_fail(SCRIPT_SQL_CHECKPOINT, ERR_IO, 1);
    checkpointer_look(checkpointer, 1000);
    wire_until(scene->loop, was_tried, &once);
    checkpointer_look(checkpointer, 1000);
    wire_until(scene->loop, was_tried, &twice);
    checkpointer_free(checkpointer);
}

static void without_work_it_has_no_thread(void **state)
{
    struct scene *scene = *state;

    checkpointer_free(checkpointer_new(&script_sql_backend,
                                       unit_path(scene->folder, "x.db")));
    checkpointer_free(NULL);
    assert_int_equal(script_sql_count(SCRIPT_SQL_OPEN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_a_long_log_is_worth_it),
        TEST(one_that_failed_is_made_up_for_by_the_next),
        TEST(without_work_it_has_no_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
