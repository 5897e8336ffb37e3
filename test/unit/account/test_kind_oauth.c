// SPDX-License-Identifier: MIT
/* Accounts signed in with OAuth. */
#include <stdio.h>

#include "accounts.h"
#include "unit.h"

/* As the seed's Go program writes it. */
static void the_seeds_file_is_read(void **state)
{
    struct account *account = unit_account(
        &account_kind_oauth, "max",
        "{\n  \"access_token\": \"sk-ant-oat01-abc\",\n"
        "  \"refresh_token\": \"sk-ant-ort01-def\",\n"
        "  \"expires_at\": \"2026-08-01T20:00:00.123456789+08:00\",\n"
        "  \"scopes\": [\"user:profile\", \"user:inference\"],\n"
        "  \"proxy_config\": {\"type\": \"http\", \"host\": \"10.0.0.1\", "
        "\"port\": 3128}\n}\n");

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
        struct account *account =
            unit_account(&account_kind_oauth, "a", oauth_cases[i].text);

        unit_assert_part(account->problem, oauth_cases[i].problem);
        account_unref(account);
    }
}

/* Nobody would see that it is never refreshed.  (Some write "" for none.) */
static void a_refresh_token_of_no_use_is_said(void **state)
{
    static const struct {
        const char *member;
        bool said;
    } rows[] = {
        { "5", true },     { "\"a b\"", true }, { "\"\\u00e9\"", true },
        { "[]", true },    { "false", true },   { "\"rt\"", false },
        { "\"\"", false }, { "null", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[200];
        struct account *account;

        (void)snprintf(text, sizeof(text),
                       "{\"access_token\":\"a\",\"refresh_token\":%s,"
                       "\"expires_at\":\"2026-08-01T12:00:00Z\"}",
                       rows[i].member);
        account = unit_account(&account_kind_oauth, "main", text);
        assert_string_equal(account->problem, "");
        unit_assert_part(account->file_problem,
                         rows[i].said ? "refresh_token is no token" : "");
        if (rows[i].said)
            unit_assert_part(account->file_problem, "login main`");
        else
            assert_string_equal(account->file_problem, "");
        account_unref(account);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seeds_file_is_read),
        cmocka_unit_test(a_token_file_without_a_token_is_a_problem),
        cmocka_unit_test(a_refresh_token_of_no_use_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
