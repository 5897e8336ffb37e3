// SPDX-License-Identifier: MIT
/* relay/ration: what a request takes from its limits, on every way it can end.  Waiting
   for a slot is in test_ration_waiting.c. */
#include "relay/ration.h"

#include "ration_scene.h"

/* ---- estimates ----------------------------------------------------------- */

static void without_history_the_worst_is_held(void **state)
{
    struct price_most most;
    struct ration *ration = given();

    (void)state;
    assert_true(price_worst(prices_find(s.prices, STR(MODEL), clock_wall_ms()),
                            &s.facts, BODY, &most));
    assert_int_equal(held(), most.cost_microusd);
    end(ration, NULL, 0, false);
    assert_int_equal(used(), most.cost_microusd);
}

static void two_of_five_like_the_last_are_admitted(void **state)
{
    struct ration *rations[2];

    (void)state;
    some_history(5);
    s.limits.at[LIMIT_COST_TOTAL] = 5 * ALIKE + 2 * ALIKE + ALIKE / 4;
    rations[0] = given();
    rations[1] = given();
    assert_int_equal(held(), 2 * ALIKE);
    refused("the key alice has used $0.375 of $0.54375 in total");
    refused("this request may cost $0.075");
    assert_int_equal(s.err.code, ERR_BUDGET);
    assert_true(s.refused_by_one);
    assert_int_equal(s.refused_by, LIMIT_COST_TOTAL);
    assert_false(s.of_group);
    for (size_t i = 0; i < 2; i++) {
        struct meter_usage usage = usage_of(1000, true);

        end(rations[i], &usage, 100000, true);
    }
}

static void a_new_key_takes_what_all_keys_had(void **state)
{
    struct ration *ration;

    (void)state;
    some_history(3);
    counters_unref(s.key);
    s.key = counters_new(NULL, SUBJECT_OF_KEY(2));
    s.options.owner.of[ADMISSION_KEY].counters = s.key;
    ration = given();
    assert_int_equal(held(), ALIKE);
    end(ration, NULL, 0, false);
}

static void others_history_makes_no_small_request_dear(void **state)
{
    struct price_most most;
    struct ration *ration;

    (void)state;
    some_history(3);
    counters_unref(s.key);
    s.key = counters_new(NULL, SUBJECT_OF_KEY(2));
    s.options.owner.of[ADMISSION_KEY].counters = s.key;
    s.facts.max_tokens = 10;
    s.options.body_bytes = 1000;
    assert_true(price_worst(prices_find(s.prices, STR(MODEL), clock_wall_ms()),
                            &s.facts, 1000, &most));
    ration = given();
    assert_int_equal(held(), most.cost_microusd);
    end(ration, NULL, 0, false);
}

static void strict_takes_the_worst_whatever_was(void **state)
{
    struct ration *ration;

    (void)state;
    some_history(3);
    s.options.owner.strict = true;
    ration = given();
    assert_true(held() > 4 * ALIKE);
    end(ration, NULL, 0, false);
}

/* What an answer came to is learned from it alone. */
static void what_was_lost_is_booked_and_not_learned(void **state)
{
    struct meter_usage usage = usage_of(1000, true);
    struct ration *ration;
    uint64_t most;

    (void)state;
    ration = given();
    most = held();
    assert_true(ration_again(ration));
    assert_int_equal(held(), 2 * most);
    ration_correct(ration, &usage, 100000);
    assert_int_equal(held(), most + ALIKE);
    ration_settle(ration, &(struct ration_end){ .sent = true,
                                                .complete = true,
                                                .owed = true,
                                                .lost = 1,
                                                .usage = &usage,
                                                .answer_bytes = 100000 });
    ration_free(ration);
    assert_int_equal(used(), most + ALIKE);
    ration = given();
    assert_int_equal(held(), ALIKE);
    end(ration, NULL, 0, false);
}

/* With and without a limit of money. */
static void strict_refuses_what_nothing_bounds(void **state)
{
    (void)state;
    s.options.owner.strict = true;
    s.facts.tools_unbounded = true;
    refused("the key alice reserves the most that a request may cost (reserve: "
            "strict), and nothing bounds what this request may cost: its body "
            "has a server tool without max_uses");
    assert_int_equal(s.err.code, ERR_FORBIDDEN);
    s.limits.at[LIMIT_COST_TOTAL] = LIMIT_MICROUSD_MAX;
    s.facts.has_servers = true;
    refused("its body names mcp_servers");
    s.options.facts = NULL;
    refused("its body is not a JSON object");
    s.options.packed = true;
    refused("its body is compressed");
    assert_false(s.refused_by_one);
    /* What costs nothing may be anything. */
    s.options.costs = false;
    end(given(), NULL, 0, false);
}

/* Where it is no promise, tools without a bound count as those with one. */
static void what_nothing_bounds_is_expected_by_its_like(void **state)
{
    (void)state;
    s.limits.at[LIMIT_COST_TOTAL] = 10000000;
    s.facts.tools_unbounded = true;
    end(given(), NULL, 0, false);
    some_history(3);
    end(given(), NULL, 0, false);
    s.options.facts = NULL;
    refused("nothing bounds what this request may cost");
}

