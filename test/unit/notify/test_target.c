// SPDX-License-Identifier: MIT
/* Where notices go: options first, then what is kept. */
#include "notify/target.h"

#include "base/log.h"
#include "script_store.h"
#include "store/store.h"
#include "unit.h"

#define HOOK "https://hooks.slack.com/services/CANARY"

struct scene {
    struct config config;
    struct script_store *script;
    struct notify_board *board;
};

static void begin(struct scene *scene, const char *host)
{
    log_setup(LOG_ERROR, LOG_TEXT);
    *scene = (struct scene){ .script = script_store_new() };
    scene->config.notify.url.host = str_of(host);
    scene->board = notify_board_new(&scene->config);
}

static void end(struct scene *scene)
{
    notify_board_free(scene->board);
    store_free(store_over(script_store_driver(scene->script)));
}

static void keep(struct scene *scene, const char *doc)
{
    script_store_put(scene->script, NOTIFY_TARGET_KEY, doc);
    notify_board_load(scene->board, script_store_driver(scene->script));
}

static void what_is_kept_is_the_target(void **state)
{
    const struct notify_target *target;
    struct scene scene;

    (void)state;
    begin(&scene, "");
    assert_false(notify_board_is_fixed(scene.board));
    assert_null(notify_board_take(scene.board));
    keep(&scene, "{\"notify_url\":\"" HOOK "\",\"format\":\"slack\","
                 "\"changed_at\":\"1970-01-01T00:00:07Z\"}");
    target = notify_board_take(scene.board);
    assert_int_equal(target->format, NOTIFY_SLACK);
    assert_int_equal(target->since_ms, 7000);
    assert_int_equal(target->length, strlen(HOOK));
    unit_assert_str(target->to.url.host, "hooks.slack.com");
    unit_assert_str(target->to.target, "/services/CANARY");
    keep(&scene, "{}");
    assert_null(notify_board_take(scene.board));
    unit_assert_str(target->to.url.host, "hooks.slack.com"); /* still ours */
    notify_target_unref(target);
    end(&scene);
}

static void the_same_again_is_the_same(void **state)
{
    const char *doc = "{\"notify_url\":\"" HOOK "\"}";
    const struct notify_target *before;
    const struct notify_target *after;
    struct scene scene;

    (void)state;
    begin(&scene, "");
    keep(&scene, doc);
    before = notify_board_take(scene.board);
    keep(&scene, doc);
    after = notify_board_take(scene.board);
    assert_ptr_equal(before, after);
    notify_target_unref(before);
    notify_target_unref(after);
    end(&scene);
}

static void the_options_win(void **state)
{
    const struct notify_target *target;
    struct scene scene;

    (void)state;
    begin(&scene, "option.example");
    assert_true(notify_board_is_fixed(scene.board));
    keep(&scene, "{\"notify_url\":\"" HOOK "\"}");
    target = notify_board_take(scene.board);
    unit_assert_str(target->to.url.host, "option.example");
    assert_int_equal(target->since_ms, 0);
    notify_target_unref(target);
    end(&scene);
}

static void what_cannot_be_used_goes_nowhere(void **state)
{
    static const char *const docs[] = {
        "{\"notify_url\":\"http://elsewhere.example/\"}",
        "{\"notify_url\":\"" HOOK "\",\"format\":\"pigeon\"}",
        "{\"notify_url\":\"" HOOK "\",\"format\":\"telegram\"}",
    };
    struct scene scene;

    (void)state;
    begin(&scene, "");
    for (size_t i = 0; i < COUNT_OF(docs); i++) {
        keep(&scene, "{\"notify_url\":\"" HOOK "\"}");
        keep(&scene, docs[i]);
        assert_null(notify_board_take(scene.board));
    }
    end(&scene);
}

static void an_offer_is_checked_like_the_option(void **state)
{
    struct config config = { .host = STR("0.0.0.0") };
    static const struct {
        const char *url;
        enum notify_format format;
        bool ok;
    } cases[] = {
        { HOOK, NOTIFY_SLACK, true },
        { "http://127.0.0.1:9/", NOTIFY_JSON, true },
        { "http://127.0.0.1:3000/", NOTIFY_JSON, false }, /* itself */
        { "http://localhost:3000/", NOTIFY_JSON, false },
        { "http://elsewhere.example/", NOTIFY_JSON, false },
        { "https://user:CANARY@h.example/", NOTIFY_JSON, false },
        { "https://h.example/#CANARY", NOTIFY_JSON, false },
        { "https://api.telegram.org/botCANARY/", NOTIFY_TELEGRAM, false },
        { "", NOTIFY_JSON, false },
    };
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct notify_offer offer = { .url = str_of(cases[i].url),
                                            .format = cases[i].format,
                                            .own_port = 3000 };
        bool ok = notify_target_check(&config, &offer, &err);

        if (ok != cases[i].ok)
            fail_msg("%s", cases[i].url);
        if (!ok)
            assert_null(strstr(err.text, "CANARY"));
    }
    config.proxy_enabled = true;
    config.proxy_host = STR("proxy.example");
    assert_false(notify_target_check(
        &config, &(struct notify_offer){ .url = STR("http://127.0.0.1:9/") },
        &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_the_target),
        cmocka_unit_test(the_same_again_is_the_same),
        cmocka_unit_test(the_options_win),
        cmocka_unit_test(what_cannot_be_used_goes_nowhere),
        cmocka_unit_test(an_offer_is_checked_like_the_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
