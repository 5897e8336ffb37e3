// SPDX-License-Identifier: MIT
/* API keys of others. */
#include "import/keys.h"

#include <stdio.h>

#include "account/model_map.h"
#include "unit.h"

#define ELSEWHERE ",\"base_url\":\"https://x.example\""

/* What a key of these members becomes. */
static const struct {
    const char *json; /* besides api_key */
    const char *ours; /* besides it; NULL: refused */
    const char *said; /* a part of the hint, or why not */
} rows[] = {
    { "", "", "" },
    { ",\"base_url\":\"https://api.anthropic.com\"", "", "" },
    { ",\"base_url\":\"https://api.anthropic.com/\"", "", "" },
    { ",\"base_url\":\"https://API.anthropic.com/v1\"", "", "" },
    { ",\"base_url\":\" https://api.anthropic.com/v1/messages\"", "", "" },
    { ",\"base_url\":\"https://api.anthropic.com/v1/messages/\"", "", "" },
    { ",\"base_url\":\"https://api.anthropic.com:443/\"", "", "" },
    { ",\"base_url\":\"https://api.anthropic.com/api\"", "", "" },
    { ",\"base_url\":\"https://api.anthropic.com:8443\"",
      ",\"base_url\":\"https://api.anthropic.com:8443\"", "" },
    { ",\"base_url\":\"\"", "", "" },
    { ",\"base_url\":null", "", "" },
    { ",\"base_url\":\"http://api.anthropic.com\"",
      ",\"base_url\":\"http://api.anthropic.com\"", "" },
    { ",\"base_url\":\"https://api.anthropic.com.example.com\"",
      ",\"base_url\":\"https://api.anthropic.com.example.com\"", "" },
    { ",\"base_url\":\"https://api.anthropic.com@x.example/\"",
      ",\"base_url\":\"https://api.anthropic.com@x.example/\"", "" },
    { ",\"base_url\":\"https://x.example/a\",\"model_mapping\":{\"a\":\"b\"}",
      ",\"base_url\":\"https://x.example/a\",\"model_map\":{\"a\":\"b\"}", "" },
    { ",\"model_mapping\":{\"a\":\"a\",\"b-*\":\"c\",\"d\":\"e\",\"f\":5,"
      "\"g\":\"sk-ant-api03-CANARY\"}",
      ",\"model_map\":{\"d\":\"e\"}",
      "3 of its model_mapping left out (\"b-*\", for one): patterns, no names of "
      "models, or more than 64; which models it serves is not taken over" },
    { ",\"model_mapping\":{\"a\":\"b\"}", ",\"model_map\":{\"a\":\"b\"}",
      "which models it serves is not taken over" },
    { ",\"model_mapping\":{\"*\":\"b\"}", ",\"model_map\":{\"*\":\"b\"}",
      "which models it serves is not taken over" },
    { ",\"model_mapping\":{\"a\":\"a\",\"*\":\"*\"}", "",
      "which models it serves is not taken over" },
    { ELSEWHERE ",\"model_mapping\":{\"a\":\"glm\",\"b\":\"b\"}",
      ELSEWHERE ",\"model_map\":{\"a\":\"glm\",\"b\":\"b\"}", "" },
    { ELSEWHERE ",\"model_mapping\":{\"a\":\"a\",\"*\":\"*\"}",
      ELSEWHERE ",\"model_map\":{\"a\":\"a\",\"*\":\"*\"}", "" },
    { ELSEWHERE ",\"model_mapping\":{\"claude-*\":\"x\",\"claude-a\":\"y\"}",
      ELSEWHERE ",\"model_map\":{\"*\":\"x\",\"claude-a\":\"y\"}",
      "\"claude-*\" of its model_mapping is \"*\" here" },
    { ELSEWHERE ",\"model_mapping\":{\"*\":\"y\",\"claude-*\":\"claude-*\"}",
      ELSEWHERE ",\"model_map\":{\"*\":\"*\"}",
      "left out (\"*\", for one): patterns, no names of models, or more than 64; "
      "\"*\" counts for them" },
    { ELSEWHERE
      ",\"model_mapping\":{\"claude-opus-*\":\"x\",\"a\":\"claude-*\","
      "\"b\":\"c\"}",
      ELSEWHERE ",\"model_map\":{\"b\":\"c\"}",
      "2 of its model_mapping left out (\"claude-opus-*\", for one): patterns, no names of models, or "
      "more than 64; it serves the other models alone" },
    { ELSEWHERE ",\"model_mapping\":{\"claude-opus-*\":\"x\"}", ELSEWHERE,
      "it serves any model, as clients call it" },
    { ",\"model_mapping\":{}", "", "" },
    { ",\"model_mapping\":null", "", "" },
    { ",\"model_mapping\":[]", NULL, "c.model_mapping is not an object" },
    { ",\"base_url\":5", NULL, "c.base_url is not a text" },
};

