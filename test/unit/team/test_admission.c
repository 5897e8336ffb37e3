// SPDX-License-Identifier: MIT
/* team/admission: every event in every state, every limit on both sides.  Random
   sequences are in test_admission_random.c, bursts in test_admission_bursts.c. */
#include "team/admission.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "desk_scene.h"

/* ---- every event in every state ------------------------------------------ */

/* As much output as before. */
static void hold(struct admission *admission, uint64_t tokens_in,
                 uint64_t cost_microusd)
{
    admission_correct(admission, &(struct admission_hold){
                                     tokens_in, admission->tokens_out,
                                     cost_microusd, false });
}

enum event { RESERVE, RESERVE_IN_VAIN, CORRECT, SETTLE, EVENTS };

static void happen(struct admission *admission, enum event event)
{
    struct admission_ask ask = counter_desk_ask(&desk);

    switch (event) {
    case RESERVE:
        assert_int_equal(admission_reserve(admission, &ask, desk.now,
                                           &desk.why),
                         ADMISSION_GRANTED);
        break;
    case RESERVE_IN_VAIN:
        ask.cost_microusd = UINT64_MAX;
        assert_int_equal(admission_reserve(admission, &ask, desk.now,
                                           &desk.why),
                         ADMISSION_REFUSED);
        break;
    case CORRECT:
        hold(admission, 100, 200000);
        break;
    case SETTLE:
        counter_desk_settle(&desk, admission);
        break;
    case EVENTS:
        break;
    }
}

static void reach(struct admission *admission, enum admission_state state)
{
    *admission = (struct admission){ .state = ADMISSION_NONE };
    if (state != ADMISSION_NONE)
        happen(admission, RESERVE);
    if (state == ADMISSION_SETTLED)
        happen(admission, SETTLE);
}

