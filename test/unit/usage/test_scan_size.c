// SPDX-License-Identifier: MIT
/* The look at a request body: large, deep and many. */
#include <string.h>

#include "base/macros.h"
#include "unit.h"
#include "usage/scan.h"

#define P STR("proxy_config")

/* `head`, `count` times `unit`, `tail`. */
static void repeat(struct buf *out, struct str head, struct str unit,
                   size_t count, struct str tail)
{
    buf_init(out, head.len + unit.len * count + tail.len + 1);
    buf_add(out, head);
    for (size_t i = 0; i < count; i++)
        buf_add(out, unit);
    buf_add(out, tail);
}

static const struct {
    const char *head;
    const char *unit;
    const char *tail;
    bool is_object;
} deep_cases[] = {
    { "{\"a\":", "[", "1", false },
    { "{\"a\":", "{\"a\":", "1", false },
    { "", "[", "", false },
    { "", "{\"a\":", "1", false },
    { "{\"a\":1", "}", "", false },
    { "{\"a\":[", "[],{},", "1]}", true },
    { "{\"a\":\"", "\\\"", "\"}", true },
    { "{\"a\":\"", "\\\\", "\"}", true },
    { "{\"a\":\"", "[{", "\"}", true },
    { "{", "\"a\":\"b\",", "\"a\":1}", true },
    { "{", " \n", "}", true },
};

static void any_number_of_anything_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(deep_cases); i++) {
        struct buf body;

        repeat(&body, str_of(deep_cases[i].head), str_of(deep_cases[i].unit),
               100000, str_of(deep_cases[i].tail));
        assert_int_equal(scan_body(buf_str(&body)).is_object,
                         deep_cases[i].is_object);
        buf_done(&body);
    }
}

/* 100,000 levels and back, in the member that is cut and beside it. */
static void depth_costs_nothing(void **state)
{
    struct buf open, close, body, out;

    (void)state;
    repeat(&open, STR_EMPTY, STR("[{\"a\":"), 50000, STR("1"));
    repeat(&close, STR_EMPTY, STR("}]"), 50000, STR_EMPTY);
    buf_init(&body, 4000000);
    buf_add(&body, STR("{\"x\":"));
    buf_add(&body, buf_str(&open));
    buf_add(&body, buf_str(&close));
    buf_add(&body, STR(",\"proxy_config\":"));
    buf_add(&body, buf_str(&open));
    buf_add(&body, buf_str(&close));
    buf_add(&body, STR("}"));
    buf_init(&out, body.len);
    assert_true(scan_without(buf_str(&body), P, &out));
    assert_int_equal(out.len, 6 + open.len + close.len);
    assert_true(str_eq(str_sub(buf_str(&out), 0, out.len - 1),
                       str_sub(buf_str(&body), 0, out.len - 1)));
    buf_done(&out);
    buf_done(&body);
    buf_done(&open);
    buf_done(&close);
}

/* The largest body there is, with the member behind a line of 20 MB.  The ceiling
   leaves no room for more than the body. */
static void the_largest_body_is_cut(void **state)
{
    struct buf line, body, out;

    (void)state;
    repeat(&line, STR("{\"model\":\"m\",\"a\":\""), STR("tea \\\" "), 2900000,
           STR("\",\"b\":["));
    repeat(&body, buf_str(&line), STR("{\"c\":1},"), 1400000,
           STR("0],\"proxy_config\":{\"x\":1}}"));
    assert_true(body.len > 31u * 1000 * 1000 && body.len < 32u * 1024 * 1024);
    buf_init(&out, body.len);
    assert_true(scan_without(buf_str(&body), P, &out));
    assert_int_equal(out.len, body.len - strlen(",\"proxy_config\":{\"x\":1}"));
    assert_memory_equal(out.mem, body.mem, out.len - 1);
    unit_assert_str(scan_body(buf_str(&body)).proxy_config, "{\"x\":1}");
    buf_done(&out);
    buf_done(&body);
    buf_done(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_anything_is_taken),
        cmocka_unit_test(depth_costs_nothing),
        cmocka_unit_test(the_largest_body_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
