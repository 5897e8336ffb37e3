// SPDX-License-Identifier: MIT
/* Members out of a JSON text that comes in pieces. */
#include "usage/sift.h"

#include "sift_scene.h"

/* { "tea": "t", "cups": 1, "pot": { "ml": 2, "lid": { "a": 3 } } } */
static const struct sift_node lid[] = {
    { { "a", 1 }, SIFT_NUMBER, 3, NULL, 0 },
};
static const struct sift_node pot[] = {
    { { "ml", 2 }, SIFT_NUMBER, 2, NULL, 0 },
    { { "lid", 3 }, SIFT_OBJECT, 8, lid, COUNT_OF(lid) },
};
static const struct sift_node top[] = {
    { { "tea", 3 }, SIFT_TEXT, 0, NULL, 0 },
    { { "cups", 4 }, SIFT_NUMBER, 1, NULL, 0 },
    { { "pot", 3 }, SIFT_OBJECT, 7, pot, COUNT_OF(pot) },
    { { "any", 3 }, SIFT_ANY, 5, NULL, 0 },
};
static const struct sift_node root = {
    { "", 0 }, SIFT_OBJECT, 9, top, COUNT_OF(top)
};

static const struct sift_of of = { .root = &root, .pieces_max = 5 };

static const struct sift_case cases[] = {
    { "{}", "9;" },
    { " \t\r\n{ } ", "9;" },
    { "{\"tea\":\"green\"}", "0=green;9;" },
    { "{\"cups\":0}", "1=0;9;" },
    { "{\"cups\" : 12 , \"tea\"\n:\t\"x\"}", "1=12;0=x;9;" },
    { "{\"pot\":{\"ml\":5,\"lid\":{\"a\":6}}}", "2=5;3=6;8;7;9;" },
    { "{\"pot\":{},\"cups\":3}", "7;1=3;9;" },
    /* order and repetition are the text's */
    { "{\"cups\":1,\"cups\":2}", "1=1;1=2;9;" },
    { "{\"pot\":{\"ml\":1},\"pot\":{\"ml\":2}}", "2=1;7;2=2;7;9;" },
    /* the same names elsewhere are others */
    { "{\"x\":{\"cups\":1},\"y\":[{\"cups\":2}],\"cups\":3}", "1=3;9;" },
    { "{\"ml\":1,\"a\":2,\"pot\":{\"cups\":3,\"a\":4}}", "7;9;" },
    { "{\"pot\":{\"x\":{\"ml\":1},\"ml\":2}}", "2=2;7;9;" },
    { "{\"pot\":[{\"ml\":1}],\"cups\":1}", "1=1;9;" },
    { "{\"x\":\"\\\"cups\\\":1\",\"cups\":2}", "1=2;9;" },
    { "{\"x\":\"{\",\"cups\":2}", "1=2;9;" },
    { "{\"x\":[\"]\",\"\\\\\",\"\\\"]\"],\"cups\":2}", "1=2;9;" },
    { "{\"x\":\"\\\\\\\\\\\\\\\"\",\"cups\":2}", "1=2;9;" },
    { "{\"Cups\":1,\"cup\":2,\"cupss\":3,\"\":4}", "9;" },
    { "{\"x\":true,\"y\":null,\"z\":-1.5E+3,\"cups\":2}", "1=2;9;" },
    /* values of another kind are none */
    { "{\"cups\":\"3\"}", "9;" },
    { "{\"cups\":null}", "9;" },
    { "{\"cups\":true}", "9;" },
    { "{\"cups\":[3]}", "9;" },
    { "{\"cups\":{\"cups\":3}}", "9;" },
    { "{\"tea\":3}", "9;" },
    { "{\"tea\":[\"x\"]}", "9;" },
    { "{\"pot\":3}", "9;" },
    { "{\"pot\":null}", "9;" },
    { "{\"pot\":\"{\\\"ml\\\":1}\"}", "9;" },
    /* numbers */
    { "{\"cups\":-1}", "9;" },
    { "{\"cups\":1.5}", "9;" },
    { "{\"cups\":1.0}", "1=1;9;" },
    { "{\"cups\":12.00}", "1=12;9;" },
    { "{\"cups\":1e3}", "1=1000;9;" },
    { "{\"cups\":1.25E+2}", "1=125;9;" },
    { "{\"cups\":1.25e1}", "9;" },
    { "{\"cups\":700e-2}", "1=7;9;" },
    { "{\"cups\":7e-1}", "9;" },
    { "{\"cups\":0.0e99}", "1=0;9;" },
    { "{\"cups\":0e-9}", "1=0;9;" },
    { "{\"cups\":1e18}", "1=1000000000000000000;9;" },
    { "{\"cups\":1e19}", "9;" },
    { "{\"cups\":9223372036854775807.0}", "1=9223372036854775807;9;" },
    { "{\"cups\":9223372036854775808.0}", "9;" },
    { "{\"cups\":1.}", "9;" },
    { "{\"cups\":.5e1}", "9;" },
    { "{\"cups\":1e}", "9;" },
    { "{\"cups\":1e+}", "9;" },
    { "{\"cups\":e1}", "9;" },
    { "{\"cups\":1.0.0}", "9;" },
    { "{\"cups\":-0.0}", "9;" },
    { "{\"cups\":9223372036854775807}", "1=9223372036854775807;9;" },
    { "{\"cups\":9223372036854775808}", "9;" },
    { "{\"cups\":99999999999999999999999}", "9;" },
    { "{\"cups\":" LONG128 LONG128 "1}", "9;" },
    /* texts */
    { "{\"tea\":\"\"}", "9;" },
    { "{\"tea\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "0=\"\\/\b\f\n\r\t;9;" },
    { "{\"tea\":\"\\u0041\\u007a\"}", "0=Az;9;" },
    { "{\"tea\":\"\\u00e9\"}", "9;" },
    { "{\"tea\":\"a\\u0000b\"}", "9;" },
    { "{\"tea\":\"\\u0000b\"}", "9;" },
    { "{\"tea\":\"\\ud83d\\ude00\"}", "9;" },
    /* an escape ends with the text */
    { "{\"tea\":\"\\u00\",\"cups\":1}", "1=1;9;" },
    { "{\"tea\":\"\\u\",\"cups\":1}", "1=1;9;" },
    { "{\"\\u006\":0,\"\\\\u0063ups\":2,\"cups\":1}", "1=1;9;" },
    { "{\"tea\":\"\\u0\\\",\\\"cups\\\":2\",\"cups\":1}", "1=1;9;" },
    { "{\"tea\":\"\\u00gg\"}", "9;" },
    { "{\"tea\":\"\\x\"}", "9;" },
    { "{\"tea\":\"\xc3\xa9\xf0\x9f\x98\x80\xff\"}",
      "0=\xc3\xa9\xf0\x9f\x98\x80\xff;9;" },
    { "{\"tea\":\"" LONG128 "\"}", "0=" LONG128 ";9;" },
    { "{\"tea\":\"" LONG128 "x\",\"cups\":1}", "1=1;9;" },
    { "{\"\\u0063up\\u0073\":1}", "1=1;9;" },
    { "{\"c\\u00fcps\":1}", "9;" },
    { "{\"" LONG128 "x\":1,\"cups\":2}", "1=2;9;" },
    /* what came before a fault */
    { "", "" },
    { "[]", "" },
    { "[{\"cups\":1}]", "" },
    { "\"cups\"", "" },
    { "1", "" },
    { "x{\"cups\":1}", "" },
    { "{\"cups\":1", "" },
    { "{\"cups\":1,", "1=1;" },
    { "{\"cups\":1;\"tea\":\"x\"}", "1=1;" },
    { "{\"cups\":1@}", "1=1;" },
    { "{\"cups\"=1}", "" },
    { "{\"cups\" 1}", "" },
    { "{cups:1}", "" },
    { "{\"cups\":1]", "1=1;" },
    { "{\"cups\":@}", "" },
    { "{\"pot\":{\"ml\":1]}", "2=1;" },
    { "{\"cups\":1}{\"cups\":2}", "1=1;9;" },
    { "{}}{\"cups\":2}", "9;" },
    { "{\"cups\":1 \"tea\":\"x\"}", "1=1;" },
    { "{,\"cups\":1}", "" },
    { "{\"cups\":1,}", "1=1;" },
    { "{\"cups\":1,,\"tea\":\"x\"}", "1=1;" },
    { "{\"cups\":}", "" },
    { "{\"x\":[},\"cups\":1}", "" },
    { "{\"cups\":1,\"x\":[{\"y\":{]}],\"cups\":2}", "1=1;" },
    /* not checked */
    { "{\"x\":[1 2,,],\"cups\":1}", "1=1;9;" },
    { "{\"x\":nope,\"cups\":1}", "1=1;9;" },
    /* found by its name */
    { "{\"any\":{\"cups\":1},\"cups\":2}", "5:{;1=2;9;" },
    { "{\"a\\u006ey\":null,\"any\":\"x\",\"x\":{\"any\":1}}", "5:n;5:\";9;" },
    { "{\"any\"", "" },
    { "{\"any\":n", "5:n;" },
};

