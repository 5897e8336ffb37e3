// SPDX-License-Identifier: MIT
/* A refresh that goes well ends what those that failed have left. */
#include <string.h>

#include "account/keeper_internal.h"
#include "base/mem.h"
#include "desk.h"

#define FINE (-1)

static void ignore(void *arg)
{
    (void)arg;
}

/* No back-off, and no mark, keeps a person from trying. */
static struct keeper_wait *by_hand(struct desk *desk)
{
    struct keeper_wait *wait =
        keeper_ask(desk->keeper, desk->loop,
                   &(struct keeper_question){ .op = KEEPER_REFRESH,
                                              .name = STR("main"),
                                              .by_hand = true },
                   ignore, NULL);

    desk_token_call(desk);
    return wait;
}

static void expect_backing_off(struct desk *desk, unsigned seconds)
{
    struct keeper_wait *wait = by_hand(desk);

    desk_reply(desk, "503 Service Unavailable", "{}");
    assert_int_equal(desk_answer(desk, wait), ERR_OAUTH);
    assert_int_equal(desk->retry_after_s, seconds);
}

static void backing_off_begins_anew(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    expect_backing_off(desk, 1);
    expect_backing_off(desk, 2);
    expect_backing_off(desk, 4);
    wait = by_hand(desk);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    expect_backing_off(desk, 1);
}

/* The refresh token may stay the same, and with it the grant. */
static void the_mark_of_a_refusal_goes(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = by_hand(desk);
    struct account *account;
    char *stored;

    desk_reply(desk, "400 Bad Request", "{\"error\":\"invalid_grant\"}");
    assert_int_equal(desk_answer(desk, wait), ERR_LOGIN_REQUIRED);
    desk_expect_stored(desk, "\"login_required\":");
    wait = by_hand(desk);
    desk_grant(desk, "new-access", NULL);
    assert_int_equal(desk_answer(desk, wait), FINE);
    account = accounts_get(desk->accounts, STR("main"));
    assert_false(account->login_required);
    account_unref(account);
    stored = script_store_get(desk->script, DESK_KEY);
    assert_null(strstr(stored, "login_required"));
    mem_free(stored);
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(backing_off_begins_anew),
        AT_DESK(the_mark_of_a_refusal_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
