// SPDX-License-Identifier: MIT
/* What becomes of jobs of the records when the database does not do what it
   should. */
#include <string.h>

#include "records_scene.h"

struct trouble {
    enum script_sql_at at;
    enum err_code code;
};

static const struct trouble troubles[] = {
    { SCRIPT_SQL_OPEN, ERR_IO },        { SCRIPT_SQL_BEGIN, ERR_BUSY },
    { SCRIPT_SQL_BEGIN, ERR_IO },       { SCRIPT_SQL_STATEMENT, ERR_IO },
    { SCRIPT_SQL_STATEMENT, ERR_BUSY }, { SCRIPT_SQL_COMMIT, ERR_IO },
};

/* Locked, a full disk (which says so at the end), an I/O error at any place. */
static void what_may_work_later_is_tried_again_until_it_does(void **state)
{
    struct scene *scene = *state;
    int64_t count = 0;

    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        char name[] = { (char)('a' + (int)i), '\0' };
        struct errand errand = { .name = name };

        script_sql_fail(troubles[i].at, troubles[i].code, 3);
        start(scene, &errand, 0);
        assert_null(wait_for(scene, &errand));
        finish(&errand);
        script_sql_fail(troubles[i].at, troubles[i].code, 0);
        assert_int_equal(rows(scene), ++count);
    }
}

static void nothing_of_a_failed_try_is_kept(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, 2);
    start(scene, &errand, 0);
    /* The name is unique: what was left would be in the way. */
    assert_null(wait_for(scene, &errand));
    assert_int_equal(errand.ran, 3);
    finish(&errand);
}

static void what_cannot_work_fails_at_once(void **state)
{
    static const enum err_code codes[] = { ERR_NOT_FOUND, ERR_BROKEN,
                                           ERR_TIMEOUT };
    struct scene *scene = *state;

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct errand errand = { .name = "a", .fails = codes[i] };

        start(scene, &errand, 0);
        assert_int_equal(wait_for(scene, &errand)->code, codes[i]);
        assert_int_equal(errand.ran, 1);
        finish(&errand);
    }
    assert_int_equal(rows(scene), 0);
}

static void a_name_that_is_taken_is_said(void **state)
{
    struct scene *scene = *state;
    struct errand first = { .name = "a" };
    struct errand second = { .name = "a" };

    start(scene, &first, 0);
    start(scene, &second, 0);
    assert_null(wait_for(scene, &first));
    assert_int_equal(wait_for(scene, &second)->code, ERR_EXISTS);
    finish(&first);
    finish(&second);
}

/* One that is in trouble by itself. */
static void others_pass_one_that_has_to_wait(void **state)
{
    struct scene *scene = *state;
    struct errand stuck = { .name = "a", .fails = ERR_IO };
    struct errand other = { .name = "b" };

    start(scene, &stuck, 1000);
    start(scene, &other, 0);
    assert_null(wait_for(scene, &other));
    assert_int_equal(stuck.woken, 0);
    finish(&other);
    assert_int_equal(wait_for(scene, &stuck)->code, ERR_IO);
    assert_true(stuck.ran > 1);
    finish(&stuck);
}

/* As it is written: the rows are counted. */
static size_t place_of(struct scene *scene, const char *name)
{
    int64_t id = 0;
    struct err err;
    struct sql *other =
        sqlite_backend.open(unit_path(scene->folder, "x.db"), SQL_WRITES, &err);
    struct sql_ask ask = { .text = "SELECT id FROM key_group WHERE name = $1",
                           .values = SQL_VALUES(sql_text(str_of(name))),
                           .row = keep_count,
                           .arg = &id };

    assert_true(sql_query(other, &ask, &err));
    sql_close(other);
    return (size_t)id;
}

