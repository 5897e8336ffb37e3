// SPDX-License-Identifier: MIT
/* Changes of an account whose file is not what memory has. */
#include "account/keeper_internal.h"
#include "desk.h"

#define FINE (-1)
#define NOTE "{\"note\":\"other\"}"

static bool is_answered(void *arg)
{
    return keeper_wait_is_done(arg);
}

static void a_file_that_is_away_is_no_missing_account(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_take_away(desk->script, DESK_KEY, false);
    wait = desk_ask(desk, KEEPER_CHANGE, NOTE);
    wire_until(desk->loop, is_answered, wait);
    assert_int_equal(keeper_wait_error(wait)->code, ERR_IO);
    unit_assert_part(keeper_wait_error(wait)->text,
                     "the file of account \"main\" is gone, nothing was "
                     "changed: put it back, or remove the account");
    keeper_wait_free(wait);
}

static void one_that_was_removed_is(void **state)
{
    struct desk *desk = *state;

    script_store_take_away(desk->script, DESK_KEY, true);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_CHANGE, NOTE)),
                     ERR_NOT_FOUND);
}

/* The change is in it, and the newer tokens follow. */
static void an_older_file_gets_the_newer_tokens_too(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    script_store_put(desk->script, DESK_KEY,
                     DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_CHANGE, NOTE)),
                     FINE);
    desk_expect_token(desk, "new-access");
    desk_until_count(desk, SCRIPT_WRITE, 3);
    assert_int_equal(desk_answer(desk, desk_tell_refused(desk, KEEPER_REFRESH,
                                                         "old-access")),
                     FINE);
    desk_expect_stored(desk, "\"new-refresh\"");
    desk_expect_stored(desk, "\"note\":\"other\"");
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(a_file_that_is_away_is_no_missing_account),
        AT_DESK(one_that_was_removed_is),
        AT_DESK(an_older_file_gets_the_newer_tokens_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
