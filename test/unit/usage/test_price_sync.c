// SPDX-License-Identifier: MIT
/* Keeping the board in step with its file. */
#include "usage/price_sync.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

struct scene {
    char *folder;
    struct store *store;
    struct loop *loop;
    struct price_board *board;
    struct price_sync *sync;
    struct loop_timer *timer;
    const char *wanted; /* a version, or part of a complaint */
    uint64_t price;     /* else, of input */
};

/* Its name, or all of it. */
static bool is_version(const struct prices *prices, const char *wanted)
{
    struct str version = str_of(prices_version(prices));

    return str_eq(version, str_of(wanted)) ||
           str_eq(str_sub(version, 0, str_index(version, ':')), str_of(wanted));
}

static uint64_t price_of(const struct scene *scene)
{
    struct prices *prices = price_board_take(scene->board);
    const struct price *price = prices_find(prices, STR("a"), 0);
    uint64_t input =
        price ? price_tokens_microusd(price, PRICE_INPUT, 1000000) : 0;

    prices_unref(prices);
    return input;
}

static bool is_so(struct scene *scene)
{
    struct prices *prices = price_board_take(scene->board);
    char text[PRICE_COMPLAINT_MAX];
    bool so = is_version(prices, scene->wanted) ||
              (price_board_complaint(scene->board, text) &&
               strstr(text, scene->wanted));

    prices_unref(prices);
    return so && (scene->price == 0 || scene->price == price_of(scene));
}

static void look(void *arg)
{
    struct scene *scene = arg;

    if (is_so(scene))
        loop_stop(scene->loop);
    else
        loop_timer_set(scene->timer, 1);
}

static void wait_for(struct scene *scene, const char *wanted)
{
    scene->wanted = wanted;
    loop_timer_set(scene->timer, 0);
    loop_run(scene->loop);
}

static int set_up_with(void **state, uint64_t missed_ms)
{
    struct scene *scene = MEM_NEW(struct scene);
    struct err err;

    scene->folder = unit_folder_new();
    scene->store = store_open(scene->folder, NULL, &err);
    assert_non_null(scene->store);
    scene->loop = loop_new();
    scene->board = price_board_new();
    scene->timer = loop_timer_new(scene->loop, look, scene);
    scene->sync =
        price_sync_new(&(struct price_sync_options){ .loop = scene->loop,
                                                     .store = scene->store,
                                                     .board = scene->board,
                                                     .folder = scene->folder,
                                                     .missed_ms = missed_ms });
    *state = scene;
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, 1);
}

/* What is not there never goes within a test. */
static int set_up_patient(void **state)
{
    return set_up_with(state, 3600000);
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    price_sync_free(scene->sync);
    loop_timer_free(scene->timer);
    store_stop(scene->store);
    loop_free(scene->loop);
    store_free(scene->store);
    price_board_free(scene->board);
    unit_folder_free(scene->folder);
    mem_free(scene);
    return 0;
}

static void write_version(const struct scene *scene, const char *version)
{
    char text[200];

    (void)snprintf(text, sizeof(text),
                   "{\"version\":\"%s\",\"embedded\":false,\"models\":["
                   "{\"model\":\"a\",\"input\":1,\"output\":1}]}",
                   version);
    unit_write(scene->folder, "prices.json", text);
}

static void a_changed_file_is_shown(void **state)
{
    struct scene *scene = *state;
    struct prices *own = prices_default();

    write_version(scene, "one");
    price_sync_changed(scene->sync, "prices.json");
    wait_for(scene, "one");
    write_version(scene, "two");
    price_sync_changed(scene->sync, NULL);
    wait_for(scene, "two");
    unit_write(scene->folder, "prices.json", "{");
    price_sync_changed(scene->sync, "prices.json");
    wait_for(scene, "not valid JSON");
    assert_int_equal(unlink(unit_path(scene->folder, "prices.json")), 0);
    price_sync_changed(scene->sync, "prices.json");
    wait_for(scene, prices_version(own));
    prices_unref(own);
}

static void stop(void *arg)
{
    loop_stop(arg);
}

static void let_pass(struct scene *scene, uint64_t ms)
{
    struct loop_timer *timer = loop_timer_new(scene->loop, stop, scene->loop);

    loop_timer_set(timer, ms);
    loop_run(scene->loop);
    loop_timer_free(timer);
}

