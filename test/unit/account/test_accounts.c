// SPDX-License-Identifier: MIT
/* The registry of accounts. */
#include "account/accounts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"
#include "base/mem.h"
#include "base/url.h"
#include "store/embedded.h"
#include "unit.h"

#define APIKEY(key) "{\"api_key\":\"sk-ant-api03-" key "\"}"

struct scene {
    char *path;
    struct store_driver *driver;
    struct accounts *accounts;
    atomic_bool stop;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    struct err err;

    scene->path = unit_folder_new();
    scene->driver = embedded_open(scene->path, NULL, &err);
    scene->accounts = accounts_new();
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    accounts_free(scene->accounts);
    scene->driver->free(scene->driver);
    unit_folder_free(scene->path);
    mem_free(scene);
    return 0;
}

static void load(struct scene *scene)
{
    struct err err;

    assert_true(accounts_load(scene->accounts, scene->driver, &err));
}

static void nothing_is_read_before_the_first_load(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    assert_int_equal(accounts_count(scene->accounts), 0);
    load(scene);
    assert_int_equal(accounts_count(scene->accounts), 1);
}

static void an_account_is_got_by_name(void **state)
{
    struct scene *scene = *state;
    struct account *account;

    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    load(scene);
    account = accounts_get(scene->accounts, STR("a"));
    assert_string_equal(account->name, "a");
    account_unref(account);
    assert_null(accounts_get(scene->accounts, STR("b")));
}

static void a_request_keeps_the_snapshot_it_began_with(void **state)
{
    struct scene *scene = *state;
    struct account *old;
    struct account *new;

    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    load(scene);
    old = accounts_get(scene->accounts, STR("a"));
    unit_write(scene->path, "apikey_a.json", APIKEY("two"));
    load(scene);
    new = accounts_get(scene->accounts, STR("a"));
    unit_assert_str(secret_reveal(old->token), "sk-ant-api03-one");
    unit_assert_str(secret_reveal(new->token), "sk-ant-api03-two");
    accounts_forget(scene->accounts, new);
    assert_int_equal(accounts_count(scene->accounts), 0);
    unit_assert_str(secret_reveal(new->token), "sk-ant-api03-two");
    account_unref(old);
    account_unref(new);
}

/* Nor does what comes afterwards change it. */
static void a_list_is_of_one_moment(void **state)
{
    struct scene *scene = *state;
    struct account_list *before;
    struct account_list *after;

    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    load(scene);
    before = accounts_list(scene->accounts);
    unit_write(scene->path, "apikey_b.json", APIKEY("two"));
    load(scene);
    after = accounts_list(scene->accounts);
    assert_int_equal(before->count, 1);
    assert_int_equal(after->count, 2);
    assert_null(account_list_find(before, STR("b")));
    assert_non_null(account_list_find(after, STR("b")));
    account_list_unref(before);
    account_list_unref(after);
}

static void a_folder_that_is_gone_leaves_everything_as_it_was(void **state)
{
    struct scene *scene = *state;
    char *away = mem_strdup(scene->path);
    struct err err;

    away[strlen(away) - 1] ^= 1;
    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    load(scene);
    assert_int_equal(rename(scene->path, away), 0);
    assert_false(accounts_load(scene->accounts, scene->driver, &err));
    assert_int_equal(accounts_count(scene->accounts), 1);
    assert_int_equal(rename(away, scene->path), 0);
    mem_free(away);
}

static void put(struct scene *scene, const char *key, bool held)
{
    char text[100];

    (void)snprintf(text, sizeof(text), APIKEY("%s"), key);
    accounts_put(scene->accounts, unit_account(&account_kind_apikey, "a", text),
                 held);
}

static void assert_key(struct scene *scene, const char *key)
{
    struct account *account = accounts_get(scene->accounts, STR("a"));

    unit_assert_part(secret_reveal(account->token).at, key);
    account_unref(account);
}

static void what_is_held_outlives_the_store(void **state)
{
    struct scene *scene = *state;

    unit_write(scene->path, "apikey_a.json", APIKEY("old"));
    load(scene);
    put(scene, "new", true);
    load(scene);
    assert_key(scene, "new");
    put(scene, "newer", false);
    assert_key(scene, "newer");
    load(scene);
    assert_key(scene, "old");
}

static void a_held_account_needs_no_document(void **state)
{
    struct scene *scene = *state;
    struct account *account;

    load(scene);
    put(scene, "new", true);
    load(scene);
    assert_key(scene, "new");
    account = accounts_get(scene->accounts, STR("a"));
    accounts_forget(scene->accounts, account);
    account_unref(account);
    load(scene);
    assert_int_equal(accounts_count(scene->accounts), 0);
}

static void add_key(void *arg, const char *key)
{
    (void)snprintf((char *)arg + strlen(arg), 40, "%s ", key);
}

static void those_with_a_complaint_are_known(void **state)
{
    struct scene *scene = *state;
    char keys[100] = "";
    char complaints[100] = "";

    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    unit_write(scene->path, "oauth_b.json", "{}");
    load(scene);
    accounts_keys(scene->accounts, false, add_key, keys);
    assert_string_equal(keys, "apikey_a oauth_b ");
    accounts_keys(scene->accounts, true, add_key, complaints);
    assert_string_equal(complaints, "oauth_b ");
}

