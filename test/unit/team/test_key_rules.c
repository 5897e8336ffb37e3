// SPDX-License-Identifier: MIT
/* What a key may do. */
#include "account/kinds.h"
#include "key_scene.h"
#include "net/addr.h"

static const struct {
    const char *doc;
    const char *model;
    bool allowed;
} models[] = {
    { "{}", "claude-opus-4-5", true },
    { "{}", "", true },
    { "{\"models\":[\"claude-haiku-*\"]}", "claude-haiku-4-5", true },
    { "{\"models\":[\"claude-haiku-*\"]}", "claude-opus-4-5", false },
    { "{\"models\":[\"claude-haiku-*\"]}", "", false },
    { "{\"deny_models\":[\"claude-opus-*\"]}", "claude-haiku-4-5", true },
    { "{\"deny_models\":[\"claude-opus-*\"]}", "claude-opus-4-5", false },
    { "{\"deny_models\":[\"claude-opus-*\"]}", "Claude-Opus-4-5", false },
    { "{\"deny_models\":[\"claude-opus-*\"]}", "", false },
    { "{\"models\":[\"*\"],\"deny_models\":[\"*opus*\"]}", "claude-opus-4",
      false },
    { "{\"models\":[\"*\"],\"deny_models\":[\"*opus*\"]}", "claude-haiku",
      true },
    { "{}", " claude-opus-4", true },
    { "{\"deny_models\":[\"claude-opus*\"]}", " claude-opus-4", false },
    { "{\"deny_models\":[\"claude-opus*\"]}", "\tclaude-opus-4", false },
    { "{\"deny_models\":[\"*opus-4\"]}", "claude-opus-4\n", false },
    { "{\"deny_models\":[\"*opus-4\"]}", "claude-opus-4 ", false },
    { "{\"deny_models\":[\"claude-opus*\"]}",
      "\x01"
      "claude-opus-4",
      false },
    { "{\"deny_models\":[\"claude-opus*\"]}", "claude-\x7fopus-4", false },
    /* no-break space, zero width space, byte order mark */
    { "{\"deny_models\":[\"claude-opus*\"]}",
      "\xc2\xa0"
      "claude-opus-4",
      false },
    { "{\"deny_models\":[\"claude-opus*\"]}",
      "\xe2\x80\x8b"
      "claude-opus-4",
      false },
    { "{\"models\":[\"*haiku*\"]}",
      "\xef\xbb\xbf"
      "claude-haiku-4",
      false },
};

static void models_are_allowed_and_denied(void **state)
{
    struct key_scene scene;

    (void)state;
    scene_begin(&scene);
    for (size_t i = 0; i < COUNT_OF(models); i++) {
        struct key *key = scene_key(&scene, 1, "alice", models[i].doc);
        struct err err = { 0 };

        if (key_allows_model(key, str_of(models[i].model), &err) !=
            models[i].allowed)
            fail_msg("%s %s", models[i].doc, models[i].model);
        if (!models[i].allowed) {
            assert_int_equal(err.code, ERR_FORBIDDEN);
            unit_assert_part(err.text, "\"alice\"");
        }
        key_unref(key);
    }
    scene_end(&scene);
}

static void a_long_list_is_cut(void **state)
{
    struct key_scene scene;
    struct json_doc *list = json_doc_new_array();
    struct json_doc *doc = json_doc_new_object();
    struct buf text;
    struct key *key;
    struct err err;

    (void)state;
    scene_begin(&scene);
    for (size_t i = 0; i < 64; i++)
        json_doc_add(list, json_doc_new_str(STR("claude-some-long-name-*")));
    json_doc_set(doc, "models", list);
    buf_init(&text, 8192);
    assert_true(json_doc_write(doc, false, &text));
    buf_add(&text, (struct str){ "", 1 });
    key = scene_key(&scene, 1, "alice", buf_str(&text).at);
    assert_false(key_allows_model(key, STR("x"), &err));
    unit_assert_part(err.text, ", ...");
    key_unref(key);
    buf_done(&text);
    json_doc_free(doc);
    scene_end(&scene);
}

static void addresses_are_those_of_the_list(void **state)
{
    struct key_scene scene;
    struct key *any;
    struct key *some;
    struct addr addr;
    struct err err;

    (void)state;
    scene_begin(&scene);
    any = scene_key(&scene, 1, "any", "{}");
    some = scene_key(&scene, 1, "some",
                     "{\"addresses\":[\"10.0.0.0/8\",\"2001:db8::/32\"]}");
    assert_true(addr_parse("192.0.2.1", 1, &addr, &err));
    assert_true(key_allows_address(any, &addr, &err));
    assert_false(key_allows_address(some, &addr, &err));
    assert_int_equal(err.code, ERR_FORBIDDEN);
    unit_assert_part(err.text, "192.0.2.1");
    assert_true(addr_parse("::ffff:10.1.2.3", 1, &addr, &err));
    assert_true(key_allows_address(some, &addr, &err));
    assert_true(addr_parse("2001:db8::7", 1, &addr, &err));
    assert_true(key_allows_address(some, &addr, &err));
    key_unref(any);
    key_unref(some);
    scene_end(&scene);
}

