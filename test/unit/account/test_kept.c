// SPDX-License-Identifier: MIT
/* Whose tokens are the newest: those in memory, in the file, or of an answer. */
#include "account/kept.h"

#include "base/mem.h"
#include "desk.h"

#define FINE (-1)
#define SOON "2090-01-01T00:00:00Z"
#define LATER "2099-01-01T00:00:00Z"

/* A file of ours that says when its tokens came. */
#define OURS(access, refresh, expires, obtained)                               \
    "{\"access_token\":\"" access "\",\"refresh_token\":\"" refresh            \
    "\",\"expires_at\":\"" expires "\",\"obtained_at\":\"" obtained            \
    "\",\"note\":\"mine\"}"

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

static void a_file_that_was_written_earlier_is_older(void **state)
{
    struct desk *desk = *state;

    show(desk, OURS("new-access", "new-refresh", SOON, "2030-01-02T00:00:00Z"));
    put(desk, OURS("old-access", "old-refresh", LATER, "2030-01-01T00:00:00Z"));
    look(desk);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
    desk_expect_token(desk, "new-access");
}

static void a_foreign_file_is_older_if_its_token_expires_earlier(void **state)
{
    struct desk *desk = *state;

    show(desk,
         OURS("new-access", "new-refresh", LATER, "2030-01-02T00:00:00Z"));
    put(desk, DESK_DOC("old-access", "old-refresh", SOON));
    look(desk);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_token(desk, "new-access");
}

static void a_newer_sign_in_by_somebody_else_is_taken(void **state)
{
    struct desk *desk = *state;

    show(desk,
         OURS("new-access", "new-refresh", LATER, "2030-01-02T00:00:00Z"));
    put(desk,
        OURS("login-access", "login-refresh", SOON, "2030-01-03T00:00:00Z"));
    look(desk);
    desk_expect_stored(desk, "\"login-refresh\"");
    desk_expect_token(desk, "login-access");
}

/* What was not obtained here is no measure. */
static void a_file_written_by_hand_is_taken(void **state)
{
    struct desk *desk = *state;

    show(desk, DESK_DOC("hand-access", "hand-refresh", LATER));
    put(desk, DESK_DOC("other-access", "other-refresh", SOON));
    look(desk);
    desk_expect_stored(desk, "\"other-refresh\"");
    desk_expect_token(desk, "other-access");
}

static void a_sign_in_that_came_during_a_call_is_not_overwritten(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    put(desk,
        OURS("login-access", "login-refresh", LATER, "2030-01-01T00:00:00Z"));
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"login-refresh\"");
    desk_expect_token(desk, "login-access");
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

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(a_file_that_was_written_earlier_is_older),
        AT_DESK(a_foreign_file_is_older_if_its_token_expires_earlier),
        AT_DESK(a_newer_sign_in_by_somebody_else_is_taken),
        AT_DESK(a_file_written_by_hand_is_taken),
        AT_DESK(a_sign_in_that_came_during_a_call_is_not_overwritten),
        AT_DESK(an_older_file_put_there_during_a_call_is),
        AT_DESK(who_was_refused_with_the_newest_token_gets_another),
        AT_DESK(an_end_looks_once_more),
        AT_DESK(an_end_writes_back_what_is_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
