// SPDX-License-Identifier: MIT
/* The look at a request body.  Every body is scanned in a block of exactly its
   size, so that a sanitizer sees a single byte read too far. */
#include "usage/scan.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "unit.h"

#define P STR("proxy_config")

/* `body` in memory of its own; freed with mem_free(). */
static char *exact(struct str body)
{
    char *mem = mem_alloc(body.len + (body.len == 0));

    if (body.len > 0)
        memcpy(mem, body.at, body.len);
    return mem;
}

static bool cut(struct str body, struct buf *out)
{
    char *mem = exact(body);
    bool done;

    buf_init(out, body.len + 1);
    done = scan_without((struct str){ mem, body.len }, P, out);
    assert_true(done || out->len == 0);
    mem_free(mem);
    return done;
}

/* ---- what is found ------------------------------------------------------ */

static const struct {
    const char *body;
    bool is_object;
    bool stream;
    const char *model;
    const char *proxy;
} scan_cases[] = {
    { "{}", true, false, "", "" },
    { " \t\r\n{ \t\r\n} \t\r\n", true, false, "", "" },
    { "{\"model\":\"m\",\"stream\":true}", true, true, "m", "" },
    { "{\"stream\":true,\"model\":\"m\"}", true, true, "m", "" },
    { "{\n  \"model\" : \"m\" ,\n  \"stream\" :\ttrue\n}\n", true, true, "m",
      "" },
    { "{\"stream\":false}", true, false, "", "" },
    { "{\"stream\":null}", true, false, "", "" },
    { "{\"stream\":\"true\"}", true, false, "", "" },
    { "{\"stream\":1}", true, false, "", "" },
    { "{\"stream\":[true]}", true, false, "", "" },
    { "{\"model\":\"\"}", true, false, "", "" },
    { "{\"model\":null}", true, false, "", "" },
    { "{\"model\":5}", true, false, "", "" },
    { "{\"model\":{\"model\":\"m\"}}", true, false, "", "" },
    { "{\"proxy_config\":{\"type\":\"socks5\"}}", true, false, "",
      "{\"type\":\"socks5\"}" },
    { "{\"proxy_config\" : null }", true, false, "", "null" },
    { "{\"proxy_config\":\"x\"}", true, false, "", "\"x\"" },
    /* the last one counts */
    { "{\"model\":\"a\",\"model\":\"b\"}", true, false, "b", "" },
    { "{\"model\":\"a\",\"model\":1}", true, false, "", "" },
    { "{\"stream\":true,\"stream\":false}", true, false, "", "" },
    { "{\"stream\":false,\"stream\":true}", true, true, "", "" },
    { "{\"proxy_config\":1,\"proxy_config\":2}", true, false, "", "2" },
    /* names may be escaped */
    { "{\"\\u006dodel\":\"m\",\"str\\u0065am\":true}", true, true, "m", "" },
    { "{\"mode\\u006C\":\"m\"}", true, false, "m", "" },
    { "{\"proxy\\u005Fconfig\":1}", true, false, "", "1" },
    /* and the model, too */
    { "{\"model\":\"a\\\"b\\\\\"}", true, false, "a\"b\\", "" },
    { "{\"model\":\"\\u006d\"}", true, false, "m", "" },
    /* other names */
    { "{\"Model\":\"m\",\"model \":\"m\",\" model\":\"m\",\"mode\":\"m\","
      "\"models\":\"m\",\"\":\"m\",\"m\\odel\":\"m\",\"model\\u0000\":\"m\"}",
      true, false, "", "" },
    { "{\"\\\\u006dodel\":\"m\"}", true, false, "", "" },
    { "{\"\\u016dodel\":\"m\",\"\\u106dodel\":\"m\"}", true, false, "", "" },
    { "{\"\\u06dodel\":\"m\",\"\\u6dodel\":\"m\",\"mode\\u6c\":\"m\"}", true,
      false, "", "" },
    { "{\"\\u00\x16"
      "dodel\":\"m\",\"\\u 06dodel\":\"m\"}",
      true, false, "", "" },
    /* further down is not the top */
    { "{\"a\":{\"model\":\"m\",\"stream\":true,\"proxy_config\":1}}", true,
      false, "", "" },
    { "{\"a\":[{\"model\":\"m\"},{\"stream\":true}]}", true, false, "", "" },
    { "{\"a\":\"{\\\"model\\\":\\\"m\\\"}\"}", true, false, "", "" },
    { "{\"a\":\"\\\\\",\"model\":\"m\"}", true, false, "m", "" },
    { "{\"a\":\"\\\\\\\",\\\"model\\\":\\\"n\",\"model\":\"m\"}", true, false,
      "m", "" },
    { "{\"a\":\"]}{[\",\"model\":\"m\",\"b\":[\"]}\"]}", true, false, "m", "" },
    { "{\"a\":[[],{},[{}]],\"model\":\"m\"}", true, false, "m", "" },
    { "{\"a\":-1.5E+10,\"b\":true,\"model\":\"m\"}", true, false, "m", "" },
    { "{\"a\":\"\xff\xc0\x80\xed\xa0\x80\",\"model\":\"\xfe\"}", true, false,
      "\xfe", "" },
    /* no object */
    { "", false, false, "", "" },
    { "  ", false, false, "", "" },
    { "null", false, false, "", "" },
    { "\"{}\"", false, false, "", "" },
    { "[{\"model\":\"m\"}]", false, false, "", "" },
    { "\xef\xbb\xbf{\"model\":\"m\"}", false, false, "m", "" },
    { "{", false, false, "", "" },
    { "{\"", false, false, "", "" },
    { "{\"model\"", false, false, "", "" },
    { "{\"model\":", false, false, "", "" },
    { "{\"model\":\"m", false, false, "", "" },
    { "{\"model\":\"m\\\"}", false, false, "", "" },
    { "{model:\"m\"}", false, false, "", "" },
    { "{'model':'m'}", false, false, "", "" },
    { "{\"model\"=\"m\"}", false, false, "", "" },
    { "{,\"model\":\"m\"}", false, false, "", "" },
    { "{/**/\"model\":\"m\"}", false, false, "", "" },
    { "{\"a\":[1,\"model\":\"m\"}", false, false, "", "" },
    { "}", false, false, "", "" },
    /* broken further on: what was seen is told */
    { "{\"model\":\"m\"", false, false, "m", "" },
    { "{\"model\":\"m\"}}", false, false, "m", "" },
    { "{\"model\":\"m\"} x", false, false, "m", "" },
    { "{\"model\":\"m\"}{}", false, false, "m", "" },
    { "{\"model\":\"m\",}", false, false, "m", "" },
    { "{\"model\":\"m\" \"stream\":true}", false, false, "m", "" },
    { "{\"model\":\"m\"]", false, false, "m", "" },
    { "{\"proxy_config\":1,,}", false, false, "", "1" },
};

