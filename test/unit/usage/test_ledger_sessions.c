// SPDX-License-Identifier: MIT
/* Sessions of which nothing is booked any more go, and no others. */
#include "usage/ledger_sessions.h"

#include <stdlib.h>

#include "ledger_scene.h"
#include "usage/ledger_names.h"

#define DAY 86400

struct errand {
    uint64_t before_s;
    bool more;
};

static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct errand *errand = arg;

    return ledger_sessions_step(sql, errand->before_s, &errand->more, err);
}

static bool step(struct ledger_scene *scene, uint64_t before_s)
{
    struct errand errand = { .before_s = before_s };

    ledger_scene_do(scene, run, &errand);
    return errand.more;
}

static void remove_all(struct ledger_scene *scene, uint64_t before_s)
{
    size_t steps = 0;

    while (step(scene, before_s))
        assert_true(steps++ < 1000);
}

/* Sessions with these numbers, used on these days. */
static void use(struct ledger_scene *scene, unsigned first, unsigned last,
                unsigned day)
{
    char text[1024];

    (void)snprintf(
        text, sizeof(text),
        "INSERT INTO session(id, key_id, name) WITH RECURSIVE n(i) AS (SELECT"
        " %u UNION ALL SELECT i + 1 FROM n WHERE i < %u) SELECT i, 1, 's' || i"
        " FROM n WHERE true ON CONFLICT (id) DO NOTHING",
        first, last);
    ledger_scene_change(scene, text);
    (void)snprintf(
        text, sizeof(text),
        "INSERT INTO session_day WITH RECURSIVE n(i) AS (SELECT %u UNION ALL"
        " SELECT i + 1 FROM n WHERE i < %u), m(model) AS (SELECT 1 UNION ALL"
        " SELECT 2) SELECT %u, i, 1, model, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0"
        " FROM n CROSS JOIN m",
        first, last, day);
    ledger_scene_change(scene, text);
    (void)snprintf(text, sizeof(text),
                   "INSERT INTO session_hour SELECT hour_s, session, account,"
                   " model, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM session_day,"
                   " (SELECT %u * 86400 AS hour_s UNION ALL"
                   " SELECT %u * 86400 + 23 * 3600) AS h WHERE day = %u"
                   " AND session >= %u AND session <= %u",
                   day, day, day, first, last);
    ledger_scene_change(scene, text);
}

#define SESSIONS "SELECT id FROM session ORDER BY id"
#define DAYS                                                                   \
    "SELECT day, session FROM session_day WHERE model = 1 ORDER BY day, session"

#define HOURS                                                                  \
    "SELECT hour_s / 3600, session FROM session_hour WHERE model = 1"          \
    " ORDER BY hour_s, session"

static void what_has_no_day_left_goes(void **state)
{
    use(*state, 1, 3, 10);
    use(*state, 2, 2, 12); /* it lasts */
    use(*state, 4, 4, 11);
    use(*state, 5, 6, 12);
    remove_all(*state, 11 * DAY - 1);
    ledger_scene_expect(*state, SESSIONS, "1\n2\n3\n4\n5\n6\n");
    remove_all(*state, 11 * DAY);
    ledger_scene_expect(*state, SESSIONS, "2\n4\n5\n6\n");
    remove_all(*state, 12 * DAY);
    ledger_scene_expect(*state, SESSIONS, "2\n5\n6\n");
    ledger_scene_expect(*state, DAYS, "12 2\n12 5\n12 6\n");
    ledger_scene_expect(*state, HOURS,
                        "288 2\n288 5\n288 6\n"
                        "311 2\n311 5\n311 6\n");
    ledger_scene_expect(*state, "SELECT times FROM session_removal", "2\n");
}

/* Its number would be given again. */
static void the_newest_stays(void **state)
{
    use(*state, 1, 3, 10);
    remove_all(*state, 100 * DAY);
    ledger_scene_expect(*state, SESSIONS, "3\n");
    ledger_scene_expect(*state, DAYS, "");
}

static void a_day_stays_as_long_as_its_hours(void **state)
{
    use(*state, 1, 1, 10);
    use(*state, 2, 2, 11);
    use(*state, 3, 3, 12);
    ledger_scene_change(
        *state,
        "INSERT INTO hour(hour_s, first_id, last_id) VALUES(11 * 86400 + 23 * 3600, 1, 2)");
    remove_all(*state, 100 * DAY);
    ledger_scene_expect(*state, SESSIONS, "2\n3\n");
    ledger_scene_expect(*state, DAYS, "11 2\n12 3\n");
}

static void a_day_of_many_goes_in_steps(void **state)
{
    use(*state, 1, 1000, 10);
    use(*state, 999, 1001, 11);
    assert_true(step(*state, 11 * DAY));
    ledger_scene_expect(*state,
                        "SELECT count(*), min(session) FROM session_day",
                        "1506 251\n");
    ledger_scene_expect(*state,
                        "SELECT count(*), min(session) FROM session_hour",
                        "3012 251\n");
    ledger_scene_expect(*state, "SELECT count(*) FROM session", "751\n");
    remove_all(*state, 11 * DAY);
    ledger_scene_expect(*state, SESSIONS, "999\n1000\n1001\n");
}

/* ---- whoever remembers their numbers -------------------------------------- */

struct asking {
    struct ledger_names *names;
    const char *name;
    int64_t id;
};

static bool run_asking(struct sql *sql, void *arg, struct err *err)
{
    struct asking *asking = arg;

    ledger_names_begin(asking->names);
    return ledger_names_check(asking->names, sql, err) &&
           ledger_names_session(asking->names, sql,
                                &(struct ledger_session){
                                    1, str_of(asking->name) },
                                &asking->id, err);
}

static int64_t ask(struct ledger_scene *scene, struct ledger_names *names,
                   const char *name)
{
    struct asking asking = { names, name, 0 };

    ledger_scene_do(scene, run_asking, &asking);
    ledger_names_keep(names);
    return asking.id;
}

static void no_number_of_one_that_is_gone_is_used(void **state)
{
    struct ledger_names *names = ledger_names_new(100);

    use(*state, 1, 2, 10);
    use(*state, 3, 3, 11);
    assert_int_equal(ask(*state, names, "s1"), 1);
    assert_int_equal(ask(*state, names, "s3"), 3);
    assert_int_equal(ledger_names_known(names), 2);
    remove_all(*state, 11 * DAY);
    assert_int_equal(ask(*state, names, "s1"), 4);
    assert_int_equal(ask(*state, names, "s3"), 3);
    ledger_scene_expect(*state, SESSIONS, "3\n4\n");
    ledger_names_free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(what_has_no_day_left_goes),
        LEDGER_TEST(the_newest_stays),
        LEDGER_TEST(a_day_stays_as_long_as_its_hours),
        LEDGER_TEST(a_day_of_many_goes_in_steps),
        LEDGER_TEST(no_number_of_one_that_is_gone_is_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
