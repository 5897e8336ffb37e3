// SPDX-License-Identifier: MIT
/* Sign-ins, and what becomes of their tokens, over a scripted store and a scripted
   token endpoint. */
#include <stdio.h>

#include "account/keeper_internal.h"
#include "account/pending.h"
#include "desk.h"

#define FINE (-1)
#define ADOPTED                                                                \
    "{\"access_token\":\"login-access\",\"refresh_token\":\"login-refresh\","  \
    "\"expires_at\":\"2099-01-01T00:00:00Z\"}"

/* ---- sign-ins ----------------------------------------------------------- */

static void tokens_of_a_sign_in_that_arrive_during_an_older_save_win(
    void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    struct keeper_wait *login;

    desk_token_call(desk);
    script_store_stall(desk->script, SCRIPT_WRITE);
    desk_grant(desk, "new-access", "new-refresh");
    desk_until_stalled(desk);
    login = desk_ask(desk, KEEPER_ADOPT, ADOPTED);
    wire_turn_for(desk->loop, 5);
    script_store_let_go(desk->script);
    assert_int_equal(desk_answer(desk, login), FINE);
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"login-refresh\"");
    desk_expect_token(desk, "login-access");
}

static void tokens_of_a_sign_in_do_not_wait_for_a_call(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_ADOPT, ADOPTED)),
                     FINE);
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"login-refresh\"");
}

static void tokens_of_a_sign_in_wait_until_the_document_can_be_read(
    void **state)
{
    struct desk *desk = *state;

    script_store_fail(desk->script, SCRIPT_READ, ERR_IO, 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_ADOPT, ADOPTED)),
                     ERR_IO);
    desk_until_count(desk, SCRIPT_WRITE, 1);
    desk_stop(desk);
    desk_expect_stored(desk, "\"login-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
}

static void prepare_login(struct desk *desk, char question[512])
{
    struct oauth_client client = oauth_client_of(&desk->config);
    struct json_doc *pending =
        pending_new(&(struct pending_options){ .client = &client },
                    UINT64_MAX / 4);
    struct str state;
    struct buf text;
    char key[PENDING_KEY_MAX];

    buf_init(&text, 8192);
    assert_true(json_doc_get_str(pending, "state", &state));
    pending_key(state, key);
    json_doc_remove(pending, "created_at");
    assert_true(json_doc_write(pending, false, &text));
    buf_add(&text, (struct str){ "", 1 });
    script_store_put(desk->script, key, buf_str(&text).at);
    (void)snprintf(question, 512,
                   "{\"authorization_code\":\"code\",\"state\":\"" STR_FMT
                   "\"}",
                   STR_ARG(state));
    buf_done(&text);
    json_doc_free(pending);
}

static void a_code_becomes_tokens(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;
    char question[512];

    prepare_login(desk, question);
    wait = desk_ask(desk, KEEPER_LOGIN, question);
    wire_close(&desk->peer);
    wire_accept(&desk->peer, desk->loop, desk->listening);
    wire_expect(&desk->peer, "\"code_verifier\"");
    desk_grant(desk, "login-access", "login-refresh");
    assert_int_equal(desk_answer(desk, wait), FINE);
    desk_expect_stored(desk, "\"login-refresh\"");
    desk_expect_stored(desk, "\"note\":\"mine\"");
    desk_expect_token(desk, "login-access");
    /* It worked once. */
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_LOGIN, question)),
                     ERR_BAD_REQUEST);
}

/* Reads: the pending login, and then the account. */
static void a_code_is_not_spent_for_tokens_that_could_not_be_saved(void **state)
{
    struct desk *desk = *state;
    char question[512];

    prepare_login(desk, question);
    script_store_fail(desk->script, SCRIPT_READ, ERR_IO, 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_LOGIN, question)),
                     ERR_IO);
    script_store_fail_later(desk->script, SCRIPT_READ, ERR_IO, 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_LOGIN, question)),
                     ERR_IO);
    script_store_fail_later(desk->script, SCRIPT_READ, ERR_BROKEN, 1);
    assert_int_equal(desk_answer(desk, desk_ask(desk, KEEPER_LOGIN, question)),
                     ERR_BROKEN);
    assert_true(list_is_empty(&desk->keeper->calls));
    desk_expect_stored(desk, "\"old-refresh\"");
}

static void a_code_that_is_refused_leaves_the_account_alone(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;
    char question[512];

    prepare_login(desk, question);
    wait = desk_ask(desk, KEEPER_LOGIN, question);
    wire_close(&desk->peer);
    wire_accept(&desk->peer, desk->loop, desk->listening);
    wire_expect(&desk->peer, "\"code_verifier\"");
    desk_reply(desk, "400 Bad Request", "{\"error\":\"invalid_grant\"}");
    assert_int_equal(desk_answer(desk, wait), ERR_OAUTH);
    desk_expect_stored(desk, "\"old-refresh\"");
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(tokens_of_a_sign_in_that_arrive_during_an_older_save_win),
        AT_DESK(tokens_of_a_sign_in_do_not_wait_for_a_call),
        AT_DESK(tokens_of_a_sign_in_wait_until_the_document_can_be_read),
        AT_DESK(a_code_becomes_tokens),
        AT_DESK(a_code_is_not_spent_for_tokens_that_could_not_be_saved),
        AT_DESK(a_code_that_is_refused_leaves_the_account_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
