// SPDX-License-Identifier: MIT
/* What becomes of candidates. */
#include "import/plan.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "base/mem.h"
#include "unit.h"

#define FINE "2026-02-01T08:00:00Z"
#define COUNT_MAX 4

struct brought {
    const char *there;
    const char *key; /* what makes it one: the end of its API key */
    int rank;
};
struct wanted {
    const char *name;
    enum import_outcome outcome;
    const char *text; /* a part: why not, or of the hints */
    unsigned priority;
};

static const struct {
    const char *what;
    const char *prefix;
    const char *name;
    const char *accounts; /* JSON */
    struct brought brought[COUNT_MAX];
    struct wanted want[COUNT_MAX];
} rows[] = {
    { "names become valid",
      "",
      NULL,
      "[]",
      { { "My Account (1)", "a", 0 },
        { "me@example.com", "b", 0 },
        { ".hidden", "c", 0 },
        { "a/../b", "d", 0 } },
      { { "My-Account-1", IMPORT_TAKE, "", 0 },
        { "me@example.com", IMPORT_TAKE, "", 0 },
        { "hidden", IMPORT_TAKE, "", 0 },
        { "a-..-b", IMPORT_TAKE, "", 0 } } },
    { "one of whose name nothing is left has the same each time",
      "",
      NULL,
      "[]",
      { { "主账号", "a", 0 },
        { "", "b", 0 },
        { "pool", "c", 0 },
        { "sk%2Dant-api03-CANARY", "d", 0 } },
      { { "crs-51e61938", IMPORT_TAKE, "", 0 },
        { "crs", IMPORT_TAKE, "", 0 },
        { "crs-", IMPORT_TAKE, "", 0 },
        { "crs-", IMPORT_TAKE, "", 0 } } },
    { "names become unique, also against what is there",
      "",
      NULL,
      "[{\"account\":\"a-2\",\"fingerprints\":[\"x\"]}]",
      { { "a", "a", 0 }, { "a", "b", 0 }, { "a", "c", 0 } },
      { { "a", IMPORT_TAKE, "", 0 },
        { "a-3", IMPORT_TAKE, "", 0 },
        { "a-4", IMPORT_TAKE, "", 0 } } },
    { "another one of that name is not this one",
      "",
      NULL,
      "[{\"account\":\"a\",\"fingerprints\":[\"x\"]}]",
      { { "a", "a", 0 }, { "b", "b", 0 } },
      { { "a-2", IMPORT_TAKE, "", 0 }, { "b", IMPORT_TAKE, "", 0 } } },
    { "nor are others, whose names were made unique then",
      "",
      NULL,
      "[{\"account\":\"a\",\"fingerprints\":[\"x\"]},"
      "{\"account\":\"a-2\",\"fingerprints\":[\"3b40b5b22fa40d13\"]}]",
      { { "a", "a", 0 }, { "a-2", "b", 0 }, { "a", "known", 0 } },
      { { "a-3", IMPORT_TAKE, "", 0 },
        { "a-2-2", IMPORT_TAKE, "", 0 },
        { "a-2", IMPORT_EXISTS, "exists already, with the same", 0 } } },
    { "one that cannot be read may be this one",
      "",
      NULL,
      "[{\"account\":\"a\",\"fingerprints\":[]}]",
      { { "a", "a", 0 }, { "b", "b", 0 } },
      { { "", IMPORT_REFUSED, "cannot be read", 0 },
        { "b", IMPORT_TAKE, "", 0 } } },
    { "a prefix makes others of them",
      "crs-",
      NULL,
      "[{\"account\":\"a\",\"fingerprints\":[]}]",
      { { "a", "a", 0 }, { "主", "b", 0 } },
      { { "crs-a", IMPORT_TAKE, "", 0 }, { "crs-crs-", IMPORT_TAKE, "", 0 } } },
    { "the same key is there, or twice",
      "",
      NULL,
      "[{\"account\":\"other\",\"fingerprints\":[\"x\",\"3b40b5b22fa40d13\"]}]",
      { { "a", "known", 0 }, { "b", "b", 0 }, { "c", "b", 0 } },
      { { "other", IMPORT_EXISTS, "exists already, with the same", 0 },
        { "b", IMPORT_TAKE, "", 0 },
        { "b", IMPORT_EXISTS, "twice in this import", 0 } } },
    { "priorities are those among each other",
      "",
      NULL,
      "[]",
      { { "a", "a", -50 }, { "b", "b", -10 }, { "c", "c", -50 } },
      { { "a", IMPORT_TAKE, "", 0 },
        { "b", IMPORT_TAKE, "", 1 },
        { "c", IMPORT_TAKE, "", 0 } } },
    { "however far apart",
      "",
      NULL,
      "[]",
      { { "a", "a", -1 },
        { "b", "b", -10 },
        { "c", "c", -100 },
        { "d", "d", -5000 } },
      { { "a", IMPORT_TAKE, "", 3 },
        { "b", IMPORT_TAKE, "", 2 },
        { "c", IMPORT_TAKE, "", 1 },
        { "d", IMPORT_TAKE, "", 0 } } },
    { "nothing serves before what is here",
      "",
      NULL,
      "[{\"account\":\"x\",\"priority\":7,\"fingerprints\":[\"x\"]},"
      "{\"account\":\"y\",\"priority\":1,\"fingerprints\":[\"y\"]}]",
      { { "a", "a", 5 }, { "b", "b", 6 }, { "c", "c", 7 } },
      { { "a", IMPORT_TAKE, "", 0 },
        { "b", IMPORT_TAKE, "", 1 },
        { "c", IMPORT_TAKE,
          "priority 1 instead of 2, its place in their order: the most",
          1 } } },
    { "nor before one that says nothing of it",
      "",
      NULL,
      "[{\"account\":\"x\",\"priority\":0,\"fingerprints\":[\"x\"]}]",
      { { "a", "a", 1000000000 }, { "b", "b", -1000000000 } },
      { { "a", IMPORT_TAKE, "priority 0 instead of 1", 0 },
        { "b", IMPORT_TAKE, "", 0 } } },
    { "what is not taken over has no place in the order",
      "",
      NULL,
      "[{\"account\":\"other\",\"priority\":9,\"fingerprints\":["
      "\"3b40b5b22fa40d13\"]}]",
      { { "a", "known", 1 }, { "b", "b", 2 } },
      { { "other", IMPORT_EXISTS, "exists already", 0 },
        { "b", IMPORT_TAKE, "", 0 } } },
    { "a name that was given",
      "",
      "mine",
      "[]",
      { { "a", "a", 0 } },
      { { "mine", IMPORT_TAKE, "", 0 } } },
    { "a name that was given, and is there",
      "",
      "mine",
      "[{\"account\":\"mine\",\"fingerprints\":[\"x\"]}]",
      { { "a", "a", 0 } },
      { { "", IMPORT_REFUSED, "choose another name", 0 } } },
};