static void a_complaint_about_the_folder_is_logged_when_it_changes(void **state)
{
    struct scene *scene = *state;
    struct unit_capture log = unit_capture_begin(2);
    char text[ACCOUNTS_COMPLAINT_MAX];
    char *said;

    assert_false(accounts_complaint(scene->accounts, text));
    accounts_complain(scene->accounts, "it is away");
    accounts_complain(scene->accounts, "it is away");
    assert_true(accounts_complaint(scene->accounts, text));
    assert_string_equal(text, "it is away");
    accounts_complain(scene->accounts, "");
    assert_false(accounts_complaint(scene->accounts, text));
    said = unit_capture_end(&log);
    unit_assert_part(said, "it is away");
    assert_null(strstr(strstr(said, "it is away") + 1, "it is away"));
    mem_free(said);
}

static void add_name(void *arg, const struct account *account)
{
    char *names = arg;

    names[strlen(names)] = account->name[0];
}

static void all_are_visited_in_order(void **state)
{
    struct scene *scene = *state;
    char names[40] = "";

    unit_write(scene->path, "apikey_c.json", APIKEY("one"));
    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    unit_write(scene->path, "apikey_b.json", APIKEY("one"));
    load(scene);
    accounts_each(scene->accounts, add_name, names);
    assert_string_equal(names, "abc");
}

static void *get_many(void *arg)
{
    struct scene *scene = arg;

    while (!atomic_load(&scene->stop)) {
        struct account *account = accounts_get(scene->accounts, STR("a"));

        assert_true(
            str_starts(secret_reveal(account->token), STR("sk-ant-api03-")));
        account_unref(account);
    }
    return NULL;
}

static void asking_while_loading_is_fine(void **state)
{
    struct scene *scene = *state;
    pthread_t threads[3];

    unit_write(scene->path, "apikey_a.json", APIKEY("one"));
    load(scene);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, get_many, scene), 0);
    for (int i = 0; i < 100; i++)
        load(scene);
    atomic_store(&scene->stop, true);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        (void)pthread_join(threads[i], NULL);
}

/* ---- this relay itself --------------------------------------------------- */

#define GATEWAY(port)                                                          \
    "{\"api_key\":\"x\",\"base_url\":\"http://127.0.0.1:" port "\"}"

static bool is_self(void *arg, const struct url *url)
{
    (void)arg;
    return url->port == 3000;
}

/* Empty if there is none. */
static void check_problem(struct scene *scene, const char *part)
{
    struct account *account = accounts_get(scene->accounts, STR("a"));

    if (part[0])
        unit_assert_part(account->problem, part);
    else
        assert_string_equal(account->problem, "");
    account_unref(account);
}

#define LEADS_BACK                                                             \
    "base_url leads to host 127.0.0.1 port 3000, which is this relay itself: " \
    "put the address of the other gateway behind `claude-relay account set "   \
    "a --url`"

static void an_account_that_leads_back_cannot_be_used(void **state)
{
    struct scene *scene = *state;
    struct unit_capture log;
    char *said;

    unit_write(scene->path, "apikey_a.json", GATEWAY("3000"));
    load(scene);
    check_problem(scene, "");
    log = unit_capture_begin(2);
    accounts_know_self(scene->accounts, is_self, NULL);
    load(scene);
    said = unit_capture_end(&log);
    check_problem(scene, LEADS_BACK);
    unit_assert_part(said, "the file of account a cannot be used: base_url");
    assert_null(strstr(strstr(said, "base_url") + 1, "base_url"));
    mem_free(said);
    unit_write(scene->path, "apikey_a.json", GATEWAY("3001"));
    load(scene);
    check_problem(scene, "");
}

/* As a change by hand is, that spoils its file. */
static void what_was_good_stays_in_use_if_its_file_leads_back(void **state)
{
    struct scene *scene = *state;
    struct account *account;

    accounts_know_self(scene->accounts, is_self, NULL);
    unit_write(scene->path, "apikey_a.json", GATEWAY("3001"));
    load(scene);
    unit_write(scene->path, "apikey_a.json", GATEWAY("3000"));
    load(scene);
    check_problem(scene, "");
    account = accounts_get(scene->accounts, STR("a"));
    unit_assert_part(account->file_problem, LEADS_BACK);
    account_unref(account);
}

static void what_is_put_is_looked_at_too(void **state)
{
    struct scene *scene = *state;

    accounts_know_self(scene->accounts, is_self, NULL);
    accounts_put(scene->accounts,
                 unit_account(&account_kind_apikey, "a", GATEWAY("3000")),
                 false);
    check_problem(scene, LEADS_BACK);
    accounts_put(scene->accounts,
                 unit_account(&account_kind_apikey, "a", GATEWAY("3001")),
                 false);
    check_problem(scene, "");
}

#define SCENE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(nothing_is_read_before_the_first_load),
        SCENE(an_account_is_got_by_name),
        SCENE(a_request_keeps_the_snapshot_it_began_with),
        SCENE(a_list_is_of_one_moment),
        SCENE(a_folder_that_is_gone_leaves_everything_as_it_was),
        SCENE(what_is_held_outlives_the_store),
        SCENE(a_held_account_needs_no_document),
        SCENE(those_with_a_complaint_are_known),
        SCENE(a_complaint_about_the_folder_is_logged_when_it_changes),
        SCENE(all_are_visited_in_order),
        SCENE(asking_while_loading_is_fine),
        SCENE(an_account_that_leads_back_cannot_be_used),
        SCENE(what_was_good_stays_in_use_if_its_file_leads_back),
        SCENE(what_is_put_is_looked_at_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
