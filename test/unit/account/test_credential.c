// SPDX-License-Identifier: MIT
/* Renewed tokens are the same credential; another sign-in, or another key, is not. */
#include "account/credential.h"

#include <stdio.h>

#include "account/kinds.h"
#include "accounts.h"
#include "unit.h"

#define FILE_OF(token, refresh, more)                                          \
    "{\"access_token\":\"" token "\",\"refresh_token\":\"" refresh             \
    "\",\"expires_at\":\"2099-01-01T00:00:00Z\"" more "}"
#define AT(time) ",\"signed_in_at\":\"" time "\""
#define MONDAY "2026-01-05T08:00:00Z"
#define TUESDAY "2026-01-06T08:00:00Z"
/* The grant of "r1". */
#define AFTER_R1 ",\"replaced\":[\"%s\"]"

static struct account *read_it(const char *text, bool key)
{
    return unit_account(key ? &account_kind_apikey : &account_kind_oauth, "a",
                        text);
}

static const struct {
    const char *before;
    const char *now;
    bool key;
    bool same;
} rows[] = {
    { FILE_OF("a", "r1", AT(MONDAY)), FILE_OF("b", "r2", AT(MONDAY)), false,
      true },
    { FILE_OF("a", "r1", AT(MONDAY)), FILE_OF("b", "r2", AT(TUESDAY)), false,
      false },
    /* not noted: the same refresh token, or another one */
    { FILE_OF("a", "r1", ""), FILE_OF("b", "r1", ""), false, true },
    { FILE_OF("a", "r1", ""), FILE_OF("b", "r2", ""), false, false },
    { FILE_OF("a", "r1", ""), FILE_OF("b", "r2", AT(MONDAY)), false, false },
    { FILE_OF("a", "r1", AT(MONDAY)), FILE_OF("b", "r2", ""), false, false },
    { FILE_OF("a", "r1", AT("tea")), FILE_OF("b", "r1", AT("tea")), false,
      true },
    { "{\"api_key\":\"sk-ant-api03-a\"}", "{\"api_key\":\"sk-ant-api03-a\"}",
      true, true },
    { "{\"api_key\":\"sk-ant-api03-a\"}", "{\"api_key\":\"sk-ant-api03-b\"}",
      true, false },
};

static void another_sign_in_is_another_credential(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct account *before = read_it(rows[i].before, rows[i].key);
        struct account *now = read_it(rows[i].now, rows[i].key);

        if (credential_is_same(now, before) != rows[i].same)
            fail_msg("row %zu", i);
        account_unref(before);
        account_unref(now);
    }
}

/* Of one that was signed in before that was noted. */
static void a_renewal_tells_what_it_replaced(void **state)
{
    struct account *before = read_it(FILE_OF("a", "r1", ""), false);
    struct account *now;
    char name[CREDENTIAL_MAX];
    char text[300];

    (void)state;
    credential_name(before, name);
    (void)snprintf(text, sizeof(text), FILE_OF("b", "r2", AFTER_R1), name);
    now = read_it(text, false);
    assert_true(credential_is_same(now, before));
    assert_true(credential_is(now, str_of(name)));
    assert_false(credential_is(now, STR("")));
    account_unref(before);
    account_unref(now);
}

/* What cannot be read says nothing of what it holds. */
static void a_broken_file_tells_nothing(void **state)
{
    struct account *before = read_it(FILE_OF("a", "r1", ""), false);
    struct account *broken = account_broken(&account_kind_oauth, STR("a"), "x");

    (void)state;
    assert_true(credential_is_same(broken, before));
    assert_true(credential_is_same(before, broken));
    account_unref(before);
    account_unref(broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_sign_in_is_another_credential),
        cmocka_unit_test(a_renewal_tells_what_it_replaced),
        cmocka_unit_test(a_broken_file_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
