// SPDX-License-Identifier: MIT
/* Wrong keys and tokens by address. */
#include "team/failures.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "unit.h"

#define WHAT "a wrong relay key"
#define NOW 1000000

static const struct failure wrong = { .what = WHAT };

static struct addr addr_of(const char *host)
{
    struct addr addr;
    struct err err;

    assert_true(addr_parse(host, 1, &addr, &err));
    return addr;
}

static uint64_t add(struct failures *failures, const char *host, uint64_t now)
{
    struct addr addr = addr_of(host);

    return failures_add(failures, &addr, &wrong, 1, now);
}

static void empty_bucket(struct failures *failures, const char *host,
                         uint64_t now)
{
    for (int i = 0; i < FAILURES_AT_ONCE; i++)
        assert_int_equal(add(failures, host, now), 0);
}

/* Lines would hide what the tests say. */
static int quiet(void **state)
{
    struct unit_capture *log = MEM_NEW(struct unit_capture);

    *log = unit_capture_begin(2);
    *state = log;
    return 0;
}

static int loud(void **state)
{
    mem_free(unit_capture_end(*state));
    mem_free(*state);
    return 0;
}

static void a_bucket_is_emptied_and_fills_again(void **state)
{
    struct failures *failures = failures_new();

    (void)state;
    empty_bucket(failures, "192.0.2.1", NOW);
    assert_int_equal(add(failures, "192.0.2.1", NOW), FAILURES_REFILL_MS);
    assert_int_equal(add(failures, "192.0.2.1", NOW + 400),
                     FAILURES_REFILL_MS - 400);
    /* what is refused takes nothing: after the time that was said there is room */
    assert_int_equal(add(failures, "192.0.2.1", NOW + FAILURES_REFILL_MS), 0);
    assert_int_equal(add(failures, "192.0.2.1", NOW + FAILURES_REFILL_MS),
                     FAILURES_REFILL_MS);
    /* in the end it is full, and not fuller than that */
    empty_bucket(failures, "192.0.2.1", NOW * 50);
    assert_true(add(failures, "192.0.2.1", NOW * 50) > 0);
    failures_free(failures);
}

static const struct {
    const char *one;
    const char *other;
    bool same;
} neighbours[] = {
    { "192.0.2.1", "192.0.2.2", false },
    { "192.0.2.1", "::ffff:192.0.2.1", true },
    { "::ffff:192.0.2.1", "::ffff:192.0.2.2", false },
    { "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true },
    { "2001:db8:1:2::1", "2001:db8:1:3::1", false },
    { "::1", "127.0.0.1", false },
    { "192.0.2.1", "c000:201::", false }, /* the same first bytes */
};

static void an_address_has_a_bucket_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(neighbours); i++) {
        struct failures *failures = failures_new();

        empty_bucket(failures, neighbours[i].one, NOW);
        if ((add(failures, neighbours[i].other, NOW) > 0) != neighbours[i].same)
            fail_msg("%s, %s", neighbours[i].one, neighbours[i].other);
        failures_free(failures);
    }
}

static void an_unknown_family_has_one_too(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = { .sa = { .ss_family = AF_UNIX } };

    (void)state;
    for (int i = 0; i < FAILURES_AT_ONCE; i++)
        assert_int_equal(failures_add(failures, &addr, &wrong, 1, NOW), 0);
    assert_true(failures_add(failures, &addr, &wrong, 1, NOW) > 0);
    failures_free(failures);
}

static void add_flood(struct failures *failures, unsigned first, unsigned count)
{
    char host[64];

    for (unsigned i = first; i < first + count; i++) {
        (void)snprintf(host, sizeof(host), "2001:db8:%x:%x::1", i >> 16,
                       i & 0xffff);
        (void)add(failures, host, NOW);
    }
}

/* Whoever has come often is not forgotten for those who came once. */
static void a_flood_of_addresses_frees_nobody(void **state)
{
    struct failures *failures = failures_new();

    (void)state;
    empty_bucket(failures, "192.0.2.1", NOW);
    add_flood(failures, 0, 100000);
    assert_true(add(failures, "192.0.2.1", NOW) > 0);
    failures_free(failures);
}

/* Nor does it make an address that has not come look as if it had. */
static void a_flood_of_addresses_slows_nobody_else(void **state)
{
    struct failures *failures = failures_new();

    (void)state;
    add_flood(failures, 0, 100000);
    empty_bucket(failures, "192.0.2.1", NOW);
    failures_free(failures);
}

static void each_that_came_takes_one(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");

    (void)state;
    for (int i = 0; i < FAILURES_AT_ONCE / 4; i++)
        assert_int_equal(failures_add(failures, &addr, &wrong, 4, NOW), 0);
    assert_true(failures_add(failures, &addr, &wrong, 1, NOW) > 0);
    /* the last of them finds it empty */
    assert_true(
        failures_add(failures, &addr, &wrong, 2, NOW + FAILURES_REFILL_MS) > 0);
    failures_free(failures);
}

