// SPDX-License-Identifier: MIT
/* Accounts: names, files, references. */
#include "account/account.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "unit.h"

/* ---- names -------------------------------------------------------------- */

static const struct {
    const char *name;
    bool fine;
} name_cases[] = {
    { "a", true },
    { "max_5x", true },
    { "someone@team.example", true },
    { "A-b.C", true },
    { "-", true },
    { "_.", true },
    { "1234567890123456789012345678901234567890123456789012345678901234",
      true },
    { "12345678901234567890123456789012345678901234567890123456789012345",
      false },
    { "", false },
    { ".", false },
    { "..", false },
    { ".hidden", false },
    { "../x", false },
    { "a/b", false },
    { "a\\b", false },
    { "a b", false },
    { "a\n", false },
    { "a%2e", false },
    { "a:b", false },
    { "\xe4\xbd\xa0", false },
};

static void names_are_plain_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(name_cases); i++) {
        struct str name = str_of(name_cases[i].name);
        struct err err;

        if (account_name_is_valid(name) != name_cases[i].fine ||
            account_name_check(name, ERR_BAD_REQUEST, &err) !=
                name_cases[i].fine)
            fail_msg("\"%s\"", name_cases[i].name);
        if (name_cases[i].fine)
            continue;
        assert_int_equal(err.code, ERR_BAD_REQUEST);
        unit_assert_part(err.text, "use 1 to 64 letters, digits or . _ @ -");
    }
    assert_false(account_name_is_valid(STR("a\0b")));
}

static const struct {
    const char *name;
    bool may;
} new_names[] = {
    { "main", true },
    { "pooled", true },
    { "a-pool", true },
    { "pool", false },
    { "Pool", false },
    { "ALL", false },
    { "any", false },
    { "none", false },
    { "x-sk-ant-", false },
    { "cr_0123456789012345678901234567890123456789012", false },
    { ".pool", false },
    { "a-", true },
    { "-a", false },
    { "-", false },
    { "--json", false },
};

/* Those that are there stay valid. */
static void words_with_a_meaning_name_no_new_account(void **state)
{
    char word[ACCOUNT_WORD_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(new_names); i++) {
        if (account_name_may_be_made(str_of(new_names[i].name)) !=
            new_names[i].may)
            fail_msg("%s", new_names[i].name);
    }
    assert_true(account_name_is_valid(STR("pool")));
    assert_true(account_name_is_valid(STR("-a")));
    assert_string_equal(account_word("a-", word), "a-");
    assert_string_equal(account_word("-a", word), "-- -a");
}

/* ---- files -------------------------------------------------------------- */

#define GOOD                                                                   \
    "\"access_token\":\"sk-ant-oat01-x\",\"expires_at\":"                      \
    "\"2026-08-01T12:00:00Z\""

static const struct {
    const char *text;
    const char *problem; /* a part of it; NULL: none */
} file_cases[] = {
    { "{" GOOD "}", NULL },
    { "{" GOOD ",\"proxy_config\":null}", NULL },
    { "{" GOOD ",\"unknown\":[1,{}],\"refresh_token\":5}", NULL },
    { "[]", "not a JSON object" },
    { "\"text\"", "not a JSON object" },
    { "{}", "access_token" },
    { "{" GOOD ",\"enabled\":\"no\"}", "enabled" },
    { "{" GOOD ",\"enabled\":false,\"note\":\"spare\"}", NULL },
    { "{" GOOD ",\"pool\":\"yes\"}", "pool is neither" },
    { "{" GOOD ",\"pool\":null}", "pool is neither" },
    { "{" GOOD ",\"pool\":1}", "pool is neither" },
    { "{" GOOD ",\"pool\":true}", NULL },
    { "{" GOOD ",\"proxy_config\":\"http://h\"}", "proxy_config" },
    { "{" GOOD ",\"proxy_config\":[]}", "proxy_config" },
    { "{" GOOD ",\"proxy_config\":{}}", "proxy_config" },
    { "{" GOOD ",\"proxy_config\":{\"type\":\"socks5\",\"host\":\"h\"}}",
      "proxy_config" },
    { "{" GOOD ",\"proxy_config\":{\"type\":\"socks4\",\"host\":\"h\","
      "\"port\":1}}",
      "proxy type is unknown" },
    { "{" GOOD ",\"proxy_config\":{\"type\":\"socks5\",\"host\":\"h\","
      "\"port\":1,\"username\":\"canary\"}}",
      "password is missing" },
};