static void members_are_found_however_the_text_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        sift_scene_check_cuts(&of, str_of(cases[i].text), cases[i].want);
}

/* Kept as a C string it would be another text. */
static void a_text_with_a_nul_is_nobodys(void **state)
{
    (void)state;
    sift_scene_check_cuts(&of, STR("{\"tea\":\"a\0b\",\"cups\":1}"), "1=1;9;");
    sift_scene_check_cuts(&of, STR("{\"tea\":\"a\0\",\"cups\":1}"), "1=1;9;");
    sift_scene_check_cuts(&of, STR("{\"tea\":\"\\u0061\0b\",\"cups\":1}"),
                          "1=1;9;");
    sift_scene_check_cuts(&of, STR("{\"tea\0\":\"a\",\"cups\":1}"), "1=1;9;");
}

static const struct sift_node some[] = {
    { { "cups", 4 }, SIFT_NUMBER, 1, NULL, 0 },
    { { "", 0 }, SIFT_ANY, 6, NULL, 0 },
};
static const struct sift_node seen[] = {
    { { "tea", 3 }, SIFT_TEXT, 0, NULL, 0 },
};
static const struct sift_node some_root = {
    { "", 0 }, SIFT_OBJECT, 9, some, COUNT_OF(some)
};
static const struct sift_of with_others = { .root = &some_root,
                                            .watched = seen,
                                            .watched_count = COUNT_OF(seen),
                                            .pieces_max = 5 };