static void check_scan(size_t i)
{
    struct str body = str_of(scan_cases[i].body);
    char *mem = exact(body);
    struct scan got = scan_body((struct str){ mem, body.len });

    if (got.is_object != scan_cases[i].is_object ||
        got.facts.stream != scan_cases[i].stream)
        fail_msg("%s", scan_cases[i].body);
    unit_assert_str(str_of(got.facts.model), scan_cases[i].model);
    unit_assert_str(got.proxy_config, scan_cases[i].proxy);
    mem_free(mem);
}

static void top_level_members_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(scan_cases); i++)
        check_scan(i);
}

static void a_proxy_that_comes_again_is_told(void **state)
{
    (void)state;
    assert_false(scan_body(STR("{\"proxy_config\":1}")).proxy_again);
    assert_false(
        scan_body(STR("{\"a\":{\"proxy_config\":1},\"proxy_config\":1}"))
            .proxy_again);
    assert_true(
        scan_body(STR("{\"proxy_config\":{},\"a\":1,\"proxy\\u005fconfig\":1}"))
            .proxy_again);
}

/* ---- what is cut -------------------------------------------------------- */

static const struct {
    const char *body;
    const char *want; /* NULL: nothing is cut */
} cut_cases[] = {
    /* only, first, middle, last */
    { "{\"proxy_config\":1}", "{}" },
    { "{\"proxy_config\":1,\"a\":2}", "{\"a\":2}" },
    { "{\"a\":2,\"proxy_config\":1}", "{\"a\":2}" },
    { "{\"a\":2,\"proxy_config\":1,\"b\":3}", "{\"a\":2,\"b\":3}" },
    /* white space stays, also that around the cut */
    { " { \"proxy_config\" : 1 } ", " {  } " },
    { "{ \"proxy_config\":1 , \"a\":2 }", "{   \"a\":2 }" },
    { "{ \"a\":2 , \"proxy_config\":1 }", "{ \"a\":2   }" },
    { "{\n  \"a\": 2,\n  \"proxy_config\": {\n    \"x\": 1\n  },\n"
      "  \"b\": 3\n}\n",
      "{\n  \"a\": 2\n  ,\n  \"b\": 3\n}\n" },
    { "{\r\n\t\"proxy_config\": 1,\r\n\t\"a\": 2\r\n}",
      "{\r\n\t\r\n\t\"a\": 2\r\n}" },
    /* every kind of value */
    { "{\"proxy_config\":null,\"a\":2}", "{\"a\":2}" },
    { "{\"proxy_config\":-1.5e+3,\"a\":2}", "{\"a\":2}" },
    { "{\"proxy_config\":\"},\\\"a\\\":3\",\"a\":2}", "{\"a\":2}" },
    { "{\"proxy_config\":[{\"]\":\"}\"},[]],\"a\":2}", "{\"a\":2}" },
    { "{\"proxy_config\":{\"proxy_config\":{\"a\":\",\"}},\"a\":2}",
      "{\"a\":2}" },
    /* several */
    { "{\"proxy_config\":1,\"proxy_config\":2}", "{}" },
    { "{\"proxy_config\":1,\"a\":2,\"proxy_config\":3}", "{\"a\":2}" },
    { "{\"a\":2,\"proxy_config\":1,\"proxy_config\":3}", "{\"a\":2}" },
    { "{\"proxy_config\":1,\"proxy_config\":3,\"a\":2}", "{\"a\":2}" },
    { "{\"proxy_config\":1,\"a\":2,\"proxy_config\":3,\"b\":4,"
      "\"proxy_config\":5}",
      "{\"a\":2,\"b\":4}" },
    /* escaped names */
    { "{\"proxy\\u005fconfig\":1,\"a\":2}", "{\"a\":2}" },
    { "{\"a\":2,\"\\u0070\\u0072oxy\\u005Fconfi\\u0067\":1}", "{\"a\":2}" },
    { "{\"proxy_config\":1,\"\\u0070roxy_config\":2}", "{}" },
    /* other members, however alike */
    { "{}", NULL },
    { "{\"a\":2}", NULL },
    { "{\"Proxy_config\":1}", NULL },
    { "{\"proxy_configs\":1}", NULL },
    { "{\"proxy_confi\":1}", NULL },
    { "{\"xproxy_config\":1}", NULL },
    { "{\"proxy-config\":1}", NULL },
    { "{\"proxy_config\\u0000\":1}", NULL },
    { "{\"proxy\\\\u005fconfig\":1}", NULL },
    { "{\"proxy\\_config\":1}", NULL },
    { "{\"proxy\\u15fconfig\":1}", NULL },
    { "{\"proxy_confi\\u67\":1}", NULL },
    { "{\"proxy_confi\\u006\":1}", NULL },
    { "{\"\":1}", NULL },
    { "{\"a\":\"proxy_config\"}", NULL },
    { "{\"a\":\"\\\"proxy_config\\\":1\"}", NULL },
    { "{\"a\":{\"proxy_config\":1}}", NULL },
    { "{\"a\":[{\"proxy_config\":1}]}", NULL },
    { "{\"a\":{\"b\":{}},\"c\":[[{\"proxy_config\":1}]]}", NULL },
    { "[{\"proxy_config\":1}]", NULL },
    { "\"proxy_config\"", NULL },
    /* beside nested ones */
    { "{\"a\":{\"proxy_config\":1},\"proxy_config\":2,"
      "\"b\":[{\"proxy_config\":3}]}",
      "{\"a\":{\"proxy_config\":1},\"b\":[{\"proxy_config\":3}]}" },
    /* the rest is not looked at, and not tidied */
    { "{\"a\":1e999,\"a\":00,\"proxy_config\":1,\"\\ud800\":nope}",
      "{\"a\":1e999,\"a\":00,\"\\ud800\":nope}" },
    { "{\"a\":\"\xff\n\x01\",\"proxy_config\":1}", "{\"a\":\"\xff\n\x01\"}" },
    { "{\"a\":[1,,2 3}},\"proxy_config\":1}", NULL },
    /* malformed: Anthropic's to refuse */
    { "", NULL },
    { "{\"proxy_config\":1", NULL },
    { "{\"proxy_config\":1,}", NULL },
    { "{,\"proxy_config\":1}", NULL },
    { "{\"a\":2,,\"proxy_config\":1}", NULL },
    { "{\"a\":2 \"proxy_config\":1}", NULL },
    { "{\"proxy_config\"}", NULL },
    { "{\"proxy_config\":}", NULL },
    { "{\"proxy_config\":1}}", NULL },
    { "{\"proxy_config\":1}x", NULL },
    { "{\"proxy_config\":1]", NULL },
    { "{\"proxy_config\":1,\"a\":\"}", NULL },
    { "{\"proxy_config\":1,\"a\":[}", NULL },
    { "{\"proxy_config\" 1}", NULL },
    { "{proxy_config:1}", NULL },
    { "\xef\xbb\xbf{\"proxy_config\":1}", NULL },
};

