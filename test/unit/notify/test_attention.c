// SPDX-License-Identifier: MIT
/* What needs somebody: the worst first, then the oldest; since when is remembered as long
   as it lasts, and forgotten when it is over. */
#include "notify/attention.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "account/vitals.h"
#include "team.h"

struct scene {
    struct accounts *accounts;
    struct attention *attention;
    struct json_doc *doc;
};

static int set_up(void **state)
{
    struct scene *scene = MEM_NEW(struct scene);

    scene->accounts = accounts_new();
    scene->attention = attention_new(
        &(struct attention_options){ .accounts = scene->accounts });
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    json_doc_free(scene->doc);
    attention_free(scene->attention);
    accounts_free(scene->accounts);
    mem_free(scene);
    return 0;
}

#define FILE_OF                                                                 \
    "{\"access_token\":\"sk-ant-oat01-a\",\"refresh_token\":\"sk-ant-ort01-a\"" \
    ",\"expires_at\":\"2099-01-01T00:00:00Z\",\"pool\":true}"

static void put_one(struct scene *scene, const char *name, const char *doc,
                    bool refused)
{
    struct err err;
    struct json_doc *parsed = json_doc_parse(str_of(doc), &err);
    struct account *account =
        account_from_doc(&account_kind_oauth, str_of(name), parsed);

    json_doc_free(parsed);
    assert_non_null(account);
    account->vitals = vitals_new();
    account->login_required = refused;
    accounts_put(scene->accounts, account, false);
}

static void put_account(struct scene *scene, const char *name, const char *doc)
{
    put_one(scene, name, doc, false);
}

/* It has to sign in again. */
static void put_refused(struct scene *scene, const char *name)
{
    put_one(scene, name, FILE_OF, true);
}

static const struct json_doc *look(struct scene *scene)
{
    attention_look(scene->attention);
    json_doc_free(scene->doc);
    scene->doc = attention_doc(scene->attention);
    return json_doc_get(scene->doc, "items");
}

static void expect(const struct json_doc *items, size_t at, const char *member,
                   const char *want)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(json_doc_at(items, at), member, &text);
    unit_assert_str(text, want);
}

static void if_all_is_well_there_is_nothing(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(json_doc_count(look(scene)), 0);
    put_account(scene, "main", FILE_OF);
    assert_int_equal(json_doc_count(look(scene)), 0);
    assert_int_equal(attention_count(scene->attention), 0);
}

static void an_account_that_has_to_sign_in_again_is_bad(void **state)
{
    struct scene *scene = *state;
    const struct json_doc *items;
    const struct json_doc *details;
    struct str text = STR_EMPTY;

    put_refused(scene, "lin");
    put_account(scene, "main", FILE_OF);
    items = look(scene);
    assert_int_equal(json_doc_count(items), 1);
    expect(items, 0, "what", "sign_in_again");
    expect(items, 0, "severity", "bad");
    expect(items, 0, "subject", "lin");
    details = json_doc_get(json_doc_at(items, 0), "details");
    assert_true(json_doc_get_str(details, "kind", &text));
    unit_assert_str(text, "oauth");
    assert_true(json_doc_get_str(details, "next", &text));
    unit_assert_part(text.at, "claude-relay login lin");
}

/* Of those that tell no time. */
static void since_when_is_remembered_and_forgotten(void **state)
{
    struct scene *scene = *state;
    char since[64] = "";
    struct str text = STR_EMPTY;

    put_account(scene, "main", FILE_OF);
    put_account(scene, "lin", "{\"access_token\":\"\"}");
    (void)json_doc_get_str(json_doc_at(look(scene), 0), "since", &text);
    assert_true(text.len > 0 && text.len < sizeof(since));
    memcpy(since, text.at, text.len);
    expect(look(scene), 0, "since", since);
    put_account(scene, "lin", FILE_OF);
    assert_int_equal(json_doc_count(look(scene)), 0);
}

static void accounts_of_which_none_serves_come_with_them(void **state)
{
    struct scene *scene = *state;
    const struct json_doc *items;

    put_refused(scene, "lin");
    items = look(scene);
    assert_true(json_doc_count(items) >= 2);
    for (size_t i = 0; i < json_doc_count(items); i++)
        expect(items, i, "severity", "bad");
}

static void more_than_there_is_room_for_are_counted(void **state)
{
    struct scene *scene = *state;
    uint64_t more = 0;

    for (unsigned i = 0; i < ATTENTION_MAX + 7; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "lin%u", i);
        put_refused(scene, name);
    }
    put_account(scene, "main", FILE_OF);
    assert_int_equal(json_doc_count(look(scene)), ATTENTION_MAX);
    assert_true(json_doc_get_u64(scene->doc, "more", &more));
    assert_int_equal(more, 7);
    assert_int_equal(attention_count(scene->attention), ATTENTION_MAX + 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(if_all_is_well_there_is_nothing),
        TEST(an_account_that_has_to_sign_in_again_is_bad),
        TEST(since_when_is_remembered_and_forgotten),
        TEST(accounts_of_which_none_serves_come_with_them),
        TEST(more_than_there_is_room_for_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