/* Does it abort, in a process of its own? */
static bool aborts(enum admission_state state, enum event event)
{
    struct admission admission;
    int status = 0;
    pid_t child;

    reach(&admission, state);
    child = fork();
    if (child == 0) {
        (void)close(2);
        happen(&admission, event);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (admission.state == ADMISSION_RESERVED)
        counter_desk_settle(&desk, &admission);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static void each_event_in_each_state(void **state)
{
    /* -1: that is a fault, and stops the program */
    static const int next[3][EVENTS] = {
        [ADMISSION_NONE] = { ADMISSION_RESERVED, ADMISSION_NONE, -1, -1 },
        [ADMISSION_RESERVED] = { -1, -1, ADMISSION_RESERVED,
                                 ADMISSION_SETTLED },
        [ADMISSION_SETTLED] = { -1, -1, -1, -1 },
    };

    (void)state;
    desk.key.limits.at[LIMIT_COST_DAY] = 1000000000;
    for (int from = ADMISSION_NONE; from <= ADMISSION_SETTLED; from++) {
        for (int event = 0; event < EVENTS; event++) {
            struct admission admission;

            if (next[from][event] < 0) {
                assert_true(
                    aborts((enum admission_state)from, (enum event)event));
                continue;
            }
            reach(&admission, (enum admission_state)from);
            happen(&admission, (enum event)event);
            assert_int_equal(admission.state, next[from][event]);
            if (admission.state == ADMISSION_RESERVED)
                counter_desk_settle(&desk, &admission);
            counter_desk_expect_free(&desk);
        }
    }
}

/* ---- each limit ---------------------------------------------------------- */

/* Admits at once as many as fit; each as counter_desk_ask(). */
static size_t admit(struct admission *admissions, size_t max)
{
    size_t count = 0;

    while (count < max &&
           counter_desk_reserve(&desk, &admissions[count]) == ADMISSION_GRANTED)
        count++;
    return count;
}

static void settle_all(struct admission *admissions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        counter_desk_settle(&desk, &admissions[i]);
}

static const struct {
    enum limit limit;
    uint64_t at;
    size_t fit;                     /* at once */
    size_t after;                   /* when they have ended */
    enum admission_verdict verdict; /* of the next one */
    uint64_t opens_in_ms;           /* after they have ended */
} limit_rows[] = {
    { LIMIT_RPM, 3, 3, 0, ADMISSION_REFUSED, 61000 },
    { LIMIT_TPM_IN, 350, 3, 0, ADMISSION_REFUSED, 61000 },
    { LIMIT_TPM_OUT, 35, 3, 0, ADMISSION_REFUSED, 61000 },
    { LIMIT_RPD, 3, 3, 0, ADMISSION_REFUSED, DAY_MS },
    { LIMIT_CONCURRENCY, 3, 3, 3, ADMISSION_FULL, 0 },
    { LIMIT_COST_5H, 700000, 3, 0, ADMISSION_REFUSED,
      5 * HOUR_MS + 15 * MINUTE_MS },
    { LIMIT_COST_DAY, 600000, 3, 0, ADMISSION_REFUSED, DAY_MS },
    { LIMIT_COST_WEEK, 799999, 3, 0, ADMISSION_REFUSED, 7 * DAY_MS },
    { LIMIT_COST_MONTH, 600000, 3, 0, ADMISSION_REFUSED, DAY_MS },
    { LIMIT_COST_TOTAL, 600000, 3, 0, ADMISSION_REFUSED, 0 },
    { LIMIT_RPM, 0, 0, 0, ADMISSION_REFUSED, 0 },
    { LIMIT_RPD, 0, 0, 0, ADMISSION_REFUSED, 0 },
    { LIMIT_CONCURRENCY, 0, 0, 0, ADMISSION_REFUSED, 0 },
    { LIMIT_COST_TOTAL, 0, 0, 0, ADMISSION_REFUSED, 0 },
    { LIMIT_COST_DAY, 199999, 0, 0, ADMISSION_REFUSED, 0 },
};

static void check_limit(size_t row, bool of_group)
{
    struct admission admissions[10];
    struct admission one;
    size_t fit;

    counter_desk_open(&desk, true);
    (of_group ? &desk.group : &desk.key)->limits.at[limit_rows[row].limit] =
        limit_rows[row].at;
    fit = admit(admissions, 10);
    assert_int_equal(fit, limit_rows[row].fit);
    assert_int_equal(counter_desk_reserve(&desk, &one),
                     limit_rows[row].verdict);
    assert_int_equal(desk.why.limit, limit_rows[row].limit);
    assert_int_equal(desk.why.of_group, of_group);
    assert_int_equal(desk.why.at, limit_rows[row].at);
    settle_all(admissions, fit);
    fit = admit(admissions, 10);
    assert_int_equal(fit, limit_rows[row].after);
    settle_all(admissions, fit);
    if (limit_rows[row].opens_in_ms > 0) {
        assert_int_equal(desk.why.opens_ms,
                         MONDAY + limit_rows[row].opens_in_ms);
        counter_desk_pass(&desk, limit_rows[row].opens_in_ms - 1);
        assert_int_equal(admit(admissions, 10), 0);
        counter_desk_pass(&desk, 1);
        fit = admit(admissions, 10);
        assert_int_equal(fit, 3);
        settle_all(admissions, fit);
    }
    counter_desk_expect_free(&desk);
    counter_desk_close(&desk);
}

static void each_limit_holds_on_both_sides(void **state)
{
    (void)state;
    counter_desk_close(&desk);
    for (size_t i = 0; i < COUNT_OF(limit_rows); i++) {
        check_limit(i, false);
        check_limit(i, true);
    }
    counter_desk_open(&desk, true);
}

static void both_sides_or_neither(void **state)
{
    struct admission admissions[10];

    (void)state;
    desk.key.limits.at[LIMIT_RPM] = 10;
    desk.group.limits.at[LIMIT_COST_DAY] = 400000;
    assert_int_equal(admit(admissions, 10), 2);
    assert_int_equal(counter_desk_view(&desk, &desk.key).at[LIMIT_RPM].used, 2);
    settle_all(admissions, 2);
    desk.group.limits.at[LIMIT_COST_DAY] = LIMIT_NONE;
    desk.key.limits.at[LIMIT_RPM] = 2;
    assert_int_equal(admit(admissions, 10), 0);
    assert_int_equal(counter_desk_view(&desk, &desk.group).at[LIMIT_RPD].used,
                     2);
    counter_desk_expect_free(&desk);
}

/* Of several, the one that opens last: coming back earlier would be in vain. */
static void the_limit_that_opens_last_is_told(void **state)
{
    struct admission admission;

    (void)state;
    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    desk.key.limits.at[LIMIT_CONCURRENCY] = 1;
    desk.key.limits.at[LIMIT_RPD] = 1;
    assert_int_equal(counter_desk_reserve(&desk, &(struct admission){ 0 }),
                     ADMISSION_REFUSED);
    assert_int_equal(desk.why.limit, LIMIT_RPD);
    counter_desk_settle(&desk, &admission);
    desk.group.limits.at[LIMIT_COST_WEEK] = 200000;
    assert_int_equal(counter_desk_reserve(&desk, &(struct admission){ 0 }),
                     ADMISSION_REFUSED);
    assert_int_equal(desk.why.limit, LIMIT_COST_WEEK);
    desk.key.limits.at[LIMIT_COST_TOTAL] = 200000;
    assert_int_equal(counter_desk_reserve(&desk, &(struct admission){ 0 }),
                     ADMISSION_REFUSED);
    assert_int_equal(desk.why.limit, LIMIT_COST_TOTAL);
}

/* ---- the way of one request ---------------------------------------------- */

static void what_was_not_sent_is_given_back(void **state)
{
    struct admission admissions[10];

    (void)state;
    desk.key.limits.at[LIMIT_RPM] = 2;
    desk.key.limits.at[LIMIT_RPD] = 2;
    desk.key.limits.at[LIMIT_TPM_IN] = 200;
    desk.group.limits.at[LIMIT_TPM_OUT] = 20;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(admit(admissions, 10), 2);
        counter_desk_cancel(&desk, &admissions[0]);
        counter_desk_cancel(&desk, &admissions[1]);
    }
    counter_desk_expect_free(&desk);
    assert_int_equal(counter_desk_view(&desk, &desk.key).total.requests, 0);
    assert_int_equal(counter_desk_view(&desk, &desk.key).at[LIMIT_RPM].used, 0);
}

static void a_correction_frees_or_holds_more(void **state)
{
    struct admission admissions[10];

    (void)state;
    desk.key.limits.at[LIMIT_COST_DAY] = 400000;
    desk.key.limits.at[LIMIT_TPM_IN] = 1000;
    assert_int_equal(admit(admissions, 2), 2);
    hold(&admissions[0], 40, 50000);
    assert_int_equal(counter_desk_view(&desk, &desk.key).at[LIMIT_TPM_IN].used,
                     140);
    hold(&admissions[1], 100, 150000);
    assert_int_equal(admit(admissions + 2, 1), 1);
    hold(&admissions[2], 100, 900000);
    assert_int_equal(
        counter_desk_view(&desk, &desk.key).at[LIMIT_COST_DAY].reserved,
        1100000);
    settle_all(admissions, 3);
    counter_desk_expect_free(&desk);
    assert_int_equal(
        counter_desk_view(&desk, &desk.key).at[LIMIT_COST_DAY].used, 600000);
}

/* Input counts when it comes, output when it has come. */
static void tokens_count_in_their_minute(void **state)
{
    struct admission admission;
    struct counters_view view;

    (void)state;
    desk.key.limits.at[LIMIT_TPM_IN] = 1000;
    desk.key.limits.at[LIMIT_TPM_OUT] = 1000;
    assert_int_equal(counter_desk_reserve(&desk, &admission),
                     ADMISSION_GRANTED);
    counter_desk_pass(&desk, 2 * MINUTE_MS);
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_TPM_IN].used, 0);
    assert_int_equal(view.at[LIMIT_TPM_OUT].reserved, 10);
    admission_settle(&admission,
                     &(struct admission_truth){
                         .tokens_in = 500, .tokens_out = 300, .sent = true },
                     desk.now);
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_TPM_IN].used, 0);
    assert_int_equal(view.at[LIMIT_TPM_OUT].used, 300);
    counter_desk_pass(&desk, 61000);
    view = counter_desk_view(&desk, &desk.key);
    assert_int_equal(view.at[LIMIT_TPM_OUT].used, 0);
}

