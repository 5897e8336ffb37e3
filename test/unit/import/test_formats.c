// SPDX-License-Identifier: MIT
/* The table of formats. */
#include "import/formats.h"

#include "base/err.h"
#include "unit.h"

static void formats_have_names(void **state)
{
    (void)state;
    for (size_t i = 0; import_formats[i]; i++)
        assert_ptr_equal(import_format_named(str_of(import_formats[i]->name)),
                         import_formats[i]);
    assert_ptr_equal(import_format_named(STR("crs")), &import_crs);
    assert_null(import_format_named(STR("CRS")));
    assert_null(import_format_named(STR_EMPTY));
}

static const struct {
    const char *doc;
    const struct import_format *format; /* NULL: none */
} looks[] = {
    { "{\"claudeAiOauth\":{}}", &import_claude_code },
    { "{\"claudeAiOauth\":5}", NULL },
    { "{\"data\":{\"claudeAccounts\":[]},\"success\":true}", &import_crs },
    { "{\"claudeConsoleAccounts\":[]}", &import_crs },
    { "{\"type\":\"sub2api-data\",\"accounts\":[]}", &import_sub2api },
    { "{\"data\":{\"accounts\":[]},\"code\":0}", &import_sub2api },
    { "{\"accounts\":{}}", NULL },
    { "{\"type\":\"claude\",\"access_token\":\"x\"}", &import_cliproxyapi },
    { "{\"type\":\"codex\"}", &import_cliproxyapi },
    { "{\"access_token\":\"x\"}", &import_seed },
    { "{\"refresh_token\":null}", &import_seed },
    { "{\"api_key\":\"x\",\"type\":5}", &import_seed },
    { "{}", NULL },
    { "[]", NULL },
    { "[{\"access_token\":\"x\"}]", NULL },
    { "\"claudeAiOauth\"", NULL },
    { "null", NULL },
};

static void a_format_is_known_by_what_it_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        struct err err;
        struct json_doc *doc = json_doc_parse(str_of(looks[i].doc), &err);

        if (doc && import_format_of(doc, &err) != looks[i].format)
            fail_msg("%s", looks[i].doc);
        assert_true(doc || !looks[i].format);
        json_doc_free(doc);
    }
}

static void json_files_end_so(void **state)
{
    (void)state;
    assert_true(import_is_json(STR("a.json")));
    assert_false(import_is_json(STR(".json")));
    assert_false(import_is_json(STR("a.json5")));
    assert_false(import_is_json(STR("a.yaml")));
}

static void an_import_has_an_end(void **state)
{
    struct json_doc *accounts = json_doc_new_array();
    struct json_doc *doc = json_doc_new_object();
    struct import_list list;
    struct err err;

    (void)state;
    for (size_t i = 0; i <= IMPORT_MAX; i++)
        json_doc_add(accounts, json_doc_new_object());
    json_doc_set(doc, "accounts", accounts);
    import_list_init(&list);
    assert_false(import_sub2api.read(&(struct import_source){ .doc = doc,
                                                              .list = &list },
                                     &err));
    unit_assert_part(err.text, "more than 10000 accounts");
    assert_int_equal(list.count, IMPORT_MAX);
    import_list_done(&list);
    json_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(a_format_is_known_by_what_it_holds),
        cmocka_unit_test(json_files_end_so),
        cmocka_unit_test(an_import_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