/* But the one that is being carried out; those among each other in their order. */
static void what_is_urgent_passes_what_waits(void **state)
{
    struct scene *scene = *state;
    struct errand errands[] = { { .name = "runs" },
                                { .name = "waits" },
                                { .name = "urgent" },
                                { .name = "urgent too" } };
    static const size_t places[] = { 1, 4, 2, 3 };

    script_sql_hold(true);
    for (size_t i = 0; i < COUNT_OF(errands); i++) {
        struct records_work work = work_of(&errands[i], 0);

        work.urgent = i >= 2;
        errands[i].job = records_start(scene->records, scene->loop, &work,
                                       wake_errand, &errands[i]);
        wire_until(scene->loop, is_holding, NULL);
    }
    script_sql_hold(false);
    for (size_t i = 0; i < COUNT_OF(errands); i++)
        assert_null(wait_for(scene, &errands[i]));
    for (size_t i = 0; i < COUNT_OF(errands); i++) {
        assert_int_equal(place_of(scene, errands[i].name), places[i]);
        finish(&errands[i]);
    }
}

static void wake_nobody(void *arg)
{
    (void)arg;
}

static bool look(struct sql *sql, void *arg, struct err *err)
{
    return sql_others(sql, arg, err);
}

/* That others' writes can be looked for says nothing about whether it can be
   written. */
static void a_look_ends_no_trouble(void **state)
{
    struct scene *scene = *state;
    struct errand stuck = { .name = "a" };
    struct records_job *job;
    uint64_t number = 0;

    script_sql_fail(SCRIPT_SQL_STATEMENT, ERR_IO, SCRIPT_SQL_ALWAYS);
    start(scene, &stuck, 0);
    wire_until(scene->loop, has_problem, scene);
    job = records_start(scene->records, scene->loop,
                        &(struct records_work){
                            .run = look, .arg = &number, .looks = true },
                        wake_nobody, NULL);
    while (!records_job_is_done(job))
        wire_turn(scene->loop);
    assert_null(records_job_error(job));
    assert_true(number > 0);
    assert_true(has_problem(scene));
    records_job_free(job);
    script_sql_fail(SCRIPT_SQL_STATEMENT, ERR_IO, 0);
    assert_null(wait_for(scene, &stuck));
    finish(&stuck);
}

static struct sql *open_other(const struct scene *scene)
{
    struct err err;
    struct sql *other =
        sqlite_backend.open(unit_path(scene->folder, "x.db"), SQL_WRITES, &err);

    assert_non_null(other);
    return other;
}

/* Programs whose newest step is this one, and newer ones. */
static void let_write_from(struct sql *other, const char *oldest)
{
    char text[128];
    struct err err;

    (void)snprintf(text, sizeof(text), "UPDATE schema SET oldest_writer = %s;",
                   oldest);
    assert_true(sqlite_backend.script(other, text, &err));
}

/* It goes on with what it has open, and its sums would lack what the new tables
   have. */
static void nothing_is_written_once_a_newer_program_changed_the_tables(
    void **state)
{
    struct scene *scene = *state;
    struct sql *other = open_other(scene);
    struct errand errand = { .name = "b" };
    struct store_state now;

    let_write_from(other, "version + 1");
    start(scene, &errand, 0);
    wire_until(scene->loop, has_problem, scene);
    records_state(scene->records, &now);
    unit_assert_part(now.problem, "written by a newer claude-relay");
    unit_assert_part(now.problem, "what is to be saved waits");
    assert_int_equal(errand.ran, 0);
    assert_int_equal(rows(scene), 0);
    let_write_from(other, "version");
    assert_null(wait_for(scene, &errand));
    assert_int_equal(rows(scene), 1);
    finish(&errand);
    sql_close(other);
}

/* Whether it may write is looked at when others wrote, and only then. */
static void who_writes_alone_need_not_look_at_the_schema(void **state)
{
    static const size_t statements[] = { 1, 1, 2, 1 };
    struct scene *scene = *state;
    struct sql *other = open_other(scene);

    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        size_t before = script_sql_count(SCRIPT_SQL_STATEMENT);
        char name[] = { (char)('a' + (int)i), '\0' };
        struct errand errand = { .name = name };

        if (statements[i] == 2)
            let_write_from(other, "0");
        start(scene, &errand, 0);
        assert_null(wait_for(scene, &errand));
        assert_int_equal(script_sql_count(SCRIPT_SQL_STATEMENT) - before,
                         statements[i]);
        finish(&errand);
    }
    sql_close(other);
}

