// SPDX-License-Identifier: MIT
/* relay/ration: waiting for a free slot.  Changes meanwhile are in test_ration_changes.c. */
#include "ration_scene.h"
#include "team/queue.h"

/* ---- waiting --------------------------------------------------------------- */

static bool is_woken(void *arg)
{
    return s.woken >= *(unsigned *)arg;
}

static void it_waits_for_a_free_slot(void **state)
{
    struct ration *first, *second;
    unsigned want = 1;

    (void)state;
    s.limits.at[LIMIT_CONCURRENCY] = 1;
    first = given();
    refused("1 of 1 requests at once");
    assert_int_equal(s.err.code, ERR_RATE);
    s.options.owner.queue_wait_ms = 600000;
    second = ration_new(&s.options);
    assert_int_equal(ask(second), RATION_WAITING);
    assert_int_equal(ask(second), RATION_WAITING);
    end(first, NULL, 0, false);
    wire_until(s.loop, is_woken, &want);
    assert_int_equal(ask(second), RATION_GIVEN);
    end(second, NULL, 0, false);
}

static void it_does_not_wait_for_ever(void **state)
{
    struct ration *first, *second;
    unsigned want = 1;

    (void)state;
    s.limits.at[LIMIT_CONCURRENCY] = 1;
    s.options.owner.queue_wait_ms = 20;
    first = given();
    second = ration_new(&s.options);
    assert_int_equal(ask(second), RATION_WAITING);
    wire_until(s.loop, is_woken, &want);
    assert_int_equal(ask(second), RATION_REFUSED);
    unit_assert_part(s.err.text, "requests at once");
    ration_free(second);
    end(first, NULL, 0, false);
}

static void whoever_leaves_leaves_the_queue(void **state)
{
    struct ration *first, *second;

    (void)state;
    s.limits.at[LIMIT_CONCURRENCY] = 1;
    s.options.owner.queue_wait_ms = 600000;
    first = given();
    second = ration_new(&s.options);
    assert_int_equal(ask(second), RATION_WAITING);
    ration_free(second);
    end(first, NULL, 0, false);
    end(given(), NULL, 0, false);
}

/* The slot of the key is free, that of the group is not: it waits there. */
static void it_waits_for_its_group_too(void **state)
{
    struct ration *first, *second, *third;
    unsigned want = 1;

    (void)state;
    s.limits.at[LIMIT_CONCURRENCY] = 2;
    s.group_limits.at[LIMIT_CONCURRENCY] = 2;
    s.options.owner.queue_wait_ms = 600000;
    first = given();
    second = given();
    third = ration_new(&s.options);
    assert_int_equal(ask(third), RATION_WAITING);
    s.limits.at[LIMIT_CONCURRENCY] = 3;
    assert_int_equal(ask(third), RATION_WAITING);
    end(first, NULL, 0, false);
    wire_until(s.loop, is_woken, &want);
    assert_int_equal(ask(third), RATION_GIVEN);
    end(second, NULL, 0, false);
    end(third, NULL, 0, false);
}

/* Whoever comes when all places are taken may try again in a moment. */
static void a_full_queue_refuses_at_once(void **state)
{
    struct ration *first, *waiting[QUEUE_MAX];

    (void)state;
    s.limits.at[LIMIT_CONCURRENCY] = 1;
    s.options.owner.queue_wait_ms = 600000;
    first = given();
    for (size_t i = 0; i < QUEUE_MAX; i++) {
        waiting[i] = ration_new(&s.options);
        assert_int_equal(ask(waiting[i]), RATION_WAITING);
    }
    refused("1 of 1 requests at once");
    assert_int_equal(s.err.code, ERR_RATE);
    assert_true(s.err.retry_after_ms > 0);
    /* The limit is out of the way, and those who wait are to be served first. */
    s.limits.at[LIMIT_CONCURRENCY] = LIMIT_NONE;
    refused("64 requests of the key alice wait for a free place");
    assert_int_equal(s.err.code, ERR_RATE);
    assert_true(s.err.retry_after_ms > 0);
    for (size_t i = 0; i < QUEUE_MAX; i++)
        ration_free(waiting[i]);
    end(first, NULL, 0, false);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(it_waits_for_a_free_slot),        TEST(it_does_not_wait_for_ever),
        TEST(whoever_leaves_leaves_the_queue), TEST(it_waits_for_its_group_too),
        TEST(a_full_queue_refuses_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
