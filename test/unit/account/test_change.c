// SPDX-License-Identifier: MIT
/* Changes of an account whose file is not what memory has. */
#include "account/keeper_internal.h"
#include "account/kinds.h"
#include "base/mem.h"
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

/* ---- new ones ------------------------------------------------------------ */

#define KEY_DOC "{\"api_key\":\"sk-ant-api03-of-new\",\"note\":\"mine\"}"

static void woken(void *arg)
{
    ((struct desk *)arg)->wakes++;
}

static struct keeper_wait *ask_for_new(struct desk *desk, enum keeper_op op,
                                       const char *name, const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    struct keeper_wait *wait =
        keeper_ask(desk->keeper, desk->loop,
                   &(struct keeper_question){ .op = op,
                                              .name = str_of(name),
                                              .kind = &account_kind_apikey,
                                              .change = doc },
                   woken, desk);

    json_doc_free(doc);
    return wait;
}

static struct keeper_wait *ask_to_create(struct desk *desk, const char *name,
                                         const char *text)
{
    return ask_for_new(desk, KEEPER_CREATE, name, text);
}

static bool has_account(struct desk *desk, const char *name)
{
    struct account *account = accounts_get(desk->accounts, str_of(name));

    account_unref(account);
    return account != NULL;
}

/* It is refused for what making it would be refused for. */
static void a_try_makes_nothing(void **state)
{
    static const struct {
        const char *name;
        const char *doc;
        const char *err; /* a part; NULL: it would be made */
    } rows[] = {
        { "new", KEY_DOC, NULL },
        { "new", "{\"api_key\":\"\"}", "api_key" },
        { "main", KEY_DOC, "exists already" },
    };
    struct desk *desk = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct keeper_wait *wait =
            ask_for_new(desk, KEEPER_TRY_CREATE, rows[i].name, rows[i].doc);
        const struct err *err;

        wire_until(desk->loop, is_answered, wait);
        err = keeper_wait_error(wait);
        assert_int_equal(err == NULL, rows[i].err == NULL);
        if (err)
            unit_assert_part(err->text, rows[i].err);
        keeper_wait_free(wait);
        assert_false(has_account(desk, "new"));
        assert_null(script_store_get(desk->script, "apikey_new"));
    }
}

static void a_new_one_is_durable_before_it_is_shown(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;
    char *stored;

    script_store_stall(desk->script, SCRIPT_WRITE);
    wait = ask_to_create(desk, "new", KEY_DOC);
    desk_until_stalled(desk);
    assert_false(has_account(desk, "new"));
    script_store_let_go(desk->script);
    wire_until(desk->loop, is_answered, wait);
    assert_null(keeper_wait_error(wait));
    assert_true(has_account(desk, "new"));
    stored = script_store_get(desk->script, "apikey_new");
    assert_string_equal(stored, KEY_DOC);
    mem_free(stored);
    keeper_wait_free(wait);
}

static void one_that_cannot_be_stored_is_not_shown(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1);
    wait = ask_to_create(desk, "new", KEY_DOC);
    wire_until(desk->loop, is_answered, wait);
    assert_int_equal(keeper_wait_error(wait)->code, ERR_IO);
    assert_false(has_account(desk, "new"));
    keeper_wait_free(wait);
}

/* By another relay, or by somebody who asked in the same moment. */
static void one_that_another_made_meanwhile_is_taken(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait;

    script_store_fail(desk->script, SCRIPT_WRITE, ERR_EXISTS, 1);
    wait = ask_to_create(desk, "new", KEY_DOC);
    wire_until(desk->loop, is_answered, wait);
    assert_int_equal(keeper_wait_error(wait)->code, ERR_EXISTS);
    unit_assert_part(keeper_wait_error(wait)->text,
                     "the account \"new\" exists already; choose another");
    keeper_wait_free(wait);
}

static void neither_a_taken_name_nor_a_bad_document_makes_one(void **state)
{
    struct desk *desk = *state;
    const struct {
        const char *name;
        const char *doc;
        enum err_code code;
        const char *text;
    } rows[] = {
        { "main", KEY_DOC, ERR_EXISTS, "\"main\" exists already" },
        { "new", "{}", ERR_BAD_REQUEST, "api_key is missing" },
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct keeper_wait *wait =
            ask_to_create(desk, rows[i].name, rows[i].doc);

        wire_until(desk->loop, is_answered, wait);
        assert_int_equal(keeper_wait_error(wait)->code, rows[i].code);
        unit_assert_part(keeper_wait_error(wait)->text, rows[i].text);
        keeper_wait_free(wait);
    }
    assert_int_equal(script_store_count(desk->script, SCRIPT_WRITE), 0);
    desk_expect_token(desk, "old-access");
}

#define AT_DESK(test)                                                          \
    cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_DESK(a_file_that_is_away_is_no_missing_account),
        AT_DESK(one_that_was_removed_is),
        AT_DESK(an_older_file_gets_the_newer_tokens_too),
        AT_DESK(a_try_makes_nothing),
        AT_DESK(a_new_one_is_durable_before_it_is_shown),
        AT_DESK(one_that_cannot_be_stored_is_not_shown),
        AT_DESK(one_that_another_made_meanwhile_is_taken),
        AT_DESK(neither_a_taken_name_nor_a_bad_document_makes_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
