// SPDX-License-Identifier: MIT
/* What the limit of open files allows. */
#include "app/capacity.h"

#include "unit.h"

static const struct {
    uint64_t wanted;
    uint64_t files;
    size_t max; /* 0: not worth starting */
    size_t kept;
} rows[] = {
    { 16384, 32768 + 44 + 64, 16384, 16 },
    { 16384, 32768 + 44 + 62, 16383, 16 },
    { 16384, 1u << 20, 16384, 16 },
    { 16384, 1024, 458, 16 },
    { 16384, 256, 79, 16 },
    { 16384, 128, 31, 15 },
    { 16384, 76, 8, 4 },
    { 16384, 75, 0, 0 },
    { 16384, 3, 0, 0 },
    { 16, 1024, 16, 8 },
};

static void connections_leave_descriptors_for_tokens(void **state)
{
    struct capacity capacity;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct config config = { .workers = 2,
                                 .max_connections = rows[i].wanted };
        bool enough = capacity_of(&config, rows[i].files, &capacity, &err);

        assert_int_equal(enough, rows[i].max > 0);
        if (!enough)
            continue;
        assert_int_equal(capacity.seats.max, rows[i].max);
        assert_int_equal(capacity.seats.kept, rows[i].kept);
        /* both sides of each, and what the program has open by itself */
        assert_true(2 * capacity.seats.max + 44 <= (size_t)capacity.fd_max);
        assert_true((size_t)capacity.fd_max + 8 <= rows[i].files);
        assert_true(capacity.seats.turned_away_max >= 4);
        /* and those who wait, on either side of the door */
        assert_true(capacity.seats.applying_max >= 4);
        assert_true(2 * capacity.seats.max + 44 +
                        capacity.seats.turned_away_max +
                        capacity.seats.applying_max <=
                    (size_t)capacity.fd_max);
    }
}

static void too_few_are_named(void **state)
{
    struct config config = { .workers = 2, .max_connections = 100 };
    struct capacity capacity;
    struct err err;

    (void)state;
    assert_false(capacity_of(&config, 64, &capacity, &err));
    assert_string_equal(
        err.text, "the system allows 64 open files, and 2 workers need at "
                  "least 76: raise the limit (ulimit -n, LimitNOFILE=) or "
                  "lower WORKERS");
}

static void what_is_needed_is_enough(void **state)
{
    struct config config = { .workers = 256, .max_connections = 16384 };
    struct capacity capacity;
    struct err err;

    (void)state;
    assert_true(capacity_of(&config, capacity_need(&config), &capacity, &err));
    assert_int_equal(capacity.seats.max, 16384);
    assert_true(capacity.seats.applying_max >= 256);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_leave_descriptors_for_tokens),
        cmocka_unit_test(too_few_are_named),
        cmocka_unit_test(what_is_needed_is_enough),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