static void add(struct import_list *list, const struct brought *brought)
{
    struct import_candidate *candidate =
        import_list_add(list, str_of(brought->there));
    char key[64];

    (void)snprintf(key, sizeof(key), "sk-ant-api03-%s", brought->key);
    candidate->kind = &account_kind_apikey;
    candidate->rank = brought->rank;
    json_doc_set_str(candidate->doc, "api_key", str_of(key));
}

static void check(const char *what, const struct import_list *list,
                  const struct import_row *got, const struct wanted *want)
{
    for (size_t i = 0; i < list->count; i++) {
        bool taken = got[i].outcome == IMPORT_TAKE;
        uint64_t priority = 0;

        if (strncmp(got[i].name, want[i].name, strlen(want[i].name)) != 0 ||
            got[i].outcome != want[i].outcome)
            fail_msg("%s: %s, %s", what, got[i].name, got[i].why.text);
        unit_assert_part(taken ? list->at[i].hints : got[i].why.text,
                         want[i].text);
        assert_true(want[i].text[0] || !list->at[i].hints[0]);
        assert_true(want[i].outcome == IMPORT_REFUSED ||
                    account_name_may_be_made(str_of(got[i].name)));
        (void)json_doc_get_u64(list->at[i].doc, "priority", &priority);
        assert_int_equal(priority, want[i].priority);
    }
}

