// SPDX-License-Identifier: MIT
/* What is counted of records, and what is not. */
#include "usage/tally.h"

#include "unit.h"

static const struct meter_usage usage = {
    .counts = { [METER_INPUT] = 10,
                [METER_OUTPUT] = 20,
                [METER_CACHE_WRITE] = 30,
                [METER_CACHE_WRITE_1H] = 5,
                [METER_CACHE_READ] = 40,
                [METER_WEB_SEARCH] = 1 },
};

static const struct record answered = {
    .end = RECORD_COMPLETE,
    .status = 200,
    .attempt_count = 2,
    .attempts = { { .result = RECORD_STALE }, { .result = RECORD_DELIVERED } },
    .usage = &usage,
    .cost_known = true,
    .cost_microusd = 7,
};

static void an_answer_counts_with_all_it_used(void **state)
{
    struct tally tally = { .results = 0 };

    (void)state;
    tally_add(&tally, &answered);
    tally_add(&tally, &answered);
    assert_int_equal(tally.requests[RECORD_COMPLETE][2], 2);
    assert_int_equal(tally.attempts[RECORD_STALE], 2);
    assert_int_equal(tally.attempts[RECORD_DELIVERED], 2);
    assert_int_equal(tally.counts[BOOKING_TOKENS_IN], 20);
    assert_int_equal(tally.counts[BOOKING_TOKENS_OUT], 40);
    assert_int_equal(tally.counts[BOOKING_CACHE_READ], 80);
    assert_int_equal(tally.counts[BOOKING_CACHE_WRITE_5M], 50);
    assert_int_equal(tally.counts[BOOKING_CACHE_WRITE_1H], 10);
    assert_int_equal(tally.counts[BOOKING_SEARCHES], 2);
    assert_int_equal(tally.cost_microusd, 14);
    assert_int_equal(tally.unpriced, 0);
}

/* Each attempt that was told so. */
static void the_overloaded_are_counted(void **state)
{
    struct tally tally = { .results = 0 };
    const struct record record = {
        .end = RECORD_ERROR_EVENT,
        .status = 200,
        .attempt_count = 3,
        .attempts = { { .status = 529 }, { .status = 503 }, { .status = 529 } },
    };

    (void)state;
    tally_add(&tally, &record);
    tally_add(&tally, &answered);
    assert_int_equal(tally.overloaded, 2);
}

static void without_a_price_there_is_no_cost(void **state)
{
    static const struct meter_usage nothing = { .final = true };
    struct tally tally = { .results = 0 };
    struct record record = answered;

    (void)state;
    record.cost_known = false;
    tally_add(&tally, &record);
    record.usage = &nothing;
    tally_add(&tally, &record);
    assert_int_equal(tally.cost_microusd, 0);
    assert_int_equal(tally.unpriced, 1);
}

/* Of a batch: its fetch is one.  It counts when it is booked. */
static void a_result_is_no_request(void **state)
{
    const struct booking booking = { .counts = { [BOOKING_TOKENS_IN] = 10 },
                                     .cost_microusd = 7,
                                     .flags = BOOKING_COST_KNOWN |
                                              BOOKING_OF_BATCH };
    const struct booking unpriced = { .counts = { [BOOKING_TOKENS_IN] = 1 },
                                      .flags = BOOKING_OF_BATCH };
    struct tally tally = { .results = 0 };
    struct record record = answered;

    (void)state;
    record.batch_result = 1;
    tally_add(&tally, &record);
    assert_int_equal(tally.results, 0);
    assert_int_equal(tally.requests[RECORD_COMPLETE][2], 0);
    assert_int_equal(tally.counts[BOOKING_TOKENS_IN], 0);
    tally_add_result(&tally, &booking);
    tally_add_result(&tally, &unpriced);
    assert_int_equal(tally.results, 2);
    assert_int_equal(tally.counts[BOOKING_TOKENS_IN], 11);
    assert_int_equal(tally.cost_microusd, 7);
    assert_int_equal(tally.unpriced, 1);
}

static void odd_ones_count_too(void **state)
{
    static const struct record left = { .end = RECORD_CLIENT_LEFT };
    static const struct record odd = { .end = RECORD_REFUSED, .status = 999 };
    struct record often = answered;
    struct tally tally = { .results = 0 };

    (void)state;
    often.attempt_count = RECORD_ATTEMPTS_MAX;
    tally_add(&tally, &left);
    tally_add(&tally, &odd);
    tally_add(&tally, &often);
    assert_int_equal(tally.requests[RECORD_CLIENT_LEFT][0], 1);
    assert_int_equal(tally.requests[RECORD_REFUSED][5], 1);
    assert_string_equal(tally_class_word(0), "none");
    assert_string_equal(tally_class_word(4), "4xx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_counts_with_all_it_used),
        cmocka_unit_test(the_overloaded_are_counted),
        cmocka_unit_test(without_a_price_there_is_no_cost),
        cmocka_unit_test(a_result_is_no_request),
        cmocka_unit_test(odd_ones_count_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
