// SPDX-License-Identifier: MIT
/* relay/ration: what bounds an estimate, and an answer that did not tell all. */
#include "relay/ration.h"

#include "ration_scene.h"

static struct price_most most_of(void)
{
    struct price_most most;

    assert_true(price_worst(prices_find(s.prices, STR(MODEL), clock_wall_ms()),
                            &s.facts, s.options.body_bytes, &most));
    return most;
}

static uint64_t held_out(void)
{
    return view_of(s.key).at[LIMIT_TPM_OUT].reserved;
}

static uint64_t used_out(void)
{
    return view_of(s.key).total.tokens_out;
}

static void learn(size_t requests, const struct meter_usage *usage,
                  uint64_t answer_bytes)
{
    for (size_t i = 0; i < requests; i++)
        end(given(), usage, answer_bytes, true);
}

/* Nothing was sent. */
static void leave(struct ration *ration)
{
    ration_settle(ration, &(struct ration_end){ .sent = false });
    ration_free(ration);
}

/* ---- doubts -------------------------------------------------------------- */

/* What is not known to be bounded is for strict keys to doubt; others send it side by
   side, without a history too. */
static void doubts_are_for_strict_keys(void **state)
{
    struct ration *one;
    struct ration *two;

    (void)state;
    s.limits.at[LIMIT_COST_TOTAL] = 2 * most_of().cost_microusd;
    s.facts.doubt = SCAN_DOUBT_MEMBER;
    one = given();
    two = given();
    assert_int_equal(held(), s.limits.at[LIMIT_COST_TOTAL]);
    leave(one);
    leave(two);
    s.options.owner.strict = true;
    refused("its body has the member that nobody can read");
}

/* ---- the worst is the most ----------------------------------------------- */

/* Short bodies that bring much: searches, documents that are fetched.  A large one would
   be thought to bring a thousand times that. */
static void no_history_exceeds_the_worst(void **state)
{
    struct meter_usage usage = usage_of(800, true);
    struct ration *ration;

    (void)state;
    s.options.body_bytes = 200;
    s.facts.tool_uses = 3;
    learn(5, &usage, 4000);
    s.facts.tool_uses = 0;
    s.options.body_bytes = 200000;
    s.limits.at[LIMIT_COST_TOTAL] = used() + most_of().cost_microusd;
    ration = given();
    assert_int_equal(held(), most_of().cost_microusd);
    leave(ration);
}

/* What came to more than it could, by what the body says, may do so again. */
static void what_exceeded_the_worst_may_exceed_it_again(void **state)
{
    struct ration *ration;
    struct meter_usage usage = usage_of(1000, true);

    (void)state;
    s.facts.max_tokens = 1;
    s.options.body_bytes = 10;
    some_history(3);
    s.limits.at[LIMIT_COST_TOTAL] = 5 * ALIKE + ALIKE / 4;
    for (size_t i = 0; i < 2; i++) {
        s.options.owner.strict = i == 1;
        ration = given();
        assert_in_range(held(), ALIKE - 1, ALIKE + 1);
        assert_in_range(held_out(), 1000, 1000);
        end(ration, &usage, 100000, true);
    }
    refused("this request may cost $0.075");
}

static void strict_takes_the_worst_where_it_was_never_exceeded(void **state)
{
    struct ration *ration;

    (void)state;
    s.options.body_bytes = 10000;
    some_history(3);
    s.facts.max_tokens = 10;
    s.options.body_bytes = 1000;
    s.options.owner.strict = true;
    ration = given();
    /* 20,000 tokens of 10,000 bytes: not those, but by what they exceeded it */
    assert_int_equal(held(), (most_of().cost_microusd * ALIKE + 25500) / 51000);
    leave(ration);
    s.options.body_bytes = BODY;
    some_history(200);
    ration = given();
    assert_in_range(held(), most_of().cost_microusd,
                    most_of().cost_microusd * 101 / 100);
    leave(ration);
}

/* Without a bound, a large body does not bring what small ones did by its size. */
static void what_nothing_bounds_brings_what_it_usually_brought(void **state)
{
    struct meter_usage usage = usage_of(1000, true);
    struct ration *ration;
    uint64_t usual;

    (void)state;
    s.facts.tools_unbounded = true;
    s.options.body_bytes = 200;
    learn(5, &usage, 4000);
    ration = given();
    assert_int_equal(held(), ALIKE);
    leave(ration);
    s.options.body_bytes = 200000;
    s.facts.tools_unbounded = false;
    usual = most_of().cost_microusd;
    s.facts.tools_unbounded = true;
    ration = given();
    assert_int_equal(held(), usual + ALIKE);
    leave(ration);
}

