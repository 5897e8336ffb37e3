// SPDX-License-Identifier: MIT
/* The look ahead says what the whole look says, however the body is cut. */
#include "usage/scan_ahead.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"
#include "usage/scan.h"

#define P STR("proxy_config")

/* `step` bytes at a time, each time in memory of exactly that size. */
static bool is_clear(struct str body, size_t step)
{
    struct scan_ahead ahead;

    scan_ahead_init(&ahead);
    for (size_t at = 0; at < body.len; at += step) {
        struct str part = str_sub(body, at, step);
        char *mem = mem_strndup(part.at, part.len);

        scan_ahead_feed(&ahead, (struct str){ mem, part.len });
        mem_free(mem);
    }
    assert_true(scan_ahead_may_be_object(&ahead) ||
                !scan_ahead_is_clear(&ahead));
    assert_true(ahead.present || !ahead.named);
    assert_int_equal(ahead.seen, body.len);
    return scan_ahead_is_clear(&ahead);
}

static void compare(struct str body, size_t step)
{
    struct scan whole = scan_body(body);
    bool want = whole.is_object && whole.proxy_config.len == 0;

    if (is_clear(body, step) != want)
        fail_msg("in steps of %zu it should%s be clear: " STR_FMT, step,
                 want ? "" : " not", STR_ARG(body));
}

static const char *const bodies[] = {
    "",
    "{}",
    " {\"a\":1} \r\n",
    "{\"a\":1}x",
    "\xef\xbb\xbf{\"a\":1}",
    "{\"proxy_config\":{}}",
    "{\"proxy_config\":null,\"a\":1}",
    "{\"a\":\"b\",\"proxy\\u005fconfig\":\"x\"}",
    "{\"\\u0070roxy_config\":1}",
    "{\"a\":{\"proxy_config\":1},\"b\":[\"proxy_config\"]}",
    "{\"a\":[1,2},\"proxy_config\":{}}",
    "{\"a\":{\"b\":1,\"proxy_config\":{}}",
    "{\"a\":1}, \"proxy_config\":{}}",
    "{\"a\":1 \"proxy_config\":{}}",
    "{\"a\":\"x \"proxy_config\":{}}",
    "{\"a\":\"\\\"\",\"b\":\"\\\\\"}",
    "{\"a\":1,}",
    "{\"a\":}",
    "{,\"a\":1}",
    "[{\"proxy_config\":1}]",
    "\"proxy_config\"",
    "{\"proxy_config\":1",
    "{\"a\":tru,\"b\":-1e5}",
    /* an escape that is cut off by the quote */
    "{\"\\u\":12,\":[\":2,\"proxy_config\":{},\"],\":[\\u1],\"x\":1}",
    "{\"\\u0\"070\\u0072oxy_config\" :-0}",
    "{\"a\\u12\":1,\"b\":\"\\u\"}",
    "{\"\\uwxyz\":1}",
    /* brackets that do not match */
    "{\"a\":[{\"b\":1],\"proxy_config\":{}}}",
    "{\"a\":{]}",
};

static void it_says_what_the_whole_look_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct str body = str_of(bodies[i]);

        for (size_t step = 1; step <= body.len + 1; step++)
            compare(body, step);
    }
    assert_true(is_clear(STR("{\"a\":1}"), 3));
    assert_false(is_clear(STR("{\"proxy_config\":1}"), 3));
}

static const struct {
    const char *body;
    bool named;
} named[] = {
    { "{\"proxy_config\":{\"a\"", true },
    { "{\"proxy_config\" : \"x", true },
    { "{\"a\":1,\"proxy\\u005fconfig\":1", true },
    { "{\"proxy_config\":null,\"proxy_config\":[", true },
    { "{\"proxy_config\":null}", false },
    { "{\"proxy_config\"}", false },
    { "{\"a\":{\"proxy_config\":{}}}", false },
    { "\xef\xbb\xbf{\"proxy_config\":{}}", true },
    { "\xef\xbb\xbf {\"a\":1}", false },
    { "\xef\xbb{\"proxy_config\":{}}", true },
};

