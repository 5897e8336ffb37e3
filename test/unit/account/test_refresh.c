// SPDX-License-Identifier: MIT
/* Refreshes, over a scripted store and a scripted token endpoint. */
#include "account/keeper_internal.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/mem.h"
#include "desk.h"

#define FINE (-1)

/* ---- refreshing --------------------------------------------------------- */

static void an_expired_token_is_exchanged_and_saved_before_it_is_shown(
    void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    wire_expect(&desk->peer, "\"old-refresh\"");
    wire_expect(&desk->peer, "accept-encoding: identity\r\n");
    script_store_stall(desk->script, SCRIPT_WRITE);
    desk_grant(desk, "new-access", "new-refresh");
    desk_until_stalled(desk);
    desk_expect_token(desk, "old-access");
    assert_false(keeper_wait_is_done(wait));
    script_store_let_go(desk->script);
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "new-access");
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
}

static void all_who_wait_share_one_call(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *waits[5];

    for (size_t i = 0; i < COUNT_OF(waits); i++)
        waits[i] = desk_ask(desk, KEEPER_REFRESH, NULL);
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    for (size_t i = 0; i < COUNT_OF(waits); i++)
        assert_int_equal(desk_answer(desk, waits[i]), FINE);
    assert_int_equal(script_store_count(desk->script, SCRIPT_LOCK), 1);
    assert_int_equal(keeper_refreshes(desk->keeper, KEEPER_REFRESH_SAVED), 1);
}

/* The old one may be spent, but nothing is lost by keeping it. */
static void a_refresh_token_that_cannot_be_one_replaces_none(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_grant(desk, "new-access", "no token");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "new-access");
    desk_expect_stored(desk, "\"old-refresh\"");
}

static void who_leaves_cancels_nothing(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    keeper_wait_free(wait);
    desk_grant(desk, "new-access", "new-refresh");
    desk_until_count(desk, SCRIPT_WRITE, 1);
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFRESH,
                                                         "old-access")),
                     FINE);
    desk_expect_token(desk, "new-access");
}

static void a_connection_that_is_lost_is_tried_once_more(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    wire_reset(&desk->peer);
    desk_token_call(desk);
    wire_expect(&desk->peer, "\"old-refresh\"");
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
}

static void a_connection_that_is_lost_twice_is_an_error_and_marks_nothing(
    void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    for (int i = 0; i < 2; i++) {
        desk_token_call(desk);
        wire_reset(&desk->peer);
    }
    assert_int_equal(desk_answer(desk, wait), ERR_FIRST_BYTE);
    assert_int_equal(script_store_count(desk->script, SCRIPT_WRITE), 0);
    /* It backs off: the next one is answered from memory. */
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    assert_int_equal(desk_answer(desk, wait), ERR_FIRST_BYTE);
    assert_int_equal(desk->retry_after_s, 1);
    assert_int_equal(script_store_count(desk->script, SCRIPT_LOCK), 1);
    assert_int_equal(keeper_refreshes(desk->keeper, KEEPER_REFRESH_FAILED), 1);
}

static void a_late_answer_counts(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    desk->keeper->options.patience_ms = 30;
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    desk_token_call(desk);
    assert_int_equal(desk_answer(desk, wait), ERR_TIMEOUT);
    assert_true(desk->retry_after_s > 0);
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    desk->keeper->options.patience_ms = WIRE_WAIT_MS;
    desk_grant(desk, "new-access", "new-refresh");
    (void)desk_answer(desk, wait);
    desk_until_count(desk, SCRIPT_WRITE, 1);
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFRESH,
                                                         "old-access")),
                     FINE);
    desk_expect_token(desk, "new-access");
    desk_expect_stored(desk, "\"new-refresh\"");
}

static void a_provider_that_asks_for_time_gets_it(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_reply(desk, "429 Too Many Requests\r\nretry-after: 60", "{}");
    assert_int_equal(desk_answer(desk, wait), ERR_OAUTH);
    assert_in_range(desk->retry_after_s, 59, 60);
}

