// SPDX-License-Identifier: MIT
/* team/estimate: what a request may cost. */
#include "team/estimate.h"

#include "unit.h"

static const struct estimate worst = { 3000, 32000, 500000 };

/* $0.20: 0.12 of them for 1,000 bytes of input. */
static const struct estimate_truth alike = { .body_bytes = 1000,
                                             .answer_bytes = 4000,
                                             .tokens_in = 250,
                                             .tokens_out = 100,
                                             .cost_in_microusd = 120000,
                                             .cost_out_microusd = 80000 };

static struct history after(size_t requests, const struct estimate_truth *truth)
{
    struct history history = { .model = "claude" };

    for (size_t i = 0; i < requests; i++)
        estimate_learn(&history, truth);
    return history;
}

static void without_history_the_worst_is_expected(void **state)
{
    struct history none = { .model = "claude" };
    struct estimate got = estimate_expect(NULL, NULL, 1000, &worst);

    (void)state;
    assert_int_equal(got.cost_microusd, worst.cost_microusd);
    assert_int_equal(got.tokens_in, worst.tokens_in);
    assert_int_equal(got.tokens_out, worst.tokens_out);
    got = estimate_expect(&none, NULL, 1000, &worst);
    assert_int_equal(got.cost_microusd, worst.cost_microusd);
    assert_int_equal(estimate_so_far(NULL, 1000).cost_microusd, 0);
    assert_int_equal(estimate_mean_out(NULL), 0);
}

static void what_is_alike_is_expected_exactly(void **state)
{
    static const size_t counts[] = { 1, 2, 16, 17, 1000 };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct history history = after(counts[i], &alike);
        struct estimate got = estimate_expect(&history, NULL, 1000, &worst);

        assert_int_equal(got.cost_microusd, 200000);
        assert_int_equal(got.tokens_in, 250);
        assert_int_equal(got.tokens_out, 100);
    }
}

static void the_input_goes_by_the_bytes_of_the_body(void **state)
{
    struct history history = after(20, &alike);

    (void)state;
    assert_int_equal(
        estimate_expect(&history, NULL, 2000, &worst).cost_microusd, 320000);
    assert_int_equal(estimate_expect(&history, NULL, 0, &worst).cost_microusd,
                     80000);
}

static void the_worst_is_not_exceeded(void **state)
{
    struct history history = after(20, &alike);
    const struct estimate small = { 100, 50, 90000 };
    struct estimate got = estimate_expect(&history, NULL, 1000, &small);

    (void)state;
    assert_int_equal(got.tokens_in, 100);
    assert_int_equal(got.tokens_out, 50);
    assert_int_equal(got.cost_microusd, 90000);
    got = estimate_expect(&history, NULL, UINT64_MAX, &worst);
    assert_int_equal(got.cost_microusd, worst.cost_microusd);
}

static void a_key_s_own_history_comes_first(void **state)
{
    struct estimate_truth dear = alike;
    struct history key = after(20, &alike);
    struct history all;

    (void)state;
    dear.cost_out_microusd = 200000;
    all = after(20, &dear);
    assert_int_equal(estimate_expect(&key, &all, 1000, &worst).cost_microusd,
                     200000);
    assert_int_equal(estimate_expect(NULL, &all, 1000, &worst).cost_microusd,
                     320000);
}

static void what_varies_is_expected_with_its_deviation(void **state)
{
    struct history history = { .model = "claude" };

    (void)state;
    for (size_t i = 0; i < 400; i++) {
        struct estimate_truth truth = alike;

        truth.cost_out_microusd = i % 2 ? 60000 : 100000;
        estimate_learn(&history, &truth);
    }
    /* The mean is 80,000, the deviation 20,000. */
    assert_in_range(estimate_expect(&history, NULL, 1000, &worst).cost_microusd,
                    216000, 224000);
}

static void the_latest_weighs_a_sixteenth(void **state)
{
    struct history history = after(100, &alike);
    struct estimate_truth dear = alike;

    (void)state;
    dear.cost_out_microusd = 240000;
    estimate_learn(&history, &dear);
    assert_int_equal(estimate_mean_out(&history), 90000);
}

static void an_answer_so_far_goes_by_its_bytes(void **state)
{
    struct history history = after(20, &alike);

    (void)state;
    assert_int_equal(estimate_so_far(&history, 2000).cost_microusd, 40000);
    assert_int_equal(estimate_so_far(&history, 2000).tokens_out, 50);
    assert_int_equal(estimate_so_far(&history, 40000).tokens_out, 1000);
}

/* Bodies without bytes, or answers: nothing is divided by them. */
static void nothing_is_learned_of_nothing(void **state)
{
    struct estimate_truth empty = { .cost_out_microusd = 7 };
    struct history history = after(3, &empty);

    (void)state;
    assert_int_equal(estimate_expect(&history, NULL, 9, &worst).cost_microusd,
                     7);
    assert_int_equal(estimate_so_far(&history, 1000).cost_microusd, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_history_the_worst_is_expected),
        cmocka_unit_test(what_is_alike_is_expected_exactly),
        cmocka_unit_test(the_input_goes_by_the_bytes_of_the_body),
        cmocka_unit_test(the_worst_is_not_exceeded),
        cmocka_unit_test(a_key_s_own_history_comes_first),
        cmocka_unit_test(what_varies_is_expected_with_its_deviation),
        cmocka_unit_test(the_latest_weighs_a_sixteenth),
        cmocka_unit_test(an_answer_so_far_goes_by_its_bytes),
        cmocka_unit_test(nothing_is_learned_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
