// SPDX-License-Identifier: MIT
/* New tokens that could not be saved yet, and what happens meanwhile. */
#include "account/keeper_internal.h"
#include "accounts.h"
#include "base/clock.h"
#include "desk.h"

#define FINE (-1)
#define HOUR_MS (60u * 60 * 1000)

static bool is_idle(void *arg)
{
    return keeper_is_idle(((struct desk *)arg)->keeper);
}

/* From now on every save fails. */
static void hold(struct desk *desk, struct keeper_wait *wait,
                 const char *answer)
{
    desk_token_call(desk);
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1000000);
    desk_reply(desk, "200 OK", answer);
    assert_int_equal(desk_answer(desk, wait), FINE);
}

static void let_save(struct desk *desk)
{
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 0);
}

#define GRANT(access, refresh)                                                 \
    "{\"access_token\":\"" access "\",\"expires_in\":3600,"                    \
    "\"refresh_token\":\"" refresh "\"}"

/* The API refused the held token: nobody waits until saving is tried again. */
static void hurry(struct desk *desk, const char *token)
{
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFRESH,
                                                         token)),
                     FINE);
}

static void who_waits_does_not_wait_for_the_next_try(void **state)
{
    struct desk *desk = *state;

    desk->keeper->options.patience_ms = 10000;
    hold(desk, desk_ask(desk, KEEPER_REFRESH, NULL),
         GRANT("new-access", "new-refresh"));
    /* By itself it would try again after 32 s by now. */
    for (int i = 0; i < 7; i++)
        hurry(desk, "new-access");
    let_save(desk);
    hurry(desk, "new-access");
    desk_expect_stored(desk, "\"new-refresh\"");
}

/* They were not spent once for each time that saving failed.  (The file's time says
   nothing.) */
static void what_was_spent_before_is_still_known(void **state)
{
    struct desk *desk = *state;
    struct account *first = unit_account(&account_kind_oauth, "main",
                                         DESK_DOC("old-access", "old-refresh",
                                                  "2099-01-01T00:00:00Z"));

    desk_renew(desk);
    hold(desk, desk_tell_refused(desk, KEEPER_REFRESH, "new-access"),
         GRANT("third-access", "third-refresh"));
    for (int i = 0; i < 10; i++)
        hurry(desk, "third-access");
    assert_true(keeper_is_spent(desk->keeper, first));
    let_save(desk);
    hurry(desk, "third-access");
    desk_expect_stored(desk, "\"third-refresh\"");
    account_unref(first);
}

/* It came without an access token, so it is used while it is held; and the answer
   to that brings no other. */
static void what_is_held_is_kept_where_a_further_answer_has_nothing_new(
    void **state)
{
    struct desk *desk = *state;

    hold(desk, desk_ask(desk, KEEPER_REFRESH, NULL),
         "{\"refresh_token\":\"new-refresh\"}");
    desk_token_call(desk);
    wire_expect(&desk->peer, "\"new-refresh\"");
    let_save(desk);
    desk_grant(desk, "third-access", NULL);
    wire_until(desk->loop, is_idle, desk);
    desk_expect_stored(desk, "\"third-access\"");
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_token(desk, "third-access");
}

/* The call may have taken longer than saving may. */
static void what_comes_long_after_the_stop_has_its_time_to_be_saved(
    void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_stop(desk);
    desk->keeper->stopped_ms =
        clock_steady_ms() > HOUR_MS ? clock_steady_ms() - HOUR_MS : 0;
    desk->keeper->options.save_at_stop_ms =
        clock_steady_ms() > HOUR_MS ? WIRE_WAIT_MS : clock_steady_ms() / 2;
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1);
    desk_grant(desk, "new-access", "new-refresh");
    (void)desk_answer(desk, wait);
    wire_until(desk->loop, is_idle, desk);
    assert_int_equal(keeper_lost(desk->keeper), 0);
    desk_expect_stored(desk, "\"new-refresh\"");
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(who_waits_does_not_wait_for_the_next_try),
        AT_DESK(what_was_spent_before_is_still_known),
        AT_DESK(what_is_held_is_kept_where_a_further_answer_has_nothing_new),
        AT_DESK(what_comes_long_after_the_stop_has_its_time_to_be_saved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
