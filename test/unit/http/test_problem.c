// SPDX-License-Identifier: MIT
/* Our own refusals.  response_send() is replaced, to see what it is given. */
#include "http/problem.h"

#include "base/json.h"
#include "base/macros.h"
#include "base/reason.h"
#include "base/shell.h"
#include "http/response.h"
#include "unit.h"

static struct {
    unsigned status;
    bool closes;
    struct buf type;
    struct buf fields;
    struct buf body;
} sent;

void response_close_after(struct request *req)
{
    (void)req;
    sent.closes = true;
}

void response_send(struct request *req, unsigned status,
                   struct str content_type, struct str fields, struct str body)
{
    (void)req;
    sent.status = status;
    buf_add(&sent.type, content_type);
    buf_add(&sent.fields, fields);
    buf_add(&sent.body, body);
}

static void send_problem_to(const char *key, const struct err *err)
{
    struct request req = { .id = "req_relay_0123456789abcdef012345",
                           .notes.key = key };

    sent.closes = false;
    buf_init(&sent.type, 100);
    buf_init(&sent.fields, 1000);
    buf_init(&sent.body, 10000);
    problem_send(&req, err);
    assert_int_equal(problem_size(&req, err), sent.body.len);
    req.method = STR("HEAD");
    assert_int_equal(problem_size(&req, err), 0);
}

static void send_problem(const struct err *err)
{
    send_problem_to(NULL, err);
}

static void forget(void)
{
    buf_done(&sent.type);
    buf_done(&sent.fields);
    buf_done(&sent.body);
}

static const struct {
    const char *text;
    const char *body_text; /* as it is in the body */
} texts[] = {
    { "", "" },
    { "the tea is cold", "the tea is cold" },
    { "say \"please\"", "say \\\"please\\\"" },
    { "C:\\tea", "C:\\\\tea" },
    { "a\nb\tc\rd\x01", "a?b?c?d?" },
    { "\xe8\x8c\xb6 100%s", "\xe8\x8c\xb6 100%s" },
    { "cut \xe8\x8c", "cut \xef\xbf\xbd\xef\xbf\xbd" },
    { "</script>", "</script>" },
};

static void the_body_has_the_shape_of_anthropic(void **state)
{
    const struct request req = { .id = "req_1" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct err err;
        struct buf out;
        struct buf want;

        (void)err_set(&err, ERR_NOT_ALLOWED, "%s", texts[i].text);
        buf_init(&out, 10000);
        buf_init(&want, 10000);
        problem_write(&out, &req, &err);
        buf_printf(&want,
                   "{\"type\":\"error\",\"error\":{\"type\":"
                   "\"authentication_error\",\"message\":\"%s\"},"
                   "\"request_id\":\"req_1\"}%c",
                   texts[i].body_text, 0);
        unit_assert_str(buf_str(&out), want.mem);
        buf_done(&out);
        buf_done(&want);
    }
}

/* Clients of the relay's own endpoint read a code; others get what Anthropic has. */
static void only_the_relays_own_endpoint_tells_codes(void **state)
{
    static const struct {
        const char *path;
        bool tells;
    } paths[] = { { "/v1/me", true },          { "/v1/me/usage", true },
                  { "/api/v1/me", true },      { "/v1/v1/me/requests", true },
                  { "//api/v1/v1/me/", true }, { "/api/v1/messages", false },
                  { "/v1//me", true },         { "/v1//me/usage", true },
                  { "/v1/messages", false },   { "/v1/mellow", false },
                  { "/v1/models", false },     { "", false } };
    struct err err;

    (void)state;
    (void)REASON_SET(&err, KEY_REVOKED, "alice");
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        const struct request req = { .id = "req_1",
                                     .path = str_of(paths[i].path) };
        struct buf out;

        buf_init(&out, 10000);
        problem_write(&out, &req, &err);
        assert_int_equal(
            str_contains(buf_str(&out),
                         STR(",\"code\":\"key_revoked\",\"params\":{\"name\":"
                             "\"alice\"}},\"request_id\"")),
            paths[i].tells);
        assert_int_equal(str_contains(buf_str(&out), STR("\"code\"")),
                         paths[i].tells);
        buf_done(&out);
    }
}

/* The values of such a text name the file, too. */
static void whoever_has_a_key_is_told_no_values_of_files(void **state)
{
    const struct request req = { .id = "req_1",
                                 .path = STR("/v1/me"),
                                 .notes.key = "alice" };
    struct err err;
    struct buf out;

    (void)state;
    (void)REASON_SET(&err, PRICES_IS_LINK, "/srv/tea");
    err_as(&err, ERR_IO);
    buf_init(&out, 10000);
    problem_write(&out, &req, &err);
    assert_false(str_contains(buf_str(&out), STR("/srv/")));
    buf_done(&out);
}

