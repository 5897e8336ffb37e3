// SPDX-License-Identifier: MIT
/* What is known of accounts outlives a restart. */
#include "account/vitals_keep.h"

#include <pthread.h>
#include <string.h>

#include "account/vitals.h"
#include "vitals_scene.h"

/* ---- what is known ------------------------------------------------------------- */

static struct health_view view(const struct scene *scene, const char *name)
{
    static const struct health_file fine;
    struct account *account = accounts_get(scene->accounts, str_of(name));
    struct health_view view =
        vitals_view(account->vitals, &fine, STR_EMPTY, scene->now_ms);

    account_unref(account);
    return view;
}

static void answer(struct scene *scene, const char *name, unsigned status)
{
    struct account *account = accounts_get(scene->accounts, str_of(name));
    struct vitals_answer answer = { .status = status,
                                    .retry_after_ms = HOUR_MS,
                                    .now_ms = scene->now_ms };

    (void)vitals_learn(account->vitals, &answer);
    account_unref(account);
}

static void pause_one(struct scene *scene)
{
    answer(scene, "one", 429);
}

static void assert_known(const struct scene *scene)
{
    assert_int_equal(view(scene, "one").state, HEALTH_PAUSED);
    assert_true(view(scene, "one").until_ms == scene->now_ms + HOUR_MS);
    assert_int_equal(view(scene, "two").state, HEALTH_READY);
    assert_true(home_of(scene, 7) == bindings_account(STR("two")));
    assert_true(home_of(scene, UINT64_MAX) == bindings_account(STR("one")));
    assert_true(owner_of(scene, 7) == bindings_account(STR("one")));
}

static void make_known(struct scene *scene)
{
    pause_one(scene);
    bind(scene, 7, "two");
    bind(scene, UINT64_MAX, "one");
    own(scene, 7, "one");
}

/* ---- the tests ------------------------------------------------------------------ */

static void what_changes_is_kept(void **state)
{
    struct scene *scene = *state;

    load(scene);
    keep(scene, 1);
    make_known(scene);
    until_rows(scene, 5);
    end(scene);
    begin_again(scene);
    assert_known(scene);
    /* What moves takes the place of what was. */
    keep(scene, 1);
    bind(scene, 7, "one");
    own(scene, 8, "two");
    until_rows(scene, 6);
    end(scene);
    begin_again(scene);
    assert_true(home_of(scene, 7) == bindings_account(STR("one")));
    assert_true(owner_of(scene, 8) == bindings_account(STR("two")));
    assert_int_equal(view(scene, "one").state, HEALTH_PAUSED);
}

static void an_end_hands_over_what_is_left(void **state)
{
    struct scene *scene = *state;

    keep(scene, 3600000);
    make_known(scene);
    end(scene);
    begin_again(scene);
    assert_known(scene);
    vitals_keep_stop(NULL);
    vitals_keep_free(NULL);
}

#define MANY (3 * BINDINGS_TAKEN_MAX)

static void own_many(struct scene *scene)
{
    for (uint64_t id = 1; id <= MANY; id++)
        own(scene, id, "two");
}

static void assert_many(const struct scene *scene)
{
    for (uint64_t id = 1; id <= MANY; id++)
        assert_true(owner_of(scene, id) == bindings_account(STR("two")));
}

/* In one second, or at the end. */
static void however_much_changes_all_is_kept(void **state)
{
    struct scene *scene = *state;

    keep(scene, 50);
    own_many(scene);
    until_rows(scene, MANY + 1);
    end(scene);
    begin_again(scene);
    assert_many(scene);
}

static void an_end_hands_over_all_that_is_left(void **state)
{
    struct scene *scene = *state;

    keep(scene, 3600000);
    own_many(scene);
    end(scene);
    begin_again(scene);
    assert_many(scene);
}

static void *hurry(void *arg)
{
    accounts_hurry(arg);
    return NULL;
}

/* Whoever asks for it, on whichever thread, does not wait for the next look; nor does
   what is too much for one save. */