static const struct sift_case others[] = {
    { "{\"cups\":1}", "1=1;9;" },
    { "{\"x\":null,\"cups\":1}", "6=x;6:n;1=1;9;" },
    { "{\"\\u0078\" : {\"cups\":2,\"y\":3},\"cups\":1}", "6=x;6:{;1=1;9;" },
    { "{\"\":1,\"\\u00e9\":[2]}", "6;6:1;6;6:[;9;" },
    { "{\"" LONG128 "x\":1}", "6;6:1;9;" },
    /* what is watched is found as that, too */
    { "{\"tea\":\"x\",\"y\":{\"tea\":\"z\"}}", "6=tea;0=x;6=y;6:{;0=z;9;" },
};

static void all_other_members_are_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        sift_scene_check_cuts(&with_others, str_of(others[i].text),
                              others[i].want);
}

/* Wherever one text stopped. */
static void another_text_begins_afresh(void **state)
{
    static const char text[] =
        "{\"x\":[{\"\\u0061\":\"\\\"\"}],\"pot\":{\"lid\":"
        "{\"a\":1}},\"tea\":\"\\u0041\",\"cups\":12}";
    struct sift sift;
    struct buf got;

    (void)state;
    sift_scene_begin(&of, &sift, &got);
    for (size_t len = 0; len < sizeof(text); len++) {
        sift_scene_feed(&sift, str_sub(STR(text), 0, len));
        sift_restart(&sift);
        buf_clear(&got);
        sift_scene_feed(&sift, STR("{\"tea\":\"x\",\"cups\":3}"));
        unit_assert_str(buf_str(&got), "0=x;1=3;9;");
        sift_restart(&sift);
    }
    buf_done(&got);
}

static const struct sift_node ends[] = {
    { { "end", 3 }, SIFT_TAIL, 4, NULL, 0 },
};
static const struct sift_node ends_root = {
    { "", 0 }, SIFT_OBJECT, 9, ends, COUNT_OF(ends)
};

static void take_end(void *arg, const struct sift_found *found)
{
    struct buf *end = arg;

    if (found->id == 4)
        buf_add(end, found->text);
}

/* "0a1a2a...", escaped or not, as long as that, whose end is told. */
static void check_end(size_t len, size_t piece, bool escaped)
{
    struct sift sift;
    struct buf text;
    struct buf plain;
    struct buf got;

    buf_init(&text, 8192);
    buf_init(&plain, 2048);
    buf_init(&got, 2048);
    buf_add(&text, STR("{\"end\":\""));
    for (size_t i = 0; i < len; i++) {
        buf_printf(&plain, "%c", i % 2 ? 'a' : (char)('0' + i / 2 % 10));
        if (escaped && i % 2)
            buf_add(&text, STR("\\u0061"));
        else
            buf_add(&text, str_from(buf_str(&plain), i));
    }
    buf_add(&text, STR("\"}"));
    sift_init(&sift, &ends_root, take_end, &got);
    for (size_t at = 0; at < text.len; at += piece)
        sift_feed(&sift, str_sub(buf_str(&text), at, piece));
    assert_true(sift_is_whole(&sift));
    assert_true(got.len >= (len < SIFT_TAIL_MIN ? len : SIFT_TAIL_MIN));
    assert_true(
        str_eq(str_from(buf_str(&plain), len - got.len), buf_str(&got)));
    buf_done(&text);
    buf_done(&plain);
    buf_done(&got);
}

static void the_end_of_a_long_text_is_told(void **state)
{
    static const size_t lens[] = { 1, 95, 96, 97, 127, 128, 129, 130, 1000 };
    static const size_t pieces[] = { 1, 2, 7, 31, 100, 129, 8192 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        for (size_t j = 0; j < COUNT_OF(pieces); j++) {
            check_end(lens[i], pieces[j], false);
            check_end(lens[i], pieces[j], true);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_however_the_text_is_cut),
        cmocka_unit_test(a_text_with_a_nul_is_nobodys),
        cmocka_unit_test(all_other_members_are_one),
        cmocka_unit_test(another_text_begins_afresh),
        cmocka_unit_test(the_end_of_a_long_text_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
