// SPDX-License-Identifier: MIT
/* The ledger is kept in order, beside what is booked. */
#include "usage/ledger_tend.h"

#include "base/clock.h"
#include "base/log.h"
#include "ledger_scene.h"
#include "wire.h"

#define DAY_MS 86400000ull

struct scene {
    struct ledger_scene *db;
    struct loop *loop;
    struct ledger_tend *tend;
    int64_t count; /* as it was asked last */
};

static int begin(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);
    void *db;

    log_setup(LOG_ERROR, LOG_TEXT);
    (void)ledger_scene_begin(&db);
    scene->db = db;
    scene->loop = loop_new();
    *state = scene;
    return 0;
}

static int end(void **state)
{
    struct scene *scene = *state;
    void *db = scene->db;

    script_sql_hold(false);
    ledger_tend_free(scene->tend);
    records_stop(scene->db->records);
    loop_free(scene->loop);
    (void)ledger_scene_end(&db);
    mem_free(scene);
    return 0;
}

static bool fill_days(struct sql *sql, void *arg, struct err *err)
{
    const int64_t *now_s = arg;
    bool fine = true;

    for (int64_t day = 9; day >= 0 && fine; day--) {
        int64_t hour_s = (*now_s - day * 86400) / 3600 * 3600;

        fine =
            sql_run(sql,
                    "INSERT INTO booking(ended_ms, duration_ms, holder,"
                    " account, ending, endpoint, attempts, tail)"
                    " VALUES($1, 1, 1, 1, 1, 1, 1, 0)",
                    SQL_VALUES(sql_number(hour_s * 1000)), err) &&
            sql_run(sql, "INSERT INTO hour VALUES($1, $2, $2, NULL)",
                    SQL_VALUES(sql_number(hour_s), sql_number(10 - day)), err);
    }
    return fine;
}

/* One booking on each of the last ten days. */
static void fill(struct scene *scene)
{
    int64_t now_s = (int64_t)(clock_wall_ms() / 1000);

    ledger_scene_do(scene->db, fill_days, &now_s);
}

static void tend(struct scene *scene, uint64_t retention_ms)
{
    scene->tend = ledger_tend_new(
        &(struct ledger_tend_options){ .loop = scene->loop,
                                       .records = scene->db->records,
                                       .zone = zone_utc(),
                                       .retention_ms = retention_ms,
                                       .first_ms = 1 });
}

static bool take_count(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

static bool run_count(struct sql *sql, void *arg, struct err *err)
{
    return sql_query(sql,
                     &(struct sql_ask){ .text = "SELECT count(*) FROM booking",
                                        .row = take_count,
                                        .arg = arg },
                     err);
}

static bool five_are_left(void *arg)
{
    struct scene *scene = arg;

    ledger_scene_do(scene->db, run_count, &scene->count);
    return scene->count == 5;
}

static void what_is_older_than_it_may_be_goes(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    tend(scene, 5 * DAY_MS - 2 * 3600000);
    wire_until(scene->loop, five_are_left, scene);
    ledger_scene_expect(scene->db, "SELECT zone FROM calendar", "UTC\n");
}

static bool forget_newest(struct sql *sql, void *arg, struct err *err)
{
    (void)arg;
    return sql_run(sql, "DELETE FROM booking WHERE id > 8", SQL_NO_VALUES, err);
}

/* A clock that is ahead of the newest one may be wrong. */
static void nothing_goes_by_a_clock_that_may_be_wrong(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    ledger_scene_do(scene->db, forget_newest, NULL);
    tend(scene, 5 * DAY_MS - 2 * 3600000);
    wire_turn_for(scene->loop, 100);
    ledger_scene_expect(scene->db, "SELECT count(*) FROM booking", "8\n");
    ledger_scene_expect(scene->db, "SELECT zone FROM calendar", "UTC\n");
}

static void without_an_age_all_stay(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    tend(scene, 0);
    wire_turn_for(scene->loop, 50);
    ledger_scene_expect(scene->db, "SELECT count(*) FROM booking", "10\n");
    ledger_tend_free(scene->tend);
    tend(scene, UINT64_MAX);
    wire_turn_for(scene->loop, 50);
    ledger_scene_expect(scene->db, "SELECT count(*) FROM booking", "10\n");
}

static bool run_calendars(struct sql *sql, void *arg, struct err *err)
{
    return sql_query(sql,
                     &(struct sql_ask){ .text = "SELECT count(*) FROM calendar",
                                        .row = take_count,
                                        .arg = arg },
                     err);
}

static bool is_holding(void *arg)
{
    (void)arg;
    return script_sql_is_holding();
}

/* The job carries on with what is its own. */
static void it_may_end_while_something_is_removed(void **state)
{
    struct scene *scene = *state;

    fill(scene);
    tend(scene, 5 * DAY_MS);
    do
        ledger_scene_do(scene->db, run_calendars, &scene->count);
    while (scene->count == 0);
    script_sql_hold(true);
    wire_until(scene->loop, is_holding, NULL);
    wire_turn_for(scene->loop, 20);
    ledger_tend_free(scene->tend);
    scene->tend = NULL;
    script_sql_hold(false);
    ledger_tend_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_older_than_it_may_be_goes),
        TEST(nothing_goes_by_a_clock_that_may_be_wrong),
        TEST(without_an_age_all_stay),
        TEST(it_may_end_while_something_is_removed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