/* ---- more output than its like asked for ---------------------------------- */

static void small_answers_do_not_vouch_for_large_ones(void **state)
{
    struct meter_usage usage = usage_of(1, true);
    struct ration *ration;

    (void)state;
    s.facts.max_tokens = 1;
    learn(16, &usage, 500);
    s.facts.max_tokens = 32000;
    ration = given();
    assert_int_equal(held(), 60000 + 32000 * 15);
    assert_int_equal(held_out(), 32000);
    leave(ration);
    /* Half of what the model gives who does not say. */
    s.facts.max_tokens = 64000;
    usage = usage_of(640, true);
    learn(300, &usage, 5000);
    s.facts.max_tokens_is = SCAN_ABSENT;
    ration = given();
    assert_in_range(held_out(), 1270, 1290);
    leave(ration);
}

/* ---- answers that broke off ------------------------------------------------ */

/* Learned from answers in one piece, whose bytes are worth ten times as much. */
static void an_answer_came_to_no_more_than_it_could(void **state)
{
    struct meter_usage whole = usage_of(1000, true);
    struct meter_usage begun = usage_of(1, false);
    struct ration *ration;
    uint64_t before;

    (void)state;
    s.facts.max_tokens = 500;
    learn(5, &whole, 4000);
    s.facts.max_tokens = 100;
    before = used();
    ration = given();
    ration_look(ration, &begun, 8000);
    assert_int_equal(held(), 60000 + 200 * 15);
    assert_int_equal(held_out(), 200);
    end(ration, &begun, 8000, false);
    assert_int_equal(used() - before, 60000 + 100 * 15);
    assert_int_equal(used_out(), 5 * 1000 + 100);
}

static void tokens_are_held_as_the_answer_comes(void **state)
{
    struct meter_usage begun = usage_of(1, false);
    struct meter_usage told = usage_of(30000, true);
    struct ration *ration;

    (void)state;
    s.facts.max_tokens = 32000;
    some_history(16);
    s.group_limits.at[LIMIT_TPM_OUT] = 10000;
    ration = given();
    assert_int_equal(held_out(), 1000);
    ration_look(ration, &begun, 900000);
    assert_int_equal(held_out(), 9000 + 1000);
    refused("the group team has used 0 of 10,000 output tokens a minute");
    told.told = 2;
    ration_look(ration, &told, 900000);
    assert_int_equal(held_out(), 30000);
    assert_int_equal(held(), 60000 + 30000 * 15);
    end(ration, &told, 900000, true);
}

/* What tools bring is told at the end, and leaving before that makes it not free. */
static void tools_count_when_an_answer_broke_off(void **state)
{
    struct meter_usage begun = usage_of(1, false);
    uint64_t before;

    (void)state;
    s.facts.tool_uses = 1;
    some_history(4);
    begun.counts[METER_INPUT] = 100;
    before = used();
    end(given(), &begun, 100000, false);
    assert_int_equal(used() - before, ALIKE);
    s.options.owner.strict = true;
    before = used();
    end(given(), &begun, 100, false);
    assert_int_equal(used() - before, most_of().cost_microusd);
}

/* ---- answers that tell nothing ---------------------------------------------- */

static const char *const odd[] = {
    "{\"usage\":{}}",
    "{\"usage\":[]}",
    "{\"usage\":null}",
    "{\"usage\":{\"input_tokens\":null,\"output_tokens\":null}}",
    "{\"usage\":{\"input_tokens\":-5,\"output_tokens\":-5}}",
    "{\"usage\":{\"input_tokens\":1.5,\"output_tokens\":1.5}}",
    "{\"usage\":{\"input_tokens\":\"1\",\"output_tokens\":{}}}",
    "{\"usage\":{\"input_tokens\":7}}",
    "{\"usage\":{\"output_tokens\":7}}",
};

static void what_tells_no_numbers_is_booked_as_reserved(void **state)
{
    struct history history;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct meter meter;
        uint64_t before = used();

        meter_init(&meter, METER_JSON);
        meter_feed(&meter, str_of(odd[i]));
        end(given(), &meter.usage, 100, true);
        if (used() - before != most_of().cost_microusd)
            fail_msg("%s: %llu", odd[i], (unsigned long long)(used() - before));
    }
    assert_false(counters_history(s.key, STR(MODEL), &history));
}