/* An editor moves it away, and writes another one. */
static void a_file_that_is_away_for_a_moment_stays_in_force(void **state)
{
    struct scene *scene = *state;

    write_version(scene, "one");
    price_sync_changed(scene->sync, "prices.json");
    wait_for(scene, "one");
    assert_int_equal(unlink(unit_path(scene->folder, "prices.json")), 0);
    for (size_t i = 0; i < 3; i++) {
        price_sync_changed(scene->sync, "prices.json");
        let_pass(scene, 40);
        assert_true(is_so(scene));
    }
    write_version(scene, "two");
    price_sync_changed(scene->sync, "prices.json");
    wait_for(scene, "two");
}

/* Told again and again, also while it is read: the last one counts. */
static void what_changes_meanwhile_is_read_again(void **state)
{
    struct scene *scene = *state;

    write_version(scene, "one");
    price_sync_changed(scene->sync, "prices.json");
    price_sync_changed(scene->sync, "prices.json");
    wait_for(scene, "one");
    for (size_t i = 0; i < 20; i++) {
        char version[8];

        (void)snprintf(version, sizeof(version), "v%zu", i);
        write_version(scene, version);
        price_sync_changed(scene->sync, "prices.json");
        if (i % 3 == 0)
            wait_for(scene, version);
    }
    wait_for(scene, "v19");
}

static void other_files_are_none_of_its(void **state)
{
    struct scene *scene = *state;

    write_version(scene, "one");
    price_sync_changed(scene->sync, "oauth_main.json");
    price_sync_changed(scene->sync, "prices.json.tmp");
    scene->wanted = "one";
    assert_false(is_so(scene));
    price_sync_changed(scene->sync, "prices.json");
    wait_for(scene, "one");
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

/* Once for each table, and once for each reason why there is none. */
static void another_table_is_in_the_audit_log(void **state)
{
    struct scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
    static const char *const files[] = { "{", "{", "one", "one", "two" };
    char *text;

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        bool valid = files[i][0] != '{';

        if (valid)
            write_version(scene, files[i]);
        else
            unit_write(scene->folder, "prices.json", files[i]);
        price_sync_changed(scene->sync, "prices.json");
        wait_for(scene, valid ? files[i] : "not valid JSON");
    }
    text = unit_capture_end(&capture);
    unit_assert_part(text, "audit who=relay action=prices.load "
                           "target=prices.json changed=version before=");
    unit_assert_part(text, "audit who=relay action=prices.load "
                           "target=prices.json refused=");
    assert_int_equal(count_of(text, "changed=version"), 2);
    assert_int_equal(count_of(text, "refused="), 1);
    mem_free(text);
}

static void write_price(const struct scene *scene, uint64_t input)
{
    char text[200];

    (void)snprintf(text, sizeof(text),
                   "{\"version\":\"v1\",\"embedded\":false,\"models\":["
                   "{\"model\":\"a\",\"input\":%llu,\"output\":1}]}",
                   (unsigned long long)input);
    unit_write(scene->folder, "prices.json", text);
}

/* Whoever forgets to change its name. */
static void another_content_is_another_table(void **state)
{
    struct scene *scene = *state;
    struct unit_capture capture = unit_capture_begin(STDERR_FILENO);
    char *text;

    for (uint64_t input = 1; input <= 3; input++) {
        write_price(scene, input);
        price_sync_changed(scene->sync, "prices.json");
        scene->price = input;
        wait_for(scene, "v1");
    }
    text = unit_capture_end(&capture);
    assert_int_equal(count_of(text, "changed=version"), 3);
    assert_int_equal(count_of(text, " is in force (prices.json)"), 3);
    mem_free(text);
}

/* What is being read is dropped. */
static void it_may_go_while_it_reads(void **state)
{
    struct scene *scene = *state;

    write_version(scene, "one");
    price_sync_changed(scene->sync, "prices.json");
    price_sync_free(scene->sync);
    scene->sync = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_changed_file_is_shown),
        cmocka_unit_test_setup_teardown(
            a_file_that_is_away_for_a_moment_stays_in_force, set_up_patient,
            tear_down),
        TEST(what_changes_meanwhile_is_read_again),
        TEST(other_files_are_none_of_its),
        TEST(another_table_is_in_the_audit_log),
        TEST(another_content_is_another_table),
        TEST(it_may_go_while_it_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
