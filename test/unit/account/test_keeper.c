// SPDX-License-Identifier: MIT
/* Changes, removals and the end of the keeper, over a scripted store and a scripted
   token endpoint. */
#include "account/keeper_internal.h"
#include "desk.h"

#define FINE (-1)

/* ---- changes ------------------------------------------------------------ */

static void a_change_that_could_not_be_saved_is_an_error(void **state)
{
    struct desk *desk = *state;

    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_CHANGE,
                                                "{\"note\":\"other\"}")),
                     ERR_IO);
    desk_expect_stored(desk, "\"mine\"");
}

static void a_removal_that_could_not_be_done_is_an_error_and_loses_nothing(
    void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    script_store_fail(desk->script, SCRIPT_REMOVE, ERR_IO, 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_REMOVE, NULL)),
                     ERR_IO);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"new-refresh\"");
}

static void a_removal_ends_what_is_under_way(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    char token[64];

    desk_token_call(desk);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_REMOVE, NULL)),
                     FINE);
    assert_int_equal(desk_answer(desk, wait), ERR_NO_ACCOUNT);
    assert_string_equal(desk_token(desk, token), "");
    assert_null(script_store_get(desk->script, DESK_KEY));
}

/* ---- the end ------------------------------------------------------------ */

static void an_end_waits_for_a_call_and_says_so(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    struct buf text;

    desk_token_call(desk);
    desk_stop(desk);
    wire_turn_for(desk->loop, 10);
    assert_int_equal(desk->idles, 0);
    buf_init(&text, 4096);
    keeper_describe(desk->keeper, &text);
    buf_add(&text, (struct str){ "", 1 });
    unit_assert_part(buf_str(&text).at,
                     "account main: the answer to its token call, at most 59");
    buf_done(&text);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"new-refresh\"");
    assert_int_equal(keeper_lost(desk->keeper), 0);
}

static void an_end_asks_for_nothing_new(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_stall(desk->script, SCRIPT_READ);
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    desk_until_stalled(desk);
    desk_stop(desk);
    script_store_let_go(desk->script);
    assert_int_equal(desk_answer(desk, wait), ERR_BUSY);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_REFRESH, NULL)),
                     ERR_BUSY);
}

static void an_end_tries_to_save_until_its_limit(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk->keeper->options.save_at_stop_ms = 50;
    desk_token_call(desk);
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1000);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_stop(desk);
    assert_int_equal(desk->idles, 0);
    while (desk->idles == 0)
        wire_turn(desk->loop);
    assert_int_equal(keeper_lost(desk->keeper), 1);
}

static void an_end_saves_what_was_held(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_stop(desk);
    while (desk->idles == 0)
        wire_turn(desk->loop);
    assert_int_equal(keeper_lost(desk->keeper), 0);
    desk_expect_stored(desk, "\"new-refresh\"");
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(a_change_that_could_not_be_saved_is_an_error),
        AT_DESK(a_removal_that_could_not_be_done_is_an_error_and_loses_nothing),
        AT_DESK(a_removal_ends_what_is_under_way),
        AT_DESK(an_end_waits_for_a_call_and_says_so),
        AT_DESK(an_end_asks_for_nothing_new),
        AT_DESK(an_end_tries_to_save_until_its_limit),
        AT_DESK(an_end_saves_what_was_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