static struct json_doc *with_key(const char *rest)
{
    struct buf text;
    struct json_doc *doc;
    struct err err;

    buf_init(&text, 65536);
    buf_printf(&text, "{\"api_key\":\"sk-ant-api03-x\"%s}", rest);
    doc = json_doc_parse(buf_str(&text), &err);
    buf_done(&text);
    assert_non_null(doc);
    return doc;
}

static void a_key_goes_where_it_went(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct json_doc *doc = with_key(rows[i].json);
        struct json_doc *want = with_key(rows[i].ours ? rows[i].ours : "");
        struct import_list list;
        struct import_candidate *candidate;

        import_list_init(&list);
        candidate = import_list_add(&list, STR("a"));
        import_api_key(candidate, (struct import_from){ doc, "c." });
        assert_int_equal(!candidate->why_not.text[0], rows[i].ours != NULL);
        unit_assert_part(rows[i].ours ? candidate->hints
                                      : candidate->why_not.text,
                         rows[i].said);
        assert_true(rows[i].said[0] || !candidate->hints[0]);
        if (rows[i].ours && !json_doc_is_same(candidate->doc, want))
            fail_msg("%s", rows[i].json);
        import_list_done(&list);
        json_doc_free(want);
        json_doc_free(doc);
    }
}

static void names_of_models_have_a_ceiling(void **state)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *map = json_doc_new_object();
    struct import_list list;
    struct import_candidate *candidate;
    char name[16];

    (void)state;
    for (size_t i = 0; i <= MODEL_MAP_MAX; i++) {
        (void)snprintf(name, sizeof(name), "m%zu", i);
        json_doc_set_str(map, name, STR("x"));
    }
    json_doc_set(doc, "model_mapping", map);
    json_doc_set_str(doc, "api_key", STR("k"));
    import_list_init(&list);
    candidate = import_list_add(&list, STR("a"));
    import_api_key(candidate, (struct import_from){ doc, "" });
    assert_int_equal(json_doc_count(json_doc_get(candidate->doc, "model_map")),
                     MODEL_MAP_MAX);
    unit_assert_part(candidate->hints,
                     "1 of its model_mapping left out (\"m64\", for one)");
    import_list_done(&list);
    json_doc_free(doc);
}

static void other_keys_are_bearer_tokens(void **state)
{
    static const struct {
        const char *key;
        const char *url;
        bool bearer;
    } keys[] = {
        { "other", "https://x.example", true },
        { "sk-ant-api03-x", "https://x.example", false },
        { "other", NULL, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct import_list list;
        struct import_candidate *candidate;
        bool bearer = false;

        import_list_init(&list);
        candidate = import_list_add(&list, STR("a"));
        json_doc_set_str(candidate->doc, "api_key", str_of(keys[i].key));
        if (keys[i].url)
            json_doc_set_str(candidate->doc, "base_url", str_of(keys[i].url));
        import_bearer(candidate);
        (void)json_doc_get_bool(candidate->doc, "bearer", &bearer);
        assert_int_equal(bearer, keys[i].bearer);
        import_list_done(&list);
    }
}

static void a_place_is_told_however_it_is_spelt(void **state)
{
    static const struct {
        const char *url;
        const char *place;
    } places[] = {
        { "", "" },
        { "https://API.anthropic.com/v1", "" },
        { "https://gw.example", "https gw.example 443 " },
        { "https://GW.example:443/v1/messages/", "https gw.example 443 " },
        { "HTTPS://gw.example/Api//v1/", "https gw.example 443 /Api" },
        { "http://[::1]:80", "http ::1 80 " },
        { "http://gw.example", "http://gw.example" },
        { "gw.example", "gw.example" },
    };
    struct arena *arena = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        struct str place = import_place(arena, str_of(places[i].url));

        if (!str_eq(place, str_of(places[i].place)))
            fail_msg("%s: " STR_FMT, places[i].url, STR_ARG(place));
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_told_however_it_is_spelt),
        cmocka_unit_test(a_key_goes_where_it_went),
        cmocka_unit_test(names_of_models_have_a_ceiling),
        cmocka_unit_test(other_keys_are_bearer_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