/* For those who choose an account. */
static void all_see_that_there_is_no_token(void **state)
{
    struct desk *desk = *state;
    struct account *account = accounts_get(desk->accounts, STR("main"));
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    struct vitals_copy copy;
    struct health_view view;

    desk_token_call(desk);
    desk_reply(desk, "503 Unavailable\r\nretry-after: 60", "{}");
    assert_int_equal(desk_answer(desk, wait), ERR_OAUTH);
    vitals_copy(account->vitals, &copy);
    view = vitals_copy_view_token(&copy, clock_wall_ms());
    assert_int_equal(view.state, HEALTH_PAUSED);
    assert_in_range(view.until_ms - clock_wall_ms(), 59000, 60000);
    unit_assert_part(view.cause, "\"main\" could not be refreshed");
    account_unref(account);
}

static void and_that_there_is_one_again(void **state)
{
    struct desk *desk = *state;
    struct account *account = accounts_get(desk->accounts, STR("main"));
    uint64_t now_ms = clock_wall_ms();

    vitals_note_token(account->vitals, now_ms + 60000, STR("a 503"), now_ms);
    desk_renew(desk);
    assert_int_equal(vitals_view_token(account->vitals, now_ms).state,
                     HEALTH_READY);
    account_unref(account);
}

static void a_refusal_marks_the_grant(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_reply(desk, "400 Bad Request", "{\"error\":\"invalid_grant\"}");
    assert_int_equal(desk_answer(desk, wait), ERR_LOGIN_REQUIRED);
    desk_expect_stored(desk, "\"login_required\":");
    desk_expect_stored(desk, "\"old-refresh\"");
    assert_int_equal(keeper_refreshes(desk->keeper, KEEPER_REFRESH_REFUSED), 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_REFRESH, NULL)),
                     ERR_LOGIN_REQUIRED);
}

static bool has_trouble(const struct desk *desk)
{
    struct account *account = accounts_get(desk->accounts, STR("main"));
    bool has = account->refresh_problem[0] != '\0';

    account_unref(account);
    return has;
}

static void a_lock_of_another_process_is_waited_for(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_fail(desk->script, SCRIPT_LOCK, ERR_BUSY, 2);
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    assert_int_equal(script_store_count(desk->script, SCRIPT_LOCK), 3);
}

static void a_lock_that_cannot_be_taken_is_an_error_of_the_store(void **state)
{
    struct desk *desk = *state;

    script_store_fail(desk->script, SCRIPT_LOCK, ERR_IO, 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_REFRESH, NULL)),
                     ERR_IO);
    assert_true(has_trouble(desk));
}

/* Until a refresh gets further, the account shows it. */
static void a_file_that_cannot_be_read_shows_until_it_can(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_fail(desk->script, SCRIPT_READ, ERR_IO, 1);
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    assert_int_equal(desk_answer(desk, wait), ERR_IO);
    assert_true(has_trouble(desk));
    wait = desk_ask(desk, KEEPER_ADOPT,
                    DESK_DOC("other-access", "other-refresh",
                             "2099-01-01T00:00:00Z"));
    assert_int_equal(desk_answer(desk, wait), FINE);
    assert_false(has_trouble(desk));
}

static void what_another_process_saved_is_used(void **state)
{
    struct desk *desk = *state;

    script_store_put(desk->script, DESK_KEY,
                     DESK_DOC("their-access", "their-refresh",
                              "2099-01-01T00:00:00Z"));
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_REFRESH, NULL)),
                     FINE);
    desk_expect_token(desk, "their-access");
    assert_int_equal(script_store_count(desk->script, SCRIPT_WRITE), 0);
}

/* ---- 401s of the API ----------------------------------------------------- */

