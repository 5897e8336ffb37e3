// SPDX-License-Identifier: MIT
/* The end of the records: what is queued is carried out, for so long; what could not
   be saved is said. */
#include "base/clock.h"
#include "records_scene.h"
#include "store/records_internal.h"

static void what_is_queued_is_carried_out_before_the_end(void **state)
{
    struct scene *scene = *state;
    struct errand errands[5] = { { .name = "a" },
                                 { .name = "b" },
                                 { .name = "c" },
                                 { .name = "d" },
                                 { .name = "e" } };

    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, 4);
    for (size_t i = 0; i < COUNT_OF(errands); i++)
        start(scene, &errands[i], 0);
    records_stop(scene->records);
    assert_int_equal(rows(scene), COUNT_OF(errands));
    for (size_t i = 0; i < COUNT_OF(errands); i++) {
        assert_null(wait_for(scene, &errands[i]));
        finish(&errands[i]);
    }
}

/* ---- a lane by itself --------------------------------------------------- */

struct ending {
    struct lane lane;
    struct errand first;
    struct errand second;
    char path[4096];
    bool looks; /* the second one does */
};

static void begin_ending(struct scene *scene, struct ending *ending)
{
    struct lane_options options = { .backend = &script_sql_backend,
                                    .where = ending->path,
                                    .use = SQL_WRITES,
                                    .slow_ms = 1000,
                                    .probe = "SELECT 1" };
    struct records_work first = work_of(&ending->first, 0);
    struct records_work second = work_of(&ending->second, 0);

    second.looks = ending->looks;
    (void)snprintf(ending->path, sizeof(ending->path), "%s",
                   unit_path(scene->folder, "x.db"));
    lane_init(&ending->lane, &options);
    ending->first.job = records_job_start(&ending->lane, scene->loop, &first,
                                          wake_errand, &ending->first);
    ending->second.job = records_job_start(&ending->lane, scene->loop, &second,
                                           wake_errand, &ending->second);
}

static char *stop_in(struct ending *ending, uint64_t ms)
{
    struct unit_capture log = unit_capture_begin(2);

    lane_stop(&ending->lane, clock_steady_ms() + ms);
    return unit_capture_end(&log);
}

static void what_could_not_be_saved_in_time_is_said(void **state)
{
    struct scene *scene = *state;
    struct ending ending = { .first = { .name = "a" },
                             .second = { .name = "b" } };
    char *log;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, SCRIPT_SQL_ALWAYS);
    begin_ending(scene, &ending);
    log = stop_in(&ending, 100);
    unit_assert_part(log, "2 changes could not be saved in the database and "
                          "are lost: the database x.db: scripted trouble");
    mem_free(log);
    assert_int_equal(ending.lane.lost, 2);
    assert_int_equal(wait_for(scene, &ending.first)->code, ERR_IO);
    assert_int_equal(wait_for(scene, &ending.second)->code, ERR_IO);
    finish(&ending.first);
    finish(&ending.second);
    lane_done(&ending.lane);
}

/* Nothing is changed by the second. */
static void a_question_is_no_loss(void **state)
{
    struct scene *scene = *state;
    struct ending ending = { .first = { .name = "a" },
                             .second = { .name = "b" },
                             .looks = true };
    char *log;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, SCRIPT_SQL_ALWAYS);
    begin_ending(scene, &ending);
    log = stop_in(&ending, 100);
    unit_assert_part(log, "1 change could not be saved");
    mem_free(log);
    assert_int_equal(ending.lane.lost, 1);
    unit_assert_part(wait_for(scene, &ending.second)->text,
                     "nothing was found out within");
    finish(&ending.first);
    finish(&ending.second);
    lane_done(&ending.lane);
}

static void a_statement_that_goes_on_is_interrupted(void **state)
{
    struct scene *scene = *state;
    struct ending ending = { .first = { .name = "a" },
                             .second = { .name = "b" } };
    char *log;

    script_sql_hold(true);
    begin_ending(scene, &ending);
    wire_until(scene->loop, is_holding, NULL);
    log = stop_in(&ending, 100);
    /* The one that was interrupted, too. */
    unit_assert_part(log, "2 changes could not be saved");
    mem_free(log);
    assert_int_equal(ending.lane.lost, 2);
    assert_int_equal(wait_for(scene, &ending.first)->code, ERR_TIMEOUT);
    assert_int_equal(wait_for(scene, &ending.second)->code, ERR_BUSY);
    finish(&ending.first);
    finish(&ending.second);
    lane_done(&ending.lane);
}

static void a_lane_without_work_ends_at_once(void **state)
{
    struct scene *scene = *state;

    (void)scene;
    records_stop(scene->records);
    records_stop(scene->records);
    records_free(NULL);
    records_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_queued_is_carried_out_before_the_end),
        TEST(what_could_not_be_saved_in_time_is_said),
        TEST(a_question_is_no_loss),
        TEST(a_statement_that_goes_on_is_interrupted),
        TEST(a_lane_without_work_ends_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
