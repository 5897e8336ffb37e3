// SPDX-License-Identifier: MIT
/* Which account a request names. */
#include "relay/credential.h"

#include <string.h>

#include "fields.h"

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
        cmocka_unit_test(the_account_is_named_once_and_clearly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
