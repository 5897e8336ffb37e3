// SPDX-License-Identifier: MIT
/* Tokens of a sign-in: they are saved whatever the file holds, and win over all that
   was known before. */
#include <string.h>

#include "account/keeper_internal.h"
#include "account/kinds.h"
#include "base/mem.h"
#include "desk.h"

#define FINE (-1)
#define SIGN_IN                                                                \
    "{\"access_token\":\"other-access\",\"refresh_token\":\"other-refresh\","  \
    "\"expires_at\":\"2099-01-01T00:00:00Z\"}"

static void sign_in(struct desk *desk)
{
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_ADOPT, SIGN_IN)),
                     FINE);
    desk_expect_token(desk, "other-access");
    desk_expect_stored(desk, "\"other-refresh\"");
}

/* ---- what the file holds ------------------------------------------------- */

static void an_older_file_does_not_win_over_a_sign_in(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    script_store_put(desk->script, DESK_KEY,
                     DESK_DOC("old-access", "old-refresh", DESK_LONG_AGO));
    sign_in(desk);
}

static void nor_does_what_memory_has_of_a_file_that_is_away(void **state)
{
    struct desk *desk = *state;

    desk_renew(desk);
    script_store_take_away(desk->script, DESK_KEY, false);
    sign_in(desk);
    desk_expect_stored(desk, "\"note\":\"mine\"");
}

static void what_was_removed_is_made_again(void **state)
{
    struct desk *desk = *state;

    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_REMOVE, NULL)),
                     FINE);
    sign_in(desk);
}

/* The same grant may come back: an import, say. */
static void a_sign_in_ends_the_mark_of_a_refusal(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    struct account *account;
    char *stored;

    desk_token_call(desk);
    desk_reply(desk, "400 Bad Request", "{\"error\":\"invalid_grant\"}");
    assert_int_equal(desk_answer(desk, wait), ERR_LOGIN_REQUIRED);
    wait = desk_ask(desk, KEEPER_ADOPT,
                    DESK_DOC("other-access", "old-refresh",
                             "2099-01-01T00:00:00Z"));
    assert_int_equal(desk_answer(desk, wait), FINE);
    account = accounts_get(desk->accounts, STR("main"));
    assert_false(account->login_required);
    account_unref(account);
    stored = script_store_get(desk->script, DESK_KEY);
    assert_null(strstr(stored, "login_required"));
    mem_free(stored);
}

/* ---- while the process stops --------------------------------------------- */

static void ignore(void *arg)
{
    (void)arg;
}

static struct keeper_wait *sign_in_another(struct desk *desk)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(STR(SIGN_IN), &err);
    struct keeper_wait *wait =
        keeper_ask(desk->keeper, desk->loop,
                   &(struct keeper_question){ .op = KEEPER_ADOPT,
                                              .name = STR("another"),
                                              .kind = &account_kind_oauth,
                                              .change = doc },
                   ignore, NULL);

    json_doc_free(doc);
    return wait;
}

/* A call for "main" keeps the process from being over. */
static struct keeper_wait *stop_in_a_call(struct desk *desk)
{
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_stop(desk);
    return wait;
}

static void an_end_waits_for_no_lock(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *call = stop_in_a_call(desk);

    script_store_fail(desk->script, SCRIPT_LOCK, ERR_BUSY, 3);
    assert_int_equal(desk_answer(desk, sign_in_another(desk)), FINE);
    assert_int_equal(script_store_count(desk->script, SCRIPT_LOCK), 2);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, call), FINE);
}

static bool is_lost(void *arg)
{
    return keeper_lost(((struct desk *)arg)->keeper) > 0;
}

static void nor_does_it_try_to_save_for_ever(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *call = stop_in_a_call(desk);

    desk->keeper->options.save_at_stop_ms = 50;
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1000000);
    keeper_wait_free(sign_in_another(desk));
    wire_until(desk->loop, is_lost, desk);
    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 0);
    desk_grant(desk, "new-access", "new-refresh");
    assert_int_equal(desk_answer(desk, call), FINE);
    assert_int_equal(keeper_lost(desk->keeper), 1);
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(an_older_file_does_not_win_over_a_sign_in),
        AT_DESK(nor_does_what_memory_has_of_a_file_that_is_away),
        AT_DESK(what_was_removed_is_made_again),
        AT_DESK(a_sign_in_ends_the_mark_of_a_refusal),
        AT_DESK(an_end_waits_for_no_lock),
        AT_DESK(nor_does_it_try_to_save_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
