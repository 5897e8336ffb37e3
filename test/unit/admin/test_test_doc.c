// SPDX-License-Identifier: MIT
/* What is said of the test of an account. */
#include "admin/test_doc.h"

#include <string.h>

#include "account/kinds.h"
#include "account/vitals.h"
#include "accounts.h"
#include "unit.h"

#define NOW_MS 1795900000000u
#define TOKEN "sk-ant-api03-CANARY"

static const struct {
    unsigned status;
    const char *body;
    bool ok;
    const char *taught;
    const char *state;
    const char *next; /* a part; NULL: nothing */
    const char *next_code;
} rows[] = {
    { 200,
      "{\"type\":\"message\",\"model\":\"m\",\"usage\":{\"input_tokens\":8,\"output_tokens\":1}}",
      true, "well", "ready", NULL, "" },
    { 200, "<!doctype html><title>Welcome</title>", false, "none", "ready",
      "account show main", "target" },
    { 200, "[]", false, "none", "ready", "CLAUDE_API_URL", "target" },
    { 200, "\"message\"", false, "none", "ready", "CLAUDE_API_URL", "target" },
    { 204, "", false, "none", "ready", "account show main", "target" },
    { 302, "", false, "none", "ready", "account show main", "target" },
    { 200, "{\"id\":\"m\"}", false, "none", "ready", "CLAUDE_API_URL",
      "target" },
    { 200, "{\"type\":\"error\"}", false, "none", "ready", "CLAUDE_API_URL",
      "target" },
    { 200, "event: x\ndata: {\"type\":\"message\"}\n\n", false, "none", "ready",
      "CLAUDE_API_URL", "target" },
    { 400,
      "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
      "\"message\":\"only authorized for use with Claude Code\"}}",
      false, "none", "ready", "not at fault", "another_model" },
    { 404, "{}", false, "none", "ready", "account test main --model MODEL",
      "another_model" },
    { 401, "{}", false, "login", "login_required", "its key was refused",
      "key" },
    { 403,
      "{\"error\":{\"type\":\"permission_error\",\"message\":\"This organization "
      "has been disabled.\"}}",
      false, "blocked", "blocked", "account clear main", "blocked" },
    { 403,
      "{\"error\":{\"type\":\"forbidden\",\"message\":\"Request not allowed\"}}",
      false, "egress", "paused", "another proxy", "another_proxy" },
    { 508,
      "{\"error\":{\"type\":\"api_error\",\"message\":\"this request came "
      "from the relay itself: its CLAUDE_API_URL\"}}",
      false, "egress", "paused", "CLAUDE_API_URL leads back",
      "another_address" },
    { 508, "{}", false, "none", "ready", "not at fault", "another_model" },
    { 429, "{}", false, "backoff", "paused", "in a moment", "backoff" },
    { 529, "{}", false, "overloaded", "ready", "overloaded", "overloaded" },
    { 500, "<html>", false, "failed", "ready", "proxy test --account main",
      "trouble" },
};

static struct account *fresh(void)
{
    struct account *account = unit_account(&account_kind_apikey, "main",
                                           "{\"api_key\":\"" TOKEN "\"}");

    account->vitals = vitals_new();
    return account;
}

static struct str text_of(const struct json_doc *doc, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, member, &text);
    return text;
}

static struct json_doc *report_of(const struct account *account,
                                  struct test_answer answer)
{
    static const struct header fields[] = {
        { { "request-id", 10 }, { "req_1", 5 } },
    };
    struct headers headers = headers_of(fields, COUNT_OF(fields));
    struct json_doc *report = test_doc_new(account);

    answer.account = account;
    answer.model = STR("claude-haiku-4-5");
    answer.took_us = 1500;
    answer.now_ms = NOW_MS;
    if (!answer.failure)
        answer.headers = &headers;
    test_doc_set_answer(report, &answer);
    return report;
}

static void each_answer_says_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct account *account = fresh();
        struct json_doc *report =
            report_of(account,
                      (struct test_answer){ .status = rows[i].status,
                                            .body = str_of(rows[i].body) });
        struct str next = text_of(report, "next");
        bool ok = false;

        (void)json_doc_get_bool(report, "ok", &ok);
        assert_int_equal(ok, rows[i].ok);
        unit_assert_str(text_of(report, "taught"), rows[i].taught);
        unit_assert_str(text_of(report, "state"), rows[i].state);
        assert_int_equal(next.len > 0, rows[i].next != NULL);
        unit_assert_str(text_of(report, "next_code"), rows[i].next_code);
        if (rows[i].next)
            assert_true(str_contains(next, str_of(rows[i].next)));
        unit_assert_str(text_of(report, "request_id"), "req_1");
        json_doc_free(report);
        account_unref(account);
    }
}