/* Long before its end, and null is none. */
static void it_tells_when_a_member_has_a_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(named); i++) {
        struct str body = str_of(named[i].body);

        for (size_t step = 1; step <= body.len; step++) {
            struct scan_ahead ahead;

            scan_ahead_init(&ahead);
            for (size_t at = 0; at < body.len; at += step)
                scan_ahead_feed(&ahead, str_sub(body, at, step));
            if (ahead.named != named[i].named)
                fail_msg("%s in steps of %zu", named[i].body, step);
        }
    }
}

/* Whatever byte stands wherever. */
static void any_byte_in_any_place(void **state)
{
    char text[] = " {\"m\":[{\"a\":\"\\\"b\",\"n\":{}},-1.5],\"s\":true,"
                  "\"proxy_config\" :{\"p\":\"x\"}} ";
    struct str body = STR(text);

    (void)state;
    for (size_t at = 0; at < body.len; at++) {
        char kept = text[at];

        for (int c = 0; c < 256; c++) {
            text[at] = (char)c;
            compare(body, body.len);
            compare(body, 7);
        }
        text[at] = kept;
    }
}

/* Deeper than brackets are matched: counted. */
static void any_nesting(void **state)
{
    char text[2 * 300 + 64] = "{\"a\":";
    size_t len = strlen(text);

    (void)state;
    memset(text + len, '[', 300);
    memset(text + len + 300, ']', 300);
    memcpy(text + len + 600, ",\"b\":1}", 8);
    assert_true(is_clear(str_of(text), 1));
    text[len + 300] = '}';
    compare(str_of(text), 11);
    text[len + 599] = '}';
    compare(str_of(text), 11);
    assert_false(is_clear(str_of(text), 11));
}

static void it_tells_when_the_object_has_ended(void **state)
{
    struct scan_ahead ahead;

    (void)state;
    scan_ahead_init(&ahead);
    scan_ahead_feed(&ahead, STR("{\"a\":{}"));
    assert_false(ahead.ended);
    scan_ahead_feed(&ahead, STR("}"));
    assert_true(ahead.ended);
    scan_ahead_feed(&ahead, STR("\n{\"proxy_config\":1"));
    assert_true(ahead.ended && !ahead.present);
    scan_ahead_init(&ahead);
    scan_ahead_feed(&ahead, STR("{\"a\",}"));
    assert_false(ahead.ended);
}

/* A long body that goes out as it comes is stopped where it can be seen. */
static void it_says_so_early(void **state)
{
    struct scan_ahead ahead;

    (void)state;
    scan_ahead_init(&ahead);
    scan_ahead_feed(&ahead, STR("{\"a\":[1],\"proxy\\u005fconfig\":"));
    assert_false(ahead.named);
    scan_ahead_feed(&ahead, STR("{"));
    assert_true(ahead.named);
    scan_ahead_init(&ahead);
    scan_ahead_feed(&ahead, STR("{\"a\":[1}"));
    assert_true(scan_ahead_may_be_object(&ahead) || !ahead.named);
    scan_ahead_feed(&ahead, STR(","));
    assert_false(scan_ahead_may_be_object(&ahead));
}

/* Without it in the text, and with one byte taken out. */
static void any_byte_less(void **state)
{
    const struct str text = STR("{\"m\":[{\"a\":\"\\\"b\"}],\"s\":null,"
                                "\"proxy_confi\":{\"p\":\"x\"}}");
    char less[128];

    (void)state;
    compare(text, text.len);
    for (size_t at = 0; at < text.len; at++) {
        memcpy(less, text.at, at);
        memcpy(less + at, text.at + at + 1, text.len - at - 1);
        compare((struct str){ less, text.len - 1 }, 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_the_whole_look_says),
        cmocka_unit_test(it_tells_when_a_member_has_a_value),
        cmocka_unit_test(it_tells_when_the_object_has_ended),
        cmocka_unit_test(any_byte_in_any_place),
        cmocka_unit_test(any_byte_less),
        cmocka_unit_test(any_nesting),
        cmocka_unit_test(it_says_so_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
