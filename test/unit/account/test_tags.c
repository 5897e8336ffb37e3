// SPDX-License-Identifier: MIT
/* Tags of accounts. */
#include "account/tags.h"

#include <stdio.h>

#include "account/kinds.h"
#include "unit.h"

#define KEY "\"api_key\":\"sk-ant-api03-x\""
#define LONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void tags_are_what_can_be_seen(void **state)
{
    static const struct {
        const char *tag;
        bool fine;
    } rows[] = {
        { "a", true },
        { "Team A", true },
        { "团队", true },
        { "a:b/c", true },
        { LONG, true },
        { LONG "0", false },
        { "", false },
        { " a", false },
        { "a ", false },
        { "a,b", false },
        { "a\n", false },
        { "a\x1b[2J", false },
        { "\xe2\x80\xae"
          "a",
          false }, /* turns the direction */
        { "a\xff", false },
        { "sk-ant-api03-CANARY", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (account_tag_is_valid(str_of(rows[i].tag)) != rows[i].fine)
            fail_msg("%s", rows[i].tag);
    }
}

static struct account *tagged(const char *tags)
{
    char text[4096];
    struct json_doc *doc;
    struct account *account;
    struct err err;

    (void)snprintf(text, sizeof(text), "{" KEY "%s%s}",
                   tags ? ",\"tags\":" : "", tags ? tags : "");
    doc = json_doc_parse(str_of(text), &err);
    account = account_from_doc(&account_kind_apikey, STR("a"), doc);
    json_doc_free(doc);
    return account;
}

static void an_account_has_its_tags(void **state)
{
    struct account *account = tagged("[\"a\",\"Team A\"]");
    struct account *same = account_with_file_problem(account, "x");

    (void)state;
    assert_string_equal(account->problem, "");
    assert_true(account_has_tag(account, STR("a")));
    assert_true(account_has_tag(same, STR("Team A")));
    assert_false(account_has_tag(account, STR("A")));
    assert_false(account_has_tag(account, STR("")));
    account_unref(same);
    account_unref(account);
    account = tagged(NULL);
    assert_false(account_has_tag(account, STR("a")));
    account_unref(account);
}

static void tags_that_are_none_are_a_problem(void **state)
{
    static const struct {
        const char *tags;
        const char *problem;
    } rows[] = {
        { "\"a\"", "tags must be a list of at most 32 texts" },
        { "[\"a\",5]", "tags[1] must be 1 to 64 bytes" },
        { "[\"a,b\"]", "tags[0] must be" },
        { "[]", "" },
        { "null", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct account *account = tagged(rows[i].tags);

        unit_assert_part(account->problem, rows[i].problem);
        assert_int_equal(!account->problem[0], !rows[i].problem[0]);
        account_unref(account);
    }
}

static void a_reference_says_that_it_is_a_tag(void **state)
{
    struct str tag;

    (void)state;
    assert_true(account_tag_of(STR("tag:a:b"), &tag));
    unit_assert_str(tag, "a:b");
    assert_false(account_tag_of(STR("tag"), &tag));
    assert_false(account_tag_of(STR("a"), &tag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_what_can_be_seen),
        cmocka_unit_test(an_account_has_its_tags),
        cmocka_unit_test(tags_that_are_none_are_a_problem),
        cmocka_unit_test(a_reference_says_that_it_is_a_tag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
