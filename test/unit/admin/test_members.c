// SPDX-License-Identifier: MIT
/* Members of a request's body, each checked by name. */
#include "admin/members.h"

#include "unit.h"

#define PROXY "{\"type\":\"socks5\",\"host\":\"h\",\"port\":1}"

static bool name_fits(const struct json_doc *body, struct err *err)
{
    struct str name;

    return members_name(body, "account_name", &name, err);
}

static bool text_fits(const struct json_doc *body, struct err *err)
{
    struct str text;

    return members_text(body, "code", &text, err);
}

static bool state_fits(const struct json_doc *body, struct err *err)
{
    return members_optional_text(body, "state", err);
}

static bool proxy_fits(const struct json_doc *body, struct err *err)
{
    const struct json_doc *config;

    return members_proxy(body, &config, err);
}

static bool kind_fits(const struct json_doc *body, struct err *err)
{
    bool setup;

    return members_kind(body, &setup, err);
}

static const struct {
    bool (*fits)(const struct json_doc *body, struct err *err);
    const char *body;
    const char *problem; /* a part of it; NULL: none */
} cases[] = {
    { text_fits, "{\"code\":\"c\"}", NULL },
    { text_fits, "{}", "code is missing" },
    { text_fits, "{\"code\":null}", "code must be a text" },
    { text_fits, "{\"code\":[\"c\"]}", "code must be a text" },
    { text_fits, "{\"code\":\"\"}", "code is empty" },
    { state_fits, "{}", NULL },
    { state_fits, "{\"state\":\"\"}", NULL },
    { state_fits, "{\"state\":7}", "state must be a text" },
    { name_fits, "{\"account_name\":\"a@b\"}", NULL },
    { name_fits, "{\"account_name\":\"../a\"}", "account_name must be" },
    { name_fits, "{\"account_name\":\"sk-ant-x\"}", "no key" },
    { name_fits, "{\"account_name\":\"pool\"}", "none of the words pool" },
    { name_fits, "{\"account_name\":7}", "account_name must be a text" },
    { name_fits, "{}", "account_name is missing" },
    { proxy_fits, "{}", NULL },
    { proxy_fits, "{\"proxy_config\":null}", NULL },
    { proxy_fits, "{\"proxy_config\":" PROXY "}", NULL },
    { proxy_fits,
      "{\"proxy_config\":{\"type\":\"http\",\"host\":\"h\",\"port\":1,\"pass\":\"x\"}}",
      "proxy_config has a member" },
    { proxy_fits,
      "{\"proxy_config\":{\"type\":\"http\",\"host\":\"h\",\"port\":\"1\"}}",
      "port must be a number" },
    { proxy_fits, "{\"proxy_config\":\"h:1\"}", "proxy_config must be" },
    { proxy_fits, "{\"proxy_config\":{\"host\":\"h\"}}", "proxy_config" },
    { kind_fits, "{}", NULL },
    { kind_fits, "{\"kind\":\"setup-token\"}", NULL },
    { kind_fits, "{\"kind\":\"other\"}", "kind must be" },
    { kind_fits, "{\"kind\":null}", "kind must be" },
    { members_given, "{}", NULL },
    { members_given, "{\"tags\":[\"a\"],\"proxy_config\":" PROXY "}", NULL },
    { members_given, "{\"tags\":null,\"proxy_config\":null}", NULL },
    { members_given, "{\"proxy_config\":{\"host\":\"h\"}}", "proxy" },
    { members_given, "{\"tags\":[\"\"]}", "tags[0] must be" },
    { members_change, "{\"api_key\":\"k\"}", NULL },
    { members_change, "{\"note\":\"n\"}", NULL },
    { members_change, "{\"note\":null,\"enabled\":true}", NULL },
    { members_change, "{\"pool\":false}", NULL },
    { members_change, "{\"pool\":null}", "pool must be" },
    { members_change, "{\"pool\":\"on\"}", "pool must be" },
    { members_change, "{\"proxy_config\":null}", NULL },
    { members_change, "{\"proxy_config\":" PROXY "}", NULL },
    { members_change, "{}", "must hold" },
    { members_change, "{\"note\":5}", "note must be" },
    { members_change, "{\"note\":\"it is sk-ant-api03-abc\"}",
      "without a key" },
    { members_change, "{\"note\":\"one\\n\\ttwo\"}", NULL },
    { members_change, "{\"note\":\"a\\u001b[2J\"}", "lines of visible text" },
    { members_change, "{\"note\":\"a\\u202e\"}", "lines of visible text" },
    { members_document, "{}", NULL },
    { members_document, "{\"note\":\"n\",\"x\":1}", NULL },
    { members_document, "{\"note\":\"a\\u009b2J\"}", "lines of visible text" },
    { members_change, "{\"enabled\":\"yes\"}", "enabled must be" },
    { members_change, "{\"enabled\":null}", "enabled must be" },
    { members_change, "{\"proxy_config\":{}}", "proxy_config" },
};

static void each_member_is_checked_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = { 0 };
        struct json_doc *body = json_doc_parse(str_of(cases[i].body), &err);

        if (cases[i].fits(body, &err) != !cases[i].problem)
            fail_msg("%s: %s", cases[i].body, err.text);
        if (cases[i].problem) {
            unit_assert_part(err.text, cases[i].problem);
            assert_int_equal(err.code, ERR_BAD_REQUEST);
        }
        json_doc_free(body);
    }
}

static void a_secret_is_found_wherever_it_is(void **state)
{
    static const struct {
        const char *body;
        bool holds;
    } rows[] = {
        { "{\"note\":\"of token-0123456789\"}", true },
        { "{\"note\":\"token%2D0123456789\"}", true },
        { "{\"note\":\"token\\u002d0123456789\"}", true },
        { "{\"token-0123456789\":1}", true },
        { "{\"tags\":[\"a\",\"token-0123456789\"]}", true },
        { "{\"a\":{\"b\":[{\"c\":\"token-0123456789\"}]}}", true },
        { "{\"a\":{\"b\":[{\"c\":\"token-012345678\"}]},\"d\":7,\"e\":null}",
          false },
        { "{}", false },
    };
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *body = json_doc_parse(str_of(rows[i].body), &err);

        if (members_hold(body, STR("token-0123456789")) != rows[i].holds)
            fail_msg("%s", rows[i].body);
        assert_false(members_hold(body, STR_EMPTY));
        json_doc_free(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_member_is_checked_by_name),
        cmocka_unit_test(a_secret_is_found_wherever_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
