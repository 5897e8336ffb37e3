// SPDX-License-Identifier: MIT
/* What a client presents, and which account it names. */
#include "relay/credential.h"

#include <string.h>

#include "fields.h"

#define LOGIN "sk-ant-oat01-CANARY-not-a-real-token"

static const struct {
    const char *fields;
    bool login; /* a claude.ai login */
} credential_cases[] = {
    { "", false },
    { "Authorization: \n", false },
    { "Authorization: Bearer\n", false },
    { "Authorization: Bearer \n", false },
    { "Authorization: Bearer x\n", false },
    { "Authorization: Bearer cr_abc\n", false },
    { "x-api-key: cr_abc\n", false },
    { "x-api-key: sk-ant-api03-abc\n", false },
    { "Authorization: Basic c2stYW50LW9hdA==\n", false },
    { "Authorization: Bearer " LOGIN "\n", true },
    { "authorization: bearer " LOGIN "\n", true },
    { "AUTHORIZATION: BEARER " LOGIN "\n", true },
    { "Authorization: Bearer   " LOGIN "\n", true },
    { "Authorization: Bearer\t" LOGIN "\n", true },
    { "Authorization: " LOGIN "\n", true },
    { "x-api-key: " LOGIN "\n", true },
    { "X-Api-Key: Bearer " LOGIN "\n", true },
    { "x-api-key: sk-ant-oat02-later\n", true },
    { "x-api-key: x\nAuthorization: Bearer " LOGIN "\n", true },
    { "Authorization: Bearer x\nx-api-key: " LOGIN "\n", true },
    { "Authorization: Bearer x\nAuthorization: Bearer " LOGIN "\n", true },
    { "x-api-key: a\nx-api-key: " LOGIN "\n", true },
    /* elsewhere it is no credential */
    { "Authorization: Bearer" LOGIN "\n", false },
    { "X-Other: Bearer " LOGIN "\n", false },
    { "Proxy-Authorization: Bearer " LOGIN "\n", false },
    { "x-api-key: not-" LOGIN "\n", false },
    { "Authorization: Bearer Bearer " LOGIN "\n", false },
};

static void a_claude_login_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(credential_cases); i++) {
        struct fields fields;
        struct err err = { 0 };
        struct str login;
        bool taken =
            credential_check(fields_read(&fields, credential_cases[i].fields),
                             false, &login, &err);

        if (taken == credential_cases[i].login || login.len > 0)
            fail_msg("%s", credential_cases[i].fields);
    }
}

static void the_refusal_says_what_to_do_and_no_secret(void **state)
{
    struct fields fields;
    struct str login;
    struct err err;

    (void)state;
    assert_false(
        credential_check(fields_read(&fields,
                                     "Authorization: Bearer " LOGIN "\n"),
                         false, &login, &err));
    assert_int_equal(err.code, ERR_NOT_ALLOWED);
    assert_int_equal(err_status(err.code), 401);
    assert_false(err_may_retry(err.code));
    unit_assert_part(err.text, "claude.ai login");
    unit_assert_part(err.text, "ANTHROPIC_AUTH_TOKEN");
    assert_null(strstr(err.text, "CANARY"));
    assert_null(strstr(err.text, "sk-ant"));
}

static const struct {
    const char *fields;
    const char *login; /* what passes; NULL: refused */
} pass_cases[] = {
    { "", "" },
    { "Authorization: Bearer cr_abc\n", "" },
    { "x-api-key: sk-ant-api03-abc\n", "" },
    { "Authorization: Bearer " LOGIN "\n", "Bearer " LOGIN },
    { "authorization: bearer   " LOGIN "\n", "bearer   " LOGIN },
    { "x-api-key: x\nAuthorization: Bearer " LOGIN "\n", "Bearer " LOGIN },
    /* only as one Authorization field, as Bearer */
    { "Authorization: " LOGIN "\n", NULL },
    { "x-api-key: " LOGIN "\n", NULL },
    { "X-Api-Key: Bearer " LOGIN "\n", NULL },
    { "Authorization: Bearer " LOGIN "\nx-api-key: " LOGIN "\n", NULL },
    { "Authorization: Bearer " LOGIN "\nAuthorization: Bearer " LOGIN "\n",
      NULL },
    { "Authorization: Bearer x\nAuthorization: Bearer " LOGIN "\n", NULL },
    { "Authorization: Bearer " LOGIN "\nAuthorization: Bearer x\n", NULL },
};