static void a_member_is_cut_and_the_rest_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cut_cases); i++) {
        struct buf out;
        bool done = cut(str_of(cut_cases[i].body), &out);

        if (done != (cut_cases[i].want != NULL))
            fail_msg("%s", cut_cases[i].body);
        if (done)
            unit_assert_str(buf_str(&out), cut_cases[i].want);
        buf_done(&out);
    }
}

static void the_cut_body_is_appended(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    buf_add(&out, STR("xhead "));
    buf_consume(&out, 1);
    assert_false(scan_without(STR("{\"a\":1}"), P, &out));
    assert_false(scan_without(STR("{\"proxy_config\":1,\"a\":1"), P, &out));
    unit_assert_str(buf_str(&out), "head ");
    assert_true(scan_without(STR("{\"a\":1,\"proxy_config\":1}"), P, &out));
    unit_assert_str(buf_str(&out), "head {\"a\":1}");
    buf_done(&out);
}

/* ---- every arrangement of members -------------------------------------- */

#define KINDS 5
#define MEMBERS_MAX 5

/* The first two are to be cut. */
static const char *const kinds[KINDS] = {
    "\"proxy_config\":{\"a\":[1,\"}\"]}",
    "\"\\u0070roxy_config\":\"\\\"\"",
    "\"a\":\"\\\\\"",
    "\"b\":{\"proxy_config\":{\"c\":\",\"}}",
    "\"\":[\"{\",{\"proxy_config\":1}]",
};

