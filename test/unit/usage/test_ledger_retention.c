// SPDX-License-Identifier: MIT
/* What is too old goes, and nothing else. */
#include "usage/ledger_retention.h"

#include <stdlib.h>

#include "ledger_changes.h"
#include "ledger_scene.h"

#define HOUR 3600
/* Where the hours of these tests begin. */
#define H(n) (1000 * HOUR + (n)*HOUR)

static bool step(struct ledger_scene *scene, uint64_t before_s)
{
    return ledger_remove_some(scene->records, zone_utc(), before_s * 1000);
}

static void remove_all(struct ledger_scene *scene, uint64_t before_s)
{
    ledger_remove_before(scene->records, zone_utc(), before_s * 1000);
}

/* So many bookings in an hour, with what leads to them. */
static void fill(struct ledger_scene *scene, uint64_t hour_s, unsigned count)
{
    char text[1024];

    (void)snprintf(
        text, sizeof(text),
        "INSERT INTO booking(ended_ms, duration_ms, holder, account, ending,"
        " endpoint, attempts, tail, upstream_id)"
        " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < %u) SELECT %" PRIu64
        " + i * 3600000 / %u, 1, 1, 1, 1, 1, 1,"
        " 0, 'req_0123456789012345678901234567890123456789' FROM n",
        count - 1, hour_s * 1000, count);
    ledger_scene_change(scene, text);
    (void)snprintf(text, sizeof(text),
                   "INSERT INTO hour SELECT %" PRIu64
                   ", min(id), max(id), NULL FROM"
                   " booking WHERE ended_ms / 3600000 * 3600 = %" PRIu64,
                   hour_s, hour_s);
    ledger_scene_change(scene, text);
    (void)snprintf(text, sizeof(text),
                   "INSERT INTO session_hour VALUES(%" PRIu64
                   ", 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                   hour_s);
    ledger_scene_change(scene, text);
    (void)snprintf(text, sizeof(text),
                   "INSERT INTO total VALUES(%" PRIu64
                   ", 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                   hour_s);
    ledger_scene_change(scene, text);
}

#define COUNTS                                                                 \
    "SELECT (SELECT count(*) FROM booking), (SELECT count(*) FROM hour),"      \
    " (SELECT count(*) FROM total)"

/* Once its last hour is gone, or a later one. */
static void sessions_go_with_their_days(void **state)
{
    static const struct {
        uint64_t before_s;
        const char *left;
    } rows[] = {
        { H(7), "41\n42\n43\n" }, { H(8), "42\n43\n" },
        { H(31), "42\n43\n" }, /* it is not over */
        { H(32), "43\n" },        { H(34), "43\n" },
    };

    fill(*state, H(6), 1);
    fill(*state, H(7), 1);
    fill(*state, H(30), 1);
    fill(*state, H(33), 1);
    fill(*state, H(44), 1);
    ledger_scene_change(
        *state, "INSERT INTO session_day SELECT DISTINCT hour_s / 86400, 1,"
                " 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM session_hour");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        remove_all(*state, rows[i].before_s);
        ledger_scene_expect(*state, "SELECT day FROM session_day ORDER BY day",
                            rows[i].left);
        ledger_scene_expect(*state,
                            "SELECT DISTINCT hour_s / 86400 FROM session_hour"
                            " ORDER BY hour_s",
                            rows[i].left);
    }
}

static void whole_hours_go_and_totals_stay(void **state)
{
    fill(*state, H(0), 5);
    fill(*state, H(1), 5);
    fill(*state, H(2), 5);
    remove_all(*state, H(0) + HOUR - 1);
    ledger_scene_expect(*state, COUNTS, "15 3 3\n");
    remove_all(*state, H(2) - 1);
    ledger_scene_expect(*state, COUNTS, "10 2 3\n");
    remove_all(*state, H(2));
    ledger_scene_expect(*state, COUNTS, "5 1 3\n");
    ledger_scene_expect(*state, "SELECT min(id) FROM booking", "11\n");
}

/* Else its number would be given again. */
static void the_newest_hour_stays(void **state)
{
    fill(*state, H(0), 3);
    fill(*state, H(1), 3);
    remove_all(*state, H(100));
    ledger_scene_expect(*state, COUNTS, "3 1 2\n");
    fill(*state, H(2), 1);
    ledger_scene_expect(*state, "SELECT max(id) FROM booking", "7\n");
    remove_all(*state, H(100));
    ledger_scene_expect(*state, COUNTS, "1 1 3\n");
}

static bool run_newest(struct sql *sql, void *arg, struct err *err)
{
    return ledger_retention_newest(sql, arg, err);
}

static void the_newest_is_the_last_that_was_booked(void **state)
{
    uint64_t newest_ms = 1;

    ledger_scene_do(*state, run_newest, &newest_ms);
    assert_int_equal(newest_ms, 0);
    fill(*state, H(7), 1);
    fill(*state, H(6), 1);
    ledger_scene_do(*state, run_newest, &newest_ms);
    assert_int_equal(newest_ms, H(6) * 1000ull);
}

/* A clock that was wrong at several starts; later, and for longer, it was not. */
static void a_newest_that_is_alone_is_not_the_newest(void **state)
{
    uint64_t newest_ms;

    fill(*state, H(0), 1);
    fill(*state, H(7 * 24), 1);
    ledger_scene_do(*state, run_newest, &newest_ms);
    assert_int_equal(newest_ms, H(7 * 24) * 1000ull);
    for (unsigned i = 0; i < 40; i++)
        fill(*state, H(12000 + i), 1);
    ledger_scene_do(*state, run_newest, &newest_ms);
    assert_int_equal(newest_ms, H(7 * 24 + 1) * 1000ull);
    fill(*state, H(7 * 24 + 2), 1);
    ledger_scene_do(*state, run_newest, &newest_ms);
    assert_int_equal(newest_ms, H(7 * 24 + 2) * 1000ull);
    for (unsigned i = 40; i < 50; i++)
        fill(*state, H(12000 + i), 1);
    ledger_scene_do(*state, run_newest, &newest_ms);
    assert_int_equal(newest_ms, H(12049) * 1000ull);
}

static void no_step_removes_more_than_a_thousand_or_two(void **state)
{
    fill(*state, H(0), 2500);
    fill(*state, H(1), 1);
    ledger_scene_expect(*state, "SELECT removing FROM hour", "-\n-\n");
    assert_true(step(*state, H(1)));
    ledger_scene_expect(*state, "SELECT removing FROM hour", "1\n-\n");
    ledger_scene_expect(*state, "SELECT count(*) FROM booking", "1501\n");
    assert_true(step(*state, H(1)));
    ledger_scene_expect(*state, "SELECT count(*) FROM booking", "501\n");
    remove_all(*state, H(1));
    ledger_scene_expect(*state, COUNTS, "1 1 2\n");
}

/* A clock that was put back: ids of two hours lie between each other. */
static void hours_that_lie_between_each_other_are_told_apart(void **state)
{
    fill(*state, H(1), 4);
    fill(*state, H(0), 4);
    fill(*state, H(2), 1);
    ledger_scene_change(*state, "UPDATE hour SET first_id = 1, last_id = 8"
                                " WHERE hour_s < 3607200");
    remove_all(*state, H(1));
    ledger_scene_expect(*state, "SELECT id FROM booking", "1\n2\n3\n4\n9\n");
}

static void results_are_known_for_as_long_as_they_can_be_fetched(void **state)
{
    const uint64_t days = 86400;

    ledger_scene_change(*state,
                        "INSERT INTO batch_result VALUES(x'01', 86400000)");
    remove_all(*state, 61 * days);
    ledger_scene_expect(*state, "SELECT count(*) FROM batch_result", "1\n");
    remove_all(*state, 61 * days + 1);
    ledger_scene_expect(*state, "SELECT count(*) FROM batch_result", "0\n");
}

static bool ask_pages(struct sql *sql, void *arg, struct err *err)
{
    struct ledger_question question = { .text = "PRAGMA page_count" };
    bool fine;

    buf_init(&question.answer, 100);
    fine = ledger_scene_ask(sql, &question, err);
    *(uint64_t *)arg = strtoull(buf_str(&question.answer).at, NULL, 10);
    buf_done(&question.answer);
    return fine;
}

static void the_file_shrinks(void **state)
{
    uint64_t before;
    uint64_t after;

    for (unsigned i = 0; i < 20; i++)
        fill(*state, H(i), 1000);
    ledger_scene_do(*state, ask_pages, &before);
    remove_all(*state, H(20));
    ledger_scene_do(*state, ask_pages, &after);
    assert_true(before > 300);
    assert_true(after < before / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(sessions_go_with_their_days),
        LEDGER_TEST(whole_hours_go_and_totals_stay),
        LEDGER_TEST(the_newest_hour_stays),
        LEDGER_TEST(the_newest_is_the_last_that_was_booked),
        LEDGER_TEST(a_newest_that_is_alone_is_not_the_newest),
        LEDGER_TEST(no_step_removes_more_than_a_thousand_or_two),
        LEDGER_TEST(hours_that_lie_between_each_other_are_told_apart),
        LEDGER_TEST(results_are_known_for_as_long_as_they_can_be_fetched),
        LEDGER_TEST(the_file_shrinks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
