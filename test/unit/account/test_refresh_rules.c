// SPDX-License-Identifier: MIT
/* When a token is refreshed, and what is done under the lock. */
#include "account/refresh_rules.h"

#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "base/text.h"
#include "unit.h"

#define NOW_MS 1785585600000u
#define MINUTE_MS 60000u

/* An account whose token "t" expires so many ms from now. */
static struct account *make(int64_t expires_in_ms, const char *more)
{
    char until[TEXT_TIME_MAX];
    char text[400];

    text_format_time((uint64_t)((int64_t)NOW_MS + expires_in_ms), until);
    (void)snprintf(text, sizeof(text),
                   "{\"access_token\":\"t\",\"expires_at\":\"%s\"%s}", until,
                   more);
    return unit_account(&account_kind_oauth, "max", text);
}

#define REFRESH ",\"refresh_token\":\"r\""
/* SHA-256 of "r" */
#define MARKED REFRESH ",\"login_required\":\"454349e422f05297\""

static const struct {
    int64_t expires_in_ms;
    const char *more;
    uint64_t jitter_ms;
    uint64_t fresh_until_ms;
    bool due;
} due_cases[] = {
    { 16 * MINUTE_MS, REFRESH, 0, 0, false },
    { 15 * MINUTE_MS + 1, REFRESH, 0, 0, false },
    { 15 * MINUTE_MS, REFRESH, 0, 0, true },
    { 16 * MINUTE_MS, REFRESH, MINUTE_MS, 0, true },
    { -5 * (int64_t)MINUTE_MS, REFRESH, 0, 0, true },
    { 0, REFRESH, 0, NOW_MS + 1, false },
    { 0, REFRESH, 0, NOW_MS, true },
    { 0, "", 0, 0, false },
    { 0, MARKED, 0, 0, false },
    { 0, REFRESH ",\"enabled\":false", 0, 0, false },
};

static void tokens_are_due_a_quarter_of_an_hour_ahead(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(due_cases); i++) {
        struct account *account =
            make(due_cases[i].expires_in_ms, due_cases[i].more);

        if (refresh_rules_is_due(account, due_cases[i].jitter_ms,
                                 due_cases[i].fresh_until_ms,
                                 NOW_MS) != due_cases[i].due)
            fail_msg("case %zu", i);
        account_unref(account);
    }
}

static void what_is_held_is_not_due(void **state)
{
    struct account *account = make(0, REFRESH);

    (void)state;
    (void)snprintf(account->unsaved, sizeof(account->unsaved), "disk full");
    assert_false(refresh_rules_is_due(account, 0, 0, NOW_MS));
    account_unref(account);
}

static const struct {
    int64_t expires_in_ms;
    const char *more;
    const char *stale; /* NULL: none */
    bool by_hand;
    enum refresh_choice want;
    const char *why;
} decide_cases[] = {
    /* the token that was refused, or has expired, is still there */
    { MINUTE_MS, REFRESH, "t", false, REFRESH_ASK, NULL },
    { -1, REFRESH, "t", false, REFRESH_ASK, NULL },
    /* somebody else was first */
    { MINUTE_MS, REFRESH, "old", false, REFRESH_USE, NULL },
    { MINUTE_MS, "", "old", false, REFRESH_USE, NULL },
    /* ... but what they got has expired too */
    { -1, REFRESH, "old", false, REFRESH_ASK, NULL },
    /* a setup token cannot be refreshed */
    { MINUTE_MS, "", "t", false, REFRESH_REFUSE, "no refresh token" },
    { -1, "", "t", false, REFRESH_REFUSE, "has expired" },
    /* a mark holds, unless a person asks */
    { MINUTE_MS, MARKED, "t", false, REFRESH_REFUSE, "was refused" },
    { MINUTE_MS, MARKED, "t", true, REFRESH_ASK, NULL },
    { MINUTE_MS, REFRESH ",\"enabled\":false", "t", true, REFRESH_REFUSE,
      "switched off" },
    { MINUTE_MS, REFRESH ",\"proxy_config\":{}", "t", true, REFRESH_REFUSE,
      "proxy_config" },
};

static void the_document_decides_under_the_lock(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(decide_cases); i++) {
        struct account *account =
            make(decide_cases[i].expires_in_ms, decide_cases[i].more);
        struct secret *stale = secret_new(str_of(decide_cases[i].stale));
        struct err err = { 0 };

        if (refresh_rules_decide(account, stale, decide_cases[i].by_hand,
                                 NOW_MS, &err) != decide_cases[i].want)
            fail_msg("case %zu: %s", i, err.text);
        if (decide_cases[i].why)
            unit_assert_part(err.text, decide_cases[i].why);
        secret_unref(stale);
        account_unref(account);
    }
}

static void an_api_key_is_not_refreshed(void **state)
{
    struct account *account = unit_account(&account_kind_apikey, "key",
                                           "{\"api_key\":\"sk-ant-api03-k\"}");
    struct err err;

    (void)state;
    assert_int_equal(refresh_rules_decide(account, account->token, true, NOW_MS,
                                          &err),
                     REFRESH_REFUSE);
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    account_unref(account);
}

static const struct {
    unsigned failures;
    uint64_t retry_after_ms;
    uint64_t want_ms;
} backoff_cases[] = {
    { 1, 0, 1000 },      { 2, 0, 2000 },        { 5, 0, 16000 },
    { 9, 0, 256000 },    { 10, 0, 300000 },     { 1000000, 0, 300000 },
    { 1, 60000, 60000 }, { 10, 60000, 300000 }, { 1, 3600000, 3600000 },
};

static void failures_are_waited_for_longer_and_longer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(backoff_cases); i++)
        assert_int_equal(
            refresh_rules_backoff_ms(backoff_cases[i].failures,
                                     backoff_cases[i].retry_after_ms),
            backoff_cases[i].want_ms);
    assert_int_equal(refresh_rules_save_again_ms(1), 500);
    assert_int_equal(refresh_rules_save_again_ms(100), 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_due_a_quarter_of_an_hour_ahead),
        cmocka_unit_test(what_is_held_is_not_due),
        cmocka_unit_test(the_document_decides_under_the_lock),
        cmocka_unit_test(an_api_key_is_not_refreshed),
        cmocka_unit_test(failures_are_waited_for_longer_and_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