/* Write the members whose numbers are the digits of `code`; `kept` alone, or all;
   with white space between everything, or with none. */
static void write_body(struct buf *out, size_t code, size_t count, bool kept,
                       bool spaced)
{
    static const char *const spaces[] = { " ", "\n", "\t\t", "\r\n " };
    bool first = true;

    buf_add(out, STR("{"));
    for (size_t i = 0; i < count; i++, code /= KINDS) {
        if (kept && code % KINDS < 2)
            continue;
        if (!first)
            buf_add(out, STR(","));
        first = false;
        if (spaced)
            buf_add(out, str_of(spaces[i % COUNT_OF(spaces)]));
        buf_add(out, str_of(kinds[code % KINDS]));
        if (spaced)
            buf_add(out, str_of(spaces[(i + 1) % COUNT_OF(spaces)]));
    }
    buf_add(out, STR("}"));
}

/* No kind has white space in it, so all of it is that between the members. */
static void split_space(struct str text, struct buf *space, struct buf *rest)
{
    for (size_t i = 0; i < text.len; i++)
        buf_add(str_index(STR(" \t\r\n"), text.at[i]) < 4 ? space : rest,
                str_sub(text, i, 1));
}

static void check_arrangement(size_t code, size_t count, bool spaced)
{
    struct buf body, want, out, space[2], rest;
    bool done;

    buf_init(&body, 1000);
    buf_init(&want, 1000);
    buf_init(&rest, 1000);
    buf_init(&space[0], 1000);
    buf_init(&space[1], 1000);
    write_body(&body, code, count, false, spaced);
    write_body(&want, code, count, true, false);
    done = cut(buf_str(&body), &out);
    split_space(buf_str(&body), &space[0], &rest);
    assert_int_equal(done, rest.len != want.len);
    if (done) {
        buf_clear(&rest);
        split_space(buf_str(&out), &space[1], &rest);
        assert_true(str_eq(buf_str(&rest), buf_str(&want)));
        assert_true(str_eq(buf_str(&space[0]), buf_str(&space[1])));
    }
    buf_done(&body);
    buf_done(&want);
    buf_done(&out);
    buf_done(&rest);
    buf_done(&space[0]);
    buf_done(&space[1]);
}