static void what_is_told_counts_if_it_is_more(void **state)
{
    struct meter_usage usage = usage_of(0, true);

    (void)state;
    usage.known[METER_OUTPUT] = usage.last_output = false;
    usage.counts[METER_INPUT] = 5000000;
    end(given(), &usage, 100, true);
    assert_int_equal(used(), 15000000);
    assert_int_equal(used_out(), 1000);
}

/* More than could be added up. */
static void absurd_numbers_are_not_small_ones(void **state)
{
    struct meter_usage usage = usage_of(1, false);
    struct ration *ration = given();

    (void)state;
    usage.counts[METER_INPUT] = UINT64_MAX;
    ration_look(ration, &usage, 100);
    assert_int_equal(held(), ADMISSION_MOST);
    end(ration, &usage, 100000, false);
    assert_int_equal(used(), ADMISSION_MOST);
}

/* A stream whose beginning has no usage. */
static void a_beginning_without_numbers_tells_nothing(void **state)
{
    struct meter_usage usage = { .told = 1, .model = MODEL };

    (void)state;
    end(given(), &usage, 2000, false);
    assert_int_equal(used(), most_of().cost_microusd);
}

/* ---- more than a minute allows ------------------------------------------------ */

static void what_is_known_to_exceed_a_minute_never_starts(void **state)
{
    struct meter_usage usage = usage_of(1000, true);

    (void)state;
    s.limits.at[LIMIT_TPM_IN] = 15000;
    end(given(), &usage, 1000, true);
    s.limits.at[LIMIT_TPM_IN] = LIMIT_NONE;
    s.group_limits.at[LIMIT_TPM_IN] = 15000;
    refused("the group team has used 0 of 15,000 input tokens a minute (limit "
            "tpm_in), and this request may use 20,000: that is more than the "
            "limit ever allows");
    s.group_limits.at[LIMIT_TPM_IN] = 20000;
    leave(given());
    s.limits.at[LIMIT_TPM_OUT] = 999;
    refused("may use 1,000: that is more than the limit ever allows");
    /* It may ask for less; and nobody knows what comes of asking for more. */
    s.facts.max_tokens = 999;
    leave(given());
    s.facts.max_tokens = 32000;
    s.limits.at[LIMIT_TPM_OUT] = 1000;
    leave(given());
}

/* Half of its like fit. */
static void what_mostly_fits_starts_in_an_empty_minute(void **state)
{
    struct meter_usage usage = usage_of(100, true);

    (void)state;
    for (size_t i = 0; i < 20; i++) {
        usage.counts[METER_OUTPUT] = i % 2 ? 100 : 1000;
        end(given(), &usage, 1000, true);
    }
    s.limits.at[LIMIT_TPM_OUT] = 700;
    leave(given());
    s.limits.at[LIMIT_TPM_OUT] = 400;
    refused("that is more than the limit ever allows");
}

/* Others' requests tell nothing for sure. */
static void a_key_without_history_may_try(void **state)
{
    (void)state;
    some_history(3);
    counters_unref(s.key);
    s.key = counters_new(NULL, SUBJECT_OF_KEY(2));
    s.options.owner.of[ADMISSION_KEY].counters = s.key;
    s.limits.at[LIMIT_TPM_OUT] = 500;
    leave(given());
}

/* ---- what nothing bounds, for the first time ------------------------------- */

static void without_history_one_of_those_is_let_through(void **state)
{
    struct meter_usage usage = usage_of(1000, true);
    struct ration *ration;
    uint64_t usual = most_of().cost_microusd;

    (void)state;
    s.facts.tools_unbounded = true;
    s.limits.at[LIMIT_COST_TOTAL] = usual - 1;
    refused("this request may cost");
    s.limits.at[LIMIT_COST_TOTAL] = usual;
    s.group_limits.at[LIMIT_COST_DAY] = 100 * usual;
    ration = given();
    assert_int_equal(held(), usual);
    s.limits.at[LIMIT_COST_TOTAL] = LIMIT_NONE;
    refused("the group team has used $0.00 of $32.10 a day (limit cost_day), "
            "$32.10 more is held by requests under way, and this request may "
            "cost $0.321: it opens again when requests under way have ended");
    /* Its truth: what is left is there for others. */
    ration_look(ration, &usage, 100);
    leave(given());
    end(ration, &usage, 100, true);
    leave(given());
}

/* ---- by another name ----------------------------------------------------- */

