// SPDX-License-Identifier: MIT
/* Each dialect: what is sent, and what counts as taken. */
#include "notify/format.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "unit.h"

static const struct notify_url nowhere = {
    .target = { "/bot1:CANARYTOKEN/send?key=CANARYKEY", 36 },
    .chat = { "-100", 4 },
};

static struct format_notice notice_of(struct event *event, enum event_end end)
{
    return (struct format_notice){ .event = event,
                                   .end = end,
                                   .moment = { .at_ms = 1795900000000u,
                                               .node = "n1" } };
}

static void check(enum notify_format format, struct event *event,
                  enum event_end end, const char *fields, const char *body)
{
    const struct format_notice notice = notice_of(event, end);
    struct buf got_fields;
    struct buf got;

    buf_init(&got_fields, FORMAT_FIELDS_MAX);
    buf_init(&got, FORMAT_BODY_MAX);
    format_write(format, &nowhere, &notice, &got_fields, &got);
    unit_assert_str(buf_str(&got_fields), fields);
    unit_assert_str(buf_str(&got), body);
    buf_done(&got_fields);
    buf_done(&got);
}

#define JSON "content-type: application/json; charset=utf-8\r\n"
#define SAYS                                                                   \
    "claude-relay on n1: Account \\\"main\\\" has to sign in again: refused. " \
    "Run `claude-relay login main`."

static void each_dialect_has_its_shape(void **state)
{
    struct event event = { .kind = EVENT_LOGIN_REQUIRED,
                           .about = EVENT_ABOUT_ACCOUNT,
                           .subject = "main",
                           .why = "refused" };

    (void)state;
    check(NOTIFY_JSON, &event, EVENT_HOLDS, JSON,
          "{\"event\":\"account_login_required\",\"id\":\"account_login_"
          "required:main\",\"state\":\"begun\",\"account\":\"main\","
          "\"message\":\"Account \\\"main\\\" has to sign in again: refused.\","
          "\"next\":\"Run `claude-relay login main`.\",\"at\":\"2026-11-28T"
          "21:06:40.000Z\",\"node\":\"n1\",\"version\":\"" RELAY_VERSION "\"}");
    check(NOTIFY_SLACK, &event, EVENT_HOLDS, JSON, "{\"text\":\"" SAYS "\"}");
    check(NOTIFY_FEISHU, &event, EVENT_HOLDS, JSON,
          "{\"msg_type\":\"text\",\"content\":{\"text\":\"" SAYS "\"}}");
    check(NOTIFY_DINGTALK, &event, EVENT_HOLDS, JSON,
          "{\"msgtype\":\"text\",\"text\":{\"content\":\"" SAYS "\"}}");
    check(NOTIFY_WECOM, &event, EVENT_HOLDS, JSON,
          "{\"msgtype\":\"text\",\"text\":{\"content\":\"" SAYS "\"}}");
    check(NOTIFY_TELEGRAM, &event, EVENT_HOLDS, JSON,
          "{\"chat_id\":\"-100\",\"text\":\"" SAYS "\"}");
    check(NOTIFY_NTFY, &event, EVENT_HOLDS,
          "content-type: text/plain; charset=utf-8\r\n"
          "title: claude-relay: Account has to sign in again\r\n",
          "claude-relay on n1: Account \"main\" has to sign in again: refused. "
          "Run `claude-relay login main`.");
    check(NOTIFY_NTFY, &event, EVENT_MENDED,
          "content-type: text/plain; charset=utf-8\r\n"
          "title: claude-relay: Account has to sign in again: over\r\n",
          "claude-relay on n1: Account \"main\" no longer has to sign in.");
}

/* Names are the users' own. */
static void names_break_out_of_nothing(void **state)
{
    struct event event = { .kind = EVENT_BLOCKED,
                           .about = EVENT_ABOUT_ACCOUNT,
                           .subject = "a\"\\\n<!all>&",
                           .why = "x\r\ny: z" };

    (void)state;
    check(NOTIFY_SLACK, &event, EVENT_MENDED, JSON,
          "{\"text\":\"claude-relay on n1: Account \\\"a\\\"\\\\\\n&lt;!all"
          "&gt;&amp;\\\" is no longer blocked.\"}");
    check(NOTIFY_FEISHU, &event, EVENT_MENDED, JSON,
          "{\"msg_type\":\"text\",\"content\":{\"text\":\"claude-relay on n1: "
          "Account \\\"a\\\"\\\\\\n\xef\xbc\x9c!all>&\\\" is no longer "
          "blocked.\"}}");
    check(NOTIFY_WECOM, &event, EVENT_MENDED, JSON,
          "{\"msgtype\":\"text\",\"text\":{\"content\":\"claude-relay on n1: "
          "Account \\\"a\\\"\\\\\\n<!all>&\\\" is no longer blocked.\"}}");
}

/* The head of a request has no byte that somebody else chose. */
static void titles_are_ascii(void **state)
{
    (void)state;
    for (size_t i = 0; i < EVENT_KINDS; i++) {
        for (const char *c = event_rows[i].title; *c; c++)
            assert_in_range(*c, ' ', '~');
    }
}

/* ---- answers ------------------------------------------------------------- */

