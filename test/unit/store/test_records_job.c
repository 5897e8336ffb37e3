// SPDX-License-Identifier: MIT
/* What the asker of a job of the records sees. */
#include "records_scene.h"

static void it_is_told_once_and_its_work_is_in_the_database(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };

    start(scene, &errand, 0);
    assert_null(wait_for(scene, &errand));
    finish(&errand);
    assert_int_equal(rows(scene), 1);
}

static void without_a_loop_it_is_done_all_the_same(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };
    struct records_work work = work_of(&errand, 0);

    assert_null(records_start(scene->records, NULL, &work, NULL, NULL));
    records_stop(scene->records);
    assert_int_equal(errand.dropped, 1);
    assert_int_equal(rows(scene), 1);
}

/* What was done may be undone by the commit. */
static void whether_it_was_kept_is_known_when_it_goes(void **state)
{
    struct scene *scene = *state;
    struct errand fine = { .name = "a" };
    struct errand undone = { .name = "b" };
    struct records_work work = work_of(&fine, 0);
    bool kept = false;
    struct err err;

    work.kept = &kept;
    assert_true(records_do(scene->records, &work, &err));
    assert_true(kept);
    work = work_of(&undone, 0);
    work.kept = &kept;
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, 1);
    assert_false(records_do(scene->records, &work, &err));
    assert_false(kept);
    assert_int_equal(rows(scene), 1);
}

static void and_so_it_is_of_those_that_nobody_is_told_of(void **state)
{
    struct scene *scene = *state;
    struct errand undone = { .name = "a" };
    struct errand fine = { .name = "b" };
    struct errand *all[] = { &undone, &fine };
    bool kept[] = { true, false };

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, 1);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        struct records_work work = work_of(all[i], 0);

        work.kept = &kept[i];
        (void)records_start(scene->records, NULL, &work, NULL, NULL);
    }
    records_stop(scene->records);
    assert_false(kept[0]);
    assert_true(kept[1]);
}

static void one_that_could_not_be_done_in_time_fails(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };
    const struct err *err;

    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, SCRIPT_SQL_ALWAYS);
    start(scene, &errand, 100);
    err = wait_for(scene, &errand);
    assert_int_equal(err->code, ERR_BUSY);
    unit_assert_part(err->text, "nothing was changed within");
    unit_assert_part(err->text, "scripted trouble");
    finish(&errand);
    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, 0);
    assert_int_equal(rows(scene), 0);
}

/* The thread is stuck in another one. */
static void one_that_was_not_begun_fails_in_time(void **state)
{
    struct scene *scene = *state;
    struct errand stuck = { .name = "a" };
    struct errand behind = { .name = "b" };
    const struct err *err;

    script_sql_hold(true);
    start(scene, &stuck, 100);
    wire_until(scene->loop, is_holding, NULL);
    start(scene, &behind, 100);
    err = wait_for(scene, &behind);
    assert_int_equal(err->code, ERR_BUSY);
    unit_assert_part(err->text, "has not answered");
    assert_int_equal(behind.ran, 0);
    finish(&behind);
    /* Nobody knows yet what will come of the first. */
    assert_int_equal(stuck.woken, 0);
    script_sql_hold(false);
    assert_null(wait_for(scene, &stuck));
    finish(&stuck);
    assert_int_equal(rows(scene), 1);
}

static bool is_dropped(void *arg)
{
    const struct errand *errand = arg;

    return errand->dropped > 0;
}

static void freed_early_it_is_carried_through(void **state)
{
    struct scene *scene = *state;
    struct errand queued = { .name = "b" };
    struct errand running = { .name = "a" };

    script_sql_hold(true);
    start(scene, &running, 0);
    wire_until(scene->loop, is_holding, NULL);
    start(scene, &queued, 50);
    records_job_free(running.job);
    records_job_free(queued.job);
    wire_rest(scene->loop, 100);
    script_sql_hold(false);
    wire_until(scene->loop, is_dropped, &running);
    wire_until(scene->loop, is_dropped, &queued);
    assert_int_equal(running.woken + queued.woken, 0);
    assert_int_equal(rows(scene), 2);
}

/* Nobody waits for it any more, and it is not tried for ever. */
static void freed_early_its_patience_ends_all_the_same(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };

    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, SCRIPT_SQL_ALWAYS);
    start(scene, &errand, 50);
    records_job_free(errand.job);
    wire_until(scene->loop, is_dropped, &errand);
    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, 0);
    assert_int_equal(errand.woken, 0);
    assert_int_equal(rows(scene), 0);
}

/* ---- reading ------------------------------------------------------------ */

struct reading {
    int64_t count;
    bool told;
};

static bool read_rows(struct sql *sql, void *arg, struct err *err)
{
    struct reading *reading = arg;

    return count_rows(sql, &reading->count, err);
}

static void told(void *arg)
{
    struct reading *reading = arg;

    reading->told = true;
}

static bool is_told(void *arg)
{
    const struct reading *reading = arg;

    return reading->told;
}

static void reading_waits_for_no_writing(void **state)
{
    struct scene *scene = *state;
    struct reading reading = { .count = -1 };
    struct records_work work = { .run = read_rows,
                                 .arg = &reading,
                                 .reads = true };
    struct errand errand = { .name = "a" };
    struct records_job *job;

    script_sql_hold(true);
    start(scene, &errand, 0);
    wire_until(scene->loop, is_holding, NULL);
    job = records_start(scene->records, scene->loop, &work, told, &reading);
    wire_until(scene->loop, is_told, &reading);
    assert_null(records_job_error(job));
    assert_int_equal(reading.count, 0);
    records_job_free(job);
    script_sql_hold(false);
    assert_null(wait_for(scene, &errand));
    finish(&errand);
}

static bool write_while_reading(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql, "DELETE FROM key_group", SQL_NO_VALUES, err);
}

static void what_says_that_it_reads_cannot_write(void **state)
{
    struct scene *scene = *state;
    struct records_work work = { .run = write_while_reading,
                                 .reads = true,
                                 .patience_ms = 1 };
    struct err err;

    assert_false(records_do(scene->records, &work, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_told_once_and_its_work_is_in_the_database),
        TEST(whether_it_was_kept_is_known_when_it_goes),
        TEST(and_so_it_is_of_those_that_nobody_is_told_of),
        TEST(without_a_loop_it_is_done_all_the_same),
        TEST(one_that_could_not_be_done_in_time_fails),
        TEST(one_that_was_not_begun_fails_in_time),
        TEST(freed_early_it_is_carried_through),
        TEST(freed_early_its_patience_ends_all_the_same),
        TEST(reading_waits_for_no_writing),
        TEST(what_says_that_it_reads_cannot_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