static void what_becomes_of_candidates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err;
        struct json_doc *accounts =
            json_doc_parse(str_of(rows[i].accounts), &err);
        struct import_list list;
        struct import_row *got;

        import_list_init(&list);
        for (size_t j = 0; j < COUNT_MAX && rows[i].brought[j].there; j++)
            add(&list, &rows[i].brought[j]);
        got = import_plan(&list,
                          &(struct import_ask){ .prefix = rows[i].prefix,
                                                .name = rows[i].name,
                                                .unnamed = "crs",
                                                .accounts = accounts },
                          &err);
        assert_non_null(got);
        check(rows[i].what, &list, got, rows[i].want);
        mem_free(got);
        import_list_done(&list);
        json_doc_free(accounts);
    }
}

static const struct import_ask plain = { .prefix = "", .unnamed = "x" };

static void what_cannot_be_an_account_is_refused(void **state)
{
    struct import_list list;
    struct import_row *got;
    struct err err;

    (void)state;
    import_list_init(&list);
    import_list_add(&list, STR("a"))->kind = &account_kind_oauth;
    IMPORT_SAY(import_is_foreign, import_list_add(&list, STR("b")),
               IMPORT_OTHER_KIND, "x");
    IMPORT_SAY(import_refuse, import_list_add(&list, STR("c")),
               IMPORT_PROXY_ODD);
    got = import_plan(&list, &plain, &err);
    assert_int_equal(got[0].outcome, IMPORT_REFUSED);
    unit_assert_part(got[0].why.text, "access_token is missing");
    assert_int_equal(got[1].outcome, IMPORT_FOREIGN);
    unit_assert_part(got[1].why.text, "its kind is \"x\"");
    assert_int_equal(got[2].outcome, IMPORT_REFUSED);
    unit_assert_part(got[2].why.text, "proxy is neither");
    mem_free(got);
    import_list_done(&list);
}

/* Gateways that do not know of each other. */
static void the_same_key_elsewhere_is_another_account(void **state)
{
    static const char here[] =
        "[{\"account\":\"there\",\"base_url\":\"https://a.example\","
        "\"fingerprints\":[\"3b40b5b22fa40d13\"]}]";
    static const char *const urls[] = {
        "https://a.example",           "https://A.example:443/v1/messages/",
        "https://a.example/api",       "https://b.example",
        "https://b.example/",          NULL,
        "https://api.anthropic.com/v1"
    };
    static const enum import_outcome want[] = { IMPORT_EXISTS, IMPORT_EXISTS,
                                                IMPORT_TAKE,   IMPORT_TAKE,
                                                IMPORT_EXISTS, IMPORT_TAKE,
                                                IMPORT_EXISTS };
    struct import_list list;
    struct import_row *got;
    struct err err;
    struct json_doc *accounts = json_doc_parse(str_of(here), &err);

    (void)state;
    import_list_init(&list);
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        add(&list, &(struct brought){ "x", "known", 0 });
        if (urls[i])
            json_doc_set_str(list.at[i].doc, "base_url", str_of(urls[i]));
    }
    got = import_plan(&list,
                      &(struct import_ask){
                          .prefix = "", .unnamed = "x", .accounts = accounts },
                      &err);
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        assert_int_equal(got[i].outcome, want[i]);
    mem_free(got);
    import_list_done(&list);
    json_doc_free(accounts);
}

static void a_sign_in_that_two_have_is_told(void **state)
{
    struct import_list list;
    struct import_candidate *candidate;
    struct import_row *got;
    struct err err;

    (void)state;
    import_list_init(&list);
    candidate = import_list_add(&list, STR("a"));
    candidate->kind = &account_kind_oauth;
    json_doc_set_str(candidate->doc, "access_token", STR("sk-ant-oat01-x"));
    json_doc_set_str(candidate->doc, "refresh_token", STR("sk-ant-ort01-x"));
    json_doc_set_str(candidate->doc, "expires_at", STR(FINE));
    got = import_plan(&list, &plain, &err);
    assert_true(got[0].renewable && !got[0].rests);
    assert_true(got[0].due_ms == 1769932800000u - 15 * 60000);
    mem_free(got);
    json_doc_set_bool(list.at[0].doc, "enabled", false);
    got = import_plan(&list, &plain, &err);
    assert_true(got[0].renewable && got[0].rests);
    mem_free(got);
    import_list_done(&list);
}

