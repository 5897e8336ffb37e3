// SPDX-License-Identifier: MIT
/* Where sums come from. */
#include "usage/ask_source.h"

#include "ask_scene.h"

static const struct ask_booked booked[] = {
    { .ended = "2026-11-05T07:10:00Z",
      .key_id = 1,
      .key = "alice",
      .session = "s1",
      .cost = 1 },
    { .ended = "2026-11-05T07:20:00Z", .key_id = 2, .key = "bob", .cost = 10 },
    { .ended = "2026-11-05T08:10:00Z",
      .key_id = 1,
      .key = "alice",
      .session = "s1",
      .cost = 100 },
    { .ended = "2026-11-07T08:10:00Z",
      .key_id = 1,
      .key = "alice",
      .cost = 1000 },
};

/* "time:requests:cost " of each part. */
struct reading {
    struct ask_from from;
    struct buf out;
};

static bool add_part(void *arg, const struct ask_part *part)
{
    struct reading *reading = arg;

    buf_printf(&reading->out, "%lld:%lld:%lld ", (long long)part->number,
               (long long)part->sums[ASK_REQUESTS],
               (long long)part->sums[ASK_COST_MICROUSD]);
    return true;
}

static bool run_read(struct sql *sql, void *arg, struct err *err)
{
    struct reading *reading = arg;

    return ask_source_read(sql, &reading->from, err);
}

#define FIVE "2026-11-05T07:00:00Z"

static void sums_come_of_what_is_wanted(void **state)
{
    struct ask_scene *scene = *state;
    static const struct {
        enum ask_source source;
        enum ask_kind kind;
        bool sessions;
        const char *until; /* NULL: without end */
        const char *want;
    } cases[] = {
        { ASK_DAYS, ASK_OF_TIME, false, NULL, "20762:3:111 20764:1:1000 " },
        { ASK_DAYS, ASK_OF_ALL, false, NULL, "0:4:1111 " },
        { ASK_DAYS, ASK_OF_HOLDER, false, NULL, "1:2:101 2:1:10 1:1:1000 " },
        { ASK_DAYS, ASK_OF_TIME, false, "2026-11-06T18:30:00Z",
          "20762:3:111 " },
        { ASK_HOURS, ASK_OF_TIME, false, "2026-11-05T09:00:00Z",
          "1793862000:2:11 1793865600:1:100 " },
        { ASK_HOURS, ASK_OF_TIME, true, NULL,
          "1793862000:1:1 1793865600:1:100 " },
        { ASK_HOURS, ASK_OF_SESSION, true, NULL, "1:1:1 1:1:100 " },
        { ASK_HOURS, ASK_OF_KEY, true, NULL, "1:1:1 1:1:100 " },
        { ASK_ROWS, ASK_OF_HOLDER, false, "2026-11-05T07:20:00Z", "1:1:1 " },
        { ASK_ROWS, ASK_OF_ALL, false, "2026-11-05T07:20:00.001Z",
          "0:1:1 0:1:10 " },
        { ASK_ROWS, ASK_OF_KEY, false, "2026-11-05T07:50:00Z",
          "1:1:1 2:1:10 " },
        { ASK_ROWS, ASK_OF_SESSION, true, "2026-11-05T07:50:00Z", "1:1:1 " },
    };

    ask_scene_book(scene, booked, COUNT_OF(booked));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct ask_span span = { cases[i].source, ask_scene_ms(FIVE),
                                       cases[i].until
                                           ? ask_scene_ms(cases[i].until)
                                           : ASK_NO_END };
        struct ask_filter filter = { .until_ms = ASK_NO_END };
        struct reading reading = { .from = { .span = &span,
                                             .filter = &filter,
                                             .zone = scene->zone,
                                             .kind = cases[i].kind,
                                             .sessions = cases[i].sessions,
                                             .part = add_part } };

        reading.from.arg = &reading;
        buf_init(&reading.out, 4096);
        assert_true(ask_scene_read(scene, run_read, &reading));
        unit_assert_str(buf_str(&reading.out), cases[i].want);
        buf_done(&reading.out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(sums_come_of_what_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