static void a_claude_login_passes_where_it_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pass_cases); i++) {
        struct fields fields;
        struct str login;
        struct err err = { 0 };
        bool taken =
            credential_check(fields_read(&fields, pass_cases[i].fields), true,
                             &login, &err);

        if (taken != (pass_cases[i].login != NULL))
            fail_msg("%s", pass_cases[i].fields);
        if (taken) {
            unit_assert_str(login, pass_cases[i].login);
            continue;
        }
        assert_int_equal(err_status(err.code), 401);
        unit_assert_part(err.text, "Authorization: Bearer");
        assert_null(strstr(err.text, "CANARY"));
    }
}

#define LONG_64                                                                \
    "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"

static const struct {
    const char *query;
    const char *fields;
    const char *name;  /* NULL: refused */
    const char *cause; /* part of the refusal */
} account_cases[] = {
    { "", "", "", NULL },
    { "beta=true", "Accept: x\n", "", NULL },
    { "account=work", "", "work", NULL },
    { "beta=true&account=work&x", "", "work", NULL },
    { "account=a%40b.c", "", "a@b.c", NULL },
    { "%61ccount=work", "", "work", NULL },
    { "", "X-Account-Name: work\n", "work", NULL },
    { "", "x-account-NAME: A.b_c@d-9\n", "A.b_c@d-9", NULL },
    { "account=" LONG_64, "", LONG_64, NULL },
    /* said twice */
    { "account=work", "X-Account-Name: work\n", "work", NULL },
    { "account=work&account=work", "", "work", NULL },
    { "", "X-Account-Name: work\nx-account-name: work\n", "work", NULL },
    { "account=work", "X-Account-Name: home\n", NULL, "two accounts" },
    { "account=work", "X-Account-Name: Work\n", NULL, "two accounts" },
    { "account=work&account=home", "", NULL, "work and home" },
    { "", "X-Account-Name: a\nX-Account-Name: b\n", NULL, "a and b" },
    { "account=a&account=a", "X-Account-Name: b\n", NULL, "a and b" },
    { "account=a", "X-Account-Name: sk-ant-x\n", NULL, "a and (not shown)" },
    /* nothing said is no name */
    { "account=", "", "", NULL },
    { "account", "X-Account-Name: \n", "", NULL },
    { "account=", "X-Account-Name: work\n", "work", NULL },
    { "account=work", "X-Account-Name: \n", "work", NULL },
    /* no names: nothing of these may reach a path */
    { "account=..%2fx", "", NULL, "letters, digits" },
    { "account=.hidden", "", NULL, "letters, digits" },
    { "account=..", "", NULL, "letters, digits" },
    { "account=a%2Fb", "", NULL, "letters, digits" },
    { "account=a%00", "", NULL, "letters, digits" },
    { "account=a+b", "", NULL, "letters, digits" },
    { "account=%zz", "", NULL, "letters, digits" },
    { "account=%e4%b8%ad", "", NULL, "letters, digits" },
    { "account=" LONG_64 "e", "", NULL, "1 to 64" },
    { "", "X-Account-Name: a/b\n", NULL, "letters, digits" },
    { "", "X-Account-Name: a, b\n", NULL, "letters, digits" },
    { "account=work", "X-Account-Name: ../x\n", NULL, "letters, digits" },
    { "account=../x", "X-Account-Name: work\n", NULL, "letters, digits" },
};

static void the_account_is_named_once_and_clearly(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(account_cases); i++) {
        struct arena *arena = arena_new();
        struct fields fields;
        struct str name;
        struct err err;
        bool fine =
            credential_account(arena,
                               fields_read(&fields, account_cases[i].fields),
                               str_of(account_cases[i].query), &name, &err);

        if (fine != (account_cases[i].name != NULL))
            fail_msg("%s, %s", account_cases[i].query, account_cases[i].fields);
        if (fine) {
            unit_assert_str(name, account_cases[i].name);
        } else {
            assert_int_equal(err_status(err.code), 400);
            unit_assert_part(err.text, account_cases[i].cause);
        }
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claude_login_is_refused),
        cmocka_unit_test(the_refusal_says_what_to_do_and_no_secret),
        cmocka_unit_test(a_claude_login_passes_where_it_may),
        cmocka_unit_test(the_account_is_named_once_and_clearly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
