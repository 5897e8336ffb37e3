// SPDX-License-Identifier: MIT
/* Clocks as they are on machines that start, sleep, and are set right. */
#include "usage/ledger_trust.h"

#include "base/macros.h"
#include "unit.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* Some moment of 2026; and what a steady clock may say then. */
#define NOW 1780000000000ull
#define STEADY 5000ull

struct look {
    uint64_t after; /* the start, by the steady clock */
    int64_t off;    /* the wall clock beside it, by what it should be */
    bool may;
};

static void expect(uint64_t newest_ms, int64_t off, const struct look *looks,
                   size_t count)
{
    struct ledger_trust trust;

    ledger_trust_begin(&trust, newest_ms, NOW + (uint64_t)off, STEADY);
    for (size_t i = 0; i < count; i++) {
        uint64_t wall_ms = NOW + looks[i].after + (uint64_t)looks[i].off;
        bool may = ledger_trust_look(&trust, wall_ms, STEADY + looks[i].after);

        if (may != looks[i].may)
            fail_msg("look %zu: %d", i, may);
    }
}

#define EXPECT(newest_ms, off, ...)                                            \
    expect(newest_ms, off, (const struct look[]){ __VA_ARGS__ },               \
           COUNT_OF(((const struct look[]){ __VA_ARGS__ })))

static void a_clock_that_agrees_is_believed_at_once(void **state)
{
    (void)state;
    EXPECT(NOW - MINUTE, 0, { 5000, 0, true }, { HOUR, 0, true },
           { 400 * DAY, 0, true });
    EXPECT(NOW - DAY + MINUTE, 0, { 5000, 0, true }, { 5050, 0, true });
    EXPECT(NOW, 0, { 0, 0, true });
    /* it had been a little ahead */
    EXPECT(NOW + MINUTE / 2, 0, { 5000, 0, true });
}

static void after_a_long_rest_an_hour_shows_that_it_goes(void **state)
{
    (void)state;
    EXPECT(NOW - 500 * DAY, 0, { 5000, 0, false }, { HOUR - 1, 0, false },
           { HOUR, 0, true }, { HOUR + 50, 0, true }, { 3 * HOUR, 0, true });
    EXPECT(NOW - DAY - MINUTE, 0, { 5000, 0, false }, { HOUR, 0, true });
    EXPECT(0, 0, { 5000, 0, false }, { HOUR, 0, true });
}

static void one_that_is_ahead_removes_nothing_until_it_is_set(void **state)
{
    const int64_t ahead = 500 * (int64_t)DAY;

    (void)state;
    EXPECT(NOW - HOUR, ahead, { 5000, ahead, false },
           { 30 * MINUTE, ahead, false }, { 40 * MINUTE, 0, true });
    /* What was booked then is ahead of the right time. */
    EXPECT(NOW + 500 * DAY, 0, { 5000, 0, false }, { HOUR, 0, true });
}

/* As many begin that have no battery. */
static void one_near_1970_may_be_set_later(void **state)
{
    const int64_t back = -(int64_t)NOW;

    (void)state;
    EXPECT(NOW - HOUR, back, { 5000, back, false },
           { HOUR - MINUTE, back, false }, { HOUR + 5000, 0, true });
    EXPECT(NOW - 3 * DAY, back, { 5000, back, false },
           { HOUR + 5000, 0, false }, { 2 * HOUR + 5000, 0, true });
}

static void each_jump_begins_the_hour_again(void **state)
{
    const int64_t ahead = 10 * (int64_t)DAY;

    (void)state;
    EXPECT(NOW - 3 * DAY, 0, { HOUR, 0, true }, { 2 * HOUR, ahead, false },
           { 3 * HOUR - MINUTE, ahead, false }, { 3 * HOUR, ahead, true },
           { 4 * HOUR, 0, false }, { 5 * HOUR, 0, true });
    /* It agreed, and does not any more. */
    EXPECT(NOW - HOUR, 0, { 5000, 0, true }, { HOUR, ahead, false },
           { HOUR + 50, ahead, false }, { 2 * HOUR, 0, true });
    /* Set right by seconds, or a machine that slept for a night. */
    EXPECT(NOW - 3 * DAY, 0, { HOUR, 30000, true }, { 2 * HOUR, -20000, true });
    EXPECT(NOW - HOUR, 0, { HOUR, 8 * (int64_t)HOUR, true });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_agrees_is_believed_at_once),
        cmocka_unit_test(after_a_long_rest_an_hour_shows_that_it_goes),
        cmocka_unit_test(one_that_is_ahead_removes_nothing_until_it_is_set),
        cmocka_unit_test(one_near_1970_may_be_set_later),
        cmocka_unit_test(each_jump_begins_the_hour_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