/* An account that cannot be used never goes direct instead. */
static void a_file_gives_an_account_or_its_problem(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(file_cases); i++) {
        struct account *account =
            unit_account(&account_kind_oauth, "max", file_cases[i].text);

        assert_string_equal(account->name, "max");
        if (file_cases[i].problem)
            unit_assert_part(account->problem, file_cases[i].problem);
        else
            assert_string_equal(account->problem, "");
        assert_null(strstr(account->problem, "canary"));
        account_unref(account);
    }
}

static void a_proxy_is_taken_whole(void **state)
{
    struct account *account =
        unit_account(&account_kind_oauth, "max",
                     "{" GOOD ",\"proxy_config\":{\"type\":\"socks5\","
                     "\"host\":\"proxy.example\",\"port\":1080,"
                     "\"username\":\"u\",\"password\":\"p@ss/w#rd:\"}}");

    (void)state;
    assert_string_equal(account->problem, "");
    assert_int_equal(proxy_type(account->proxy), PROXY_SOCKS5);
    assert_string_equal(proxy_host(account->proxy), "proxy.example");
    assert_int_equal(proxy_port(account->proxy), 1080);
    assert_string_equal(proxy_password(account->proxy), "p@ss/w#rd:");
    account_unref(account);
}

static void a_file_that_was_not_read_gives_its_reason(void **state)
{
    struct account *account =
        account_broken(&account_kind_apikey, STR("a"), "open a: no");

    (void)state;
    assert_string_equal(account->name, "a");
    assert_string_equal(account->problem, "open a: no");
    assert_null(account->token);
    account_unref(account);
}

/* A new sign-in would not mend a file that cannot be opened. */
static void only_what_a_sign_in_mends_asks_for_one(void **state)
{
    struct account *unread =
        account_broken(&account_kind_oauth, STR("a"), "open a: no");
    struct account *empty = unit_account(&account_kind_oauth, "a", "{}");
    struct err err;

    (void)state;
    assert_false(account_is_usable(unread, 0, &err));
    assert_int_equal(err.code, ERR_IO);
    unit_assert_part(err.text, "account \"a\" cannot be used: open a: no");
    assert_false(account_is_usable(empty, 0, &err));
    assert_int_equal(err.code, ERR_LOGIN_REQUIRED);
    account_unref(unread);
    account_unref(empty);
}

/* ---- use ---------------------------------------------------------------- */

#define NOW_MS 1785585600000u /* 2026-08-01T12:00:00Z, when GOOD expires */

static const struct {
    const char *more; /* members behind GOOD */
    uint64_t now_ms;
    bool usable;
    bool needs_refresh;
    const char *why;
} use_cases[] = {
    { "", NOW_MS - 1, true, false, NULL },
    { "", NOW_MS, false, false, "has expired" },
    { ",\"refresh_token\":\"r\"", NOW_MS - 1, true, false, NULL },
    { ",\"refresh_token\":\"r\"", NOW_MS, true, true, NULL },
    { ",\"refresh_token\":\"r\",\"enabled\":false", NOW_MS - 1, false, false,
      "switched off" },
    /* SHA-256 of "r" */
    { ",\"refresh_token\":\"r\",\"login_required\":\"454349e422f05297\"",
      NOW_MS - 1, false, false, "was refused" },
    /* the mark of an older grant */
    { ",\"refresh_token\":\"r\",\"login_required\":\"0000000000000000\"",
      NOW_MS - 1, true, false, NULL },
};

static void an_account_is_used_while_it_can_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(use_cases); i++) {
        char text[400];
        struct account *account;
        struct err err = { 0 };

        (void)snprintf(text, sizeof(text), "{" GOOD "%s}", use_cases[i].more);
        account = unit_account(&account_kind_oauth, "max", text);
        assert_int_equal(account_is_usable(account, use_cases[i].now_ms, &err),
                         use_cases[i].usable);
        if (use_cases[i].why)
            unit_assert_part(err.text, use_cases[i].why);
        if (use_cases[i].usable)
            assert_int_equal(account_needs_refresh(account,
                                                   use_cases[i].now_ms),
                             use_cases[i].needs_refresh);
        account_unref(account);
    }
}

/* ---- keys --------------------------------------------------------------- */