/* What is not limited holds nothing that could not be added up. */
static void what_nothing_bounds_may_come_twice(void **state)
{
    struct ration *rations[3];

    (void)state;
    s.facts.max_tokens = UINT64_MAX;
    rations[0] = given();
    rations[1] = given();
    s.options.facts = NULL;
    rations[2] = given();
    for (size_t i = 0; i < COUNT_OF(rations); i++)
        end(rations[i], NULL, 0, false);
    assert_true(used() < LIMIT_MICROUSD_MAX);
}

/* Else such a request would never be let through, and nothing would be learned. */
static void an_empty_minute_takes_one_request_of_any_size(void **state)
{
    struct ration *ration;
    struct meter_usage usage = usage_of(10, true);

    (void)state;
    s.limits.at[LIMIT_TPM_OUT] = 100;
    s.limits.at[LIMIT_TPM_IN] = 90000;
    ration = given();
    refused("input tokens a minute");
    end(ration, &usage, 1000, true);
    end(given(), &usage, 1000, true);
    s.options.owner.strict = true;
    refused("may use 102,000: that is more than the limit ever allows");
}

static void a_budget_that_is_used_up_lets_nothing_through(void **state)
{
    (void)state;
    s.limits.at[LIMIT_COST_TOTAL] = 0;
    refused("$0.00 of $0.00");
    s.options.costs = false;
    end(given(), NULL, 0, false);
    assert_int_equal(view_of(s.key).total.requests, 1);
    s.options.costs = true;
    s.options.counted = false;
    end(given(), NULL, 0, false);
    assert_int_equal(view_of(s.key).total.requests, 1);
}

/* ---- while the answer comes ----------------------------------------------- */

static void the_input_is_corrected_when_it_is_told(void **state)
{
    struct ration *ration = given();
    struct meter_usage usage = usage_of(1, false);

    (void)state;
    ration_look(ration, &(struct meter_usage){ .told = 0 }, 100);
    assert_true(held() > 300000);
    ration_look(ration, &usage, 200);
    /* what is told, and max_tokens */
    assert_int_equal(held(), 60000 + 1000 * 15);
    end(ration, &usage, 200, false);
    assert_int_equal(used(), 60000 + 15);
}

static void a_long_answer_holds_more_and_more(void **state)
{
    struct ration *ration;
    struct meter_usage usage = usage_of(1, false);

    (void)state;
    s.facts.max_tokens = 32000;
    some_history(20);
    ration = given();
    ration_look(ration, &usage, 100);
    assert_in_range(held(), ALIKE, ALIKE + 100);
    /* 100,000 bytes were 1,000 tokens: what came so far, and the mean once more */
    ration_look(ration, &usage, 50000);
    assert_int_equal(held(), 60000 + 7500 + 15000);
    ration_look(ration, &usage, 50001);
    assert_int_equal(held(), 60000 + 7500 + 15000);
    ration_look(ration, &usage, 400000);
    assert_int_equal(held(), 60000 + 60000 + 15000);
    end(ration, &usage, 400000, false);
}

/* ---- every end ------------------------------------------------------------ */

static void an_answer_is_booked_as_it_was(void **state)
{
    struct meter_usage usage = usage_of(1000, true);
    struct counters_view view;
    struct history history;

    (void)state;
    usage.known[METER_CACHE_READ] = true;
    usage.counts[METER_CACHE_READ] = 100000;
    end(given(), &usage, 100000, true);
    view = view_of(s.key);
    assert_int_equal(view.total.cost_microusd, ALIKE + 30000);
    assert_int_equal(view.total.tokens_in, 20000);
    assert_int_equal(view.total.tokens_out, 1000);
    assert_int_equal(view_of(s.group).total.cost_microusd, ALIKE + 30000);
    assert_true(counters_history(s.key, STR(MODEL), &history));
    assert_true(counters_history(s.all, STR(MODEL), &history));
}

static void an_answer_that_breaks_off_is_booked_by_its_bytes(void **state)
{
    struct meter_usage usage = usage_of(1, false);
    struct history history;

    (void)state;
    some_history(10);
    end(given(), &usage, 50000, false);
    assert_int_equal(used(), 10 * ALIKE + 60000 + 7500);
    usage.final = true; /* between two deltas */
    end(given(), &usage, 50000, false);
    assert_int_equal(used(), 10 * ALIKE + 2 * (60000 + 7500));
    assert_true(counters_history(s.key, STR(MODEL), &history));
    assert_int_equal(history.requests, 10);
}

static void leaving_early_is_not_free_without_history(void **state)
{
    struct meter_usage usage = usage_of(1, false);
    uint64_t before;

    (void)state;
    end(given(), &usage, 1024, false);
    before = used();
    end(given(), &usage, 1024 + 8000, false);
    assert_int_equal(used() - before, before + (500 - 1) * 15);
}

