// SPDX-License-Identifier: MIT
/* Syncs follow commits, on another thread. */
#include "store/syncer.h"

#include "records_scene.h"

static struct syncer *make(struct scene *scene)
{
    return syncer_new(&script_sql_backend, unit_path(scene->folder, "x.db"));
}

static bool is_synced(void *arg)
{
    return syncer_unsynced_ms(arg) == 0;
}

static void what_was_committed_is_synced(void **state)
{
    struct scene *scene = *state;
    struct syncer *syncer = make(scene);

    assert_int_equal(syncer_unsynced_ms(syncer), 0);
    syncer_want(syncer);
    wire_until(scene->loop, is_synced, syncer);
    assert_int_equal(script_sql_count(SCRIPT_SQL_SYNC), 1);
    syncer_free(syncer);
    assert_int_equal(script_sql_count(SCRIPT_SQL_CHECKPOINT), 0);
}

static bool is_stuck(void *arg)
{
    return syncer_is_stuck(arg);
}

static void one_that_takes_its_time_is_known(void **state)
{
    struct scene *scene = *state;
    struct syncer *syncer = make(scene);

    assert_false(syncer_is_stuck(syncer));
    script_sql_hold_syncs(true);
    syncer_want(syncer);
    wire_until(scene->loop, is_stuck, syncer);
    script_sql_hold_syncs(false);
    wire_until(scene->loop, is_synced, syncer);
    assert_false(syncer_is_stuck(syncer));
    syncer_free(syncer);
}

static bool is_held(void *arg)
{
    (void)arg;
    return script_sql_holds_a_sync();
}

/* What is committed while one is under way is not part of it for certain. */
static void what_comes_meanwhile_is_synced_afterwards(void **state)
{
    struct scene *scene = *state;
    struct syncer *syncer = make(scene);

    script_sql_hold_syncs(true);
    syncer_want(syncer);
    wire_until(scene->loop, is_held, NULL);
    for (int i = 0; i < 10; i++)
        syncer_want(syncer);
    script_sql_hold_syncs(false);
    wire_until(scene->loop, is_synced, syncer);
    assert_int_equal(script_sql_count(SCRIPT_SQL_SYNC), 2);
    syncer_free(syncer);
}

static bool has_trouble(void *arg)
{
    struct store_state now = { 0 };

    syncer_state(arg, &now);
    return now.problem[0] != '\0';
}

/* A sync that works then proves nothing: what the kernel gave up is written again. */
static void one_that_failed_is_said_and_made_up_for(void **state)
{
    struct scene *scene = *state;
    struct syncer *syncer = make(scene);
    struct unit_capture capture = unit_capture_begin(2);
    char *said;

    script_sql_fail(SCRIPT_SQL_SYNC, ERR_IO, SCRIPT_SQL_ALWAYS);
    syncer_want(syncer);
    wire_until(scene->loop, has_trouble, syncer);
    assert_true(syncer_unsynced_ms(syncer) > 0);
    script_sql_fail(SCRIPT_SQL_SYNC, ERR_IO, 0);
    wire_until(scene->loop, is_synced, syncer);
    assert_false(has_trouble(syncer));
    assert_int_equal(script_sql_count(SCRIPT_SQL_CHECKPOINT), 1);
    syncer_free(syncer);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "may not be on the disk yet");
    mem_free(said);
}

static void the_end_syncs_what_is_left(void **state)
{
    struct scene *scene = *state;
    struct syncer *syncer = make(scene);

    syncer_want(syncer);
    syncer_stop(syncer);
    assert_int_equal(syncer_unsynced_ms(syncer), 0);
    assert_int_equal(script_sql_count(SCRIPT_SQL_SYNC), 1);
    syncer_free(syncer);
    syncer_free(NULL);
}

/* It is tried once more, and no more. */
static void the_end_does_not_wait_for_a_broken_disk(void **state)
{
    struct scene *scene = *state;
    struct syncer *syncer = make(scene);
    struct unit_capture capture = unit_capture_begin(2);
    char *said;

    script_sql_fail(SCRIPT_SQL_SYNC, ERR_IO, SCRIPT_SQL_ALWAYS);
    syncer_want(syncer);
    syncer_stop(syncer);
    syncer_free(syncer);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "is lost if the machine fails now");
    mem_free(said);
}

static void without_work_it_has_no_thread(void **state)
{
    struct scene *scene = *state;

    syncer_free(make(scene));
    assert_int_equal(script_sql_count(SCRIPT_SQL_OPEN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_committed_is_synced),
        TEST(what_comes_meanwhile_is_synced_afterwards),
        TEST(one_that_failed_is_said_and_made_up_for),
        TEST(one_that_takes_its_time_is_known),
        TEST(the_end_syncs_what_is_left),
        TEST(the_end_does_not_wait_for_a_broken_disk),
        TEST(without_work_it_has_no_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