/* ---- tokens ------------------------------------------------------------- */

static void no_token_is_looked_at_with_an_empty_bucket(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");

    (void)state;
    for (int i = 0; i < FAILURES_AT_ONCE; i++)
        assert_int_equal(failures_take(failures, &addr, NOW), 0);
    assert_int_equal(failures_take(failures, &addr, NOW), FAILURES_REFILL_MS);
    assert_int_equal(failures_take(failures, &addr, NOW + 400),
                     FAILURES_REFILL_MS - 400);
    assert_int_equal(failures_take(failures, &addr, NOW + FAILURES_REFILL_MS),
                     0);
    failures_free(failures);
}

static void the_right_one_takes_nothing(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(failures_take(failures, &addr, NOW), 0);
        failures_right(failures, &addr, NOW);
    }
    empty_bucket(failures, "192.0.2.1", NOW);
    failures_free(failures);
}

static void what_is_given_back_makes_nobody_known(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(failures_take(failures, &addr, NOW), 0);
        failures_give_back(failures, &addr, NOW);
    }
    assert_int_equal(failures_total(failures), 0);
    empty_bucket(failures, "192.0.2.1", NOW);
    assert_true(failures_take(failures, &addr, NOW) > 0);
    failures_free(failures);
}

static void where_the_right_one_came_from_is_known_for_a_day(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");
    uint64_t end = NOW + FAILURES_KNOWN_MS;

    (void)state;
    failures_right(failures, &addr, NOW);
    empty_bucket(failures, "192.0.2.1", end - 1);
    assert_int_equal(failures_take(failures, &addr, end - 1), 0);
    assert_true(failures_take(failures, &addr, end) > 0);
    failures_free(failures);
}

static void take_known(struct failures *failures, const struct addr *addr,
                       uint64_t now)
{
    for (int i = 0; i < FAILURES_KNOWN_AT_ONCE; i++)
        assert_int_equal(failures_take(failures, addr, now), 0);
}

/* However many wrong ones come from there. */
static void a_known_address_tries_ten_a_second(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");
    unsigned looked_at = 0;

    (void)state;
    failures_right(failures, &addr, NOW);
    take_known(failures, &addr, NOW);
    for (uint64_t ms = 1; ms <= 60000; ms++)
        looked_at += failures_take(failures, &addr, NOW + ms) == 0;
    assert_int_equal(looked_at, 600);
    failures_free(failures);
}

/* What is refused takes nothing, so that the owner is soon looked at again. */
static void its_owner_is_locked_out_for_no_second(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");

    (void)state;
    failures_right(failures, &addr, NOW);
    take_known(failures, &addr, NOW);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(failures_take(failures, &addr, NOW),
                         FAILURES_KNOWN_REFILL_MS);
    assert_int_equal(failures_take(failures, &addr, NOW + 999), 0);
    failures_free(failures);
}

/* And that it is known makes its bucket no fuller. */
static void right_ones_fill_no_bucket(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");

    (void)state;
    failures_right(failures, &addr, NOW);
    take_known(failures, &addr, NOW);
    assert_int_equal(failures_take(failures, &addr, NOW + 100), 0);
    failures_right(failures, &addr, NOW + 100);
    assert_int_equal(failures_take(failures, &addr, NOW + 100), 0);
    failures_give_back(failures, &addr, NOW + 100);
    assert_int_equal(failures_take(failures, &addr, NOW + 100), 0);
    assert_true(failures_take(failures, &addr, NOW + 100) > 0);
    failures_free(failures);
}

/* Guesses make nobody known, and push nobody out. */
static void the_last_ones_are_known(void **state)
{
    struct failures *failures = failures_new();
    struct addr first = addr_of("192.0.2.1");
    struct addr second = addr_of("192.0.2.2");

    (void)state;
    failures_right(failures, &first, NOW);
    failures_right(failures, &second, NOW + 1);
    for (int i = 0; i < FAILURES_KNOWN - 1; i++) {
        char host[32];
        struct addr other;

        (void)snprintf(host, sizeof(host), "198.51.100.%d", i);
        other = addr_of(host);
        failures_right(failures, &other, NOW + 2);
    }
    empty_bucket(failures, "192.0.2.1", NOW + 3);
    empty_bucket(failures, "192.0.2.2", NOW + 3);
    add_flood(failures, 0, 10000);
    assert_true(failures_take(failures, &first, NOW + 3) > 0);
    assert_int_equal(failures_take(failures, &second, NOW + 3), 0);
    failures_free(failures);
}

/* ---- the log ------------------------------------------------------------ */