static void what_is_imported_stays_known(void **state)
{
    static const struct {
        const char *replaced;
        size_t count;
    } lists[] = { { "[\"0123456789abcdef\",\"x\"]", 3 },
                  { "[]", 0 },
                  { "5", 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct import_list list;
        struct import_row *got;
        struct json_doc *replaced;
        struct str last;
        struct err err;

        import_list_init(&list);
        add(&list, &(struct brought){ "a", "known", 0 });
        json_doc_set(list.at[0].doc, "replaced",
                     json_doc_parse(str_of(lists[i].replaced), &err));
        got = import_plan(&list, &plain, &err);
        replaced = json_doc_get(list.at[0].doc, "replaced");
        assert_int_equal(json_doc_count(replaced), lists[i].count);
        if (lists[i].count > 0) {
            assert_true(
                json_doc_as_str(json_doc_at(replaced, lists[i].count - 1),
                                &last));
            assert_true(str_eq(last, STR("3b40b5b22fa40d13")));
        }
        mem_free(got);
        import_list_done(&list);
    }
}

static void thousands_of_one_name_are_quick(void **state)
{
    struct import_list list;
    struct import_row *got;
    struct err err;
    char key[16];

    (void)state;
    import_list_init(&list);
    for (size_t i = 0; i < IMPORT_MAX; i++) {
        (void)snprintf(key, sizeof(key), "%zu", i);
        add(&list, &(struct brought){ "a", key, 0 });
    }
    got = import_plan(&list, &plain, &err);
    assert_string_equal(got[IMPORT_MAX - 1].name, "a-10000");
    mem_free(got);
    got =
        import_plan(&list, &(struct import_ask){ .prefix = "", .name = "one" },
                    &err);
    assert_null(got);
    unit_assert_part(err.text, "there are 10000");
    import_list_done(&list);
}

static void a_long_name_is_cut(void **state)
{
    char name[IMPORT_THERE_MAX];
    struct import_list list;
    struct import_row *got;
    struct err err;

    (void)state;
    (void)memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = 0;
    import_list_init(&list);
    add(&list, &(struct brought){ name, "a", 0 });
    add(&list, &(struct brought){ name, "b", 0 });
    got = import_plan(&list, &plain, &err);
    assert_true(account_name_may_be_made(str_of(got[0].name)));
    assert_true(account_name_may_be_made(str_of(got[1].name)));
    assert_string_not_equal(got[0].name, got[1].name);
    mem_free(got);
    import_list_done(&list);
}

static const struct {
    const char *prefix;
    const char *name;
    const char *why; /* a part; NULL: it is fine */
} asks[] = {
    { "", NULL, NULL },
    { "crs-", "main", NULL },
    { "0123456789abcdef", NULL, NULL },
    { "0123456789abcdefg", NULL, "does not begin a name" },
    { "../", NULL, "the prefix \"../\" does not begin a name" },
    { ".a", NULL, "does not begin a name" },
    { "", "../main", "not a valid account name" },
    { "", "", "not a valid account name" },
};

static void names_are_looked_at_before_anything_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(asks); i++) {
        const struct import_ask ask = { .prefix = asks[i].prefix,
                                        .name = asks[i].name };
        struct err err = { .text = "" };

        assert_int_equal(import_ask_check(&ask, &err), !asks[i].why);
        if (asks[i].why)
            unit_assert_part(err.text, asks[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_becomes_of_candidates),
        cmocka_unit_test(what_cannot_be_an_account_is_refused),
        cmocka_unit_test(the_same_key_elsewhere_is_another_account),
        cmocka_unit_test(a_sign_in_that_two_have_is_told),
        cmocka_unit_test(what_is_imported_stays_known),
        cmocka_unit_test(thousands_of_one_name_are_quick),
        cmocka_unit_test(a_long_name_is_cut),
        cmocka_unit_test(names_are_looked_at_before_anything_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
