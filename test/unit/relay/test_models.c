// SPDX-License-Identifier: MIT
/* The list of models, for clients of both shapes. */
#include "relay/models.h"

#include "fields.h"
#include "relay/endpoints.h"

static const struct {
    const char *path; /* as the client sent it */
    bool request;     /* of models */
    bool widened;
} paths[] = {
    { "/v1/models", true, false },
    { "//v1/models", true, false },
    { "/v1/v1/models", true, false },
    { "/api/v1/models", true, true },
    { "//api/v1/models", true, true },
    { "/api/v1/v1/models", true, true },
    { "/v1/models/claude-x", true, false },
    { "/api/v1/models/claude-x", true, false },
    { "/api/v1/messages", false, false },
    { "/apiv1/models", false, false },
    { "/v1/modelsx", false, false },
    { "/api/v1/models/", true, false },
};

static void only_the_list_under_api_is_widened(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct str sent = str_of(paths[i].path);
        struct arena *arena = arena_new();
        struct str path = endpoints_upstream_path(arena, sent);

        if (models_is_request(path) != paths[i].request ||
            models_is_widened(sent, path) != paths[i].widened)
            fail_msg("%s", paths[i].path);
        arena_free(arena);
    }
}

#define JSON "Content-Type: application/json\n"

static const struct {
    unsigned status;
    uint64_t length;
    const char *fields;
    bool fits;
} heads[] = {
    { 200, 10, JSON, true },
    { 200, 0, JSON, true },
    { 200, PARSER_LENGTH_UNKNOWN, JSON, true },
    { 200, MODELS_MAX, JSON, true },
    { 200, MODELS_MAX + 1, JSON, false },
    { 200, 10, "content-type: Application/JSON; charset=utf-8\n", true },
    { 200, 10, "content-type: text/html\n", false },
    { 200, 10, "", false },
    { 200, 10, JSON "Content-Encoding: gzip\n", false },
    { 201, 10, JSON, false },
    { 304, 0, JSON, false },
    { 401, 10, JSON, false },
    { 500, 10, JSON, false },
};

static void only_plain_json_of_a_200_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct fields fields;
        struct parser_head head = { .status = heads[i].status,
                                    .length = heads[i].length };

        head.headers = *fields_read(&fields, heads[i].fields);
        if (models_fits(&head) != heads[i].fits)
            fail_msg("case %zu", i);
    }
}

static const struct {
    const char *body;
    const char *want; /* NULL: not such a list */
} lists[] = {
    { "{\"data\":[{\"type\":\"model\",\"id\":\"a\",\"display_name\":\"\xc3\xa4\","
      "\"created_at\":\"2025-09-29T00:00:00Z\"},"
      "{\"id\":\"b\",\"more\":{\"x\":[1,null,true]},\"created_at\":"
      "\"1970-01-01T00:00:07.9Z\"}],\"has_more\":false,\"first_id\":\"a\","
      "\"last_id\":\"b\"}",
      "{\"data\":[{\"type\":\"model\",\"id\":\"a\",\"display_name\":\"\xc3\xa4\","
      "\"created_at\":\"2025-09-29T00:00:00Z\",\"object\":\"model\","
      "\"created\":1759104000,\"owned_by\":\"anthropic\"},"
      "{\"id\":\"b\",\"more\":{\"x\":[1,null,true]},\"created_at\":"
      "\"1970-01-01T00:00:07.9Z\",\"object\":\"model\",\"created\":7,"
      "\"owned_by\":\"anthropic\"}],\"has_more\":false,\"first_id\":\"a\","
      "\"last_id\":\"b\",\"object\":\"list\"}" },
    { " {\"data\" : [ ]}\n", "{\"data\":[],\"object\":\"list\"}" },
    /* no time that can be read */
    { "{\"data\":[{\"id\":\"a\"}]}",
      "{\"data\":[{\"id\":\"a\",\"object\":\"model\",\"created\":0,"
      "\"owned_by\":\"anthropic\"}],\"object\":\"list\"}" },
    { "{\"data\":[{\"id\":\"a\",\"created_at\":\"soon\"}]}",
      "{\"data\":[{\"id\":\"a\",\"created_at\":\"soon\",\"object\":\"model\","
      "\"created\":0,\"owned_by\":\"anthropic\"}],\"object\":\"list\"}" },
    { "{\"data\":[{\"id\":\"a\",\"created_at\":7}]}",
      "{\"data\":[{\"id\":\"a\",\"created_at\":7,\"object\":\"model\","
      "\"created\":0,\"owned_by\":\"anthropic\"}],\"object\":\"list\"}" },
    /* what the upstream says itself stays */
    { "{\"object\":\"x\",\"data\":[{\"id\":\"a\",\"object\":\"y\",\"created\":5,"
      "\"owned_by\":\"z\"}]}",
      "{\"object\":\"x\",\"data\":[{\"id\":\"a\",\"object\":\"y\",\"created\":5,"
      "\"owned_by\":\"z\"}]}" },
    /* something else */
    { "", NULL },
    { "{}", NULL },
    { "[]", NULL },
    { "null", NULL },
    { "{\"data\":{}}", NULL },
    { "{\"data\":{\"id\":\"a\"}}", NULL },
    { "{\"data\":null}", NULL },
    { "{\"data\":[\"a\"]}", NULL },
    { "{\"data\":[{}]}", NULL },
    { "{\"data\":[{\"id\":7}]}", NULL },
    { "{\"data\":[{\"id\":\"a\"},[]]}", NULL },
    { "{\"data\":[{\"id\":\"a\"}]", NULL },
    { "{\"data\":[{\"id\":\"a\"}]} x", NULL },
    { "{\"data\":[{\"id\":\"\xff\"}]}", NULL },
    { "{\"data\":[],\"data\":[]}", NULL },
    { "<html>", NULL },
};

static void a_list_is_widened_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct buf out;
        bool widened;

        buf_init(&out, 4096);
        widened = models_widen(str_of(lists[i].body), &out);
        if (widened != (lists[i].want != NULL))
            fail_msg("%s", lists[i].body);
        unit_assert_str(buf_str(&out), widened ? lists[i].want : "");
        buf_done(&out);
    }
}

static void a_list_that_becomes_too_long_is_left_alone(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 60);
    assert_false(models_widen(STR("{\"data\":[{\"id\":\"a\"}]}"), &out));
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_list_under_api_is_widened),
        cmocka_unit_test(only_plain_json_of_a_200_fits),
        cmocka_unit_test(a_list_is_widened_and_nothing_else),
        cmocka_unit_test(a_list_that_becomes_too_long_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