static void leaving_early_costs_a_strict_key_what_was_reserved(void **state)
{
    struct meter_usage usage = usage_of(1, false);

    (void)state;
    s.options.owner.strict = true;
    end(given(), &usage, 100, false);
    assert_true(used() >= 1000 * 15);
}

static void what_was_refused_costs_nothing(void **state)
{
    struct ration *ration = given();

    (void)state;
    s.limits.at[LIMIT_RPM] = 10;
    ration_settle(ration, &(struct ration_end){ .sent = true,
                                                .complete = true,
                                                .answer_bytes = 100 });
    ration_free(ration);
    assert_int_equal(used(), 0);
    assert_int_equal(view_of(s.key).total.requests, 1);
}

static void what_was_not_sent_is_no_request(void **state)
{
    struct ration *ration;

    (void)state;
    s.limits.at[LIMIT_RPM] = 1;
    for (size_t i = 0; i < 3; i++) {
        ration = given();
        refused("1 of 1 requests a minute");
        ration_settle(ration, &(struct ration_end){ .sent = false });
        ration_settle(ration, &(struct ration_end){ .sent = true });
        ration_free(ration);
    }
    assert_int_equal(view_of(s.key).total.requests, 0);
}

/* A 200 whose coding nobody reads, a stream that is cut before its first event, an
   answer that did not come: what was reserved, or what its like come to. */
static void an_answer_without_usage_is_booked_as_reserved(void **state)
{
    struct ration *ration = given();
    uint64_t reserved = held();
    struct meter_usage nothing = { .told = 0 };

    (void)state;
    assert_true(reserved > 0);
    end(ration, NULL, 5000, true);
    assert_int_equal(used(), reserved);
    end(given(), &nothing, 0, false);
    assert_int_equal(used(), 2 * reserved);
    assert_true(view_of(s.key).total.tokens_in > 0);
    some_history(4);
    end(given(), NULL, 5000, true);
    assert_int_equal(used(), 2 * reserved + 5 * ALIKE);
}

/* A stream that begins, and ends, with an error. */
static void a_stream_that_only_fails_costs_nothing(void **state)
{
    struct meter_usage usage = { .failed = true };
    struct history history;

    (void)state;
    end(given(), &usage, 200, true);
    assert_int_equal(used(), 0);
    usage = usage_of(1, true);
    usage.failed = true;
    end(given(), &usage, 5000, true);
    assert_int_equal(used(), 60000 + 15);
    assert_false(counters_history(s.key, STR(MODEL), &history));
}

/* A member of a group must not use up its budget by what it writes into a body. */
static void nobody_is_charged_for_an_impossible_number(void **state)
{
    uint64_t usual;

    (void)state;
    s.facts.max_tokens_is = SCAN_ABSENT;
    end(given(), NULL, 0, false);
    usual = used();
    s.facts.max_tokens_is = SCAN_TOLD;
    s.facts.max_tokens = UINT64_MAX;
    end(given(), NULL, 0, false);
    assert_int_equal(used(), 2 * usual);
    s.facts.tools_unbounded = true;
    end(given(), NULL, 0, false);
    assert_int_equal(used(), 3 * usual);
    s.options.facts = NULL;
    end(given(), NULL, 0, false);
    assert_in_range(used(), 3 * usual + 1, 20 * usual);
}

static void what_is_freed_unsettled_is_given_back(void **state)
{
    struct ration *ration = given();

    (void)state;
    assert_true(held() > 0);
    ration_free(ration);
    expect_free(s.key);
    assert_int_equal(used(), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(without_history_the_worst_is_held),
        TEST(what_is_freed_unsettled_is_given_back),
        TEST(two_of_five_like_the_last_are_admitted),
        TEST(a_new_key_takes_what_all_keys_had),
        TEST(others_history_makes_no_small_request_dear),
        TEST(strict_takes_the_worst_whatever_was),
        TEST(what_was_lost_is_booked_and_not_learned),
        TEST(strict_refuses_what_nothing_bounds),
        TEST(what_nothing_bounds_is_expected_by_its_like),
        TEST(what_nothing_bounds_may_come_twice),
        TEST(an_empty_minute_takes_one_request_of_any_size),
        TEST(a_budget_that_is_used_up_lets_nothing_through),
        TEST(the_input_is_corrected_when_it_is_told),
        TEST(a_long_answer_holds_more_and_more),
        TEST(an_answer_is_booked_as_it_was),
        TEST(an_answer_that_breaks_off_is_booked_by_its_bytes),
        TEST(leaving_early_is_not_free_without_history),
        TEST(leaving_early_costs_a_strict_key_what_was_reserved),
        TEST(what_was_refused_costs_nothing),
        TEST(what_was_not_sent_is_no_request),
        TEST(an_answer_without_usage_is_booked_as_reserved),
        TEST(a_stream_that_only_fails_costs_nothing),
        TEST(nobody_is_charged_for_an_impossible_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
