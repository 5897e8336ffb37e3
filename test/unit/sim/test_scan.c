// SPDX-License-Identifier: MIT
/* Top-level members of a JSON object. */
#include "sim/scan.h"

#include "base/buf.h"
#include "unit.h"

static const struct {
    const char *json;
    const char *want; /* name=value; ... */
} cases[] = {
    { "{}", "" },
    { " \n{ \"a\" : 1 , \"b\":\"x\" } ", "a=1;b=\"x\";" },
    { "{\"a\":{\"b\":[1,{\"c\":\"}\"}]},\"d\":true}",
      "a={\"b\":[1,{\"c\":\"}\"}]};d=true;" },
    { "{\"a\":\"\\\"\\\\\",\"b\":[\"]\",\"\\\\\"]}",
      "a=\"\\\"\\\\\";b=[\"]\",\"\\\\\"];" },
    { "{\"a\":1,\"a\":2}", "a=1;a=2;" },
    { "{\"a\":null", "a=null;" },
    { "{\"a\":", "" },
    { "{\"a", "" },
    { "{\"a\":\"b", "a=\"b;" },
    { "{a:1}", "" },
    { "{\"a\":[[[", "a=[[[;" },
};

static void members_are_given_as_they_stand(void **state)
{
    struct buf got;
    struct scan scan;
    struct str name;
    struct str value;

    (void)state;
    buf_init(&got, 65536);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_true(scan_begin(&scan, str_of(cases[i].json)));
        while (scan_next(&scan, &name, &value))
            buf_printf(&got, STR_FMT "=" STR_FMT ";", STR_ARG(name),
                       STR_ARG(value));
        unit_assert_str(buf_str(&got), cases[i].want);
        buf_clear(&got);
    }
    buf_done(&got);
}

static void only_objects_begin(void **state)
{
    struct scan scan;

    (void)state;
    assert_false(scan_begin(&scan, STR("")));
    assert_false(scan_begin(&scan, STR("[1]")));
    assert_false(scan_begin(&scan, STR("\"{\"")));
}

static void strings_lose_their_quotes(void **state)
{
    struct str inside;

    (void)state;
    assert_true(scan_string(STR("\"a\\n\""), &inside));
    unit_assert_str(inside, "a\\n");
    assert_false(scan_string(STR("12"), &inside));
    assert_false(scan_string(STR("\""), &inside));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_given_as_they_stand),
        cmocka_unit_test(only_objects_begin),
        cmocka_unit_test(strings_lose_their_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
