// SPDX-License-Identifier: MIT
/* The kinds of accounts. */
#include "account/kinds.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static void every_row_is_whole_and_its_own(void **state)
{
    (void)state;
    assert_non_null(account_kinds[0]);
    for (size_t i = 0; account_kinds[i]; i++) {
        const struct account_kind *kind = account_kinds[i];

        assert_true(strlen(kind->name) > 0 && kind->header.len > 0);
        assert_non_null(kind->parse);
        assert_int_equal(kind->file_prefix[strlen(kind->file_prefix) - 1], '_');
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(kind->name, account_kinds[k]->name);
            assert_string_not_equal(kind->file_prefix,
                                    account_kinds[k]->file_prefix);
        }
    }
}

/* PROTOCOL.md section 4. */
static void each_kind_says_how_it_authorises(void **state)
{
    const struct account_kind *oauth = &account_kind_oauth;
    const struct account_kind *apikey = &account_kind_apikey;

    (void)state;
    assert_string_equal(oauth->file_prefix, "oauth_");
    unit_assert_str(oauth->header, "authorization");
    unit_assert_str(oauth->header_prefix, "Bearer ");
    assert_true(oauth->needs_oauth_flag);
    assert_string_equal(apikey->file_prefix, "apikey_");
    unit_assert_str(apikey->header, "x-api-key");
    unit_assert_str(apikey->header_prefix, "");
    assert_false(apikey->needs_oauth_flag);
}

/* As the seed's Go program writes it. */
static void the_seeds_file_is_read(void **state)
{
    struct account *account = account_parse(
        &account_kind_oauth, STR("max"),
        STR("{\n  \"access_token\": \"sk-ant-oat01-abc\",\n"
            "  \"refresh_token\": \"sk-ant-ort01-def\",\n"
            "  \"expires_at\": \"2026-08-01T20:00:00.123456789+08:00\",\n"
            "  \"scopes\": [\"user:profile\", \"user:inference\"],\n"
            "  \"proxy_config\": {\"type\": \"http\", \"host\": \"10.0.0.1\", "
            "\"port\": 3128}\n}\n"));

    (void)state;
    assert_string_equal(account->problem, "");
    unit_assert_str(secret_reveal(account->token), "sk-ant-oat01-abc");
    assert_int_equal(account->expires_at_ms, 1785585600123);
    assert_string_equal(proxy_host(account->proxy), "10.0.0.1");
    account_unref(account);
}

static const struct {
    const char *text;
    const char *problem;
} oauth_cases[] = {
    { "{\"expires_at\":\"2026-08-01T12:00:00Z\"}", "access_token" },
    { "{\"access_token\":\"\",\"expires_at\":\"2026-08-01T12:00:00Z\"}",
      "access_token" },
    { "{\"access_token\":5,\"expires_at\":\"2026-08-01T12:00:00Z\"}",
      "access_token" },
    { "{\"access_token\":\"a b\",\"expires_at\":\"2026-08-01T12:00:00Z\"}",
      "access_token" },
    { "{\"access_token\":\"a\\r\\nX: y\",\"expires_at\":"
      "\"2026-08-01T12:00:00Z\"}",
      "access_token" },
    { "{\"access_token\":\"a\"}", "expires_at" },
    { "{\"access_token\":\"a\",\"expires_at\":\"soon\"}", "expires_at" },
    { "{\"access_token\":\"a\",\"expires_at\":1785585600}", "expires_at" },
    { "{\"access_token\":\"a\",\"expires_at\":\"0001-01-01T00:00:00Z\"}",
      "expires_at" },
};

static void a_token_file_without_a_token_is_a_problem(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(oauth_cases); i++) {
        struct account *account = account_parse(&account_kind_oauth, STR("a"),
                                                str_of(oauth_cases[i].text));

        unit_assert_part(account->problem, oauth_cases[i].problem);
        account_unref(account);
    }
}

static void an_api_key_never_expires(void **state)
{
    struct account *account =
        account_parse(&account_kind_apikey, STR("team"),
                      STR("{\"api_key\":\"sk-ant-api03-abc\",\"created_at\":"
                          "\"2026-08-01T12:00:00.000Z\"}"));

    (void)state;
    assert_string_equal(account->problem, "");
    unit_assert_str(secret_reveal(account->token), "sk-ant-api03-abc");
    assert_true(account->expires_at_ms == ACCOUNT_NEVER_EXPIRES);
    account_unref(account);
}

static const struct {
    const char *key;
    bool fine;
} key_cases[] = {
    { "sk-ant-api03-AbC_-09", true },
    { "sk-ant-x!~#", true },
    { "sk-ant-", false },
    { "sk-ant-abc", false },
    { "sk-abc-api03-xxxx", false },
    { "SK-ANT-api03-xxxx", false },
    { " sk-ant-api03-xxxx", false },
    { "sk-ant-api03 xxxx", false },
    { "sk-ant-api03-xx\n", false },
    { "sk-ant-api03-x\"x", false },
    { "sk-ant-api03-x\\x", false },
    { "sk-ant-api03-\xc3\xa9xx", false },
    { "sk-ant-api03-\x7fxx", false },
    { "", false },
};

static void keys_look_like_keys(void **state)
{
    char longest[KIND_APIKEY_MAX + 2];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(key_cases); i++) {
        if (kind_apikey_is_key(str_of(key_cases[i].key)) != key_cases[i].fine)
            fail_msg("\"%s\"", key_cases[i].key);
    }
    memset(longest, 'x', sizeof(longest));
    memcpy(longest, "sk-ant-", 7);
    assert_true(kind_apikey_is_key((struct str){ longest, KIND_APIKEY_MAX }));
    assert_false(
        kind_apikey_is_key((struct str){ longest, KIND_APIKEY_MAX + 1 }));
}

static void a_key_file_without_a_key_is_a_problem_that_hides_it(void **state)
{
    struct account *account = account_parse(&account_kind_apikey, STR("a"),
                                            STR("{\"api_key\":\"canary\"}"));

    (void)state;
    unit_assert_part(account->problem, "api_key");
    assert_null(strstr(account->problem, "canary"));
    assert_null(account->token);
    account_unref(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole_and_its_own),
        cmocka_unit_test(each_kind_says_how_it_authorises),
        cmocka_unit_test(the_seeds_file_is_read),
        cmocka_unit_test(a_token_file_without_a_token_is_a_problem),
        cmocka_unit_test(an_api_key_never_expires),
        cmocka_unit_test(keys_look_like_keys),
        cmocka_unit_test(a_key_file_without_a_key_is_a_problem_that_hides_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