static void clients_are_those_of_the_list(void **state)
{
    struct key_scene scene;
    struct key *key;
    struct err err;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 1, "alice", "{\"clients\":[\"claude-cli/*\"]}");
    assert_true(key_allows_client(key, STR("claude-cli/2.0.14"), &err));
    assert_false(key_allows_client(key, STR("curl/8 (linux, x)"), &err));
    unit_assert_part(err.text, "claude-cli/*, not for curl/8 (linux, x)");
    assert_false(key_allows_client(key, STR_EMPTY, &err));
    unit_assert_part(err.text, "without a User-Agent");
    key_unref(key);
    key = scene_key(&scene, 1, "alice", "{}");
    assert_true(key_allows_client(key, STR_EMPTY, &err));
    key_unref(key);
    scene_end(&scene);
}

static void calls_are_those_of_the_list(void **state)
{
    struct key_scene scene;
    struct key *key;
    struct err err;

    (void)state;
    scene_begin(&scene);
    key = scene_key(&scene, 1, "alice", "{}");
    assert_true(key_allows_call(key, KEY_MESSAGES, &err));
    assert_false(key_allows_call(key, KEY_BATCHES, &err));
    unit_assert_part(err.text, "\"batches\"");
    assert_false(key_allows_call(key, KEY_FILES, &err));
    assert_false(key_allows_call(key, KEY_OTHER, &err));
    key_unref(key);
    key = scene_key(&scene, 1, "alice", "{\"allow\":[\"batches\"]}");
    assert_false(key_allows_call(key, KEY_MESSAGES, &err));
    assert_true(key_allows_call(key, KEY_BATCHES, &err));
    key_unref(key);
    scene_end(&scene);
}

/* In the pool, and with tags, or out of it, and with none. */
static struct account *account_made(const char *name, bool pooled,
                                    const char *tags)
{
    struct json_doc *doc = json_doc_new_object();
    struct account *account;
    struct err err;

    json_doc_set_str(doc, "api_key", STR("sk-ant-api03-x"));
    json_doc_set_bool(doc, "pool", pooled);
    json_doc_set(doc, "tags", json_doc_parse(str_of(tags), &err));
    account = account_from_doc(&account_kind_apikey, str_of(name), doc);
    json_doc_free(doc);
    assert_string_equal(account->problem, "");
    return account;
}

static bool may(const struct key *key, const struct account *account,
                struct err *err)
{
    return key_allows_account(key, str_of(account->name), account, err);
}

static void accounts_are_named_tagged_or_pooled(void **state)
{
    struct account *main_in = account_made("main", true, "[]");
    struct account *main_out = account_made("main", false, "[]");
    struct account *upper = account_made("Main", true, "[]");
    struct account *tagged = account_made("bob", false, "[\"x\",\"fast\"]");
    struct account *other = account_made("al", true, "[\"Fast\",\"fas\"]");
    struct key_scene scene;
    struct key *pool;
    struct key *some;
    struct key *tag;
    struct err err;

    (void)state;
    scene_begin(&scene);
    pool = scene_key(&scene, 1, "pool", "{\"accounts\":\"pool\"}");
    some = scene_key(&scene, 1, "some", "{\"accounts\":[\"main\",\"bo\"]}");
    tag = scene_key(&scene, 1, "tag", "{\"accounts\":[\"main\",\"tag:fast\"]}");
    assert_true(may(pool, main_in, &err));
    assert_false(may(pool, main_out, &err));
    assert_false(key_allows_account(pool, STR("main"), NULL, &err));
    unit_assert_part(err.text, "pool");
    assert_true(may(some, main_out, &err));
    assert_true(key_allows_account(some, STR("main"), NULL, &err));
    assert_false(may(some, upper, &err));
    assert_false(may(some, tagged, &err));
    unit_assert_part(err.text, "not in its `accounts`");
    assert_true(may(tag, tagged, &err));
    assert_true(may(tag, main_out, &err));
    assert_false(may(tag, other, &err));
    unit_assert_part(err.text, "not in its `accounts`");
    assert_false(key_allows_account(tag, STR("tag:fast "), NULL, &err));
    key_unref(pool);
    key_unref(some);
    key_unref(tag);
    account_unref(main_in);
    account_unref(main_out);
    account_unref(upper);
    account_unref(tagged);
    account_unref(other);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_allowed_and_denied),
        cmocka_unit_test(a_long_list_is_cut),
        cmocka_unit_test(addresses_are_those_of_the_list),
        cmocka_unit_test(clients_are_those_of_the_list),
        cmocka_unit_test(calls_are_those_of_the_list),
        cmocka_unit_test(accounts_are_named_tagged_or_pooled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
