// SPDX-License-Identifier: MIT
/* Accounts that are a Console API key. */
#include "accounts.h"

#include <string.h>

#include "unit.h"

static void an_api_key_never_expires(void **state)
{
    struct account *account =
        unit_account(&account_kind_apikey, "team",
                     "{\"api_key\":\"sk-ant-api03-abc\",\"created_at\":"
                     "\"2026-08-01T12:00:00.000Z\"}");

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

/* Of other providers. */
static const struct {
    const char *key;
    bool fine;
} any_cases[] = {
    { "sk-ant-api03-AbC_-09", true },
    { "x", true },
    { "0123.abc/=+", true },
    { "sk-ant-oat01-abc", false },
    { "sk-ant-ort01-abc", false },
    { "a b", false },
    { "a\"b", false },
    { "a\n", false },
    { "\xc3\xa9", false },
    { "", false },
};

static void other_providers_keys_have_any_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(any_cases); i++) {
        if (kind_apikey_is_any_key(str_of(any_cases[i].key)) !=
            any_cases[i].fine)
            fail_msg("\"%s\"", any_cases[i].key);
    }
}

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
    struct account *account =
        unit_account(&account_kind_apikey, "a", "{\"api_key\":\"canary\"}");

    (void)state;
    unit_assert_part(account->problem, "api_key");
    assert_null(strstr(account->problem, "canary"));
    assert_null(account->token);
    account_unref(account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_api_key_never_expires),
        cmocka_unit_test(keys_look_like_keys),
        cmocka_unit_test(other_providers_keys_have_any_form),
        cmocka_unit_test(a_key_file_without_a_key_is_a_problem_that_hides_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
