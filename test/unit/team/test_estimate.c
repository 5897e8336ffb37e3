// SPDX-License-Identifier: MIT
/* team/estimate: what a request may cost. */
#include "team/estimate.h"

#include "team/limits.h"
#include "unit.h"

static const struct estimate worst = { 3000, 32000, 500000, 400000 };

/* $0.20: 0.12 of them for 1,000 bytes of input. */
static const struct estimate_truth alike = { .body_bytes = 1000,
                                             .answer_bytes = 4000,
                                             .tokens_in = 250,
                                             .tokens_out = 100,
                                             .cost_in_microusd = 120000,
                                             .cost_out_microusd = 80000 };

static struct estimate expect(const struct history *history,
                              uint64_t body_bytes, const struct estimate *most)
{
    return estimate_expect(history,
                           &(struct estimate_ask){ .body_bytes = body_bytes },
                           most);
}

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
    struct estimate got = expect(NULL, 1000, &worst);

    (void)state;
    assert_int_equal(got.cost_microusd, worst.cost_microusd);
    assert_int_equal(got.tokens_in, worst.tokens_in);
    assert_int_equal(got.tokens_out, worst.tokens_out);
    got = expect(&none, 1000, &worst);
    assert_int_equal(got.cost_microusd, worst.cost_microusd);
    assert_int_equal(estimate_so_far(NULL, 1000).cost_out_microusd, 0);
    assert_int_equal(estimate_mean_out(NULL).cost_out_microusd, 0);
}

static void what_is_alike_is_expected_exactly(void **state)
{
    static const size_t counts[] = { 1, 2, 16, 17, 1000 };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct history history = after(counts[i], &alike);
        struct estimate got = expect(&history, 1000, &worst);

        assert_int_equal(got.cost_microusd, 200000);
        assert_int_equal(got.tokens_in, 250);
        assert_int_equal(got.tokens_out, 100);
        assert_int_equal(got.cost_out_microusd, 80000);
    }
}

static void the_input_goes_by_the_bytes_of_the_body(void **state)
{
    struct history history = after(20, &alike);

    (void)state;
    assert_int_equal(expect(&history, 2000, &worst).cost_microusd, 320000);
    assert_int_equal(expect(&history, 0, &worst).cost_microusd, 80000);
}

static void the_worst_is_not_exceeded(void **state)
{
    struct history history = after(20, &alike);
    const struct estimate small = { 100, 50, 90000, 40000 };
    struct estimate got = expect(&history, 1000, &small);

    (void)state;
    assert_int_equal(got.tokens_in, 100);
    assert_int_equal(got.tokens_out, 50);
    assert_int_equal(got.cost_microusd, 90000);
    assert_int_equal(got.cost_out_microusd, 40000);
    got = expect(&history, UINT64_MAX, &worst);
    assert_int_equal(got.cost_microusd, worst.cost_microusd);
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
    assert_in_range(expect(&history, 1000, &worst).cost_microusd, 216000,
                    224000);
}

static void the_latest_weighs_a_sixteenth(void **state)
{
    struct history history = after(100, &alike);
    struct estimate_truth dear = alike;

    (void)state;
    dear.cost_out_microusd = 240000;
    estimate_learn(&history, &dear);
    assert_int_equal(estimate_mean_out(&history).cost_out_microusd, 90000);
}

static void an_answer_so_far_goes_by_its_bytes(void **state)
{
    struct history history = after(20, &alike);

    (void)state;
    assert_int_equal(estimate_so_far(&history, 2000).cost_out_microusd, 40000);
    assert_int_equal(estimate_so_far(&history, 2000).tokens_out, 50);
    assert_int_equal(estimate_so_far(&history, 40000).tokens_out, 1000);
}

/* Bodies without bytes, or answers: nothing is divided by them. */
static void nothing_is_learned_of_nothing(void **state)
{
    struct estimate_truth empty = { .cost_out_microusd = 7 };
    struct history history = after(3, &empty);

    (void)state;
    assert_int_equal(expect(&history, 9, &worst).cost_microusd, 7);
    assert_int_equal(estimate_so_far(&history, 1000).cost_out_microusd, 0);
}

/* ---- more than its like --------------------------------------------------- */

static const struct {
    const char *name;
    uint64_t asked[2]; /* by turns, in the past */
    uint64_t asks;
    uint64_t out; /* of the 100 that its like came to */
} asking[] = {
    { "as much", { 200, 200 }, 200, 100 },
    { "less", { 200, 200 }, 1, 100 },
    { "more", { 200, 200 }, 500, 250 },
    { "far more", { 1, 1 }, 32000, 32000 },
    { "more than could ever be", { 1, 1 }, UINT64_MAX, 32000 },
    { "as much as the dearer ones", { 100, 300 }, 300, 100 },
    { "more than those", { 100, 300 }, 600, 200 },
    { "nobody knows", { 200, 200 }, 0, 100 },
    { "it was not known", { 0, 0 }, 100, 100 },
    { "more came than was asked for", { 10, 10 }, 100, 100 },
};

