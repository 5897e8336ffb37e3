// SPDX-License-Identifier: MIT
/* Places for connections. */
#include "http/seats.h"

#include "base/macros.h"
#include "unit.h"

static void some_places_are_kept_but_never_most(void **state)
{
    (void)state;
    assert_int_equal(seats_kept(16384), 16);
    assert_int_equal(seats_kept(33), 16);
    assert_int_equal(seats_kept(32), 16);
    assert_int_equal(seats_kept(16), 8);
    assert_int_equal(seats_kept(1), 0);
}

static const struct {
    size_t served;
    size_t turned_away;
    enum seat near;
    enum seat far;
} rows[] = {
    { 0, 0, SEAT_SERVE, SEAT_SERVE },
    { 0, 9, SEAT_SERVE, SEAT_SERVE },
    { 83, 0, SEAT_SERVE, SEAT_SERVE },
    { 84, 0, SEAT_SERVE, SEAT_TURN_AWAY },
    { 84, 3, SEAT_SERVE, SEAT_TURN_AWAY },
    { 84, 4, SEAT_SERVE, SEAT_CLOSE },
    { 99, 4, SEAT_SERVE, SEAT_CLOSE },
    { 100, 0, SEAT_TURN_AWAY, SEAT_TURN_AWAY },
    { 100, 4, SEAT_CLOSE, SEAT_CLOSE },
    { 101, 4, SEAT_CLOSE, SEAT_CLOSE },
};

static void strangers_leave_room_for_this_machine(void **state)
{
    static const struct seats_limits limits = { .max = 100,
                                                .kept = 16,
                                                .turned_away_max = 4 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct seats seats = { .served = rows[i].served,
                               .turned_away = rows[i].turned_away };

        assert_int_equal(seats_decide(&limits, &seats, true), rows[i].near);
        assert_int_equal(seats_decide(&limits, &seats, false), rows[i].far);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_places_are_kept_but_never_most),
        cmocka_unit_test(strangers_leave_room_for_this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
