// SPDX-License-Identifier: MIT
/* What is hardly meant, and what is left alone. */
#include "admin/key_warnings.h"

#include "account/kinds.h"
#include "accounts.h"
#include "base/macros.h"
#include "team/key_scene.h"
#include "unit.h"

#define APIKEY "{\"api_key\":\"sk-ant-api03-a\"}"
#define TAGGED "{\"api_key\":\"sk-ant-api03-a\",\"tags\":[\"x\",\"fast\"]}"
#define OAUTH                                                                  \
    "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_at\":"          \
    "\"2099-01-01T00:00:00Z\"}"

struct scene {
    struct key_scene keys;
    struct accounts *accounts;
    struct prices *prices;
};

static int set_up(void **state)
{
    static struct scene scene;

    scene_begin(&scene.keys);
    scene.accounts = accounts_new();
    scene.prices = prices_default();
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    prices_unref(scene->prices);
    accounts_free(scene->accounts);
    scene_end(&scene->keys);
    return 0;
}

static void put(struct scene *scene, const struct account_kind *kind,
                const char *name, const char *text)
{
    accounts_put(scene->accounts, unit_account(kind, name, text), false);
}

/* The texts, each ended by a line; frees the document. */
static void expect(struct json_doc *doc, const char *const want[2])
{
    const struct json_doc *warnings = json_doc_get(doc, "warnings");
    size_t count = 0;
    struct str text;

    while (count < 2 && want[count])
        count++;
    assert_int_equal(json_doc_count(warnings), count);
    assert_true(count > 0 || !warnings);
    for (size_t i = 0; i < count; i++) {
        assert_true(json_doc_as_str(json_doc_at(warnings, i), &text));
        assert_true(str_contains(text, str_of(want[i])));
    }
    json_doc_free(doc);
}

static const struct {
    const char *key;
    const char *want[2];
} cases[] = {
    { "{\"accounts\":[\"main\"]}", { NULL } },
    { "{\"accounts\":[\"main\",\"ghost\"]}",
      { "no account \"ghost\" (yet): `claude-relay account list`" } },
    { "{\"accounts\":[\"ghost\",\"wraith\"]}", { "ghost", "wraith" } },
    /* a name is compared whole */
    { "{\"accounts\":[\"mai\"]}", { "no account \"mai\"" } },
    { "{\"accounts\":[\"tag:fast\"]}", { NULL } },
    { "{\"accounts\":[\"tag:fas\"]}",
      { "no account has the tag \"fas\" (yet): `claude-relay account set main "
        "--tag fas`" } },
    { "{\"models\":[\"*\"]}", { NULL } },
    { "{\"models\":[\"claude-*\",\"*opus*\",\"CLAUDE-SONNET-4-5\"]}",
      { NULL } },
    { "{\"models\":[\"claude-sonnet-4-5-20250929\",\"claude-opus-4-1-2025*\"]}",
      { NULL } },
    { "{\"models\":[\"opus\"]}", { "models: opus fits no model" } },
    { "{\"deny_models\":[\"*opsu*\",\"claude opus\"]}",
      { "deny_models: *opsu*", "deny_models: " } },
    { "{\"limits\":{\"rpm\":1,\"cost_day\":0.000001}}", { NULL } },
    { "{\"limits\":{\"rpm\":0,\"cost_day\":0}}",
      { "the limit rpm is 0, which lets nothing through: `claude-relay key "
        "edit al --limit rpm=none`",
        "cost_day=none" } },
    /* the key was made at 1000 ms */
    { "{\"expires\":\"1970-01-01T00:00:00Z\"}", { "has passed already" } },
    { "{\"expires\":\"1970-01-01\"}", { NULL } },
    { "{\"expires\":\"30d\"}", { NULL } },
};

static void what_is_hardly_meant_is_said(void **state)
{
    struct scene *scene = *state;

    put(scene, &account_kind_apikey, "main", TAGGED);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct key *key = scene_key(&scene->keys, 1, "al", cases[i].key);
        struct json_doc *doc = json_doc_new_object();

        if (!key)
            fail_msg("%s: %s", cases[i].key, scene->keys.err.text);
        key_warnings_add(doc, key, scene->accounts, scene->prices);
        expect(doc, cases[i].want);
        key_unref(key);
    }
}

