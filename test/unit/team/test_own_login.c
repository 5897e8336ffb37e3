// SPDX-License-Identifier: MIT
/* The client's own claude.ai login. */
#include "team/own_login.h"

#include "fields.h"

#define LOGIN "sk-ant-oat01-CANARY-not-a-real-token"

static const struct {
    const char *fields;
    enum own_login found;
} cases[] = {
    { "", OWN_LOGIN_NONE },
    { "Authorization: \n", OWN_LOGIN_NONE },
    { "Authorization: Bearer\n", OWN_LOGIN_NONE },
    { "Authorization: Bearer \n", OWN_LOGIN_NONE },
    { "Authorization: Bearer x\n", OWN_LOGIN_NONE },
    { "Authorization: Bearer cr_abc\n", OWN_LOGIN_NONE },
    { "x-api-key: cr_abc\n", OWN_LOGIN_NONE },
    { "x-api-key: sk-ant-api03-abc\n", OWN_LOGIN_NONE },
    { "Authorization: Basic c2stYW50LW9hdA==\n", OWN_LOGIN_NONE },
    { "Authorization: Bearer " LOGIN "\n", OWN_LOGIN_PASSABLE },
    { "authorization: bearer " LOGIN "\n", OWN_LOGIN_PASSABLE },
    { "AUTHORIZATION: BEARER " LOGIN "\n", OWN_LOGIN_PASSABLE },
    { "Authorization: Bearer   " LOGIN "\n", OWN_LOGIN_PASSABLE },
    { "Authorization: Bearer\t" LOGIN "\n", OWN_LOGIN_PASSABLE },
    { "Authorization: " LOGIN "\n", OWN_LOGIN_ODD },
    { "x-api-key: " LOGIN "\n", OWN_LOGIN_ODD },
    { "X-Api-Key: Bearer " LOGIN "\n", OWN_LOGIN_ODD },
    { "x-api-key: sk-ant-oat02-later\n", OWN_LOGIN_ODD },
    { "x-api-key: x\nAuthorization: Bearer " LOGIN "\n", OWN_LOGIN_PASSABLE },
    { "Authorization: Bearer x\nx-api-key: " LOGIN "\n", OWN_LOGIN_ODD },
    { "Authorization: Bearer x\nAuthorization: Bearer " LOGIN "\n",
      OWN_LOGIN_ODD },
    { "x-api-key: a\nx-api-key: " LOGIN "\n", OWN_LOGIN_ODD },
    /* elsewhere it is no credential */
    { "Authorization: Bearer" LOGIN "\n", OWN_LOGIN_NONE },
    { "X-Other: Bearer " LOGIN "\n", OWN_LOGIN_NONE },
    { "Proxy-Authorization: Bearer " LOGIN "\n", OWN_LOGIN_NONE },
    { "x-api-key: not-" LOGIN "\n", OWN_LOGIN_NONE },
    { "Authorization: Bearer Bearer " LOGIN "\n", OWN_LOGIN_NONE },
    { "Authorization: Bearer " LOGIN "\nx-api-key: " LOGIN "\n",
      OWN_LOGIN_ODD },
    { "Authorization: Bearer " LOGIN "\nAuthorization: Bearer " LOGIN "\n",
      OWN_LOGIN_ODD },
    { "Authorization: Bearer " LOGIN "\nAuthorization: Bearer x\n",
      OWN_LOGIN_ODD },
};

static void a_claude_login_is_found_wherever_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct fields fields;
        struct str login;
        enum own_login found =
            own_login_find(fields_read(&fields, cases[i].fields), &login);

        if (found != cases[i].found)
            fail_msg("%s", cases[i].fields);
        assert_int_equal(login.len > 0, found == OWN_LOGIN_PASSABLE);
    }
}

static void what_passes_is_the_field_as_it_came(void **state)
{
    struct fields fields;
    struct str login;

    (void)state;
    assert_int_equal(own_login_find(fields_read(&fields,
                                                "x-api-key: x\nauthorization: "
                                                "bearer   " LOGIN "\n"),
                                    &login),
                     OWN_LOGIN_PASSABLE);
    unit_assert_str(login, "bearer   " LOGIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claude_login_is_found_wherever_it_is),
        cmocka_unit_test(what_passes_is_the_field_as_it_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
