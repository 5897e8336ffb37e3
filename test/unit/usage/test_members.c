// SPDX-License-Identifier: MIT
/* The top-level members of a JSON object; and the public JSON test suite, when it
   lies beside the tree (../shared/testdata). */
#include "usage/members.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
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
    /* counted, not checked */
    { "{\"a\":[}}", true, "a=[};" },
    { "{\"a\":nope,\"b\":1.2.3}", true, "a=nope;b=1.2.3;" },
    /* what came before the fault */
    { "{\"a\":1", false, "a=1;" },
    { "{\"a\":1,", false, "a=1;" },
    { "{\"a\":1,}", false, "a=1;" },
    { "{\"a\":1}}", false, "a=1;" },
    { "{\"a\":1;\"b\":2}", false, "a=1;" },
    { "{\"a\":1,\"b\":[2}", false, "a=1;b=[2};" },
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

#define SUITE "shared/testdata/json-test-suite"
#define SUITE_FILES 318
#define TAIL ",\"proxy_config\":{\"x\":[\"}\"]}}"

static DIR *open_suite(char *path, size_t size)
{
    const char *above = strrchr(__FILE__, '/');

    (void)snprintf(path, size, "%.*s/../../../../" SUITE,
                   (int)(above ? above - __FILE__ : 0), __FILE__);
    return opendir(path);
}

/* `head`, the file, `tail`, in a block of exactly their size; freed with
   mem_free(). */
static char *wrap(const char *path, const char *head, const char *tail,
                  size_t *len)
{
    FILE *file = fopen(path, "rbe");
    size_t before = strlen(head);
    size_t size;
    char *mem;

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size = (size_t)ftell(file);
    rewind(file);
    *len = before + size + strlen(tail);
    mem = mem_alloc(*len ? *len : 1);
    memcpy(mem, head, before);
    assert_int_equal(fread(mem + before, 1, size, file), size);
    memcpy(mem + before + size, tail, strlen(tail));
    (void)fclose(file);
    return mem;
}

static void ignore(void *arg, const struct member *member)
{
    (void)arg;
    (void)member;
}

/* The file as a body: every object that must parse is one to us. */
static void check_alone(const char *path, const char *name)
{
    size_t len;
    char *mem = wrap(path, "", "", &len);
    bool is_object = members_visit((struct str){ mem, len }, ignore, NULL);

    if (strncmp(name, "y_object", 8) == 0 && !is_object)
        fail_msg("%s", name);
    mem_free(mem);
}

/* The file as a member's value: where it must parse, the member behind it is cut
   and nothing else is; where it must not, that or nothing happens. */
static void check_as_value(const char *path, const char *name)
{
    size_t len;
    char *mem = wrap(path, "{\"a\":", TAIL, &len);
    struct str body = { mem, len };
    struct str want = str_sub(body, 0, body.len - strlen(TAIL));
    struct buf out;
    bool cut;

    buf_init(&out, body.len);
    cut = scan_without(body, STR("proxy_config"), &out);
    if (name[0] == 'y' && !cut)
        fail_msg("%s", name);
    if (cut) {
        assert_int_equal(out.len, want.len + 1);
        assert_memory_equal(out.mem, want.at, want.len);
        assert_int_equal(out.mem[want.len], '}');
    }
    buf_done(&out);
    mem_free(mem);
}

static void the_public_suite_is_taken(void **state)
{
    char folder[1024], path[2048];
    DIR *dir = open_suite(folder, sizeof(folder));
    struct dirent *entry;
    size_t count = 0;

    (void)state;
    if (!dir) {
        print_message("no ../" SUITE ": the tables above run alone\n");
        return;
    }
    for (entry = readdir(dir); entry; entry = readdir(dir)) {
        if (!strstr(entry->d_name, ".json"))
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        check_alone(path, entry->d_name);
        check_as_value(path, entry->d_name);
        count++;
    }
    (void)closedir(dir);
    print_message("../" SUITE ": %zu files\n", count);
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
