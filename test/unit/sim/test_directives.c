// SPDX-License-Identifier: MIT
/* Directives from headers and from JSON. */
#include "sim/directives.h"

#include "unit.h"

static bool read_one(struct directives *directives, const char *name,
                     const char *value, struct err *err)
{
    struct header header = { str_of(name), str_of(value) };
    struct headers headers = headers_of(&header, 1);

    return directives_from_headers(directives, &headers, err);
}

static void numbers_words_and_texts_are_read(void **state)
{
    static const struct header list[] = {
        { { "Host", 4 }, { "x", 1 } },
        { { "X-Sim-Events", 12 }, { "7", 1 } },
        { { "x-sim-cut-at", 12 }, { "0", 1 } },
        { { "x-sim-encoding", 14 }, { "zstd", 4 } },
        { { "x-sim-before-head", 17 }, { "reset", 5 } },
        { { "x-sim-close", 11 }, { "silent", 6 } },
        { { "x-sim-name", 10 }, { "mine", 4 } },
    };
    struct headers headers = headers_of(list, COUNT_OF(list));
    struct directives directives;
    struct err err;

    (void)state;
    assert_true(directives_from_headers(&directives, &headers, &err));
    assert_int_equal(directives.events, 7);
    assert_int_equal(directives.cut_at, 0);
    assert_int_equal(directives.encoding, ENCODING_ZSTD);
    assert_int_equal(directives.before_head, BEFORE_HEAD_RESET);
    assert_int_equal(directives.close, CLOSE_SILENT);
    unit_assert_str(directives.name, "mine");
    assert_true(directives_given(&directives, "cut-at"));
    assert_false(directives_given(&directives, "stall-at"));
}

static void nothing_asked_is_five_events_and_no_fault(void **state)
{
    struct directives directives;

    (void)state;
    directives_init(&directives);
    assert_int_equal(directives.events, 5);
    assert_int_equal(directives.burst, 1);
    assert_int_equal(directives.gap_ms, 0);
    assert_true(directives.stall_at == DIRECTIVES_NONE);
    assert_true(directives.cut_at == DIRECTIVES_NONE);
    assert_true(directives.input_tokens == DIRECTIVES_NONE);
    assert_int_equal(directives.encoding, ENCODING_NONE);
    assert_int_equal(directives.given, 0);
}

static void what_makes_no_sense_is_refused(void **state)
{
    static const struct {
        const char *name;
        const char *value;
    } cases[] = {
        { "x-sim-evnets", "5" },         { "x-sim-", "5" },
        { "x-sim-events", "" },          { "x-sim-events", "-1" },
        { "x-sim-events", "5.5" },       { "x-sim-events", "10000000000" },
        { "x-sim-stamp", "2" },          { "x-sim-encoding", "lzma" },
        { "x-sim-encoding", "" },        { "x-sim-before-head", "gzip" },
        { "x-sim-reply-header", "no" },  { "x-sim-reply-header", "a b: c" },
        { "x-sim-reply-header", ": c" },
    };
    struct directives directives;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (read_one(&directives, cases[i].name, cases[i].value, &err))
            fail_msg("%s: %s", cases[i].name, cases[i].value);
    }
    assert_true(read_one(&directives, "x-simple", "5", &err));
}

static void the_refusal_names_the_directive(void **state)
{
    struct directives directives;
    struct err err;

    (void)state;
    assert_false(read_one(&directives, "x-sim-gap-ms", "soon", &err));
    unit_assert_part(err.text, "x-sim-gap-ms");
    unit_assert_part(err.text, "soon");
    assert_false(read_one(&directives, "x-sim-tea", "1", &err));
    unit_assert_part(err.text, "x-sim-tea");
}

static void fields_are_kept_in_order_up_to_a_bound(void **state)
{
    struct header list[DIRECTIVES_FIELDS_MAX + 1];
    struct headers headers;
    struct directives directives;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(list); i++)
        list[i] = (struct header){ STR("x-sim-reply-header"), STR("a: 1") };
    list[1].value = STR("Retry-After:  3 ");
    headers = headers_of(list, 2);
    assert_true(directives_from_headers(&directives, &headers, &err));
    assert_int_equal(directives.fields_count, 2);
    unit_assert_str(directives.fields[0].name, "a");
    unit_assert_str(directives.fields[1].name, "Retry-After");
    unit_assert_str(directives.fields[1].value, "3");
    headers.count = COUNT_OF(list);
    assert_false(directives_from_headers(&directives, &headers, &err));
}

static bool read_json(struct directives *directives, struct arena *arena,
                      const char *text, struct err *err)
{
    struct json_doc *doc = json_doc_parse(str_of(text), err);
    bool ok = directives_from_json(directives, arena, doc, err);

    json_doc_free(doc);
    return ok;
}

static void json_takes_numbers_texts_truths_and_lists(void **state)
{
    struct arena *arena = arena_new();
    struct directives directives;
    struct err err;

    (void)state;
    assert_true(read_json(
        &directives, arena,
        "{\"status\":529,\"events\":\"3\",\"stamp\":true,\"body\":\"a\\nb\","
        "\"reply-header\":[\"a: 1\",\"b: 2\"]}",
        &err));
    assert_int_equal(directives.status, 529);
    assert_int_equal(directives.events, 3);
    assert_int_equal(directives.stamp, 1);
    unit_assert_str(directives.body, "a\nb");
    assert_int_equal(directives.fields_count, 2);
    unit_assert_str(directives.fields[1].value, "2");
    arena_free(arena);
}

static void json_with_unknown_members_or_kinds_is_refused(void **state)
{
    static const char *const cases[] = {
        "{\"tea\":1}",        "{\"events\":[1]}",     "{\"events\":{}}",
        "{\"events\":\"x\"}", "{\"reply-header\":3}", "{\"reply-header\":[3]}",
    };
    struct arena *arena = arena_new();
    struct directives directives;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (read_json(&directives, arena, cases[i], &err))
            fail_msg("%s", cases[i]);
    }
    arena_free(arena);
}

static void only_what_was_given_is_laid_over(void **state)
{
    struct arena *arena = arena_new();
    struct directives below;
    struct directives above;
    struct err err;

    (void)state;
    assert_true(read_one(&below, "x-sim-events", "9", &err));
    below.fields_count = 1;
    assert_true(read_json(&above, arena,
                          "{\"cut-at\":4,\"tool\":\"t\",\"framing\":\"close\"}",
                          &err));
    directives_overlay(&below, arena, &above);
    assert_int_equal(below.events, 9);
    assert_int_equal(below.cut_at, 4);
    assert_int_equal(below.framing, FRAMING_CLOSE);
    assert_int_equal(below.fields_count, 1);
    unit_assert_str(below.tool, "t");
    assert_true(directives_given(&below, "events"));
    assert_true(directives_given(&below, "tool"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_words_and_texts_are_read),
        cmocka_unit_test(nothing_asked_is_five_events_and_no_fault),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(the_refusal_names_the_directive),
        cmocka_unit_test(fields_are_kept_in_order_up_to_a_bound),
        cmocka_unit_test(json_takes_numbers_texts_truths_and_lists),
        cmocka_unit_test(json_with_unknown_members_or_kinds_is_refused),
        cmocka_unit_test(only_what_was_given_is_laid_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
