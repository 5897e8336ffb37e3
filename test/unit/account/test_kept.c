// SPDX-License-Identifier: MIT
/* Whose tokens are the newest: those in memory, in the file, or of an answer. */
#include "account/kept.h"

#include <stdio.h>

#include "base/mem.h"
#include "desk.h"

#define FINE (-1)
#define SOON "2090-01-01T00:00:00Z"
#define LATER "2099-01-01T00:00:00Z"

/* The hash of "old-refresh". */
#define OLD_GRANT "93dd6d39cf0a73f6"
/* The hash of "new-refresh". */
#define NEW_GRANT "149d5e49de35bb02"
/* A file of ours: its tokens replaced the grant of "old-refresh", and one before. */
#define REPLACED_OLD "\"replaced\":[\"" OLD_GRANT "\",\"0123456789abcdef\"],"
#define OURS(access, refresh, expires)                                         \
    "{" REPLACED_OLD "\"access_token\":\"" access                              \
    "\",\"refresh_token\":\"" refresh "\",\"expires_at\":\"" expires           \
    "\",\"note\":\"mine\"}"

static void ignore(void *arg)
{
    (void)arg;
}

static void put(struct desk *desk, const char *text)
{
    script_store_put(desk->script, DESK_KEY, text);
}

/* A refresh that only looks: somebody was refused with an old token. */
static void look(struct desk *desk)
{
    keeper_restore(desk->keeper, "main");
    while (!keeper_is_idle(desk->keeper))
        wire_turn(desk->loop);
}

/* Memory has what a file of ours says. */
static void show(struct desk *desk, const char *text)
{
    struct err err;

    put(desk, text);
    assert_true(accounts_load(desk->accounts, store_driver(desk->store), &err));
}

static void a_file_whose_grant_was_replaced_is_older(void **state)
{
    struct desk *desk = *state;

    show(desk, OURS("new-access", "new-refresh", SOON));
    put(desk, DESK_DOC("old-access", "old-refresh", LATER));
    look(desk);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
    desk_expect_token(desk, "new-access");
}

/* Whatever it says of its time. */
static void a_file_with_a_grant_that_nobody_knows_is_taken(void **state)
{
    struct desk *desk = *state;

    show(desk, OURS("new-access", "new-refresh", LATER));
    put(desk, DESK_DOC("other-access", "other-refresh", SOON));
    look(desk);
    desk_expect_stored(desk, "\"other-refresh\"");
    desk_expect_token(desk, "other-access");
}

#define SIGNED_IN "\"signed_in_at\":\"2025-01-01T00:00:00Z\","
#define SIGNED_IN_DOC(access, refresh, expires)                                \
    "{" SIGNED_IN "\"access_token\":\"" access                                 \
    "\",\"refresh_token\":\"" refresh "\",\"expires_at\":\"" expires           \
    "\",\"note\":\"mine\"}"

