// SPDX-License-Identifier: MIT
/* Ids that say when their request came. */
#include "http/request_id.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/macros.h"
#include "unit.h"

static const struct {
    uint64_t time_ms;
    uint64_t tail;
    const char *id;
} cases[] = {
    { 0, 0, "req_relay_0000000000000000000000" },
    { 1, 1, "req_relay_0000000000100000000001" },
    { 1785585600123, 0xabc01234567, "req_relay_19fbd32067babc01234567" },
    { (1ull << 44) - 1, (1ull << 44) - 1, "req_relay_ffffffffffffffffffffff" },
};

static void an_id_has_its_time_and_its_tail(void **state)
{
    char id[REQUEST_ID_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        request_id_write(cases[i].time_ms, cases[i].tail, id);
        assert_string_equal(id, cases[i].id);
        assert_int_equal(request_id_time_ms(str_of(id)), cases[i].time_ms);
        assert_int_equal(request_id_tail(str_of(id)), cases[i].tail);
    }
}

static void what_does_not_fit_stays_in_its_part(void **state)
{
    char id[REQUEST_ID_SIZE];

    (void)state;
    request_id_write(UINT64_MAX, 0, id);
    assert_string_equal(id, "req_relay_fffffffffff00000000000");
    request_id_write(0, UINT64_MAX, id);
    assert_string_equal(id, "req_relay_00000000000fffffffffff");
}

static const char *const others[] = {
    "",
    "req_relay_",
    "req_relay_0123456789abcdef",
    "req_relay_000000000000000000000",
    "req_relay_00000000000000000000000",
    "req_relay_0000000000000000000000 ",
    "req_relay_00000000000A0000000000",
    "req_relay_0000000000g00000000000",
    "req_relay_000000000000000000000-",
    "req_RELAY_0000000000000000000000",
    "req_011CSHoEeqs5C35K2UUqR7Fy0000",
};

static void other_texts_are_none(void **state)
{
    uint64_t time_ms;
    uint64_t tail;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_false(request_id_read(str_of(others[i]), &time_ms, &tail));
        assert_int_equal(request_id_time_ms(str_of(others[i])), 0);
        assert_int_equal(request_id_tail(str_of(others[i])), 0);
    }
    /* A NUL is no digit. */
    assert_false(
        request_id_read((struct str){ "req_relay_000000000000000000000",
                                      REQUEST_ID_LEN },
                        &time_ms, &tail));
}

/* ---- making them --------------------------------------------------------- */

#define THREADS 4
#define EACH 5000

struct maker {
    struct request_ids *ids;
    pthread_t thread;
    uint64_t tails[EACH];
};

static void *make(void *arg)
{
    struct maker *maker = arg;
    char id[REQUEST_ID_SIZE];

    for (size_t i = 0; i < EACH; i++) {
        request_ids_next(maker->ids, 7, id);
        maker->tails[i] = request_id_tail(str_of(id));
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* Of one moment, from several threads, while the counter begins again. */
static void no_two_are_the_same(void **state)
{
    static struct maker makers[THREADS];
    static uint64_t all[THREADS * EACH];
    struct request_ids ids;

    (void)state;
    request_ids_init(&ids);
    atomic_store(&ids.counter, UINT32_MAX - EACH);
    for (size_t i = 0; i < THREADS; i++) {
        makers[i].ids = &ids;
        assert_int_equal(pthread_create(&makers[i].thread, NULL, make,
                                        &makers[i]),
                         0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(makers[i].thread, NULL);
        memcpy(&all[i * EACH], makers[i].tails, sizeof(makers[i].tails));
    }
    qsort(all, COUNT_OF(all), sizeof(all[0]), compare);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        assert_int_equal(all[i] >> 32, ids.node);
        assert_true(i == 0 || all[i] != all[i - 1]);
    }
}

/* One that did not would give the ids of the process before. */
static void they_begin_anywhere(void **state)
{
    struct request_ids ids[8];
    unsigned nodes = 0;
    unsigned counters = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        request_ids_init(&ids[i]);
        assert_true(ids[i].node < 1u << 12);
        nodes += ids[i].node != ids[0].node;
        counters += ids[i].counter != ids[0].counter;
    }
    assert_true(nodes > 0);
    assert_true(counters > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_has_its_time_and_its_tail),
        cmocka_unit_test(what_does_not_fit_stays_in_its_part),
        cmocka_unit_test(other_texts_are_none),
        cmocka_unit_test(no_two_are_the_same),
        cmocka_unit_test(they_begin_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
