// SPDX-License-Identifier: MIT
/* What happens, told to all who listen: in each state, each event.  A relay that nobody
   asks anything, on the loop of the test. */
#include "admin/live.h"

#include <string.h>

#include "account/kinds.h"
#include "base/clock.h"
#include "base/mem.h"
#include "unit.h"
#include "wire.h"

struct scene {
    struct loop *loop;
    struct running *running;
    struct accounts *accounts;
    struct attention *attention;
    struct admin_facts facts;
    struct live *live;
    struct live_desk *desk;
    struct live_listener listener;
    struct buf got;
};

static int set_up(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->loop = loop_new();
    scene->running = running_new();
    (void)running_join(scene->running, scene->loop);
    scene->accounts = accounts_new();
    scene->attention = attention_new(
        &(struct attention_options){ .accounts = scene->accounts });
    scene->facts.started_ms = clock_steady_ms();
    scene->live =
        live_new(&(struct live_options){ .loop = scene->loop,
                                         .running = scene->running,
                                         .attention = scene->attention,
                                         .accounts = scene->accounts,
                                         .zone = zone_utc(),
                                         .facts = &scene->facts,
                                         .every_ms = 1 });
    scene->desk = live_join(scene->live, scene->loop);
    buf_init(&scene->got, 16u * 1024 * 1024);
    *state = scene;
    return 0;
}

static void wake(void *arg)
{
    struct scene *scene = arg;

    while (live_take(&scene->listener, &scene->got, SIZE_MAX))
        continue;
}

static void listen_now(struct scene *scene)
{
    assert_true(live_may_come(scene->live));
    live_listen(&scene->listener, scene->desk, wake, scene);
    live_came(scene->live);
}

static void leave(struct scene *scene)
{
    if (!scene->listener.desk)
        return;
    live_leave(&scene->listener);
    live_went(scene->live);
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    leave(scene);
    live_stop(scene->live);
    live_stop(scene->live); /* is fine */
    attention_free(scene->attention);
    accounts_free(scene->accounts);
    loop_free(scene->loop);
    live_free(scene->live);
    running_free(scene->running);
    buf_done(&scene->got);
    mem_free(scene);
    return 0;
}

static size_t count_of(const struct scene *scene, struct str what)
{
    struct str rest = buf_str(&scene->got);
    size_t count = 0;

    for (; rest.len >= what.len; rest = str_from(rest, 1))
        count += str_starts(rest, what);
    return count;
}

static bool has_figures(void *arg)
{
    return count_of(arg, STR("event: figures\n")) >= 1;
}

static bool has_them_again(void *arg)
{
    return count_of(arg, STR("event: figures\n")) >= 2;
}

static void nothing_is_looked_at_while_nobody_listens(void **state)
{
    struct scene *scene = *state;

    wire_turn_for(scene->loop, 5);
    assert_int_equal(scene->got.len, 0);
    wire_check_calm(scene->loop);
}

static void whoever_comes_is_told_all_of_it(void **state)
{
    struct scene *scene = *state;

    listen_now(scene);
    wire_until(scene->loop, has_figures, scene);
    assert_true(str_starts(buf_str(&scene->got), STR("retry: ")));
    assert_int_equal(count_of(scene, STR("event: running\n")), 1);
    assert_int_equal(count_of(scene,
                              STR("data: {\"requests\":[],\"more\":0}\n")),
                     1);
    assert_int_equal(count_of(scene, STR("data: {\"accounts\":[]}\n")), 1);
    assert_int_equal(count_of(scene, STR("data: {\"items\":[],\"more\":0}\n")),
                     1);
    assert_int_equal(count_of(scene, STR("event: ended\n")), 0);
}

/* Figures come now and then all the same, and a comment: it lives. */
static void what_has_not_changed_is_not_told_again(void **state)
{
    struct scene *scene = *state;

    listen_now(scene);
    wire_until(scene->loop, has_them_again, scene);
    assert_int_equal(count_of(scene, STR("event: running\n")), 1);
    assert_int_equal(count_of(scene, STR("event: accounts\n")), 1);
    assert_int_equal(count_of(scene, STR("event: attention\n")), 1);
}

static bool has_account(void *arg)
{
    return count_of(arg, STR("\"account\":\"main\"")) > 0;
}

static void what_changes_is_told(void **state)
{
    struct scene *scene = *state;
    struct err err;
    struct json_doc *doc =
        json_doc_parse(STR("{\"access_token\":\"sk-ant-oat01-a\"}"), &err);

    listen_now(scene);
    wire_until(scene->loop, has_figures, scene);
    accounts_put(scene->accounts,
                 account_from_doc(&account_kind_oauth, STR("main"), doc),
                 false);
    json_doc_free(doc);
    wire_until(scene->loop, has_account, scene);
}

static void who_leaves_is_told_nothing_and_it_rests(void **state)
{
    struct scene *scene = *state;
    size_t len;

    listen_now(scene);
    wire_until(scene->loop, has_figures, scene);
    leave(scene);
    len = scene->got.len;
    wire_turn_for(scene->loop, 20);
    assert_int_equal(scene->got.len, len);
    wire_check_calm(scene->loop);
    /* And again from the beginning. */
    buf_clear(&scene->got);
    listen_now(scene);
    wire_until(scene->loop, has_figures, scene);
    assert_int_equal(count_of(scene, STR("event: attention\n")), 1);
}

/* LOOKING: the workers have been asked, and have not told. */
static void it_may_be_stopped_while_it_looks(void **state)
{
    struct scene *scene = *state;

    listen_now(scene);
    live_came(scene->live);
    wire_turn(scene->loop);
    live_stop(scene->live);
    live_came(scene->live);
    wire_turn_for(scene->loop, 5);
}

static void so_many_and_no_more(void **state)
{
    struct scene *scene = *state;

    for (size_t i = 0; i < LIVE_LISTENERS_MAX; i++)
        assert_true(live_may_come(scene->live));
    assert_false(live_may_come(scene->live));
    live_went(scene->live);
    assert_true(live_may_come(scene->live));
    for (size_t i = 0; i < LIVE_LISTENERS_MAX; i++)
        live_went(scene->live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_looked_at_while_nobody_listens),
        TEST(whoever_comes_is_told_all_of_it),
        TEST(what_has_not_changed_is_not_told_again),
        TEST(what_changes_is_told),
        TEST(who_leaves_is_told_nothing_and_it_rests),
        TEST(it_may_be_stopped_while_it_looks),
        TEST(so_many_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
