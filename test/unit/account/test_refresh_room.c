// SPDX-License-Identifier: MIT
/* Room for new tokens, before the old one is spent; and where there is none. */
#include "account/keeper_internal.h"
#include "desk.h"

#define FINE (-1)

static void ignore(void *arg)
{
    (void)arg;
}

static void room_is_reserved_before_the_old_token_is_spent(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_stall(desk->script, SCRIPT_RESERVE);
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    desk_until_stalled(desk);
    wire_turn_for(desk->loop, 20);
    assert_true(list_is_empty(&desk->keeper->calls));
    script_store_let_go(desk->script);
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
}

static void without_room_only_who_waits_gets_a_new_token(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_fail(desk->script, SCRIPT_RESERVE, ERR_IO, 2);
    keeper_look(desk->keeper);
    desk_until_count(desk, SCRIPT_RESERVE, 1);
    wire_turn_for(desk->loop, 20);
    assert_true(keeper_is_idle(desk->keeper));
    wait = keeper_ask(desk->keeper, desk->loop,
                      &(struct keeper_question){ .op = KEEPER_REFRESH,
                                                 .name = STR("main"),
                                                 .by_hand = true },
                      NULL, NULL);
    desk_token_call(desk);
    keeper_wait_free(wait);
    desk_grant(desk, "new-access", "new-refresh");
    desk_until_count(desk, SCRIPT_WRITE, 1);
}

#define LATER "2099-01-01T00:00:00Z"

/* The token of "main" has years left. */
static void show_live(struct desk *desk, const char *text)
{
    struct err err;

    script_store_put(desk->script, DESK_KEY, text);
    assert_true(accounts_load(desk->accounts, store_driver(desk->store), &err));
}

static struct keeper_wait *ask_by_hand(struct desk *desk)
{
    return keeper_ask(desk->keeper, desk->loop,
                      &(struct keeper_question){ .op = KEEPER_REFRESH,
                                                 .name = STR("main"),
                                                 .by_hand = true },
                      ignore, NULL);
}

/* It works still, and a kill would lose what came in its place. */
static void without_room_no_live_token_is_spent_by_hand(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    show_live(desk, DESK_DOC("live-access", "live-refresh", LATER));
    script_store_fail(desk->script, SCRIPT_RESERVE, ERR_IO, 1);
    wait = ask_by_hand(desk);
    desk_until_count(desk, SCRIPT_RESERVE, 1);
    while (!keeper_wait_is_done(wait) && list_is_empty(&desk->keeper->calls))
        wire_turn(desk->loop);
    assert_true(list_is_empty(&desk->keeper->calls));
    assert_int_equal(keeper_wait_error(wait)->code, ERR_IO);
    unit_assert_part(keeper_wait_error(wait)->text, "nothing was spent");
    unit_assert_part(keeper_wait_error(wait)->text, "free some space");
    keeper_wait_free(wait);
    desk_expect_token(desk, "live-access");
    desk_expect_stored(desk, "\"live-refresh\"");
}

/* Somebody who has been refused with it joined those who ask by hand. */
static void without_room_one_that_the_api_refused_is(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;
    struct keeper_wait *refused;

    show_live(desk, DESK_DOC("live-access", "live-refresh", LATER));
    script_store_fail(desk->script, SCRIPT_RESERVE, ERR_IO, 1);
    wait = ask_by_hand(desk);
    refused = desk_tell_refused(desk, KEEPER_REFRESH, "live-access");
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, refused), FINE);
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "new-access");
}

/* What was not exchanged by hand holds up nobody who needs another. */
static void without_room_nobody_waits_for_whom_it_was_refused(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    show_live(desk, DESK_DOC("live-access", "live-refresh", LATER));
    script_store_fail(desk->script, SCRIPT_RESERVE, ERR_IO, 2);
    assert_int_equal(desk_answer(desk, ask_by_hand(desk)), ERR_IO);
    wait = desk_tell_refused(desk, KEEPER_REFRESH, "live-access");
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
}

/* It answers nothing, however long its token has to live. */
static void without_room_one_whose_grant_was_refused_is_by_hand(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    show_live(desk, "{\"login_required\":\"93dd6d39cf0a73f6\","
                    "\"access_token\":\"live-access\","
                    "\"refresh_token\":\"old-refresh\","
                    "\"expires_at\":\"" LATER "\"}");
    script_store_fail(desk->script, SCRIPT_RESERVE, ERR_IO, 1);
    wait = ask_by_hand(desk);
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "new-access");
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(room_is_reserved_before_the_old_token_is_spent),
        AT_DESK(without_room_only_who_waits_gets_a_new_token),
        AT_DESK(without_room_no_live_token_is_spent_by_hand),
        AT_DESK(without_room_one_that_the_api_refused_is),
        AT_DESK(without_room_nobody_waits_for_whom_it_was_refused),
        AT_DESK(without_room_one_whose_grant_was_refused_is_by_hand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
