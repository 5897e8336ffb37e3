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

#define OTHER "{\"api_key\":\"sk-ant-api03-other\"}"
#define SIGN_IN(token)                                                         \
    "{\"access_token\":\"sk-ant-oat01-" token "\","                            \
    "\"expires_at\":\"2999-01-01T00:00:00Z\"}"

static struct accounts *one_account(const struct account_kind *kind,
                                    const char *doc)
{
    struct accounts *accounts = accounts_new();

    accounts_put(accounts, unit_account(kind, "one", doc), false);
    return accounts;
}

static void forget(struct scene *scene, const char *name)
{
    struct account *account = accounts_get(scene->accounts, str_of(name));

    accounts_forget(scene->accounts, account);
    account_unref(account);
}

/* One serves session 5 and made 5; of two there is as much. */
static void make_bound(struct scene *scene)
{
    bind(scene, 5, "one");
    own(scene, 5, "one");
    bindings_put(accounts_told(scene->accounts), 5,
                 bindings_account(STR("one")), scene->now_ms);
    bind(scene, 6, "two");
    own(scene, 6, "two");
}

static void assert_bound(const struct scene *scene, const char *one)
{
    uint64_t account = one ? bindings_account(str_of(one)) : 0;

    assert_true(home_of(scene, 5) == account);
    assert_true(owner_of(scene, 5) == account);
    assert_true(bindings_find(accounts_told(scene->accounts), 5,
                              scene->now_ms) == account);
}

/* Another relay saved some, too.  A new one of the name has none of it. */
static void what_was_an_accounts_goes_with_it(void **state)
{
    struct scene *scene = *state;
    char text[200];

    keep(scene, 1);
    make_bound(scene);
    until_rows(scene, 7);
    (void)snprintf(text, sizeof(text),
                   "INSERT INTO owned(id, account, until_ms)"
                   " VALUES(77, %lld, 9999999999999)",
                   (long long)bindings_account(STR("one")));
    run(scene, text);
    forget(scene, "one");
    put(scene, &account_kind_apikey, "one", OTHER);
    assert_bound(scene, NULL);
    assert_true(owner_of(scene, 6) == bindings_account(STR("two")));
    own(scene, 8, "one");
    until_rows(scene, 5);
    end(scene);
    begin_with(scene, one_account(&account_kind_apikey, OTHER));
    assert_bound(scene, NULL);
    assert_true(owner_of(scene, 77) == 0);
    assert_true(owner_of(scene, 8) == bindings_account(STR("one")));
}

/* Nobody saw it go; but what is there now has another key. */
static void so_it_does_if_no_relay_ran(void **state)
{
    struct scene *scene = *state;

    keep(scene, 1);
    make_bound(scene);
    until_rows(scene, 7);
    end(scene);
    begin_with(scene, one_account(&account_kind_apikey, OTHER));
    assert_bound(scene, NULL);
    assert_int_equal(rows(scene), 2);
    end(scene);
    begin_again(scene);
    assert_bound(scene, NULL);
}

/* It is the same account, with another credential. */
static void what_is_renewed_has_what_it_had(void **state)
{
    struct scene *scene = *state;

    keep(scene, 3600000);
    make_bound(scene);
    put(scene, &account_kind_apikey, "one", OTHER);
    assert_bound(scene, "one");
    until_rows(scene, 7);
    end(scene);
    begin_with(scene, one_account(&account_kind_apikey, OTHER));
    assert_bound(scene, "one");
    /* Nobody knows whose key is in a file that cannot be read. */
    end(scene);
    begin_with(scene, one_account(&account_kind_apikey, "{}"));
    assert_bound(scene, "one");
    end(scene);
    begin_with(scene, one_account(&account_kind_apikey, OTHER));
    assert_bound(scene, "one");
}

static void a_sign_in_that_is_renewed_has_what_it_had(void **state)
{
    struct scene *scene = *state;

    accounts_free(scene->accounts);
    scene->accounts = one_account(&account_kind_oauth, SIGN_IN("a"));
    keep(scene, 1);
    make_bound(scene);
    until_rows(scene, 6);
    end(scene);
    begin_with(scene, one_account(&account_kind_oauth, SIGN_IN("b")));
    assert_bound(scene, "one");
}

/* Whoever only looks, beside a relay, removes nothing. */
static void a_look_removes_nothing(void **state)
{
    struct scene *scene = *state;
    struct accounts *none = accounts_new();
    struct err err;

    keep(scene, 1);
    make_bound(scene);
    until_rows(scene, 7);
    assert_true(vitals_load(scene->records, none, "a:1", false, &err));
    assert_int_equal(rows(scene), 7);
    assert_true(vitals_load(scene->records, none, "a:1", true, &err));
    assert_int_equal(rows(scene), 2);
    accounts_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_known_of_those_removed_goes),
        TEST(what_was_an_accounts_goes_with_it),
        TEST(so_it_does_if_no_relay_ran),
        TEST(what_is_renewed_has_what_it_had),
        TEST(a_sign_in_that_is_renewed_has_what_it_had),
        TEST(a_look_removes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
