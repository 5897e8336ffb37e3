// SPDX-License-Identifier: MIT
/* The models that a body names below its top. */
#include "usage/named_models.h"

#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

#define MESSAGE(text) "{\"messages\":[{\"content\":[{" text "}]}]}"

/* Which models are asked for: each and a space; "?" cannot be read. */
static const struct {
    const char *body;
    const char *want;
} cases[] = {
    { "{}", "" },
    { "{\"model\":\"top\"}", "" },
    { "{\"fallbacks\":[{\"model\":\"a\"},{\"x\":1,\"model\" : \"b\"}]}",
      "a b " },
    { "{\"fallbacks\":\"default\",\"model\":\"top\"}", "" },
    { "{\"f\\u0061llbacks\":[{\"m\\u006fdel\":\"a\"}]}", "a " },
    { "{\"tools\":[{\"type\":\"advisor_20260301\",\"model\":\"a\"}]}", "a " },
    { "{\"x\":{\"y\":[[[{\"z\":{\"model\":\"a\"}}]]]}}", "a " },
    { "{\"x\":[[[[[[[[[[[[[[[[[[{\"model\":\"a\"}]]]]]]]]]]]]]]]]]],"
      "\"y\":{\"model\":\"b\"}}",
      "a b " },
    { "{\"x\":{\"a\":{}},\"model\":\"top\",\"y\":{\"a\":[],\"model\":\"b\"}}",
      "b " },
    /* what cannot be read */
    { "{\"x\":{\"model\":\"\\u0061\"}}", "? " },
    { "{\"x\":{\"model\":{\"id\":\"a\"}}}", "? " },
    { "{\"x\":{\"model\":[\"a\"]}}", "? " },
    { "{\"x\":{\"model\":5,\"y\":{\"model\":\"\"}}}", "? ? " },
    { "{\"x\":{\"model\":null,\"Model\":\"a\",\"models\":\"a\",\"mode\":\"a\"}}",
      "" },
    { "{\"x\":{\"model\":{\"model\":\"a\"}}}", "? a " },
    /* it is a text, not a name */
    { "{\"x\":[\"model\",\"a\"],\"y\":\"model\",\"z\":\"\\\"model\\\":\\\"a\\\"\"}",
      "" },
    { "{\"x\":\"{\\\"y\\\":{\\\"model\\\":\\\"a\\\"}}\"}", "" },
    { "{\"x\":\"\\\\\",\"y\":{\"model\":\"a\"}}", "a " },
    { "{\"x\":\"[{\",\"model\":\"top\"}", "" },
    /* what is said */
    { MESSAGE("\"model\":\"a\""), "" },
    { MESSAGE("\"type\":\"tool_use\",\"input\":{\"model\":\"a\",\"tool\":{"
              "\"definition\":{\"model\":\"a\"}}}"),
      "" },
    { MESSAGE("\"type\":\"fallback\",\"from\":{\"model\":\"a\"},\"to\":{"
              "\"model\":\"b\"}"),
      "" },
    { "{\"system\":[{\"model\":\"a\"}],\"metadata\":{\"model\":\"a\"},"
      "\"prompt\":{\"model\":\"a\"},\"x\":{\"model\":\"b\"}}",
      "b " },
    { "{\"x\":{\"messages\":[{\"model\":\"a\"}],\"system\":{\"model\":\"b\"}}}",
      "a b " },
    /* but for tools that a message adds */
    { MESSAGE(
          "\"type\":\"tool_addition\",\"tool\":{\"type\":\"tool_definition\","
          "\"definition\":{\"type\":\"advisor_1\",\"model\":\"a\","
          "\"input_schema\":{\"model\":{}},\"caching\":{\"model\":\"b\"}}}"),
      "a b " },
    { MESSAGE("\"t\\u006fol\":{\"d\\u0065finition\":{\"model\":\"a\"}}"),
      "a " },
    /* what describes data */
    { "{\"tools\":[{\"name\":\"x\",\"input_schema\":{\"type\":\"object\","
      "\"properties\":{\"model\":{\"type\":\"string\"},\"a\":{\"properties\":{"
      "\"model\":{\"enum\":[\"x\"]}}}},\"required\":[\"model\"]},"
      "\"input_examples\":[{\"model\":\"ford\"}]}]}",
      "" },
    { "{\"tools\":[{\"x\":{\"input_schema\":{\"model\":\"a\"}}}]}", "a " },
    { "{\"x\":{\"input_schema\":{\"model\":\"a\"}}}", "a " },
    { "{\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{"
      "\"properties\":{\"model\":{\"type\":\"string\"}}}},\"model\":\"a\"},"
      "\"output_format\":{\"schema\":{\"properties\":{\"model\":true}},"
      "\"model\":\"b\"}}",
      "a b " },
    { "{\"schema\":{\"model\":\"a\"},\"format\":{\"model\":\"b\"}}", "a b " },
};

static bool note(void *arg, struct str model)
{
    struct buf *out = arg;

    buf_add(out, model.len > 0 ? model : STR("?"));
    buf_add(out, STR(" "));
    return true;
}

/* In a block of its own, so that a step too far is seen. */
static void named(struct str body, struct buf *out)
{
    char *mem = mem_strndup(body.at, body.len);

    buf_clear(out);
    assert_true(named_models_may((struct str){ mem, body.len }, note, out));
    mem_free(mem);
}

static void models_below_the_top_are_found(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 1024);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        named(str_of(cases[i].body), &out);
        if (!str_eq(buf_str(&out), str_of(cases[i].want)))
            fail_msg("%s\ngot  " STR_FMT "\nwant %s", cases[i].body,
                     STR_ARG(buf_str(&out)), cases[i].want);
    }
    buf_done(&out);
}

/* Wherever it breaks off, and whatever byte stands wherever. */
static void any_text_ends(void **state)
{
    static const char bytes[] = "\"\\{}[]:,u0 n\xff";
    struct buf out;

    (void)state;
    buf_init(&out, 1024);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str body = str_of(cases[i].body);
        char *text = mem_strndup(body.at, body.len);

        for (size_t at = 0; at < body.len; at++) {
            named(str_sub(body, 0, at), &out);
            for (size_t j = 0; j < sizeof(bytes) - 1; j++) {
                text[at] = bytes[j];
                named((struct str){ text, body.len }, &out);
            }
            text[at] = body.at[at];
        }
        mem_free(text);
    }
    buf_done(&out);
}

static bool never(void *arg, struct str model)
{
    ++*(size_t *)arg;
    return model.len > 1;
}

static void the_first_that_may_not_ends_it(void **state)
{
    size_t asked = 0;

    (void)state;
    assert_false(named_models_may(
        STR("{\"x\":[{\"model\":\"ab\"},{\"model\":\"a\"},{\"model\":\"b\"}]}"),
        never, &asked));
    assert_int_equal(asked, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_below_the_top_are_found),
        cmocka_unit_test(any_text_ends),
        cmocka_unit_test(the_first_that_may_not_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
