// SPDX-License-Identifier: MIT
/* A list of accounts: who is found in it, and who is kept by it. */
#include "account/list.h"

#include "account/kinds.h"
#include "unit.h"

static struct account *make(const char *name)
{
    return account_broken(&account_kind_apikey, str_of(name), "a test's");
}

static void names_are_found_whole(void **state)
{
    static const char *const names[] = { "a", "ab", "abc", "b", "z" };
    struct account *at[COUNT_OF(names)] = { NULL };

    (void)state;
    for (size_t count = 0; count <= COUNT_OF(names); count++) {
        struct account_list *list;

        for (size_t i = 0; i < count; i++)
            at[i] = make(names[i]);
        list = account_list_new(at, count);
        for (size_t i = 0; i < COUNT_OF(names); i++)
            assert_ptr_equal(account_list_find(list, str_of(names[i])),
                             i < count ? at[i] : NULL);
        assert_null(account_list_find(list, STR_EMPTY));
        assert_null(account_list_find(list, STR("aa")));
        assert_null(account_list_find(list, STR("abcd")));
        assert_null(account_list_find(list, STR("zz")));
        account_list_unref(list);
    }
}

/* Under ASan: nothing is lost, nothing is freed too early. */
static void it_keeps_what_is_in_it(void **state)
{
    struct account *account = make("a");
    struct account_list *list = account_list_new(&account, 1);
    struct account *kept = account_ref(account);

    (void)state;
    assert_ptr_equal(account_list_ref(list), list);
    account_list_unref(list);
    assert_string_equal(list->at[0]->name, "a");
    account_list_unref(list);
    assert_string_equal(kept->name, "a");
    account_unref(kept);
    account_list_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_whole),
        cmocka_unit_test(it_keeps_what_is_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
