// SPDX-License-Identifier: MIT
/* The kinds of accounts. */
#include "account/kinds.h"

#include <string.h>

#include "account/renewal.h"
#include "unit.h"

static void every_row_is_whole_and_its_own(void **state)
{
    (void)state;
    assert_non_null(account_kinds[0]);
    for (size_t i = 0; account_kinds[i]; i++) {
        const struct account_kind *kind = account_kinds[i];

        assert_true(strlen(kind->name) > 0 && kind->field.name.len > 0);
        assert_non_null(kind->parse);
        if (kind->renewal) {
            assert_non_null(kind->renewal->endpoint);
            assert_non_null(kind->renewal->ask);
            assert_non_null(kind->renewal->judge);
        }
        assert_true(kind->renewal || !kind->signs_in);
        assert_true(!kind->check_key || !kind->renewal);
        assert_ptr_equal(account_kind_named(str_of(kind->name)), kind);
        assert_int_equal(kind->file_prefix[strlen(kind->file_prefix) - 1], '_');
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(kind->name, account_kinds[k]->name);
            assert_string_not_equal(kind->file_prefix,
                                    account_kinds[k]->file_prefix);
        }
    }
}

/* docs/api.md, "What the relay changes". */
static void each_kind_says_how_it_authorises(void **state)
{
    const struct account_kind *oauth = &account_kind_oauth;
    const struct account_kind *apikey = &account_kind_apikey;

    (void)state;
    assert_string_equal(oauth->file_prefix, "oauth_");
    unit_assert_str(oauth->field.name, "authorization");
    unit_assert_str(oauth->field.prefix, "Bearer ");
    unit_assert_str(oauth->beta, "oauth-2025-04-20");
    assert_string_equal(apikey->file_prefix, "apikey_");
    unit_assert_str(apikey->field.name, "x-api-key");
    unit_assert_str(apikey->field.prefix, "");
    unit_assert_str(apikey->beta, "");
}

static void no_kind_has_another_name(void **state)
{
    (void)state;
    assert_null(account_kind_named(STR("")));
    assert_null(account_kind_named(STR("api")));
}

static void another_grant_is_got_as_the_kind_has_it(void **state)
{
    char text[ACCOUNT_AGAIN_MAX];

    (void)state;
    assert_ptr_equal(account_kind_signing_in(), &account_kind_oauth);
    assert_string_equal(account_again(&account_kind_oauth, "max", true, text),
                        "sign in again with `claude-relay login max` or POST "
                        "/oauth/auth-url");
    assert_string_equal(account_again(&account_kind_oauth, "max", false, text),
                        "sign in again with `claude-relay login max`");
    assert_string_equal(account_again(&account_kind_apikey, "a", true, text),
                        "give it another key with `claude-relay account set a "
                        "--api-key -` or PATCH /oauth/accounts/NAME");
    assert_string_equal(account_again(&account_kind_apikey, "a", false, text),
                        "give it another key with `claude-relay account set a "
                        "--api-key -`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole_and_its_own),
        cmocka_unit_test(each_kind_says_how_it_authorises),
        cmocka_unit_test(no_kind_has_another_name),
        cmocka_unit_test(another_grant_is_got_as_the_kind_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
