// SPDX-License-Identifier: MIT
/* What the audit log has of accounts: every end of what somebody asked for, and what
   the keeper finds out by itself. */
#include "account/keeper_internal.h"
#include "base/mem.h"
#include "desk.h"

static void wake(void *arg)
{
    (void)arg;
}

/* As an administrator asks for it. */
static struct keeper_wait *ask(struct desk *desk, enum keeper_op op,
                               const char *change)
{
    struct err err;
    struct json_doc *doc = change ? json_doc_parse(str_of(change), &err) : NULL;
    struct audit *audit =
        audit_begin(NULL, &(struct audit_act){ .who = AUDIT_BY_TOKEN,
                                               .peer = STR("10.0.0.7"),
                                               .action = "account.x",
                                               .target = STR("main") });
    struct keeper_wait *wait =
        keeper_ask(desk->keeper, desk->loop,
                   &(struct keeper_question){ .op = op,
                                              .name = STR("main"),
                                              .by_hand = true,
                                              .change = doc,
                                              .audit = audit },
                   wake, desk);

    json_doc_free(doc);
    return wait;
}

static void expect(struct unit_capture *capture, const char *part)
{
    char *text = unit_capture_end(capture);

    unit_assert_part(text, part);
    assert_null(strstr(text, "new-access"));
    assert_null(strstr(text, "new-refresh"));
    mem_free(text);
}

#define ENTRY "audit who=admin-token peer=10.0.0.7 action=account.x target=main"

static void a_change_says_what_changed(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);

    (void)desk_answer(desk, ask(desk, KEEPER_CHANGE,
                                "{\"note\":\"other\",\"enabled\":false}"));
    expect(&capture, ENTRY " changed=\"enabled, note\" before=");
}

static void a_removal_says_what_is_gone(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);

    (void)desk_answer(desk, ask(desk, KEEPER_REMOVE, NULL));
    expect(&capture, ENTRY " changed=\"kind, enabled, ");
}

static void a_refresh_is_another_grant(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct keeper_wait *wait = ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    (void)desk_answer(desk, wait);
    expect(&capture, ENTRY " changed=\"grant, expires_at");
}

static void what_failed_says_why(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);

    script_store_fail(desk->script, SCRIPT_WRITE, ERR_IO, 1);
    (void)desk_answer(desk, ask(desk, KEEPER_CHANGE, "{\"note\":\"other\"}"));
    expect(&capture, ENTRY " refused=");
}

static bool is_saved(void *arg)
{
    const struct desk *desk = arg;

    return desk->keeper->running == 0;
}

/* Nobody waits for it: it is carried through, and so is its entry. */
static void one_whose_asker_left_is_there(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct keeper_wait *wait = ask(desk, KEEPER_REFRESH, NULL);

    keeper_wait_free(wait);
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    wire_until(desk->loop, is_saved, desk);
    expect(&capture, ENTRY " changed=\"grant, expires_at");
}

/* An answer that comes too late is an entry of what it was. */
static void one_that_took_too_long_ends_as_it_does(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct keeper_wait *wait;

    desk->keeper->options.patience_ms = 1;
    wait = ask(desk, KEEPER_REFRESH, NULL);
    assert_int_equal(desk_answer(desk, wait), ERR_TIMEOUT);
    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    wire_until(desk->loop, is_saved, desk);
    expect(&capture, ENTRY " changed=\"grant, expires_at");
}

#define BY_ITSELF "audit who=relay action=account.refused target=main"

static void a_grant_that_is_refused_for_good_is_noted(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);

    desk_token_call(desk);
    desk_reply(desk, "400 Bad Request", "{\"error\":\"invalid_grant\"}");
    (void)desk_answer(desk, wait);
    expect(&capture, BY_ITSELF " changed=login_required "
                               "before=\"{\\\"login_required\\\":false}\" "
                               "after=\"{\\\"login_required\\\":true}\"\n");
}

static void a_token_that_is_refused_again_is_noted(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);

    (void)desk_answer(desk,
                      desk_tell_refused(desk, KEEPER_REFUSED, "old-access"));
    expect(&capture, BY_ITSELF " changed=login_required "
                               "before=\"{\\\"login_required\\\":false}\" "
                               "after=\"{\\\"login_required\\\":true}\"\n");
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

/* However many requests meet it, at once or later. */
static void what_is_known_already_is_not_noted(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct keeper_wait *wait =
        desk_tell_refused(desk, KEEPER_REFUSED, "old-access");
    char *text;

    (void)desk_answer(desk,
                      desk_tell_refused(desk, KEEPER_REFUSED, "old-access"));
    (void)desk_answer(desk, wait);
    (void)desk_answer(desk,
                      desk_tell_refused(desk, KEEPER_REFUSED, "old-access"));
    wait = ask(desk, KEEPER_REFRESH, NULL);
    desk_token_call(desk);
    desk_reply(desk, "400 Bad Request", "{\"error\":\"invalid_grant\"}");
    (void)desk_answer(desk, wait);
    text = unit_capture_end(&capture);
    assert_int_equal(count_of(text, BY_ITSELF), 1);
    assert_int_equal(count_of(text, ENTRY " refused="), 1);
    mem_free(text);
}

static void what_requests_need_is_none_of_it(void **state)
{
    struct desk *desk = *state;
    struct unit_capture capture = unit_capture_begin(2);
    struct keeper_wait *wait = desk_ask(desk, KEEPER_REFRESH, NULL);
    char *text;

    desk_token_call(desk);
    desk_grant(desk, "new-access", "new-refresh");
    (void)desk_answer(desk, wait);
    text = unit_capture_end(&capture);
    assert_null(strstr(text, "audit"));
    mem_free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)
    const struct CMUnitTest tests[] = {
        TEST(a_change_says_what_changed),
        TEST(a_removal_says_what_is_gone),
        TEST(a_refresh_is_another_grant),
        TEST(what_failed_says_why),
        TEST(one_whose_asker_left_is_there),
        TEST(one_that_took_too_long_ends_as_it_does),
        TEST(a_grant_that_is_refused_for_good_is_noted),
        TEST(a_token_that_is_refused_again_is_noted),
        TEST(what_is_known_already_is_not_noted),
        TEST(what_requests_need_is_none_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
