// SPDX-License-Identifier: MIT
/* Which account serves a request. */
#include "account/choose.h"

#include <string.h>

#include "account/kinds.h"
#include "base/mem.h"
#include "unit.h"

#define NOW_MS 1000000

static struct account good = { .name = "good",
                               .kind = &account_kind_apikey,
                               .expires_at_ms = ACCOUNT_NEVER_EXPIRES };
static struct account fresh = { .name = "fresh",
                                .kind = &account_kind_oauth,
                                .expires_at_ms = NOW_MS + 1 };
static struct account stale = { .name = "stale",
                                .kind = &account_kind_oauth,
                                .expires_at_ms = NOW_MS };
static struct account broken = { .name = "broken",
                                 .kind = &account_kind_oauth,
                                 .expires_at_ms = ACCOUNT_NEVER_EXPIRES,
                                 .problem = "expires_at is missing" };

static const struct {
    const char *rule;
    struct account *accounts[4];
    const char *name;
    struct account *want;
    enum err_code code;
    const char *text; /* a part of the error */
} cases[] = {
    { "alone, no name", { &good }, "", &good, 0, NULL },
    { "alone, named", { &good }, "good", &good, 0, NULL },
    { "named among several", { &fresh, &good }, "good", &good, 0, NULL },
    { "a token for one more millisecond", { &fresh }, "", &fresh, 0, NULL },
    { "none at all",
      { NULL },
      "",
      NULL,
      ERR_NO_ACCOUNT,
      "account add main --api-key -" },
    { "none at all, named",
      { NULL },
      "good",
      NULL,
      ERR_NO_ACCOUNT,
      "no account \"good\"" },
    { "several, none named",
      { &fresh, &good, &stale },
      "",
      NULL,
      ERR_NO_ACCOUNT,
      "3 accounts are set up" },
    { "several: how to name one",
      { &fresh, &good },
      "",
      NULL,
      ERR_NO_ACCOUNT,
      "the header X-Account-Name (Claude Code: export "
      "ANTHROPIC_CUSTOM_HEADERS=\"X-Account-Name: fresh\") or with "
      "?account=fresh in the URL, or put those into the pool that are to "
      "serve whoever names none (claude-relay account pool NAME on); there are "
      "fresh, good" },
    { "unknown",
      { &good },
      "other",
      NULL,
      ERR_NO_ACCOUNT,
      "no account \"other\"" },
    { "a key",
      { &good },
      "sk-ant-api03-canary",
      NULL,
      ERR_NO_ACCOUNT,
      "no account \"(not shown)\"" },
    { "other case", { &good }, "Good", NULL, ERR_NO_ACCOUNT, "\"Good\"" },
    { "not a name",
      { &good },
      "../good",
      NULL,
      ERR_NO_ACCOUNT,
      "not a valid account name" },
    { "expired, alone",
      { &stale },
      "",
      NULL,
      ERR_LOGIN_REQUIRED,
      "account \"stale\" has expired: sign in again" },
    { "expired, named",
      { &good, &stale },
      "stale",
      NULL,
      ERR_LOGIN_REQUIRED,
      "expired" },
    { "broken",
      { &broken },
      "",
      NULL,
      ERR_LOGIN_REQUIRED,
      "account \"broken\" cannot be used: expires_at is missing" },
    { "never another than the named",
      { &broken, &good },
      "broken",
      NULL,
      ERR_LOGIN_REQUIRED,
      "broken" },
};

static void the_rules_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct account_list *list;
        struct account *got;
        struct err err;
        size_t count = 0;

        while (count < COUNT_OF(cases[i].accounts) && cases[i].accounts[count])
            count++;
        list = account_list_new(cases[i].accounts, count);
        got = choose_account(list, str_of(cases[i].name), NOW_MS, &err);
        mem_free(list); /* the accounts are not counted */
        if (got != cases[i].want || (!got && err.code != cases[i].code))
            fail_msg("%s", cases[i].rule);
        if (!got)
            unit_assert_part(err.text, cases[i].text);
    }
}

/* The text keeps its end however long the names are. */
static void of_many_names_only_a_few_are_told(void **state)
{
    struct account many[20];
    struct account *at[20];
    struct account_list *list;
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        many[i] = good;
        memset(many[i].name, 'a' + (int)i, ACCOUNT_NAME_MAX);
        at[i] = &many[i];
    }
    list = account_list_new(at, COUNT_OF(at));
    assert_null(choose_account(list, STR_EMPTY, NOW_MS, &err));
    mem_free(list);
    assert_true(str_starts(str_of(err.text), STR("20 accounts are set up")));
    unit_assert_part(err.text, "there are aaa");
    unit_assert_part(err.text, "aaa, ...");
    assert_null(strstr(err.text, "bbb"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_hold),
        cmocka_unit_test(of_many_names_only_a_few_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