static void every_arrangement_is_cut_exactly(void **state)
{
    size_t codes = 1;

    (void)state;
    for (size_t count = 0; count <= MEMBERS_MAX; count++, codes *= KINDS) {
        for (size_t code = 0; code < codes; code++) {
            check_arrangement(code, count, false);
            check_arrangement(code, count, true);
        }
    }
}

/* ---- broken bodies ------------------------------------------------------ */

static const char whole[] =
    " {\"model\" : \"m\\\"\",\"proxy_config\":{\"a\":[1,\"\\\\\"]},"
    "\"stream\":true,\"\\u0061\":[{},null,-1.5e3],\"proxy\\u005fconfig\":0} ";

static void a_part_of_a_body_is_never_cut(void **state)
{
    struct str body = STR(whole);
    struct buf out;

    (void)state;
    for (size_t len = 0; len + 1 < body.len; len++) {
        assert_false(cut(str_sub(body, 0, len), &out));
        buf_done(&out);
    }
    assert_true(cut(body, &out));
    buf_done(&out);
}

/* Is `part` what is left of `body` when bytes are taken out? */
static bool is_left_of(struct str part, struct str body)
{
    size_t seen = 0;

    for (size_t i = 0; i < body.len && seen < part.len; i++)
        seen += body.at[i] == part.at[seen];
    return seen == part.len;
}

/* Every byte replaced by every other: nothing is read too far, nothing is made
   up. */
static void a_damaged_body_is_never_made_worse(void **state)
{
    char body[sizeof(whole)];

    (void)state;
    for (size_t i = 0; i < sizeof(whole) - 1; i++) {
        memcpy(body, whole, sizeof(whole));
        for (unsigned byte = 0; byte < 256; byte++) {
            struct str text = { body, sizeof(whole) - 1 };
            struct buf out;
            char *mem;

            body[i] = (char)byte;
            if (cut(text, &out))
                assert_true(is_left_of(buf_str(&out), text));
            buf_done(&out);
            mem = exact(text);
            (void)scan_body((struct str){ mem, text.len });
            mem_free(mem);
        }
    }
}

/* Whoever reads such a body sees an object, and we do not. */
static void an_object_may_begin_in_any_encoding(void **state)
{
    static const struct {
        struct str body;
        bool begins;
    } rows[] = {
        { { "{}", 2 }, true },
        { { " \r\n{", 4 }, true },
        { { "\xef\xbb\xbf {", 5 }, true },
        { { "{\0\"\0", 4 }, true }, /* UTF-16, little end first */
        { { "\0{\0\"", 4 }, true }, /* big end first */
        { { "\xff\xfe{\0", 4 }, true },
        { { "\xfe\xff\0 \0{", 6 }, true },
        { { "\xff\xfe\0\0{\0\0\0", 8 }, true }, /* UTF-32 */
        { { "\0\0\xfe\xff\0\0\0{", 8 }, true },
        { { "", 0 }, false },
        { { "\0\0", 2 }, false },
        { { "[{}]", 4 }, false },
        { { "\0[\0{", 4 }, false },
        { { "--x{", 4 }, false },
        { { "\xff\xd8\xff{", 4 }, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (scan_begins_any_object(rows[i].body) != rows[i].begins)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_may_begin_in_any_encoding),
        cmocka_unit_test(a_proxy_that_comes_again_is_told),
        cmocka_unit_test(top_level_members_are_found),
        cmocka_unit_test(a_member_is_cut_and_the_rest_stays),
        cmocka_unit_test(the_cut_body_is_appended),
        cmocka_unit_test(every_arrangement_is_cut_exactly),
        cmocka_unit_test(a_part_of_a_body_is_never_cut),
        cmocka_unit_test(a_damaged_body_is_never_made_worse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
