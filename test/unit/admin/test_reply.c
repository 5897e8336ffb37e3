// SPDX-License-Identifier: MIT
/* Answers of the management API.  response_send() is replaced, to see what it is
   given. */
#include "admin/reply.h"

#include "base/reason.h"
#include "http/response.h"
#include "unit.h"

#define GUARD                                                                  \
    "x-content-type-options: nosniff\r\n"                                      \
    "cross-origin-resource-policy: same-origin\r\n"
#define FIELDS "cache-control: no-store\r\n" GUARD

static struct {
    unsigned status;
    bool closes;
    bool secret;
    struct buf type;
    struct buf fields;
    struct buf body;
} sent;

void response_close_after(struct request *req)
{
    (void)req;
    sent.closes = true;
}

void response_is_secret(struct request *req)
{
    (void)req;
    sent.secret = true;
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

static int begin(void **state)
{
    (void)state;
    buf_init(&sent.type, 100);
    buf_init(&sent.fields, 1000);
    buf_init(&sent.body, 10000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_done(&sent.type);
    buf_done(&sent.fields);
    buf_done(&sent.body);
    return 0;
}

static void a_document_is_json_that_nobody_keeps(void **state)
{
    struct request req = { .http_1_0 = false };
    struct json_doc *doc = json_doc_new_object();

    (void)state;
    json_doc_set_str(doc, "tea", STR("\"gr\xc3\xbcn\""));
    json_doc_set(doc, "cups", json_doc_new_array());
    reply_doc(&req, 200, doc);
    assert_true(sent.secret);
    assert_int_equal(sent.status, 200);
    unit_assert_str(buf_str(&sent.type), "application/json");
    unit_assert_str(buf_str(&sent.fields), FIELDS);
    unit_assert_str(buf_str(&sent.body),
                    "{\"tea\":\"\\\"gr\xc3\xbcn\\\"\",\"cups\":[]}\n");
    json_doc_free(doc);
}

static const struct {
    enum err_code code;
    unsigned status;
    const char *name;
    const char *fields;
} errors[] = {
    { ERR_BAD_REQUEST, 400, "bad_request", FIELDS },
    { ERR_NO_ACCOUNT, 400, "no_account", FIELDS },
    { ERR_NOT_ALLOWED, 401, "not_allowed",
      FIELDS "www-authenticate: Bearer\r\n" },
    { ERR_LOGIN_REQUIRED, 502, "login_required", FIELDS },
    { ERR_NOT_FOUND, 404, "not_found", FIELDS },
    { ERR_IO, 500, "io", FIELDS },
    { ERR_OAUTH, 502, "oauth", FIELDS },
    { ERR_BUSY, 503, "busy", FIELDS "retry-after: 1\r\n" },
};

static void an_error_has_the_shape_of_the_seed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        struct request req = { .arena = arena_new() };
        struct err err;

        (void)err_set(&err, errors[i].code, "the \"tea\" is cold");
        sent.closes = false;
        reply_error(&req, &err);
        assert_int_equal(sent.closes, errors[i].code == ERR_NOT_ALLOWED);
        assert_int_equal(sent.status, errors[i].status);
        unit_assert_str(buf_str(&sent.fields), errors[i].fields);
        unit_assert_str(buf_str(&sent.body),
                        arena_printf(req.arena,
                                     "{\"error\":\"the \\\"tea\\\" is cold\","
                                     "\"code\":\"%s\"}\n",
                                     errors[i].name)
                            .at);
        arena_free(req.arena);
        (void)end(NULL);
        (void)begin(NULL);
    }
}

static void a_reason_is_told_with_its_values(void **state)
{
    struct request req = { .http_1_0 = false };
    struct err err;

    (void)state;
    (void)REASON_SET(&err, MEMBER_MISSING, "\"tea\"");
    (void)err_wrap(&err, "the body");
    reply_error(&req, &err);
    unit_assert_str(buf_str(&sent.body),
                    "{\"error\":\"the body: \\\"tea\\\" is missing\","
                    "\"code\":\"member_missing\",\"params\":"
                    "{\"member\":\"\\\"tea\\\"\",\"at\":\"the body\"}}\n");
}

static void a_known_wait_is_said(void **state)
{
    struct request req = { .arena = arena_new() };
    struct err err;

    (void)state;
    (void)err_set(&err, ERR_OAUTH, "x");
    err_retry_after(&err, 29001);
    reply_error(&req, &err);
    unit_assert_str(buf_str(&sent.fields), FIELDS "retry-after: 30\r\n");
    arena_free(req.arena);
}

/* A text that was cut inside a character. */
static void an_error_that_is_no_utf8_is_answered_all_the_same(void **state)
{
    struct request req = { .http_1_0 = false };
    struct err err;
    struct json_doc *doc;
    struct str text;

    (void)state;
    (void)err_set(&err, ERR_BAD_REQUEST, "tea \xe8\x8c");
    reply_error(&req, &err);
    doc = json_doc_parse(buf_str(&sent.body), &err);
    assert_true(json_doc_get_str(doc, "error", &text));
    assert_int_equal(sent.status, 400);
    assert_true(str_starts(text, STR("tea ")));
    json_doc_free(doc);
}

static void a_wrong_method_is_told_the_right_ones(void **state)
{
    struct request req = { .arena = arena_new() };
    struct err err;

    (void)state;
    (void)err_set(&err, ERR_METHOD, "x");
    reply_error_allowing(&req, &err, STR("DELETE, PATCH"));
    assert_int_equal(sent.status, 405);
    unit_assert_str(buf_str(&sent.fields), FIELDS "allow: DELETE, PATCH\r\n");
    arena_free(req.arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct {
    const char *path;
    bool managed;
} shapes[] = {
    { "/oauth/accounts", true }, { "/admin/api/keys", true },
    { "/admin/", true },         { "/", false },
    { "/health", false },        { "/v1/me", false },
    { "/oauth", false },         { "/administration", false },
    { "/metrics", true },        { "/metrics/x", false },
    { "/metrics/", true },
};

static void a_refusal_has_the_shape_of_its_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct request req = { .arena = arena_new(),
                               .path = str_of(shapes[i].path) };
        struct err err;

        (void)err_set(&err, ERR_METHOD, "x");
        reply_refusal(&req, &err, STR("GET"));
        assert_int_equal(sent.status, 405);
        assert_true(str_contains(buf_str(&sent.fields), STR("allow: GET\r\n")));
        assert_true(str_contains(buf_str(&sent.fields), STR(GUARD)));
        assert_int_equal(str_starts(buf_str(&sent.body), STR("{\"error\":\"")),
                         shapes[i].managed);
        assert_int_equal(reply_is_managed(req.path), shapes[i].managed);
        (void)end(NULL);
        (void)begin(NULL);
        reply_refusal(&req, &err, STR_EMPTY);
        assert_false(str_contains(buf_str(&sent.fields), STR("allow")));
        arena_free(req.arena);
        (void)end(NULL);
        (void)begin(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_is_json_that_nobody_keeps),
        TEST(an_error_has_the_shape_of_the_seed),
        TEST(an_error_that_is_no_utf8_is_answered_all_the_same),
        TEST(a_reason_is_told_with_its_values),
        TEST(a_known_wait_is_said),
        TEST(a_wrong_method_is_told_the_right_ones),
        TEST(a_refusal_has_the_shape_of_its_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
