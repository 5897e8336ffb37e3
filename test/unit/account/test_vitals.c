// SPDX-License-Identifier: MIT
/* What is learned of an account, and how many requests it has, with many threads. */
#include "account/vitals.h"

#include <pthread.h>
#include <stdatomic.h>

#include "unit.h"

#define NOW_MS 1795900000000u
#define LIMIT 3

static const struct health_file fine = { .disabled = false };

static struct health_view view(struct vitals *vitals, const char *family,
                               uint64_t now_ms)
{
    return vitals_view(vitals, &fine, str_of(family), now_ms);
}

static void an_answer_is_learned_with_its_fields(void **state)
{
    struct header fields[] = {
        { STR("anthropic-ratelimit-unified-5h-status"), STR("rejected") },
        { STR("anthropic-ratelimit-unified-5h-reset"), STR("1795903600") },
        { STR("anthropic-ratelimit-unified-5h-utilization"), STR("0.75") },
    };
    struct headers headers = headers_of(fields, COUNT_OF(fields));
    struct vitals *vitals = vitals_new();
    struct vitals_answer answer = { .status = 429,
                                    .headers = &headers,
                                    .model = STR("claude-opus-4-1"),
                                    .now_ms = NOW_MS };
    struct vitals_copy copy;

    (void)state;
    assert_int_equal(vitals_spare_ppm(vitals, NOW_MS), QUOTA_PPM);
    assert_int_equal(vitals_learn(vitals, &answer).kind, LESSON_PAUSE);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_PAUSED);
    assert_int_equal(view(vitals, "", NOW_MS).until_ms, 1795903600000u);
    assert_int_equal(vitals_spare_ppm(vitals, NOW_MS), QUOTA_PPM / 4);
    assert_int_equal(vitals_spare_ppm(vitals, 1795903600000u), QUOTA_PPM);
    vitals_copy(vitals, &copy);
    vitals_clear(vitals);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_READY);
    vitals_restore(vitals, &copy);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_PAUSED);
    assert_int_equal(view(vitals, "", 1795903600000u).state, HEALTH_READY);
    vitals_unref(vitals);
}

static void the_operator_is_heard(void **state)
{
    struct vitals *vitals = vitals_new();
    struct vitals_answer refused = { .status = 401, .now_ms = NOW_MS };

    (void)state;
    vitals_hold(vitals, NOW_MS + 5, STR("maintenance"), NOW_MS);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_PAUSED);
    vitals_resume(vitals);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_READY);
    (void)vitals_learn(vitals, &refused);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_LOGIN_REQUIRED);
    vitals_renewed(vitals);
    assert_int_equal(view(vitals, "", NOW_MS).state, HEALTH_READY);
    vitals_unref(vitals);
}

/* ---- slots ------------------------------------------------------------------ */

struct crowd {
    struct vitals *vitals;
    atomic_uint inside;
    atomic_bool too_many;
    atomic_uint served;
};

static void *run_in_crowd(void *arg)
{
    struct crowd *crowd = arg;

    for (size_t i = 0; i < 20000; i++) {
        if (!vitals_enter(crowd->vitals, LIMIT))
            continue;
        if (atomic_fetch_add(&crowd->inside, 1) >= LIMIT)
            atomic_store(&crowd->too_many, true);
        atomic_fetch_add(&crowd->served, 1);
        atomic_fetch_sub(&crowd->inside, 1);
        vitals_leave(crowd->vitals);
    }
    vitals_unref(crowd->vitals);
    return NULL;
}

static void a_limit_holds_exactly(void **state)
{
    struct crowd crowd = { .vitals = vitals_new() };
    pthread_t threads[8];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        (void)vitals_ref(crowd.vitals);
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_crowd,
                                        &crowd),
                         0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_false(crowd.too_many);
    assert_true(crowd.served > 0);
    assert_int_equal(vitals_in_flight(crowd.vitals), 0);
    for (size_t i = 0; i < 100; i++)
        assert_true(vitals_enter(crowd.vitals, 0));
    assert_false(vitals_enter(crowd.vitals, 100));
    for (size_t i = 0; i < 100; i++)
        vitals_leave(crowd.vitals);
    vitals_unref(crowd.vitals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_learned_with_its_fields),
        cmocka_unit_test(the_operator_is_heard),
        cmocka_unit_test(a_limit_holds_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
