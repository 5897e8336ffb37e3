// SPDX-License-Identifier: MIT
/* What is kept of the tries of a request; how they come about is in test_relay.c. */
#include "relay/attempt.h"

#include "accounts.h"
#include "relay/relayed.h"
#include "unit.h"

#define LATER                                                                  \
    "{\"access_token\":\"t\",\"refresh_token\":\"r\",\"expires_at\":"          \
    "\"2099-01-01T00:00:00Z\"}"

static struct request req;
static struct relayed r;

static int set_up(void **state)
{
    (void)state;
    req = (struct request){ .arena = arena_new(), .arrived_ns = 1000000000 };
    r = (struct relayed){ .req = &req };
    r.attempt.account = unit_account(&account_kind_oauth, "main", LATER);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    account_unref(r.attempt.account);
    arena_free(req.arena);
    return 0;
}

/* As if it had been started and judged. */
static void come_to(enum record_result result, unsigned status)
{
    r.attempt.count++;
    r.attempt.result = result;
    r.attempt.status = status;
    r.attempt.began_ns = req.arrived_ns + r.attempt.count * 5000000;
    r.attempt.took_ns = 3999999;
}

static void without_a_try_there_is_none(void **state)
{
    struct record_attempt list[RECORD_ATTEMPTS_MAX];

    (void)state;
    assert_int_equal(attempt_list(&r, list), 0);
}

static void the_present_one_stands_behind_those_before(void **state)
{
    struct record_attempt list[RECORD_ATTEMPTS_MAX];

    (void)state;
    come_to(RECORD_STALE, 0);
    attempt_end_early(&r);
    come_to(RECORD_TOKEN_REFUSED, 401);
    attempt_end_early(&r);
    /* another snapshot, as after a refresh */
    account_unref(r.attempt.account);
    r.attempt.account = unit_account(&account_kind_oauth, "next", LATER);
    come_to(RECORD_DELIVERED, 200);
    assert_int_equal(attempt_list(&r, list), 3);
    assert_int_equal(list[0].result, RECORD_STALE);
    assert_int_equal(list[0].after_ms, 5);
    assert_int_equal(list[0].took_ms, 3);
    unit_assert_str(list[0].account, "main");
    assert_int_equal(list[1].result, RECORD_TOKEN_REFUSED);
    assert_int_equal(list[1].status, 401);
    assert_int_equal(list[2].result, RECORD_DELIVERED);
    assert_int_equal(list[2].status, 200);
    assert_int_equal(list[2].after_ms, 15);
    unit_assert_str(list[2].account, "next");
}

static void there_is_room_for_all(void **state)
{
    struct record_attempt list[RECORD_ATTEMPTS_MAX];

    (void)state;
    for (unsigned i = 1; i < RECORD_ATTEMPTS_MAX; i++) {
        come_to(RECORD_STALE, i);
        attempt_end_early(&r);
    }
    come_to(RECORD_DELIVERED, 200);
    assert_int_equal(attempt_list(&r, list), RECORD_ATTEMPTS_MAX);
    assert_int_equal(list[0].status, 1);
    assert_int_equal(list[RECORD_ATTEMPTS_MAX - 2].status,
                     RECORD_ATTEMPTS_MAX - 1);
    assert_int_equal(list[RECORD_ATTEMPTS_MAX - 1].status, 200);
}

static void move_to(const char *name)
{
    attempt_move(&r, unit_account(&account_kind_oauth, name, LATER));
}

/* Whether or not anything was sent to it. */
static void no_account_is_taken_twice(void **state)
{
    static const struct endpoint endpoint = { .metered = false };
    struct record_attempt list[RECORD_ATTEMPTS_MAX];

    (void)state;
    r.endpoint = &endpoint;
    account_unref(r.attempt.account);
    attempt_take(&r, unit_account(&account_kind_oauth, "main", LATER));
    assert_true(attempt_has_tried(&r.attempt, STR("main")));
    r.attempt.began_ns = req.arrived_ns;
    attempt_lack_token(&r);
    move_to("dear");
    attempt_pass_over(&r);
    assert_int_equal(r.attempt.accounts, 1);
    move_to("next");
    assert_int_equal(r.attempt.accounts, 2);
    come_to(RECORD_TOKEN_REFUSED, 401);
    attempt_end_early(&r);
    r.attempt.renewed = true;
    attempt_lack_token(&r); /* the 401 says enough */
    assert_true(attempt_has_tried(&r.attempt, STR("main")));
    assert_true(attempt_has_tried(&r.attempt, STR("dear")));
    assert_true(attempt_has_tried(&r.attempt, STR("next")));
    assert_false(attempt_has_tried(&r.attempt, STR("nex")));
    assert_int_equal(attempt_list(&r, list), 2);
    assert_int_equal(list[0].result, RECORD_NO_TOKEN);
    unit_assert_str(list[0].account, "main");
    assert_int_equal(list[1].result, RECORD_TOKEN_REFUSED);
    unit_assert_str(list[1].account, "next");
}

/* As when the limits leave no room for it. */
static void another_account_that_was_not_tried_is_none(void **state)
{
    struct record_attempt list[RECORD_ATTEMPTS_MAX];

    (void)state;
    unit_assert_str(attempt_account(&r), "main");
    come_to(RECORD_LOST, 0);
    attempt_end_early(&r);
    account_unref(r.attempt.account);
    r.attempt.account = unit_account(&account_kind_oauth, "next", LATER);
    assert_int_equal(attempt_list(&r, list), 1);
    unit_assert_str(list[0].account, "main");
    unit_assert_str(attempt_account(&r), "main");
}

static void whose_answer_is_given_stands_last(void **state)
{
    struct record_attempt list[RECORD_ATTEMPTS_MAX];

    (void)state;
    come_to(RECORD_PASSED_OVER, 429);
    attempt_end_early(&r);
    account_unref(r.attempt.account);
    r.attempt.account = unit_account(&account_kind_oauth, "next", LATER);
    come_to(RECORD_LOST, 0);
    attempt_end_early(&r);
    come_to(RECORD_DELIVERED, 503); /* for all we knew */
    attempt_give(&r.attempt, 1);
    assert_int_equal(attempt_list(&r, list), 3);
    assert_int_equal(list[0].result, RECORD_LOST);
    assert_int_equal(list[1].result, RECORD_PASSED_OVER);
    assert_int_equal(list[1].status, 503);
    assert_int_equal(list[2].result, RECORD_DELIVERED);
    assert_int_equal(list[2].status, 429);
    assert_int_equal(list[2].after_ms, 5);
    unit_assert_str(list[2].account, "main");
    unit_assert_str(attempt_account(&r), "main");
}

static void the_clients_own_login_has_no_name(void **state)
{
    struct record_attempt list[RECORD_ATTEMPTS_MAX];

    (void)state;
    account_unref(r.attempt.account);
    r.attempt.account = NULL;
    come_to(RECORD_DELIVERED, 200);
    assert_int_equal(attempt_list(&r, list), 1);
    assert_int_equal(list[0].account.len, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_try_there_is_none),
        TEST(the_present_one_stands_behind_those_before),
        TEST(there_is_room_for_all),
        TEST(no_account_is_taken_twice),
        TEST(another_account_that_was_not_tried_is_none),
        TEST(whose_answer_is_given_stands_last),
        TEST(the_clients_own_login_has_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