static void what_answered_is_told(void **state)
{
    struct account *account = fresh();
    struct json_doc *report =
        report_of(account, (struct test_answer){
                               .status = 200, .body = str_of(rows[0].body) });
    uint64_t number = 0;

    (void)state;
    unit_assert_str(text_of(report, "model"), "claude-haiku-4-5");
    unit_assert_str(text_of(report, "model_answered"), "m");
    assert_true(json_doc_get_u64(report, "input_tokens", &number));
    assert_int_equal(number, 8);
    assert_true(json_doc_get_u64(report, "output_tokens", &number));
    assert_int_equal(number, 1);
    assert_true(json_doc_is_object(json_doc_get(report, "answer")));
    assert_int_equal(json_doc_count(json_doc_get(report, "steps")), 1);
    json_doc_free(report);
    account_unref(account);
}

static void a_200_that_is_no_message_is_shown(void **state)
{
    struct account *account = fresh();
    struct json_doc *report =
        report_of(account,
                  (struct test_answer){ .status = 200, .body = STR("<html>") });

    (void)state;
    assert_true(str_contains(text_of(report, "error"),
                             STR("does not look like Anthropic's API")));
    unit_assert_str(text_of(report, "answer"), "<html>");
    unit_assert_str(text_of(report, "failed_step"), "message");
    json_doc_free(report);
    account_unref(account);
}

static void a_credential_that_comes_back_is_not_shown(void **state)
{
    static const char *const bodies[] = {
        "{\"error\":{\"message\":\"bad key " TOKEN "\"}}",
        "{\"" TOKEN "\":1}",
        "<p>" TOKEN "</p>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct account *account = fresh();
        struct json_doc *report =
            report_of(account, (struct test_answer){
                                   .status = 400, .body = str_of(bodies[i]) });
        struct buf text;

        buf_init(&text, 100000);
        assert_true(json_doc_write(report, false, &text));
        assert_false(str_contains(buf_str(&text), STR("CANARY")));
        buf_done(&text);
        json_doc_free(report);
        account_unref(account);
    }
}

static void what_is_no_json_is_a_text(void **state)
{
    struct account *account = fresh();
    struct json_doc *report =
        report_of(account,
                  (struct test_answer){ .status = 502,
                                        .body = STR("<h1>\x1b[2J\nbad\xff") });

    (void)state;
    unit_assert_str(text_of(report, "answer"), "<h1> [2J bad ");
    json_doc_free(report);
    account_unref(account);
}

static void no_answer_says_why(void **state)
{
    struct account *account = fresh();
    struct err failure = { .code = ERR_TIMEOUT, .text = "nothing came" };
    struct json_doc *report =
        report_of(account, (struct test_answer){ .failure = &failure });

    (void)state;
    unit_assert_str(text_of(report, "error"), "nothing came");
    unit_assert_str(text_of(report, "failed_step"), "message");
    unit_assert_str(text_of(report, "taught"), "failed");
    assert_true(json_doc_is_null(json_doc_get(report, "status")));
    json_doc_free(report);
    account_unref(account);
}

static void an_answer_that_is_none_says_so(void **state)
{
    struct account *account = fresh();
    struct err failure = { .code = ERR_BAD_RESPONSE, .text = "bad answer" };
    struct vitals_copy copy;

    (void)state;
    json_doc_free(
        report_of(account, (struct test_answer){ .failure = &failure }));
    vitals_copy(account->vitals, &copy);
    assert_string_equal(copy.health.last_error,
                        "its answer could not be understood");
    account_unref(account);
}

static void a_cheap_model_is_one_of_those_there_are(void **state)
{
    static const struct {
        const char *list;
        const char *want;
    } lists[] = {
        { "{\"data\":[{\"id\":\"claude-opus-5\"},{\"id\":\"claude-haiku-9\"},{"
          "\"id\":\"claude-haiku-4-5\"}]}",
          "claude-haiku-9" },
        { "{\"data\":[{\"id\":\"glm-5\"},{\"id\":\"glm-4\"}]}", "glm-5" },
        { "{\"data\":[{\"id\":5},{}]}", "usual" },
        { "{\"data\":{}}", "usual" },
        { "{}", "usual" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct err err;
        struct json_doc *list = json_doc_parse(str_of(lists[i].list), &err);

        unit_assert_str(test_doc_cheap_model(list, STR("usual")),
                        lists[i].want);
        json_doc_free(list);
    }
    unit_assert_str(test_doc_cheap_model(NULL, STR("usual")), "usual");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_200_that_is_no_message_is_shown),
        cmocka_unit_test(each_answer_says_what_to_do),
        cmocka_unit_test(what_answered_is_told),
        cmocka_unit_test(a_credential_that_comes_back_is_not_shown),
        cmocka_unit_test(what_is_no_json_is_a_text),
        cmocka_unit_test(no_answer_says_why),
        cmocka_unit_test(an_answer_that_is_none_says_so),
        cmocka_unit_test(a_cheap_model_is_one_of_those_there_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
