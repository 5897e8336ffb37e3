// SPDX-License-Identifier: MIT
/* What the operator says is written before it is told, and heard by other relays. */
#include "account/said.h"

#include "account/vitals.h"
#include "account/vitals_keep.h"
#include "accounts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "unit.h"
#include "wire.h"

#define HOUR_MS 3600000u
#define KEY "{\"api_key\":\"sk-ant-api03-x\"}"

/* Each relay has its own. */
struct relay {
    struct records *records;
    struct accounts *accounts;
    struct said_watch *watch;
};

struct scene {
    char *folder;
    struct loop *loop;
    struct relay here;
    struct relay there;
    uint64_t now_ms;
    unsigned wakes;
};

static void start(struct scene *scene, struct relay *relay)
{
    struct err err;

    relay->records = records_open(scene->folder, &err);
    if (!relay->records)
        fail_msg("%s", err.text);
    relay->accounts = accounts_new();
    accounts_put(relay->accounts,
                 unit_account(&account_kind_apikey, "one", KEY), false);
    relay->watch = said_watch_new(
        &(struct said_watch_options){ .records = relay->records,
                                      .loop = scene->loop,
                                      .accounts = relay->accounts,
                                      .every_ms = 1 });
}

static int open_scene(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->folder = unit_folder_new();
    scene->loop = loop_new();
    scene->now_ms = clock_wall_ms();
    start(scene, &scene->here);
    start(scene, &scene->there);
    *state = scene;
    return 0;
}

static void stop(struct relay *relay)
{
    said_watch_stop(relay->watch);
    records_stop(relay->records);
}