/* The longest text that err_set() keeps, at its longest when escaped. */
static void the_longest_text_fits(void **state)
{
    struct err err;
    struct json_doc *doc;
    struct str text;

    (void)state;
    (void)err_set(&err, ERR_INTERNAL, "%0*d", (int)sizeof(err.text), 0);
    for (size_t i = 0; i + 1 < sizeof(err.text); i++)
        err.text[i] = '\x01';
    send_problem(&err);
    doc = json_doc_parse(buf_str(&sent.body), &err);
    assert_non_null(doc);
    assert_true(json_doc_get_str(json_doc_get(doc, "error"), "message", &text));
    assert_int_equal(text.len, sizeof(err.text) - 1);
    json_doc_free(doc);
    forget();
}

#define ID "request-id: req_relay_0123456789abcdef012345\r\n"
#define NEVER "x-should-retry: false\r\n"

static const struct {
    enum err_code code;
    unsigned status;
    const char *fields;
} answers[] = {
    { ERR_BAD_REQUEST, 400, ID NEVER },
    { ERR_NO_ACCOUNT, 400, ID NEVER },
    { ERR_NOT_ALLOWED, 401, ID NEVER },
    { ERR_NOT_FOUND, 404, ID NEVER },
    { ERR_METHOD, 405, ID NEVER },
    { ERR_TOO_LARGE, 413, ID NEVER },
    { ERR_TARGET_TOO_LONG, 414, ID NEVER },
    { ERR_HEAD_TOO_LARGE, 431, ID NEVER },
    { ERR_SLOW_REQUEST, 408, ID },
    { ERR_INTERNAL, 500, ID },
    { ERR_CONNECT, 502, ID },
    { ERR_PROXY, 502, ID },
    { ERR_TIMEOUT, 504, ID },
    { ERR_BUSY, 503, ID "retry-after: 1\r\n" },
};

static void permanent_refusals_say_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct err err;

        (void)err_set(&err, answers[i].code, "tea");
        send_problem(&err);
        assert_int_equal(sent.status, answers[i].status);
        unit_assert_str(buf_str(&sent.type), "application/json");
        unit_assert_str(buf_str(&sent.fields), answers[i].fields);
        assert_int_equal(sent.closes, answers[i].code == ERR_NOT_ALLOWED);
        assert_true(str_contains(buf_str(&sent.body),
                                 str_of(err_type(answers[i].code))));
        assert_true(str_contains(buf_str(&sent.body),
                                 STR("\"req_relay_0123456789abcdef012345\"")));
        forget();
    }
}

static void a_known_wait_is_said(void **state)
{
    struct err err;

    (void)state;
    (void)err_set(&err, ERR_OAUTH, "tea");
    err_retry_after(&err, 12300);
    send_problem(&err);
    unit_assert_str(buf_str(&sent.fields), ID "retry-after: 13\r\n");
    forget();
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
    struct request req = { .id = "req_relay_0123456789abcdef012345" };
    struct err err;

    (void)state;
    buf_init(&sent.type, 100);
    buf_init(&sent.fields, 1000);
    buf_init(&sent.body, 10000);
    (void)err_set(&err, ERR_METHOD, "tea");
    problem_send_allowing(&req, &err, STR("GET, POST"));
    assert_int_equal(sent.status, 405);
    unit_assert_str(buf_str(&sent.fields), ID NEVER "allow: GET, POST\r\n");
    forget();
}

/* Where the relay is on this machine concerns nobody who may not use it, or uses it with
   a key. */
static void commands_can_be_pasted_but_only_the_operator_sees_paths(
    void **state)
{
    static const char *const text = "run `claude-relay login max`";
    struct err err;

    (void)state;
    shell_set_start(STR("cd /srv && build/cr"));
    (void)err_set(&err, ERR_NO_ACCOUNT, "%s", text);
    send_problem(&err);
    assert_true(str_contains(buf_str(&sent.body),
                             STR("run `cd /srv && build/cr login max`")));
    forget();
    send_problem_to("alice", &err);
    assert_true(str_contains(buf_str(&sent.body), str_of(text)));
    forget();
    (void)err_set(&err, ERR_IO, "open /srv/oauth_max.json: denied");
    send_problem(&err);
    assert_true(str_contains(buf_str(&sent.body), STR("/srv/")));
    forget();
    send_problem_to("alice", &err);
    assert_false(str_contains(buf_str(&sent.body), STR("/srv/")));
    forget();
    (void)err_set(&err, ERR_NOT_ALLOWED, "%s", text);
    send_problem(&err);
    assert_true(str_contains(buf_str(&sent.body), str_of(text)));
    forget();
    shell_set_start(STR_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_body_has_the_shape_of_anthropic),
        cmocka_unit_test(only_the_relays_own_endpoint_tells_codes),
        cmocka_unit_test(whoever_has_a_key_is_told_no_values_of_files),
        cmocka_unit_test(the_longest_text_fits),
        cmocka_unit_test(permanent_refusals_say_so),
        cmocka_unit_test(a_known_wait_is_said),
        cmocka_unit_test(a_wrong_method_is_told_the_right_ones),
        cmocka_unit_test(
            commands_can_be_pasted_but_only_the_operator_sees_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