static bool is_full(enum limit limit)
{
    return counter_desk_view(&desk, &desk.key).at[limit].full;
}

/* Whoever looks sees that a limit refuses, before all of it is used. */
static void a_limit_is_full_while_requests_do_not_fit(void **state)
{
    struct admission admissions[3];

    (void)state;
    desk.key.limits.at[LIMIT_COST_DAY] = 500000;
    desk.key.limits.at[LIMIT_COST_TOTAL] = 700000;
    assert_int_equal(admit(admissions, 3), 2);
    assert_false(is_full(LIMIT_COST_DAY)); /* others hold the rest */
    settle_all(admissions, 2);
    assert_false(is_full(LIMIT_COST_DAY));
    assert_int_equal(admit(admissions, 1), 0);
    assert_true(is_full(LIMIT_COST_DAY));
    assert_false(is_full(LIMIT_COST_TOTAL));
    desk.key.limits.at[LIMIT_COST_DAY] = 550000;
    assert_false(is_full(LIMIT_COST_DAY));
    desk.key.limits.at[LIMIT_COST_DAY] = 500000;
    counter_desk_pass(&desk, DAY_MS);
    assert_false(is_full(LIMIT_COST_DAY));
    assert_int_equal(admit(admissions, 3), 1);
    settle_all(admissions, 1);
    assert_int_equal(admit(admissions, 1), 0);
    counter_desk_pass(&desk, 1000 * DAY_MS);
    assert_true(is_full(LIMIT_COST_TOTAL));
}

