// SPDX-License-Identifier: MIT
/* What was known of accounts, by whom, and what the operator said of them. */
#include "account/vitals_load.h"

#include <stdio.h>

#include "account/vitals.h"
#include "accounts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "script_sql.h"
#include "unit.h"

#define HOUR_MS 3600000u
#define SIGN_IN                                                                \
    "{\"access_token\":\"sk-ant-oat01-a\","                                    \
    "\"expires_at\":\"2999-01-01T00:00:00Z\"}"
#define SIGN_IN_OFF                                                            \
    "{\"access_token\":\"sk-ant-oat01-a\","                                    \
    "\"expires_at\":\"2999-01-01T00:00:00Z\",\"enabled\":false}"

struct scene {
    char *folder;
    struct records *records;
    struct accounts *accounts;
    uint64_t now_ms;
};

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->records = script_sql_records(scene->folder);
    scene->now_ms = clock_wall_ms();
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    records_free(scene->records);
    accounts_free(scene->accounts);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static bool run_text(struct sql *sql, void *arg, struct err *err)
{
    return sql_run(sql, arg, SQL_NO_VALUES, err);
}

static void run(struct scene *scene, const char *text)
{
    char copy[400];
    struct err err;

    (void)snprintf(copy, sizeof(copy), "%s", text);
    if (!records_do(scene->records,
                    &(struct records_work){ .run = run_text, .arg = copy },
                    &err))
        fail_msg("%s", err.text);
}

/* What a relay learned of "one": that it is paused for so many hours; and that the
   operator had cleared it by then. */
static void learned(struct scene *scene, const char *relay, unsigned hours,
                    uint64_t cleared_ms)
{
    char text[400];

    (void)snprintf(text, sizeof(text),
                   "INSERT INTO account_state(name, relay, doc) VALUES('one',"
                   " '%s', '{\"taught\":{\"since\":1,\"until\":%llu},"
                   "\"cleared\":%llu}')",
                   relay, (unsigned long long)(scene->now_ms + hours * HOUR_MS),
                   (unsigned long long)cleared_ms);
    run(scene, text);
}

static void said(struct scene *scene, unsigned hours, uint64_t cleared_ms)
{
    char text[400];

    (void)snprintf(text, sizeof(text),
                   "INSERT INTO account_said(name, said_ms, since_ms,"
                   " until_ms, why, cleared_ms)"
                   " VALUES('one', 7, 1, %llu, 'tea', %llu)",
                   (unsigned long long)(hours > 0
                                            ? scene->now_ms + hours * HOUR_MS
                                            : 0),
                   (unsigned long long)cleared_ms);
    run(scene, text);
}

/* For how many hours it is paused. */
static unsigned hours_at(struct scene *scene, const char *relay)
{
    static const struct health_file fine;
    struct account *account;
    struct health_view view;
    struct err err;

    accounts_free(scene->accounts);
    scene->accounts = accounts_new();
    accounts_put(scene->accounts,
                 unit_account(&account_kind_oauth, "one", SIGN_IN), false);
    if (!vitals_load(scene->records, scene->accounts, relay, true, &err))
        fail_msg("%s", err.text);
    account = accounts_get(scene->accounts, STR("one"));
    view = vitals_view(account->vitals, &fine, STR_EMPTY, scene->now_ms);
    account_unref(account);
    return view.until_ms > 0
               ? (unsigned)((view.until_ms - scene->now_ms) / HOUR_MS)
               : 0;
}

static void each_relay_knows_what_it_learned(void **state)
{
    struct scene *scene = *state;

    learned(scene, "a:1", 5, 0);
    learned(scene, "b:2", 3, 0);
    learned(scene, "c:3", 4, 0);
    assert_int_equal(hours_at(scene, "a:1"), 5);
    assert_int_equal(hours_at(scene, "b:2"), 3);
    assert_int_equal(hours_at(scene, "c:3"), 4);
}

static void a_new_one_knows_what_others_learned(void **state)
{
    struct scene *scene = *state;

    learned(scene, "a:1", 5, 0);
    assert_int_equal(hours_at(scene, "new:4"), 5);
}

