// SPDX-License-Identifier: MIT
/* The kinds of accounts. */
#include "account/kinds.h"

#include <string.h>

#include "unit.h"

static void every_row_is_whole_and_its_own(void **state)
{
    (void)state;
    assert_non_null(account_kinds[0]);
    for (size_t i = 0; account_kinds[i]; i++) {
        const struct account_kind *kind = account_kinds[i];

        assert_true(strlen(kind->name) > 0 && kind->field.name.len > 0);
        assert_non_null(kind->parse);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole_and_its_own),
        cmocka_unit_test(each_kind_says_how_it_authorises),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
