// SPDX-License-Identifier: MIT
/* Looking through one hour, from the newest back. */
#include "usage/ask_find.h"

#include "ask_scene.h"

#define MANY 2000
#define HOUR_S 1795996800

static void book_many(struct ask_scene *scene)
{
    static char times[MANY][TEXT_TIME_MAX];
    static struct ask_booked many[MANY];

    for (size_t i = 0; i < MANY; i++) {
        /* Each tenth belongs to the hour before. */
        text_format_time((uint64_t)HOUR_S * 1000 + i - (i % 10 ? 0 : 3600000),
                         times[i]);
        many[i] =
            (struct ask_booked){ .ended = times[i], .cost = i < 3 ? 100 : 1 };
    }
    ask_scene_book(scene, many, MANY);
}

struct looking {
    struct ask_requests ask;
    struct ask_finding finding;
    struct ask_hour hour;
    int64_t numbers[64];
    int64_t back_to;
};

static bool run_find(struct sql *sql, void *arg, struct err *err)
{
    struct looking *looking = arg;

    looking->finding.ask = &looking->ask;
    looking->finding.numbers = looking->numbers;
    looking->finding.count = 0;
    return ask_find_in(sql, &looking->finding, &looking->hour,
                       &looking->back_to, err);
}

static struct looking look(size_t limit)
{
    return (struct looking){ .ask = { .filter = { .until_ms = ASK_NO_END },
                                      .limit = limit },
                             .finding = { .deadline_ms = UINT64_MAX },
                             .hour = { HOUR_S, 1, MANY } };
}

static void it_ends_when_there_are_enough(void **state)
{
    struct ask_scene *scene = *state;
    struct looking looking = look(12);

    book_many(scene);
    assert_true(ask_scene_read(scene, run_find, &looking));
    assert_int_equal(looking.finding.count, 12);
    assert_int_equal(looking.numbers[0], 2000);
    /* 1991 is of another hour. */
    assert_int_equal(looking.numbers[9], 1990);
    assert_int_equal(looking.back_to, looking.numbers[11]);
}

static void it_ends_where_the_hour_does(void **state)
{
    struct ask_scene *scene = *state;
    struct looking looking = look(12);

    book_many(scene);
    looking.ask.cost_min_microusd = 50;
    assert_true(ask_scene_read(scene, run_find, &looking));
    assert_int_equal(looking.finding.count, 2);
    assert_int_equal(looking.numbers[0], 3);
    assert_int_equal(looking.numbers[1], 2);
    assert_int_equal(looking.back_to, 1);
}

static void it_ends_when_its_time_is_up(void **state)
{
    struct ask_scene *scene = *state;
    struct looking looking = look(12);

    book_many(scene);
    looking.ask.cost_min_microusd = 50;
    looking.finding.deadline_ms = 1;
    for (int64_t last = MANY; looking.finding.count == 0;) {
        looking.hour.last = last;
        assert_true(ask_scene_read(scene, run_find, &looking));
        assert_true(looking.back_to <= last);
        last = looking.back_to - 1;
    }
    assert_int_equal(looking.finding.count, 2);
}

static void an_empty_stretch_is_done_at_once(void **state)
{
    struct ask_scene *scene = *state;
    struct looking looking = look(12);

    looking.hour.last = 0;
    assert_true(ask_scene_read(scene, run_find, &looking));
    assert_int_equal(looking.finding.count, 0);
    assert_int_equal(looking.back_to, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(it_ends_when_there_are_enough),
        ASK_TEST(it_ends_where_the_hour_does),
        ASK_TEST(it_ends_when_its_time_is_up),
        ASK_TEST(an_empty_stretch_is_done_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