static void a_second_refusal_of_an_old_token_marks_nothing(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFUSED,
                                                         "old-access")),
                     FINE);
    assert_int_equal(script_store_count(desk->script, SCRIPT_WRITE), 1);
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFUSED,
                                                         "new-access")),
                     FINE);
    desk_expect_stored(desk, "\"login_required\":");
}

static void who_was_refused_with_an_old_token_gets_the_new_one(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFRESH,
                                                         "old-access")),
                     FINE);
    assert_int_equal(script_store_count(desk->script, SCRIPT_LOCK), 1);
}

/* ---- saving ------------------------------------------------------------- */

static void what_cannot_be_saved_is_held_and_saved_later(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    struct account *account;

    desk_token_call(desk);
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "new-access");
    account = accounts_get(desk->accounts, STR("main"));
    unit_assert_part(account->unsaved, "the script says no");
    account_unref(account);
    assert_int_equal(script_store_locks(desk->script), 1);
    desk_until_count(desk, SCRIPT_WRITE, 2);
    desk_stop(desk);
    desk_expect_stored(desk, "\"new-refresh\"");
}

static void new_tokens_are_noted_before_they_are_written(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    char *noted;

    desk_token_call(desk);
    script_store_stall(desk->script, SCRIPT_WRITE);
    desk_grant(desk, "new-access", "new-refresh");
    desk_until_stalled(desk);
    noted = script_store_noted(desk->script);
    assert_non_null(noted);
    unit_assert_part(noted, "\"new-refresh\"");
    unit_assert_part(noted, "\"note\":\"mine\"");
    mem_free(noted);
    script_store_let_go(desk->script);
    assert_int_equal(desk_answer(desk, wait), FINE);
}

static void a_file_that_is_away_is_written_back_whole(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    script_store_take_away(desk->script, DESK_KEY, false);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
}

static void one_that_was_removed_on_purpose_is_not(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    script_store_take_away(desk->script, DESK_KEY, true);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), ERR_NO_ACCOUNT);
    assert_null(script_store_get(desk->script, DESK_KEY));
}

static void an_older_file_gets_the_newer_tokens(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    script_store_put(desk->script, DESK_KEY,
                     DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    keeper_restore(desk->keeper, "main");
    desk_until_count(desk, SCRIPT_WRITE, 2);
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFRESH,
                                                         "old-access")),
                     FINE);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_token(desk, "new-access");
    assert_true(list_is_empty(&desk->keeper->calls));
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(an_expired_token_is_exchanged_and_saved_before_it_is_shown),
        AT_DESK(all_who_wait_share_one_call),
        AT_DESK(a_refresh_token_that_cannot_be_one_replaces_none),
        AT_DESK(who_leaves_cancels_nothing),
        AT_DESK(a_connection_that_is_lost_is_tried_once_more),
        AT_DESK(a_connection_that_is_lost_twice_is_an_error_and_marks_nothing),
        AT_DESK(a_late_answer_counts),
        AT_DESK(a_provider_that_asks_for_time_gets_it),
        AT_DESK(all_see_that_there_is_no_token),
        AT_DESK(and_that_there_is_one_again),
        AT_DESK(a_refusal_marks_the_grant),
        AT_DESK(a_lock_of_another_process_is_waited_for),
        AT_DESK(a_lock_that_cannot_be_taken_is_an_error_of_the_store),
        AT_DESK(a_file_that_cannot_be_read_shows_until_it_can),
        AT_DESK(what_another_process_saved_is_used),
        AT_DESK(a_second_refusal_of_an_old_token_marks_nothing),
        AT_DESK(who_was_refused_with_an_old_token_gets_the_new_one),
        AT_DESK(what_cannot_be_saved_is_held_and_saved_later),
        AT_DESK(new_tokens_are_noted_before_they_are_written),
        AT_DESK(a_file_that_is_away_is_written_back_whole),
        AT_DESK(one_that_was_removed_on_purpose_is_not),
        AT_DESK(an_older_file_gets_the_newer_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