static void what_must_not_be_lost_is_kept_at_once(void **state)
{
    struct scene *scene = *state;
    pthread_t thread;

    keep(scene, 3600000);
    make_known(scene);
    wire_rest(scene->loop, 60);
    assert_int_equal(rows(scene), 0);
    assert_int_equal(pthread_create(&thread, NULL, hurry, scene->accounts), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    until_rows(scene, 5);
    accounts_hurry(scene->accounts);
    own_many(scene);
    until_rows(scene, MANY + 4);
    accounts_hurry(scene->accounts);
    accounts_hurry(scene->accounts);
    wire_rest(scene->loop, 60);
    accounts_hurry(scene->accounts);
    end(scene);
    begin_again(scene);
    accounts_hurry(scene->accounts);
    assert_many(scene);
}

/* A disk that is full for a while loses nothing. */
static void what_cannot_be_saved_now_is_saved_later(void **state)
{
    struct scene *scene = *state;

    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_IO, 3);
    keep(scene, 1);
    make_known(scene);
    until_rows(scene, 5);
    end(scene);
    begin_again(scene);
    assert_known(scene);
}

static bool has_come(void *arg)
{
    (void)arg;
    return script_sql_count(SCRIPT_SQL_COMMIT) > 0;
}

/* One that fails for good is told, and the account's next change has all of it. */
static void a_save_that_fails_is_told(void **state)
{
    struct scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(2);
    size_t before = script_sql_count(SCRIPT_SQL_COMMIT);
    char *said;

    assert_int_equal(before, 0);
    script_sql_fail(SCRIPT_SQL_COMMIT, ERR_BROKEN, 1);
    keep(scene, 1);
    pause_one(scene);
    wire_until(scene->loop, has_come, NULL);
    wire_rest(scene->loop, 20);
    answer(scene, "one", 401);
    until_rows(scene, 1);
    said = unit_capture_end(&capture);
    unit_assert_part(said, "keeping how accounts are: ");
    mem_free(said);
    end(scene);
    begin_again(scene);
    assert_int_equal(view(scene, "one").state, HEALTH_LOGIN_REQUIRED);
}

/* Accounts that are gone, documents that nobody can read, sessions that are over. */
static void what_makes_no_sense_is_passed_over(void **state)
{
    struct scene *scene = *state;

    run(scene, "INSERT INTO account_state(name, relay, doc)"
               " VALUES('one', 'a:1', 'tea')");
    run(scene, "INSERT INTO account_state(name, relay, doc)"
               " VALUES('gone', 'a:1', '{}')");
    run(scene, "INSERT INTO binding(session, account, until_ms)"
               " VALUES(7, 8, 9)");
    load(scene);
    assert_int_equal(view(scene, "one").state, HEALTH_READY);
    assert_true(home_of(scene, 7) == 0);
    /* The next save takes what is over away. */
    keep(scene, 1);
    bind(scene, 8, "one");
    until_rows(scene, 3);
}

/* Nothing is known of it: nothing is written, so that nothing has to be waited for. */
static void an_account_that_comes_changes_nothing(void **state)
{
    struct scene *scene = *state;
    size_t before;

    keep(scene, 1);
    before = script_sql_count(SCRIPT_SQL_COMMIT);
    put(scene, &account_kind_apikey, "three", KEY);
    wire_rest(scene->loop, 20);
    vitals_keep_stop(scene->keep);
    records_stop(scene->records);
    assert_int_equal(script_sql_count(SCRIPT_SQL_COMMIT), before);
    /* Nor is it of what is known of another one of its name. */
    end(scene);
    begin_again(scene);
    keep(scene, 1);
    pause_one(scene);
    until_rows(scene, 1);
    accounts_put(scene->accounts,
                 unit_account(&account_kind_apikey, "one", KEY), false);
    end(scene);
    begin_again(scene);
    assert_int_equal(view(scene, "one").state, HEALTH_PAUSED);
}

/* ---- several relays -------------------------------------------------------- */

static void what_one_learned_is_not_overwritten_by_another(void **state)
{
    struct scene *scene = *state;

    keep_as(scene, "a:1", 1);
    pause_one(scene);
    until_rows(scene, 1);
    end(scene);
    begin_again(scene);
    keep_as(scene, "b:2", 1);
    pause_one(scene);
    until_rows(scene, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_changes_is_kept),
        TEST(an_end_hands_over_what_is_left),
        TEST(however_much_changes_all_is_kept),
        TEST(an_end_hands_over_all_that_is_left),
        TEST(what_must_not_be_lost_is_kept_at_once),
        TEST(what_cannot_be_saved_now_is_saved_later),
        TEST(a_save_that_fails_is_told),
        TEST(an_account_that_comes_changes_nothing),
        TEST(what_makes_no_sense_is_passed_over),
        TEST(what_one_learned_is_not_overwritten_by_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