/* It began yesterday, and is paid for today. */
static void a_request_over_midnight_counts_in_the_new_day(void **state)
{
    struct admission admissions[10];

    (void)state;
    desk.key.limits.at[LIMIT_COST_DAY] = 400000;
    desk.key.limits.at[LIMIT_RPD] = 100;
    counter_desk_pass(&desk, DAY_MS - 1);
    assert_int_equal(admit(admissions, 10), 2);
    counter_desk_pass(&desk, 1);
    assert_int_equal(admit(admissions + 2, 8), 0);
    settle_all(admissions, 2);
    assert_int_equal(counter_desk_view(&desk, &desk.key).at[LIMIT_RPD].used, 2);
    assert_int_equal(admit(admissions, 10), 0);
    counter_desk_pass(&desk, DAY_MS);
    assert_int_equal(admit(admissions, 10), 2);
    settle_all(admissions, 2);
}

/* A rate that is put on while a request runs does not count it. */
static void a_limit_may_come_and_go_meanwhile(void **state)
{
    struct admission before;
    struct admission after;

    (void)state;
    assert_int_equal(counter_desk_reserve(&desk, &before), ADMISSION_GRANTED);
    desk.key.limits.at[LIMIT_RPM] = 10;
    desk.key.limits.at[LIMIT_TPM_IN] = 1000;
    assert_int_equal(counter_desk_reserve(&desk, &after), ADMISSION_GRANTED);
    hold(&before, 7, 1);
    counter_desk_cancel(&desk, &before);
    assert_int_equal(counter_desk_view(&desk, &desk.key).at[LIMIT_RPM].used, 1);
    limits_init(&desk.key.limits);
    counter_desk_cancel(&desk, &after);
    assert_int_equal(counter_desk_view(&desk, &desk.key).at[LIMIT_RPM].used, 0);
    counter_desk_expect_free(&desk);
}

