// SPDX-License-Identifier: MIT
/* team/queue: first come, first served on two threads, while the key is changed. */
#include "team/queue.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "desk.h"

#define GUESTS 40
#define WAIT_MS 60000

struct worker {
    struct loop *loop;
    pthread_t thread;
};

/* Somebody who waits on one of the threads. */
struct guest {
    struct queue_place *place;
    struct admission admission;
    atomic_uint came; /* as which it was let in, from 1 on; 0: not yet */
};

static struct counter_desk desk;
static struct worker workers[2];
static struct guest guests[GUESTS];
static struct admission running;
static atomic_uint let_in;
static atomic_uint_fast64_t places; /* the key's limit, as it is now */

static void wake(void *arg)
{
    struct guest *guest = arg;
    struct admission_ask ask = counter_desk_ask(&desk);
    struct limits limits = desk.key.limits;
    struct limit_refusal why;

    limits.at[LIMIT_CONCURRENCY] = atomic_load(&places);
    ask.of[ADMISSION_KEY].limits = &limits;
    ask.of[ADMISSION_KEY].place = guest->place;
    if (admission_reserve(&guest->admission, &ask, desk.now, &why) !=
        ADMISSION_GRANTED)
        return;
    /* Nobody else is let in before it leaves. */
    atomic_store(&guest->came, atomic_fetch_add(&let_in, 1) + 1);
    queue_leave(guest->place);
    guest->place = NULL;
}

static void *work(void *arg)
{
    struct worker *worker = arg;

    loop_run(worker->loop);
    return NULL;
}

static void open_all(void)
{
    counter_desk_open(&desk, false);
    memset(guests, 0, sizeof(guests));
    atomic_store(&let_in, 0);
    atomic_store(&places, 1);
    desk.key.limits.at[LIMIT_CONCURRENCY] = 1;
    assert_int_equal(counter_desk_reserve(&desk, &running), ADMISSION_GRANTED);
    for (size_t i = 0; i < COUNT_OF(workers); i++)
        workers[i].loop = loop_new();
    for (size_t i = 0; i < GUESTS; i++)
        guests[i].place = queue_enter(desk.key.counters, workers[i % 2].loop,
                                      wake, &guests[i]);
    for (size_t i = 0; i < COUNT_OF(workers); i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work,
                                        &workers[i]),
                         0);
}

static void close_all(void)
{
    for (size_t i = 0; i < COUNT_OF(workers); i++) {
        loop_stop(workers[i].loop);
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    }
    for (size_t i = 0; i < GUESTS; i++) {
        queue_leave(guests[i].place);
        if (guests[i].admission.state == ADMISSION_RESERVED)
            counter_desk_settle(&desk, &guests[i].admission);
    }
    for (size_t i = 0; i < COUNT_OF(workers); i++)
        loop_free(workers[i].loop);
    counter_desk_settle(&desk, &running);
    counter_desk_expect_free(&desk);
    counter_desk_close(&desk);
}

static void until_let_in(unsigned count)
{
    uint64_t until_ms = clock_steady_ms() + WAIT_MS;

    while (atomic_load(&let_in) < count) {
        assert_true(clock_steady_ms() < until_ms);
        sched_yield();
    }
}

/* Each change calls all of them, on both threads at once. */
static void changes_let_them_in_by_their_order(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 10; round++) {
        open_all();
        for (uint64_t now = 2; now <= 1 + GUESTS; now += 1 + round) {
            atomic_store(&places, now);
            queue_owner_changed(desk.key.counters, 0);
        }
        atomic_store(&places, 1 + GUESTS);
        queue_owner_changed(desk.key.counters, 0);
        until_let_in(GUESTS);
        for (unsigned i = 0; i < GUESTS; i++)
            assert_int_equal(atomic_load(&guests[i].came), i + 1);
        close_all();
    }
}

/* The threads stop whenever it is. */
static void they_stop_in_the_midst_of_a_change(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 20; round++) {
        open_all();
        atomic_store(&places, 1 + GUESTS);
        queue_owner_changed(desk.key.counters, 0);
        until_let_in(round % 4);
        close_all();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_let_them_in_by_their_order),
        cmocka_unit_test(they_stop_in_the_midst_of_a_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