static const struct {
    enum notify_format format;
    unsigned status;
    const char *body;
    const char *refusal; /* NULL: taken */
} answers[] = {
    { NOTIFY_JSON, 200, "", NULL },
    { NOTIFY_JSON, 204, "", NULL },
    { NOTIFY_JSON, 302, "", "it was answered 302" },
    { NOTIFY_JSON, 500, "{\"error\":\"x\"}", "it was answered 500" },
    { NOTIFY_SLACK, 200, "ok", NULL },
    { NOTIFY_SLACK, 404, "no_service", "it was answered 404" },
    { NOTIFY_NTFY, 200, "{\"id\":\"x\"}", NULL },
    { NOTIFY_NTFY, 403, "{\"code\":40301}", "it was answered 403" },
    { NOTIFY_FEISHU, 200, "{\"code\":0,\"msg\":\"success\",\"data\":{}}",
      NULL },
    { NOTIFY_FEISHU, 200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}",
      NULL },
    { NOTIFY_FEISHU, 200, "{\"code\":19024,\"msg\":\"Key Words Not Found\"}",
      "it was answered 200, code 19024: Key Words Not Found" },
    { NOTIFY_FEISHU, 200, "<html>log in</html>", "it was answered 200" },
    { NOTIFY_FEISHU, 200, "", "it was answered 200" },
    { NOTIFY_FEISHU, 500, "{\"code\":0}", "it was answered 500, code 0" },
    { NOTIFY_DINGTALK, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", NULL },
    { NOTIFY_DINGTALK, 200,
      "{\"errcode\":310000,\"errmsg\":\"keywords not in content\"}",
      "it was answered 200, errcode 310000: keywords not in content" },
    { NOTIFY_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", NULL },
    { NOTIFY_WECOM, 200, "{\"errcode\":-1,\"errmsg\":\"busy\"}",
      "it was answered 200: busy" },
    { NOTIFY_WECOM, 200,
      "{\"errcode\":93000,\"errmsg\":\"invalid key CANARYKEY\"}",
      "it was answered 200, errcode 93000" },
    { NOTIFY_TELEGRAM, 200, "{\"ok\":true,\"result\":{}}", NULL },
    { NOTIFY_TELEGRAM, 200, "{\"ok\":false}", "it was answered 200" },
    { NOTIFY_TELEGRAM, 401, "{\"ok\":false,\"description\":\"Unauthorized\"}",
      "it was answered 401: Unauthorized" },
    { NOTIFY_TELEGRAM, 400,
      "{\"ok\":false,\"description\":\"bot CANARYTOKEN is none\"}",
      "it was answered 400" },
    { NOTIFY_TELEGRAM, 400,
      "{\"ok\":false,\"description\":\"chat -100 not found\"}",
      "it was answered 400" },
};

static void only_what_says_so_was_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct err err = { .text = "" };
        bool taken =
            format_judge(answers[i].format, &nowhere, answers[i].status,
                         str_of(answers[i].body), &err);

        if (taken != !answers[i].refusal)
            fail_msg("answer %zu: %s", i, err.text);
        assert_string_equal(err.text,
                            answers[i].refusal ? answers[i].refusal : "");
    }
}

/* A token comes back as the service understood it, or as it was spelt; cut, or in another
   case. */
static void words_that_tell_of_the_url_are_not_shown(void **state)
{
    static const struct {
        const char *target;
        const char *words;
        bool shown;
    } rows[] = {
        { "/bot1%3ACANARYTOK/sendMessage", "bad 1:CANARYTOK", false },
        { "/bot1%3ACANARYTOK/sendMessage", "bad bot1%3ACANARYTOK", false },
        { "/bot1:CANARYTOK/sendMessage", "bad canarytok", false },
        { "/bot1:CANARYTOK/sendMessage", "bad CANARYT", false },
        { "/bot1:CANARYTOK/sendMessage", "bad ARYTOK", false },
        { "/bot1:CANARYTOK/sendMessage", "bad %43ANARYTOK", false },
        { "/bot1:CANARYTOK/sendMessage?x=CANARY%2BTOK", "bad Y+TOK", false },
        { "/send?key=CAN%2BTOK", "CAN TOK is none", false },
        { "/send?key=CAN+TOK", "CAN%2btok is none", false },
        { "/bot1:CANARYTOK/sendMessage", "message is too long", true },
        { "/cgi-bin/webhook/send?key=CANARYKEY", "invalid webhook url", true },
        { "/bot1:CANARYTOK/sendMessage", "100% wrong", true },
        { "/bot1:CANARYTOK/sendMessage", "chat -1001234567 is none", false },
        { "/bot1:CANARYTOK/sendMessage", "chat 1001234 is none", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct notify_url to = { .target = str_of(rows[i].target),
                                       .chat = STR("-1001234567") };
        struct err err = { .text = "" };
        char body[200];

        (void)snprintf(body, sizeof(body),
                       "{\"ok\":false,\"description\":\"%s\"}", rows[i].words);
        assert_false(
            format_judge(NOTIFY_TELEGRAM, &to, 400, str_of(body), &err));
        if ((strstr(err.text, rows[i].words) != NULL) != rows[i].shown ||
            strlen(err.text) > strlen("it was answered 400: ") +
                                   (rows[i].shown ? strlen(rows[i].words) : 0))
            fail_msg("%s: %s", rows[i].words, err.text);
    }
}

static void names_are_those_of_the_option(void **state)
{
    static const char *const words[] = NOTIFY_FORMAT_WORDS;

    (void)state;
    assert_int_equal(COUNT_OF(words), NOTIFY_FORMATS);
    for (size_t i = 0; i < NOTIFY_FORMATS; i++)
        assert_string_equal(format_name((enum notify_format)i), words[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dialect_has_its_shape),
        cmocka_unit_test(names_break_out_of_nothing),
        cmocka_unit_test(titles_are_ascii),
        cmocka_unit_test(only_what_says_so_was_taken),
        cmocka_unit_test(words_that_tell_of_the_url_are_not_shown),
        cmocka_unit_test(names_are_those_of_the_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