static void the_operator_goes_before_what_was_learned(void **state)
{
    struct scene *scene = *state;

    learned(scene, "before:1", 5, 6);
    learned(scene, "after:2", 5, 7);
    said(scene, 0, 7);
    assert_int_equal(hours_at(scene, "before:1"), 0);
    assert_int_equal(hours_at(scene, "after:2"), 5);
}

static void his_pause_is_beside_what_was_learned(void **state)
{
    struct scene *scene = *state;

    learned(scene, "long:1", 5, 0);
    learned(scene, "short:2", 1, 0);
    said(scene, 2, 0);
    assert_int_equal(hours_at(scene, "long:1"), 5);
    assert_int_equal(hours_at(scene, "short:2"), 2);
}

/* Of a key the name is not enough: another one is another account.  A sign-in is another
   credential of the same: what was held against the old one is over. */
static void another_credential_begins_anew(void **state)
{
    static const struct health_file fine;
    struct scene *scene = *state;
    struct account *account;
    struct err err;

    learned(scene, "a:1", 5, 0);
    run(scene, "UPDATE account_state SET doc = '{\"stopped\":\"blocked\","
               "\"credential\":\"another\"}'");
    assert_int_equal(hours_at(scene, "a:1"), 0);
    run(scene, "INSERT INTO account_state(name, relay, doc) VALUES('key',"
               " 'a:1', '{\"taught\":{\"since\":1,\"until\":1795900000000},"
               "\"credential\":\"another\"}')");
    accounts_put(scene->accounts,
                 unit_account(&account_kind_apikey, "key",
                              "{\"api_key\":\"sk-ant-api03-x\"}"),
                 false);
    if (!vitals_load(scene->records, scene->accounts, "a:1", true, &err))
        fail_msg("%s", err.text);
    account = accounts_get(scene->accounts, STR("one"));
    assert_int_equal(
        vitals_view(account->vitals, &fine, STR_EMPTY, scene->now_ms).state,
        HEALTH_READY);
    account_unref(account);
    account = accounts_get(scene->accounts, STR("key"));
    assert_int_equal(
        vitals_view(account->vitals, &fine, STR_EMPTY, 1795900000000 - 1).state,
        HEALTH_READY);
    account_unref(account);
}

/* As a start does it: the files first, then what was known of them. */
static struct health_view view_of_off(struct scene *scene)
{
    static const struct health_file off = { .disabled = true };
    struct account *account;
    struct health_view view;
    struct err err;

    accounts_free(scene->accounts);
    scene->accounts = accounts_new();
    accounts_put(scene->accounts,
                 unit_account(&account_kind_oauth, "one", SIGN_IN_OFF), false);
    if (!vitals_load(scene->records, scene->accounts, "a:1", true, &err))
        fail_msg("%s", err.text);
    account = accounts_get(scene->accounts, STR("one"));
    view = vitals_view(account->vitals, &off, STR_EMPTY, scene->now_ms);
    account_unref(account);
    return view;
}

static void since_when_it_is_off_outlives_a_restart(void **state)
{
    struct scene *scene = *state;
    struct health_view view = view_of_off(scene);

    assert_true(view.since_ms >= scene->now_ms);
    assert_true(view.found);
    run(scene, "INSERT INTO account_state(name, relay, doc) VALUES('one',"
               " 'a:1', '{\"off\":{\"since\":1700000000000}}')");
    view = view_of_off(scene);
    assert_true(view.since_ms == 1700000000000);
    assert_false(view.found);
}

static void what_was_switched_off_meanwhile_was_found_so(void **state)
{
    struct scene *scene = *state;
    struct health_view view;

    run(scene, "INSERT INTO account_state(name, relay, doc) VALUES('one',"
               " 'a:1', '{\"off\":null}')");
    view = view_of_off(scene);
    assert_true(view.since_ms >= scene->now_ms);
    assert_true(view.found);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_relay_knows_what_it_learned),
        TEST(a_new_one_knows_what_others_learned),
        TEST(the_operator_goes_before_what_was_learned),
        TEST(another_credential_begins_anew),
        TEST(since_when_it_is_off_outlives_a_restart),
        TEST(what_was_switched_off_meanwhile_was_found_so),
        TEST(his_pause_is_beside_what_was_learned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
