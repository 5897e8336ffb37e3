// SPDX-License-Identifier: MIT
/* One grant under two names. */
#include "account/elsewhere.h"

#include <stdio.h>

#include "account/kinds.h"
#include "base/macros.h"
#include "unit.h"

/* The hash of "F". */
#define F_GRANT "f67ab10ad4e4c531"
#define DOC(refresh, more)                                                     \
    "{\"access_token\":\"a\",\"refresh_token\":\"" refresh                     \
    "\",\"expires_at\":\"2099-01-01T00:00:00Z\"" more "}"
#define REPLACED ",\"replaced\":[\"0123456789abcdef\",\"" F_GRANT "\"]"
/* By a sign-in, that is. */
#define SINCE ",\"signed_in_at\":\"2026-11-01T00:00:00Z\""

static const struct {
    const char *name;
    const char *other;
    const char *complaint; /* about the other's file */
    bool spent;
    bool held;
} rows[] = {
    { "other", DOC("G", ""), "", false, false },
    { "other", DOC("G", REPLACED), "", true, false },
    { "other", DOC("G", REPLACED), "gone", true, false },
    { "other", DOC("F", ""), "", false, true },
    { "other", DOC("F", ""), "gone", false, false },
    { "main", DOC("G", REPLACED), "", false, false },
    { "main", DOC("F", ""), "", false, false },
    { "other", DOC("G", REPLACED SINCE), "", false, false },
    { "other", "{}", "", false, false },
};

static struct account *make(const char *name, const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);
    struct account *account =
        account_from_doc(&account_kind_oauth, str_of(name), doc);

    json_doc_free(doc);
    return account;
}

static void put(struct accounts *accounts, struct account *account,
                const char *complaint)
{
    accounts_put(accounts, account_with_file_problem(account, complaint),
                 false);
    account_unref(account);
}

static void a_grant_is_found_under_another_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct accounts *accounts = accounts_new();
        struct account *account = make("main", DOC("F", ""));
        char holder[ACCOUNT_NAME_MAX + 1];

        put(accounts, make("another", DOC("H", "")), "");
        put(accounts, make(rows[i].name, rows[i].other), rows[i].complaint);
        if (elsewhere_is_spent(accounts, account, holder) != rows[i].spent ||
            elsewhere_is_held(accounts, account, holder) != rows[i].held)
            fail_msg("row %zu", i);
        if (rows[i].spent || rows[i].held)
            assert_string_equal(holder, "other");
        account_unref(account);
        accounts_free(accounts);
    }
}

static void nobody_has_what_has_no_grant(void **state)
{
    struct accounts *accounts = accounts_new();
    struct account *account = make("main", "{}");
    char holder[ACCOUNT_NAME_MAX + 1];

    (void)state;
    put(accounts, make("other", "{}"), "");
    assert_false(elsewhere_is_held(accounts, account, holder));
    assert_false(elsewhere_is_spent(accounts, account, holder));
    account_unref(account);
    accounts_free(accounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grant_is_found_under_another_name),
        cmocka_unit_test(nobody_has_what_has_no_grant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