static size_t lines_in(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void the_log_names_the_address_and_what_was_left_out(void **state)
{
    struct failures *failures = failures_new();
    struct unit_capture log = unit_capture_begin(2);
    char *said;

    (void)state;
    for (int i = 0; i < 30; i++)
        (void)add(failures, "192.0.2.1", NOW);
    (void)add(failures, "192.0.2.1", NOW + 1000);
    log_flush();
    said = unit_capture_end(&log);
    assert_int_equal(lines_in(said), 2);
    unit_assert_part(said, WHAT);
    unit_assert_part(said, "peer=192.0.2.1");
    unit_assert_part(said, "more=29");
    mem_free(said);
    failures_free(failures);
}

static void a_flood_fills_no_log(void **state)
{
    struct failures *failures = failures_new();
    struct unit_capture log = unit_capture_begin(2);
    char *said;

    (void)state;
    add_flood(failures, 0, 1000);
    (void)add(failures, "192.0.2.1", NOW + 2000);
    log_flush();
    said = unit_capture_end(&log);
    assert_int_equal(lines_in(said), 11);
    unit_assert_part(said, "others=990");
    mem_free(said);
    failures_free(failures);
}

static void what_is_only_said_empties_no_bucket(void **state)
{
    struct failures *failures = failures_new();
    struct addr addr = addr_of("192.0.2.1");
    struct unit_capture log = unit_capture_begin(2);
    char *said;

    (void)state;
    for (int i = 0; i < 1000; i++)
        failures_say(failures, &addr,
                     &(struct failure){ .what = "a revoked relay key" }, NOW);
    empty_bucket(failures, "192.0.2.1", NOW);
    log_flush();
    said = unit_capture_end(&log);
    assert_int_equal(lines_in(said), 1);
    unit_assert_part(said, "a revoked relay key");
    mem_free(said);
    failures_free(failures);
}

static const struct {
    struct failure what;
    const char *said;
} lines[] = {
    { { .what = WHAT }, " warn  a wrong relay key peer=192.0.2.1\n" },
    { { .what = "an old key", .key = "my key" },
      " warn  an old key peer=192.0.2.1 key=\"my key\"\n" },
    { { .what = WHAT, .hint = { "cr_AbCd...wXyZ", 14 } },
      " warn  a wrong relay key peer=192.0.2.1 hint=cr_AbCd...wXyZ\n" },
};

static void the_log_says_what_it_was(void **state)
{
    struct addr addr = addr_of("192.0.2.1");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct failures *failures = failures_new();
        struct unit_capture log = unit_capture_begin(2);
        char *said;

        failures_say(failures, &addr, &lines[i].what, NOW);
        log_flush();
        said = unit_capture_end(&log);
        assert_string_equal(strstr(said, " warn"), lines[i].said);
        mem_free(said);
        failures_free(failures);
    }
}

/* ---- threads ------------------------------------------------------------ */

#define THREADS 4

struct racer {
    struct failures *failures;
    unsigned passed;
    pthread_t thread;
};

static void *race(void *arg)
{
    struct racer *racer = arg;

    for (int i = 0; i < FAILURES_AT_ONCE; i++)
        racer->passed += add(racer->failures, "192.0.2.1", NOW) == 0;
    return NULL;
}

static void threads_share_a_bucket(void **state)
{
    struct failures *failures = failures_new();
    struct racer racers[THREADS];
    unsigned passed = 0;

    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        racers[i] = (struct racer){ .failures = failures };
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race,
                                        &racers[i]),
                         0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(racers[i].thread, NULL);
        passed += racers[i].passed;
    }
    assert_int_equal(passed, FAILURES_AT_ONCE);
    failures_free(failures);
}

#define QUIET(name) cmocka_unit_test_setup_teardown(name, quiet, loud)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUIET(a_bucket_is_emptied_and_fills_again),
        QUIET(an_address_has_a_bucket_of_its_own),
        QUIET(an_unknown_family_has_one_too),
        QUIET(a_flood_of_addresses_frees_nobody),
        QUIET(a_flood_of_addresses_slows_nobody_else),
        QUIET(each_that_came_takes_one),
        QUIET(no_token_is_looked_at_with_an_empty_bucket),
        QUIET(the_right_one_takes_nothing),
        QUIET(what_is_given_back_makes_nobody_known),
        QUIET(where_the_right_one_came_from_is_known_for_a_day),
        QUIET(a_known_address_tries_ten_a_second),
        QUIET(its_owner_is_locked_out_for_no_second),
        QUIET(right_ones_fill_no_bucket),
        QUIET(the_last_ones_are_known),
        cmocka_unit_test(the_log_names_the_address_and_what_was_left_out),
        cmocka_unit_test(a_flood_fills_no_log),
        cmocka_unit_test(what_is_only_said_empties_no_bucket),
        cmocka_unit_test(the_log_says_what_it_was),
        QUIET(threads_share_a_bucket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