/* The command that gives it would take all tags away. */
static void a_tag_called_none_is_given_by_no_command(void **state)
{
    struct scene *scene = *state;
    struct key *key =
        scene_key(&scene->keys, 1, "al", "{\"accounts\":[\"tag:none\"]}");
    struct json_doc *doc = json_doc_new_object();
    struct str text = STR_EMPTY;

    put(scene, &account_kind_apikey, "main", TAGGED);
    key_warnings_add(doc, key, scene->accounts, scene->prices);
    (void)json_doc_as_str(json_doc_at(json_doc_get(doc, "warnings"), 0), &text);
    unit_assert_str(text, "no account has the tag \"none\" (yet)");
    json_doc_free(doc);
    key_unref(key);
}

/* Accounts of persons are not in it. */
static void an_empty_pool_is_said_where_there_are_accounts(void **state)
{
    struct scene *scene = *state;
    struct key *key = scene_key(&scene->keys, 1, "a b", "{}");
    struct json_doc *doc = json_doc_new_object();

    key_warnings_add(doc, key, scene->accounts, scene->prices);
    expect(doc, (const char *const[2]){ NULL });
    put(scene, &account_kind_oauth, "mine", OAUTH);
    doc = json_doc_new_object();
    key_warnings_add(doc, key, scene->accounts, scene->prices);
    expect(doc, (const char *const[2]){
                    "no account is in it: `claude-relay key edit 'a b' "
                    "--account mine`" });
    put(scene, &account_kind_apikey, "main", APIKEY);
    doc = json_doc_new_object();
    key_warnings_add(doc, key, scene->accounts, scene->prices);
    expect(doc, (const char *const[2]){ NULL });
    key_unref(key);
}

/* As one could be, once. */
static void an_account_with_the_pools_name_is_said(void **state)
{
    struct scene *scene = *state;
    struct key *any = scene_key(&scene->keys, 1, "al", "{}");
    struct key *one =
        scene_key(&scene->keys, 2, "bo", "{\"accounts\":[\"pool\"]}");
    struct json_doc *doc = json_doc_new_object();

    put(scene, &account_kind_apikey, "pool", APIKEY);
    key_warnings_add(doc, any, scene->accounts, scene->prices);
    expect(doc, (const char *const[2]){ "an account named \"pool\"" });
    doc = json_doc_new_object();
    key_warnings_add(doc, one, scene->accounts, scene->prices);
    expect(doc, (const char *const[2]){ NULL });
    key_unref(any);
    key_unref(one);
}

static void what_is_revoked_is_left_alone(void **state)
{
    struct scene *scene = *state;
    struct key *key =
        scene_key(&scene->keys, 1, "al",
                  "{\"accounts\":[\"ghost\"],\"models\":[\"x\"]}");
    struct json_doc *doc = json_doc_new_object();

    key->revoked_ms = 1;
    key_warnings_add(doc, key, scene->accounts, scene->prices);
    expect(doc, (const char *const[2]){ NULL });
    key_unref(key);
}

static void a_group_that_lets_nothing_through_is_said(void **state)
{
    struct scene *scene = *state;
    const struct key_parts parts = scene_parts(&scene->keys);
    const struct key_group_row row = { .id = 1,
                                       .name = STR("g"),
                                       .doc = STR("{\"limits\":{\"rpd\":0}}") };
    struct key_group *group = key_group_build(&row, &parts, &scene->keys.err);
    struct json_doc *doc = json_doc_new_object();

    key_warnings_add_group(doc, group);
    expect(doc, (const char *const[2]){
                    "`claude-relay key group edit g --limit rpd=none`" });
    key_group_unref(group);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_hardly_meant_is_said),
        TEST(a_tag_called_none_is_given_by_no_command),
        TEST(an_empty_pool_is_said_where_there_are_accounts),
        TEST(an_account_with_the_pools_name_is_said),
        TEST(what_is_revoked_is_left_alone),
        TEST(a_group_that_lets_nothing_through_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