/* `replaced` of what memory has knows its grant no more. */
static void a_file_of_many_refreshes_ago_is_older(void **state)
{
    struct desk *desk = *state;

    show(desk, SIGNED_IN_DOC("new-access", "new-refresh", LATER));
    put(desk, SIGNED_IN_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    look(desk);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
    desk_expect_token(desk, "new-access");
    assert_true(list_is_empty(&desk->keeper->calls));
}

/* Of two that memory had, the one it has. */
static void what_is_written_back_is_the_newest(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    /* Another process was next: its file says so. */
    show(desk, "{\"replaced\":[\"" NEW_GRANT "\",\"" OLD_GRANT "\"],"
               "\"access_token\":\"newest-access\","
               "\"refresh_token\":\"newest-refresh\","
               "\"expires_at\":\"" LATER "\"}");
    desk_expect_token(desk, "newest-access");
    put(desk, DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    look(desk);
    desk_expect_stored(desk, "\"newest-refresh\"");
    desk_expect_token(desk, "newest-access");
    assert_true(list_is_empty(&desk->keeper->calls));
}

static void a_grant_that_was_refused_does_not_win(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    desk_renew(desk);
    wait = desk_tell_refused(desk, KEEPER_REFUSED, "new-access");
    assert_int_equal(desk_answer(desk, wait), FINE);
    put(desk, DESK_DOC("old-access", "old-refresh", LATER));
    look(desk);
    desk_expect_stored(desk, "\"old-refresh\"");
}

static void what_is_saved_tells_what_it_replaced(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    desk_expect_stored(desk, "\"replaced\":[\"" OLD_GRANT "\"]");
}

/* By it an import knows what it was made of, however old that is. */
static void the_first_grant_is_never_forgotten(void **state)
{
    struct desk *desk = *state;
    char grants[32 * 19 + 1] = "";
    char text[2048];

    for (size_t i = 0; i < 31; i++)
        (void)snprintf(grants + i * 19, 20, "\"%016zu\",", i);
    (void)snprintf(text, sizeof(text),
                   "{\"replaced\":[%s\"f125700000000000\"],%s", grants,
                   &DESK_DOC("old-access", "old-refresh", SOON)[1]);
    show(desk, text);
    desk_renew(desk);
    desk_expect_stored(desk,
                       "\"replaced\":[\"" OLD_GRANT "\",\"0000000000000000\",");
    desk_expect_stored(desk, "\"0000000000000029\",\"f125700000000000\"]");
}

static void a_sign_in_tells_it_too(void **state)
{
    struct desk *desk = *state;

    assert_int_equal(desk_answer(desk,
                                 desk_ask(desk, KEEPER_ADOPT,
                                          "{\"access_token\":\"login-access\","
                                          "\"refresh_token\":\"login-refresh\","
                                          "\"expires_at\":\"" LATER "\"}")),
                     FINE);
    desk_expect_stored(desk, "\"replaced\":[\"" OLD_GRANT "\"]");
}

static void assert_stays(struct desk *desk, const char *file)
{
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    put(desk, file);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"login-refresh\"");
    desk_expect_token(desk, "login-access");
    /* Nor does what was noted come back after the end. */
    assert_null(script_store_noted(desk->script));
}

static void a_sign_in_that_came_during_a_call_is_not_overwritten(void **state)
{
    assert_stays(*state, OURS("login-access", "login-refresh", SOON));
}

static void nor_is_one_that_somebody_put_there(void **state)
{
    assert_stays(*state, DESK_DOC("login-access", "login-refresh", LATER));
}

static void an_older_file_put_there_during_a_call_is(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    put(desk,
        DESK_DOC("older-access", "older-refresh", "2019-01-01T00:00:00Z"));
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"new-refresh\"");
}

static void who_was_refused_with_the_newest_token_gets_another(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    desk_renew(desk);
    script_store_stall(desk->script, SCRIPT_READ);
    keeper_restore(desk->keeper, "main");
    desk_until_stalled(desk);
    wait = desk_tell_refused(desk, KEEPER_REFRESH, "new-access");
    wire_turn_for(desk->loop, 5);
    script_store_let_go(desk->script);
    desk_token_call(desk);
    wire_expect(&desk->peer, "\"new-refresh\"");
    desk_grant(desk, "newest-access", "newest-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "newest-access");
}

/* The token that was asked with is spent, whatever the file is like now. */
static void what_was_granted_is_used_while_the_file_cannot_be_read(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    script_store_fail(desk->script, SCRIPT_READ, ERR_IO, 1);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "new-access");
    desk_until_count(desk, SCRIPT_WRITE, 1);
    desk_expect_stored(desk, "\"new-refresh\"");
    assert_true(list_is_empty(&desk->keeper->calls));
}