static void what_waited_comes_in_its_order_when_it_works_again(void **state)
{
    struct scene *scene = *state;
    struct errand first = { .name = "a" };
    struct errand second = { .name = "a" };
    struct errand third = { .name = "a" };

    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, SCRIPT_SQL_ALWAYS);
    start(scene, &first, 0);
    start(scene, &second, 0);
    start(scene, &third, 0);
    wire_until(scene->loop, has_problem, scene);
    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_BUSY, 0);
    assert_int_equal(wait_for(scene, &third)->code, ERR_EXISTS);
    assert_null(wait_for(scene, &first));
    assert_int_equal(wait_for(scene, &second)->code, ERR_EXISTS);
    finish(&first);
    finish(&second);
    finish(&third);
}

/* ---- what is said of it ------------------------------------------------- */

static void trouble_is_told_until_it_is_over(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };
    struct store_state now;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, SCRIPT_SQL_ALWAYS);
    start(scene, &errand, 0);
    wire_until(scene->loop, has_problem, scene);
    records_state(scene->records, &now);
    unit_assert_part(now.problem, "scripted trouble");
    unit_assert_part(now.problem, "waits");
    assert_int_equal(now.waiting, 1);
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, 0);
    assert_null(wait_for(scene, &errand));
    records_state(scene->records, &now);
    assert_string_equal(now.problem, "");
    assert_int_equal(now.waiting, 0);
    finish(&errand);
}

static void the_log_has_trouble_once_and_its_end(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };
    struct unit_capture log = unit_capture_begin(2);
    char *text;

    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_IO, 4);
    start(scene, &errand, 0);
    assert_null(wait_for(scene, &errand));
    finish(&errand);
    text = unit_capture_end(&log);
    unit_assert_part(text, "scripted trouble: trying again");
    unit_assert_part(text, "the database works again: ");
    assert_null(strstr(strstr(text, "scripted") + 1, "scripted"));
    mem_free(text);
}

/* Everybody has given up: only the probe finds out. */
static void without_any_job_it_is_looked_whether_it_works(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };

    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_IO, SCRIPT_SQL_ALWAYS);
    start(scene, &errand, 50);
    assert_int_equal(wait_for(scene, &errand)->code, ERR_IO);
    finish(&errand);
    assert_true(has_problem(scene));
    script_sql_fail(SCRIPT_SQL_BEGIN, ERR_IO, 0);
    wire_until(scene->loop, has_no_problem, scene);
    assert_int_equal(rows(scene), 0);
}

static void a_database_that_does_not_answer_is_told(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };
    struct store_state now;

    script_sql_hold(true);
    start(scene, &errand, 0);
    wire_until(scene->loop, has_problem, scene);
    records_state(scene->records, &now);
    unit_assert_part(now.problem, "has not answered for");
    script_sql_hold(false);
    assert_null(wait_for(scene, &errand));
    assert_true(has_no_problem(scene));
    finish(&errand);
}

/* ---- checkpoints -------------------------------------------------------- */

static bool was_checkpointed(void *arg)
{
    (void)arg;
    return script_sql_count(SCRIPT_SQL_CHECKPOINT) > 0;
}

static void a_log_that_has_grown_is_checkpointed(void **state)
{
    struct scene *scene = *state;
    struct errand small = { .name = "a" };
    struct errand large = { .name = "b" };

    start(scene, &small, 0);
    assert_null(wait_for(scene, &small));
    finish(&small);
    assert_int_equal(script_sql_count(SCRIPT_SQL_CHECKPOINT), 0);
    script_sql_set_pages(1000);
    start(scene, &large, 0);
    assert_null(wait_for(scene, &large));
    finish(&large);
    wire_until(scene->loop, was_checkpointed, NULL);
}