static void counting_tokens_is_free(void **state)
{
    struct admission admission = { .state = ADMISSION_NONE };
    struct admission_ask ask = counter_desk_ask(&desk);

    (void)state;
    for (size_t i = 0; i < LIMIT_COUNT; i++)
        desk.key.limits.at[i] = 0;
    ask.counted = false;
    assert_int_equal(admission_reserve(&admission, &ask, desk.now, &desk.why),
                     ADMISSION_GRANTED);
    hold(&admission, 5, 5);
    counter_desk_settle(&desk, &admission);
    assert_int_equal(admission.state, ADMISSION_SETTLED);
    assert_int_equal(counter_desk_view(&desk, &desk.key).total.requests, 0);
}

/* What costs nothing passes a budget that is used up, if its requests fit. */
static void what_costs_nothing_needs_no_budget(void **state)
{
    struct admission admission = { .state = ADMISSION_NONE };
    struct admission_ask ask = counter_desk_ask(&desk);

    (void)state;
    desk.key.limits.at[LIMIT_COST_TOTAL] = 0;
    desk.key.limits.at[LIMIT_RPM] = 1;
    ask.tokens_in = ask.tokens_out = ask.cost_microusd = 0;
    assert_int_equal(admission_reserve(&admission, &ask, desk.now, &desk.why),
                     ADMISSION_GRANTED);
    counter_desk_cancel(&desk, &admission);
}

static void a_wrong_estimate_overflows_nothing(void **state)
{
    struct admission admission = { .state = ADMISSION_NONE };
    struct admission_ask ask = counter_desk_ask(&desk);

    (void)state;
    desk.key.limits.at[LIMIT_COST_TOTAL] = LIMIT_MICROUSD_MAX;
    ask.cost_microusd = UINT64_MAX;
    assert_int_equal(admission_reserve(&admission, &ask, desk.now, &desk.why),
                     ADMISSION_REFUSED);
    assert_int_equal(desk.why.need, UINT64_MAX);
    assert_int_equal(desk.why.opens_ms, 0);
    counter_desk_expect_free(&desk);
}

/* Bodies and answers say what they like. */
static void numbers_that_cannot_be_are_added_up(void **state)
{
    const uint64_t most = UINT64_MAX;
    struct admission all[3] = { { 0 } };
    struct admission_ask ask = { .of = { { .counters = desk.key.counters,
                                           .limits = &desk.key.limits } },
                                 .counted = true,
                                 .tokens_in = most,
                                 .tokens_out = most,
                                 .cost_microusd = most };
    const struct admission_truth truth = { most, most, most, true };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        assert_int_equal(admission_reserve(&all[i], &ask, desk.now, &desk.why),
                         ADMISSION_GRANTED);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        admission_correct(&all[i],
                          &(struct admission_hold){ most, most, most, false });
        admission_settle(&all[i], &truth, desk.now);
    }
    counter_desk_expect_free(&desk);
    assert_int_equal(counter_desk_view(&desk, &desk.key).total.tokens_out,
                     3 * ADMISSION_MOST);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(each_event_in_each_state),
        TEST(each_limit_holds_on_both_sides),
        TEST(both_sides_or_neither),
        TEST(the_limit_that_opens_last_is_told),
        TEST(what_was_not_sent_is_given_back),
        TEST(a_correction_frees_or_holds_more),
        TEST(tokens_count_in_their_minute),
        TEST(a_limit_is_full_while_requests_do_not_fit),
        TEST(a_request_over_midnight_counts_in_the_new_day),
        TEST(a_limit_may_come_and_go_meanwhile),
        TEST(numbers_that_cannot_be_are_added_up),
        TEST(counting_tokens_is_free),
        TEST(what_costs_nothing_needs_no_budget),
        TEST(a_wrong_estimate_overflows_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
