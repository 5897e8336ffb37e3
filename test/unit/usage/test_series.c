// SPDX-License-Identifier: MIT
/* Bookings are read once, from the newest back and on. */
#include "usage/series.h"

#include "ask_scene.h"

#define NOW "2026-11-30T12:00:30Z"

struct reading {
    struct series *series;
    struct series_want want;
    bool done;
    unsigned steps;
};

static bool read_step(struct sql *sql, void *arg, struct err *err)
{
    struct reading *reading = arg;

    reading->steps++;
    return series_read(sql, reading->series, &reading->want, &reading->done,
                       err);
}

/* How many steps it took. */
static unsigned read_all(struct ask_scene *scene, struct series *series,
                         enum series_range range)
{
    struct reading reading = { .series = series,
                               .want = { range, ask_scene_ms(NOW) } };

    while (!reading.done)
        assert_true(ask_scene_read(scene, read_step, &reading));
    return reading.steps;
}

/* -1: not known. */
static int64_t requests_in(struct series *series, enum series_range range,
                           size_t back)
{
    struct series_figures figures;

    if (!series_figures(series, range,
                        series_window(range, series_zone(series),
                                      ask_scene_ms(NOW), back),
                        NULL, &figures))
        return -1;
    return figures.sums[ASK_REQUESTS];
}

static void book(struct ask_scene *scene, const char *ended, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ask_scene_book(scene, &(struct ask_booked){ .ended = ended, .cost = 2 },
                       1);
}

static void nothing_is_known_of_what_is_not_read(void **state)
{
    struct ask_scene *scene = *state;
    struct series *series = series_new(scene->zone);

    assert_int_equal(requests_in(series, SERIES_HOUR, 0), -1);
    (void)read_all(scene, series, SERIES_HOUR);
    assert_int_equal(requests_in(series, SERIES_HOUR, 0), 0);
    assert_int_equal(requests_in(series, SERIES_HOUR, 119), 0);
    series_unref(series);
}

static void each_booking_counts_once(void **state)
{
    struct ask_scene *scene = *state;
    struct series *series = series_new(scene->zone);

    book(scene, "2026-11-30T11:58:00Z", 2);
    book(scene, "2026-11-30T12:00:01Z", 3);
    (void)read_all(scene, series, SERIES_HOUR);
    (void)read_all(scene, series, SERIES_HOUR);
    assert_int_equal(requests_in(series, SERIES_HOUR, 0), 3);
    assert_int_equal(requests_in(series, SERIES_HOUR, 2), 2);
    book(scene, "2026-11-30T12:00:20Z", 4);
    book(scene, "2026-11-30T11:30:00Z", 1); /* late */
    (void)read_all(scene, series, SERIES_HOUR);
    assert_int_equal(requests_in(series, SERIES_HOUR, 0), 7);
    assert_int_equal(requests_in(series, SERIES_HOUR, 30), 1);
    assert_int_equal(requests_in(series, SERIES_DAY, 0), 7);
    series_unref(series);
}

/* What is older than the hour is not read for it; for the month it is, from there on. */
static void it_reads_as_far_back_as_it_must(void **state)
{
    struct ask_scene *scene = *state;
    struct series *series = series_new(scene->zone);

    book(scene, "2026-11-10T12:00:00Z", 5);
    book(scene, "2026-11-30T11:59:00Z", 1);
    (void)read_all(scene, series, SERIES_HOUR);
    assert_int_equal(requests_in(series, SERIES_HOUR, 1), 1);
    assert_int_equal(requests_in(series, SERIES_MONTH, 20), -1);
    (void)read_all(scene, series, SERIES_MONTH);
    assert_int_equal(requests_in(series, SERIES_MONTH, 20), 5);
    assert_int_equal(requests_in(series, SERIES_MONTH, 0), 1);
    series_unref(series);
}

struct many {
    unsigned count;
};

static bool insert_many(struct sql *sql, void *arg, struct err *err)
{
    const struct many *many = arg;

    return sql_run(
        sql,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < $1)"
        " INSERT INTO booking(ended_ms, duration_ms, holder, account, status,"
        " ending, endpoint, attempts, tail)"
        " SELECT $2, 5, 1, 1, 200, 1, 1, 1, i FROM n",
        SQL_VALUES(sql_number(many->count),
                   sql_number((int64_t)ask_scene_ms("2026-11-30T12:00:05Z"))),
        err);
}

static void many_are_read_in_steps(void **state)
{
    struct ask_scene *scene = *state;
    struct series *series = series_new(scene->zone);
    struct many many = { 10000 };
    struct err err;

    book(scene, "2026-11-30T12:00:01Z", 1);
    assert_true(
        records_do(scene->records,
                   &(struct records_work){ .run = insert_many, .arg = &many },
                   &err));
    assert_true(read_all(scene, series, SERIES_HOUR) > 3);
    assert_int_equal(requests_in(series, SERIES_HOUR, 0), 10001);
    series_unref(series);
}

static void what_was_changed_is_read_again(void **state)
{
    struct ask_scene *scene = *state;
    struct series *series = series_new(scene->zone);
    struct series_figures figures;

    book(scene, "2026-11-30T12:00:01Z", 1);
    (void)read_all(scene, series, SERIES_HOUR);
    ask_scene_change(scene, "UPDATE booking SET cost_microusd = 9");
    series_keep(series, SERIES_HOUR, STR("old"));
    series_forget(series);
    assert_int_equal(requests_in(series, SERIES_HOUR, 0), -1);
    (void)read_all(scene, series, SERIES_HOUR);
    assert_true(series_figures(series, SERIES_HOUR,
                               series_window(SERIES_HOUR, scene->zone,
                                             ask_scene_ms(NOW), 0),
                               NULL, &figures));
    assert_int_equal(figures.sums[ASK_COST_MICROUSD], 9);
    series_unref(series);
}

static void an_answer_is_good_for_a_moment(void **state)
{
    struct ask_scene *scene = *state;
    struct series *series = series_new(scene->zone);
    struct buf out;

    buf_init(&out, 1024);
    assert_false(series_kept(series, SERIES_DAY, &out));
    series_keep(series, SERIES_DAY, STR("{}"));
    assert_true(series_kept(series, SERIES_DAY, &out));
    unit_assert_str(buf_str(&out), "{}");
    assert_false(series_kept(series, SERIES_MONTH, &out));
    series_forget(series);
    assert_false(series_kept(series, SERIES_DAY, &out));
    buf_done(&out);
    series_unref(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(nothing_is_known_of_what_is_not_read),
        ASK_TEST(each_booking_counts_once),
        ASK_TEST(it_reads_as_far_back_as_it_must),
        ASK_TEST(many_are_read_in_steps),
        ASK_TEST(what_was_changed_is_read_again),
        ASK_TEST(an_answer_is_good_for_a_moment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