static uint64_t most_at(const char *model)
{
    struct price_most most;

    assert_true(
        price_worst(prices_find_safe(s.prices, str_of(model), clock_wall_ms()),
                    &s.facts, s.options.body_bytes, &most));
    return most.cost_microusd;
}

/* What it costs there is held, the dearest price if that has none; what does not fit
   leaves all as it was. */
static void a_strict_one_is_held_at_the_price_it_goes_to(void **state)
{
    struct meter_usage usage = usage_of(1000, true);
    uint64_t dear = most_at("glm-5");
    struct ration *ration;

    (void)state;
    s.options.owner.strict = true;
    s.limits.at[LIMIT_COST_TOTAL] = dear;
    ration = given();
    assert_int_equal(held(), most_at(MODEL));
    assert_true(ration_goes_as(ration, STR("claude-haiku-4-5"), false));
    assert_int_equal(held(), most_at(MODEL));
    assert_true(ration_goes_as(ration, STR("glm-5"), false));
    assert_int_equal(held(), dear);
    assert_true(ration_goes_as(ration, STR(MODEL), false));
    assert_true(ration_goes_as(ration, STR("glm-5"), false));
    assert_int_equal(held(), dear);
    /* By its answer, whatever that calls the model. */
    end(ration, &usage, 100000, true);
    assert_int_equal(held(), 0);
    assert_int_equal(used(), ALIKE);
    s.limits.at[LIMIT_COST_TOTAL] = ALIKE + dear - 1;
    ration = given();
    assert_false(ration_goes_as(ration, STR("glm-5"), false));
    assert_int_equal(held(), most_at(MODEL));
    assert_true(ration_goes_as(ration, STR(MODEL), false));
    leave(ration);
}

/* What an answer uses that much of counts as, by a model of that name. */
static uint64_t used_by(const char *model, bool elsewhere)
{
    struct meter_usage usage = usage_of(1000, true);
    uint64_t before = used();
    struct ration *ration = given();

    usage.counts[METER_INPUT] = BODY;
    (void)strncpy(usage.model, model, sizeof(usage.model) - 1);
    assert_true(ration_goes_as(ration, STR(MODEL), elsewhere));
    ration_correct(ration, &usage, 1000);
    assert_true(held() <= most_at(MODEL) || !elsewhere);
    end(ration, &usage, 100000, true);
    return used() - before;
}

/* Another provider's names are its own; but what it tells of known ones counts. */
static void another_providers_name_exceeds_nothing(void **state)
{
    uint64_t most = most_at(MODEL);

    (void)state;
    s.options.owner.strict = true;
    s.limits.at[LIMIT_COST_TOTAL] = 1000u * 1000 * 1000;
    assert_int_equal(used_by("vendor/model", true), most);
    assert_true(used_by(MODEL, true) < most);
    assert_true(used_by(MODEL, true) == used_by(MODEL, false));
    assert_true(used_by("vendor/model", false) > most);
}

static void others_are_estimated_by_what_they_ask_for(void **state)
{
    struct ration *ration;

    (void)state;
    s.limits.at[LIMIT_COST_TOTAL] = most_at(MODEL);
    ration = given();
    assert_true(ration_goes_as(ration, STR("glm-5"), false));
    assert_int_equal(held(), most_at(MODEL));
    leave(ration);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(doubts_are_for_strict_keys),
        TEST(a_strict_one_is_held_at_the_price_it_goes_to),
        TEST(another_providers_name_exceeds_nothing),
        TEST(others_are_estimated_by_what_they_ask_for),
        TEST(no_history_exceeds_the_worst),
        TEST(what_exceeded_the_worst_may_exceed_it_again),
        TEST(strict_takes_the_worst_where_it_was_never_exceeded),
        TEST(what_nothing_bounds_brings_what_it_usually_brought),
        TEST(small_answers_do_not_vouch_for_large_ones),
        TEST(an_answer_came_to_no_more_than_it_could),
        TEST(tokens_are_held_as_the_answer_comes),
        TEST(tools_count_when_an_answer_broke_off),
        TEST(what_tells_no_numbers_is_booked_as_reserved),
        TEST(what_is_told_counts_if_it_is_more),
        TEST(absurd_numbers_are_not_small_ones),
        TEST(a_beginning_without_numbers_tells_nothing),
        TEST(what_is_known_to_exceed_a_minute_never_starts),
        TEST(what_mostly_fits_starts_in_an_empty_minute),
        TEST(a_key_without_history_may_try),
        TEST(without_history_one_of_those_is_let_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
