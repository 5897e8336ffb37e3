// SPDX-License-Identifier: MIT
/* Bookings in memory: in order, each once, and no more than there is room for. */
#include "usage/ledger_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "ledger_scene.h"

#define CHUNK (64u * 1024)

#define NEVER_MS 1000000

static enum ledger_added add(struct ledger_queue *queue, uint64_t number)
{
    struct record record = ledger_scene_record();

    record.bytes_in = number;
    return ledger_queue_add(queue, &record);
}

/* A result of a batch. */
static enum ledger_added add_result(struct ledger_queue *queue, uint64_t number)
{
    struct record record = ledger_scene_record();

    record.bytes_in = number;
    record.batch_result = 1;
    return ledger_queue_add(queue, &record);
}

static struct ledger_queue_state state_of(struct ledger_queue *queue)
{
    struct ledger_queue_state now;

    ledger_queue_state(queue, &now);
    return now;
}

/* Takes all, from number `from` on; the next number. */
static uint64_t take_all(struct ledger_queue *queue, uint64_t from)
{
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);
    size_t left;

    do {
        left = ledger_queue_take(queue, batch);
        for (size_t i = 0; i < batch->count; i++)
            assert_int_equal(batch->at[i]->bytes_in, from++);
        ledger_queue_done(queue, batch);
    } while (left > 0);
    mem_free(batch);
    return from;
}

static void what_comes_first_goes_first(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(1 << 24, NEVER_MS);

    (void)state;
    for (uint64_t i = 0; i < 5000; i++)
        assert_int_equal(add(queue, i),
                         i == 0 ? LEDGER_ADDED_FIRST : LEDGER_ADDED);
    assert_int_equal(state_of(queue).waiting, 5000);
    assert_int_equal(take_all(queue, 0), 5000);
    assert_int_equal(state_of(queue).waiting, 0);
    assert_int_equal(add(queue, 5000), LEDGER_ADDED_FIRST);
    ledger_queue_free(queue);
}

static void a_batch_is_of_a_thousand_at_most(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(1 << 24, NEVER_MS);
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);
    size_t left;

    (void)state;
    for (uint64_t i = 0; i < 5000; i++)
        (void)add(queue, i);
    left = ledger_queue_take(queue, batch);
    assert_true(batch->count > 500 && batch->count <= LEDGER_BATCH_MAX);
    assert_int_equal(left, 5000 - batch->count);
    ledger_queue_done(queue, batch);
    mem_free(batch);
    ledger_queue_free(queue);
}

static void what_could_not_be_written_is_first_again(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(1 << 24, NEVER_MS);
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);

    (void)state;
    for (uint64_t i = 0; i < 2000; i++)
        (void)add(queue, i);
    (void)ledger_queue_take(queue, batch);
    (void)add(queue, 2000);
    assert_int_equal(state_of(queue).waiting, 2001);
    ledger_queue_put_back(queue, batch);
    assert_int_equal(state_of(queue).waiting, 2001);
    assert_int_equal(take_all(queue, 0), 2001);
    mem_free(batch);
    ledger_queue_free(queue);
}

/* Of those that were taken, too: they may come back. */
static void what_has_no_room_is_counted(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(3 * CHUNK, NEVER_MS);
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);
    uint64_t count = 0;

    (void)state;
    while (add(queue, count) != LEDGER_LOST)
        count++;
    assert_true(count > 300);
    assert_int_equal(state_of(queue).lost, 1);
    (void)ledger_queue_take(queue, batch);
    assert_int_equal(batch->count, count);
    assert_int_equal(add(queue, 1), LEDGER_LOST);
    assert_int_equal(state_of(queue).lost, 2);
    assert_int_equal(state_of(queue).added, count + 2);
    ledger_queue_put_back(queue, batch);
    assert_int_equal(take_all(queue, 0), count);
    assert_int_equal(add(queue, 1), LEDGER_ADDED_FIRST);
    mem_free(batch);
    ledger_queue_free(queue);
}

