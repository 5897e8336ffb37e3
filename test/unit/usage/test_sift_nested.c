// SPDX-License-Identifier: MIT
/* Members that are watched, inside of what is stepped over; and arrays of the tree. */
#include "sift_scene.h"

/* { "pots": [ { "ml": 1, "tea": "t" } ] }, and anywhere: "leaf": "l", "any": ... */
static const struct sift_node pot[] = {
    { { "ml", 2 }, SIFT_NUMBER, 1, NULL, 0 },
    { { "tea", 3 }, SIFT_TEXT, 2, NULL, 0 },
};
static const struct sift_node top[] = {
    { { "pots", 4 }, SIFT_ARRAY, 7, pot, COUNT_OF(pot) },
    { { "cups", 4 }, SIFT_NUMBER, 3, NULL, 0 },
};
static const struct sift_node root = {
    { "", 0 }, SIFT_OBJECT, 9, top, COUNT_OF(top)
};
static const struct sift_node watched[] = {
    { { "leaf", 4 }, SIFT_TEXT, 4, NULL, 0 },
    { { "any", 3 }, SIFT_ANY, 5, NULL, 0 },
};

static const struct sift_of of = { .root = &root,
                                   .watched = watched,
                                   .watched_count = COUNT_OF(watched),
                                   .pieces_max = 40 };

static const struct sift_case cases[] = {
    /* arrays */
    { "{\"pots\":[]}", "9;" },
    { "{ \"pots\" : [ { \"ml\" : 1 } , { \"ml\" : 2 } ] }", "1=1;7;1=2;7;9;" },
    { "{\"pots\":[{},{\"tea\":\"a\"}],\"cups\":3}", "7;2=a;7;3=3;9;" },
    { "{\"pots\":[1,\"x\",null,[{\"ml\":1}],{\"ml\":2}]}", "1=2;7;9;" },
    { "{\"pots\":[{\"pots\":[{\"ml\":1}],\"cups\":2}]}", "7;9;" },
    { "{\"pots\":{\"ml\":1}}", "9;" },
    { "{\"pots\":\"[{]\",\"cups\":1}", "3=1;9;" },
    { "{\"pots\":[{\"ml\":1}", "1=1;7;" },
    /* faults in them */
    { "{\"pots\":[,],\"cups\":1}", "" },
    { "{\"pots\":[{},],\"cups\":1}", "7;" },
    { "{\"pots\":[{}}", "7;" },
    { "{\"pots\":[{]", "" },
    { "{\"pots\":[{}{}]}", "7;" },
    { "{\"pots\":[1 2]}", "" },
    { "{\"pots\":[}", "" },
    /* watched */
    { "{\"a\":{\"leaf\":\"x\"}}", "4=x;9;" },
    { "{\"a\":[[{\"leaf\":\"x\",\"leaf\":\"y\"}]]}", "4=x;4=y;9;" },
    { "{\"a\":{\"leaf\" :\n \"x\"}}", "4=x;9;" },
    { "{\"leaf\":\"x\",\"pots\":[{\"leaf\":\"y\"}]}", "4=x;4=y;7;9;" },
    { "{\"a\":{\"any\":1,\"any\":\"x\",\"any\":null,\"any\":{\"any\":[]}}}",
      "5:1;5:\";5:n;5:{;5:[;9;" },
    { "{\"any\":{\"leaf\":\"x\"}}", "5:{;4=x;9;" },
    /* of another kind, or none */
    { "{\"a\":{\"leaf\":1,\"leaf\":[\"x\"],\"leaf\":{\"b\":\"x\"}}}", "9;" },
    { "{\"a\":{\"leaf\":\"\"}}", "9;" },
    { "{\"a\":[\"leaf\",\"x\"]}", "9;" },
    { "{\"a\":{\"b\":\"leaf\",\"c\":\"x\"}}", "9;" },
    { "{\"a\":{\"b\":\"leaf\" ,\"c\" : \"x\"}}", "9;" },
    { "{\"a\":{\"leaf\"}}", "9;" },
    { "{\"a\":{\"lea\":\"x\",\"leaff\":\"x\",\"Leaf\":\"x\",\"\":\"x\"}}",
      "9;" },
    { "{\"a\":{\"b\":\"\\\"leaf\\\":\\\"x\\\"\"}}", "9;" },
    /* escaped */
    { "{\"a\":{\"\\u006ceaf\":\"\\u0078\"}}", "4=x;9;" },
    { "{\"a\":{\"l\\u0065\\u0061f\" : \"x\\n\"}}", "4=x\n;9;" },
    { "{\"a\":{\"\\u0061\\u006e\\u0079\":true}}", "5:t;9;" },
    { "{\"a\":{\"le\\u00e1f\":\"x\",\"le\\af\":\"x\",\"\\leaf\":\"x\"}}",
      "9;" },
    { "{\"a\":{\"leaf\":\"\\u00e9\",\"leaf\":\"y\"}}", "4=y;9;" },
    { "{\"a\":{\"b\\\"\":\"leaf\",\"leaf\":\"\\\\\"}}", "4=\\;9;" },
    { "{\"a\":{\"\\u\":\"leaf\",\"leaf\":\"\\u00\"},\"cups\":1}", "3=1;9;" },
    { "{\"a\":{\"b\\\\\":{\"leaf\":\"x\"}}}", "4=x;9;" },
    /* long ones in between */
    { "{\"a\":{\"" LONG128 "\":\"" LONG128 "\\\"\",\"leaf\":\"" LONG128
      "\",\"leaf\":\"" LONG128 "x\",\"leaf\":\"x\"}}",
      "4=" LONG128 ";4=x;9;" },
    { "{\"a\":{\"\\\\" LONG16 LONG16 "\":1,\"leaf\":\"x\"}}", "4=x;9;" },
    /* behind a fault */
    { "{\"a\":[},\"b\":{\"leaf\":\"x\"}}", "" },
};

static void members_are_found_however_the_text_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        sift_scene_check_cuts(&of, str_of(cases[i].text), cases[i].want);
}

/* The last word counts, even if it is none. */
static void what_replaces_is_announced(void **state)
{
    struct sift sift;
    struct buf got;

    (void)state;
    sift_scene_begin(&of, &sift, &got);
    sift_announce(&sift);
    sift_scene_feed(&sift,
                    STR("{\"cups\":1,\"cups\":null,\"pots\":[{\"ml\":2}],"
                        "\"pots\":3,\"a\":{\"leaf\":\"x\"}}"));
    unit_assert_str(buf_str(&got), "3:1;3=1;3:n;7:[;1:2;1=2;7;7:3;4=x;9;");
    buf_done(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_however_the_text_is_cut),
        cmocka_unit_test(what_replaces_is_announced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
