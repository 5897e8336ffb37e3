// SPDX-License-Identifier: MIT
/* Answers of /v1/messages as one JSON object. */
#include "base/json.h"
#include "sim/sse.h"
#include "unit.h"

static const struct sse_plan plain = {
    .id = { "msg_1", 5 },
    .model = { "claude-x", 8 },
    .tool = { "", 0 },
    .events = 2,
    .error_at = SSE_NEVER,
    .usage = { .input = 10, .output = 20, .cache_read = 3, .cache_write = 4 },
};

static struct json_doc *answer_of(const struct sse_plan *plan)
{
    struct arena *arena = arena_new();
    struct json_doc *doc;
    struct buf out;
    struct sse sse;
    struct err err;

    buf_init(&out, 1u << 20);
    sse_init(&sse, arena, plan);
    assert_true(sse_write_json(&sse, 0, &out));
    doc = json_doc_parse(buf_str(&out), &err);
    assert_non_null(doc);
    buf_done(&out);
    arena_free(arena);
    return doc;
}

static void the_json_answer_has_text_and_usage(void **state)
{
    struct json_doc *doc = answer_of(&plain);
    struct str text;
    uint64_t number;

    (void)state;
    assert_true(json_doc_get_str(json_doc_at(json_doc_get(doc, "content"), 0),
                                 "text", &text));
    unit_assert_str(text, "Hello from");
    assert_true(json_doc_get_str(doc, "model", &text));
    unit_assert_str(text, "claude-x");
    assert_true(
        json_doc_get_u64(json_doc_get(doc, "usage"), "output_tokens", &number));
    assert_int_equal(number, 20);
    json_doc_free(doc);
}

static void the_json_answer_may_call_a_tool(void **state)
{
    struct sse_plan plan = plain;
    struct json_doc *doc;
    struct json_doc *block;
    struct str text;

    (void)state;
    plan.tool = STR("get_tea");
    doc = answer_of(&plan);
    block = json_doc_at(json_doc_get(doc, "content"), 0);
    assert_true(json_doc_get_str(block, "name", &text));
    unit_assert_str(text, "get_tea");
    assert_true(json_doc_get_str(json_doc_get(block, "input"), "text", &text));
    unit_assert_str(text, "Hello from");
    assert_true(json_doc_get_str(doc, "stop_reason", &text));
    unit_assert_str(text, "tool_use");
    json_doc_free(doc);
}

static void an_answer_beyond_the_ceiling_is_refused(void **state)
{
    struct arena *arena = arena_new();
    struct sse_plan plan = plain;
    struct buf out;
    struct sse sse;

    (void)state;
    buf_init(&out, 2000);
    plan.size = 1000;
    plan.events = 3;
    sse_init(&sse, arena, &plan);
    assert_false(sse_write_json(&sse, 0, &out));
    buf_done(&out);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_answer_has_text_and_usage),
        cmocka_unit_test(the_json_answer_may_call_a_tool),
        cmocka_unit_test(an_answer_beyond_the_ceiling_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