static void whoever_asks_for_more_may_get_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(asking); i++) {
        struct history history = { .model = "claude" };
        struct estimate_truth truth = alike;
        struct estimate got;

        for (size_t j = 0; j < 400; j++) {
            truth.asked = asking[i].asked[j % 2];
            estimate_learn(&history, &truth);
        }
        got = estimate_expect(&history,
                              &(struct estimate_ask){ 0, asking[i].asks },
                              &(struct estimate){ 3000, 32000, UINT64_MAX,
                                                  UINT64_MAX });
        /* The mean of a long history sways by a few hundredths. */
        if (got.tokens_out < asking[i].out * 94 / 100 ||
            got.tokens_out > asking[i].out * 106 / 100 ||
            got.cost_microusd / 800 < asking[i].out * 94 / 100 ||
            got.cost_out_microusd != got.cost_microusd)
            fail_msg("%s: %llu tokens, %llu", asking[i].name,
                     (unsigned long long)got.tokens_out,
                     (unsigned long long)got.cost_microusd);
    }
}

static struct estimate learned_worst(size_t requests,
                                     const struct estimate *thought)
{
    struct estimate_truth truth = alike;
    struct history history;

    truth.worst = *thought;
    history = after(requests, &truth);
    return estimate_worst(&history, &worst);
}

static void the_worst_is_the_worst_where_it_was_never_exceeded(void **state)
{
    const struct estimate most = { UINT64_MAX, UINT64_MAX, UINT64_MAX,
                                   UINT64_MAX };
    struct history history = after(3, &alike);
    struct estimate got;

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        got = learned_worst(i, &(struct estimate){ 250, 32000, 200000, 9 });
        assert_memory_equal(&got, &worst, sizeof(got));
    }
    /* Nothing bounded them: that tells nothing. */
    got = estimate_worst(&history, &worst);
    assert_memory_equal(&got, &worst, sizeof(got));
    got = estimate_worst(&history, &most);
    assert_memory_equal(&got, &most, sizeof(got));
    got = estimate_worst(NULL, &worst);
    assert_memory_equal(&got, &worst, sizeof(got));
}

static void what_was_exceeded_is_raised_by_as_much(void **state)
{
    static const size_t counts[] = { 1, 2, 100 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct estimate got =
            learned_worst(counts[i], &(struct estimate){ 125, 25, 20000, 9 });

        assert_int_equal(got.tokens_in, 2 * 3000);
        assert_int_equal(got.tokens_out, 4 * 32000);
        assert_int_equal(got.cost_out_microusd, 4 * 400000);
        assert_int_equal(got.cost_microusd, 10 * 500000);
    }
}

/* What was saved before all this was learned. */
static void an_old_history_learns_at_once(void **state)
{
    struct history history = after(100, &alike);
    struct estimate_truth truth = alike;

    (void)state;
    for (size_t i = HISTORY_FIRST; i < HISTORY_SPREADS; i++)
        history.of[i] = (struct spread){ 0 };
    assert_int_equal(estimate_worst(&history, &worst).cost_microusd,
                     worst.cost_microusd);
    truth.asked = 150;
    truth.worst = (struct estimate){ 250, 100, 100000, 9 };
    estimate_learn(&history, &truth);
    assert_int_equal(estimate_worst(&history, &worst).cost_microusd,
                     2 * worst.cost_microusd);
    assert_int_equal(estimate_expect(&history, &(struct estimate_ask){ 0, 300 },
                                     &worst)
                         .tokens_out,
                     200);
}

static void the_mean_goes_without_deviation_and_wishes(void **state)
{
    struct history history = { .model = "claude" };
    struct estimate_truth truth = alike;

    (void)state;
    for (size_t i = 0; i < 16; i++) {
        truth.tokens_out = i % 2 ? 50 : 150;
        estimate_learn(&history, &truth);
    }
    assert_int_equal(estimate_mean(&history, 1000, &worst).tokens_out, 100);
    assert_int_equal(estimate_mean(&history, 2000, &worst).tokens_in, 500);
    assert_int_equal(estimate_mean(NULL, 1000, &worst).tokens_in, 3000);
}

static void what_is_usual_goes_by_the_usual_body(void **state)
{
    struct history none = { .model = "claude" };
    struct history history = after(20, &alike);

    (void)state;
    assert_int_equal(estimate_usual(&history).cost_microusd, 200000);
    assert_int_equal(estimate_usual(&history).tokens_in, 250);
    history.of[HISTORY_BODY_BYTES] = (struct spread){ 0 };
    assert_true(estimate_usual(&history).cost_microusd > LIMIT_MICROUSD_MAX);
    assert_true(estimate_usual(&none).tokens_in > LIMIT_COUNT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_history_the_worst_is_expected),
        cmocka_unit_test(what_is_alike_is_expected_exactly),
        cmocka_unit_test(the_input_goes_by_the_bytes_of_the_body),
        cmocka_unit_test(the_worst_is_not_exceeded),
        cmocka_unit_test(what_varies_is_expected_with_its_deviation),
        cmocka_unit_test(the_latest_weighs_a_sixteenth),
        cmocka_unit_test(an_answer_so_far_goes_by_its_bytes),
        cmocka_unit_test(nothing_is_learned_of_nothing),
        cmocka_unit_test(whoever_asks_for_more_may_get_more),
        cmocka_unit_test(the_worst_is_the_worst_where_it_was_never_exceeded),
        cmocka_unit_test(what_was_exceeded_is_raised_by_as_much),
        cmocka_unit_test(an_old_history_learns_at_once),
        cmocka_unit_test(the_mean_goes_without_deviation_and_wishes),
        cmocka_unit_test(what_is_usual_goes_by_the_usual_body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
