// SPDX-License-Identifier: MIT
/* From how things are to what arrives. */
#include "notify/notifier.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "account/vitals.h"
#include "base/clock.h"
#include "base/log.h"
#include "place.h"
#include "script_store.h"
#include "store/store.h"

struct scene {
    struct place place;
    struct accounts *accounts;
    struct keyring *ring;
    struct notifier *notifier;
};

static void put_account(struct scene *scene)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(
        STR("{\"access_token\":\"sk-ant-oat01-a\",\"refresh_token\":"
            "\"sk-ant-ort01-a\",\"expires_at\":\"2099-01-01T00:00:00Z\"}"),
        &err);

    accounts_put(scene->accounts,
                 account_from_doc(&account_kind_oauth, STR("main"), doc),
                 false);
    json_doc_free(doc);
}

static void begin(struct scene *scene)
{
    log_setup(LOG_ERROR, LOG_TEXT);
    place_begin(&scene->place, NOTIFY_JSON);
    scene->accounts = accounts_new();
    scene->ring = keyring_new();
    put_account(scene);
    scene->notifier =
        notifier_new(&(struct notifier_options){ .loop = scene->place.loop,
                                                 .config = &scene->place.config,
                                                 .board = scene->place.board,
                                                 .accounts = scene->accounts,
                                                 .ring = scene->ring,
                                                 .every_ms = 1 });
}

static void end(struct scene *scene)
{
    notifier_free(scene->notifier);
    accounts_free(scene->accounts);
    keyring_free(scene->ring);
    place_end(&scene->place);
}

static void learn(struct scene *scene, unsigned status, bool clear)
{
    struct account *account = accounts_get(scene->accounts, STR("main"));

    if (clear)
        vitals_clear(account->vitals);
    else
        (void)vitals_learn(account->vitals,
                           &(struct vitals_answer){
                               .status = status, .now_ms = clock_wall_ms() });
    account_unref(account);
}

static struct str telling(struct json_doc *doc, size_t index)
{
    struct str id = STR_EMPTY;

    (void)json_doc_get_str(json_doc_at(json_doc_get(doc, "telling"), index),
                           "id", &id);
    return id;
}

/* What the page needs to say it in its reader's language. */
static void expect_facts(const struct json_doc *doc)
{
    const struct json_doc *told = json_doc_at(json_doc_get(doc, "telling"), 0);
    struct str text;

    assert_true(json_doc_get_str(told, "subject", &text));
    unit_assert_str(text, "main");
    assert_true(json_doc_is_null(json_doc_get(told, "until")));
    assert_true(
        json_doc_get_str(json_doc_get(told, "details"), "about", &text));
    unit_assert_str(text, "account");
}

static void what_begins_and_ends_arrives_once(void **state)
{
    struct scene scene;
    struct json_doc *doc;
    uint64_t sent = 0;

    (void)state;
    begin(&scene);
    learn(&scene, 401, false);
    place_expect(&scene.place, "\"id\":\"account_login_required:main\"");
    wire_expect(&scene.place.peer, "\"state\":\"begun\"");
    place_answer(&scene.place, "200 OK", "");
    wire_expect_end(&scene.place.peer);
    wire_turn_for(scene.place.loop, 50);
    doc = notifier_doc(scene.notifier);
    assert_true(json_doc_get_u64(doc, "sent", &sent));
    assert_int_equal(sent, 1);
    assert_int_equal(json_doc_count(json_doc_get(doc, "telling")), 1);
    unit_assert_str(telling(doc, 0), "account_login_required:main");
    expect_facts(doc);
    json_doc_free(doc);
    learn(&scene, 0, true);
    place_expect(&scene.place, "\"id\":\"account_login_required:main\"");
    wire_expect(&scene.place.peer, "\"state\":\"over\"");
    place_answer(&scene.place, "200 OK", "");
    wire_expect_end(&scene.place.peer);
    end(&scene);
}

static void without_a_place_nothing_is_told(void **state)
{
    struct config nowhere = { .notify = { .url = { .host = STR_EMPTY } } };
    struct notify_board *board = notify_board_new(&nowhere);
    struct loop *loop = loop_new();
    struct notifier *notifier = notifier_new(&(struct notifier_options){
        .loop = loop, .config = &nowhere, .board = board, .every_ms = 1 });
    struct json_doc *doc;

    (void)state;
    wire_turn_for(loop, 20);
    doc = notifier_doc(notifier);
    notifier_free(notifier);
    notify_board_free(board);
    loop_free(loop);
    notifier_free(NULL);
    assert_int_equal(json_doc_count(json_doc_get(doc, "telling")), 0);
    assert_true(json_doc_is_null(json_doc_get(doc, "last")));
    json_doc_free(doc);
}

/* Kept in a store that the test plays. */
static void keep(struct notify_board *board, struct script_store *script,
                 unsigned port)
{
    char doc[256];

    (void)snprintf(doc, sizeof(doc),
                   "{\"notify_url\":\"http://127.0.0.1:%u%s\"}", port,
                   PLACE_TARGET);
    script_store_put(script, NOTIFY_TARGET_KEY, port > 0 ? doc : "{}");
    notify_board_load(board, script_store_driver(script));
}

static bool is_idle(void *arg)
{
    struct json_doc *doc = notifier_doc(arg);
    bool idle = json_doc_count(json_doc_get(doc, "telling")) == 0;

    json_doc_free(doc);
    return idle;
}

static void another_place_is_told_all_that_holds(void **state)
{
    struct scene scene;
    struct script_store *script = script_store_new();
    struct notify_board *board;

    (void)state;
    begin(&scene);
    notifier_free(scene.notifier);
    scene.place.config.notify.url.host = STR_EMPTY;
    board = notify_board_new(&scene.place.config);
    scene.notifier =
        notifier_new(&(struct notifier_options){ .loop = scene.place.loop,
                                                 .config = &scene.place.config,
                                                 .board = board,
                                                 .accounts = scene.accounts,
                                                 .ring = scene.ring,
                                                 .every_ms = 1 });
    learn(&scene, 401, false);
    wire_turn_for(scene.place.loop, 20);
    keep(board, script, scene.place.port);
    place_expect(&scene.place, "\"id\":\"account_login_required:main\"");
    place_answer(&scene.place, "200 OK", "");
    wire_expect_end(&scene.place.peer);
    keep(board, script, 0);
    wire_until(scene.place.loop, is_idle, scene.notifier);
    end(&scene);
    notify_board_free(board);
    store_free(store_over(script_store_driver(script)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_begins_and_ends_arrives_once),
        cmocka_unit_test(without_a_place_nothing_is_told),
        cmocka_unit_test(another_place_is_told_all_that_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
