// SPDX-License-Identifier: MIT
/* The top-level members of a JSON object; and the public JSON test suite. */
#include "usage/members.h"

#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "public.h"
#include "unit.h"
#include "usage/scan.h"

/* ---- the members -------------------------------------------------------- */

static const struct {
    const char *text;
    bool fine;
    const char *members; /* name=value; for each */
} cases[] = {
    { "{}", true, "" },
    { "{\"a\":1}", true, "a=1;" },
    { " \n{ \"a\"\t: 1 ,\r\"b\" :\"x\" } ", true, "a=1;b=\"x\";" },
    { "{\"a\":1,\"a\":2,\"\":3}", true, "a=1;a=2;=3;" },
    { "{\"a\":{\"b\":[1,{\"c\":\"}\"}]},\"d\":true}", true,
      "a={\"b\":[1,{\"c\":\"}\"}]};d=true;" },
    { "{\"a\\\"b\":\"\\\"\\\\\",\"c\\\\\":[\"]\",\"\\\\\"]}", true,
      "a\\\"b=\"\\\"\\\\\";c\\\\=[\"]\",\"\\\\\"];" },
    { "{\"\\u0061\":-1.5E+3}", true, "\\u0061=-1.5E+3;" },
    { "{\"a\":\"\"}", true, "a=\"\";" },
    /* not checked */
    { "{\"a\":nope,\"b\":1.2.3}", true, "a=nope;b=1.2.3;" },
    /* what came before the fault */
    { "{\"a\":1", false, "a=1;" },
    { "{\"a\":1,", false, "a=1;" },
    { "{\"a\":1,}", false, "a=1;" },
    { "{\"a\":1}}", false, "a=1;" },
    { "{\"a\":1;\"b\":2}", false, "a=1;" },
    { "{\"a\":1,\"b\":[2}", false, "a=1;" },
    { "{\"a\":1,\"b\":[2},\"c\":3}", false, "a=1;" },
    { "{\"a\":[{\"b\":1],\"c\":{}}}", false, "" },
    { "{\"a\":{]}", false, "" },
    { "{\"a\":1,\"b\":@}", false, "a=1;" },
    { "{\"a\":1,\"b\":}", false, "a=1;" },
    { "{\"a\"}", false, "" },
    { "{\"a", false, "" },
    { "{a:1}", false, "" },
    { "[]", false, "" },
    { "1", false, "" },
    { "", false, "" },
};

static void note(void *arg, const struct member *member)
{
    buf_add(arg, member->name);
    buf_add(arg, STR("="));
    buf_add(arg, member->value);
    buf_add(arg, STR(";"));
}

static void members_come_in_order_as_they_stand(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf got;

        buf_init(&got, 1000);
        if (members_visit(str_of(cases[i].text), note, &got) != cases[i].fine)
            fail_msg("%s", cases[i].text);
        unit_assert_str(buf_str(&got), cases[i].members);
        buf_done(&got);
    }
}

static void check_offsets(void *arg, const struct member *member)
{
    struct str text = str_of(arg);
    struct str all = str_sub(text, member->start, member->end - member->start);

    assert_int_equal(all.at[0], '"');
    assert_ptr_equal(all.at + 1, member->name.at);
    assert_ptr_equal(all.at + all.len, member->value.at + member->value.len);
    if (member->start > str_index(text, '"'))
        assert_int_equal(text.at[member->comma], ',');
}

static void offsets_count_from_the_start(void **state)
{
    char text[] = "  { \"a\" : \"b\" , \"c\":[1,2] ,\n\"d\":3}";

    (void)state;
    assert_true(members_visit(str_of(text), check_offsets, text));
}

static const struct {
    const char *written;
    bool want; /* is it tea_pot? */
} name_cases[] = {
    { "tea_pot", true },
    { "\\u0074ea_pot", true },
    { "tea\\u005fpot", true },
    { "tea\\u005Fpot", true },
    { "tea_po\\u0074", true },
    { "Tea_pot", false },
    { "tea_po", false },
    { "tea_pots", false },
    { "", false },
    { "\\u0054ea_pot", false },
    { "tea_po\\u74", false },
    { "tea_po\\u007", false },
    { "tea_po\\", false },
    { "tea_po\\u", false },
    { "tea_po\\t", false },
    { "tea_po\\u0174", false },
    { "tea_po\\u+074", false },
    { "tea_po\\U0074", false },
    { "tea_pot\\u0000", false },
    { "tea\\/pot", false },
    { "\\u0000tea_pot", false },
    { "\\\\u0074ea_pot", false },
    { "tea\\u005fpot\\", false },
    { "tea_\\u006got", false },
};

static void names_are_compared_unescaped(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(name_cases); i++) {
        struct member member = { .name = str_of(name_cases[i].written) };

        if (members_name_is(&member, STR("tea_pot")) != name_cases[i].want)
            fail_msg("%s", name_cases[i].written);
    }
}

static void a_name_ends_where_it_ends(void **state)
{
    struct member member = { .name = str_sub(STR("tea_po\\u0074"), 0, 10) };

    (void)state;
    assert_false(members_name_is(&member, STR("tea_pot")));
}

/* ---- the public suite --------------------------------------------------- */

#define SUITE_FILES 318
#define TAIL ",\"proxy_config\":{\"x\":[\"}\"]}}"

static void ignore(void *arg, const struct member *member)
{
    (void)arg;
    (void)member;
}

/* The file as a body: every object that must parse is one to us. */
static void check_alone(const char *name, struct str bytes)
{
    bool is_object = members_visit(bytes, ignore, NULL);

    if (strncmp(name, "y_object", 8) == 0 && !is_object)
        fail_msg("%s", name);
}

/* The file as a member's value: where it must parse, the member behind it is cut
   and nothing else is; where it must not, that or nothing happens. */
static void check_as_value(const char *name, struct str bytes)
{
    struct str want;
    struct buf body, out;
    bool cut;

    buf_init(&body, bytes.len + 100);
    buf_add(&body, STR("{\"a\":"));
    buf_add(&body, bytes);
    want = buf_str(&body);
    buf_add(&body, STR(TAIL));
    want.at = body.mem;
    buf_init(&out, body.len);
    cut = scan_without(buf_str(&body), STR("proxy_config"), &out);
    if (name[0] == 'y' && !cut)
        fail_msg("%s", name);
    if (cut) {
        assert_int_equal(out.len, want.len + 1);
        assert_memory_equal(out.mem, want.at, want.len);
        assert_int_equal(out.mem[want.len], '}');
    }
    buf_done(&out);
    buf_done(&body);
}

static void check_both(const char *name, struct str bytes)
{
    check_alone(name, bytes);
    check_as_value(name, bytes);
}

static void the_public_suite_is_taken(void **state)
{
    size_t count = public_visit("json-test-suite", check_both);

    (void)state;
    if (count > 0)
        assert_int_equal(count, SUITE_FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_in_order_as_they_stand),
        cmocka_unit_test(offsets_count_from_the_start),
        cmocka_unit_test(names_are_compared_unescaped),
        cmocka_unit_test(a_name_ends_where_it_ends),
        cmocka_unit_test(the_public_suite_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
