// SPDX-License-Identifier: MIT
/* What becomes of what is kept of an account, when that is removed. */
#include "vitals_scene.h"

#define STALE 1400
#define LONG_NAME "'account-that-was-removed-long-ago-and-left-its-rows-'"

/* Whatever was left of others that are not there, goes: more of it than one look at the
   database holds. */
static void what_is_known_of_those_removed_goes(void **state)
{
    struct scene *scene = *state;
    struct account *two = accounts_get(scene->accounts, STR("two"));

    run(scene,
        "INSERT INTO account_state(name, relay, doc) "
        "WITH RECURSIVE n(i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 1399) SELECT " LONG_NAME " || i, 'a:1', '{}' FROM n");
    assert_int_equal(rows(scene), STALE);
    keep(scene, 1);
    accounts_forget(scene->accounts, two);
    account_unref(two);
    until_rows(scene, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_known_of_those_removed_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