static void done(struct relay *relay)
{
    said_watch_free(relay->watch);
    records_free(relay->records);
    accounts_free(relay->accounts);
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    stop(&scene->here);
    stop(&scene->there);
    loop_free(scene->loop);
    done(&scene->here);
    done(&scene->there);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

/* ---- asking -------------------------------------------------------------- */

static void woken(void *arg)
{
    ((struct scene *)arg)->wakes++;
}

static bool is_done(void *arg)
{
    return said_is_done(arg);
}

static struct said *say(struct scene *scene, struct relay *at,
                        enum said_what what)
{
    struct account *account = accounts_get(at->accounts, STR("one"));
    struct said *said =
        said_start(at->records, scene->loop,
                   &(struct said_ask){ .account = account,
                                       .what = what,
                                       .until_ms = scene->now_ms + HOUR_MS,
                                       .note = STR("tea"),
                                       .now_ms = scene->now_ms },
                   woken, scene);

    account_unref(account);
    return said;
}

static void have_said(struct scene *scene, struct relay *at,
                      enum said_what what)
{
    struct said *said = say(scene, at, what);
    struct err err;

    wire_until(scene->loop, is_done, said);
    assert_true(said_result(said, &err));
    said_free(said);
}

static enum health_state state_at(const struct scene *scene,
                                  const struct relay *relay)
{
    static const struct health_file fine;
    struct account *account = accounts_get(relay->accounts, STR("one"));
    enum health_state found =
        vitals_view(account->vitals, &fine, STR_EMPTY, scene->now_ms).state;

    account_unref(account);
    return found;
}

static void learn(const struct scene *scene, const struct relay *relay,
                  unsigned status)
{
    struct account *account = accounts_get(relay->accounts, STR("one"));

    (void)vitals_learn(account->vitals,
                       &(struct vitals_answer){ .status = status,
                                                .retry_after_ms = HOUR_MS,
                                                .now_ms = scene->now_ms });
    account_unref(account);
}

struct awaited {
    const struct scene *scene;
    const struct relay *relay;
    enum health_state state;
};

static bool is_so(void *arg)
{
    const struct awaited *awaited = arg;

    return state_at(awaited->scene, awaited->relay) == awaited->state;
}

static void becomes(struct scene *scene, const struct relay *relay,
                    enum health_state wanted)
{
    wire_until(scene->loop, is_so, &(struct awaited){ scene, relay, wanted });
}

/* ---- the tests ------------------------------------------------------------ */

/* Both say something in turn, whatever their clocks say. */
static void what_is_said_at_one_holds_at_the_other(void **state)
{
    struct scene *scene = *state;

    have_said(scene, &scene->here, SAID_PAUSE);
    assert_int_equal(state_at(scene, &scene->here), HEALTH_PAUSED);
    becomes(scene, &scene->there, HEALTH_PAUSED);
    have_said(scene, &scene->there, SAID_RESUME);
    assert_int_equal(state_at(scene, &scene->there), HEALTH_READY);
    becomes(scene, &scene->here, HEALTH_READY);
    scene->now_ms -= HOUR_MS;
    have_said(scene, &scene->here, SAID_PAUSE);
    becomes(scene, &scene->there, HEALTH_PAUSED);
    assert_int_equal(scene->wakes, 3);
}

static void clearing_holds_at_both_and_leaves_the_pause(void **state)
{
    struct scene *scene = *state;

    have_said(scene, &scene->here, SAID_PAUSE);
    becomes(scene, &scene->there, HEALTH_PAUSED);
    learn(scene, &scene->here, 401);
    learn(scene, &scene->there, 401);
    have_said(scene, &scene->here, SAID_CLEAR);
    assert_int_equal(state_at(scene, &scene->here), HEALTH_PAUSED);
    becomes(scene, &scene->there, HEALTH_PAUSED);
    /* Once: what is learned afterwards counts. */
    learn(scene, &scene->there, 401);
    have_said(scene, &scene->here, SAID_RESUME);
    becomes(scene, &scene->here, HEALTH_READY);
    assert_int_equal(state_at(scene, &scene->there), HEALTH_LOGIN_REQUIRED);
}

static void nobody_need_wait_for_it(void **state)
{
    struct scene *scene = *state;

    said_free(say(scene, &scene->here, SAID_PAUSE));
    becomes(scene, &scene->here, HEALTH_PAUSED);
    becomes(scene, &scene->there, HEALTH_PAUSED);
    assert_int_equal(scene->wakes, 0);
}

static bool keep_count(void *arg, const struct sql_row *row)
{
    *(int64_t *)arg = sql_row_number(row, 0);
    return true;
}

static bool count(struct sql *sql, void *arg, struct err *err)
{
    const struct sql_ask ask = { .text = "SELECT count(*) FROM account_said",
                                 .row = keep_count,
                                 .arg = arg };

    return sql_query(sql, &ask, err);
}

static bool nothing_is_said(void *arg)
{
    const struct scene *scene = arg;
    int64_t said = -1;
    struct err err;

    assert_true(records_do(scene->here.records,
                           &(struct records_work){
                               .run = count, .arg = &said, .reads = true },
                           &err));
    return said == 0;
}

/* Also if another one has its name at once. */
static void what_was_said_of_an_account_goes_with_it(void **state)
{
    struct scene *scene = *state;
    struct accounts *accounts = scene->here.accounts;
    struct account *one = accounts_get(accounts, STR("one"));
    struct vitals_keep *keep = vitals_keep_new(
        &(struct vitals_keep_options){ .loop = scene->loop,
                                       .records = scene->here.records,
                                       .accounts = accounts,
                                       .relay = "a:1",
                                       .every_ms = 1 });

    have_said(scene, &scene->here, SAID_PAUSE);
    assert_false(nothing_is_said(scene));
    accounts_forget(accounts, one);
    accounts_put(accounts, unit_account(&account_kind_apikey, "one", KEY),
                 false);
    account_unref(one);
    wire_until(scene->loop, nothing_is_said, scene);
    vitals_keep_stop(keep);
    stop(&scene->here);
    vitals_keep_free(keep);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_said_at_one_holds_at_the_other),
        TEST(clearing_holds_at_both_and_leaves_the_pause),
        TEST(nobody_need_wait_for_it),
        TEST(what_was_said_of_an_account_goes_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