static void an_end_during_a_last_look_goes_on_looking(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    put(desk, DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    script_store_fail(desk->script, SCRIPT_LOCK, ERR_BUSY, 2);
    keeper_restore(desk->keeper, "main");
    desk_stop(desk);
    while (desk->idles == 0)
        wire_turn(desk->loop);
    desk_expect_stored(desk, "\"new-refresh\"");
}

static void an_end_looks_once_more(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    put(desk, DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    desk_stop(desk);
    while (desk->idles == 0)
        wire_turn(desk->loop);
    desk_expect_stored(desk, "\"new-refresh\"");
}

static void an_end_writes_back_what_is_away(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    script_store_take_away(desk->script, DESK_KEY, false);
    desk_stop(desk);
    while (desk->idles == 0)
        wire_turn(desk->loop);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
}

/* ---- another name ------------------------------------------------------- */

static void load(struct desk *desk)
{
    struct err err;

    assert_true(accounts_load(desk->accounts, store_driver(desk->store), &err));
}

static struct keeper_wait *ask_of(struct desk *desk, struct str name)
{
    return keeper_ask(desk->keeper, desk->loop,
                      &(struct keeper_question){ .op = KEEPER_REFRESH,
                                                 .name = name },
                      ignore, NULL);
}

/* Refused without a call, and all see why. */
static void assert_not_asked(struct desk *desk, struct keeper_wait *wait,
                             const char *name, const char *why)
{
    struct account *account;

    while (!keeper_wait_is_done(wait) && list_is_empty(&desk->keeper->calls))
        wire_turn(desk->loop);
    assert_true(keeper_wait_is_done(wait));
    assert_non_null(keeper_wait_error(wait));
    assert_int_equal(keeper_wait_error(wait)->code, ERR_LOGIN_REQUIRED);
    unit_assert_part(keeper_wait_error(wait)->text, why);
    keeper_wait_free(wait);
    account = accounts_get(desk->accounts, str_of(name));
    unit_assert_part(account_trouble(account), why);
    account_unref(account);
}

static void a_grant_that_was_renewed_under_another_name_is_not_used(
    void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    desk_renew(desk);
    script_store_put(desk->script, "oauth_copy",
                     DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    load(desk);
    wait = ask_of(desk, STR("copy"));
    assert_not_asked(desk, wait, "copy",
                     "\"copy\" are those of account \"main\", which renews");
    assert_true(list_is_empty(&desk->keeper->calls));
    desk_expect_token(desk, "new-access");
}

static void nor_is_one_that_is_being_renewed(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;
    struct keeper_wait *copy;

    script_store_put(desk->script, "oauth_copy",
                     DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    load(desk);
    wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    desk_token_call(desk);
    copy = ask_of(desk, STR("copy"));
    while (!keeper_wait_is_done(copy))
        wire_turn(desk->loop);
    assert_non_null(keeper_wait_error(copy));
    unit_assert_part(keeper_wait_error(copy)->text,
                     "are those of account \"main\"");
    keeper_wait_free(copy);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_token(desk, "new-access");
}

/* What was written over in a file is not spent by that: it may lie there by mistake. */
static void what_was_restored_over_is_asked_with_elsewhere(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    show(desk, SIGNED_IN_DOC("new-access", "new-refresh", LATER));
    put(desk, SIGNED_IN_DOC("b-access", "b-refresh", DESK_LONG_AGO));
    look(desk);
    desk_expect_stored(desk, "\"new-refresh\"");
    script_store_put(desk->script, "oauth_b",
                     SIGNED_IN_DOC("b-access", "b-refresh", DESK_LONG_AGO));
    load(desk);
    wait = ask_of(desk, STR("b"));
    desk_token_call(desk);
    desk_grant(desk, "b-next-access", "b-next-refresh");
    while (!keeper_wait_is_done(wait))
        wire_turn(desk->loop);
    assert_null(keeper_wait_error(wait));
    keeper_wait_free(wait);
}

/* It is not written once more under its old name. */
static void a_file_that_has_another_name_now_stays_there(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    script_store_take_away(desk->script, DESK_KEY, false);
    script_store_put(desk->script, "oauth_work",
                     DESK_DOC("new-access", "new-refresh", LATER));
    load(desk);
    assert_not_asked(desk, ask_of(desk, STR("main")), "main",
                     "\"main\" are those of account \"work\"");
    assert_null(script_store_get(desk->script, DESK_KEY));
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(a_file_whose_grant_was_replaced_is_older),
        AT_DESK(a_file_with_a_grant_that_nobody_knows_is_taken),
        AT_DESK(a_file_of_many_refreshes_ago_is_older),
        AT_DESK(what_is_written_back_is_the_newest),
        AT_DESK(a_grant_that_was_refused_does_not_win),
        AT_DESK(what_is_saved_tells_what_it_replaced),
        AT_DESK(the_first_grant_is_never_forgotten),
        AT_DESK(a_sign_in_tells_it_too),
        AT_DESK(a_sign_in_that_came_during_a_call_is_not_overwritten),
        AT_DESK(nor_is_one_that_somebody_put_there),
        AT_DESK(an_older_file_put_there_during_a_call_is),
        AT_DESK(who_was_refused_with_the_newest_token_gets_another),
        AT_DESK(what_was_granted_is_used_while_the_file_cannot_be_read),
        AT_DESK(an_end_during_a_last_look_goes_on_looking),
        AT_DESK(an_end_looks_once_more),
        AT_DESK(an_end_writes_back_what_is_away),
        AT_DESK(a_grant_that_was_renewed_under_another_name_is_not_used),
        AT_DESK(what_was_restored_over_is_asked_with_elsewhere),
        AT_DESK(nor_is_one_that_is_being_renewed),
        AT_DESK(a_file_that_has_another_name_now_stays_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
