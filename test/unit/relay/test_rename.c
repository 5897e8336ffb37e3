// SPDX-License-Identifier: MIT
/* The model's name in a body: that text is another one, and nothing else moves. */
#include "relay/rename.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define MAP                                                                    \
    "{\"claude-sonnet-5\":\"glm-5\",\"a\":\"a-name-that-is-longer\","          \
    "\"b\":\"x\\\"y\\\\z\"}"

static const struct {
    const char *body;
    const char *want; /* NULL: as it came */
} cases[] = {
    { "{\"model\":\"claude-sonnet-5\"}", "{\"model\":\"glm-5\"}" },
    { " { \"max_tokens\" : 1e2 , \"model\" :\t\"claude-sonnet-5\" \r\n, \"x\":"
      "[ 1,2 ] } \n",
      " { \"max_tokens\" : 1e2 , \"model\" :\t\"glm-5\" \r\n, \"x\":"
      "[ 1,2 ] } \n" },
    { "{\"model\":\"a\",\"z\":\"a\"}",
      "{\"model\":\"a-name-that-is-longer\",\"z\":\"a\"}" },
    { "{\"model\":\"b\"}", "{\"model\":\"x\\\"y\\\\z\"}" },
    { "{\"mod\\u0065l\":\"claude-sonnet\\u002d5\"}",
      "{\"mod\\u0065l\":\"glm-5\"}" },
    { "{\"model\":\"claude-sonnet-5\",\"model\":\"other\",\"model\":\"a\"}",
      "{\"model\":\"glm-5\",\"model\":\"other\",\"model\":\"a-name-that-is-"
      "longer\"}" },
    { "{\"messages\":[{\"model\":\"a\"}],\"x\":{\"model\":\"a\"},"
      "\"model\":\"a\"}",
      "{\"messages\":[{\"model\":\"a\"}],\"x\":{\"model\":\"a\"},"
      "\"model\":\"a-name-that-is-longer\"}" },
    { "{\"x\":\"\xff\xfe\\ud800\",\"model\":\"a\"}",
      "{\"x\":\"\xff\xfe\\ud800\",\"model\":\"a-name-that-is-longer\"}" },
    { "{\"model\":\"other\"}", NULL },
    { "{\"model\":\"Claude-sonnet-5\"}", NULL },
    { "{\"model\":\"claude-sonnet-5 \"}", NULL },
    { "{\"model\":\"a\\u0000\"}", NULL },
    { "{\"model\":\"\\ud800\"}", NULL },
    { "{\"model\":\"\"}", NULL },
    { "{\"model\":5}", NULL },
    { "{\"model\":[\"a\"]}", NULL },
    { "{\"model\":{\"model\":\"a\"}}", NULL },
    { "{\"Model\":\"a\"}", NULL },
    { "{\"requests\":[{\"params\":{\"model\":\"a\"}}]}", NULL },
    { "[{\"model\":\"a\"}]", NULL },
    { "{\"model\":\"a\"", NULL },
    { "{\"model\":\"a\"} {}", NULL },
    { "{\"model\":\"a", NULL },
    { "\"model\"", NULL },
    { "{}", NULL },
    { "", NULL },
};

static struct json_doc *map_of(const char *text)
{
    struct err err;
    struct json_doc *map = json_doc_parse(str_of(text), &err);

    assert_non_null(map);
    return map;
}

static void that_text_alone_is_another(void **state)
{
    struct json_doc *map = map_of(MAP);
    struct buf out;

    (void)state;
    buf_init(&out, 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool renamed = rename_model(str_of(cases[i].body), map, &out);

        if (renamed != (cases[i].want != NULL))
            fail_msg("%s", cases[i].body);
        unit_assert_str(buf_str(&out), renamed ? cases[i].want : "");
        assert_false(rename_model(str_of(cases[i].body), NULL, &out));
    }
    buf_done(&out);
    json_doc_free(map);
}

/* What is swollen by names is left as it is. */
static void a_body_that_names_it_all_the_time_is_not_touched(void **state)
{
    struct json_doc *map = map_of(MAP);
    struct buf body;
    struct buf out;

    (void)state;
    buf_init(&body, 4096);
    buf_init(&out, 0);
    buf_add(&body, STR("{\"model\":\"a\""));
    for (int i = 0; i < 7; i++)
        buf_add(&body, STR(",\"model\":\"a\""));
    buf_add(&body, STR("}"));
    assert_true(rename_model(buf_str(&body), map, &out));
    body.len--;
    buf_add(&body, STR(",\"model\":\"a\"}"));
    assert_false(rename_model(buf_str(&body), map, &out));
    assert_int_equal(out.len, 0);
    buf_done(&body);
    buf_done(&out);
    json_doc_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(that_text_alone_is_another),
        cmocka_unit_test(a_body_that_names_it_all_the_time_is_not_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