static bool is_synced(void *arg)
{
    return records_unsynced_ms(arg) == 0;
}

/* A disk that takes its time delays none that may be synced later. */
static void one_is_done_before_it_is_synced(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };
    struct records_work work = work_of(&errand, 0);

    script_sql_hold_syncs(true);
    work.later = true;
    errand.job =
        records_start(scene->records, scene->loop, &work, wake_errand, &errand);
    assert_null(wait_for(scene, &errand));
    assert_true(records_unsynced_ms(scene->records) > 0);
    assert_int_equal(rows(scene), 1);
    script_sql_hold_syncs(false);
    wire_until(scene->loop, is_synced, scene->records);
    finish(&errand);
}

/* It would last as long as the disk does not answer, and hold up all others. */
static void what_needs_the_disk_is_not_begun_while_that_hangs(void **state)
{
    struct scene *scene = *state;
    struct errand booked = { .name = "booked" };
    struct errand key = { .name = "key" };
    struct errand after = { .name = "after" };
    struct records_work work = work_of(&booked, 0);

    script_sql_hold_syncs(true);
    work.later = true;
    booked.job =
        records_start(scene->records, scene->loop, &work, wake_errand, &booked);
    assert_null(wait_for(scene, &booked));
    wire_rest(scene->loop, 200);
    start(scene, &key, 300);
    work = work_of(&after, 0);
    work.later = true;
    after.job =
        records_start(scene->records, scene->loop, &work, wake_errand, &after);
    assert_null(wait_for(scene, &after));
    wire_until(scene->loop, is_woken, &key);
    unit_assert_part(records_job_error(key.job)->text,
                     "the disk does not take");
    unit_assert_part(records_job_error(key.job)->text, "nothing was changed");
    assert_int_equal(key.ran, 0);
    finish(&key);
    /* and it is begun as soon as the disk answers */
    key = (struct errand){ .name = "key" };
    start(scene, &key, 0);
    wire_turn_for(scene->loop, 50);
    assert_int_equal(key.ran, 0);
    script_sql_hold_syncs(false);
    assert_null(wait_for(scene, &key));
    assert_int_equal(rows(scene), 3);
    finish(&booked);
    finish(&after);
    finish(&key);
}

static void all_is_synced_at_the_end(void **state)
{
    struct scene *scene = *state;
    struct errand errand = { .name = "a" };
    struct records_work work = work_of(&errand, 0);

    work.later = true;
    assert_null(records_start(scene->records, NULL, &work, NULL, NULL));
    records_stop(scene->records);
    assert_int_equal(records_unsynced_ms(scene->records), 0);
    assert_true(script_sql_count(SCRIPT_SQL_SYNC) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_may_work_later_is_tried_again_until_it_does),
        TEST(nothing_of_a_failed_try_is_kept),
        TEST(what_cannot_work_fails_at_once),
        TEST(a_name_that_is_taken_is_said),
        TEST(others_pass_one_that_has_to_wait),
        TEST(what_is_urgent_passes_what_waits),
        TEST(a_look_ends_no_trouble),
        TEST(nothing_is_written_once_a_newer_program_changed_the_tables),
        TEST(who_writes_alone_need_not_look_at_the_schema),
        TEST(what_waited_comes_in_its_order_when_it_works_again),
        TEST(trouble_is_told_until_it_is_over),
        TEST(the_log_has_trouble_once_and_its_end),
        TEST(without_any_job_it_is_looked_whether_it_works),
        TEST(a_database_that_does_not_answer_is_told),
        TEST(one_is_done_before_it_is_synced),
        TEST(what_needs_the_disk_is_not_begun_while_that_hangs),
        TEST(all_is_synced_at_the_end),
        TEST(a_log_that_has_grown_is_checkpointed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
