// SPDX-License-Identifier: MIT
/* Questions about all but one: of sums by days and hours, of bookings, of sessions. */
#include <stdio.h>

#include "ask_scene.h"

static const struct ask_booked few[] = {
    { .ended = "2026-11-05T07:10:00Z",
      .key_id = 1,
      .key = "alice",
      .owner = "ann",
      .group_id = 1,
      .group = "staff",
      .model = "opus",
      .session = "s1",
      .cost = 10 },
    { .ended = "2026-11-05T07:50:00Z",
      .key_id = 1,
      .key = "alice",
      .owner = "ann",
      .group_id = 1,
      .group = "staff",
      .model = "haiku",
      .session = "s1",
      .cost = 1 },
    { .ended = "2026-11-05T18:29:59Z",
      .key_id = 2,
      .key = "bob",
      .owner = "ben",
      .group_id = 2,
      .group = "guests",
      .account = "other",
      .model = "opus",
      .session = "s2",
      .cost = 100 },
    { .ended = "2026-11-06T00:00:00Z", .account = "", .cost = 1000 },
};

struct asked {
    struct ask_filter filter;
    enum ask_by by;
    const char *rows;
};

static void check(struct ask_scene *scene, const struct asked *cases,
                  size_t count)
{
    ask_scene_book(scene, few, COUNT_OF(few));
    for (size_t i = 0; i < count; i++) {
        struct ask ask = ask_scene_all(scene, cases[i].by);

        ask.filter = cases[i].filter;
        if (ask.filter.until_ms == 0)
            ask.filter.until_ms = ASK_NO_END;
        ask_scene_asserts(scene, &ask, cases[i].rows);
    }
}

static void all_but_one_holder(void **state)
{
    const struct asked cases[] = {
        { { .others = { .key_id = 2 } },
          ASK_BY_KEY,
          " 1 1000; alice 2 11; all 3 1011" },
        { { .others = { .key = STR("bob") } },
          ASK_BY_KEY,
          " 1 1000; alice 2 11; all 3 1011" },
        { { .others = { .key = STR("") } },
          ASK_BY_KEY,
          "bob 1 100; alice 2 11; all 3 111" },
        { { .others = { .group_id = 1 } },
          ASK_BY_GROUP,
          " 1 1000; guests 1 100; all 2 1100" },
        { { .others = { .group = STR("staff") } },
          ASK_BY_GROUP,
          " 1 1000; guests 1 100; all 2 1100" },
        { { .others = { .owner = STR("ann") } },
          ASK_BY_OWNER,
          " 1 1000; ben 1 100; all 2 1100" },
    };

    check(*state, cases, COUNT_OF(cases));
}

static void all_but_one_account_or_model(void **state)
{
    const struct asked cases[] = {
        { { .others = { .account = STR("other") } },
          ASK_BY_ACCOUNT,
          " 1 1000; main 2 11; all 3 1011" },
        { { .others = { .account = STR("") } },
          ASK_BY_ACCOUNT,
          "other 1 100; main 2 11; all 3 111" },
        { { .others = { .model = STR("opus") } },
          ASK_BY_MODEL,
          " 1 1000; haiku 1 1; all 2 1001" },
        { { .others = { .model = STR("") } },
          ASK_BY_MODEL,
          "opus 2 110; haiku 1 1; all 3 111" },
        { { .owner = STR("ann"), .others = { .model = STR("haiku") } },
          ASK_BY_KEY,
          "alice 1 10; all 1 10" },
    };

    check(*state, cases, COUNT_OF(cases));
}

/* Of bookings themselves, and of sessions. */
static void of_a_part_of_an_hour_and_of_sessions(void **state)
{
    struct ask_scene *scene = *state;
    const uint64_t since_ms = ask_scene_ms("2026-11-05T07:05:00Z");
    const uint64_t until_ms = ask_scene_ms("2026-11-05T07:55:00Z");
    const struct asked cases[] = {
        { { .since_ms = since_ms,
            .until_ms = until_ms,
            .others = { .model = STR("opus") } },
          ASK_BY_KEY,
          "alice 1 1; all 1 1" },
        { { .since_ms = since_ms,
            .until_ms = until_ms,
            .others = { .key_id = 1 } },
          ASK_BY_KEY,
          "all 0 0" },
        { { .others = { .key_id = 1 } },
          ASK_BY_SESSION,
          " 1 1000; s2 1 100; all 2 1100" },
    };

    check(scene, cases, COUNT_OF(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ASK_TEST(all_but_one_holder),
        ASK_TEST(all_but_one_account_or_model),
        ASK_TEST(of_a_part_of_an_hour_and_of_sessions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
