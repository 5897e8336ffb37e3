// SPDX-License-Identifier: MIT
/* Answers of /v1/messages as events. */
#include "sim/sse.h"

#include "base/json.h"
#include "unit.h"

static const struct sse_plan plain = {
    .id = { "msg_1", 5 },
    .model = { "claude-x", 8 },
    .tool = { "", 0 },
    .events = 2,
    .error_at = SSE_NEVER,
    .usage = { .input = 10, .output = 20, .cache_read = 3, .cache_write = 4 },
};

/* The names of all events, with spaces between them. */
static void list_events(struct sse *sse, struct buf *names)
{
    struct buf event;

    buf_init(&event, 1u << 20);
    while (sse_next(sse, 0, &event)) {
        struct str text = buf_str(&event);
        struct str line = str_sub(text, 0, str_index(text, '\n'));

        assert_true(str_starts(line, STR("event: ")));
        assert_true(str_eq(str_from(text, text.len - 2), STR("\n\n")));
        buf_printf(names, STR_FMT " ", STR_ARG(str_from(line, 7)));
        buf_clear(&event);
    }
    buf_done(&event);
}

static void check_events(const struct sse_plan *plan, const char *want)
{
    struct arena *arena = arena_new();
    struct buf names;
    struct sse sse;

    buf_init(&names, 65536);
    sse_init(&sse, arena, plan);
    list_events(&sse, &names);
    unit_assert_str(buf_str(&names), want);
    assert_true(sse_is_done(&sse));
    buf_done(&names);
    arena_free(arena);
}

static void events_come_in_anthropics_order(void **state)
{
    struct sse_plan none = plain;
    struct sse_plan failing = plain;
    struct sse_plan completion = plain;

    (void)state;
    none.events = 0;
    failing.error_at = 1;
    completion.completion = true;
    check_events(&plain, "message_start content_block_start ping "
                         "content_block_delta content_block_delta "
                         "content_block_stop message_delta message_stop ");
    check_events(&none, "message_start content_block_start ping "
                        "content_block_stop message_delta message_stop ");
    check_events(&failing, "message_start content_block_start ping "
                           "content_block_delta error ");
    check_events(&completion, "completion completion completion ");
}

/* The data of the event, parsed. */
static struct json_doc *data_of(struct str event)
{
    struct err err;
    struct str line = str_from(event, str_index(event, '\n') + 1);
    struct json_doc *doc = json_doc_parse(str_from(line, 6), &err);

    assert_non_null(doc);
    return doc;
}

static void every_event_is_json_of_its_own_type(void **state)
{
    struct arena *arena = arena_new();
    struct sse_plan plan = plain;
    struct buf event;
    struct sse sse;
    struct str type;

    (void)state;
    buf_init(&event, 65536);
    plan.tool = STR("get_tea");
    sse_init(&sse, arena, &plan);
    while (sse_next(&sse, 5, &event)) {
        struct json_doc *doc = data_of(buf_str(&event));

        assert_true(json_doc_get_str(doc, "type", &type));
        assert_true(str_starts(str_from(buf_str(&event), 7), type));
        json_doc_free(doc);
        buf_clear(&event);
    }
    buf_done(&event);
    arena_free(arena);
}

static void billed_is_what_was_said(void **state)
{
    struct arena *arena = arena_new();
    struct buf event;
    struct sse sse;

    (void)state;
    buf_init(&event, 65536);
    sse_init(&sse, arena, &plain);
    assert_int_equal(sse.billed.input, 0);
    assert_true(sse_next(&sse, 0, &event));
    assert_int_equal(sse.billed.input, 10);
    assert_int_equal(sse.billed.output, 1);
    for (int i = 0; i < 5; i++)
        assert_true(sse_next(&sse, 0, &event));
    assert_int_equal(sse.billed.output, 1);
    assert_true(sse_next(&sse, 0, &event)); /* message_delta */
    assert_int_equal(sse.billed.output, 20);
    assert_int_equal(sse.billed.cache_read, 3);
    buf_done(&event);
    arena_free(arena);
}

static void a_tools_input_assembles_to_json(void **state)
{
    struct arena *arena = arena_new();
    struct sse_plan plan = plain;
    struct buf event;
    struct buf input;
    struct sse sse;
    struct err err;
    struct str part;

    (void)state;
    buf_init(&event, 65536);
    buf_init(&input, 65536);
    plan.tool = STR("get_tea");
    sse_init(&sse, arena, &plan);
    while (sse_next(&sse, 0, &event)) {
        struct json_doc *doc = data_of(buf_str(&event));

        if (json_doc_get_str(json_doc_get(doc, "delta"), "partial_json", &part))
            buf_add(&input, part);
        json_doc_free(doc);
        buf_clear(&event);
    }
    json_doc_free(json_doc_parse(buf_str(&input), &err));
    unit_assert_str(buf_str(&input), "{\"text\":\"Hello from\"}");
    buf_done(&event);
    buf_done(&input);
    arena_free(arena);
}

static void the_length_is_that_of_all_events(void **state)
{
    struct arena *arena = arena_new();
    struct sse_plan plan = plain;
    struct buf all;
    struct sse sse;

    (void)state;
    buf_init(&all, 1u << 20);
    plan.size = 40;
    plan.stamp = true;
    plan.events = 100;
    sse_init(&sse, arena, &plan);
    plan.usage.output = sse_length(&sse);
    while (sse_next(&sse, 123456789, &all)) {}
    assert_int_equal(all.len, plan.usage.output);
    sse.plan.endless = true;
    assert_true(sse_length(&sse) == SSE_NEVER);
    buf_done(&all);
    arena_free(arena);
}

static void an_endless_stream_has_a_next_delta(void **state)
{
    struct arena *arena = arena_new();
    struct sse_plan plan = plain;
    struct buf event;
    struct sse sse;

    (void)state;
    buf_init(&event, 65536);
    plan.endless = true;
    sse_init(&sse, arena, &plan);
    for (int i = 0; i < 1000; i++) {
        assert_true(sse_next(&sse, 0, &event));
        buf_clear(&event);
    }
    assert_true(sse_at_delta(&sse));
    buf_done(&event);
    arena_free(arena);
}

static void output_counts_a_quarter_of_each_delta(void **state)
{
    struct arena *arena = arena_new();
    struct sse_plan plan = plain;
    struct sse sse;

    (void)state;
    sse_init(&sse, arena, &plan);
    assert_int_equal(sse_count_tokens(&sse), 2); /* 5 and 5 bytes */
    plan.size = 40;
    sse_init(&sse, arena, &plan);
    assert_int_equal(sse_count_tokens(&sse), 20);
    plan.size = 1;
    sse_init(&sse, arena, &plan);
    assert_int_equal(sse_count_tokens(&sse), 2);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_anthropics_order),
        cmocka_unit_test(every_event_is_json_of_its_own_type),
        cmocka_unit_test(billed_is_what_was_said),
        cmocka_unit_test(a_tools_input_assembles_to_json),
        cmocka_unit_test(the_length_is_that_of_all_events),
        cmocka_unit_test(an_endless_stream_has_a_next_delta),
        cmocka_unit_test(output_counts_a_quarter_of_each_delta),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