static void whoever_names_no_account_is_told_where_they_are(void **state)
{
    struct err err;

    (void)state;
    assert_false(account_missing(STR("max"), ERR_NOT_FOUND, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_string_equal(err.text,
                        "there is no account \"max\"; `claude-relay account "
                        "list` shows those there are");
}

static void keys_lead_to_names_and_back(void **state)
{
    char key[ACCOUNT_KEY_MAX];
    struct str name;

    (void)state;
    account_key(&account_kind_apikey, STR("a@b"), key);
    assert_string_equal(key, "apikey_a@b");
    assert_ptr_equal(account_of_key(str_of(key), &name), &account_kind_apikey);
    unit_assert_str(name, "a@b");
    assert_null(account_of_key(STR("pkce_00"), &name));
    assert_null(account_of_key(STR("oauth_"), &name));
    assert_null(account_of_key(STR("oauth_..x"), &name));
    assert_null(account_of_key(STR("oauth_a/b"), &name));
}

/* ---- the pool ----------------------------------------------------------- */

#define API_KEY "{\"api_key\":\"sk-ant-api03-x\""

static const struct {
    const struct account_kind *kind;
    const char *text;
    bool pooled;
    bool warned; /* of what Anthropic permits */
} pool_cases[] = {
    { &account_kind_oauth, "{" GOOD "}", false, false },
    { &account_kind_oauth, "{" GOOD ",\"pool\":false}", false, false },
    { &account_kind_oauth, "{" GOOD ",\"pool\":true}", true, true },
    { &account_kind_oauth, "{" GOOD ",\"pool\":\"true\"}", false, false },
    /* It says so, whatever the rest of it is. */
    { &account_kind_oauth, "{\"pool\":true}", true, true },
    { &account_kind_oauth, "{" GOOD ",\"tags\":[\"a\"]}", false, true },
    { &account_kind_oauth, "{" GOOD ",\"tags\":[]}", false, false },
    { &account_kind_oauth, "{" GOOD ",\"pool\":true,\"tags\":[\"a\"]}", true,
      true },
    { &account_kind_apikey, API_KEY ",\"tags\":[\"a\"]}", true, false },
    { &account_kind_apikey, API_KEY "}", true, false },
    { &account_kind_apikey, API_KEY ",\"pool\":true}", true, false },
    { &account_kind_apikey, API_KEY ",\"pool\":false}", false, false },
};

static void personal_accounts_are_put_into_the_pool_on_purpose(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pool_cases); i++) {
        struct account *account =
            unit_account(pool_cases[i].kind, "max", pool_cases[i].text);
        struct account *same = account_with_file_problem(account, "odd");
        const char *warning = account_sharing_warning(account);

        if (account->pooled != pool_cases[i].pooled ||
            same->pooled != account->pooled ||
            (warning != NULL) != pool_cases[i].warned)
            fail_msg("%s: %s", pool_cases[i].text, warning ? warning : "none");
        if (warning) {
            unit_assert_part(warning, "Console API keys");
            assert_int_equal(account->pooled,
                             strstr(warning, "\"pool\"") != NULL);
            assert_int_equal(json_doc_count(account->tags) > 0,
                             strstr(warning, "its tags") != NULL);
        }
        account_unref(same);
        account_unref(account);
    }
}

/* ---- references --------------------------------------------------------- */

static void *ref_and_unref(void *arg)
{
    for (int i = 0; i < 10000; i++)
        account_unref(account_ref(arg));
    return NULL;
}

static void references_may_come_from_many_threads(void **state)
{
    struct account *account =
        unit_account(&account_kind_oauth, "max", "{" GOOD "}");
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ref_and_unref,
                                        account),
                         0);
    for (int i = 0; i < 4; i++)
        (void)pthread_join(threads[i], NULL);
    unit_assert_str(secret_reveal(account->token), "sk-ant-oat01-x");
    account_unref(account);
}

static void none_is_fine(void **state)
{
    (void)state;
    assert_null(account_ref(NULL));
    account_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_plain_or_refused),
        cmocka_unit_test(words_with_a_meaning_name_no_new_account),
        cmocka_unit_test(whoever_names_no_account_is_told_where_they_are),
        cmocka_unit_test(a_file_gives_an_account_or_its_problem),
        cmocka_unit_test(a_proxy_is_taken_whole),
        cmocka_unit_test(an_account_is_used_while_it_can_be),
        cmocka_unit_test(keys_lead_to_names_and_back),
        cmocka_unit_test(personal_accounts_are_put_into_the_pool_on_purpose),
        cmocka_unit_test(a_file_that_was_not_read_gives_its_reason),
        cmocka_unit_test(only_what_a_sign_in_mends_asks_for_one),
        cmocka_unit_test(references_may_come_from_many_threads),
        cmocka_unit_test(none_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
