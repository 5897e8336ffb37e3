// SPDX-License-Identifier: MIT
/* Conditions by the steady clock. */
#include "base/condition.h"

#include <stdbool.h>

#include "base/clock.h"
#include "unit.h"

struct door {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    bool is_open;
};

static int set_up(void **state)
{
    static struct door door;

    door.is_open = false;
    assert_int_equal(pthread_mutex_init(&door.lock, NULL), 0);
    condition_init(&door.opened);
    *state = &door;
    return 0;
}

static int tear_down(void **state)
{
    struct door *door = *state;

    (void)pthread_cond_destroy(&door->opened);
    (void)pthread_mutex_destroy(&door->lock);
    return 0;
}

static void it_ends_when_the_steady_clock_says_so(void **state)
{
    struct door *door = *state;
    uint64_t at_ms = clock_steady_ms() + 20;

    (void)pthread_mutex_lock(&door->lock);
    condition_wait(&door->opened, &door->lock, 0);
    while (clock_steady_ms() < at_ms)
        condition_wait(&door->opened, &door->lock, at_ms);
    (void)pthread_mutex_unlock(&door->lock);
}

static void *open_door(void *arg)
{
    struct door *door = arg;

    (void)pthread_mutex_lock(&door->lock);
    door->is_open = true;
    (void)pthread_cond_signal(&door->opened);
    (void)pthread_mutex_unlock(&door->lock);
    return NULL;
}

static void a_signal_ends_it(void **state)
{
    static const uint64_t never_ms[] = { UINT64_MAX, UINT64_MAX / 2 };
    struct door *door = *state;

    for (size_t i = 0; i < 2; i++) {
        pthread_t thread;

        (void)pthread_mutex_lock(&door->lock);
        door->is_open = false;
        assert_int_equal(pthread_create(&thread, NULL, open_door, door), 0);
        while (!door->is_open)
            condition_wait(&door->opened, &door->lock, never_ms[i]);
        (void)pthread_mutex_unlock(&door->lock);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(it_ends_when_the_steady_clock_says_so),
        TEST(a_signal_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