/* All that wait go before the first result, however they came. */
static void requests_go_before_results(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(1 << 24, NEVER_MS);
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);

    (void)state;
    for (uint64_t i = 0; i < 3000; i++)
        (void)add_result(queue, 10000 + i);
    for (uint64_t i = 0; i < 5; i++)
        (void)add(queue, i);
    (void)ledger_queue_take(queue, batch);
    for (uint64_t i = 0; i < batch->count; i++)
        assert_int_equal(batch->at[i]->bytes_in, i < 5 ? i : 10000 - 5 + i);
    ledger_queue_put_back(queue, batch);
    for (uint64_t i = 5; i < 10; i++)
        (void)add(queue, i);
    (void)ledger_queue_take(queue, batch);
    assert_true(batch->count > 10 && batch->count < 500);
    for (uint64_t i = 0; i < batch->count; i++)
        assert_int_equal(batch->at[i]->bytes_in, i < 10 ? i : 10000 - 10 + i);
    ledger_queue_done(queue, batch);
    mem_free(batch);
    ledger_queue_free(queue);
}

static void results_take_no_room_of_requests(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(8 * CHUNK, NEVER_MS);
    uint64_t results = 0;
    uint64_t requests = 0;

    (void)state;
    while (add_result(queue, results) != LEDGER_LOST)
        results++;
    while (add(queue, requests) != LEDGER_LOST)
        requests++;
    assert_true(results > 200 && requests > 2 * results);
    assert_int_equal(add_result(queue, 0), LEDGER_LOST);
    assert_int_equal(state_of(queue).waiting, results + requests);
    assert_int_equal(state_of(queue).lost, 3);
    ledger_queue_free(queue);
}

/* Those that are being written do not count. */
static void a_crowd_is_of_results_that_wait(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(1 << 24, NEVER_MS);
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);

    (void)state;
    for (uint64_t i = 0; i < 2 * LEDGER_CROWD; i++)
        (void)add(queue, i);
    assert_false(ledger_queue_is_crowded(queue));
    (void)take_all(queue, 0);
    for (uint64_t i = 0; i < LEDGER_CROWD; i++) {
        assert_false(ledger_queue_is_crowded(queue));
        (void)add_result(queue, i);
    }
    assert_true(ledger_queue_is_crowded(queue));
    (void)ledger_queue_take(queue, batch);
    assert_false(ledger_queue_is_crowded(queue));
    ledger_queue_put_back(queue, batch);
    assert_true(ledger_queue_is_crowded(queue));
    assert_int_equal(take_all(queue, 0), LEDGER_CROWD);
    assert_false(ledger_queue_is_crowded(queue));
    mem_free(batch);
    ledger_queue_free(queue);
}

/* And begin to when some are written again. */
static void nobody_waits_while_none_is_written(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(1 << 24, 50);
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);

    (void)state;
    for (uint64_t i = 0; i < LEDGER_CROWD + LEDGER_BATCH_MAX; i++)
        (void)add_result(queue, i);
    while (ledger_queue_is_crowded(queue))
        continue;
    assert_true(state_of(queue).waiting_ms >= 50);
    (void)ledger_queue_take(queue, batch);
    ledger_queue_done(queue, batch);
    assert_true(ledger_queue_is_crowded(queue));
    mem_free(batch);
    ledger_queue_free(queue);
}

#define THREADS 4
#define EACH 20000

static void *add_many(void *arg)
{
    for (uint64_t i = 0; i < EACH; i++)
        (void)add(arg, i);
    return NULL;
}

static void threads_lose_none(void **state)
{
    struct ledger_queue *queue = ledger_queue_new(1 << 26, NEVER_MS);
    struct ledger_batch *batch = MEM_NEW(struct ledger_batch);
    pthread_t threads[THREADS];
    uint64_t sum = 0;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, queue), 0);
    while (count < THREADS * EACH) {
        (void)ledger_queue_take(queue, batch);
        count += batch->count;
        for (size_t i = 0; i < batch->count; i++)
            sum += batch->at[i]->bytes_in;
        ledger_queue_done(queue, batch);
    }
    for (size_t i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(count, THREADS * EACH);
    assert_int_equal(sum, (uint64_t)THREADS * EACH * (EACH - 1) / 2);
    assert_int_equal(state_of(queue).lost, 0);
    mem_free(batch);
    ledger_queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_first_goes_first),
        cmocka_unit_test(a_batch_is_of_a_thousand_at_most),
        cmocka_unit_test(what_could_not_be_written_is_first_again),
        cmocka_unit_test(what_has_no_room_is_counted),
        cmocka_unit_test(requests_go_before_results),
        cmocka_unit_test(results_take_no_room_of_requests),
        cmocka_unit_test(a_crowd_is_of_results_that_wait),
        cmocka_unit_test(nobody_waits_while_none_is_written),
        cmocka_unit_test(threads_lose_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
